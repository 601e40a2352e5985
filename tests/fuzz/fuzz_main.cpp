// The side of libFuzzer, one program for all targets. Environment: HONE_FUZZ_TARGET, a target's
// name; HONE_FUZZ_SEEDS, a folder: its seeds are written there, and nothing is fuzzed;
// HONE_FUZZ_LIST: names are printed, and nothing is fuzzed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/targets.hpp"

namespace {

const hone::fuzz::Target* chosen = nullptr;

void write_seeds(const std::filesystem::path& folder) {
  int number = 0;
  for (const std::string& seed : chosen->seeds()) {
    std::ofstream file(folder / ("seed-" + std::to_string(++number)), std::ios::binary);
    file << seed;
    if (!file.flush()) std::exit(1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*words*/, char*** /*words*/) {
  const auto& all = hone::fuzz::targets();
  if (std::getenv("HONE_FUZZ_LIST") != nullptr) {
    for (const auto& target : all)
      std::printf("%.*s\n", static_cast<int>(target.name.size()), target.name.data());
    std::exit(0);
  }
  const char* const name = std::getenv("HONE_FUZZ_TARGET");
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& target) {
    return name != nullptr && target.name == name;
  });
  if (found == all.end()) {
    std::fprintf(stderr,
                 "fuzz_targets: HONE_FUZZ_TARGET names no target; see scripts/fuzz --help\n");
    std::exit(2);
  }
  chosen = &*found;
  if (const char* const folder = std::getenv("HONE_FUZZ_SEEDS")) {
    write_seeds(folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->take({reinterpret_cast<const char*>(data), size});
  return 0;
}
