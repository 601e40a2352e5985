#include "coordinator/server/file_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/server/session.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr const char* loopback = "127.0.0.1";

}  // namespace

struct FileServer::Parts {
  Parts(const std::filesystem::path& file, std::uint16_t port)
      : reading(file, Database::Mode::read_only),
        acceptor(context, tcp::endpoint(asio::ip::make_address(loopback), port)),
        ticker(context),
        live(context, file, LiveFeed::Views::shadow, [] { return LiveFacts{}; }) {
    shadow_views(reading);
    session.reading = &reading;
    session.reader = &reader;
    session.live = &live;
    session.telemetry = &telemetry;
    session.artifact_folder = artifact_folder(file.parent_path());
    session.keys = &keys;
    session.door = &door;
    session.bind = loopback;
  }

  asio::awaitable<void> tick();

  Database reading;
  Door door;  // outlives sessions that end with the context
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer ticker;
  asio::thread_pool reader{1};
  Keyring keys;
  SessionContext session;
  Telemetry telemetry;
  LiveFeed live;
};

asio::awaitable<void> FileServer::Parts::tick() {
  while (true) {
    live.tick();
    ticker.expires_after(Hub::tick_period);
    co_await ticker.async_wait(asio::use_awaitable);
  }
}

FileServer::FileServer(const std::filesystem::path& file, std::uint16_t port) try
    : parts_(std::make_unique<Parts>(file, port)) {
} catch (const boost::system::system_error& error) {
  throw std::runtime_error("cannot listen on " + std::string(loopback) + ":" +
                           std::to_string(port) + ": " + error.code().message());
}

FileServer::~FileServer() = default;

Access FileServer::access() const {
  return {.host = loopback,
          .port = parts_->acceptor.local_endpoint().port(),
          .token = parts_->keys.token(Privilege::admin)};
}

void FileServer::run() {
  const auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(parts_->context, accept_connections(&parts_->acceptor, &parts_->session), rethrow);
  asio::co_spawn(parts_->context, parts_->tick(), rethrow);
  parts_->context.run();
  parts_->reader.join();
}

void FileServer::stop() {
  parts_->context.stop();
}

}  // namespace hone
