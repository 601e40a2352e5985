#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>

namespace hone {

/// How often the kernel has killed a process for want of memory, on this host and in this process's
/// control group. `root` holds proc and sys: '/' but for tests. 0 where neither says.
std::int64_t kills_for_memory(const std::filesystem::path& root = "/");

/// What a dead process says of memory, for people: how much it took at most, and whether it died
/// for want of it: "out of memory: " and what to change, where the kernel killed it or its last
/// words are those of an allocation that failed; '' where there is nothing to say.
///
/// `killed`: by SIGKILL and not by us. `kills`: kills_for_memory() then, less that at its start.
/// `most_kib`: the most memory that it had, as getrusage tells.
std::string memory_words(bool killed, std::int64_t kills, std::int64_t most_kib,
                         const std::deque<std::string>& last_lines);

}  // namespace hone
