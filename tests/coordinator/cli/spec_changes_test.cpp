#include "coordinator/cli/spec_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/spec.hpp"

namespace hone::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SpecChanges, AreNamedByTheirPath) {
  EXPECT_THAT(spec_changes(R"({"a": {"b": 1, "c": "x"}, "d": [1, 2]})",
                           R"({"a": {"b": 2, "c": "x"}, "d": [1]})"),
              ElementsAre(SpecChange{"/a/b", "1", "2"}, SpecChange{"/d/1", "2", ""}));
  EXPECT_THAT(spec_changes(R"({"a": 1})", R"({"a": 1})"), IsEmpty());
}

TEST(SpecChanges, FromTheDefaultAreWhatASpecSays) {
  TrialSpec spec;
  spec.role = Role::refine;
  spec.refine.lambda = 0.3;
  const auto changes = changes_from_default(to_json(spec));
  EXPECT_THAT(changes, Contains(SpecChange{"/refine/lambda", "0.0", "0.3"}));
  for (const SpecChange& each : changes)
    EXPECT_TRUE(each.path == "/refine/lambda" || each.path == "/pack") << each.path;
}

}  // namespace
}  // namespace hone::cli
