#include "coordinator/dataset/groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hone {
namespace {

using testing::ElementsAre;

TEST(Groups, AreOneForEachImageWithoutPatientsOrDuplicates) {
  const Grouping grouping = group_images({"", "", ""}, {sha256("1"), sha256("2"), sha256("3")});
  EXPECT_THAT(grouping.groups, ElementsAre(0, 1, 2));
  EXPECT_EQ(grouping.duplicates, 0);
}

TEST(Groups, JoinWhatHangsTogetherThroughPatientsAndDuplicates) {
  // Images 0 and 4 are equal, 4 and 1 are of one patient, 1 and 3 are equal.
  const Grouping grouping = group_images(
      {"", "p", "q", "", "p"}, {sha256("x"), sha256("y"), sha256("z"), sha256("y"), sha256("x")});
  EXPECT_THAT(grouping.groups, ElementsAre(0, 0, 1, 0, 0));
  EXPECT_EQ(grouping.duplicates, 2);
}

}  // namespace
}  // namespace hone
