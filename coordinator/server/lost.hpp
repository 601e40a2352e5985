#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/state/retention.hpp"
#include "coordinator/state/store.hpp"

/// Artifacts that results count on and that the artifact folder has lost, and how they are made
/// again.
namespace hone {

/// Damaged: of other bytes than its name says. Unreadable: it is there, and nothing is known of it.
enum class FileState : std::uint8_t { whole, missing, damaged, unreadable };

struct LostFile {
  KeptArtifact artifact;
  FileState state = FileState::missing;
};

/// Names: whether the files are there. Bytes: also whether they have their SHA-256, which takes a
/// second for some hundred MB.
enum class Look : std::uint8_t { at_names, at_bytes };

struct Findings {
  std::int64_t artifacts = 0;  // that were looked at
  std::vector<LostFile> lost;
};

/// Changes nothing. `progress` is called after each with how many of how many, and may throw to
/// stop. Throws SqlError, and std::filesystem::filesystem_error where the folder cannot be read.
Findings find_lost(Database& database, const std::filesystem::path& folder, Look look,
                   const std::function<void(std::int64_t, std::int64_t)>& progress = {});

/// Takes their names from those that are damaged, durably, once they have been read again: they are
/// DIGEST.damaged from then on, of no use to Hone. Returns those of `lost` that are not in the
/// folder now. Throws std::system_error.
std::vector<LostFile> set_aside_damaged(const std::filesystem::path& folder,
                                        const std::vector<LostFile>& lost);

/// Lets go of those that are missing or damaged, but packs (Store::let_go_of_lost), durably, and
/// returns how many trials wait that did not before. Throws SqlError; then nothing was changed.
/// Requires: no transaction is open, and none of these is in the folder.
std::int64_t let_go(Store& store, const std::vector<LostFile>& lost);

/// One JSON object ("schema": "hone.repair.v1"), also for the interface under /api/v1. `waiting`:
/// what let_go returned; nothing where it was not called.
std::string to_json(const Findings& found, std::optional<std::int64_t> waiting);

}  // namespace hone
