#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/server/session.hpp"

namespace hone {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr auto accept_pause = std::chrono::milliseconds(200);

asio::awaitable<void> accept_connections(tcp::acceptor* acceptor, SessionContext* context) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor->async_accept(asio::redirect_error(use_awaitable, error));
    if (!error && context->door->is_full()) {
      spdlog::warn("event=too_many_connections");
      continue;  // closes it
    }
    if (!error) {
      asio::co_spawn(executor, serve_connection(std::move(socket), context),
                     [](std::exception_ptr failure) {
                       if (failure) std::rethrow_exception(failure);
                     });
      continue;
    }
    // Out of descriptors, say: go on accepting when some may be free again.
    spdlog::warn("event=accept_failed error=\"{}\"", error.message());
    asio::steady_timer pause(executor, accept_pause);
    co_await pause.async_wait(use_awaitable);
  }
}

}  // namespace hone
