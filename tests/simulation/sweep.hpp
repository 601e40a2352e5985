#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "coordinator/state/store.hpp"

namespace hone::simulation {

/// What a trial gives whoever trains it: a pure function of its spec and of what it is given.
std::vector<Measurement> rows_of(const Lease& lease);
std::map<std::string, Digest> artifacts_of(const Lease& lease);

/// A sweep that was submitted, on a database in memory that begins anew in a moment.
class Sweep {
 public:
  /// `settings` of the experiment, as on the command line.
  explicit Sweep(const std::vector<Setting>& settings);

  /// The store as a coordinator finds it that starts on it. One at a time: the one before must have
  /// been given back.
  Store open();
  void give_back(Store store) { database_.emplace(std::move(store).take_database()); }

  /// The state right after the submission. Requires: no store is open.
  void begin_anew();

  /// SQL on the database, for planted bugs. Requires: no store is open.
  void execute(const std::string& sql) { database_->execute(sql); }

 private:
  /// What a table refers to stands before it.
  std::vector<std::string> tables();

  std::optional<Database> database_;
  /// SQL that empties the tables and fills them again. It sets no pragma: the coordinator's
  /// statements would have to be compiled anew for every world, which took a quarter of its time.
  std::vector<std::string> anew_;
};

/// Every row that counts, as text: what the tables are made of.
std::string results_of(Store& store);

}  // namespace hone::simulation
