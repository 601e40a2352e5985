#include "coordinator/cli/connection.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/net/folder_lock.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/state_options.hpp"

namespace hone::cli {

namespace {

constexpr unsigned unauthorized = 401, forbidden = 403;
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds look_period{50};

}  // namespace

void add_connection_options(CLI::App& app, ConnectionOptions& options) {
  app.add_option("--access", options.access,
                 "The coordinator's access.json (default: $HONE_ACCESS, else the state folder's)")
      ->type_name("FILE");
  add_state_option(app, options.state);
}

std::filesystem::path access_path(const ConnectionOptions& options) {
  if (!options.access.empty()) return options.access;
  const char* variable = std::getenv("HONE_ACCESS");
  if (options.state.empty() && variable != nullptr && *variable != '\0') return variable;
  return state_folder(options.state) / "access.json";
}

bool names_a_coordinator(const ConnectionOptions& options) {
  return access_path(options) != state_folder(options.state) / "access.json";
}

bool is_in_use(const std::filesystem::path& state) {
  return byte_lock(state / lock_name, owner_byte) == ByteLock::held;
}

HttpClient connect(const ConnectionOptions& options) {
  const std::filesystem::path file = access_path(options);
  const char* const advice =
      is_in_use(file.parent_path())
          ? "; it has its state folder all the same: it starts, or waits for room on its disk"
          : "; start a coordinator with 'hone serve', or name its state folder with --state or its "
            "access file with --access";
  try {
    HttpClient coordinator(read_access(file));
    // Whether it is there and lets us in is said now, not after the reading of a data set.
    const HttpResponse answer = coordinator.get("/api/v1/status");
    if (answer.status == unauthorized) {
      throw CommandError("the coordinator does not know the token in " + file.string() +
                         ": take the access.json of its own state folder");
    }
    if (answer.status == forbidden)
      throw CommandError(file.string() + " is a worker's access file: commands need access.json");
    body_of(answer);
    return coordinator;
  } catch (const AccessError& error) {
    if (std::filesystem::exists(file)) throw CommandError(error.what());
    if (options.access.empty() && file == state_folder(options.state) / "access.json") {
      throw NoCoordinator("no coordinator was ever started on " +
                          state_folder(options.state).string() + advice);
    }
    throw NoCoordinator(error.what() + std::string(advice));
  } catch (const TrustError& error) {
    throw CommandError(error.what());
  } catch (const NetworkError& error) {
    throw NoCoordinator("no coordinator answers: " + std::string(error.what()) + advice);
  }
}

HttpClient connect_patiently(const ConnectionOptions& options) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      return connect(options);
    } catch (const NoCoordinator&) {
      if (std::chrono::steady_clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(look_period);
  }
}

std::string body_of(const HttpResponse& response) {
  if (response.ok()) return response.body;
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (!json.is_object() || !json.contains("error") || !json["error"].is_string())
    throw NoCoordinator("what answers there is no coordinator of Hone (HTTP status " +
                        std::to_string(response.status) +
                        "): has another program taken its port? Start 'hone serve' again");
  const std::string message = json["error"].get<std::string>();
  const bool asked_wrongly = response.status == 400 || response.status == 404;
  throw CommandError(message, asked_wrongly ? 2 : 1);
}

}  // namespace hone::cli
