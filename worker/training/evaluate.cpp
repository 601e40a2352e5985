#include "worker/training/evaluate.hpp"

#include <algorithm>
#include <numeric>

#include "worker/training/fit.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

namespace {

using Measurements = std::vector<Measurement>;

/// The splits that are evaluated, with their images.
std::vector<std::pair<Split, std::span<const std::int32_t>>> evaluated(const Inputs& inputs) {
  return {{Split::validation, inputs.partition().validation},
          {Split::test, inputs.partition().test}};
}

/// What a mask scores against the truth of `key.image`; `key` says where.
void score(Measurement key, std::span<const float> mask, const Pack& pack, Measurements& rows) {
  const auto truth = pack.truth(key.image);
  const auto add = [&](Metric metric, double value) {
    key.metric = metric;
    key.value = value;
    rows.push_back(key);
  };
  const Overlap hard = hard_overlap(mask, truth);
  add(Metric::dice, dice(hard));
  add(Metric::dice_soft, dice(soft_overlap(mask, truth)));
  add(Metric::jaccard, jaccard(hard));
}

/// Refines the masks of some images of one split, all iterations.
class Refinement {
 public:
  Refinement(const TrialSpec& spec, const UNet& net, Inputs& inputs)
      : spec_(spec),
        net_(net),
        inputs_(inputs),
        pixels_(static_cast<std::size_t>(inputs.pack().pixels())),
        batch_(evaluation_batch, inputs.channels(), spec.image_size, spec.numerics.layout) {}

  void run(Split split, std::span<const std::int32_t> images, Measurements& rows) {
    masks_.resize(images.size() * pixels_);
    for (std::size_t i = 0; i < images.size(); ++i) {
      batch_.set_image(static_cast<int>(i), inputs_.pack().image(images[i]));
      inputs_.copy_base_mask(images[i], mask(masks_, i));
    }
    for (int k = 0; k <= spec_.evaluate.iterations; ++k) {
      for (std::size_t i = 0; i < images.size(); ++i) {
        batch_.set_mask(static_cast<int>(i), mask(masks_, i));
      }
      predict(net_, batch_, static_cast<int>(images.size()), spec_.numerics.precision, said_);
      for (std::size_t i = 0; i < images.size(); ++i) {
        record({.split = split, .image = images[i], .iteration = k}, i, rows);
      }
      std::swap(masks_, said_.masks);
    }
  }

 private:
  std::span<float> mask(std::vector<float>& masks, std::size_t i) const {
    return std::span(masks).subspan(i * pixels_, pixels_);
  }

  void record(Measurement key, std::size_t i, Measurements& rows) {
    score(key, mask(masks_, i), inputs_.pack(), rows);
    if (!said_.quality.empty()) {
      key.metric = Metric::quality;
      key.value = said_.quality[i];
      rows.push_back(key);
    }
    key.metric = Metric::agreement;
    key.value = dice(hard_overlap(std::span<const float>(mask(masks_, i)),
                                  std::span<const float>(mask(said_.masks, i))));
    rows.push_back(key);
  }

  const TrialSpec& spec_;
  const UNet& net_;
  Inputs& inputs_;
  std::size_t pixels_;
  Batch batch_;
  std::vector<float> masks_;
  Prediction said_;
};

}  // namespace

std::vector<std::uint16_t> base_masks(const TrialSpec& spec, const UNet& net, Inputs& inputs) {
  std::vector<std::int32_t> images(static_cast<std::size_t>(inputs.pack().count()));
  std::iota(images.begin(), images.end(), 0);
  std::vector<std::uint16_t> masks;
  masks.reserve(images.size() * static_cast<std::size_t>(inputs.pack().pixels()));
  predict_all(spec, net, inputs, images, [&](auto, const Prediction& said) {
    std::transform(said.masks.begin(), said.masks.end(), std::back_inserter(masks), half_bits);
  });
  return masks;
}

std::vector<Measurement> base_rows(const std::vector<std::uint16_t>& masks, const Inputs& inputs) {
  const auto pixels = static_cast<std::size_t>(inputs.pack().pixels());
  std::vector<float> mask(pixels);
  Measurements rows;
  for (const auto& [split, images] : evaluated(inputs)) {
    for (const std::int32_t image : images) {
      const auto bits = std::span(masks).subspan(static_cast<std::size_t>(image) * pixels, pixels);
      std::transform(bits.begin(), bits.end(), mask.begin(), float_of_half);
      score({.split = split, .image = image, .iteration = 0}, mask, inputs.pack(), rows);
    }
  }
  return rows;
}

std::vector<Measurement> refinement_rows(const TrialSpec& spec, const UNet& net, Inputs& inputs) {
  Refinement refinement(spec, net, inputs);
  Measurements rows;
  for (const auto& [split, images] : evaluated(inputs)) {
    for (std::size_t at = 0; at < images.size(); at += evaluation_batch) {
      const auto count = std::min<std::size_t>(evaluation_batch, images.size() - at);
      refinement.run(split, images.subspan(at, count), rows);
    }
  }
  return rows;
}

}  // namespace hone
