#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/net/access.hpp"
#include "common/net/fingerprint.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/open_page.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/file_server.hpp"
#include "coordinator/server/page.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone dashboard                      the coordinator of ./hone-state, or its results if none runs
  hone dashboard ~/sweeps             of another state folder
  hone dashboard results.sqlite       a file of 'hone export', or of a state folder, as it is
  hone dashboard --no-open            only print the address

The address has the coordinator's token in it: whoever has the address may change sweeps too. On a
machine without a screen, tunnel the port: ssh -L 7600:127.0.0.1:PORT HOST, and put 7600 into the
address.)";

struct Options {
  std::string path;  // '': the state folder
  ConnectionOptions connection;
  std::uint16_t port = 0;
  bool no_open = false;
  bool json = false;
};

/// Prints the address and opens it, if there is something to open it with.
void show(const Access& access, const std::filesystem::path& redirect, const Options& options) {
  const std::string address = page_address(access);
  const nlohmann::json told = {{"schema", "hone.dashboard.v1"},
                               {"address", address},
                               {"certificate_sha256", access.certificate}};
  // Also into a pipe, before the server blocks.
  std::cout << (options.json ? told.dump() : address) << std::endl;
  if (!access.certificate.empty())
    std::fprintf(stderr,
                 "hone: the browser will ask whether to trust the certificate: its SHA-256 "
                 "fingerprint has to be\n  %s\n",
                 spelled_fingerprint(access.certificate).c_str());
  if (!options.no_open && has_screen() && !open_page(address, redirect))
    std::fprintf(stderr, "hone: no browser could be started; open the address above\n");
}

void show_file(const std::filesystem::path& file, const Options& options) {
  if (!has_page())
    throw CommandError(
        "this hone was built without its dashboard; build it with -DHONE_DASHBOARD=ON, which needs "
        "node and npm, or look with 'hone status', 'hone table' and 'hone top'");
  Signals signals;  // before any thread starts, so that every thread inherits its mask
  FileServer server(file, options.port);
  const std::filesystem::path redirect =
      std::filesystem::temp_directory_path() /
      ("hone-dashboard-" + server.access().token.substr(0, 16) + ".html");
  std::fprintf(stderr, "hone: showing %s; nothing can change it; Ctrl-C ends it\n", file.c_str());
  signals.on_signal([&server] { server.stop(); });
  show(server.access(), redirect, options);
  server.run();
  std::filesystem::remove(redirect);
}

/// The coordinator that the options mean, if one answers.
std::optional<Access> running(const ConnectionOptions& options) {
  try {
    connect(options);
  } catch (const NoCoordinator&) {
    if (names_a_coordinator(options)) throw;
    return {};
  }
  return read_access(access_path(options));
}

void show_state(Options options) {
  if (!options.path.empty()) options.connection.state = options.path;
  if (const auto access = running(options.connection)) {
    std::fprintf(stderr, "hone: the coordinator at %s:%u shows its sweeps\n", access->host.c_str(),
                 access->port);
    const std::filesystem::path beside = access_path(options.connection).parent_path();
    show(*access, beside / "open-dashboard.html", options);
    return;
  }
  open_results(options.connection.state);  // says what is missing
  show_file(database_file(state_folder(options.connection.state)), options);
}

void dashboard(const Options& options) {
  if (options.path.empty() || std::filesystem::is_directory(options.path))
    return show_state(options);
  if (!std::filesystem::exists(options.path))
    throw CommandError("there is no " + options.path + "; name a state folder or an SQLite file",
                       wrong_input);
  show_file(options.path, options);
}

}  // namespace

void add_dashboard(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("dashboard", "Show sweeps, tables and curves in the browser");
  command->footer(examples);
  command->add_option("PATH", options->path, "A state folder, or an SQLite file with results");
  add_connection_options(*command, options->connection);
  command
      ->add_option("--port", options->port,
                   "Port of 127.0.0.1 to show a file on; 0 takes a free one")
      ->capture_default_str();
  command->add_flag("--no-open", options->no_open, "Do not open a browser");
  command->add_flag("--json", options->json, "Print the address as one JSON object");
  command->callback([options] { dashboard(*options); });
}

}  // namespace hone::cli
