// hone backup: a copy of the database, whatever a coordinator writes to it meanwhile.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/net/durable.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* examples = R"(
Examples:
  hone backup ~/backups/hone.sqlite                    of ./hone-state; a coordinator may run meanwhile
  hone backup monday.sqlite --state ~/sweeps --force   over an earlier one
  hone dashboard monday.sqlite                         looks at it

The copy is one state of the file, checked (quick_check) before it gets its name, so what was there under that
name is whole until then. It has all sweeps, trials and results; packs, masks and weights are in
STATE/artifacts. To go back to it: mkdir -m 700 new-state && cp monday.sqlite new-state/hone.sqlite, and the
artifacts beside it; or, while no coordinator runs, cp monday.sqlite STATE/hone.sqlite. Without the artifacts the
results are there, but their nets cannot be evaluated further until 'hone repair' has let those be trained again that
are needed.
)";

struct Options {
  std::string file;
  std::string state;
  bool force = false;
  bool json = false;
};

/// A file beside the one that is to be, gone again unless it became that one.
class Unfinished {
 public:
  explicit Unfinished(const fs::path& name)
      : name_(name), temporary_(name.string() + ".unfinished-" + std::to_string(::getpid())) {
    if (fs::exists(temporary_)) fs::remove(temporary_);
  }
  ~Unfinished() {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
    fs::remove(temporary_.string() + "-journal", ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  const fs::path& path() const { return temporary_; }

  /// On the disk under its name when this returns.
  void finish() {
    make_durable(temporary_);
    fs::rename(temporary_, name_);
    make_durable(name_.has_parent_path() ? name_.parent_path() : fs::path("."));
  }

 private:
  fs::path name_;
  fs::path temporary_;
};

/// An earlier copy, say; no device, and no file of a state folder beside its database.
bool is_database(const fs::path& file) {
  if (!fs::is_regular_file(file)) return false;
  std::array<char, 16> begin{};
  std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == std::string_view("SQLite format 3\0", 16);
}

void check_place(const Options& options, const fs::path& file) {
  if (fs::is_directory(file))
    throw CommandError("'" + options.file + "' is a folder; name a file in it", wrong_input);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder))
    throw CommandError("there is no folder '" + folder.string() + "' for it", wrong_input);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw CommandError("'" + folder.string() + "' cannot be written to: " + std::strerror(errno),
                       wrong_input);
  const fs::path source = database_file(state_folder(options.state));
  std::error_code ignored;
  if (fs::equivalent(file, source, ignored))
    throw CommandError("'" + options.file + "' is the database itself; name another file",
                       wrong_input);
  if (fs::exists(file) && !options.force)
    throw CommandError("'" + options.file + "' is there already; --force replaces it", wrong_input);
  if (fs::exists(file) && !is_database(file))
    throw CommandError("'" + options.file +
                           "' is there and no database: --force replaces a copy, "
                           "and nothing else",
                       wrong_input);
}

void back_up(const Options& options) {
  const fs::path file = options.file;
  if (file.empty()) throw CommandError("name a file to write, not nothing", wrong_input);
  if (!has_results(options.state)) open_results(options.state);  // says so
  // Without the views of this Hone: a file of another one is copied too.
  Database database(database_file(state_folder(options.state)), Database::Mode::read_only);
  require_any_hones(database);
  check_place(options, file);
  Signals signals;
  signals.on_signal([] {});  // looked at below: nothing half done may keep the name
  Unfinished copy(file);
  std::optional<ProgressBar> bar;
  database.copy_to(copy.path(), [&](std::int64_t pages, std::int64_t of_pages) {
    if (signals.raised()) throw CommandError("stopped; nothing was written", stopped);
    if (!bar) bar.emplace("copying pages", of_pages);
    bar->update(pages);
  });
  bar.reset();
  if (signals.raised()) throw CommandError("stopped; nothing was written", stopped);
  copy.finish();
  const auto bytes = fs::file_size(file);
  if (options.json) {
    std::cout << nlohmann::json{{"schema", "hone.backup.v1"},
                                {"file", options.file},
                                {"bytes", bytes}}
              << "\n";
  } else {
    std::cout << options.file << "\n";
  }
  require_written(std::cout);
}

}  // namespace

void add_backup(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("backup", "Copy the database, also while a coordinator runs");
  command->footer(examples);
  command->add_option("FILE", options->file, "File to write")->required();
  command->add_flag("--force", options->force, "Replace a file that is there");
  add_state_option(*command, options->state);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { back_up(*options); });
}

}  // namespace hone::cli
