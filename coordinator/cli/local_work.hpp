#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "common/ids.hpp"
#include "common/net/http_client.hpp"
#include "common/spec.hpp"
#include "coordinator/server/server.hpp"

namespace CLI {
class App;
}

/// A coordinator and a worker on this machine, for commands that train by themselves.
namespace hone::cli {

struct WorkOptions {
  std::string trainer;  // '': hone-trainer beside the worker
  int slots = 0;        // 0: what the worker finds
};

/// Adds --slots and --trainer.
void add_work_options(CLI::App& app, WorkOptions& options);

/// Throws CommandError with exit code 2 if a trainer is named that is not there.
void require_trainer(const WorkOptions& options);

/// Throws CommandError with exit code 2 if this machine's worker has fewer slots than a team of
/// these trials has ranks: it would wait for ever.
void require_room(const WorkOptions& options, const Numerics& numerics);

/// A coordinator on a thread of its own for as long as the object lives. Its threads take no
/// signal: until a worker runs, Ctrl-C does to the process what it did before.
class EmbeddedServer {
 public:
  explicit EmbeddedServer(const ServerSettings& settings);
  ~EmbeddedServer();
  EmbeddedServer(const EmbeddedServer&) = delete;
  EmbeddedServer& operator=(const EmbeddedServer&) = delete;

  /// Trials that another run of this state folder left waiting are not this run's.
  void work_only_on(SweepId sweep) { server_->work_only_on(sweep); }

  /// Whether it still answers: a full disk, for one, ends it.
  bool alive() const { return !failed_; }

 private:
  void serve();

  std::unique_ptr<Server> server_;
  std::atomic<bool> failed_ = false;
  std::thread thread_;
};

struct Work {
  WorkOptions options;
  int threads = 1;  // of each trial
};

/// Runs a worker until the sweep is finished and shows how it gets on. Returns false if Ctrl-C
/// ended it before. Throws CommandError.
bool work_on(HttpClient& coordinator, const EmbeddedServer& server, SweepId sweep,
             const std::filesystem::path& state, const Work& work);

}  // namespace hone::cli
