#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/spec.hpp"
#include "coordinator/plan/experiment.hpp"

namespace hone {

/// What the plan has to know of an ingested data set.
struct DatasetFacts {
  Digest pack;
  std::vector<std::int32_t> groups;  // of each image, in the pack's order
};

/// "Input `input` of this trial is the artifact `artifact` of an earlier trial."
/// A select names the trials whose rows it reads with both strings empty, and so does a trial that
/// takes its parameters from a select. An artifact of a select is that of the chosen candidate's
/// trial on the same fold.
struct Need {
  std::size_t trial = 0;  // index into Plan::trials, smaller than this trial's own
  std::string input;
  std::string artifact;
  bool operator==(const Need&) const = default;
};

struct PlannedTrial {
  std::string key;  // for people, unique in the plan: "PH2/r0/s1/f2/refine/lambda=0.3"
  TrialSpec spec;
  std::vector<Need> needs;
  Digest identity;  // SHA-256 of the canonical spec, the inputs' identities, the trainer's version
  bool deferred = false;         // its parameters, or those of its inputs, wait for a selection
  bool required = false;         // wanted for itself, or needed by more than selections by halving
  bool optional = false;         // runs only while a selection by halving may come to its candidate
  std::int64_t image_steps = 0;  // forward + backward passes of one image, at most (6.5)
};

/// What a training or an evaluation is to the tables.
struct Label {
  std::string variant;  // '' for the paper's own method
  std::string net;      // "base", "no-quality", "quality", "scratch-1", "warm-2", "variant",
                        // "seeds/quality"
  std::size_t trial = 0;
};

/// A row of the table of variants.
struct VariantRow {
  std::string name;
  std::string same_as;  // as same_as() says; '' for a row of its own
  bool operator==(const VariantRow&) const = default;
};

/// A graph of trials in an order in which every need comes first.
struct Plan {
  std::vector<PlannedTrial> trials;
  std::vector<Label> labels;     // a trial may have several
  std::vector<VariantRow> rows;  // if the table of variants is wanted
  /// The only seed that λ and hyperparameters are chosen on; nothing: every seed chooses.
  std::optional<std::int64_t> selection_seed;
};

/// Expands an experiment: per data set, rotation and seed what its tables need, nothing twice.
/// λ: a base net and its masks' deformations for every inner fold, a refinement net for every fold
/// and λ in {0} and the grid, the selection of λ. Table II: the curves of both nets of fold 0 on
/// validation and test split, and the choice of their iteration. Table III: self-refinement nets
/// with the chosen λ, their curves, the choices of n and iteration. Table I: a base net for every
/// configuration and fold and the choice among them; with halving, most of those are optional.
/// Variants: see VariantSpec. With three seeds or more and one architecture for all: a comparison
/// of every curve's masks between seeds. Where choices are made on the first seed, each other one
/// has fold 0's nets alone, with those choices; what it needs of other folds, base masks out of
/// fold (A20), is the first seed's. Pure: the same experiment and facts give the same plan. Throws
/// ExperimentError when a data set is missing from `facts` or too small to split.
Plan expand(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts);

}  // namespace hone
