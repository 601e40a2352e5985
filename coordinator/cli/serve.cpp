#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/net/fingerprint.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/durations.hpp"
#include "coordinator/cli/serving.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/keyring.hpp"
#include "coordinator/server/server.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone serve                                    on a free port of 127.0.0.1, state in ./hone-state
  hone serve --state ~/sweeps --bind 10.0.0.1 --port 7600       over TLS, with a certificate of its own
  hone serve --bind 10.0.0.1 --client-ca lab.pem                to those alone who show a certificate of lab.pem
  mpirun -n 4 --bind-to none hone-worker --access ~/sweeps/worker.json
)";

struct Options {
  std::string state;
  std::string tls = "auto";
  ServerSettings server;
  std::string lease = "30s";
  bool allow_root = false;
  std::string retry_pause = "1s";
  bool json = false;
};

TlsSettings::Mode mode_of(const Options& options) {
  using Mode = TlsSettings::Mode;
  const bool is_off = options.tls == "off";
  const TlsSettings& tls = options.server.tls;
  if (is_off && (!tls.certificate.empty() || !tls.client_authorities.empty()))
    throw CommandError(std::string("--tls off and ") +
                           (tls.certificate.empty() ? "--client-ca" : "--certificate") +
                           " contradict each other",
                       wrong_input);
  return is_off ? Mode::off : options.tls == "on" ? Mode::on : Mode::automatic;
}

/// What the wire is like, where it leaves this machine.
void tell_of_wire(const ServerSettings& settings, const Server& server) {
  if (!server.fingerprint().empty()) {
    std::fprintf(stderr, "hone: TLS with the certificate of SHA-256 %s, which access files name\n",
                 spelled_fingerprint(server.fingerprint()).c_str());
    if (!settings.tls.client_authorities.empty())
      std::fprintf(stderr, "hone: only who shows a certificate that %s vouches for is let in\n",
                   settings.tls.client_authorities.c_str());
  } else if (!settings.bind.starts_with("127.")) {
    std::fprintf(stderr, "hone: what goes over %s is not encrypted; keep it inside the cluster\n",
                 settings.bind.c_str());
  }
}

void announce(const Options& options, const Server& server) {
  std::fprintf(
      stderr,
      "hone: serving %s on %s:%u; workers: mpirun -n 2 --bind-to none hone-worker --access "
      "%s; "
      "in the browser: hone dashboard --state %s\n",
      options.server.state.c_str(), options.server.bind.c_str(), server.port(),
      worker_access_file(options.server.state).c_str(), options.server.state.c_str());
  if (options.json)
    std::cout << nlohmann::json{{"schema", "hone.serve.v1"},
                                {"address", options.server.bind},
                                {"port", server.port()},
                                {"access", access_file(options.server.state).string()},
                                {"worker_access",
                                 worker_access_file(options.server.state).string()},
                                {"certificate_sha256", server.fingerprint()}}
              << std::endl;  // at once, for whoever started it
  tell_of_wire(options.server, server);
}

/// Whoever finds a fault in what strangers can reach shall not find root behind it.
void refuse_root(const Options& options) {
  const std::string& bind = options.server.bind;
  if (::geteuid() != 0 || options.allow_root || bind.starts_with("127.")) return;
  throw CommandError("root does not listen on " + bind +
                         ": run 'hone serve' as a user of its own (examples/hone.service does), or "
                         "say --allow-root where root is the only user, as in a container",
                     wrong_input);
}

/// Before there is a state folder.
void check_tls_files(const TlsSettings& settings) {
  try {
    require_tls_files(settings);
  } catch (const std::runtime_error& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

void serve(Options options) {
  if (options.server.bind == "0.0.0.0") {
    throw CommandError(
        "--bind 0.0.0.0 is no address that workers could be told; name the one that "
        "they reach this machine by",
        wrong_input);
  }
  refuse_root(options);
  options.server.tls.mode = mode_of(options);
  check_tls_files(options.server.tls);
  options.server.state = state_folder(options.state);
  constexpr std::chrono::milliseconds second{1000}, least{500}, most{3'600'000};
  options.server.lease = duration_of("--lease", options.lease, {second, least, most});
  options.server.retry_pause = duration_of("--retry-pause", options.retry_pause,
                                           {second, std::chrono::milliseconds(0), most});
  spdlog::set_level(spdlog::level::info);
  serve_until_stopped(options.server,
                      [&options](const Server& server) { announce(options, server); });
}

std::string no_empty_name(const std::string& text) {
  return text.empty() ? "expected the name of a file, found nothing" : "";
}

void add_wire_options(CLI::App& command, Options& options) {
  command.add_option("--bind", options.server.bind, "Address to listen on")
      ->capture_default_str()
      ->check(CLI::ValidIPV4);
  command.add_option("--port", options.server.port, "Port; 0 takes the last one, or a free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  command
      .add_option("--tls", options.tls,
                  "Whether what goes over the wire is encrypted; auto: unless it is the loopback's")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "on", "off"}));
  CLI::Option* const certificate =
      command
          .add_option("--certificate", options.server.tls.certificate,
                      "PEM file of the certificate to show [one of its own, made at first start]")
          ->type_name("FILE")
          ->check(CLI::Validator(no_empty_name, ""));
  CLI::Option* const key =
      command.add_option("--key", options.server.tls.key, "PEM file of its key, mode 0600")
          ->type_name("FILE")
          ->check(CLI::Validator(no_empty_name, ""));
  certificate->needs(key);
  key->needs(certificate);
  command
      .add_option("--client-ca", options.server.tls.client_authorities,
                  "PEM file of authorities, or of clients' own certificates: who connects must "
                  "show one of them, or signed by one (HONE_CLIENT_CERTIFICATE and "
                  "HONE_CLIENT_KEY name a client's); implies TLS")
      ->type_name("FILE")
      ->check(CLI::Validator(no_empty_name, ""));
}

void add_disk_options(CLI::App& command, Options& options) {
  command
      .add_option(
          "--reserve", options.server.reserve,
          "Bytes of the state folder's file system to leave free, as 500M or 2G [256M]; "
          "when it is a quarter more no trial begins, when it is less uploads are refused, and "
          "workers try again")
      ->transform(CLI::AsSizeValue(false))
      ->transform(CLI::Validator(no_negative_size, ""));
  command
      .add_flag("--allow-root", options.allow_root,
                "Let root listen on an address that is not the loopback's")
      ->envname("HONE_ALLOW_ROOT");
  command.add_flag("--network-disk", options.server.network_disk,
                   "Take a state folder on NFS, Lustre or their like, where a crash can damage it");
}

void add_trial_options(CLI::App& command, Options& options) {
  add_duration_option(command, "--lease", options.lease,
                      "Time without a sign of life after which a trial is given to another: 30 "
                      "(seconds), 2min");
  command
      .add_option(
          "--crash-limit", options.server.crash_limit,
          "Crashes of its trainer after which a trial has failed and the rest goes on; the "
          "loss of a worker is none, nor is a crash after a checkpoint that is newer than all "
          "before")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  add_duration_option(command, "--retry-pause", options.retry_pause,
                      "Rest of a trial after its first crash, doubled with each, at most 64 times "
                      "it; chance takes up to half of it; 0: none");
}

}  // namespace

void add_serve(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("serve", "Run a coordinator until it is stopped");
  command->footer(examples);
  add_state_option(*command, options->state);
  add_wire_options(*command, *options);
  add_disk_options(*command, *options);
  add_trial_options(*command, *options);
  command->add_flag("--json", options->json, "Print where it listens as one JSON object");
  command->callback([options] { serve(*options); });
}

}  // namespace hone::cli
