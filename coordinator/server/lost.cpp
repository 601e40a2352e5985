#include "coordinator/server/lost.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "common/net/durable.hpp"
#include "common/net/file_digest.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* aside = ".damaged";

FileState state_of(const fs::path& file, const Digest& digest) {
  try {
    return digest_of_file(file) == digest ? FileState::whole : FileState::damaged;
  } catch (const std::system_error& error) {
    return error.code() == std::errc::no_such_file_or_directory ? FileState::missing
                                                                : FileState::unreadable;
  }
}

const char* name_of(FileState state) {
  switch (state) {
    case FileState::whole:
      return "whole";
    case FileState::missing:
      return "missing";
    case FileState::damaged:
      return "damaged";
    case FileState::unreadable:
      return "unreadable";
  }
  return "";
}

json objects_of(const std::vector<LostFile>& lost) {
  json list = json::array();
  for (const LostFile& each : lost)
    list.push_back({{"digest", each.artifact.digest.hex()},
                    {"name", each.artifact.name},
                    {"trial", each.artifact.trial == 0 ? json() : json(each.artifact.trial)},
                    {"state", name_of(each.state)}});
  return list;
}

std::set<std::int64_t> waiting_trials(Database& database) {
  Statement query = database.prepare("SELECT id FROM trial WHERE state = 'waiting'");
  std::set<std::int64_t> trials;
  while (query.step()) trials.insert(query.integer(0));
  return trials;
}

}  // namespace

Findings find_lost(Database& database, const fs::path& folder, Look look,
                   const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const std::vector<KeptArtifact> kept = kept_artifacts(database);
  Findings found{.artifacts = std::ssize(kept), .lost = {}};
  std::int64_t done = 0;
  for (const KeptArtifact& each : kept) {
    const fs::path file = folder / each.digest.hex();
    FileState state = fs::exists(file) ? FileState::whole : FileState::missing;
    if (state == FileState::whole && look == Look::at_bytes) state = state_of(file, each.digest);
    if (state != FileState::whole) found.lost.push_back({.artifact = each, .state = state});
    if (progress) progress(++done, found.artifacts);
  }
  return found;
}

std::vector<LostFile> set_aside_damaged(const fs::path& folder, const std::vector<LostFile>& lost) {
  std::vector<LostFile> gone;
  for (const LostFile& each : lost) {
    const Digest& digest = each.artifact.digest;
    const fs::path file = folder / digest.hex(), away = file.string() + aside;
    if (each.state == FileState::damaged && state_of(file, digest) == FileState::damaged) {
      fs::rename(file, away);
      // A good one may have come between the look and the move.
      if (state_of(away, digest) == FileState::whole) fs::rename(away, file);
    }
    if (!fs::exists(file)) gone.push_back(each);
  }
  make_durable(folder);
  return gone;
}

std::int64_t let_go(Store& store, const std::vector<LostFile>& lost) {
  std::set<Digest> outputs;
  for (const LostFile& each : lost)
    if (each.artifact.trial != 0 && each.state != FileState::unreadable)
      outputs.insert(each.artifact.digest);
  const auto transaction = store.begin();
  const auto before = waiting_trials(store.database());
  store.let_go_of_lost(outputs);
  store.settle_selections();
  const auto after = waiting_trials(store.database());
  transaction->commit();
  return std::count_if(after.begin(), after.end(),
                       [&before](std::int64_t trial) { return !before.contains(trial); });
}

std::string to_json(const Findings& found, std::optional<std::int64_t> waiting) {
  return json{{"schema", "hone.repair.v1"},
              {"dry_run", !waiting},
              {"artifacts", found.artifacts},
              {"lost", objects_of(found.lost)},
              {"waiting", waiting.value_or(0)}}
      .dump();
}

}  // namespace hone
