#include "worker/training/silent_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace hone {

namespace fs = std::filesystem;

namespace {

// Seconds after which the kernel probes an idle connection, and between probes; it is not to close
// any, so the probes never run out in the time that a team lives on.
constexpr int idle = 2;
constexpr int between = 1;
constexpr int most_probes = 100;

std::string text_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&address);
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  const void* const bytes = address.ss_family == AF_INET ? static_cast<const void*>(&v4->sin_addr)
                                                         : static_cast<const void*>(&v6->sin6_addr);
  ::inet_ntop(address.ss_family, bytes, text.data(), text.size());
  return text.data();
}

/// The other end's address, if `descriptor` is a connection to another host.
std::optional<std::string> peer_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return {};
  std::string text = text_of(address);
  if (text == "::1" || text.starts_with("127.")) return {};
  return text;
}

void have_it_probed(int descriptor) {
  const auto set = [&](int level, int name, int value) {
    ::setsockopt(descriptor, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_KEEPIDLE, idle);
  set(IPPROTO_TCP, TCP_KEEPINTVL, between);
  set(IPPROTO_TCP, TCP_KEEPCNT, most_probes);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

bool is_silent(int descriptor, std::chrono::milliseconds limit) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  if (info.tcpi_state != TCP_ESTABLISHED) return false;
  const bool is_asked = info.tcpi_retransmits > 0 || info.tcpi_probes > 0;
  return is_asked && std::chrono::milliseconds(info.tcpi_last_ack_recv) > limit;
}

}  // namespace

std::string silent_peer(std::chrono::milliseconds limit) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    const auto peer = peer_of(descriptor);
    if (!peer) continue;
    if (is_silent(descriptor, limit)) return *peer;
    have_it_probed(descriptor);
  }
  return {};
}

}  // namespace hone
