#include "coordinator/server/web_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hone {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::use_awaitable;

asio::awaitable<void> write_outbox(std::shared_ptr<WebSocket> stream,
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

}  // namespace hone
