// The first and the last words of a connection.

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <array>
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
constexpr std::size_t longest_request = std::size_t{2} << 20U;  // bytes, header and all
constexpr const char* has_no_tls =
    "this port speaks no TLS: use http:// and ws://, or start the coordinator with --tls on";

/// In the log once a minute for each address.
void note_stranger(const Connection& connection, const SessionContext& context, const char* event,
                   const std::string& why = "") {
  const std::string& address = connection.place->address();
  const auto wrong = context.door->count_wrong_token(address, std::chrono::steady_clock::now());
  if (wrong.count > 1) return;
  spdlog::warn("event={} address={}{}", event, address, why.empty() ? "" : " why=\"" + why + "\"");
}

asio::awaitable<void> refuse(Connection* connection, SessionContext* context, bool is_tls) {
  note_stranger(*connection, *context, is_tls ? "tls_on_plain_port" : "no_tls_on_tls_port");
  RequestHeader nothing;
  nothing.keep_alive(false);
  ApiResponse answer = api_error(400, is_tls ? has_no_tls : needs_tls);
  co_await send_response(connection, &nothing, std::move(answer));
}

/// Whether a handshake failed for want of a certificate that was asked for, or for that of the
/// peer.
bool is_of_no_known_client(const boost::system::error_code& error, WireStream::Secure& tls) {
  if (error.category() != asio::error::get_ssl_category()) return false;
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  return reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ||
         SSL_get_verify_result(tls.native_handle()) != X509_V_OK;
}

/// With bytes unread the kernel would say "reset", over the answer, or TLS' own word, that said
/// why. No more than a request has, though.
asio::awaitable<void> read_out(WireStream::Plain* stream) {
  boost::system::error_code error;
  stream->socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  stream->expires_after(farewell_deadline);
  std::array<char, 4096> rest{};
  const asio::mutable_buffer place = asio::buffer(rest);
  for (std::size_t left = longest_request; !error && left > rest.size(); left -= rest.size())
    co_await stream->async_read_some(place, asio::redirect_error(use_awaitable, error));
}

/// The server's part of the handshake, whose first bytes were read; false if it ends here.
asio::awaitable<bool> shake_hands(Connection* connection, SessionContext* context) {
  WireStream::Secure& tls = connection->stream.wrap(*context->tls);
  const asio::const_buffer hello = connection->buffer.cdata();
  boost::system::error_code error;
  const std::size_t used = co_await tls.async_handshake(asio::ssl::stream_base::server, hello,
                                                        asio::redirect_error(use_awaitable, error));
  if (is_of_no_known_client(error, tls)) {
    const long verdict = SSL_get_verify_result(tls.native_handle());
    note_stranger(*connection, *context, "no_or_unknown_client_certificate",
                  verdict == X509_V_OK ? "none shown" : X509_verify_cert_error_string(verdict));
    co_await read_out(&connection->stream.next_layer());
    co_return false;
  }
  if (error) throw boost::system::system_error(error);
  connection->buffer.consume(used);
  co_return true;
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
  co_return co_await shake_hands(connection, context);
}

asio::awaitable<void> end_connection(Connection* connection) {
  if (connection->stream.is_secure()) {
    boost::system::error_code ignored;
    connection->stream.expires_after(farewell_deadline);
    co_await connection->stream.async_shutdown(asio::redirect_error(use_awaitable, ignored));
  }
  if (connection->has_unread) co_await read_out(&connection->stream.next_layer());
  connection->stream.shut();
}

}  // namespace hone
