#include "coordinator/server/lost.hpp"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "common/net/file_digest.hpp"

namespace hone {

namespace {

using nlohmann::json;

/// A disk that cannot bring the bytes back has lost them; a file that may not be read has not.
bool has_its_bytes(const std::filesystem::path& file, const Digest& digest) {
  try {
    return digest_of_file(file) == digest;
  } catch (const std::system_error& error) {
    if (error.code().value() == EIO) return false;
    throw;
  }
}

json objects_of(const std::vector<LostFile>& lost) {
  json list = json::array();
  for (const LostFile& each : lost)
    list.push_back({{"digest", each.artifact.digest.hex()},
                    {"name", each.artifact.name},
                    {"trial", each.artifact.trial == 0 ? json() : json(each.artifact.trial)},
                    {"state", each.is_damaged ? "damaged" : "missing"}});
  return list;
}

std::int64_t waiting(Database& database) {
  Statement query = database.prepare("SELECT count(*) FROM trial WHERE state = 'waiting'");
  query.step();
  return query.integer(0);
}

}  // namespace

Findings find_lost(Database& database, const std::filesystem::path& folder, Look look,
                   const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const std::vector<KeptArtifact> kept = kept_artifacts(database);
  Findings found{.artifacts = std::ssize(kept), .lost = {}};
  std::int64_t done = 0;
  for (const KeptArtifact& each : kept) {
    const std::filesystem::path file = folder / each.digest.hex();
    if (!std::filesystem::is_regular_file(file)) {
      found.lost.push_back({.artifact = each});
    } else if (look == Look::at_bytes && !has_its_bytes(file, each.digest)) {
      found.lost.push_back({.artifact = each, .is_damaged = true});
    }
    if (progress) progress(++done, found.artifacts);
  }
  return found;
}

void remove_damaged(const std::filesystem::path& folder, const std::vector<LostFile>& lost) {
  for (const LostFile& each : lost)
    if (each.is_damaged) std::filesystem::remove(folder / each.artifact.digest.hex());
}

std::int64_t let_go_of_lost(Store& store, const std::vector<LostFile>& lost) {
  std::set<Digest> outputs;
  for (const LostFile& each : lost)
    if (each.artifact.trial != 0) outputs.insert(each.artifact.digest);
  const auto transaction = store.begin();
  const std::int64_t before = waiting(store.database());
  store.let_go_of_lost(outputs);
  store.settle_selections();
  const std::int64_t more = waiting(store.database()) - before;
  transaction->commit();
  return more;
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
