#pragma once

#include <filesystem>
#include <string>

#include "common/net/http_client.hpp"
#include "coordinator/cli/command.hpp"

namespace CLI {
class App;
}

namespace hone::cli {

/// Which coordinator a command speaks to.
struct ConnectionOptions {
  std::string access;  // '' : access.json of the state folder
  std::string state;
};

/// Adds --access and --state.
void add_connection_options(CLI::App& app, ConnectionOptions& options);

/// --access if given, else $HONE_ACCESS, else access.json in the state folder.
std::filesystem::path access_path(const ConnectionOptions& options);

/// Whether a coordinator is named, by --access or $HONE_ACCESS, rather than a state folder: if it
/// does not answer, no folder of this machine may take its place.
bool names_a_coordinator(const ConnectionOptions& options);

/// No coordinator runs there; the message says how to start one.
class NoCoordinator : public CommandError {
 public:
  using CommandError::CommandError;
};

/// Whether somebody has the state folder, answering or not: a coordinator that starts or waits for
/// room on its disk, or a command that changes its file.
bool is_in_use(const std::filesystem::path& state);

/// A client of that coordinator, which has answered. Throws NoCoordinator if there is none, else
/// CommandError.
HttpClient connect(const ConnectionOptions& options);

/// As connect(), but a coordinator that was started just now ("hone serve &") gets five seconds to
/// answer.
HttpClient connect_patiently(const ConnectionOptions& options);

/// The body of a good answer; else throws CommandError with the coordinator's own words.
std::string body_of(const HttpResponse& response);

}  // namespace hone::cli
