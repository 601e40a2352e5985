#include "coordinator/server/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/net/access.hpp"
#include "coordinator/server/disk_floor.hpp"
#include "coordinator/server/file_system.hpp"
#include "coordinator/server/identity.hpp"
#include "coordinator/server/session.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/server/state_lock.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

/// The port of the last time, if it was not asked for another one: workers that were connected
/// then try it again.
std::uint16_t port_of(const ServerSettings& settings) {
  if (settings.port != 0 || !std::filesystem::exists(access_file(settings.state))) {
    return settings.port;
  }
  return read_access(access_file(settings.state)).port;
}

ServerSettings checked(ServerSettings settings) {
  if (!settings.network_disk) require_local_disk(settings.state);
  return settings;
}

}  // namespace

/// Where a coordinator was before, and artifacts have outlived its database, nothing is begun anew:
/// nobody would miss the results, and `hone gc` would take the artifacts. (`hone ingest` makes
/// artifacts where no coordinator was yet.)
static ServerSettings with_its_database(ServerSettings settings) {
  namespace fs = std::filesystem;
  std::error_code none;
  const auto size = fs::file_size(database_file(settings.state), none);
  const bool is_lost = (none || size == 0) && fs::exists(access_file(settings.state));
  const fs::path artifacts = artifact_folder(settings.state);
  if (is_lost && fs::exists(artifacts) && !fs::is_empty(artifacts))
    throw std::runtime_error(settings.state.string() +
                             " has artifacts, but its database is gone or empty: put a copy of "
                             "'hone backup' there as hone.sqlite, or name another folder");
  return settings;
}

/// The folder's lock, which is this server's or that of all who share it.
static std::shared_ptr<std::optional<StateLock>> taken(const ServerSettings& settings) {
  auto lock = settings.lock ? settings.lock : std::make_shared<std::optional<StateLock>>();
  if (!*lock) lock->emplace(settings.state);
  return lock;
}

struct Server::Parts {
  explicit Parts(ServerSettings given)
      : settings(checked(std::move(given))),
        lock(taken(settings)),
        keys(settings.state),
        store(database_file(settings.state)),
        reading(database_file(settings.state), Database::Mode::read_only),
        artifacts(artifact_folder(settings.state)),
        floor(settings.state, settings.reserve + settings.reserve / 4),  // so that uploads end
        service(store,
                {.lease = settings.lease,
                 .crash_limit = settings.crash_limit,
                 .retry_pause = settings.retry_pause},
                [this](const Digest& digest) { return artifacts.has(digest); }),
        hub(context, service),
        acceptor(context),
        ticker(context),
        live(context, database_file(settings.state), LiveFeed::Views::stored,
             [this] { return live_facts(session); }) {}

  ~Parts() { (*lock)->announce(0); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void listen();
  boost::system::error_code try_port(const tcp::endpoint& wanted);
  asio::awaitable<void> tick();

  ServerSettings settings;
  std::shared_ptr<std::optional<StateLock>> lock;
  Keyring keys;
  std::optional<Identity> identity;  // nothing: it speaks no TLS
  Store store;
  Database reading;
  ArtifactStore artifacts;
  DiskFloor floor;
  Service service;
  Door door;
  Telemetry telemetry;  // as the door, outlives sessions that end with the context
  asio::io_context context{1};
  Hub hub;
  tcp::acceptor acceptor;
  asio::steady_timer ticker;
  asio::thread_pool reader{1};
  SessionContext session;
  TrialCounts counts;
  LiveFeed live;
};

boost::system::error_code Server::Parts::try_port(const tcp::endpoint& wanted) {
  boost::system::error_code error;
  if (acceptor.is_open()) acceptor.close();
  acceptor.open(wanted.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(wanted, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

void Server::Parts::listen() {
  artifacts.set_reserve(settings.reserve);
  const tcp::endpoint wanted(asio::ip::make_address(settings.bind), port_of(settings));
  boost::system::error_code error = try_port(wanted);
  if (error && settings.port == 0) error = try_port({wanted.address(), 0});
  if (error) {
    throw std::runtime_error("cannot listen on " + settings.bind + ":" +
                             std::to_string(wanted.port()) + ": " + error.message());
  }
  (*lock)->announce(acceptor.local_endpoint().port());
  identity = identity_of(settings);
  session = {.hub = &hub,
             .service = &service,
             .store = &store,
             .artifacts = &artifacts,
             .reading = &reading,
             .reader = &reader,
             .live = &live,
             .counts = &counts,
             .telemetry = &telemetry,
             .database_file = database_file(settings.state),
             .artifact_folder = artifact_folder(settings.state),
             .keys = &keys,
             .door = &door,
             .bind = settings.bind,
             .tls = identity ? &identity->context : nullptr};
  keys.publish(settings.bind, acceptor.local_endpoint().port(),
               identity ? identity->fingerprint : "");
}

asio::awaitable<void> Server::Parts::tick() {
  while (true) {
    session.disk_full = !floor.is_kept();
    service.allow_leases(!session.disk_full);
    hub.tick();
    (*lock)->keep();
    live.tick();
    ticker.expires_after(Hub::tick_period);
    co_await ticker.async_wait(use_awaitable);
  }
}

Server::Server(ServerSettings settings)
    : parts_(std::make_unique<Parts>(with_its_database(std::move(settings)))) {
  parts_->listen();
  parts_->service.recover(std::chrono::steady_clock::now());
}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return parts_->acceptor.local_endpoint().port();
}

const std::string& Server::fingerprint() const {
  static const std::string none;
  return parts_->identity ? parts_->identity->fingerprint : none;
}

void Server::work_only_on(SweepId sweep) {
  asio::post(parts_->context, [this, sweep] { parts_->store.focus(sweep); });
}

void Server::run() {
  const auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(parts_->context, accept_connections(&parts_->acceptor, &parts_->session), rethrow);
  asio::co_spawn(parts_->context, parts_->tick(), rethrow);
  parts_->context.run();
  parts_->reader.join();
}

void Server::stop() {
  parts_->context.stop();
}

}  // namespace hone
