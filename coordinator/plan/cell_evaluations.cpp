// What scores a cell's nets: curves, ensembles, comparisons of seeds.
#include "coordinator/plan/cell.hpp"

namespace hone {

/// Without its key, label and needs.
Draft Cell::evaluation_draft(const PlannedNet& net, Split split) const {
  Draft draft;
  TrialSpec& spec = draft.trial.spec;
  spec = spec_of(Role::evaluate, 0);
  spec.numerics.ranks = 1;
  spec.refine = net.refine;
  spec.evaluate = {.split = split, .iterations = experiment_.iterations};
  if (net.refine.lambda > 0 || !net.from.empty() || net.refine.mode == RefineMode::ascent)
    build_quality_head(spec, experiment_.network);
  draft.from = net.from;
  draft.variant = variant_;
  return draft;
}

/// Of a net over the split's images, one an iteration.
std::int64_t Cell::passes(Split split) const {
  const Partition parts = make_partition(facts_.groups, rotation_, 0);
  const auto images = split == Split::test ? parts.test.size() : parts.validation.size();
  return static_cast<std::int64_t>(images) * (experiment_.iterations + 1);
}

std::string Cell::evaluation(const PlannedNet& net, Split split) {
  Draft draft = evaluation_draft(net, split);
  draft.needs = {{net.base, "masks", "masks"}, {net.weights, "weights", "weights"}};
  draft.trial.image_steps =
      passes(split) * 2 / 3;  // one of two is mirrored; each a third of a step
  draft.trial.key = fold_key(0, "evaluate/" + net.name + "/" + std::string(name_of(split)));
  draft.net = net.name;
  return builder_.add(std::move(draft));
}

void Cell::compare_seeds(const std::vector<PlannedNet>& seeds) {
  for (const Split split : {Split::validation, Split::test}) {
    Draft draft = evaluation_draft(seeds.front(), split);
    draft.from.clear();
    for (std::size_t seed = 0; seed < seeds.size(); ++seed) {
      const PlannedNet& net = seeds[seed];
      const std::string prefix = seed == 0 ? "" : "seed." + std::to_string(seed) + ".";
      draft.needs.push_back({net.base, prefix + "masks", "masks"});
      draft.needs.push_back({net.weights, prefix + "weights", "weights"});
      // Seeds may have chosen another λ each. The spec has the last one's, and all that an
      // evaluation takes from it is that there is a quality head.
      draft.from.insert(draft.from.end(), net.from.begin(), net.from.end());
    }
    draft.net = "seeds/" + seeds.front().name;
    draft.trial.image_steps = passes(split) * static_cast<std::int64_t>(seeds.size()) / 3;
    draft.trial.key = fold_key(0, "evaluate/" + draft.net + "/" + std::string(name_of(split)));
    builder_.add(std::move(draft));
  }
}

void Cell::ensemble(int members) {
  Draft draft;
  draft.trial.spec = spec_of(Role::evaluate, 0);
  draft.trial.spec.numerics.ranks = 1;
  draft.trial.spec.evaluate = {.split = Split::test, .iterations = 0};
  draft.needs.push_back({base(0), "masks", "masks"});
  for (int i = 1; i < members; ++i) {
    Cell other(*this);
    other.seed_ = seed_ + 1000 * i;  // beside the seeds that people give
    draft.needs.push_back({other.base(0), "masks." + std::to_string(i), "masks"});
  }
  draft.trial.key = fold_key(0, "evaluate/ensemble");
  draft.from = applied();
  draft.variant = variant_;
  draft.net = "variant";
  builder_.add(std::move(draft));
}

}  // namespace hone
