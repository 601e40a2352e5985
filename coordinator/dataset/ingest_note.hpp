#pragma once

#include <filesystem>
#include <optional>

#include "coordinator/dataset/pack_file.hpp"
#include "coordinator/dataset/sources.hpp"

/// Notes of what was ingested, so that unchanged sources need not be decoded again. A note is a
/// small JSON file in the folder `notes` of the store. It may be lost or deleted at any time.
namespace hone {

/// Names everything a pack depends on: the request but for its threads, and the sources' relative
/// paths, sizes and times.
Digest note_key(const IngestRequest& request, const SourceList& list);

/// What was written for `key`, if its pack is still in the store and of the same length.
std::optional<WrittenPack> recall(const std::filesystem::path& store, const Digest& key);

/// Writes the note. A failure is no error: the next ingest decodes again.
void remember(const std::filesystem::path& store, const Digest& key, const WrittenPack& pack);

}  // namespace hone
