#include "common/digest.hpp"

#include <gtest/gtest.h>

#include "common/measurement.hpp"

namespace hone {
namespace {

TEST(Digest, IsTheSha256OfTheStandard) {
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, PiecesGiveTheSameAsTheWhole) {
  Hasher hasher;
  hasher.update("a");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish(), sha256("abc"));
}

TEST(Digest, OnlySixtyFourLowerCaseDigitsAreOne) {
  const std::string good = sha256("x").hex();
  EXPECT_EQ(Digest::parse(good)->hex(), good);
  EXPECT_FALSE(Digest::parse(good.substr(1)));
  EXPECT_FALSE(Digest::parse(good + "0"));
  EXPECT_FALSE(Digest::parse("G" + good.substr(1)));
  EXPECT_FALSE(Digest::parse(""));
}

TEST(RowDigest, DoesNotDependOnTheRowsOrder) {
  const Measurement first{Split::test, 0, 0, Metric::dice, 0.5};
  const Measurement second{Split::test, 1, 0, Metric::dice, 0.25};
  EXPECT_EQ(digest_of_rows({first, second}), digest_of_rows({second, first}));
  EXPECT_NE(digest_of_rows({first, second}), digest_of_rows({first}));
}

// Golden: the digest travels between programs and lies in databases.
TEST(RowDigest, KeepsItsBytes) {
  EXPECT_EQ(digest_of_rows({{Split::validation, 7, 2, Metric::quality, 0.75}}).hex(),
            "3cd13a6d4bc042596295d895bed01a62f02ef9c95c7b486801e1a63bbe6dc601");
}

}  // namespace
}  // namespace hone
