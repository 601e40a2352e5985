#include "coordinator/cli/program_output.hpp"

#include <array>
#include <cstdio>

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

/// A word for the shell.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

fs::path trainer_program(const std::string& given) {
  if (!given.empty()) return given;
  return fs::read_symlink("/proc/self/exe").parent_path() / "hone-trainer";
}

std::vector<std::string> outputs_of(const fs::path& program, const std::string& arguments,
                                    int count) {
  const std::string command = quoted(program.string()) + " " + arguments;
  std::vector<std::FILE*> running;
  for (int i = 0; i < count; ++i) running.push_back(::popen(command.c_str(), "r"));
  std::vector<std::string> outputs;
  for (std::FILE* const one : running) {
    std::string text;
    std::array<char, 4096> some{};
    while (one != nullptr && std::fgets(some.data(), some.size(), one) != nullptr)
      text += some.data();
    const bool failed = one == nullptr || ::pclose(one) != 0;
    outputs.push_back(failed ? std::string() : text);
  }
  return outputs;
}

std::string output_of(const fs::path& program, const std::string& arguments) {
  std::string text = outputs_of(program, arguments, 1).front();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace hone::cli
