#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How the ranks of a team tell the agent that they run: a line each second among the lines of
/// their logs, the one stream that mpirun passes on from every rank.
namespace hone {

/// Without the line's end.
std::string heartbeat_line(int rank);

/// The rank that says so; nothing for any other line.
std::optional<int> rank_of_heartbeat(std::string_view line);

}  // namespace hone
