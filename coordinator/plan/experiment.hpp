#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec.hpp"

namespace hone {

/// Where a data set of an experiment comes from.
struct DatasetSpec {
  std::string name;    // as tables show it; "PH2" and "ISBI 2017" get the paper's numbers beside
  std::string layout;  // ph2, isic2017, pairs, lesions; '' with a description
  std::string use;     // a description of experiments/datasets, or a file; '' for none
  std::string description;           // JSON of such a file, instead of its name; '' for none
  int cases = 0;                     // use only so many, drawn the same way each time; 0: all
  std::string split_by = "patient";  // or "image": what a split may part
  std::string path;                  // below --data; unused by lesions
  std::string images = "images", masks = "masks", image_suffix, mask_suffix, group;  // pairs only
  bool allow_aspect = false;                                                         // pairs only
  int count = 100;                                                                   // lesions only
  std::int64_t generator = 1;  // lesions only: the generator's seed
  bool operator==(const DatasetSpec&) const = default;
};

/// What an experiment is to fill in; decides which trials its plan has.
enum class Wish : std::uint8_t {
  table_i,    // hyperparameters by cross-validation of the base net
  lambda,     // λ by cross-validation
  table_ii,   // refinement without and with quality
  table_iii,  // self-refinement from scratch and warm
  variants,   // the rows of `variants`
  folds,      // the base net on every inner fold, for whoever chooses by it (hone ask)
};

/// On which seeds λ and hyperparameters are chosen.
enum class SelectionSeeds : std::uint8_t {
  every,  // each seed makes its own choice, all of its trainings included
  first,  // the first; the others repeat the final nets alone, with the first one's choices
};

enum class SearchMethod : std::uint8_t { fixed, one_factor, grid, random };

/// Training on the net's own outputs (A21, A22).
struct SelfRefinementSpec {
  std::vector<RefineMode> modes = {RefineMode::scratch, RefineMode::warm};
  std::vector<int> steps = {1, 2};  // ascending
  SelfDepth depth = SelfDepth::fixed;
  bool operator==(const SelfRefinementSpec&) const = default;
};

/// One row of Table I: a key of the base net's spec and the values to hold against the experiment's
/// own.
struct HyperparameterRow {
  std::string key;                  // "network.levels", "training.l2"
  std::vector<std::string> values;  // each a JSON value
  bool operator==(const HyperparameterRow&) const = default;
};

/// Cross-validation of hyperparameters (A35).
struct SearchSpec {
  SearchMethod method = SearchMethod::fixed;
  int budget = 8;      // configurations of `random`, the experiment's own among them
  int epochs = 0;      // of each training; 0: as training.epochs
  bool apply = false;  // the winner is what every other net of the experiment is built with
  int halving = 0;     // only the best 1/halving of a rung go on to the next; 0: all have all folds
  int first_folds = 1;  // inner folds of the first rung; halving times as many in the next
  std::vector<HyperparameterRow> grid;
  bool operator==(const SearchSpec&) const = default;
};

enum class VariantNet : std::uint8_t {
  refine,    // a refinement net on the masks of its base net
  base,      // only a base net
  ensemble,  // the mean mask of `members` base nets of different seeds (control C3)
};

/// Whose masks a variant's net refines.
enum class VariantBase : std::uint8_t {
  paper,  // of the base net that the experiment has anyway
  own,    // of a base net with the variant's own values
};

/// What a variant's λ was chosen by.
enum class LambdaScope : std::uint8_t {
  dataset,  // each data set's own validation Dice
  global,   // the mean over the experiment's data sets: one λ for all (A16)
};

/// A comparator or control: the experiment with some values changed, on fold 0.
struct VariantSpec {
  std::string name;
  VariantNet net = VariantNet::refine;
  VariantBase base = VariantBase::paper;
  int members = 2;                                  // of an ensemble
  std::optional<double> lambda;                     // nothing: the selected one
  LambdaScope lambda_scope = LambdaScope::dataset;  // of the selected one
  std::string patch = "{}";  // JSON object with any of segment, network, training, refine
  bool operator==(const VariantSpec&) const = default;
};

/// What only base nets have.
struct SegmentSpec {
  int epochs = 0;            // 0: as training.epochs
  double epochs_factor = 1;  // times that: a multiple that follows whatever the profile says
  ImageAugmentation image_augmentation = ImageAugmentation::joint;  // A12
  bool operator==(const SegmentSpec&) const = default;
};

/// What is kept beside results, to be looked at. Part of no identity: it changes no result.
struct RecordSpec {
  int film_strip = 24;  // test images, at most, of each evaluation whose masks stay; 0: none
  bool operator==(const RecordSpec&) const = default;
};

/// An experiment as a person writes it, every default filled in.
struct ExperimentSpec {
  std::string name;
  std::string profile = "paper";
  std::vector<DatasetSpec> datasets;
  std::vector<Wish> tables = {Wish::table_ii, Wish::table_iii};
  std::vector<std::int64_t> seeds = {1};
  SelectionSeeds selection_seeds = SelectionSeeds::every;
  std::vector<int> rotations = {0};                      // A1
  int inner_folds = 4;                                   // A18, [1, 4]
  std::vector<double> lambdas = {0.03, 0.1, 0.3, 1, 3};  // A16, ascending, each > 0
  int image_size = 128;
  NetworkSpec network;
  TrainingSpec training;
  SegmentSpec segment;
  RefineSpec refine;  // its mode, lambda and self_* are the plan's to set
  ImageAugmentation refine_image_augmentation = ImageAugmentation::none;  // A12
  int iterations = 20;                                                    // K (A26)
  SelfRefinementSpec self_refinement;
  SearchSpec hyperparameters;
  std::vector<VariantSpec> variants;
  RecordSpec record;
  Numerics numerics;
  bool operator==(const ExperimentSpec&) const = default;
};

std::string_view name_of(Wish);
std::string_view name_of(SelectionSeeds);
std::string_view name_of(LambdaScope);
std::string_view name_of(SearchMethod);
std::string_view name_of(VariantNet);
std::string_view name_of(VariantBase);
template <>
const std::vector<std::string_view>& names_of<Wish>();
template <>
const std::vector<std::string_view>& names_of<SelectionSeeds>();
template <>
const std::vector<std::string_view>& names_of<LambdaScope>();
template <>
const std::vector<std::string_view>& names_of<SearchMethod>();
template <>
const std::vector<std::string_view>& names_of<VariantNet>();
template <>
const std::vector<std::string_view>& names_of<VariantBase>();

/// The experiment with a variant's patch laid over its segment, network, training and refine, the
/// mode and self-refinement of a variant's `refine` included.
ExperimentSpec with_variant(const ExperimentSpec& experiment, const VariantSpec& variant);

/// The experiment with one key of SearchSpec::grid set to a value.
ExperimentSpec with_value(const ExperimentSpec& experiment, const std::string& key,
                          const std::string& value);

/// The experiment's own net that a variant is, "Quality", "No Quality" or "base"; or an earlier
/// variant with the same values, "the row 'NAME'"; '' if it is like none of them.
std::string same_as(const ExperimentSpec& experiment, std::size_t variant);

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
/// place, what would be right, and the nearest known key. `numerics` is asked if the experiment's
/// are "auto"; without it that is refused.
ExperimentSpec parse_experiment(std::string_view text, std::string_view file,
                                std::string_view profile = {},
                                const std::vector<Setting>& settings = {},
                                const std::function<Numerics()>& numerics = {});

/// The experiment with every default spelled out, as indented JSON that parse_experiment reads
/// back to the same value.
std::string to_json(const ExperimentSpec& experiment);

/// The same without the keys that came after sweeps were stored, where they have their default:
/// what a sweep is known by, so that an experiment submitted again is the sweep that it was.
std::string sweep_text(const ExperimentSpec& experiment);

}  // namespace hone
