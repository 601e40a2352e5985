#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "common/net/access.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/server/page.hpp"
#include "coordinator/server/session.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

constexpr std::uint32_t header_limit = 8 * 1024;
constexpr std::uint64_t body_limit = 1024 * 1024;
constexpr auto header_deadline = std::chrono::seconds(60);
constexpr auto body_deadline = std::chrono::seconds(30);

/// Why no request of this Host is let in, or nothing. Keeps a web page that rebinds its name to
/// this address from reaching us with a browser's help.
std::optional<ApiResponse> refused_host(const RequestHeader& request,
                                        const SessionContext& context) {
  std::string host(request[http::field::host]);
  host = host.substr(0, host.rfind(':'));
  if (host == context.bind || host == "127.0.0.1" || host == "localhost") return {};
  return api_error(403, "the Host header names another host");
}

/// Why the request is not let in, or nothing.
std::optional<ApiResponse> refused_token(const RequestHeader& request,
                                         const SessionContext& context) {
  const std::string given(request[http::field::authorization]);
  if (equal_tokens("Bearer " + context.token, given)) return {};
  return api_error(401,
                   "the request needs the header 'Authorization: Bearer TOKEN' with the "
                   "token of the coordinator's access.json");
}

/// Answers from one snapshot of the database. Runs on the reading thread.
asio::awaitable<ApiResponse> read_snapshot(SessionContext* context, LiveFacts live,
                                           std::string target) {
  ApiResponse response;
  if (is_picture(target)) co_return picture_response(context->artifact_folder, target);
  try {
    const Snapshot snapshot(*context->reading);
    response = api_get(*context->reading, live, target);
  } catch (const std::exception& error) {
    spdlog::error("event=read_failed target={} error=\"{}\"", target, error.what());
    response = api_error(500, error.what());
  }
  co_return response;
}

/// Hands a read to the reading thread.
asio::awaitable<ApiResponse> read_api(SessionContext* context, std::string target) {
  LiveFacts live = live_facts(*context);
  asio::awaitable<ApiResponse> reading = read_snapshot(context, std::move(live), std::move(target));
  co_return co_await asio::co_spawn(*context->reader, std::move(reading), use_awaitable);
}

asio::awaitable<ApiResponse> respond(SessionContext* context, http::verb method, std::string target,
                                     std::string body) {
  if (method == http::verb::get) co_return co_await read_api(context, std::move(target));
  ApiResponse response = api_error(405, "only GET and POST here");
  if (method != http::verb::post) co_return response;
  if (context->store == nullptr) {
    response = api_error(405, "this is a finished file that is only shown: nothing can change it");
    co_return response;
  }
  response = api_post(*context->store, *context->artifacts, target, body);
  context->hub->tick_soon();  // what was submitted may be work for a worker that waits
  co_return response;
}

/// Serves a request under /api/v1, whose header has been read; false ends the connection.
asio::awaitable<bool> serve_api(beast::tcp_stream* stream, beast::flat_buffer* buffer,
                                HeaderParser* header, SessionContext* context) {
  const RequestHeader request = header->get();
  const std::string target(request.target());
  // The parser below would not look at an announced length any more: its header is behind it.
  if (header->content_length().value_or(0) > body_limit) {
    ApiResponse refused = api_error(413, "a request's body is at most 1 MiB");
    co_await send_response(stream, &request, std::move(refused));
    co_return false;
  }
  http::request_parser<http::string_body> parser(std::move(*header));
  parser.body_limit(body_limit);
  stream->expires_after(body_deadline);
  co_await http::async_read(*stream, *buffer, parser, use_awaitable);
  std::string body = std::move(parser.get().body());
  ApiResponse response = co_await respond(context, request.method(), target, std::move(body));
  co_return co_await send_response(stream, &request, std::move(response));
}

/// Sends a file of the web application; false ends the connection.
asio::awaitable<bool> send_page(beast::tcp_stream* stream, const RequestHeader* request) {
  const http::response<http::string_body> response = page_response(*request);
  stream->expires_after(body_deadline);
  co_await http::async_write(*stream, response, use_awaitable);
  co_return request->keep_alive();
}

/// Serves one request; false ends the connection.
asio::awaitable<bool> serve_request(beast::tcp_stream* stream, beast::flat_buffer* buffer,
                                    SessionContext* context) {
  auto header = std::make_unique<HeaderParser>();
  header->header_limit(header_limit);
  header->body_limit(boost::none);  // of the body read below, by route
  stream->expires_after(header_deadline);
  co_await http::async_read_header(*stream, *buffer, *header, use_awaitable);
  const RequestHeader request = header->get();
  const std::string target(request.target());
  const bool upgrade = beast::websocket::is_upgrade(request);
  auto refused = refused_host(request, *context);
  if (!refused && upgrade && target == "/live") {
    co_await serve_watcher(std::move(*stream), request, context);
    co_return false;
  }
  if (!refused && is_page(target)) co_return co_await send_page(stream, &request);
  if (!refused) refused = refused_token(request, *context);
  if (refused) {
    co_await send_response(stream, &request, std::move(*refused));
    co_return false;
  }
  if (context->store == nullptr)
    co_return co_await serve_api(stream, buffer, header.get(), context);
  if (upgrade && target == "/worker") {
    co_await serve_worker(std::move(*stream), request, context);
    co_return false;
  }
  if (target.starts_with("/artifacts/")) {
    co_return co_await serve_artifact(stream, buffer, header.get(), context);
  }
  co_return co_await serve_api(stream, buffer, header.get(), context);
}

}  // namespace

LiveFacts live_facts(const SessionContext& context) {
  if (context.service == nullptr) return {};
  return {context.service->connected(), context.service->refused_stale(),
          context.service->capabilities(), context.service->standings(),
          context.service->connected_workers()};
}

asio::awaitable<bool> send_response(beast::tcp_stream* stream, const RequestHeader* request,
                                    ApiResponse response) {
  http::response<http::string_body> message{static_cast<http::status>(response.status), 11};
  message.set(http::field::content_type, response.type);
  message.set("X-Content-Type-Options", "nosniff");
  message.set(http::field::cache_control, "no-store");
  message.keep_alive(request->keep_alive());
  message.body() = std::move(response.body);
  message.prepare_payload();
  stream->expires_after(body_deadline);
  co_await http::async_write(*stream, message, use_awaitable);
  co_return request->keep_alive();
}

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, SessionContext* context) {
  // An Ack and an Assign are two small frames: the second must not wait until the first is heard
  // of, which the other side's kernel puts off for 40 ms.
  boost::system::error_code stays_slow;
  socket.set_option(asio::ip::tcp::no_delay(true), stays_slow);
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(64 * 1024);
  try {
    while (co_await serve_request(&stream, &buffer, context)) {
    }
  } catch (const boost::system::system_error& error) {
    if (error.code() != http::error::end_of_stream && error.code() != beast::error::timeout) {
      spdlog::debug("event=connection_ended error=\"{}\"", error.code().message());
    }
  } catch (const std::exception& error) {
    spdlog::error("event=request_failed error=\"{}\"", error.what());
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace hone
