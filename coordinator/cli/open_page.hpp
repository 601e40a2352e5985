#pragma once

#include <filesystem>
#include <string>

#include "common/net/access.hpp"

namespace hone::cli {

/// The address of a coordinator's dashboard, with its token in the fragment, which browsers keep
/// to themselves. Whoever knows it may do what the token allows.
std::string page_address(const Access& access);

/// Whether this session has a screen to open a browser on.
bool has_screen();

/// Opens the address in the person's browser, by way of the file `redirect` (mode 0600): the list
/// of processes, which everyone may read, then has no token in it. False if no browser could be
/// started.
bool open_page(const std::string& address, const std::filesystem::path& redirect);

}  // namespace hone::cli
