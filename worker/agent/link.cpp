#include "worker/agent/link.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "common/net/network_error.hpp"
#include "common/net/secure.hpp"
#include "common/wire.hpp"
#include "worker/agent/back_off.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using boost::system::error_code;
using boost::system::system_error;

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{10'000};
constexpr std::chrono::seconds connect_limit{10};
constexpr std::chrono::seconds silence_limit{30};  // pings go out after half of it
constexpr std::size_t longest_message = 16U << 20U;

class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class OtherCoordinator : public std::exception {};

// One connection and what is still to be sent over it.
struct Session : std::enable_shared_from_this<Session> {
  explicit Session(asio::io_context& io) : stream(io) {}

  void send(std::string text) {
    outbox.push_back(std::move(text));
    if (outbox.size() == 1) write_next();
  }

  void write_next() {
    // Shared with its own pending write, which may end after the link has given it up.
    stream.async_write(asio::buffer(outbox.front()),
                       [self = shared_from_this()](error_code error, std::size_t) {
                         if (error) return;  // the read ends with an error too, and reports it
                         self->outbox.pop_front();
                         if (!self->outbox.empty()) self->write_next();
                       });
  }

  websocket::stream<WireStream> stream;
  std::deque<std::string> outbox;  // its front is being written
};

asio::awaitable<void> secure_or_refuse(WireStream* stream, const Access* access) {
  try {
    co_await secure(stream, access);
  } catch (const CertificateFileError&) {
    throw;
  } catch (const TrustError& error) {
    throw Refused(error.what());
  }
}

asio::awaitable<void> connect(std::shared_ptr<Session> session, Access access) {
  auto& tcp = beast::get_lowest_layer(session->stream);
  asio::ip::tcp::resolver resolver(session->stream.get_executor());
  const std::string port = std::to_string(access.port);
  const auto found = co_await resolver.async_resolve(access.host, port, use_awaitable);
  tcp.expires_after(connect_limit);
  co_await tcp.async_connect(found, use_awaitable);
  tcp.socket().set_option(asio::ip::tcp::no_delay(true));
  co_await secure_or_refuse(&session->stream.next_layer(), &access);
  session->stream.next_layer().expires_never();  // from here on the WebSocket's own limits hold
  session->stream.set_option(websocket::stream_base::timeout{
      .handshake_timeout = connect_limit, .idle_timeout = silence_limit, .keep_alive_pings = true});
  session->stream.set_option(
      websocket::stream_base::decorator([token = access.token](websocket::request_type& request) {
        request.set(http::field::authorization, "Bearer " + token);
      }));
  session->stream.read_message_max(longest_message);
  session->stream.text(true);
  websocket::response_type response;
  error_code error;
  co_await session->stream.async_handshake(response, access.host + ":" + port, "/worker",
                                           asio::redirect_error(use_awaitable, error));
  const unsigned status = response.result_int();
  if (error == websocket::error::upgrade_declined && (status == 401 || status == 403)) {
    throw Refused("the coordinator does not accept the token of the access file");
  }
  if (error == websocket::error::upgrade_declined && status == 400 && access.certificate.empty()) {
    throw Refused(needs_tls);
  }
  const std::string refusal = certificate_refused(error);
  if (!refusal.empty()) throw Refused(refusal);
  if (error) throw system_error(error);
}

}  // namespace

struct Link::State {
  asio::awaitable<void> run();
  asio::awaitable<void> converse();
  void read_access_again();
  bool is_outdated();

  asio::io_context& io;
  std::filesystem::path access_file;
  Access access;
  LinkEvents events;
  std::shared_ptr<Session> session = nullptr;  // null: no connection
  bool was_connected = false;
  BackOff back_off{first_pause, longest_pause};
};

asio::awaitable<void> Link::State::run() {
  asio::steady_timer pause(io);
  for (;;) {
    std::string why;
    try {
      read_access_again();
      co_await converse();
    } catch (const system_error& error) {
      why = error.code().message();
    } catch (const WireError& error) {
      why = std::string("a message makes no sense: ") + error.what();
    } catch (const CertificateFileError& error) {
      if (!was_connected) throw Refused(error.what());
      why = error.what();  // two files cannot be renewed at once
    } catch (const Refused& error) {
      if (!is_outdated()) throw;
      why = error.what();
    }
    if (session) {
      beast::get_lowest_layer(session->stream).close();
      session.reset();
      events.on_lost();
    }
    const auto wait = back_off.next();
    spdlog::warn("no-coordinator at={}:{} why=\"{}\" again-in-ms={}", access.host, access.port, why,
                 wait.count());
    pause.expires_after(wait);
    co_await pause.async_wait(use_awaitable);
  }
}

asio::awaitable<void> Link::State::converse() {
  const auto opened = std::make_shared<Session>(io);
  co_await connect(opened, access);
  session = opened;
  was_connected = true;
  events.on_open();
  beast::flat_buffer buffer;
  for (;;) {
    co_await opened->stream.async_read(buffer, use_awaitable);
    const ToWorker message = decode_to_worker(beast::buffers_to_string(buffer.data()));
    buffer.clear();
    if (const auto* refuse = std::get_if<Refuse>(&message)) throw Refused(refuse->reason);
    events.on_message(message);
  }
}

void Link::State::read_access_again() {
  Access now;
  try {
    now = read_access(access_file);
  } catch (const AccessError&) {
    return;  // gone for a while with its coordinator: the last one holds
  }
  if (coordinator_name(access) != coordinator_name(now)) throw OtherCoordinator();
  access = now;
}

/// Whether the access file is another than the one that was refused: a coordinator that starts
/// again writes it first.
bool Link::State::is_outdated() {
  const Access refused = access;
  read_access_again();
  return access != refused;
}

Link::Link(asio::io_context& io, std::filesystem::path access_file, Access access,
           LinkEvents events)
    : state_(new State{.io = io,
                       .access_file = std::move(access_file),
                       .access = std::move(access),
                       .events = std::move(events)}) {}

Link::~Link() = default;

void Link::start() {
  asio::co_spawn(state_->io, state_->run(), [this](std::exception_ptr failure) {
    if (!failure) return;
    state_->session.reset();
    try {
      std::rethrow_exception(failure);
    } catch (const OtherCoordinator&) {
      state_->events.on_other_coordinator();
    } catch (const Refused& error) {
      state_->events.on_refused(error.what());
    }
  });
}

void Link::send(std::string text) {
  if (state_->session) state_->session->send(std::move(text));
}

void Link::mark_healthy() {
  state_->back_off.reset();
}

Access Link::access() const {
  try {
    state_->read_access_again();  // its token may have been changed
  } catch (const OtherCoordinator&) {
    // The connection, when it is made anew, will say so.
  }
  return state_->access;
}

}  // namespace hone
