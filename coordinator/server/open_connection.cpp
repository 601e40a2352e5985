// The first and the last words of a connection.

#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/detect_ssl.hpp>
#include <boost/beast/http/write.hpp>

#include "common/net/secure.hpp"
#include "coordinator/server/session.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;

constexpr auto farewell_deadline = std::chrono::seconds(1);
constexpr const char* has_no_tls =
    "this port speaks no TLS: use http:// and ws://, or start the coordinator with --tls on";

/// In the log once a minute for each address; each of them in the answer.
asio::awaitable<void> refuse(Connection* connection, SessionContext* context, bool is_tls) {
  const std::string& address = connection->place->address();
  const auto wrong = context->door->count_wrong_token(address, std::chrono::steady_clock::now());
  if (wrong.count == 1)
    spdlog::warn("event={} address={}", is_tls ? "tls_on_plain_port" : "no_tls_on_tls_port",
                 address);
  RequestHeader nothing;
  nothing.keep_alive(false);
  ApiResponse answer = api_error(400, is_tls ? has_no_tls : needs_tls);
  co_await send_response(connection, &nothing, std::move(answer));
}

}  // namespace

asio::awaitable<bool> open_connection(Connection* connection, SessionContext* context) {
  connection->stream.expires_after(header_deadline);
  beast::flat_buffer& buffer = connection->buffer;
  const bool is_tls =
      co_await beast::async_detect_ssl(connection->stream.next_layer(), buffer, use_awaitable);
  if (is_tls != (context->tls != nullptr)) {
    co_await refuse(connection, context, is_tls);
    co_return false;
  }
  if (!is_tls) co_return true;
  WireStream::Secure& tls = connection->stream.wrap(*context->tls);
  const asio::const_buffer hello = buffer.cdata();
  const std::size_t used =
      co_await tls.async_handshake(asio::ssl::stream_base::server, hello, use_awaitable);
  buffer.consume(used);
  co_return true;
}

asio::awaitable<void> end_connection(Connection* connection) {
  if (connection->stream.is_secure()) {
    boost::system::error_code ignored;
    connection->stream.expires_after(farewell_deadline);
    co_await connection->stream.async_shutdown(asio::redirect_error(use_awaitable, ignored));
  }
  connection->stream.shut();
}

}  // namespace hone
