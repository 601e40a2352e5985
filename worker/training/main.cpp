#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

#include "common/fault_point.hpp"
#include "common/version.hpp"
#include "worker/training/collective.hpp"
#include "worker/training/conversation.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/heart.hpp"
#include "worker/training/measure.hpp"
#include "worker/training/trainer.hpp"

namespace {

/// A trainer without its agent works for nobody: the kernel ends it when the agent dies.
/// The result is whether the agent is still there.
bool die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;  // it may have died before the line above
}

/// Prints how fast the numerics of "fp32,channels_last,1,cpu" train here, as JSON.
int print_speed(const std::string& words) {
  std::istringstream text(words);
  std::string precision, layout, threads, device;
  std::getline(text, precision, ',');
  std::getline(text, layout, ',');
  std::getline(text, threads, ',');
  std::getline(text, device);
  const hone::Numerics numerics{.precision = hone::parse_name<hone::Precision>(precision),
                                .layout = hone::parse_name<hone::Layout>(layout),
                                .threads = std::max(1, std::atoi(threads.c_str())),
                                .device = hone::parse_name<hone::Device>(device)};
  const auto trainer = hone::make_trainer();  // sets LibTorch up as trials have it
  constexpr double seconds = 1.5;
  const double speed = hone::measured_speed(numerics, seconds);
  std::cout << nlohmann::json{{"images_per_second", speed}}.dump() << "\n";
  return 0;
}

/// Ranks of one host take turns with its GPUs: this one shall see its own only.
void see_own_gpu() {
  const char* const rank = std::getenv("OMPI_COMM_WORLD_LOCAL_RANK");
  if (rank == nullptr) return;
  const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  std::istringstream words(visible == nullptr ? "" : visible);
  std::vector<std::string> gpus;
  for (std::string gpu; std::getline(words, gpu, ',');) gpus.push_back(gpu);
  const auto turn = static_cast<std::size_t>(std::atoi(rank));
  const std::string own = gpus.empty() ? std::string(rank) : gpus[turn % gpus.size()];
  ::setenv("CUDA_VISIBLE_DEVICES", own.c_str(), /*overwrite=*/1);
}

/// As mpirun says, before MPI does.
int own_rank() {
  const char* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return rank == nullptr ? 0 : std::atoi(rank);
}

/// One rank of a team. A rank that cannot go on ends all: the others would wait for it for ever.
int run_rank() {
  see_own_gpu();
  const hone::Heart heart(own_rank());  // joining is waiting for others, which may hang
  const auto team = hone::with_nccl(hone::join_mpi_team());
  spdlog::set_default_logger(
      spdlog::default_logger()->clone("rank-" + std::to_string(team->rank()) + "@" + team->host()));
  try {
    if (!team->leads()) {
      hone::follow(*team);
      return 0;
    }
    const auto leader = hone::make_team_leader(*team);
    hone::converse(std::cin, std::cout, *leader);
    return 0;
  } catch (const std::exception& error) {
    spdlog::critical("event=stopped reason=\"{}\"", error.what());
    hone::abort_mpi_team(1);
  }
}

/// Which GPUs trials could be trained on, as a JSON array; why there is none goes to stderr.
int print_gpus() {
  auto list = nlohmann::json::array();
  for (const hone::Gpu& gpu : hone::gpus())
    list.push_back({{"uuid", gpu.uuid}, {"name", gpu.name}, {"memory", gpu.memory}});
  std::cout << list.dump() << "\n";
  if (list.empty()) std::cerr << hone::no_gpu_reason() << "\n";
  return 0;
}

int run_alone() {
  // A batch system that ends a job signals all its processes; what becomes of the trial is the
  // agent's to say, which kills a trainer that it no longer wants.
  std::signal(SIGTERM, SIG_IGN);
  const auto trainer = hone::make_trainer();
  hone::converse(std::cin, std::cout, *trainer);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = ::getppid();
  // The agent's word, or Slurm's to every process: the end is near. See run_alone().
  std::signal(SIGUSR1, [](int) { hone::want_checkpoint(); });
  CLI::App app("Trains what it is told to, one JSON object a line on standard input and output.");
  app.set_version_flag("--version", std::string("hone-trainer ") + hone::code_version());
  bool is_rank = false;
  app.add_flag("--team", is_rank,
               "Be one rank of a team that mpirun starts; rank 0 is told what to do");
  bool lists_gpus = false;
  app.add_flag("--gpus", lists_gpus, "Print the GPUs that trials could be trained on, as JSON");
  bool says_library = false;
  app.add_flag("--library", says_library, "Print which LibTorch this is");
  std::string measured;
  app.add_option(
      "--measure", measured,
      "Print the training images a second with PRECISION,LAYOUT,THREADS,DEVICE, as JSON");
  CLI11_PARSE(app, argc, argv);
  if (lists_gpus) return print_gpus();
  spdlog::set_default_logger(spdlog::stderr_color_mt("trainer"));
  if (!die_with(parent)) return 1;
  try {
    if (says_library) {
      std::cout << hone::make_trainer()->library() << "\n";
      return 0;
    }
    if (!measured.empty()) return print_speed(measured);
    hone::fault::arm_from_environment();
    return is_rank ? run_rank() : run_alone();
  } catch (const std::exception& error) {
    spdlog::critical("event=stopped reason=\"{}\"", error.what());
    return 1;
  }
}
