#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <string>

#include "common/net/http_client.hpp"
#include "common/net/secure.hpp"

/// How HttpClient talks over one connection: for its own files alone. Every class argument of an
/// awaited call is a named value (g++ 12 destroys temporaries in such calls twice).
namespace hone::talk {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using Milliseconds = std::chrono::milliseconds;

inline constexpr std::size_t chunk = 256 * 1024;  // bytes of a file sent or read at a time

/// How long the other side may be silent.
struct Limits {
  Milliseconds piece;   // while connecting and while it takes what is sent
  Milliseconds answer;  // while it works on the answer and sends it
};

inline std::string address_of(const Access& access) {
  return access.host + ":" + std::to_string(access.port);
}

template <class Body>
http::request<Body> make_request(const Access& access, http::verb verb, const std::string& target) {
  http::request<Body> request{verb, target, 11};
  request.set(http::field::host, address_of(access));
  request.set(http::field::authorization, "Bearer " + access.token);
  request.set(http::field::user_agent, "hone");
  request.keep_alive(false);
  return request;
}

/// Ends the connection within a minute of the other machine's death, however long an answer may
/// take: the kernel asks whether it is there.
inline void notice_death(asio::ip::tcp::socket& socket) {
  using Seconds = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using Period = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  using Probes = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(Seconds(20), ignored);
  socket.set_option(Period(10), ignored);
  socket.set_option(Probes(4), ignored);
}

inline asio::awaitable<void> connect(WireStream& stream, const Access& access, Milliseconds limit) {
  asio::ip::tcp::resolver resolver(stream.get_executor());
  const auto found =
      co_await resolver.async_resolve(access.host, std::to_string(access.port), use_awaitable);
  stream.expires_after(limit);
  co_await stream.next_layer().async_connect(found, use_awaitable);
  notice_death(stream.next_layer().socket());
  co_await secure(&stream, &access);
}

// The deadline is for every piece, not for the whole: a large file on a slow line is no failure.
template <class Request>
asio::awaitable<void> send(WireStream& stream, Request& request, Milliseconds limit) {
  http::request_serializer<typename Request::body_type> serializer(request);
  serializer.limit(chunk);
  while (!serializer.is_done()) {
    stream.expires_after(limit);
    co_await http::async_write_some(stream, serializer, use_awaitable);
  }
}

template <class Parser>
asio::awaitable<void> receive(WireStream& stream, Parser& parser, Milliseconds limit) {
  beast::flat_buffer buffer(chunk);
  while (!parser.is_done()) {
    stream.expires_after(limit);
    co_await http::async_read_some(stream, buffer, parser, use_awaitable);
  }
}

// A server that refuses a body may answer and close before it has read all of it; its answer says
// more than the broken pipe does.
template <class Request, class Parser>
asio::awaitable<void> exchange(WireStream& stream, Request& request, Parser& parser,
                               Limits limits) {
  std::exception_ptr broken;
  try {
    co_await send(stream, request, limits.piece);
  } catch (const boost::system::system_error&) {
    broken = std::current_exception();
  }
  try {
    co_await receive(stream, parser, limits.answer);
  } catch (const boost::system::system_error&) {
    if (broken) std::rethrow_exception(broken);
    throw;
  }
}

// The connection broke; the other side has refused nothing.
class BrokenConnection : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

// Runs one conversation to its end on this thread. Everything it refers to outlives it: the caller
// waits here.
template <class Request, class Talk>
void with_connection(const Access& access, Milliseconds limit, const Request& request, Talk talk) {
  asio::io_context io(1);
  WireStream stream(io);
  std::exception_ptr failure;
  asio::co_spawn(io, connect(stream, access, limit), [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (!failure) {
    io.restart();
    asio::co_spawn(io, talk(stream), [&](std::exception_ptr e) { failure = e; });
    io.run();
  }
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    const std::string refusal = certificate_refused(error.code());
    if (!refusal.empty()) throw TrustError(refusal);
    throw BrokenConnection(std::string(request.method_string()) + " " +
                           std::string(request.target()) + " at " + address_of(access) + ": " +
                           error.code().message());
  }
}

template <class Request, class Parser>
void converse(const Access& access, Limits limits, Request& request, Parser& parser) {
  with_connection(access, limits.piece, request,
                  [&](WireStream& stream) { return exchange(stream, request, parser, limits); });
}

inline std::string target_of(const Digest& digest) {
  return "/artifacts/" + digest.hex();
}

}  // namespace hone::talk
