#include "tests/bench/coordinator/watchers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <string>

namespace hone::bench {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;

asio::awaitable<void> look_on(Access access, std::atomic<std::int64_t>* frames) {
  const auto executor = co_await asio::this_coro::executor;
  beast::websocket::stream<beast::tcp_stream> stream(executor);
  const asio::ip::tcp::endpoint there(asio::ip::make_address(access.host), access.port);
  co_await beast::get_lowest_layer(stream).async_connect(there, use_awaitable);
  const std::string host = access.host + ":" + std::to_string(access.port);
  const std::string target = "/live";
  co_await stream.async_handshake(host, target, use_awaitable);
  stream.text(true);
  const std::string greeting = R"({"sweep": 1, "token": ")" + access.token + "\"}";
  co_await stream.async_write(asio::buffer(greeting), use_awaitable);
  beast::flat_buffer buffer;
  for (;; ++*frames) {
    co_await stream.async_read(buffer, use_awaitable);
    buffer.clear();
  }
}

}  // namespace

Watchers::Watchers(const Access& access, int count) {
  for (int i = 0; i < count; ++i)
    asio::co_spawn(context_, look_on(access, &frames_), asio::detached);
  thread_ = std::thread([this] { context_.run(); });
}

Watchers::~Watchers() {
  context_.stop();
  thread_.join();
}

}  // namespace hone::bench
