#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "coordinator/dataset/sources.hpp"

/// What the layouts share when they look through folders.
namespace hone {

/// The endings of what ingest decodes, in small letters.
inline constexpr std::array<std::string_view, 6> image_extensions = {".jpg", ".jpeg", ".png",
                                                                     ".bmp", ".tif",  ".tiff"};

/// The entries of a folder in ascending order, hidden ones and synthetic_mark left out. Throws
/// IngestError if the folder is missing or cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Whether the name ends with `extension` (".png"), in any case.
bool has_extension(const std::filesystem::path& file, std::string_view extension);

/// Whether the name ends like a one of image_extensions, in any case.
bool has_image_extension(const std::filesystem::path& file);

/// The folder for which `fits` holds: `start`, a folder at most two levels below it, or one of the
/// two above it, in this order.
std::optional<std::filesystem::path> find_folder(
    const std::filesystem::path& start,
    const std::function<bool(const std::filesystem::path&)>& fits);

/// Sorts by id. Throws IngestError if `list` is empty (`expected` says what was looked for), if two
/// sources have one id, or if an id is not UTF-8.
SourceList checked(SourceList list, std::string_view expected);

}  // namespace hone
