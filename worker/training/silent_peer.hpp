#pragma once

#include <chrono>
#include <string>

namespace hone {

/// Looks at this process's TCP connections to other hosts, whoever opened them (MPI or NCCL), and
/// has the kernel probe those that are idle. The result is the address of a peer that was asked and
/// has acknowledged nothing for `limit`; empty if there is none. To be called each second or so.
///
/// A peer that is busy, or whose buffers are full, still acknowledges: only a host that is gone or
/// cut off does not. Any thread.
std::string silent_peer(std::chrono::milliseconds limit);

}  // namespace hone
