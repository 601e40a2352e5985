#include "common/net/processor.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

/// Of a processor with these flags, as Linux writes it for each core.
bool has_bf16(const std::string& flags) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "cpuinfo") << "processor\t: 0\nmodel name\t: Some Processor @ 2.5GHz\n"
                                    << "flags\t\t: " << flags << "\nbugs\t\t: spectre_v1\n\n";
  EXPECT_EQ(processor_fact("model name", folder / "cpuinfo"), "Some Processor @ 2.5GHz");
  return processor_has_bf16(folder / "cpuinfo");
}

TEST(Processor, HasBf16WhereLinuxShowsInstructionsForIt) {
  EXPECT_TRUE(has_bf16("fpu avx512f avx512_bf16 avx512vl"));
  EXPECT_TRUE(has_bf16("fpu avx2 amx_bf16"));
  EXPECT_FALSE(has_bf16("fpu sse2 avx avx2 fma"));
  EXPECT_FALSE(has_bf16("fpu avx2 avx512_bf16_of_another_name"));
}

TEST(Processor, OfWhichNothingIsKnownHasNone) {
  EXPECT_EQ(processor_fact("flags", "/nowhere"), "");
  EXPECT_FALSE(processor_has_bf16("/nowhere"));
}

}  // namespace
}  // namespace hone
