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

struct LostFile {
  KeptArtifact artifact;
  bool is_damaged = false;  // other bytes, or none that can be read; else: not there
};

/// Names: whether the files are there. Bytes: also whether they have their SHA-256, which takes a
/// second for some hundred MB.
enum class Look : std::uint8_t { at_names, at_bytes };

struct Findings {
  std::int64_t artifacts = 0;  // that were looked at
  std::vector<LostFile> lost;
};

/// Changes nothing. `progress` is called after each with how many of how many, and may throw to
/// stop. Throws SqlError, std::system_error where a file may not be read.
Findings find_lost(Database& database, const std::filesystem::path& folder, Look look,
                   const std::function<void(std::int64_t, std::int64_t)>& progress = {});

/// Removes those that are damaged: nothing but their name says what they were, and it is wrong.
/// Throws std::filesystem::filesystem_error.
void remove_damaged(const std::filesystem::path& folder, const std::vector<LostFile>& lost);

/// Lets go of every output that is not there (Store::let_go_of_lost), durably, and returns how many
/// trials wait that did not before. Throws SqlError; then nothing was changed. Requires: no
/// transaction is open.
std::int64_t let_go_of_lost(Store& store, const std::vector<LostFile>& lost);

/// One JSON object ("schema": "hone.repair.v1"), also for the interface under /api/v1. `waiting`:
/// what let_go_of_lost returned; nothing where it was not called.
std::string to_json(const Findings& found, std::optional<std::int64_t> waiting);

}  // namespace hone
