// What holds of a team of any size. Each rank of one mpirun runs this program: all make the same
// calls, and each checks what it got.

#include "tests/worker/training/started_team.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "common/tensor_file.hpp"
#include "tests/worker/training/examples_fixture.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/examples.hpp"
#include "worker/training/team_inputs.hpp"
#include "worker/training/training_step.hpp"

namespace hone {

std::unique_ptr<Collective> team;

namespace {

using MakeStep = std::unique_ptr<TrainingStep> (*)(const TrialContext&, UNet&);

/// Steps that every rank takes with images of its own.
class TeamSteps : public test::ExamplesTest, public testing::WithParamInterface<MakeStep> {
 protected:
  /// What two steps come to of which each has masks of the net's own to make; `net` has the weights
  /// of this rank.
  double loss_of_two_steps(const TrialSpec& spec, const Inputs& given, const Streams& streams,
                           UNet& net) const {
    const auto step = GetParam()({.spec = spec, .inputs = given, .team = *team}, net);
    ExampleMaker maker(spec, given, streams);
    Examples examples(spec, given);
    for (const int epoch : {1, 2}) {
      maker.make(epoch, std::span(given.partition().train).first(4), examples);
      examples.of_batch = 4 * team->size();
      examples.depths[0] = 1;
      step->learn(examples);
    }
    return step->take_loss();
  }
};

INSTANTIATE_TEST_SUITE_P(On, TeamSteps,
                         testing::Values(make_host_step,
                                         [](const TrialContext& trial, UNet& net) {
                                           return make_tensor_step(trial, net);
                                         }),
                         [](const auto& made) { return made.index == 0 ? "Host" : "Tensors"; });

TEST_P(TeamSteps, TellEveryRankThatTheMasksOfOneAreNotFinite) {
  TrialSpec spec = test::rich_spec();
  spec.numerics.ranks = team->size();
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  UNet net(spec.network, given.channels(), quality_head_of(spec), spec.numerics.layout, streams,
           at::kCPU);
  if (team->rank() == team->size() - 1) net.parameters().front().value.detach().fill_(std::nan(""));
  try {
    EXPECT_FALSE(std::isfinite(loss_of_two_steps(spec, given, streams, net)));
    EXPECT_GT(team->size(), 1);
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::diverged);
    if (team->size() == 1) return;
    std::fprintf(stderr, "rank %d left the others alone: %s\n", team->rank(), error.what());
    abort_mpi_team(1);
  }
}

/// The leader's files; every rank may read them, one host has them all.
class TeamTraining : public testing::Test {
 protected:
  TeamTraining() {
    if (team->leads()) {
      test::write_disk_pack(folder_.path() / "pack", 21, 16);
      test::write_base_masks(folder_.path() / "base", 21, 16);
    }
    inputs_ = {{"pack", folder_.path() / "pack"}, {"masks", folder_.path() / "base"}};
  }

  /// What one rank, and what the team, comes to; the leader has both, the others nothing.
  std::pair<test::Outcomes, test::Outcomes> train_both(TrialSpec spec) {
    std::pair<test::Outcomes, test::Outcomes> both;
    spec.pack = sha256("pack");
    spec.numerics.ranks = 1;
    if (team->leads())
      both.first = test::train(*make_trainer(), spec, inputs_, folder_.path() / "alone");
    spec.numerics.ranks = team->size();
    if (!team->leads()) {
      follow(*team);
      return both;
    }
    both.second = test::train(*make_team_leader(*team), spec, inputs_, folder_.path() / "team");
    return both;
  }

  test::Folder folder_;
  std::map<std::string, std::filesystem::path> inputs_;
};

std::vector<double> weights_of(const test::Outcomes& outcomes) {
  const std::string bytes = test::bytes_of_file(outcomes.result.artifacts.at("weights"));
  const auto file = parse_tensor_file(std::as_bytes(std::span(bytes.data(), bytes.size())));
  std::vector<double> weights;
  for (const auto& [name, view] : file.tensors) {
    std::vector<float> some(view.bytes.size() / sizeof(float));
    std::memcpy(some.data(), view.bytes.data(), some.size() * sizeof(float));
    weights.insert(weights.end(), some.begin(), some.end());
  }
  return weights;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// With a vast epsilon Adam's step is the gradient times a constant: one step then shows it.
TrialSpec one_gradient_step(Role role) {
  TrialSpec spec = test::tiny_spec(role);
  spec.training.epochs = 1;
  spec.training.batch = 64;  // all training images at once
  spec.training.collapse_retries = 0;
  spec.training.l2 = 0;
  spec.training.adam_epsilon = 1e6;
  spec.training.learning_rate = 1e6;
  return spec;
}

/// How far the team's gradient is from that of one rank, relative to it.
double gradient_error(const std::pair<test::Outcomes, test::Outcomes>& both,
                      const test::Outcomes& start) {
  const auto before = weights_of(start);
  return distance(weights_of(both.first), weights_of(both.second)) /
         distance(weights_of(both.first), before);
}

TEST_F(TeamTraining, HasTheGradientOfOneRank) {
  for (const Role role : {Role::segment, Role::refine}) {
    TrialSpec spec = one_gradient_step(role);
    if (role == Role::refine) {
      spec.refine.lambda = 0.3;
      spec.refine.augmentation = Augmentation::simple;
    }
    const auto both = train_both(spec);
    if (!team->leads()) continue;
    spec.training.learning_rate = 1e-30;
    const auto start = test::train(*make_trainer(), spec, inputs_, folder_.path() / "start");
    const double error = gradient_error(both, start);
    std::printf("%s: relative error of the gradient %.2g\n", name_of(role).data(), error);
    EXPECT_LT(error, 1e-6);
    if (team->size() > 1) {
      EXPECT_GT(error, 0);  // a sum in another order: it was really shared
    }
  }
}

TEST_F(TeamTraining, ComesToTheSameTableWithinTheTolerance) {
  TrialSpec spec = test::tiny_spec(Role::segment);  // whose last batch has fewer images than ranks
  const auto both = train_both(spec);
  if (!team->leads()) return;
  const auto& [alone, shared] = both;
  ASSERT_EQ(alone.heard.epochs.size(), shared.heard.epochs.size());
  for (std::size_t i = 0; i < alone.heard.epochs.size(); ++i)
    EXPECT_NEAR(alone.heard.epochs[i].train_loss, shared.heard.epochs[i].train_loss, 1e-3);
  ASSERT_EQ(alone.heard.rows.size(), shared.heard.rows.size());
  for (const Split split : {Split::validation, Split::test})
    EXPECT_NEAR(alone.heard.mean(split, Metric::dice, 0), shared.heard.mean(split, Metric::dice, 0),
                0.005);
}

TEST_F(TeamTraining, IsRefusedForATrialOfOtherRanks) {
  TrialSpec spec = test::tiny_spec(Role::segment);
  spec.pack = sha256("pack");
  spec.numerics.ranks = team->size() + 1;
  if (!team->leads()) return follow(*team);
  const auto leader = make_team_leader(*team);
  try {
    test::train(*leader, spec, inputs_, folder_.path() / "out");
    FAIL() << "it was trained";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::impossible);
    EXPECT_NE(std::string(error.what()).find("numerics.ranks"), std::string::npos);
  }
}

TEST_F(TeamTraining, StopsOnEveryRankWhenItDiverges) {
  TrialSpec spec = test::tiny_spec(Role::segment);
  spec.pack = sha256("pack");
  spec.training.learning_rate = 1e30;
  spec.numerics.ranks = team->size();
  if (!team->leads()) return follow(*team);
  const auto leader = make_team_leader(*team);
  try {
    test::train(*leader, spec, inputs_, folder_.path() / "out");
    FAIL() << "it was trained";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::diverged);
  }
}

}  // namespace
}  // namespace hone

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  hone::team = hone::with_nccl(hone::join_mpi_team());
  const int failed = RUN_ALL_TESTS();
  hone::team.reset();
  return failed;
}
