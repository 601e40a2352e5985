#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "common/net/access.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/local_work.hpp"
#include "coordinator/cli/repeat.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/report/verdict.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

constexpr int failed = 1;

constexpr const char* examples = R"(
Examples:
  hone verify II:PH2:quality-1x                     trains all that the cell rests on again
  hone verify II:PH2:quality-1x --scope evaluate    only evaluates the stored weights again
  hone verify III:PH2:warm-validation 3 --state ~/sweeps --slots 1
  hone verify II:PH2:0x --json | jq -r .answer

It works in a temporary folder and changes nothing of the state folder. What selections chose is
taken as recorded. Answers: bit-identical (every row is the same), within interval (the new number
is inside the 95 % interval of the old one), different.
Exit codes: 0 bit-identical or within interval, 1 different or failed, 2 wrong usage, 3 the cell has
no number, 130 stopped.)";

struct Options {
  std::string cell;
  std::string sweep = "last";
  std::string state;
  std::string scope = "all";
  WorkOptions work;
  bool json = false;
};

/// Gone with the object.
class TemporaryState {
 public:
  TemporaryState() {
    std::error_code wrong;
    const fs::path temporary = fs::temp_directory_path(wrong);
    if (wrong) throw CommandError("$TMPDIR names no folder, and verify needs one to train in");
    std::string name = (temporary / "hone-verify-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw CommandError("cannot make a folder " + name);
    folder_ = name;
  }
  ~TemporaryState() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  TemporaryState(const TemporaryState&) = delete;
  TemporaryState& operator=(const TemporaryState&) = delete;
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

Evidence read_finished(Database& database, const Options& options) {
  const SweepId sweep = sweep_of(database, options.sweep);
  try {
    Evidence evidence = read_evidence(database, sweep, parse_cell(options.cell));
    if (evidence.result.dice) return evidence;
    throw CommandError(options.cell + " has no number yet; see " +
                           advised("hone explain " + options.cell, options.state),
                       results_missing);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

/// Another trainer may give other bits: that is an answer, but not about this machine.
void warn_of_versions(const std::vector<EvidenceTrial>& again) {
  const auto is_other = [](const EvidenceTrial& trial) {
    return trial.versions != std::optional(ResultVersions{});
  };
  const auto others = std::count_if(again.begin(), again.end(), is_other);
  if (others > 0)
    std::fprintf(stderr, "hone: %ld of %zu trials were computed by another version of Hone\n",
                 static_cast<long>(others), again.size());
}

int most_threads(const std::vector<EvidenceTrial>& trials) {
  int most = 1;
  for (const EvidenceTrial& trial : trials) most = std::max(most, trial.spec.numerics.threads);
  return most;
}

void compute(SweepId sweep, const fs::path& state, const Work& work) {
  EmbeddedServer server({.state = state, .network_disk = true});  // for the moment: nothing is lost
  HttpClient coordinator(read_access(access_file(state)));
  server.work_only_on(sweep);
  if (!work_on(coordinator, server, sweep, state, work)) {
    std::fprintf(stderr, "hone: stopped; nothing is left of it\n");
    throw CommandError("", stopped);
  }
  const std::string status = status_of(coordinator, sweep);
  Database database(database_file(state), Database::Mode::read_only);
  Statement open = database.prepare("SELECT count(*) FROM trial WHERE accepted IS NULL");
  open.step();
  if (open.integer(0) == 0) return;
  print_troubled(status, std::cerr);
  throw CommandError("the cell could not be computed again", failed);
}

void verify(const Options& options) {
  require_trainer(options.work);
  Database then = open_results(options.state);
  const Evidence evidence = read_finished(then, options);
  const Repetition repetition =
      options.scope == "evaluate" ? repeat_evaluations(evidence) : repeat_all(evidence);
  warn_of_versions(repetition.again);
  const SignalShelter shelter;  // outlives the folder, so that Ctrl-C leaves none behind
  const TemporaryState temporary;
  const SweepId sweep =
      set_up(repetition, temporary.folder(), artifact_folder(state_folder(options.state)));
  compute(sweep, temporary.folder(),
          {.options = options.work, .threads = most_threads(repetition.again)});
  Database now(database_file(temporary.folder()), Database::Mode::read_only);
  Verdict verdict = compare(evidence, repetition.again, then, now);
  verdict.scope = options.scope;
  std::cout << (options.json ? to_json(verdict) + "\n" : text_of(verdict));
  require_written(std::cout);
  if (verdict.agreement == Agreement::different) throw CommandError("", failed);
}

}  // namespace

void add_verify(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("verify", "Compute a cell again on this machine and compare");
  command->footer(examples);
  command->add_option("CELL", options->cell, "TABLE:DATASET:COLUMN")->required();
  command->add_option("SWEEP", options->sweep, "Number of the sweep")->capture_default_str();
  add_state_option(*command, options->state);
  command
      ->add_option("--scope", options->scope,
                   "all: train everything again; evaluate: only evaluate stored weights again")
      ->capture_default_str()
      ->check(CLI::IsMember({"all", "evaluate"}));
  add_work_options(*command, options->work);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { verify(*options); });
}

}  // namespace hone::cli
