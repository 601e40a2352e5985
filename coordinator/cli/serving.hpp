#pragma once

#include <functional>

#include "coordinator/server/server.hpp"

namespace hone::cli {

/// Runs a coordinator until Ctrl-C or SIGTERM; `began` is called with it before it serves. Where
/// the disk is full to the last byte it ends as in a crash, which loses nothing, and begins anew
/// when there is room; meanwhile it keeps the state folder. Throws what Server throws otherwise.
void serve_until_stopped(ServerSettings settings, const std::function<void(const Server&)>& began);

}  // namespace hone::cli
