#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/worker/training/fixture.hpp"
#include "worker/training/deform.hpp"
#include "worker/training/streams.hpp"

// What the same specs came to when trainer_version was last raised. When these numbers change, the
// same spec gives other results than it did: raise trainer_version in common/spec.hpp, then record
// the new ones here. The last bits of a training depend on LibTorch's kernels, so on the processor;
// they are not compared. What the trainings are fed with is, on every machine.
namespace hone {
namespace {

TEST(Golden, IsOfThisTrainerVersion) {
  EXPECT_EQ(trainer_version, 2);
}

std::string streams_digest(Role role, int reseed) {
  TrialSpec spec = test::tiny_spec(role);
  spec.seed = 5;
  spec.rotation = 2;
  spec.fold = 3;
  const Streams streams(spec, reseed);
  std::string text;
  for (const auto purpose : {Purpose::initial_weights, Purpose::order, Purpose::deformation}) {
    for (int epoch = 0; epoch < 3; ++epoch) {
      Random random = streams.at(purpose, epoch, 7);
      for (std::uint32_t i = 1; i < 20; ++i) text += std::to_string(random.below(1000 * i)) + " ";
    }
  }
  return sha256(text).hex().substr(0, 16);
}

TEST(Golden, TheStreamsKeepTheirNumbers) {
  EXPECT_EQ(streams_digest(Role::segment, 0), "ef0b5451d61e8171");
  EXPECT_EQ(streams_digest(Role::refine, 0), "6eb22dadb04a65f8");
  EXPECT_EQ(streams_digest(Role::refine, 1), "6e0b70b4bb18835f");
}

/// Of twenty masks, each grey value a byte, so that a last bit of a sine does not count.
std::string deformation_digest(int kind) {
  constexpr int size = 32;
  std::vector<std::uint8_t> truth(size * size);
  for (std::size_t y = 6; y < 15; ++y) {
    for (std::size_t x = 8; x < 22; ++x) truth[y * size + x] = 1;
  }
  Deformer deformer(size);
  std::vector<float> mask(truth.size());
  std::string bytes;
  for (std::uint64_t key = 0; key < 20; ++key) {
    Random random({key});
    deformer.deform(static_cast<Deformation>(kind), truth, random, mask);
    for (const float grey : mask) bytes += static_cast<char>(std::lround(grey * 255));
  }
  return sha256(bytes).hex().substr(0, 16);
}

TEST(Golden, TheDeformationsKeepTheirMasks) {
  const std::vector<std::string> recorded = {"75ec5af2d5069b0b", "d85714a7eb38166f",
                                             "7dfc46aac3c9a36d", "dcf91ca435db226b",
                                             "f4e28a996d61ae56"};
  for (int kind = 0; kind < deformation_count; ++kind) {
    EXPECT_EQ(deformation_digest(kind), recorded[static_cast<std::size_t>(kind)]) << kind;
  }
}

struct Recorded {
  const char* name;
  Role role;
  void (*change)(TrialSpec&);
  double best;  // soft Dice of the best epoch, on the validation split
  double last;  // mean hard Dice: of a base net on the test split, of a refiner on validation at 1
};

class GoldenTraining : public testing::TestWithParam<Recorded> {};

TEST_P(GoldenTraining, KeepsItsNumbers) {
  constexpr double tolerance = 1e-2;  // SSE4.1, AVX2 and AVX-512 differ by less than 1e-3
  test::Folder folder;
  test::write_disk_pack(folder.path() / "pack", 20, 16);
  test::write_base_masks(folder.path() / "base", 20, 16);
  TrialSpec spec = test::tiny_spec(GetParam().role);
  spec.training.epochs = 60;
  spec.training.learning_rate = 0.003;
  GetParam().change(spec);
  const auto heard =
      test::train(*make_trainer(), spec,
                  {{"pack", folder.path() / "pack"}, {"masks", folder.path() / "base"}},
                  folder.path() / "out")
          .heard;
  double best = 0;
  for (const EpochRecord& epoch : heard.epochs) best = std::max(best, epoch.validation_signal);
  const bool refines = spec.role == Role::refine;
  EXPECT_NEAR(best, GetParam().best, tolerance);
  EXPECT_NEAR(heard.mean(refines ? Split::validation : Split::test, Metric::dice, refines ? 1 : 0),
              GetParam().last, tolerance);
}

void keep(TrialSpec&) {}
void use_groups(TrialSpec& spec) {
  spec.network.norm = Norm::group;
}
void use_dice_alone(TrialSpec& spec) {
  spec.training.loss = Loss::dice;
}
void put_channels_first(TrialSpec& spec) {
  spec.numerics.layout = Layout::channels_first;
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenTraining,
    testing::Values(Recorded{"RefineWithDiceAndBce", Role::refine, keep, 0.958283, 0.975061},
                    Recorded{"SegmentWithDiceAndBce", Role::segment, keep, 0.948488, 0.953944},
                    Recorded{"SegmentWithDice", Role::segment, use_dice_alone, 0.957079, 0.940509},
                    Recorded{"SegmentWithGroups", Role::segment, use_groups, 0.661102, 0.910469},
                    Recorded{"SegmentChannelsFirst", Role::segment, put_channels_first, 0.948488,
                             0.953944}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace hone
