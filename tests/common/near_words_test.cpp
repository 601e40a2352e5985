#include "common/near_words.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

TEST(NearWords, TheNearestIsTheFirstOfThoseWithFewestEdits) {
  EXPECT_EQ(nearest_word("tabel", {"status", "table", "run"}), "table");
  EXPECT_EQ(nearest_word("ab", {"ac", "bb"}), "ac");
  EXPECT_EQ(nearest_word("rnu", {"rna", "run"}), "rna");
  EXPECT_EQ(nearest_word("a", {}), "");
}

TEST(NearWords, ASuggestionIsOneThatIsNearOrAllThatAreKnown) {
  EXPECT_EQ(suggestion("epohcs", {"batch", "epochs"}), "; did you mean 'epochs'?");
  EXPECT_EQ(suggestion("rnu", {"init", "run"}), "; did you mean 'run'?");
  EXPECT_EQ(suggestion("rubbish", {"batch", "epochs"}), "; known are 'batch', 'epochs'");
  EXPECT_EQ(suggestion("rubbish", {}), "");
}

}  // namespace
}  // namespace hone
