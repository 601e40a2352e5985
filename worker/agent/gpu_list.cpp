#include "worker/agent/gpu_list.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

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

/// MiB by UUID, in the driver's order.
std::vector<std::pair<std::string, std::int64_t>> gpus_of(const std::filesystem::path& trainer) {
  const std::string said = output_of(
      {.program = trainer, .arguments = {"--gpus"}, .environment = process_environment()});
  const auto list = nlohmann::json::parse(said, nullptr, /*allow_exceptions=*/false);
  std::vector<std::pair<std::string, std::int64_t>> all;
  if (!list.is_array()) return all;
  for (const auto& gpu : list)
    all.emplace_back(gpu.at("uuid"), gpu.at("memory").get<std::int64_t>() >> 20);
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

ChosenGpus chosen_gpus(const std::string& wanted, const std::filesystem::path& trainer) {
  ChosenGpus chosen;
  if (wanted == "none" || (wanted == "all" && !has_driver())) return chosen;
  std::map<std::string, std::int64_t> memory;
  GpuList all;
  if (has_driver()) {
    for (const auto& [uuid, mebibytes] : gpus_of(trainer)) {
      all.push_back(uuid);
      memory[uuid] = mebibytes;
    }
  }
  for (const std::string& name : wanted == "all" ? all : split_at_commas(wanted)) {
    chosen.gpus.push_back(found_in(all, name));
    if (std::count(chosen.gpus.begin(), chosen.gpus.end(), chosen.gpus.back()) > 1)
      throw std::invalid_argument("--gpus: '" + name + "' is there twice");
    const std::int64_t own = memory[chosen.gpus.back()];
    chosen.memory_mib = chosen.memory_mib == 0 ? own : std::min(chosen.memory_mib, own);
  }
  return chosen;
}

std::int64_t memory_of_slot(std::int64_t memory_mib, int slots, int gpus) {
  if (gpus == 0) return 0;
  const int sharing = (slots + gpus - 1) / gpus;  // of the GPU that has most of them
  return memory_mib / std::max(1, sharing);
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
