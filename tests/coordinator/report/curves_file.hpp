#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "sql/database.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone::given {

/// One evaluation as the tables know it.
struct Evaluation {
  std::string dataset = "PH2";
  std::string net = "quality";
  std::string split = "test";
  std::string variant = {};
  int rotation = 0;
  std::int64_t seed = 1;
  std::string state = "done";
  std::int64_t first_image = 0;  // position in the pack; the others follow
};

/// metric -> [image][iteration]
using Curves = std::map<std::string, std::vector<std::vector<double>>>;

/// A database of one sweep whose every row a test knows, written past the Store.
class CurvesFile {
 public:
  CurvesFile();

  /// In the order in which tables show them.
  void add_dataset(const std::string& name);
  void add_variant(const std::string& name, const std::string& keys = "{}");

  /// A net's evaluation on a split, with the rows of its accepted attempt. A net "base" has no
  /// split: its trial is of role segment. Returns the trial.
  std::int64_t add(const Evaluation& evaluation, const Curves& curves);

  /// That the trial starts from the artifact `input` of another.
  void add_need(std::int64_t trial, std::int64_t needs, const std::string& input);

  /// What a selection of the sweep chose for the evaluation's data set, rotation and seed:
  /// "lambda", "steps/warm", "iteration/warm-1"; `scored`: the trial whose rows spoke for it.
  /// Returns its trial.
  std::int64_t choose(const Evaluation& about, const std::string& name, const std::string& value,
                      std::optional<std::int64_t> scored = {});

  Database& database() { return database_; }
  SweepId sweep() const { return {1}; }

 private:
  std::int64_t add_trial(const std::string& spec, const Evaluation& about);
  void add_member(const Evaluation& about, const std::string& net, std::int64_t trial);

  testing::TemporaryFolder folder_;
  Database database_;
};

/// Tables II and III of a data set with four test images, whose every cell is complete: images of
/// Dice 0.5, 0.6, 0.7 and 0.8 that each net and iteration moves by known steps.
void add_both_tables(CurvesFile& file, const std::string& dataset);

}  // namespace hone::given
