#include "worker/training/predict.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "common/random.hpp"
#include "tests/worker/training/fixture.hpp"
#include "worker/training/refinement.hpp"
#include "worker/training/weights.hpp"

namespace hone {
namespace {

class Climbing : public testing::Test {
 protected:
  static constexpr int size = 16;
  static constexpr int images = 2;

  Climbing() {
    Random random({11});
    for (float& value : masks_) value = static_cast<float>(random.uniform(0.2, 0.8));
    std::vector<std::uint8_t> image(3 * size * size);
    for (int slot = 0; slot < images; ++slot) {
      for (auto& value : image) value = static_cast<std::uint8_t>(random.below(256));
      batch_.set_image(slot, image);
    }
    show();
  }

  void show() {
    const std::size_t pixels = size * size;
    for (int slot = 0; slot < images; ++slot) {
      batch_.set_mask(slot,
                      std::span(masks_).subspan(static_cast<std::size_t>(slot) * pixels, pixels));
    }
  }

  UNet net_{{.levels = 2, .filters = 4, .quality_width = 8},
            4,
            QualityHead::alone,
            Layout::channels_last,
            Streams(TrialSpec{}, 0)};
  Batch batch_{images, 4, size, Layout::channels_last};
  std::vector<float> masks_ = std::vector<float>(images * size * size);
  Prediction said_;
};

TEST_F(Climbing, RaisesTheQualityThatTheNetTells) {
  std::vector<double> first;
  for (int k = 0; k < 10; ++k) {
    climb(net_, batch_, images, Precision::fp32, said_);
    if (k == 0) first = said_.quality;
    masks_ = said_.masks;
    show();
  }
  for (std::size_t i = 0; i < images; ++i) EXPECT_GT(said_.quality[i], first[i]);
  EXPECT_GE(*std::min_element(masks_.begin(), masks_.end()), 0);
  EXPECT_LE(*std::max_element(masks_.begin(), masks_.end()), 1);
}

TEST_F(Climbing, LeavesNoGradientWithTheNet) {
  climb(net_, batch_, images, Precision::fp32, said_);
  for (const Parameter& parameter : net_.parameters()) {
    EXPECT_FALSE(parameter.value.grad().defined()) << parameter.name;
  }
}

TEST_F(Climbing, GoesATenthOfTheBentGradient) {
  climb(net_, batch_, images, Precision::fp32, said_);
  const at::Tensor input = batch_.input(images).clone().set_requires_grad(true);
  net_.forward(input).quality.sigmoid().sum().backward();
  const at::Tensor slopes = input.grad().select(1, 3);
  const at::Tensor steepest = slopes.abs().amax({1, 2}, true);
  const at::Tensor bent = 2 / (1 + (-5 * slopes / steepest).exp()) - 1;
  const at::Tensor before = batch_.input(images).select(1, 3);
  const at::Tensor after = (before + 0.1 * bent).clamp(0, 1).contiguous();
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    EXPECT_NEAR(said_.masks[i], after.const_data_ptr<float>()[i], 1e-6) << i;
  }
}

TEST(Ascent, IsEvaluatedLikeAnyRefiner) {
  test::Folder folder;
  TrialSpec spec = test::tiny_spec(Role::evaluate);
  spec.refine.mode = RefineMode::ascent;
  const auto file = [&](const char* name) { return folder.path() / name; };
  test::write_disk_pack(file("pack"), 20, 16);
  test::write_base_masks(file("masks"), 20, 16);
  write_weights(file("weights"),
                {spec.network, 4, QualityHead::alone, Layout::channels_last, Streams(spec, 0)});
  const auto rows =
      test::train(*make_trainer(), spec,
                  {{"pack", file("pack")}, {"masks", file("masks")}, {"weights", file("weights")}},
                  file("out"))
          .heard.rows;
  EXPECT_EQ(rows.size(), 4U * ((3 + 1) * 13 + 3));  // change_two ends an iteration earlier
  std::map<std::pair<int, int>, double> quality;
  for (const Measurement& row : rows) {
    if (row.metric == Metric::quality) quality[{row.image, row.iteration}] = row.value;
    EXPECT_TRUE(row.metric != Metric::change || row.value > 0);
  }
  for (const auto& [key, value] : quality) {
    if (key.second == 0) continue;
    EXPECT_GT(value, quality.at({key.first, key.second - 1}));
  }
}

TEST(Mirrored, TurnsEveryRowAround) {
  const std::vector<float> rows = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(mirrored(std::span(rows), 3), (std::vector<float>{3, 2, 1, 6, 5, 4}));
}

}  // namespace
}  // namespace hone
