#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "common/wire.hpp"
#include "coordinator/server/session.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using WorkerStream = websocket::stream<beast::tcp_stream>;

constexpr std::size_t frame_limit = 1024 * 1024;

/// Writes what the hub leaves in the outbox, until the outbox is closed and empty.
asio::awaitable<void> write_frames(std::shared_ptr<WorkerStream> stream,
                                   std::shared_ptr<Outbox> outbox) {
  while (true) {
    while (!outbox->frames.empty()) {
      const std::string frame = std::move(outbox->frames.front());
      outbox->frames.pop_front();
      co_await stream->async_write(asio::buffer(frame), use_awaitable);
    }
    if (outbox->closed) break;
    outbox->wake.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code woken;
    co_await outbox->wake.async_wait(asio::redirect_error(use_awaitable, woken));
  }
  boost::system::error_code ignored;
  co_await stream->async_close(websocket::close_code::normal,
                               asio::redirect_error(use_awaitable, ignored));
}

asio::awaitable<void> read_frames(std::shared_ptr<WorkerStream> stream, ConnectionId connection,
                                  SessionContext* context) {
  beast::flat_buffer buffer(frame_limit);
  while (true) {
    co_await stream->async_read(buffer, use_awaitable);
    const std::string text = beast::buffers_to_string(buffer.data());
    buffer.clear();
    context->hub->receive(connection, decode_from_worker(text));
  }
}

websocket::stream_base::timeout deadlines() {
  return {.handshake_timeout = std::chrono::seconds(10),
          .idle_timeout = std::chrono::seconds(30),
          .keep_alive_pings = true};  // a half-open connection ends instead of hanging for ever
}

}  // namespace

asio::awaitable<void> serve_worker(beast::tcp_stream raw, RequestHeader request,
                                   SessionContext* context) {
  raw.expires_never();  // the WebSocket has deadlines of its own
  // Shared by the reading coroutine (here) and the writing one.
  auto stream = std::make_shared<WorkerStream>(std::move(raw));
  stream->set_option(deadlines());
  stream->read_message_max(frame_limit);
  co_await stream->async_accept(request, use_awaitable);
  const auto [connection, outbox] = context->hub->connect();
  asio::co_spawn(co_await asio::this_coro::executor, write_frames(stream, outbox),
                 [hub = context->hub, id = connection](std::exception_ptr error) {
                   if (error) hub->disconnect(id);
                 });
  try {
    co_await read_frames(stream, connection, context);
  } catch (const WireError& error) {
    spdlog::warn("event=bad_message connection={} error=\"{}\"", connection, error.what());
    outbox->frames.push_back(encode(ToWorker{Refuse{error.what()}}));
  } catch (const boost::system::system_error& error) {
    spdlog::info("event=worker_gone connection={} error=\"{}\"", connection,
                 error.code().message());
  }
  context->hub->disconnect(connection);
}

}  // namespace hone
