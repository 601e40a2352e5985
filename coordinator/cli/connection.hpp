#pragma once

#include <filesystem>
#include <string>

#include "common/net/http_client.hpp"

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

/// A client of that coordinator, which has answered. Throws CommandError that says how to start one
/// if there is none.
HttpClient connect(const ConnectionOptions& options);

/// The body of a good answer; else throws CommandError with the coordinator's own words.
std::string body_of(const HttpResponse& response);

}  // namespace hone::cli
