#include "common/net/wire_stream.hpp"

#include <variant>

namespace hone {

namespace asio = boost::asio;

WireStream::WireStream(asio::io_context& io) : stream_(std::in_place_type<Plain>, io) {}

WireStream::WireStream(asio::ip::tcp::socket socket)
    : stream_(std::in_place_type<Plain>, std::move(socket)) {}

WireStream::WireStream(WireStream&& other) noexcept
    : stream_(std::exchange(other.stream_, std::monostate())) {}

WireStream::~WireStream() = default;

WireStream::Secure& WireStream::wrap(asio::ssl::context& context) {
  Plain plain = std::move(std::get<Plain>(stream_));
  return stream_.emplace<Secure>(std::move(plain), context);
}

WireStream::Plain& WireStream::next_layer() {
  if (Secure* secure = std::get_if<Secure>(&stream_)) return secure->next_layer();
  return std::get<Plain>(stream_);
}

void WireStream::shut() {
  if (std::holds_alternative<std::monostate>(stream_)) return;
  boost::system::error_code ignored;
  next_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

void WireStream::read(const Pieces<asio::mutable_buffer>& pieces, TransferHandler handler) {
  if (Secure* secure = std::get_if<Secure>(&stream_))
    return secure->async_read_some(pieces, std::move(handler));
  std::get<Plain>(stream_).async_read_some(pieces, std::move(handler));
}

void WireStream::write(const Pieces<asio::const_buffer>& pieces, TransferHandler handler) {
  if (Secure* secure = std::get_if<Secure>(&stream_))
    return secure->async_write_some(pieces, std::move(handler));
  std::get<Plain>(stream_).async_write_some(pieces, std::move(handler));
}

}  // namespace hone
