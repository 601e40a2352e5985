#include "common/spec.hpp"
#include "coordinator/plan/experiment.hpp"
#include "tests/common/wire_samples.hpp"
#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {

namespace {

void take_trial_spec(std::string_view bytes) {
  TrialSpec spec;
  try {
    spec = parse_trial_spec(bytes);
  } catch (const SpecError&) {
    return;
  }
  expect(to_json(parse_trial_spec(to_json(spec))) == to_json(spec), "a spec is read as written");
}

std::vector<std::string> trial_specs() {
  return {to_json(samples::spec()), to_json(TrialSpec{})};
}

void take_experiment(std::string_view bytes) {
  ExperimentSpec spec;
  try {
    spec = parse_experiment(bytes, "fuzzed.json");
  } catch (const ExperimentError&) {
    return;
  }
  const std::string text = to_json(spec);
  expect(parse_experiment(text, "again.json") == spec, "an experiment is read as written");
  parse_experiment(sweep_text(spec), "stored.json");  // what is stored can be read again
}

std::vector<std::string> experiments() {
  return {
      R"({"name": "small", "profile": "smoke", "tables": ["lambda", "II"], "inner_folds": 2,
  "lambdas": [0.1, 0.3], "training": {"epochs": 3, "learning_rate": 0.01, "loss": "dice+bce"},
  "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})",
      R"({"name": "every", "profile": "desk", "tables": ["I", "lambda", "II", "III", "variants"],
  "seeds": [1, 2], "rotations": [0, 1], "iterations": 3, "image_size": 32,
  "hyperparameters": {"search": "one-factor", "grid": {"network.filters": [8], "training.l2": [0, 0.1]}},
  "variants": [{"name": "other loss", "training": {"loss": "dice"}}, {"name": "both", "net": "ensemble", "members": 3}],
  "datasets": [{"name": "pairs", "layout": "pairs", "path": "a/b", "images": "x", "masks": "y",
    "mask_suffix": "_m", "group": "^(\\d+)_"}, {"name": "PH2", "use": "ph2", "cases": 20}]})"};
}

}  // namespace

const Target trial_spec = {"trial-spec", take_trial_spec, trial_specs};
const Target experiment = {"experiment", take_experiment, experiments};

}  // namespace hone::fuzz
