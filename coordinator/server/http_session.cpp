#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

#include "coordinator/server/admission.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/server/api_tokens.hpp"
#include "coordinator/server/openapi.hpp"
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
constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";
constexpr unsigned switching = 101, unauthorized = 401, upgrade_required = 426, too_many = 429;
constexpr auto idle_deadline = std::chrono::seconds(60);  // between two requests
constexpr auto body_deadline = std::chrono::seconds(30);

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

MetricsInput metrics_input(const SessionContext& context) {
  return {.live = live_facts(context),
          .tally = context.service->tally(),
          .slots = context.service->slots(),
          .leases = context.service->leased(),
          .watchers = context.live->watchers(),
          .telemetry = *context.telemetry,
          .database = context.database_file,
          .artifacts = context.artifact_folder};
}

bool is_socket(std::string_view path) {
  return path == "/live" || path == "/worker";
}

/// Likewise, of the coordinator itself.
asio::awaitable<ApiResponse> read_metrics(SessionContext* context, MetricsInput input) {
  ApiResponse response;
  try {
    response = {200, metrics_text(*context->reading, *context->counts, input), metrics_type};
  } catch (const std::exception& error) {
    spdlog::error("event=read_failed target=/metrics error=\"{}\"", error.what());
    response = api_error(500, error.what());
  }
  co_return response;
}

/// Hands a read to the reading thread.
asio::awaitable<ApiResponse> read_api(SessionContext* context, std::string target) {
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  if (path == "/openapi.json") co_return ApiResponse{200, openapi_text::openapi};
  asio::awaitable<ApiResponse> reading;
  if (path == "/metrics") {
    MetricsInput input = metrics_input(*context);
    reading = read_metrics(context, std::move(input));
  } else {
    LiveFacts live = live_facts(*context);
    reading = read_snapshot(context, std::move(live), std::move(target));
  }
  co_return co_await asio::co_spawn(*context->reader, std::move(reading), use_awaitable);
}

asio::awaitable<ApiResponse> respond(SessionContext* context, const RequestHeader* request,
                                     std::string body) {
  std::string target(request->target());
  const RouteFound route = find_route(std::string_view(request->method_string()), target);
  const bool shown_only = context->store == nullptr;
  ApiResponse response;
  if (shown_only && route.path == "/metrics") {
    response = api_error(404, "this is a finished file that is only shown: it has no metrics");
    co_return response;
  }
  if (shown_only && request->method() != http::verb::get) {
    response = api_error(405, "this is a finished file that is only shown: nothing can change it");
    response.allow = "GET";
    co_return response;
  }
  if (!route.allowed || is_socket(route.path)) {
    response = refusal_of(*request, route);
    co_return response;
  }
  if (request->method() == http::verb::get) co_return co_await read_api(context, std::move(target));
  if (route.path == "/api/v1/tokens") {
    response = post_tokens(*context->keys, body);
    co_return response;
  }
  response = api_post(*context->store, *context->artifacts, target, body);
  context->hub->tick_soon();  // what was submitted may be work for a worker that waits
  co_return response;
}

/// Serves a request under /api/v1, whose header has been read; false ends the connection.
asio::awaitable<bool> serve_api(Connection* connection, HeaderParser* header,
                                SessionContext* context) {
  const RequestHeader request = header->get();
  // The parser below would not look at an announced length any more: its header is behind it.
  if (header->content_length().value_or(0) > body_limit) {
    ApiResponse refused = api_error(413, "a request's body is at most 1 MiB");
    co_await send_response(connection, &request, std::move(refused));
    co_return false;
  }
  http::request_parser<http::string_body> parser(std::move(*header));
  parser.body_limit(body_limit);
  connection->stream.expires_after(body_deadline);
  co_await http::async_read(connection->stream, connection->buffer, parser, use_awaitable);
  connection->has_unread = false;
  std::string body = std::move(parser.get().body());
  ApiResponse response = co_await respond(context, &request, std::move(body));
  co_return co_await send_response(connection, &request, std::move(response));
}

/// Sends a file of the web application; false ends the connection.
asio::awaitable<bool> send_page(Connection* connection, const RequestHeader* request) {
  const http::response<http::string_body> response = page_response(*request);
  connection->status = response.result_int();
  connection->stream.expires_after(body_deadline);
  co_await http::async_write(connection->stream, response, use_awaitable);
  co_return request->keep_alive();
}

/// Says in the log that there are wrong tokens, once, and in the answer when they are too many. A
/// right one opens all the same: others may share the address.
void note_wrong_token(ApiResponse& refusal, const Connection& connection,
                      const SessionContext& context) {
  const std::string& address = connection.place->address();
  const auto now = std::chrono::steady_clock::now();
  const Door::Wrong wrong = context.door->count_wrong_token(address, now);
  if (wrong.count == 1) spdlog::warn("event=no_or_wrong_token address={}", address);
  if (wrong.too_many) refusal = api_error(too_many, "too many requests with no or a wrong token");
}

/// Serves a request whose header has been read; false ends the connection.
asio::awaitable<bool> serve_parsed(Connection* connection, HeaderParser* header,
                                   SessionContext* context) {
  const RequestHeader request = header->get();
  const RouteFound route = find_route(std::string_view(request.method_string()), request.target());
  const bool upgrade = beast::websocket::is_upgrade(request);
  if (auto refused = refusal_at_the_door(request, route, *context)) {
    if (refused->status == unauthorized) note_wrong_token(*refused, *connection, *context);
    co_await send_response(connection, &request, std::move(*refused));
    co_return false;
  }
  if (upgrade && route.path == "/live") {
    connection->status = switching;
    co_await serve_watcher(connection, request, context);
    co_return false;
  }
  if (is_page(request.target())) co_return co_await send_page(connection, &request);
  connection->place->leave();
  if (context->store == nullptr) co_return co_await serve_api(connection, header, context);
  if (upgrade && route.path == "/worker") {
    connection->status = switching;
    co_await serve_worker(std::move(connection->stream), request, context);
    co_return false;
  }
  if (request.target().starts_with("/artifacts/"))
    co_return co_await serve_artifact(connection, header, context);
  co_return co_await serve_api(connection, header, context);
}

/// A header has to be there five seconds after its first byte, the first one after the connection
/// was made.
asio::awaitable<void> wait_for_request(Connection* connection) {
  if (std::exchange(connection->is_first, false)) co_return;
  if (connection->buffer.size() == 0) {
    connection->stream.expires_after(idle_deadline);
    const asio::mutable_buffer room = connection->buffer.prepare(header_limit);
    connection->buffer.commit(co_await connection->stream.async_read_some(room, use_awaitable));
  }
  connection->stream.expires_after(header_deadline);
}

/// Serves one request and counts it; false ends the connection.
asio::awaitable<bool> serve_request(Connection* connection, SessionContext* context) {
  auto header = std::make_unique<HeaderParser>();
  header->header_limit(header_limit);
  header->body_limit(boost::none);  // of the body read later, by route
  co_await wait_for_request(connection);
  co_await http::async_read_header(connection->stream, connection->buffer, *header, use_awaitable);
  const auto begin = std::chrono::steady_clock::now();
  const RouteFound route =
      find_route(std::string_view(header->get().method_string()), header->get().target());
  const std::string_view method = http::to_string(header->get().method());
  connection->has_unread = !header->is_done();
  connection->status = 0;  // 0: it was cut off
  std::exception_ptr failure;
  bool goes_on = false;
  try {
    goes_on = co_await serve_parsed(connection, header.get(), context);
  } catch (...) {
    failure = std::current_exception();
  }
  Telemetry::Answered& answered =
      context->telemetry->answered[{method, route.path, connection->status}];
  ++answered.requests;
  if (connection->status != switching)  // a socket is open for days
    answered.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (failure) std::rethrow_exception(failure);
  co_return goes_on && !connection->has_unread;  // which must not become the next request
}

}  // namespace

ApiResponse refusal_of(const RequestHeader& request, const RouteFound& route) {
  const std::string asked =
      std::string(request.method_string()) + " " + std::string(request.target());
  if (route.path.empty()) return api_error(404, asked + " is not a route");
  if (route.allowed) return api_error(426, std::string(route.path) + " is a WebSocket");
  ApiResponse refusal = api_error(405, asked + " is not a route: only " + route.allow + " here");
  refusal.allow = route.allow;
  return refusal;
}

asio::awaitable<bool> send_response(Connection* connection, const RequestHeader* request,
                                    ApiResponse response) {
  connection->status = response.status;
  http::response<http::string_body> message{static_cast<http::status>(response.status), 11};
  message.set(http::field::content_type, response.type);
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  message.set(http::field::cache_control,
              response.lasting ? "private, max-age=31536000, immutable" : "no-store");
  if (!response.allow.empty()) message.set(http::field::allow, response.allow);
  if (response.status == upgrade_required) message.set(http::field::upgrade, "websocket");
  if (response.status == unauthorized) message.set(http::field::www_authenticate, "Bearer");
  if (response.status == too_many) message.set(http::field::retry_after, "60");
  message.keep_alive(request->keep_alive());
  message.body() = std::move(response.body);
  message.prepare_payload();
  connection->stream.expires_after(body_deadline);
  co_await http::async_write(connection->stream, message, use_awaitable);
  co_return request->keep_alive();
}

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, SessionContext* context) {
  // An Ack and an Assign are two small frames: the second must not wait until the first is heard
  // of, which the other side's kernel puts off for 40 ms.
  boost::system::error_code stays_slow;
  socket.set_option(asio::ip::tcp::no_delay(true), stays_slow);
  const auto peer = socket.remote_endpoint(stays_slow);
  Connection connection{.stream = WireStream(std::move(socket))};
  connection.place.emplace(*context->door, peer.address().to_string(),
                           [&connection] { connection.stream.close(); });
  try {
    bool goes_on = co_await open_connection(&connection, context);
    while (goes_on) goes_on = co_await serve_request(&connection, context);
  } catch (const boost::system::system_error& error) {
    if (error.code() != http::error::end_of_stream && error.code() != beast::error::timeout) {
      spdlog::debug("event=connection_ended error=\"{}\"", error.code().message());
    }
  } catch (const SqlError& error) {
    if (is_failure_of_machine(error)) throw;  // ends the coordinator: nobody was told anything
    spdlog::error("event=request_failed error=\"{}\"", error.what());
  } catch (const std::exception& error) {
    spdlog::error("event=request_failed error=\"{}\"", error.what());
  }
  co_await end_connection(&connection);
}

}  // namespace hone
