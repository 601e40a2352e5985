#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <utility>
#include <variant>

namespace hone {

/// A TCP connection, in the clear or within TLS. HTTP and WebSockets are spoken over it without
/// knowing which: this is the one place that does. A stream of Asio's in what it offers; one
/// thread.
class WireStream {
 public:
  using Plain = boost::beast::tcp_stream;
  using Secure = boost::beast::ssl_stream<Plain>;
  using next_layer_type = Plain;
  using executor_type = Plain::executor_type;

  explicit WireStream(boost::asio::io_context& io) : stream_(std::in_place_type<Plain>, io) {}
  explicit WireStream(boost::asio::ip::tcp::socket socket)
      : stream_(std::in_place_type<Plain>, std::move(socket)) {}

  /// What was moved from may be ended and destroyed; nothing else.
  WireStream(WireStream&& other) noexcept
      : stream_(std::exchange(other.stream_, std::monostate())) {}
  WireStream& operator=(WireStream&&) = delete;
  WireStream(const WireStream&) = delete;
  WireStream& operator=(const WireStream&) = delete;
  ~WireStream() = default;

  bool is_secure() const { return std::holds_alternative<Secure>(stream_); }

  /// Puts TLS around the connection, which was in the clear and has nothing pending. The handshake
  /// is the caller's. `context` may go once this has returned.
  Secure& wrap(boost::asio::ssl::context& context) {
    Plain plain = std::move(std::get<Plain>(stream_));
    return stream_.emplace<Secure>(std::move(plain), context);
  }

  Plain& next_layer() {
    if (Secure* secure = std::get_if<Secure>(&stream_)) return secure->next_layer();
    return std::get<Plain>(stream_);
  }

  executor_type get_executor() { return next_layer().get_executor(); }
  void expires_after(std::chrono::nanoseconds time) { next_layer().expires_after(time); }
  void expires_never() { next_layer().expires_never(); }
  void close() { next_layer().close(); }

  /// Tells the other side that this is the end, if there is anything left to end.
  void shut() {
    if (std::holds_alternative<std::monostate>(stream_)) return;
    boost::system::error_code ignored;
    next_layer().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  }

  template <class Token>
  using Transferred =
      typename boost::asio::async_result<std::decay_t<Token>,
                                         void(boost::system::error_code, std::size_t)>::return_type;

  template <class Buffers, class Token>
  Transferred<Token> async_read_some(const Buffers& buffers, Token&& token) {
    if (Secure* secure = std::get_if<Secure>(&stream_))
      return secure->async_read_some(buffers, std::forward<Token>(token));
    return std::get<Plain>(stream_).async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  Transferred<Token> async_write_some(const Buffers& buffers, Token&& token) {
    if (Secure* secure = std::get_if<Secure>(&stream_))
      return secure->async_write_some(buffers, std::forward<Token>(token));
    return std::get<Plain>(stream_).async_write_some(buffers, std::forward<Token>(token));
  }

  /// TLS' own word for the end, and the other side's. Requires: is_secure().
  template <class Token>
  auto async_shutdown(Token&& token) {
    return std::get<Secure>(stream_).async_shutdown(std::forward<Token>(token));
  }

 private:
  std::variant<Plain, Secure, std::monostate> stream_;
};

/// How Beast ends a WebSocket. Its frames have said that this is the end, so nobody can have cut it
/// short: TLS' own word is not waited for.
template <class Handler>
void async_teardown(boost::beast::role_type role, WireStream& stream, Handler&& handler) {
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace hone
