#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/dataset/pack.hpp"
#include "coordinator/dataset/runs.hpp"

/// How a pack comes onto the disk and what its manifest looks like there.
namespace hone {

/// A whole pack in memory.
struct Pack {
  PackManifest manifest;
  std::vector<std::uint8_t> images;  // [N,3,S,S]
  std::vector<std::uint8_t> masks;   // [N,1,S,S]
  std::vector<NativeMask> native;    // N
};

struct WrittenPack {
  Digest content;
  std::filesystem::path file;
  std::int64_t bytes = 0;
};

/// Writes `pack` into the folder `store` under the name of its SHA-256: to a temporary name,
/// synced, then renamed, so that the name never stands for half a pack.
/// Removes temporary files there that killed processes left a day ago. Throws PackError.
WrittenPack write_pack(const Pack& pack, const std::filesystem::path& store);

/// The manifest as canonical JSON. Part of every pack's bytes.
std::string to_json(const PackManifest& manifest);

/// The inverse of to_json. Throws std::exception of some kind; read_manifest gives it a name.
PackManifest parse_manifest(const std::string& json);

}  // namespace hone
