#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <system_error>

#include "coordinator/cli/checks.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/file_system.hpp"
#include "coordinator/server/state_folder.hpp"
#include "sql/database.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

constexpr double gib = 1024.0 * 1024 * 1024;
constexpr double little_room = 2, no_room = 0.25;  // GiB; serve's --reserve

std::string gib_text(double bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GiB", bytes / gib);
  return text.data();
}

Check check_disk_kind(const fs::path& state) {
  const FileSystem found = file_system_of(state);
  const std::string where = fs::absolute(state).string() + " on " + found.name;
  if (!found.network) return {"state folder", Verdict::good, where};
  return {"state folder", Verdict::fault, where,
          "a crash can damage a database there: put it on a disk of this machine with --state, and "
          "copies elsewhere with 'hone backup'"};
}

Check check_room(const fs::path& state) {
  const double free = static_cast<double>(fs::space(state).available);
  const std::string found = gib_text(free) + " free";
  if (free / gib >= little_room) return {"disk", Verdict::good, found};
  return {"disk", free / gib < no_room ? Verdict::fault : Verdict::warning, found,
          "below 'hone serve --reserve' (256 MiB) no trial begins: free some, as with 'hone gc'"};
}

Check check_file(Database& database, const fs::path& file) {
  Statement query = database.prepare("PRAGMA quick_check(1)");
  query.step();
  const std::string size = gib_text(static_cast<double>(fs::file_size(file)));
  if (query.text(0) == "ok") return {"database", Verdict::good, size + ", in order"};
  return {"database", Verdict::fault, query.text(0),
          "it is damaged: a copy of 'hone backup' can take its place"};
}

Check check_results(Database& database) {
  Statement query = database.prepare("SELECT count(*), min(rule), min(trial) FROM violation");
  query.step();
  const std::int64_t broken = query.integer(0);
  if (broken == 0) return {"results", Verdict::good, "break no rule"};
  return {
      "results", Verdict::fault,
      counted(broken, "result") + " break a rule, as trial " + query.text(2) + ": " + query.text(1),
      "report it with the output of: hone query 'SELECT * FROM violation'"};
}

Check check_attempts(Database& database) {
  Statement query = database.prepare(
      "SELECT count(DISTINCT trial), trial, attempt, worker, host, other, other_worker, "
      "other_host, "
      "rows, epochs, min(trial) FROM disagreement");
  query.step();
  const std::int64_t trials = query.integer(0);
  if (trials == 0) return {"attempts", Verdict::good, "that ran again gave the same bits"};
  const auto attempt = [&query](int number, int worker, int host) {
    return query.text(number) + " (worker " + query.text(worker) + ", " + query.text(host) + ")";
  };
  return {
      "attempts", Verdict::fault,
      counted(trials, "trial") + " gave other results when run again on an equal processor, as " +
          "trial " + query.text(1) + ": attempts " + attempt(2, 3, 4) + " and " + attempt(5, 6, 7) +
          " differ in " + counted(query.integer(8), "row") + " and " +
          counted(query.integer(9), "epoch"),
      "one of the machines may compute wrongly (memory, cooling): 'hone verify' a cell on each; "
      "all of them: hone query 'SELECT * FROM disagreement'"};
}

/// What gc or retention let go is not missed.
Check check_artifacts(Database& database, const fs::path& folder) {
  Statement query = database.prepare(
      "SELECT o.digest FROM output o JOIN trial t ON t.id = o.trial AND t.accepted = o.attempt "
      "WHERE o.discarded IS NULL UNION SELECT spec ->> '$.pack' FROM trial WHERE accepted IS NOT "
      "NULL AND spec ->> '$.pack' IS NOT NULL");
  std::int64_t all = 0, missing = 0;
  std::string one;
  for (; query.step(); ++all) {
    if (fs::exists(folder / query.text(0))) continue;
    ++missing;
    one = query.text(0);
  }
  if (missing == 0) return {"artifacts", Verdict::good, counted(all, "file") + ", all there"};
  return {"artifacts", Verdict::fault,
          std::to_string(missing) + " of " + counted(all, "file") + " are not in " +
              folder.string() + ", as " + one.substr(0, 16) + "...",
          "bring them back from a copy: tables stay as they are, but these nets can be neither "
          "verified nor evaluated again"};
}

std::vector<Check> check_database(const fs::path& state) {
  const fs::path file = database_file(state);
  if (!fs::exists(file)) return {{"database", Verdict::good, "none yet"}};
  try {
    Database database(file, Database::Mode::read_only);
    std::vector<Check> found = {check_file(database, file)};
    shadow_views(database);
    if (found.front().verdict != Verdict::good) return found;
    found.push_back(check_results(database));
    found.push_back(check_attempts(database));
    found.push_back(check_artifacts(database, artifact_folder(state)));
    return found;
  } catch (const std::exception& error) {
    return {{"database", Verdict::fault, error.what(),
             "name another folder with --state, or go back to a copy of 'hone backup'"}};
  }
}

Check check_secrets(const fs::path& state) {
  for (const char* name : {"access.json", "worker.json", "previous-tokens.json", "tls-key.pem"}) {
    struct stat facts {};
    if (::stat((state / name).c_str(), &facts) != 0) continue;
    if ((facts.st_mode & 077U) == 0) continue;
    return {"tokens", Verdict::fault, (state / name).string() + " can be read by others",
            "chmod 600 it, and replace what it holds with 'hone rotate-token'"};
  }
  return {"tokens", Verdict::good, "for their owner alone"};
}

}  // namespace

std::vector<Check> check_state(const fs::path& state) {
  if (!fs::exists(state))
    return {check_disk_kind(state), {"database", Verdict::good, "no state folder yet"}};
  std::vector<Check> found = {check_disk_kind(state), check_room(state), check_secrets(state)};
  for (Check& each : check_database(state)) found.push_back(std::move(each));
  return found;
}

}  // namespace hone::cli
