#include <gtest/gtest.h>

#include <map>

#include "common/tensor_file.hpp"
#include "tests/worker/training/fixture.hpp"
#include "worker/training/files.hpp"

namespace hone {
namespace {

constexpr int count = 20;
constexpr int size = 16;

using Place = std::pair<int, int>;  // image, iteration
using Agreement = std::map<Place, double>;

/// Every mask is 1 in its first `rows` rows and 0 below.
void write_bars(const std::filesystem::path& file, int rows) {
  std::vector<std::uint16_t> masks(count * size * size, 0);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (static_cast<int>(i / size % size) < rows) masks[i] = 0x3c00;
  }
  TensorFile content;
  content.tensors["masks"] = {
      ElementType::f16, {count, 1, size, size}, std::as_bytes(std::span(masks))};
  write_tensor_file(file, content);
}

class SeedAgreement : public testing::Test {
 protected:
  SeedAgreement() : trainer_(make_trainer()) {
    test::write_disk_pack(folder_.path() / "pack", count, size);
    for (const int rows : {2, 4, 8}) write_bars(masks(rows), rows);
  }

  std::filesystem::path masks(int rows) const {
    return folder_.path() / ("bars" + std::to_string(rows));
  }

  /// The weights of a refiner that was trained for a moment.
  std::filesystem::path net(std::int64_t seed) {
    TrialSpec spec = test::tiny_spec(Role::refine);
    spec.seed = seed;
    spec.training.epochs = 2;
    return test::train(*trainer_, spec, {{"pack", folder_.path() / "pack"}, {"masks", masks(4)}},
                       folder_.path() / ("net" + std::to_string(seed)))
        .result.artifacts.at("weights");
  }

  /// Of seeds with these weights, from bars of so many rows.
  Agreement compared(const std::vector<std::filesystem::path>& weights,
                     const std::vector<int>& rows) {
    std::map<std::string, std::filesystem::path> inputs = {{"pack", folder_.path() / "pack"}};
    for (std::size_t seed = 0; seed < weights.size(); ++seed) {
      const std::string prefix = seed == 0 ? "" : "seed." + std::to_string(seed) + ".";
      inputs[prefix + "weights"] = weights[seed];
      inputs[prefix + "masks"] = masks(rows[seed]);
    }
    TrialSpec spec = test::tiny_spec(Role::refine);
    spec.role = Role::evaluate;
    spec.evaluate = {.split = Split::validation, .iterations = 3};
    const auto outcomes = test::train(*trainer_, spec, inputs, folder_.path() / "compared");
    Agreement agreement;
    for (const Measurement& row : outcomes.heard.rows) {
      EXPECT_EQ(row.metric, Metric::seed_agreement);
      EXPECT_EQ(row.split, Split::validation);
      agreement[{row.image, row.iteration}] = row.value;
    }
    EXPECT_EQ(agreement.size(), 4U * 4);
    EXPECT_EQ(outcomes.heard.rows.size(), agreement.size());
    return agreement;
  }

  test::Folder folder_;
  std::unique_ptr<Trainer> trainer_;
};

TEST_F(SeedAgreement, StartsWithThePairwiseDiceOfTheBaseMasks) {
  const auto same = net(1);
  for (const auto& [place, value] : compared({same, same, same}, {2, 4, 8})) {
    // Dice of bars: 2 * 2 / (2 + 4), 2 * 2 / (2 + 8), 2 * 4 / (4 + 8).
    if (place.second > 0) continue;
    EXPECT_NEAR(value, (2.0 / 3 + 0.4 + 2.0 / 3) / 3, 1e-12);
  }
}

TEST_F(SeedAgreement, OfOneNetIsWhole) {
  const auto same = net(1);
  for (const auto& [place, value] : compared({same, same, same}, {4, 4, 4})) EXPECT_EQ(value, 1);
}

TEST_F(SeedAgreement, IsTheMeanOfItsPairs) {
  const auto a = net(1), b = net(2), c = net(3);
  const std::vector<int> rows = {4, 4, 4};
  // Of two that are the same and one that is not, one pair agrees and two are the pair in question.
  const auto ab = compared({a, a, b}, rows), ba = compared({b, a, b}, rows);
  const auto ac = compared({a, a, c}, rows), bc = compared({c, b, b}, rows);
  const auto all = compared({a, b, c}, rows);
  int apart = 0;
  for (const auto& [place, value] : all) {
    const auto pair = [&](const Agreement& two) { return (3 * two.at(place) - 1) / 2; };
    EXPECT_NEAR(pair(ab), pair(ba), 1e-12);
    EXPECT_NEAR(value, (pair(ab) + pair(ac) + pair(bc)) / 3, 1e-12);
    EXPECT_GE(value, 0);
    if (place.second == 0) {
      EXPECT_EQ(value, 1);
    } else if (value < 1) {
      ++apart;
    }
  }
  EXPECT_GT(apart, 4);
}

TEST_F(SeedAgreement, WithoutASeedsMasksIsRefused) {
  const auto same = net(1);
  TrialSpec spec = test::tiny_spec(Role::refine);
  spec.role = Role::evaluate;
  try {
    test::train(*trainer_, spec,
                {{"pack", folder_.path() / "pack"},
                 {"weights", same},
                 {"masks", masks(4)},
                 {"seed.1.weights", same}},
                folder_.path() / "refused");
    FAIL() << "it was compared";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::impossible);
    EXPECT_NE(std::string(error.what()).find("seed.1.masks"), std::string::npos);
  }
}

}  // namespace
}  // namespace hone
