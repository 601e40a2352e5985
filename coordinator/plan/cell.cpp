#include "coordinator/plan/cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace hone {

std::string shortest(double value) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
  return {text, end};
}

namespace {

/// At most, of a base net.
int base_epochs(const ExperimentSpec& experiment) {
  const SegmentSpec& segment = experiment.segment;
  const int epochs = segment.epochs > 0 ? segment.epochs : experiment.training.epochs;
  return std::max(1, static_cast<int>(std::lround(epochs * segment.epochs_factor)));
}

}  // namespace

Cell::Cell(PlanBuilder& builder, const ExperimentSpec& experiment, const std::string& name,
           const DatasetFacts& facts, int rotation, std::int64_t seed)
    : builder_(builder),
      experiment_(experiment),
      dataset_(name),
      facts_(facts),
      rotation_(rotation),
      seed_(seed),
      selection_seed_(seed) {
  image_steps(0, 1);  // fails for a data set that cannot be split
}

Cell Cell::as(const ExperimentSpec& experiment, const std::string& variant) const {
  Cell other(builder_, experiment, dataset_, facts_, rotation_, seed_);
  other.variant_ = variant;
  other.applied_ = applied_;
  other.selection_seed_ = selection_seed_;
  return other;
}

/// The cell of the seed that choices are made on.
Cell Cell::chooser() const {
  Cell other(*this);
  other.seed_ = selection_seed_;
  return other;
}

std::string Cell::key(const std::string& rest) const {
  const std::string cell =
      dataset_ + "/r" + std::to_string(rotation_) + "/s" + std::to_string(seed_) + "/";
  return cell + (variant_.empty() ? "" : "variant=" + variant_ + "/") + rest;
}

std::string Cell::fold_key(int fold, const std::string& rest) const {
  return key("f" + std::to_string(fold) + "/" + rest);
}

std::vector<std::string> Cell::applied() const {
  if (applied_.empty()) return {};
  return {applied_};
}

TrialSpec Cell::spec_of(Role role, int fold) const {
  TrialSpec spec;
  spec.role = role;
  spec.dataset = dataset_;
  spec.pack = facts_.pack;
  spec.image_size = experiment_.image_size;
  spec.rotation = rotation_;
  spec.fold = fold;
  spec.seed = seed_;
  spec.network = experiment_.network;
  // What nothing is built with must not tell two equal trials apart.
  spec.network.quality_width = NetworkSpec{}.quality_width;
  spec.network.quality_position = NetworkSpec{}.quality_position;
  spec.training = experiment_.training;
  spec.numerics = experiment_.numerics;
  return spec;
}

/// Validation is forward only: a third of a step (method.md 6.5).
std::int64_t Cell::image_steps(int fold, int epochs) const {
  try {
    const Partition split = make_partition(facts_.groups, rotation_, fold);
    const auto train = static_cast<std::int64_t>(split.train.size());
    const auto validation = static_cast<std::int64_t>(split.validation.size());
    return (3 * train + validation) * epochs / 3;
  } catch (const std::invalid_argument& error) {
    throw ExperimentError("data set '" + dataset_ + "': " + error.what());
  }
}

/// One for all seeds: the masks are the same.
std::string Cell::deformations(int fold) {
  Draft draft;
  draft.trial.key =
      dataset_ + "/r" + std::to_string(rotation_) + "/f" + std::to_string(fold) + "/deform";
  draft.trial.spec = spec_of(Role::deform, fold);
  draft.trial.spec.seed = 0;
  return builder_.add(std::move(draft));
}

std::string Cell::base(int fold, int epochs) {
  Draft draft;
  draft.trial.key = fold_key(fold, "segment");
  if (builder_.has(draft.trial.key)) return draft.trial.key;  // asked for again and again
  TrialSpec& spec = draft.trial.spec;
  spec = spec_of(Role::segment, fold);
  spec.training.image_augmentation = experiment_.segment.image_augmentation;
  spec.training.epochs = epochs > 0 ? epochs : base_epochs(experiment_);
  draft.trial.image_steps = image_steps(fold, spec.training.epochs);
  draft.from = applied();
  if (fold == 0) draft.net = "base";
  draft.variant = variant_;
  return builder_.add(std::move(draft));
}

/// A training of a refiner without its key and label.
Draft Cell::refinement_draft(int fold, const RefineSpec& refine) {
  return refinement_draft(fold, refine, *this);
}

Draft Cell::refinement_draft(int fold, const RefineSpec& refine, Cell& masks_of) {
  Draft draft;
  TrialSpec& spec = draft.trial.spec;
  spec = spec_of(Role::refine, fold);
  spec.refine = refine;
  if (refine.mode == RefineMode::plain) spec.refine.feedback = MaskValues::soft;  // has none
  spec.training.image_augmentation = experiment_.refine_image_augmentation;
  draft.needs.push_back({masks_of.base(fold), "masks", "masks"});
  if (refine.augmentation == Augmentation::fitted)
    draft.needs.push_back({deformations(fold), "deformations", "deformations"});
  if (refine.base_masks == BaseMaskSource::out_of_fold)
    for (int other = 0; other < inner_fold_count; ++other) {
      Cell owner = other == fold ? masks_of : masks_of.chooser();
      draft.needs.push_back({owner.base(other), "masks." + std::to_string(other), "masks"});
    }
  draft.from = applied();
  draft.trial.image_steps = image_steps(fold, spec.training.epochs);
  draft.variant = variant_;
  return draft;
}

namespace {

/// Forward passes without gradient for a net's own masks (method.md 6.5): 1/3 and 3/4 a sample at
/// one and two steps.
std::int64_t own_mask_steps(std::int64_t image_steps, const RefineSpec& refine) {
  const std::int64_t steps = refine.self_steps;
  return image_steps * steps * (steps + 1) / (6 * (steps + 2));
}

}  // namespace

void build_quality_head(TrialSpec& spec, const NetworkSpec& network) {
  spec.network.quality_width = network.quality_width;
  spec.network.quality_position = network.quality_position;
}

std::string Cell::refinement(int fold, double lambda) {
  std::string name = fold_key(fold, "refine/lambda=" + shortest(lambda));
  if (builder_.has(name)) return name;
  RefineSpec refine = experiment_.refine;
  refine.lambda = lambda;
  if (lambda == 0) refine.quality_target = RefineSpec{}.quality_target;
  Draft draft = refinement_draft(fold, refine);
  if (lambda > 0 || refine.mode == RefineMode::ascent)
    build_quality_head(draft.trial.spec, experiment_.network);
  draft.trial.key = name;
  return builder_.add(std::move(draft));
}

PlannedNet Cell::no_quality() {
  PlannedNet net{.name = "no-quality",
                 .weights = refinement(0, 0),
                 .base = base(0),
                 .refine = experiment_.refine,
                 .from = applied()};
  net.refine.lambda = 0;
  net.refine.quality_target = RefineSpec{}.quality_target;
  return net;
}

PlannedNet Cell::quality() {
  const std::string selection = lambda_selection();
  PlannedNet net{.name = "quality",
                 .weights = selection,
                 .base = base(0),
                 .refine = experiment_.refine,
                 .from = applied()};
  net.from.push_back(selection);
  if (chooses()) return net;
  Draft draft = refinement_draft(0, net.refine);  // the chosen λ's net is another seed's
  build_quality_head(draft.trial.spec, experiment_.network);
  draft.from = net.from;
  draft.trial.key = fold_key(0, "refine/quality");
  net.weights = builder_.add(std::move(draft));
  return net;
}

PlannedNet Cell::self_refinement(RefineMode mode, int steps) {
  PlannedNet net = quality();
  net.name = std::string(name_of(mode)) + "-" + std::to_string(steps);
  net.refine.mode = mode;
  net.refine.self_steps = steps;
  net.refine.self_depth = experiment_.self_refinement.depth;
  Draft draft = refinement_draft(0, net.refine);
  build_quality_head(draft.trial.spec, experiment_.network);
  draft.from = net.from;
  if (mode == RefineMode::warm) draft.needs.push_back({net.weights, "weights", "weights"});
  draft.trial.image_steps += own_mask_steps(draft.trial.image_steps, net.refine);
  draft.trial.key = fold_key(0, "refine/" + net.name);
  net.weights = builder_.add(std::move(draft));
  return net;
}

PlannedNet Cell::variant_net(const VariantSpec& variant, Cell paper,
                             const std::vector<Cell>& data_sets) {
  Cell& masks_of = variant.base == VariantBase::own ? *this : paper;
  PlannedNet net{.name = "variant",
                 .weights = {},
                 .base = masks_of.base(0),
                 .refine = experiment_.refine,
                 .from = applied()};
  net.refine.lambda = variant.lambda.value_or(0);
  Draft draft = refinement_draft(0, net.refine, masks_of);
  if (!variant.lambda && net.refine.mode != RefineMode::ascent) {
    const bool global = variant.lambda_scope == LambdaScope::global && data_sets.size() > 1;
    net.from.push_back(global ? paper.global_lambda_selection(data_sets)
                              : paper.lambda_selection());
    draft.from = net.from;
  }
  if (net.refine.mode == RefineMode::warm)
    draft.needs.push_back({paper.quality().weights, "weights", "weights"});
  draft.trial.image_steps += own_mask_steps(draft.trial.image_steps, net.refine);
  if (!variant.lambda || *variant.lambda > 0 || net.refine.mode == RefineMode::ascent)
    build_quality_head(draft.trial.spec, experiment_.network);
  draft.trial.key = fold_key(0, "refine");
  net.weights = builder_.add(std::move(draft));
  return net;
}

}  // namespace hone
