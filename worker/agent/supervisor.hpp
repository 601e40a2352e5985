#pragma once

#include "worker/agent/child.hpp"

namespace hone {

/// Exit status of an agent that would fail again in the same way: it is not started again.
inline constexpr int exit_hopeless = 78;

/// Keeps an agent running: starts it again, after a pause that grows, whenever it dies of anything
/// but a clean end, and passes SIGINT, SIGTERM and SIGUSR1 on. Returns this process's exit status:
/// 0 at a clean end or when told to stop (so that a launcher leaves the other workers alone), 1
/// when the agent is hopeless. Requires: one thread.
int supervise(const ChildCommand& agent);

}  // namespace hone
