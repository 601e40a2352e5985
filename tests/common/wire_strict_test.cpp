#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/wire.hpp"
#include "tests/common/wire_samples.hpp"

namespace hone {
namespace {

using nlohmann::json;

template <class Variant>
void expect_cuts_refused(const std::vector<Variant>& messages,
                         Variant (*decode)(std::string_view)) {
  for (const Variant& message : messages) {
    const std::string text = encode(message);
    for (std::size_t cut = 0; cut < text.size(); ++cut)
      EXPECT_THROW(decode(text.substr(0, cut)), WireError) << text.substr(0, cut);
    EXPECT_THROW(decode(text + "x"), WireError);
  }
}

TEST(WireStrict, ATextCutAtAnyByteIsRefused) {
  expect_cuts_refused(samples::from_worker(), &decode_from_worker);
  expect_cuts_refused(samples::to_worker(), &decode_to_worker);
  expect_cuts_refused(samples::to_trainer(), &decode_to_trainer);
  expect_cuts_refused(samples::from_trainer(), &decode_from_trainer);
}

/// Every field of every level: gone, of another type, with a stranger beside it.
template <class Decode>
void expect_damage_refused(const json& whole, const Decode& decode) {
  const json flat = whole.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (pointer == "/type" || value.is_null()) continue;
    json damaged = whole;
    damaged[json::json_pointer(pointer)] = nullptr;
    EXPECT_THROW(decode(damaged.dump()), WireError) << damaged.dump();
    damaged[json::json_pointer(pointer)] = value.is_string() ? json(1) : json("one");
    EXPECT_THROW(decode(damaged.dump()), WireError) << damaged.dump();
  }
  for (const auto& item : whole.items()) {
    json damaged = whole;
    damaged.erase(item.key());
    EXPECT_THROW(decode(damaged.dump()), WireError) << damaged.dump();
  }
  json stranger = whole;
  stranger["stranger"] = 1;
  EXPECT_THROW(decode(stranger.dump()), WireError) << stranger.dump();
}

TEST(WireStrict, ADamagedFieldIsRefusedWhereverItIs) {
  for (const auto& message : samples::from_worker())
    expect_damage_refused(json::parse(encode(message)), &decode_from_worker);
  for (const auto& message : samples::to_worker())
    expect_damage_refused(json::parse(encode(message)), &decode_to_worker);
  for (const auto& message : samples::to_trainer())
    expect_damage_refused(json::parse(encode(message)), &decode_to_trainer);
  for (const auto& message : samples::from_trainer())
    expect_damage_refused(json::parse(encode(message)), &decode_from_trainer);
}

class RefusedText : public testing::TestWithParam<const char*> {};

TEST_P(RefusedText, IsAWireError) {
  EXPECT_THROW(decode_from_worker(GetParam()), WireError);
}

INSTANTIATE_TEST_SUITE_P(
    Wire, RefusedText,
    testing::Values(
        "", "null", "[]", "{}", "7", "\"ask\"", R"({"type":7})", R"({"type":""})",
        R"({"type":"ask"})", R"({"type":"asking","slots":1})", R"({"type":"ask","slots":2.9})",
        R"({"type":"ask","slots":2.0})", R"({"type":"ask","slots":-1})",
        R"({"type":"ask","slots":2147483648})", R"({"type":"ask","slots":18446744073709551615})",
        R"({"type":"ask","slots":1e999})", R"({"type":"ask","slots":NaN})",
        R"({"type":"ask","slots":true})", R"({"type":"ask","slots":1} {"type":"ask","slots":1})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":-1,"rows":[],"epochs":[]})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":0,"rows":[[3,0,0,0,0.5]],"epochs":[]})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":0,"rows":[[0,0,0,19,0.5]],"epochs":[]})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":0,"rows":[[0,-1,0,0,0.5]],"epochs":[]})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":0,"rows":[[0,0,0,0]],"epochs":[]})",
        R"({"type":"report","ticket":{"trial":1,"attempt":1},"sequence":0,"rows":[[0,0,0,0,NaN]],"epochs":[]})",
        "{\"type\":\"ask\",\"slots\":1,\"\xff\":1}"));

TEST(WireStrict, AThousandLevelsAreRefusedAndSayWhy) {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  try {
    decode_from_worker(R"({"type":"ask","slots":)" + deep + "}");
    FAIL();
  } catch (const WireError& error) {
    EXPECT_STREQ(error.what(), "message: nested deeper than 32 levels");
  }
}

TEST(WireStrict, SaysWhereAndWhat) {
  try {
    decode_from_worker(R"({"type":"renew","trials":[{"ticket":{"trial":1,"attempt":"x"},)"
                       R"("epoch":0,"epochs":1,"images_per_second":0}]})");
    FAIL();
  } catch (const WireError& error) {
    EXPECT_STREQ(error.what(), "renew.trials[0].ticket.attempt: expected an integer, found string");
  }
}

}  // namespace
}  // namespace hone
