#include "common/wire.hpp"

#include <gtest/gtest.h>

#include "common/wire_fields.hpp"
#include "tests/common/wire_samples.hpp"

namespace hone {
namespace {

/// The samples are one of each kind, in the variant's order, and each comes back.
template <class Variant>
void expect_round_trips(const std::vector<Variant>& messages, Variant (*decode)(std::string_view)) {
  ASSERT_EQ(messages.size(), std::variant_size_v<Variant>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string text = encode(messages[i]);
    EXPECT_EQ(messages[i].index(), i);
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_TRUE(decode(text) == messages[i]) << text;
  }
}

TEST(Wire, EveryMessageComesBack) {
  expect_round_trips(samples::from_worker(), &decode_from_worker);
  expect_round_trips(samples::to_worker(), &decode_to_worker);
  expect_round_trips(samples::to_trainer(), &decode_to_trainer);
  expect_round_trips(samples::from_trainer(), &decode_from_trainer);
}

TEST(Wire, DefaultsComeBackToo) {
  const FromWorker hello = Hello{};
  EXPECT_TRUE(decode_from_worker(encode(hello)) == hello);
  const FromWorker report = Report{};
  EXPECT_TRUE(decode_from_worker(encode(report)) == report);
}

// Golden: other programs may be of another build. Whoever changes this raises protocol_version.
TEST(Wire, KeepsItsText) {
  EXPECT_EQ(encode(FromWorker{Report{samples::ticket, 12, samples::rows, {}}}),
            R"({"epochs":[],"rows":[[2,4,1,0,0.1],[1,0,20,4,1.0]],"sequence":12,)"
            R"("ticket":{"attempt":3,"trial":7},"type":"report"})");
}

TEST(Wire, TextThatIsNotUtf8IsReplaced) {
  const std::string text = encode(FromWorker{Failed{samples::ticket, Failure::crashed, "\xff!"}});
  const auto failed = std::get<Failed>(decode_from_worker(text));
  EXPECT_EQ(failed.reason, "\xef\xbf\xbd!");
}

TEST(Wire, ALargeNumberStaysExact) {
  const FromWorker report = Report{{TrialId{9007199254740993}, 1}, 9007199254740995, {}, {}};
  EXPECT_TRUE(decode_from_worker(encode(report)) == report);
}

TEST(Wire, AHelloOfAnotherProtocolIsReadAsFarAsItsNumber) {
  const auto hello = std::get<Hello>(
      decode_from_worker(R"({"type":"hello","protocol":99,"color":"blue","slots":"many"})"));
  EXPECT_EQ(hello.protocol, 99);
}

}  // namespace
}  // namespace hone
