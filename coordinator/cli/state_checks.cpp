#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>

#include "coordinator/cli/checks.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/file_system.hpp"
#include "coordinator/server/lost.hpp"
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

/// Nothing where this user may do with the folder what a coordinator does.
std::optional<Check> check_permissions(const fs::path& state) {
  for (const fs::path& each : {state, artifact_folder(state), database_file(state)}) {
    const int search = each == database_file(state) ? 0 : X_OK;
    if (::access(each.c_str(), R_OK | W_OK | search) == 0 || errno == ENOENT) continue;
    const int why = errno;
    return Check{"permissions", Verdict::fault,
                 each.string() + " cannot be read and written by this user: " + std::strerror(why),
                 why == EROFS ? "its disk is mounted for reading alone, as some are after an error"
                              : "run Hone as the folder's owner, or give this user rwx on it"};
  }
  return {};
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

/// What gc or retention let go is not missed. No file is read: that takes a while.
Check check_artifacts(Database& database, const fs::path& folder) {
  Findings found;
  try {
    found = find_lost(database, folder, Look::at_names);
  } catch (const std::system_error& error) {
    return {"artifacts", Verdict::fault, error.what(), "see that this user may read it"};
  }
  const std::string all = counted(found.artifacts, "file");
  if (found.lost.empty()) return {"artifacts", Verdict::good, all + ", all there"};
  return {"artifacts", Verdict::fault,
          std::to_string(found.lost.size()) + " of " + all + " are not in " + folder.string() +
              ", as " + found.lost.front().artifact.digest.hex().substr(0, 16) + "...",
          "bring them back from a copy; or 'hone repair' has made again what is needed of them"};
}

std::vector<Check> check_database(const fs::path& state) {
  const fs::path file = database_file(state);
  if (::access(file.c_str(), R_OK) != 0 && errno != ENOENT) return {};  // said of its permissions
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

/// Images, masks and results are in it, and who may write there may change every number.
std::optional<Check> check_mode(const fs::path& state) {
  struct stat facts {};
  if (::stat(state.c_str(), &facts) != 0 || (facts.st_mode & 077U) == 0) return {};
  const bool can_be_written = (facts.st_mode & 022U) != 0;
  return Check{"mode", can_be_written ? Verdict::fault : Verdict::warning,
               state.string() + " can be " + (can_be_written ? "changed" : "read") + " by others",
               "chmod 700 it, unless they are meant to"};
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
  std::vector<Check> found = {check_disk_kind(state), check_room(state)};
  if (auto fault = check_permissions(state)) found.push_back(std::move(*fault));
  if (::access(state.c_str(), R_OK | X_OK) != 0) return found;
  if (auto open = check_mode(state)) found.push_back(std::move(*open));
  found.push_back(check_secrets(state));
  for (Check& each : check_database(state)) found.push_back(std::move(each));
  return found;
}

}  // namespace hone::cli
