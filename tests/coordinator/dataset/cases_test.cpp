#include "coordinator/dataset/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsSubsetOf;

SourceList given_sources(int count, int images_a_patient) {
  SourceList list;
  for (int i = 0; i < count; ++i) {
    const std::string patient =
        images_a_patient > 1 ? "p" + std::to_string(i / images_a_patient) : "";
    list.sources.push_back({std::to_string(1000 + i), patient, {}, {}});
  }
  return list;
}

std::vector<std::string> chosen_ids(SourceList list, int cases) {
  choose_cases(list, cases);
  std::vector<std::string> ids;
  for (const Source& source : list.sources) ids.push_back(source.id);
  return ids;
}

std::string refusal(SourceList list, int cases) {
  try {
    choose_cases(list, cases);
  } catch (const IngestError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Cases, AreAllWhenNoNumberIsGiven) {
  SourceList list = given_sources(7, 1);
  EXPECT_EQ(choose_cases(list, 0), "");
  EXPECT_EQ(list.sources.size(), 7U);
}

TEST(Cases, SayHowManyOfHowMany) {
  SourceList list = given_sources(2150, 1);
  EXPECT_EQ(choose_cases(list, 200), "200 of 2150 cases");
  EXPECT_EQ(list.sources.size(), 200U);
}

TEST(Cases, AreTheSameOnesEveryTimeInAscendingOrder) {
  const auto ids = chosen_ids(given_sources(12, 1), 4);
  EXPECT_THAT(ids, testing::ElementsAre("1003", "1006", "1008", "1011"));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Cases, OfALargerNumberHoldThoseOfASmaller) {
  const SourceList list = given_sources(300, 1);
  EXPECT_THAT(chosen_ids(list, 50), IsSubsetOf(chosen_ids(list, 120)));
}

TEST(Cases, KeepAPatientWhole) {
  SourceList list = given_sources(60, 3);
  EXPECT_EQ(choose_cases(list, 20), "18 of 60 cases");
  std::map<std::string, int> images;
  for (const Source& source : list.sources) ++images[source.patient];
  for (const auto& [patient, count] : images) EXPECT_EQ(count, 3) << patient;
}

TEST(Cases, AreRefusedWhenThereAreFewer) {
  EXPECT_THAT(refusal(given_sources(7, 1), 8), AllOf(HasSubstr("cases 8"), HasSubstr("only 7")));
  EXPECT_THAT(refusal(given_sources(6, 3), 2), HasSubstr("kept together"));
}

TEST(Cases, ThatAreNotChosenAreNotOpened) {
  PairsTree tree;
  tree.request.cases = 1;
  const PackManifest manifest = tree.ingested().manifest;
  ASSERT_EQ(manifest.images.size(), 1U);
  EXPECT_EQ(manifest.cases, "1 of 3 cases");
  for (const std::string name : {"a", "b", "c"}) {
    if (name != manifest.images[0].id) write_text(tree.image(name + ".png"), "no image");
  }
  EXPECT_TRUE(tree.ingested().cached);
  std::filesystem::remove_all(tree.store());
  EXPECT_EQ(tree.ingested().manifest.images.size(), 1U);
}

TEST(Cases, AreNotForDrawnPictures) {
  const TemporaryFolder folder;
  IngestRequest request;
  request.layout = "lesions";
  request.cases = 3;
  EXPECT_THROW(ingest(request, folder.path()), IngestError);
}

}  // namespace
}  // namespace hone
