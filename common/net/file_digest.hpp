#pragma once

#include <filesystem>

#include "common/digest.hpp"

namespace hone {

/// The SHA-256 of a file's bytes. Throws std::system_error if it cannot be read.
Digest digest_of_file(const std::filesystem::path& file);

}  // namespace hone
