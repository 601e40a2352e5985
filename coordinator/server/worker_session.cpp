#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "common/wire.hpp"
#include "coordinator/server/admission.hpp"
#include "coordinator/server/session.hpp"
#include "coordinator/server/web_socket.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::use_awaitable;

constexpr std::size_t frame_limit = 1024 * 1024;

struct Visitor {
  ConnectionId connection = 0;
  Digest token;
};

bool is_over(const Visitor& visitor, const SessionContext& context) {
  const auto now = std::chrono::system_clock::now();
  return context.keys->privilege_of(visitor.token, now) < Privilege::worker;
}

asio::awaitable<void> read_frames(std::shared_ptr<WebSocket> stream, Visitor visitor,
                                  SessionContext* context) {
  beast::flat_buffer buffer(frame_limit);
  while (true) {
    co_await stream->async_read(buffer, use_awaitable);
    const std::string text = beast::buffers_to_string(buffer.data());
    buffer.clear();
    // It comes again with the token of its access file, or not at all.
    if (is_over(visitor, *context)) throw beast::system_error(websocket::error::closed);
    context->hub->receive(visitor.connection, decode_from_worker(text));
  }
}

websocket::stream_base::timeout deadlines() {
  return {.handshake_timeout = std::chrono::seconds(10),
          .idle_timeout = std::chrono::seconds(30),
          .keep_alive_pings = true};  // a half-open connection ends instead of hanging for ever
}

}  // namespace

asio::awaitable<void> serve_worker(WireStream raw, RequestHeader request, SessionContext* context) {
  raw.expires_never();  // the WebSocket has deadlines of its own
  // Shared by the reading coroutine (here) and the writing one.
  auto stream = std::make_shared<WebSocket>(std::move(raw));
  stream->set_option(deadlines());
  stream->read_message_max(frame_limit);
  co_await stream->async_accept(request, use_awaitable);
  const auto [connection, outbox] = context->hub->connect();
  outbox->cut = [stream] { beast::get_lowest_layer(*stream).close(); };
  asio::co_spawn(co_await asio::this_coro::executor, write_outbox(stream, outbox),
                 [hub = context->hub, id = connection](std::exception_ptr error) {
                   if (error) hub->disconnect(id);
                 });
  try {
    Visitor visitor{connection, token_digest(request)};
    co_await read_frames(stream, std::move(visitor), context);
  } catch (const WireError& error) {
    spdlog::warn("event=bad_message connection={} error=\"{}\"", connection, error.what());
    outbox->frames.push_back(encode(ToWorker{Refuse{error.what()}}));
  } catch (const boost::system::system_error& error) {
    spdlog::info("event=worker_gone connection={} error=\"{}\"", connection,
                 error.code().message());
  } catch (...) {
    context->hub->disconnect(connection);
    throw;
  }
  context->hub->disconnect(connection);
}

}  // namespace hone
