#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/report/table_ii.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone::given {

/// One net of Table II as rows of the database.
struct Net {
  std::string role = "segment";  // segment, refine
  double lambda = 0;             // of refine
  std::string state = "done";
  std::string reason = {};
  std::vector<std::vector<double>> dice = {};  // test Dice: one entry per image, by iteration
};

/// A database whose every number a test knows, written row by row and not through the Store.
class ResultsFile {
 public:
  ResultsFile();

  /// The sweep's data sets are shown in the order in which they are added.
  void add_dataset(const std::string& name, bool synthetic = false);

  /// Adds the trial, its accepted attempt (2) with these rows, and a lost attempt (1) whose rows
  /// are all zero. Returns its id.
  std::int64_t add_net(const std::string& dataset, const Net& net);

  /// Adds the selection over these trials; without a chosen value it waits.
  void add_selection(const std::string& dataset, std::optional<double> chosen,
                     const std::map<double, std::int64_t>& candidates);

  TableIi table() { return read_table_ii(database_, SweepId{1}); }
  Database& database() { return database_; }

 private:
  std::int64_t add_trial(const std::string& dataset, const Net& net, const std::string& key);
  void add_rows(std::int64_t trial, const Net& net);

  testing::TemporaryFolder folder_;
  Database database_;
};

/// PH2 complete, a synthetic row whose best numbers tie, a row that waits for two trials, and one
/// whose refinement collapsed.
void add_known_rows(ResultsFile& results);

}  // namespace hone::given
