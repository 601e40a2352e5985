#include "coordinator/cli/local_work.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/cli/worker_child.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/keyring.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

std::vector<std::string> worker_arguments(const std::filesystem::path& state, const Work& work) {
  std::vector<std::string> words = {"--access",        worker_access_file(state).string(),
                                    "--cache",         (state / "worker").string(),
                                    "--artifacts",     artifact_folder(state).string(),
                                    "--threads",       std::to_string(work.threads),
                                    "--grace",         "0",
                                    "--until-drained", "--with-parent",
                                    "--bf16",          "yes"};  // as asked, be it slow here
  const WorkOptions& options = work.options;
  if (options.slots > 0) words.insert(words.end(), {"--slots", std::to_string(options.slots)});
  if (!options.trainer.empty()) words.insert(words.end(), {"--trainer", options.trainer});
  return words;
}

/// Why the worker says in its log that it ended; '' if it does not.
std::string last_words(const std::filesystem::path& log) {
  std::ifstream lines(log);
  std::string words;
  for (std::string line; std::getline(lines, line);) {
    const auto why = line.find(" why=");
    if (line.find(" critical ") != std::string::npos && why != std::string::npos)
      words = ": " + line.substr(why + 5);
  }
  return words;
}

}  // namespace

void add_work_options(CLI::App& app, WorkOptions& options) {
  app.add_option("--slots", options.slots, "Trials at a time (default: one per thread)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--trainer", options.trainer, "Program that trains, as hone-worker has it")
      ->type_name("FILE");
}

void require_trainer(const WorkOptions& options) {
  if (options.trainer.empty() || std::filesystem::exists(options.trainer)) return;
  throw CommandError("--trainer " + options.trainer + ": there is no such program", wrong_input);
}

void require_room(const WorkOptions& options, const Numerics& numerics) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int found = std::max(1, cores / std::max(1, numerics.threads));
  const int slots = options.slots > 0 ? options.slots : found;
  if (numerics.device == Device::cuda || slots >= numerics.ranks) return;
  const std::string ranks = std::to_string(numerics.ranks);
  throw CommandError("numerics.ranks is " + ranks + ", and a worker of " + counted(slots, "slot") +
                         " has no room for such a team; --slots " + ranks +
                         " makes room, however many cores there are",
                     wrong_input);
}

EmbeddedServer::EmbeddedServer(const ServerSettings& settings) {
  const SignalShelter shelter;
  server_ = std::make_unique<Server>(settings);
  thread_ = std::thread([this] { serve(); });
}

EmbeddedServer::~EmbeddedServer() {
  server_->stop();
  thread_.join();
}

void EmbeddedServer::serve() {
  try {
    server_->run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "\nhone: the coordinator stopped: %s\n", error.what());
    failed_ = true;
  }
}

bool work_on(HttpClient& coordinator, const EmbeddedServer& server, SweepId sweep,
             const std::filesystem::path& state, const Work& work) {
  const std::filesystem::path log = state / "worker.log";
  WorkerChild worker(worker_arguments(state, work), log);
  Signals signals;  // ends before the worker does, since it speaks to it
  signals.on_signal([&worker] { worker.stop(); });
  const auto goes_on = [&] { return server.alive() && worker.alive(); };
  bool finished = false;
  try {
    finished = watch_sweep(coordinator, sweep, goes_on);
  } catch (const NetworkError&) {
    if (server.alive()) throw;
  }
  if (!server.alive()) {
    worker.stop();
    throw CommandError("the coordinator stopped, see above; what was recorded is in " +
                       state.string() + ", and the same command goes on");
  }
  if (signals.raised()) return finished;
  if (!finished) {
    throw CommandError("the worker ended before the sweep did" + last_words(log) + "; see " +
                       log.string());
  }
  worker.wait();  // it drains by itself
  return true;
}

}  // namespace hone::cli
