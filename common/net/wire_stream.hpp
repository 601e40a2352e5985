#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/container/static_vector.hpp>
#include <chrono>
#include <utility>
#include <variant>

#include "common/net/transfer_handler.hpp"

namespace hone {

/// A TCP connection, in the clear or within TLS. HTTP and WebSockets are spoken over it without
/// knowing which: this is the one place that does. A stream of Asio's in what it offers; one
/// thread, whose io_context runs every handler, and no cancelling of single operations.
class WireStream {
 public:
  using Plain = boost::beast::tcp_stream;
  using Secure = boost::beast::ssl_stream<Plain>;
  using next_layer_type = Plain;
  using executor_type = Plain::executor_type;

  explicit WireStream(boost::asio::io_context& io);
  explicit WireStream(boost::asio::ip::tcp::socket socket);

  /// What was moved from may be ended and destroyed; nothing else.
  WireStream(WireStream&& other) noexcept;
  WireStream& operator=(WireStream&&) = delete;
  WireStream(const WireStream&) = delete;
  WireStream& operator=(const WireStream&) = delete;
  ~WireStream();

  bool is_secure() const { return std::holds_alternative<Secure>(stream_); }

  /// Puts TLS around the connection, which was in the clear and has nothing pending. The handshake
  /// is the caller's. `context` may go once this has returned.
  Secure& wrap(boost::asio::ssl::context& context);

  Plain& next_layer();
  executor_type get_executor() { return next_layer().get_executor(); }
  void expires_after(std::chrono::nanoseconds time) { next_layer().expires_after(time); }
  void expires_never() { next_layer().expires_never(); }
  void close() { next_layer().close(); }

  /// Tells the other side that this is the end, if there is anything left to end.
  void shut();

  // Beast's operations are long types, made of the buffers and handlers that they were given. Here
  // these become the same for all, so that what is below is compiled once and not for each.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Transferred>(
        [this, pieces = pieces_of<boost::asio::mutable_buffer>(buffers)](auto&& handler) {
          read(pieces, TransferHandler(std::forward<decltype(handler)>(handler)));
        },
        token);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Transferred>(
        [this, pieces = pieces_of<boost::asio::const_buffer>(buffers)](auto&& handler) {
          write(pieces, TransferHandler(std::forward<decltype(handler)>(handler)));
        },
        token);
  }

  /// TLS' own word for the end, and the other side's. Requires: is_secure().
  template <class Token>
  auto async_shutdown(Token&& token) {
    return std::get<Secure>(stream_).async_shutdown(std::forward<Token>(token));
  }

 private:
  using Transferred = void(boost::system::error_code, std::size_t);

  static constexpr std::size_t most_pieces = 16;
  template <class Buffer>
  using Pieces = boost::container::static_vector<Buffer, most_pieces>;

  /// The first of them. More may be left: the operations transfer some, and say how much.
  template <class Buffer, class Buffers>
  static Pieces<Buffer> pieces_of(const Buffers& buffers) {
    Pieces<Buffer> pieces;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto each = boost::asio::buffer_sequence_begin(buffers);
         each != end && pieces.size() < most_pieces; ++each) {
      const Buffer piece(*each);
      if (piece.size() > 0) pieces.push_back(piece);
    }
    return pieces;
  }

  void read(const Pieces<boost::asio::mutable_buffer>& pieces, TransferHandler handler);
  void write(const Pieces<boost::asio::const_buffer>& pieces, TransferHandler handler);

  std::variant<Plain, Secure, std::monostate> stream_;
};

/// How Beast ends a WebSocket. Its frames have said that this is the end, so nobody can have cut it
/// short: TLS' own word is not waited for.
template <class Handler>
void async_teardown(boost::beast::role_type role, WireStream& stream, Handler&& handler) {
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace hone
