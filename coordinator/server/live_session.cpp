#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/server/session.hpp"
#include "coordinator/server/web_socket.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using nlohmann::json;

constexpr std::size_t frame_limit = 4096;

/// Whoever says nothing is sent away: before the token there are no pings that would keep it.
websocket::stream_base::timeout deadlines(bool admitted) {
  return {.handshake_timeout = std::chrono::seconds(10),
          .idle_timeout = std::chrono::seconds(admitted ? 30 : 10),
          .keep_alive_pings = admitted};
}

/// What a watcher said; an empty object unless it is one.
json parsed(const std::string& frame) {
  json said = json::parse(frame, nullptr, false);
  return said.is_object() ? said : json::object();
}

std::int64_t sweep_of(const json& said) {
  const auto found = said.find("sweep");
  return found != said.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool has_token(const json& said, const SessionContext& context) {
  const auto found = said.find("token");
  return found != said.end() && found->is_string() &&
         context.keys->privilege_of(sha256(found->get<std::string>()),
                                    std::chrono::system_clock::now()) == Privilege::admin;
}

asio::awaitable<std::string> read_frame(WebSocket* stream) {
  beast::flat_buffer buffer(frame_limit);
  co_await stream->async_read(buffer, use_awaitable);
  co_return beast::buffers_to_string(buffer.data());
}

/// Says why and closes. The page tells a wrong token from a lost connection by this.
asio::awaitable<void> turn_away(WebSocket* stream, std::string why) {
  const std::string frame = json{{"schema", "hone.live.v1"}, {"refused", why}}.dump();
  stream->text(true);
  co_await stream->async_write(asio::buffer(frame), use_awaitable);
  const websocket::close_reason reason(websocket::close_code::policy_error, why);
  co_await stream->async_close(reason, use_awaitable);
}

/// Reads which sweep is watched, until the connection ends.
asio::awaitable<void> follow(std::shared_ptr<WebSocket> stream, std::shared_ptr<Watcher> watcher,
                             SessionContext* context) {
  while (true) {
    const std::string frame = co_await read_frame(stream.get());
    context->live->choose(*watcher, sweep_of(parsed(frame)));
  }
}

asio::awaitable<void> watch(std::shared_ptr<WebSocket> stream, Door::Place* place,
                            SessionContext* context) {
  const std::string greeting = co_await read_frame(stream.get());
  const json said = parsed(greeting);
  std::string refusal = has_token(said, *context) ? "" : "wrong token";
  const std::shared_ptr<Watcher> watcher = refusal.empty() ? context->live->join() : nullptr;
  if (refusal.empty() && !watcher) refusal = "too many watchers";
  if (refusal == "wrong token")
    context->door->count_wrong_token(place->address(), std::chrono::steady_clock::now());
  if (!refusal.empty()) {
    co_await turn_away(stream.get(), std::move(refusal));
    co_return;
  }
  place->leave();
  stream->set_option(deadlines(true));
  watcher->outbox->cut = [stream] { beast::get_lowest_layer(*stream).close(); };
  stream->text(true);
  context->live->choose(*watcher, sweep_of(said));
  const auto executor = co_await asio::this_coro::executor;
  const auto leave = [live = context->live, watcher](std::exception_ptr error) {
    if (error) live->leave(watcher);
  };
  asio::awaitable<void> writing = write_outbox(stream, watcher->outbox);
  asio::co_spawn(executor, std::move(writing), leave);
  try {
    co_await follow(stream, watcher, context);
  } catch (const boost::system::system_error& error) {
    spdlog::debug("event=watcher_gone error=\"{}\"", error.code().message());
  }
  context->live->leave(watcher);
}

}  // namespace

asio::awaitable<void> serve_watcher(Connection* connection, RequestHeader request,
                                    SessionContext* context) {
  WireStream raw = std::move(connection->stream);
  raw.expires_never();  // the WebSocket has deadlines of its own
  // Shared by the reading coroutine (here) and the writing one.
  auto stream = std::make_shared<WebSocket>(std::move(raw));
  stream->set_option(deadlines(false));
  stream->read_message_max(frame_limit);
  connection->place->set_close([stream] { beast::get_lowest_layer(*stream).close(); });
  co_await stream->async_accept(request, use_awaitable);
  co_await watch(stream, &*connection->place, context);
}

}  // namespace hone
