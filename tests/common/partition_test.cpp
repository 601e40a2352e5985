#include "common/partition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

namespace hone {
namespace {

using Images = std::vector<std::int32_t>;

Images singletons(int count) {
  Images groups(static_cast<std::size_t>(count));
  std::iota(groups.begin(), groups.end(), 0);
  return groups;
}

Images all_of(const Partition& partition) {
  Images all = partition.train;
  all.insert(all.end(), partition.validation.begin(), partition.validation.end());
  all.insert(all.end(), partition.test.begin(), partition.test.end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Partition, CoversEveryImageOnceInEveryRotationAndFold) {
  for (int rotation = 0; rotation < part_count; ++rotation)
    for (int fold = 0; fold < inner_fold_count; ++fold)
      EXPECT_EQ(all_of(make_partition(singletons(203), rotation, fold)), singletons(203));
}

TEST(Partition, IsSixtyTwentyTwenty) {
  const Partition partition = make_partition(singletons(200), 0, 0);
  EXPECT_EQ(partition.train.size(), 120U);
  EXPECT_EQ(partition.validation.size(), 40U);
  EXPECT_EQ(partition.test.size(), 40U);
}

TEST(Partition, PartsDifferByAtMostOneImage) {
  for (const int count : {5, 6, 7, 8, 9, 101, 2750}) {
    std::set<std::size_t> sizes;
    for (int rotation = 0; rotation < part_count; ++rotation)
      sizes.insert(make_partition(singletons(count), rotation, 0).test.size());
    EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1U) << count << " images";
  }
}

TEST(Partition, InnerFoldsShareTheTestSplitAndRotateTheValidation) {
  std::set<std::int32_t> validated;
  for (int fold = 0; fold < inner_fold_count; ++fold) {
    const Partition partition = make_partition(singletons(50), 2, fold);
    EXPECT_EQ(partition.test, make_partition(singletons(50), 2, 0).test);
    validated.insert(partition.validation.begin(), partition.validation.end());
  }
  EXPECT_EQ(validated.size(), 40U);
}

TEST(Partition, TestSplitsOfAllRotationsAreTheDataSet) {
  std::set<std::int32_t> tested;
  for (int rotation = 0; rotation < part_count; ++rotation) {
    const Partition partition = make_partition(singletons(50), rotation, 0);
    tested.insert(partition.test.begin(), partition.test.end());
  }
  EXPECT_EQ(tested.size(), 50U);
}

TEST(Partition, NeverDividesAGroup) {
  Images groups;
  for (int i = 0; i < 120; ++i) groups.push_back(i * i % 37);
  for (int fold = 0; fold < inner_fold_count; ++fold) {
    const Partition partition = make_partition(groups, 1, fold);
    std::map<std::int32_t, std::set<int>> splits;
    for (const auto i : partition.train) splits[groups[static_cast<std::size_t>(i)]].insert(0);
    for (const auto i : partition.validation) splits[groups[static_cast<std::size_t>(i)]].insert(1);
    for (const auto i : partition.test) splits[groups[static_cast<std::size_t>(i)]].insert(2);
    for (const auto& [group, found] : splits) EXPECT_EQ(found.size(), 1U) << "group " << group;
  }
}

TEST(Partition, DoesNotDependOnTheGroupsNumbers) {
  Images renamed = singletons(30);
  for (auto& group : renamed) group = 1000 - group;
  EXPECT_EQ(make_partition(renamed, 0, 0).test, make_partition(singletons(30), 0, 0).test);
}

// Golden: another split would be another experiment.
TEST(Partition, KeepsItsSplit) {
  const Partition partition = make_partition(singletons(20), 0, 0);
  EXPECT_THAT(partition.test, testing::ElementsAre(8, 10, 16, 18));
  EXPECT_THAT(partition.validation, testing::ElementsAre(0, 4, 13, 15));
}

TEST(Partition, RefusesWhatItCannotSplit) {
  EXPECT_THROW(make_partition(singletons(4), 0, 0), std::invalid_argument);
  EXPECT_THROW(make_partition(Images(100, 3), 0, 0), std::invalid_argument);
  EXPECT_THROW(make_partition(singletons(10), 5, 0), std::invalid_argument);
  EXPECT_THROW(make_partition(singletons(10), -1, 0), std::invalid_argument);
  EXPECT_THROW(make_partition(singletons(10), 0, 4), std::invalid_argument);
}

}  // namespace
}  // namespace hone
