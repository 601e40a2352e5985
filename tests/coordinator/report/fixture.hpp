#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/choices.hpp"
#include "coordinator/report/results.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone::given {

/// A net of a table for one rotation and seed, as rows of the database: a base net, or a training
/// and the curve of its net on the test split.
struct Net {
  std::string name = "base";  // base, no-quality, quality, scratch-1, ..., variant
  std::string variant = {};
  std::string state = "done";  // of the training; "": a curve without a training (an ensemble's)
  std::string reason = {};
  int rotation = 0;
  std::int64_t seed = 1;
  std::vector<std::vector<double>> dice = {};  // test Dice: one entry per image, by iteration
};

/// A selection and what it chose from.
struct Choice {
  struct Candidate {
    std::string patch;
    std::int64_t trial = 0;
    int first = 1, last = 1;
  };
  std::string name = "lambda";
  std::string variant = {};
  std::vector<Candidate> candidates;
  std::optional<std::size_t> chosen = {};  // nothing: it waits
  int rotation = 0;
  std::int64_t seed = 1;
};

/// A database whose every number a test knows, written row by row and not through the Store.
class ResultsFile {
 public:
  /// `keys`: of the sweep's experiment, beside its name, data sets and tables: "\"seeds\": [1, 2]".
  explicit ResultsFile(const std::string& keys = {});

  /// The sweep's data sets are shown in the order in which they are added.
  void add_dataset(const std::string& name, bool synthetic = false);

  /// Adds the net's trials, each with an accepted attempt (2), and a lost attempt (1) whose rows
  /// are all zero. Returns the training's id, of an ensemble the curve's.
  std::int64_t add_net(const std::string& dataset, const Net& net);

  /// A training that stands in no table, with its mean validation Dice by iteration from 0.
  std::int64_t add_training(const std::string& dataset, const std::string& name,
                            const std::vector<double>& validation,
                            const std::string& state = "done");

  /// Mean validation Dice of a training, by iteration from 0.
  void add_scores(std::int64_t training, const std::vector<double>& validation);

  /// A curve on the test split whose net is not known before a selection is done.
  void add_deferred(const std::string& dataset, const std::string& name, std::int64_t selection);

  /// Returns the selection's id.
  std::int64_t add_choice(const std::string& dataset, const Choice& choice);

  /// The choice of λ.
  std::int64_t choose_lambda(const std::string& dataset, std::optional<std::size_t> chosen,
                             const std::vector<std::pair<double, std::int64_t>>& candidates);

  /// The choice of n of a self-refinement net, of 1 only, and of its iteration.
  void choose_self(const std::string& dataset, const std::string& mode, std::int64_t net,
                   int iteration);

  ResultTable table(ResultTableKind kind = ResultTableKind::table_ii) {
    return read_results(database_, SweepId{1}, kind);
  }
  ChoiceTable choices(const std::string& name) { return read_choices(database_, SweepId{1}, name); }
  Database& database() { return database_; }

 private:
  struct Trial {
    std::string role, key, state, reason;
    int rotation = 0;
    std::int64_t seed = 1;
    bool deferred = false;
  };
  std::int64_t add_trial(const std::string& dataset, const Trial& trial);
  void label(std::int64_t trial, const std::string& variant, const std::string& name);
  void need(std::int64_t trial, std::int64_t needs, const std::string& input);
  void add_rows(std::int64_t trial, int split, const std::vector<std::vector<double>>& dice);

  testing::TemporaryFolder folder_;
  Database database_;
};

/// Everything that the golden tables show, with K = 3. PH2 complete: Table I, λ, Table II, III with
/// a tie, variants good, bad and without refinement. "blobs, made": synthetic, its best numbers of
/// Table II tie, one self-refinement runs and the other collapsed. ISBI 2017 waits for its λ. The
/// last has a refinement that collapsed and no self-refinement.
void add_known_rows(ResultsFile& results);

/// The keys of their experiment.
std::string known_keys();

}  // namespace hone::given
