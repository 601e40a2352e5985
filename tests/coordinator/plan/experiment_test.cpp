#include "coordinator/plan/experiment.hpp"

#include <gtest/gtest.h>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

// The numbers of the ambiguity register, written out once more on purpose.
TEST(Experiment, DefaultsAreTheRegisters) {
  const ExperimentSpec experiment = given::ph2();
  EXPECT_EQ(experiment.profile, "paper");
  EXPECT_EQ(experiment.image_size, 128);                                       // A6
  EXPECT_EQ(experiment.rotations, std::vector<int>{0});                        // A1
  EXPECT_EQ(experiment.inner_folds, 4);                                        // A18
  EXPECT_EQ(experiment.lambdas, (std::vector<double>{0.03, 0.1, 0.3, 1, 3}));  // A16
  EXPECT_EQ(experiment.network.filters, 32);                                   // Table I
  EXPECT_EQ(experiment.network.norm, Norm::none);                              // A37
  EXPECT_EQ(experiment.training.epochs, 500);
  EXPECT_EQ(experiment.training.patience, 50);  // A17
  EXPECT_EQ(experiment.training.batch, 8);
  EXPECT_EQ(experiment.training.learning_rate, 1e-4);
  EXPECT_EQ(experiment.training.adam_epsilon, 1e-7);  // A33
  EXPECT_EQ(experiment.training.l2, 0.001);           // A14
  EXPECT_EQ(experiment.training.l2_scope, L2Scope::all);
  EXPECT_EQ(experiment.training.dice_smooth, 1);  // A5
  EXPECT_EQ(experiment.training.loss, Loss::dice);
  EXPECT_EQ(experiment.refine.base_fraction, 0.5);                             // A10
  EXPECT_EQ(experiment.iterations, 20);                                        // A26
  EXPECT_EQ(experiment.refine.augmentation, Augmentation::fitted);             // A13
  EXPECT_EQ(experiment.refine.base_masks, BaseMaskSource::in_sample);          // A20
  EXPECT_EQ(experiment.refine.quality_target, QualityTarget::input);           // A19
  EXPECT_EQ(experiment.segment.image_augmentation, ImageAugmentation::joint);  // A12
  EXPECT_EQ(experiment.refine_image_augmentation, ImageAugmentation::none);    // A12
  EXPECT_EQ(experiment.self_refinement.steps, (std::vector<int>{1, 2}));       // A22
  EXPECT_EQ(experiment.hyperparameters.method, SearchMethod::fixed);           // A35
}

TEST(Experiment, ThePaperProfileChangesNoDefault) {
  ExperimentSpec expected;
  expected.name = "PH2";
  expected.datasets = given::ph2().datasets;
  EXPECT_EQ(given::ph2(), expected);
}

TEST(Experiment, LaterLayersWin) {
  const std::string text = R"({"name": "x", "profile": "desk", "training": {"patience": 7},
      "datasets": [{"name": "a", "layout": "lesions"}]})";
  const ExperimentSpec own = parse_experiment(text, "x.json");
  EXPECT_EQ(own.image_size, 64);        // the profile's
  EXPECT_EQ(own.training.epochs, 100);  // the profile's
  EXPECT_EQ(own.training.patience, 7);  // the file's
  EXPECT_EQ(own.training.batch, 8);     // the register's
  const ExperimentSpec other = parse_experiment(text, "x.json", "smoke", {"training.patience=9"});
  EXPECT_EQ(other.profile, "smoke");
  EXPECT_EQ(other.image_size, 32);
  EXPECT_EQ(other.training.patience, 9);
}

TEST(Experiment, AutomaticNumericsAreAskedForOnlyWhereTheyAreWanted) {
  const Numerics fast{.precision = Precision::bf16, .threads = 4};
  int asked = 0;
  const auto measure = [&] {
    ++asked;
    return fast;
  };
  EXPECT_EQ(parse_experiment(given::ph2_text, "ph2.json", "", {}, measure).numerics, Numerics{});
  EXPECT_EQ(asked, 0);
  const ExperimentSpec experiment =
      parse_experiment(given::ph2_text, "ph2.json", "", {"numerics=auto"}, measure);
  EXPECT_EQ(experiment.numerics, fast);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(parse_experiment(to_json(experiment), "again").numerics, fast);  // written out
  try {
    parse_experiment(given::ph2_text, "ph2.json", "", {"numerics=auto"});
    FAIL() << "it was read";
  } catch (const ExperimentError& error) {
    EXPECT_NE(std::string(error.what()).find("-S numerics=auto: /numerics"), std::string::npos)
        << error.what();
  }
}

TEST(Experiment, ASettingIsJsonOrElseAString) {
  const ExperimentSpec experiment = parse_experiment(
      given::ph2_text, "ph2.json", "", {"name=a b", "lambdas=[1]", "training.loss=dice+bce"});
  EXPECT_EQ(experiment.name, "a b");
  EXPECT_EQ(experiment.lambdas, std::vector<double>{1});
  EXPECT_EQ(experiment.training.loss, Loss::dice_bce);
}

TEST(Experiment, ASettingReachesIntoAList) {
  const std::string text = R"({"name": "x", "datasets": [{"name": "a", "layout": "lesions"},
      {"name": "b", "layout": "lesions", "count": 30}]})";
  const ExperimentSpec experiment = parse_experiment(
      text, "x.json", "", {"datasets.1.count=40", "datasets.1.generator=7", "datasets.0.count=9"});
  EXPECT_EQ(experiment.datasets[0].count, 9);
  EXPECT_EQ(experiment.datasets[1].name, "b");
  EXPECT_EQ(experiment.datasets[1].count, 40);
  EXPECT_EQ(experiment.datasets[1].generator, 7);
}

TEST(Experiment, ComesBackFromItsResolvedText) {
  const std::string text =
      R"({"name": "x", "profile": "smoke", "seeds": [1, 9007199254740991], "selection_seeds": "first",
      "datasets": [{"name": "a", "layout": "lesions", "count": 9, "generator": 4},
                   {"name": "b", "layout": "pairs", "path": "p", "group": "^(.)_", "masks": "m"},
                   {"name": "c", "use": "ph2", "path": "p", "cases": 40, "split_by": "image"},
                   {"name": "d", "use": "./d.json", "description": {"any": [1]}, "path": "p"}],
      "tables": ["I", "lambda", "II", "III", "variants"],
      "segment": {"epochs": 3, "epochs_factor": 0.5}, "training": {"loss_reduction": "batch"},
      "refine": {"base_masks": "in_sample", "improve_beta": 0.5, "base_mask_values": "hard",
                 "feedback": "hard", "mask_dropout": 0.25, "image_augmentation": "flip"},
      "self_refinement": {"modes": ["warm"], "steps": [2], "depth": "random"},
      "hyperparameters": {"search": "random", "budget": 3, "epochs": 2, "apply": true,
                          "grid": {"training.l2": [0, 1e-4], "network.activation": ["elu"]}},
      "variants": [{"name": "v", "base": "own", "lambda": 0.5, "training": {"l2": 0},
                    "refine": {"mode": "scratch", "self_steps": 2}},
                   {"name": "u", "lambda_scope": "global", "refine": {"iterations": 4}},
                   {"name": "w", "net": "base", "segment": {"epochs": 9}},
                   {"name": "x", "net": "ensemble", "members": 3}],
      "numerics": {"precision": "bf16", "layout": "channels_first", "threads": 3}})";
  const ExperimentSpec experiment = parse_experiment(text, "x.json");
  EXPECT_EQ(parse_experiment(to_json(experiment), "resolved"), experiment);
}

// Sweeps in databases are found by this text: it says nothing of keys that came later until they
// are used.
TEST(Experiment, KeepsTheTextThatASweepIsKnownBy) {
  EXPECT_EQ(sha256(sweep_text(given::ph2())).hex(),
            "8b02b810de845b95a0b4e8825556c478d2ac961173c8f96bf68a082139225c44");
  EXPECT_EQ(sha256(sweep_text(given::experiment("ph2.json", "smoke"))).hex(),
            "4762fd73e635ee5b9cfc0146f002208f6fcfce46845f0f5be01fac119db00564");
  for (const char* setting : {"selection_seeds=first", "segment.epochs_factor=2",
                              "training.loss_reduction=batch", "refine.feedback=hard"}) {
    const ExperimentSpec changed = given::ph2({setting});
    EXPECT_NE(sweep_text(changed), sweep_text(given::ph2())) << setting;
    EXPECT_EQ(parse_experiment(sweep_text(changed), "stored"), changed) << setting;
  }
}

TEST(Experiment, AVariantIsTheExperimentWithItsOwnValues) {
  const std::string text = R"({"name": "x", "profile": "smoke",
      "datasets": [{"name": "a", "layout": "lesions"}], "variants": [
        {"name": "v", "training": {"l2": 0}, "refine": {"mode": "ascent", "mask_input": "zero"}}]})";
  const ExperimentSpec experiment = parse_experiment(text, "x.json");
  ExperimentSpec expected = experiment;
  expected.training.l2 = 0;
  expected.refine.mode = RefineMode::ascent;
  expected.refine.mask_input = MaskInput::zero;
  EXPECT_EQ(with_variant(experiment, experiment.variants.at(0)), expected);
}

}  // namespace
}  // namespace hone
