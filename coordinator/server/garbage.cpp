#include "coordinator/server/garbage.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "coordinator/state/retention.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;
using Instant = std::chrono::system_clock::time_point;

constexpr auto unfinished_grace = std::chrono::hours(1);  // uploads make progress or end in 30 s

struct Found {
  fs::path path;
  Digest digest;  // empty: the name is not an artifact's
  std::int64_t bytes = 0;
  Instant written;
};

/// Nothing for what is no file, or has gone meanwhile.
std::optional<Found> look_at(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return Found{.path = path,
               .digest = Digest::parse(path.filename().string()).value_or(Digest()),
               .bytes = status.st_size,
               .written = std::chrono::system_clock::from_time_t(status.st_mtime)};
}

/// A look at the folder and the database, and what it makes of both.
class Survey {
 public:
  Survey(Database& database, const ArtifactStore& artifacts, const GarbageRules& rules)
      : rules_(rules), fates_(fates_of_artifacts(database)) {
    if (const auto since = running_since(database))
      running_since_ = std::chrono::system_clock::from_time_t(*since);
    for (const auto& [digest, fate] : fates_) {
      if (fate == Fate::spare) spare_.insert(digest);
      if (fate == Fate::kept && !artifacts.has(digest)) ++report_.missing;
    }
    for (const auto& entry : fs::directory_iterator(artifacts.folder())) {
      if (const auto found = look_at(entry.path())) judge(*found);
    }
  }

  GarbageReport& report() { return report_; }
  const std::vector<fs::path>& files() const { return files_; }
  const std::set<Digest>& spare() const { return spare_; }

 private:
  void judge(const Found& found) {
    if (found.digest.empty()) return judge_temporary(found);
    const auto named = fates_.find(found.digest);
    if (named == fates_.end()) {
      return is_settled(found) ? take(found, GarbageKind::unnamed) : count(found, report_.spared);
    }
    switch (named->second) {
      case Fate::kept:
        return count(found, report_.kept);
      case Fate::spare:
        return take(found, GarbageKind::weights);
      case Fate::discarded:  // unless a trial that makes it again has found it here
        if (running_since_ && found.written >= *running_since_) return count(found, report_.spared);
        return take(found, GarbageKind::discarded);
      case Fate::spare_pack:
        if (!is_settled(found)) return count(found, report_.spared);
        spare_.insert(found.digest);
        return take(found, GarbageKind::packs);
    }
  }

  void judge_temporary(const Found& found) {
    if (!ArtifactStore::is_unfinished(found.path)) return;  // not ours
    const bool old = rules_.now - found.written > unfinished_grace;
    old ? take(found, GarbageKind::unfinished) : count(found, report_.spared);
  }

  /// What no row names yet may be of a trial whose end is on its way, or of a sweep that is being
  /// handed in.
  bool is_settled(const Found& found) const {
    return rules_.now - found.written > rules_.grace &&
           (!running_since_ || found.written < *running_since_);
  }

  void take(const Found& found, GarbageKind kind) {
    count(found, report_.kinds[static_cast<std::size_t>(kind)]);
    files_.push_back(found.path);
  }

  static void count(const Found& found, FileCount& counted) {
    ++counted.files;
    counted.bytes += found.bytes;
  }

  const GarbageRules rules_;
  const std::map<Digest, Fate> fates_;
  std::optional<Instant> running_since_;
  GarbageReport report_;
  std::vector<fs::path> files_;
  std::set<Digest> spare_;
};

}  // namespace

FileCount GarbageReport::total() const {
  FileCount sum;
  for (const FileCount& each : kinds) {
    sum.files += each.files;
    sum.bytes += each.bytes;
  }
  return sum;
}

GarbageReport count_garbage(Database& database, const ArtifactStore& artifacts,
                            const GarbageRules& rules) {
  return Survey(database, artifacts, rules).report();
}

GarbageReport remove_garbage(Store& store, const ArtifactStore& artifacts,
                             const GarbageRules& rules) {
  const auto transaction = store.begin();
  Survey survey(store.database(), artifacts, rules);
  store.discard(survey.spare());
  transaction->commit();
  for (const fs::path& file : survey.files()) {
    std::error_code error;
    fs::remove(file, error);
    if (error) survey.report().failed.push_back(file.string() + ": " + error.message());
  }
  return survey.report();
}

}  // namespace hone
