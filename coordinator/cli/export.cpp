#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/message.hpp"
#include "common/net/file_digest.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/report/query.hpp"
#include "coordinator/report/sweep_export.hpp"
#include "coordinator/server/state_folder.hpp"
#include "sql/texts.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone export results                        the last sweep of ./hone-state
  hone export results 3 --state ~/sweeps
  hone export results --pictures             with images and film strips; look: hone dashboard results/hone.sqlite
  cd results && sqlite3 -header -csv hone.sqlite < tables.sql && sha256sum -c SHA256SUMS

The folder is there whole or not at all. README.txt in it says what each file is; nothing of it
needs Hone.)";

struct Options {
  std::string folder;
  std::string sweep = "last";
  std::string state;
  bool pictures = false;
  bool json = false;
};

/// A folder that gets its name when it is finished, and else leaves nothing.
class UnfinishedFolder {
 public:
  explicit UnfinishedFolder(fs::path name) : name_(std::move(name)) {
    if (fs::exists(name_) && !(fs::is_directory(name_) && fs::is_empty(name_)))
      throw CommandError(name_.string() + " is there and not empty; choose another folder",
                         wrong_input);
    fs::create_directories(fs::absolute(name_).parent_path());
    std::string temporary = name_.string() + ".unfinished-XXXXXX";
    if (::mkdtemp(temporary.data()) == nullptr)
      throw CommandError("cannot make a folder beside " + name_.string() + ": " +
                         std::strerror(errno));
    temporary_ = temporary;
    constexpr auto usual = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                           fs::perms::others_read | fs::perms::others_exec;
    fs::permissions(temporary_, usual);
  }
  ~UnfinishedFolder() {
    std::error_code ignored;
    if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  }
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

  fs::path operator/(const std::string& file) const { return temporary_ / file; }
  const fs::path& path() const { return temporary_; }

  void finish() {
    fs::rename(temporary_, name_);
    temporary_.clear();
  }

 private:
  fs::path name_;
  fs::path temporary_;
};

void write_text(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  require_written(stream);
}

void write_csv(Database& database, const fs::path& file, const std::string& sql) {
  std::ofstream stream(file, std::ios::binary);
  write_query(database, sql, {.format = "csv", .limit = {}}, stream);
  require_written(stream);
}

void write_csvs(Database& database, SweepId sweep, const UnfinishedFolder& folder) {
  const std::string of_sweep = " WHERE sweep = " + std::to_string(sweep.value);
  write_csv(database, folder / "cells.csv",
            "SELECT * FROM table_cell" + of_sweep + " ORDER BY tab, dataset, variant, position");
  write_csv(database, folder / "cell_images.csv",
            "SELECT c.*, i.id AS image_id FROM (SELECT * FROM cell_image" + of_sweep +
                ") c JOIN trial t ON t.id = c.trial LEFT JOIN image i ON i.pack = t.spec ->> "
                "'$.pack' AND i.position = c.image ORDER BY c.tab, c.dataset, c.variant, "
                "c.column_name, c.rotation, c.seed, c.image, c.metric");
  write_csv(database, folder / "curves.csv",
            "SELECT * FROM curve" + of_sweep +
                " ORDER BY dataset, variant, net, rotation, seed, split, image, iteration, metric");
  write_csv(database, folder / "trials.csv",
            "SELECT m.trial, m.name, t.role, t.dataset, t.rotation, t.fold, t.seed, t.mode, "
            "t.lambda, t.state, t.reason, t.identity, t.accepted AS attempt, w.host, w.device, "
            "a.started, a.ended, a.rows, a.rows_digest, a.summary, t.spec FROM member m "
            "JOIN trial t ON t.id = m.trial LEFT JOIN attempt a ON a.trial = t.id "
            "AND a.attempt = t.accepted LEFT JOIN worker w ON w.id = a.worker WHERE m.sweep = " +
                std::to_string(sweep.value) + " ORDER BY m.trial");
  write_csv(database, folder / "selections.csv",
            "SELECT * FROM candidate_row" + of_sweep +
                " ORDER BY name, variant, dataset, rotation, seed, position");
}

std::string experiment_of(Database& database, SweepId sweep) {
  Statement query = database.prepare("SELECT experiment FROM sweep WHERE id = ?");
  query.bind(sweep.value).step();
  return json::parse(query.text(0)).dump(2) + "\n";
}

/// Of all files in the folder and below, by their names from there.
std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.insert(entry.path().lexically_relative(folder).string());
  return names;
}

/// The sweep's packs and film strips, for a dashboard to show beside the database.
void copy_pictures(Database& database, SweepId sweep, const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  Statement query = database.prepare(
      "SELECT pack FROM sweep_pack WHERE sweep = ?1 UNION SELECT o.digest FROM member m "
      "JOIN trial t ON t.id = m.trial JOIN output o ON o.trial = t.id AND o.attempt = t.accepted "
      "WHERE m.sweep = ?1 AND o.name = ?2 AND o.discarded IS NULL");
  query.bind(sweep.value).bind(film_strip_artifact);
  while (query.step()) {
    const fs::path file = from / query.text(0);
    if (fs::exists(file)) {
      fs::copy_file(file, to / query.text(0));
    } else {
      std::fprintf(stderr, "hone: %s is not there; what it shows is left out\n", file.c_str());
    }
  }
}

/// As sha256sum writes and reads it.
std::string sums_of(const fs::path& folder) {
  std::string text;
  for (const std::string& name : files_in(folder))
    text += digest_of_file(folder / name).hex() + "  " + name + "\n";
  return text;
}

void write_all_files(Database& database, SweepId sweep, const Options& options,
                     const UnfinishedFolder& folder) {
  const std::vector<std::function<void()>> parts = {
      [&] {
        if (options.pictures)
          copy_pictures(database, sweep, artifact_folder(state_folder(options.state)),
                        artifact_folder(folder.path()));
      },
      [&] { write_sweep_export(database, sweep, folder / "hone.sqlite"); },
      [&] { write_csvs(database, sweep, folder); },
      [&] { write_text(folder / "tables.sql", tables_sql(database, sweep)); },
      [&] { write_text(folder / "experiment.json", experiment_of(database, sweep)); },
      [&] { write_text(folder / "views.md", sql_text::README); },
      [&] { write_text(folder / "README.txt", export_readme(database, sweep)); },
      [&] { write_text(folder / "SHA256SUMS", sums_of(folder.path())); }};
  ProgressBar bar("exporting", std::ssize(parts));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    bar.update(static_cast<std::int64_t>(i));
    parts[i]();
  }
}

void print_done(const Options& options, SweepId sweep) {
  json files = json::array();
  const fs::path folder = options.folder;
  for (const std::string& name : files_in(folder))
    files.push_back({{"name", name}, {"bytes", fs::file_size(folder / name)}});
  if (options.json) {
    std::cout << json{{"schema", "hone.export.v1"},
                      {"sweep", sweep.value},
                      {"folder", options.folder},
                      {"files", files}}
                     .dump(2)
              << "\n";
  } else {
    std::cout << options.folder << "\n";
  }
  require_written(std::cout);
}

fs::path without_last_slash(const std::string& text) {
  const fs::path path = fs::absolute(text).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

void export_sweep(const Options& options) {
  Database database = open_results(options.state);
  const SweepId sweep = sweep_of(database, options.sweep);
  Signals signals;
  signals.on_signal([&database] { database.interrupt(); });
  const auto stop_if_asked = [&signals] {
    if (signals.raised()) throw CommandError("stopped; nothing was written", stopped);
  };
  UnfinishedFolder folder(without_last_slash(options.folder));
  try {
    const Snapshot snapshot(database);
    write_all_files(database, sweep, options, folder);
  } catch (const SqlError&) {
    stop_if_asked();
    throw;
  }
  stop_if_asked();
  folder.finish();
  print_done(options, sweep);
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("export", "Write a sweep's results to a folder for people without Hone");
  command->footer(examples);
  command->add_option("DIR", options->folder, "Folder that is not there yet, or is empty")
      ->required();
  command->add_option("SWEEP", options->sweep, "Number of the sweep")->capture_default_str();
  add_state_option(*command, options->state);
  command->add_flag("--pictures", options->pictures,
                    "Also images, truths and film strips: mind who may have the images");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { export_sweep(*options); });
}

}  // namespace hone::cli
