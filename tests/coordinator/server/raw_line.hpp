#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone::given {

/// One connection, from one of the loopback's addresses, that leaves nothing behind.
class Line {
 public:
  Line(std::uint16_t port, std::uint32_t host)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    const linger none{.l_onoff = 1, .l_linger = 0};  // or ports would run out
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    const sockaddr_in from = address_of(host, 0), to = address_of(INADDR_LOOPBACK, port);
    open_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Line() { ::close(socket_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  bool is_open() const { return open_; }

  void say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void say_no_more() const { ::shutdown(socket_, SHUT_WR); }

  /// What comes until `end` has come, or until it is closed.
  std::string hear(std::string_view end = {}) const {
    std::string heard;
    std::array<char, 4096> piece{};
    while (end.empty() || heard.find(end) == std::string::npos) {
      const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
      if (got < 0 && errno == EAGAIN) ADD_FAILURE() << "neither an answer nor an end in 20 s";
      if (got <= 0) break;
      heard.append(piece.data(), static_cast<std::size_t>(got));
    }
    return heard;
  }

 private:
  static sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
    return {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(host)}, .sin_zero = {}};
  }
  int socket_;
  bool open_ = false;
};

}  // namespace hone::given
