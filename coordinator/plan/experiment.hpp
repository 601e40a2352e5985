#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec.hpp"

namespace hone {

/// Where a data set of an experiment comes from.
struct DatasetSpec {
  std::string name;    // as tables show it; "PH2" and "ISBI 2017" get the paper's numbers beside
  std::string layout;  // ph2, isic2017, pairs, lesions
  std::string path;    // below --data; unused by lesions
  std::string images = "images", masks = "masks", image_suffix, mask_suffix, group;  // pairs only
  bool allow_aspect = false;                                                         // pairs only
  int count = 100;                                                                   // lesions only
  std::int64_t generator = 1;  // lesions only: the generator's seed
  bool operator==(const DatasetSpec&) const = default;
};

/// An experiment as a person writes it, every default filled in.
struct ExperimentSpec {
  std::string name;
  std::string profile = "paper";
  std::vector<DatasetSpec> datasets;
  std::vector<std::int64_t> seeds = {1};
  std::vector<int> rotations = {0};                      // A1
  int inner_folds = 4;                                   // A18, [1, 4]
  std::vector<double> lambdas = {0.03, 0.1, 0.3, 1, 3};  // A16, ascending, each > 0
  int image_size = 128;
  NetworkSpec network;
  TrainingSpec training;
  RefineSpec refine;  // its mode and lambda are the plan's to set
  Numerics numerics;
  bool operator==(const ExperimentSpec&) const = default;
};

/// What is wrong with an experiment file: "FILE:LINE: /json/path: what; what would be right".
class ExperimentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One value set on the command line: "training.epochs=3"; the value is JSON, or else a string.
using Setting = std::string;

/// Reads an experiment: the register's defaults, then its profile, then its own keys, then
/// `settings`. `file` only names the text in messages. An empty `profile` keeps the text's own.
/// Strict: an unknown key, a wrong type or a value out of range throws ExperimentError with the
/// place, what would be right, and the nearest known key.
ExperimentSpec parse_experiment(std::string_view text, std::string_view file,
                                std::string_view profile = {},
                                const std::vector<Setting>& settings = {});

/// The experiment with every default spelled out, as indented JSON that parse_experiment reads
/// back to the same value.
std::string to_json(const ExperimentSpec& experiment);

}  // namespace hone
