#include "coordinator/dataset/ingest_note.hpp"

#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "common/whole_number.hpp"
#include "coordinator/dataset/lesions.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

/// Raised whenever the same sources give another pack.
constexpr int ingest_version = 2;

fs::path note_file(const fs::path& store, const Digest& key) {
  return store / "notes" / (key.hex() + ".json");
}

void add_part(Hasher& hasher, const std::string& part) {
  hasher.update(std::to_string(part.size()) + ":");
  hasher.update(part);
}

void add_file(Hasher& hasher, const fs::path& root, const fs::path& file) {
  std::error_code error;
  add_part(hasher, file.lexically_relative(root).string());
  add_part(hasher, std::to_string(fs::file_size(file, error)));
  add_part(hasher, std::to_string(fs::last_write_time(file, error).time_since_epoch().count()));
}

}  // namespace

Digest note_key(const IngestRequest& request, const SourceList& list) {
  Hasher hasher;
  add_part(hasher, request.layout);
  add_part(hasher, list.cases);
  add_part(hasher, words_of(list.pixels));
  for (const std::int64_t number :
       {std::int64_t{ingest_version}, std::int64_t{lesion_generator_version},
        std::int64_t{request.image_size}, std::int64_t{list.aspect == AspectRule::refuse},
        std::int64_t{list.synthetic}, std::int64_t{request.lesions.count}, request.lesions.seed}) {
    add_part(hasher, std::to_string(number));
  }
  for (const Source& source : list.sources) {
    add_part(hasher, source.id);
    add_part(hasher, source.patient);
    add_file(hasher, list.root, source.image);
    add_file(hasher, list.root, source.mask);
  }
  for (const auto& [name, count] : list.counts) add_part(hasher, name + std::to_string(count));
  return hasher.finish();
}

std::optional<WrittenPack> recall(const fs::path& store, const Digest& key) {
  std::ifstream stream(note_file(store, key));
  if (!stream) return {};
  try {
    const Json note = Json::parse(stream);
    const auto content = Digest::parse(note.at("pack").get<std::string>());
    if (!content) return {};
    WrittenPack pack{*content, store / content->hex(), whole_number<std::int64_t>(note, "bytes")};
    if (fs::file_size(pack.file) != static_cast<std::uintmax_t>(pack.bytes)) return {};
    return pack;
  } catch (const std::exception&) {
    return {};
  }
}

void remember(const fs::path& store, const Digest& key, const WrittenPack& pack) {
  std::error_code error;
  const fs::path file = note_file(store, key);
  fs::create_directories(file.parent_path(), error);
  const fs::path temporary = file.string() + "." + std::to_string(::getpid());
  const Json note = {{"pack", pack.content.hex()}, {"bytes", pack.bytes}};
  std::ofstream(temporary) << note.dump() << '\n';
  fs::rename(temporary, file, error);
}

}  // namespace hone
