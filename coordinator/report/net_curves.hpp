#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "common/measurement.hpp"
#include "sql/database.hpp"

namespace hone {

/// One image's values by metric and iteration: values.at("dice")[k].
struct ImageCurves {
  std::int32_t image = 0;                  // position in the pack
  std::optional<std::int64_t> group = {};  // in the pack; nothing where its images are not known
  std::map<std::string, std::vector<double>> values = {};
};

/// Curves of one split, ascending by image. The splits are types, so that test curves cannot be
/// taken for those that rules and calibrations are fitted on.
template <Split>
struct StoredCurves {
  std::vector<ImageCurves> images = {};
};

/// What one training of a net scored on the two splits that rules and calibrations need, and where
/// its seeds were compared seed_agreement, the same for all of them.
struct TrainingCurves {
  int rotation = 0;
  std::int64_t seed = 1;
  StoredCurves<Split::validation> validation = {};
  StoredCurves<Split::test> test = {};
};

/// A net of the paper's method in one data set.
struct NetCurves {
  std::string dataset = {};
  std::string net = {};  // "quality", "warm-1"
  std::vector<TrainingCurves> trainings =
      {};                     // whose both splits are evaluated, by rotation and seed
  std::int64_t expected = 0;  // trainings that the sweep plans
  // Whether a seed that would be compared, or was, has a training that ended otherwise than done:
  // its masks say nothing of the others', so no training has seed_agreement.
  bool seed_collapsed = false;
};

/// The nets of the sweep that are evaluated, without variants: in the order of its data sets, then
/// no-quality, quality, and the others by name; only `net` unless it is ''. Throws SqlError;
/// std::invalid_argument if there are none, naming those that there are.
std::vector<NetCurves> read_net_curves(Database& database, SweepId sweep, const std::string& net);

/// The sweep's name; std::invalid_argument if there is no such sweep.
std::string name_of_sweep(Database& database, SweepId sweep);

}  // namespace hone
