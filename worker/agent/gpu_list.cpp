#include "worker/agent/gpu_list.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "worker/agent/child.hpp"
#include "worker/agent/environment.hpp"

namespace hone {

namespace {

bool has_driver() {
  return std::filesystem::exists("/dev/nvidiactl");
}

/// Standard output of a program, as far as it came.
std::string output_of(const ChildCommand& command) {
  ChildPipes pipes;
  const pid_t child = start_child(command, &pipes);
  ::close(pipes.in);
  std::string text;
  std::array<char, 4096> some{};
  for (ssize_t got = 0; (got = ::read(pipes.out, some.data(), some.size())) > 0;)
    text.append(some.data(), static_cast<std::size_t>(got));
  ::close(pipes.out);
  ::close(pipes.err);
  ::waitpid(child, nullptr, 0);
  return text;
}

GpuList gpus_of(const std::filesystem::path& trainer) {
  const std::string said = output_of(
      {.program = trainer, .arguments = {"--gpus"}, .environment = process_environment()});
  const auto list = nlohmann::json::parse(said, nullptr, /*allow_exceptions=*/false);
  GpuList all;
  if (!list.is_array()) return all;
  for (const auto& gpu : list) all.push_back(gpu.at("uuid"));
  return all;
}

std::string found_in(const GpuList& all, const std::string& name) {
  const auto named = std::find(all.begin(), all.end(), name);
  if (named != all.end()) return *named;
  const bool number =
      !name.empty() && name.size() < 4 && name.find_first_not_of("0123456789") == std::string::npos;
  if (number && std::stoul(name) < all.size()) return all[std::stoul(name)];
  throw std::invalid_argument("--gpus: there is no GPU '" + name + "' here; hone-trainer sees " +
                              (all.empty() ? "none" : joined(all)));
}

}  // namespace

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

GpuList chosen_gpus(const std::string& wanted, const std::filesystem::path& trainer) {
  if (wanted == "none" || (wanted == "all" && !has_driver())) return {};
  const GpuList all = has_driver() ? gpus_of(trainer) : GpuList();
  if (wanted == "all") return all;
  GpuList chosen;
  for (const std::string& name : split_at_commas(wanted)) {
    chosen.push_back(found_in(all, name));
    if (std::count(chosen.begin(), chosen.end(), chosen.back()) > 1)
      throw std::invalid_argument("--gpus: '" + name + "' is there twice");
  }
  return chosen;
}

std::string joined(const GpuList& gpus) {
  std::string text;
  for (const std::string& gpu : gpus) text += (text.empty() ? "" : ",") + gpu;
  return text;
}

std::vector<std::string> with_gpus(std::vector<std::string> environment, const GpuList& gpus) {
  const std::string name = "CUDA_VISIBLE_DEVICES=";
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name); });
  environment.push_back(name + joined(gpus));
  return environment;
}

}  // namespace hone
