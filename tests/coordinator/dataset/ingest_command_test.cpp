#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "tests/coordinator/dataset/paper_tree.hpp"

namespace hone::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// What `hone` with these arguments prints to stdout. (Never a terminal here.)
std::string output_of(const std::string& arguments) {
  CLI::App app;
  add_ingest(app);
  testing::internal::CaptureStdout();
  try {
    app.parse(arguments);
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  return testing::internal::GetCapturedStdout();
}

std::string lesions_into(const TemporaryFolder& folder) {
  return "ingest lesions --count 3 --size 16 --store '" + folder.path().string() + "'";
}

TEST(IngestCommand, PrintsOnlyTheDigestWhenNobodyWatches) {
  const TemporaryFolder folder;
  const std::string line = output_of(lesions_into(folder));
  ASSERT_EQ(line.size(), 65U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / line.substr(0, 64)));
}

TEST(IngestCommand, PrintsEverythingAsJson) {
  const TemporaryFolder folder;
  const auto json =
      nlohmann::json::parse(output_of(lesions_into(folder) + " --json --name 'My skin'"));
  EXPECT_EQ(json.at("name"), "My skin");
  EXPECT_EQ(json.at("images"), 3);
  EXPECT_EQ(json.at("groups"), 3);
  EXPECT_EQ(json.at("synthetic"), true);
}

TEST(IngestCommand, PutsPacksBelowTheStateFolder) {
  const TemporaryFolder folder;
  const std::string state = (folder.path() / "state").string();
  const std::string line = output_of("ingest lesions --count 2 --size 16 --state '" + state + "'");
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "state/artifacts" / line.substr(0, 64)));
}

TEST(IngestCommand, ARehearsalReadsNothing) {
  const PaperTree tree("cervix-huc");
  for (const std::string id : {"green_1", "schiller_1"}) tree.add(id, bands(40, 40, {0, 170}));
  const auto store = tree.folder.path() / "store";
  const std::string arguments = "ingest --use cervix-huc '" + tree.request.directory.string() +
                                "' --store '" + store.string() + "'";
  EXPECT_THAT(output_of(arguments + " --dry-run"), StartsWith("would read 2 images of "));
  EXPECT_FALSE(std::filesystem::exists(store));
  const std::string pack = output_of(arguments).substr(0, 64);
  const auto json = nlohmann::json::parse(output_of(arguments + " --dry-run --json"));
  EXPECT_EQ(json.at("images"), 2);
  EXPECT_EQ(json.at("pack"), pack);
  EXPECT_EQ(output_of("ingest lesions --count 7 -n --store '" + store.string() + "'"),
            "would draw 7 images\n");
}

/// The message with which the command ends with 2.
std::string refusal(const std::string& arguments) {
  try {
    output_of(arguments);
  } catch (const CommandError& error) {
    EXPECT_EQ(error.exit_code, 2) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(IngestCommand, TakesLayoutAndRuleFromADescription) {
  const PaperTree tree("cervix-huc");
  for (const std::string id : {"green_1", "schiller_1", "green_2"}) {
    tree.add(id, bands(40, 40, {0, 170}));
  }
  const std::string arguments = "ingest --use cervix-huc '" + tree.request.directory.string() +
                                "' --store '" + (tree.folder.path() / "store").string() + "'";
  const auto json = nlohmann::json::parse(output_of(arguments + " --json"));
  EXPECT_EQ(json.at("synthetic"), true);
  EXPECT_EQ(json.at("groups"), 2);
  EXPECT_THAT(json.at("foreground_rule").get<std::string>(), HasSubstr("2 (cervix)"));
  EXPECT_EQ(nlohmann::json::parse(output_of(arguments + " --json --by-image")).at("groups"), 3);
  const auto some = nlohmann::json::parse(output_of(arguments + " --json --cases 1"));
  EXPECT_EQ(some.at("cases"), "1 of 3 cases");
  EXPECT_THAT(refusal(arguments + " --mask-suffix _x"), HasSubstr("--mask-suffix"));
  EXPECT_THAT(refusal("ingest --use teeth-ucv /nowhere"),
              AllOf(HasSubstr("/nowhere: there is no such folder"), HasSubstr("Not public")));
  EXPECT_THAT(refusal("ingest --use nothing x"), HasSubstr("'nothing'"));
  EXPECT_THAT(refusal("ingest --use cervix-huc pairs x"), HasSubstr("only the data set's folder"));
}

TEST(IngestCommand, RefusesOptionsOfAnotherLayout) {
  EXPECT_THAT(refusal("ingest ph2 x --count 3"),
              HasSubstr("--count is only for the layout lesions"));
  EXPECT_THAT(refusal("ingest lesions --group '(a)'"),
              HasSubstr("--group is only for the layout pairs, not for lesions"));
  EXPECT_THAT(refusal("ingest isic2017 x --allow-aspect"), HasSubstr("--allow-aspect"));
  EXPECT_THAT(refusal("ingest lesions x"), HasSubstr("leave out 'x'"));
  EXPECT_THAT(refusal("ingest lesions --cases 3"), HasSubstr("cases"));
  EXPECT_THAT(refusal("ingest"), HasSubstr("name a layout"));
}

TEST(IngestCommand, EndsWithTwoOnWrongInput) {
  const TemporaryFolder folder;
  for (const std::string& arguments :
       {std::string("ingest ph2"), "ingest ph2 '" + folder.path().string() + "'",
        "ingest ph3 '" + folder.path().string() + "'"}) {
    try {
      output_of(arguments);
      ADD_FAILURE() << arguments;
    } catch (const CommandError& error) {
      EXPECT_EQ(error.exit_code, 2) << error.what();
    }
  }
}

TEST(ProgressBar, IsSilentWhenNobodyWatches) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar("reading", 2);
    bar.update(1);
    bar.update(2);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace hone::cli
