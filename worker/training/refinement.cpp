#include "worker/training/refinement.hpp"

#include <algorithm>

namespace hone {

template <class Number>
std::vector<Number> mirrored(std::span<const Number> rows, int width) {
  std::vector<Number> turned(rows.begin(), rows.end());
  for (auto row = turned.begin(); row != turned.end(); row += width) {
    std::reverse(row, row + width);
  }
  return turned;
}

template std::vector<float> mirrored(std::span<const float>, int);
template std::vector<std::uint8_t> mirrored(std::span<const std::uint8_t>, int);

Refiner::Refiner(const TrialSpec& spec, const UNet& net, const Inputs& inputs)
    : spec_(spec),
      net_(net),
      inputs_(inputs),
      batch_(evaluation_batch, 4, spec.image_size, spec.numerics.layout),
      mirrored_batch_(evaluation_batch, 4, spec.image_size, spec.numerics.layout) {}

void Refiner::look_at(std::span<const std::int32_t> images) {
  count_ = static_cast<int>(images.size());
  for (int slot = 0; slot < count_; ++slot) {
    const auto image = inputs_.pack().image(images[static_cast<std::size_t>(slot)]);
    batch_.set_image(slot, image);
    mirrored_batch_.set_image(slot, mirrored(image, spec_.image_size));
  }
}

void Refiner::run(Batch& batch, std::span<const float> masks, Prediction& next) const {
  const auto pixels = static_cast<std::size_t>(inputs_.pack().pixels());
  for (int slot = 0; slot < count_; ++slot) {  // Inputs hides the masks of control C1
    inputs_.show_mask(batch, slot, masks.subspan(static_cast<std::size_t>(slot) * pixels, pixels));
  }
  const auto step = spec_.refine.mode == RefineMode::ascent ? climb : predict;
  step(net_, batch, count_, spec_.numerics.precision, next);
}

void Refiner::refine(std::span<const float> masks, Prediction& next) {
  run(batch_, masks, next);
}

void Refiner::refine_mirrored(std::span<const float> masks, Prediction& next) {
  run(mirrored_batch_, mirrored(masks, spec_.image_size), next);
  next.masks = mirrored(std::span<const float>(next.masks), spec_.image_size);
}

}  // namespace hone
