#include "worker/training/refinement.hpp"

#include <algorithm>

#include "worker/training/fit.hpp"

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

Refiner::Refiner(const TrialSpec& spec, const UNet& net)
    : spec_(spec),
      net_(net),
      batch_(evaluation_batch, 4, spec.image_size, spec.numerics.layout),
      mirrored_batch_(evaluation_batch, 4, spec.image_size, spec.numerics.layout),
      nothing_(pixels()) {}

std::size_t Refiner::pixels() const {
  return static_cast<std::size_t>(spec_.image_size) * static_cast<std::size_t>(spec_.image_size);
}

void Refiner::look_at(const Pack& pack, std::span<const std::int32_t> images) {
  count_ = static_cast<int>(images.size());
  for (int slot = 0; slot < count_; ++slot) {
    const auto image = pack.image(images[static_cast<std::size_t>(slot)]);
    batch_.set_image(slot, image);
    mirrored_batch_.set_image(slot, mirrored(image, spec_.image_size));
  }
}

// The one place where the evaluation of control C1 differs.
void Refiner::show_mask(Batch& batch, int slot, std::span<const float> mask) {
  batch.set_mask(slot, spec_.refine.mask_input == MaskInput::zero ? nothing_ : mask);
}

void Refiner::run(const Batch& batch, Prediction& next) const {
  const auto step = spec_.refine.mode == RefineMode::ascent ? climb : predict;
  step(net_, batch, count_, spec_.numerics.precision, next);
}

void Refiner::refine(std::span<const float> masks, Prediction& next) {
  for (int slot = 0; slot < count_; ++slot) {
    show_mask(batch_, slot, masks.subspan(static_cast<std::size_t>(slot) * pixels(), pixels()));
  }
  run(batch_, next);
}

void Refiner::refine_mirrored(std::span<const float> masks, Prediction& next) {
  const std::vector<float> turned = mirrored(masks, spec_.image_size);
  for (int slot = 0; slot < count_; ++slot) {
    const auto start = static_cast<std::size_t>(slot) * pixels();
    show_mask(mirrored_batch_, slot, std::span(turned).subspan(start, pixels()));
  }
  run(mirrored_batch_, next);
  next.masks = mirrored(std::span<const float>(next.masks), spec_.image_size);
}

}  // namespace hone
