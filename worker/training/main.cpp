#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

#include "common/version.hpp"
#include "worker/training/collective.hpp"
#include "worker/training/conversation.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/heart.hpp"

namespace {

/// A trainer without its agent works for nobody: the kernel ends it when the agent dies.
/// The result is whether the agent is still there.
bool die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;  // it may have died before the line above
}

/// One rank of a team. A rank that cannot go on ends all: the others would wait for it for ever.
int run_rank() {
  const auto team = hone::with_nccl(hone::join_mpi_team());
  const hone::Heart heart(team->rank());
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

int run_alone() {
  const auto trainer = hone::make_trainer();
  hone::converse(std::cin, std::cout, *trainer);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = ::getppid();
  CLI::App app("Trains what it is told to, one JSON object a line on standard input and output.");
  app.set_version_flag("--version", std::string("hone-trainer ") + hone::code_version());
  bool is_rank = false;
  app.add_flag("--team", is_rank,
               "Be one rank of a team that mpirun starts; rank 0 is told what to do");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_default_logger(spdlog::stderr_color_mt("trainer"));
  if (!die_with(parent)) return 1;
  try {
    return is_rank ? run_rank() : run_alone();
  } catch (const std::exception& error) {
    spdlog::critical("event=stopped reason=\"{}\"", error.what());
    return 1;
  }
}
