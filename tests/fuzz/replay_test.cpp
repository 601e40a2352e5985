// Every target reads its seeds and what fuzzing has ever found, whatever compiler built it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {
namespace {

std::filesystem::path found_folder() {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests/fuzz/found";
}

class Found : public ::testing::TestWithParam<Target> {};

TEST_P(Found, IsRefusedOrUnderstood) {
  const Target& target = GetParam();
  for (const std::string& seed : target.seeds()) EXPECT_NO_THROW(target.take(seed)) << seed;
  EXPECT_NO_THROW(target.take(""));
  int inputs = 0;
  if (std::filesystem::exists(found_folder() / target.name))
    for (const auto& entry : std::filesystem::directory_iterator(found_folder() / target.name)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      EXPECT_NO_THROW(target.take(bytes)) << entry.path();
      ++inputs;
    }
  std::printf("%d inputs that once broke something\n", inputs);
}

INSTANTIATE_TEST_SUITE_P(By, Found, ::testing::ValuesIn(targets()), [](const auto& given) {
  std::string name(given.param.name);
  for (char& each : name) each = each == '-' ? '_' : each;
  return name;
});

TEST(FoundInputs, BelongToATarget) {
  std::set<std::string> names;
  for (const Target& target : targets()) names.insert(std::string(target.name));
  for (const auto& entry : std::filesystem::directory_iterator(found_folder()))
    EXPECT_TRUE(!entry.is_directory() || names.contains(entry.path().filename().string()))
        << entry.path();
}

/// A target that does not read anything would never find anything.
TEST(Seeds, AreUnderstoodByTheirReaders) {
  EXPECT_THROW(expect(false, "this"), Broken);
  for (const Target& target : targets()) EXPECT_FALSE(target.seeds().empty()) << target.name;
}

}  // namespace
}  // namespace hone::fuzz
