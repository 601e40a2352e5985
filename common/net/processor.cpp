#include "common/net/processor.hpp"

#include <fstream>
#include <sstream>

namespace hone {

std::string processor_fact(const std::string& name, const std::filesystem::path& facts) {
  std::ifstream lines(facts);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with(name) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

bool processor_has_bf16(const std::filesystem::path& facts) {
  const std::string flags = " " + processor_fact("flags", facts) + " ";
  return flags.find(" avx512_bf16 ") != std::string::npos ||
         flags.find(" amx_bf16 ") != std::string::npos;
}

std::string gpu_driver_version(const std::filesystem::path& facts) {
  std::ifstream file(facts);
  std::string line;
  std::getline(file, line);
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (word.find_first_not_of("0123456789.") == std::string::npos) return word;
  }
  return {};
}

}  // namespace hone
