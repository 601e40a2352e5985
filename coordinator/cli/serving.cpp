#include "coordinator/cli/serving.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <mutex>
#include <thread>

#include "coordinator/cli/signals.hpp"
#include "coordinator/server/state_lock.hpp"
#include "sql/database.hpp"

namespace hone::cli {

namespace {

/// The coordinator of the moment, for the thread that waits for signals.
class Served {
 public:
  /// While it lives, `server` is that one.
  class Turn {
   public:
    Turn(Served& served, Server& server) : served_(served) { served_.is(&server); }
    ~Turn() { served_.is(nullptr); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Served& served_;
  };

  void stop() {
    const std::lock_guard lock(mutex_);
    if (server_ != nullptr) server_->stop();
  }

 private:
  void is(Server* server) {
    const std::lock_guard lock(mutex_);
    server_ = server;
  }

  std::mutex mutex_;
  Server* server_ = nullptr;
};

/// Room for the log of a few transactions; when it is used up too, the coordinator waits again.
constexpr std::uint64_t enough = std::uint64_t{4} << 20U;  // bytes

std::uint64_t room(const ServerSettings& settings) {
  std::error_code unknown;
  const auto space = std::filesystem::space(settings.state, unknown);
  return unknown ? enough : space.available;
}

/// Whether that is what ended a coordinator, or its start: other files than the database's have
/// errors of their own.
bool is_without_room(const std::exception& error, const ServerSettings& settings) {
  constexpr std::uint64_t least = std::uint64_t{64} << 10U;  // bytes
  if (dynamic_cast<const StateInUse*>(&error) != nullptr) return false;
  const auto* const sql = dynamic_cast<const SqlError*>(&error);
  return (sql != nullptr && is_disk_full(*sql)) || room(settings) < least;
}

void wait_for_room(const ServerSettings& settings, const Signals& signals) {
  constexpr std::chrono::milliseconds look_period{500};
  do {
    std::this_thread::sleep_for(look_period);
  } while (!signals.raised() && room(settings) < enough);
}

}  // namespace

void serve_until_stopped(ServerSettings settings, const std::function<void(const Server&)>& began) {
  settings.lock = std::make_shared<std::optional<StateLock>>();  // held also while it waits
  Signals signals;  // before any thread starts, so that every thread inherits its mask
  Served served;
  signals.on_signal([&served] { served.stop(); });
  while (!signals.raised()) {
    try {
      Server server(settings);
      const Served::Turn turn(served, server);
      began(server);
      if (!signals.raised()) server.run();
      return;
    } catch (const std::exception& error) {
      if (!is_without_room(error, settings)) throw;
      spdlog::error("event=disk_full folder={}: the coordinator goes on when {} MiB are free",
                    settings.state.string(), enough >> 20U);
    }
    wait_for_room(settings, signals);
  }
}

}  // namespace hone::cli
