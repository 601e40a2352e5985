#include "coordinator/cli/results_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <vector>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

bool has_results(const std::string& state) {
  return std::filesystem::exists(database_file(state_folder(state)));
}

Database open_results(const std::string& state) {
  const std::filesystem::path file = database_file(state_folder(state));
  if (!has_results(state)) {
    throw CommandError("there are no results in " + file.parent_path().string() +
                       "; name the state folder with --state");
  }
  Database database(file, Database::Mode::read_only);
  shadow_views(database);
  return database;
}

std::optional<SweepId> last_sweep(Database& database, Submission as) {
  Statement query = database.prepare(
      "SELECT max(s.id) FROM sweep s WHERE ? = EXISTS (SELECT 1 FROM json_each(s.experiment, "
      "'$.tables') WHERE value = 'folds')");
  query.bind(as == Submission::told ? 1 : 0);
  if (!query.step() || query.is_null(0)) return {};
  return SweepId{query.integer(0)};
}

SweepId sweep_of(Database& database, const std::string& text) {
  if (text == "last") {
    if (const auto found = last_sweep(database, Submission::experiment)) return *found;
  }
  std::vector<std::int64_t> known;
  Statement query = database.prepare("SELECT id FROM sweep ORDER BY id");
  while (query.step()) known.push_back(query.integer(0));
  try {
    const std::vector<std::int64_t> chosen = select(parse_selection(text), known);
    if (chosen.size() == 1) return {chosen.front()};
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
  throw CommandError("'" + text + "' are several sweeps; this command is about one", wrong_input);
}

void require_written(std::ostream& out) {
  errno = 0;
  out.flush();
  if (out) return;
  const std::string why = errno != 0 ? std::strerror(errno) : "is the disk full?";
  throw CommandError("the output could not be written: " + why);
}

}  // namespace hone::cli
