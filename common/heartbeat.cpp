#include "common/heartbeat.hpp"

#include <charconv>

namespace hone {

namespace {

constexpr std::string_view prefix = "hone-rank-alive ";

}  // namespace

std::string heartbeat_line(int rank) {
  return std::string(prefix) + std::to_string(rank);
}

std::optional<int> rank_of_heartbeat(std::string_view line) {
  if (!line.starts_with(prefix)) return {};
  line.remove_prefix(prefix.size());
  int rank = -1;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), rank);
  if (error != std::errc() || end != line.data() + line.size() || rank < 0) return {};
  return rank;
}

}  // namespace hone
