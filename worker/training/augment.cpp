#include "worker/training/augment.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "worker/training/resample.hpp"

namespace hone {

namespace {

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

JointAugmentation::JointAugmentation(int size, ImageAugmentation kind) : size_(size), kind_(kind) {
  for (std::size_t grey = 0; grey < contrast_.size(); ++grey)
    contrast_[grey] = static_cast<float>(grey) / 255.0F;
}

void JointAugmentation::draw(Random& random) {
  const double flip = random.below(2) == 0 ? 1 : -1;
  if (kind_ == ImageAugmentation::flip) {
    x_map_[0] = flip < 0 ? size_ - 1 : 0;
    x_map_[1] = flip;
    return;
  }
  draw_move(flip, random);
  draw_contrast(random);
}

void JointAugmentation::draw_move(double flip, Random& random) {
  const double wide = random.uniform(0.8, 1.2);
  const double high = random.uniform(0.8, 1.2);
  const double right = random.uniform(-0.1, 0.1) * size_;
  const double down = random.uniform(-0.1, 0.1) * size_;
  const double shear = random.uniform(-0.1, 0.1);
  const double centre = (size_ - 1) / 2.0;
  x_map_[1] = flip * wide;
  x_map_[2] = -flip * high * std::sin(shear);
  y_map_[1] = 0;
  y_map_[2] = high * std::cos(shear);
  x_map_[0] = centre + right - (x_map_[1] + x_map_[2]) * centre;
  y_map_[0] = centre + down - y_map_[2] * centre;
}

void JointAugmentation::draw_contrast(Random& random) {
  const double gain = std::max(1e-3, random.uniform(0, 5));
  const double middle = random.uniform(0.3, 0.7);
  const double darkest = logistic(-gain * middle);
  const double brightest = logistic(gain * (1 - middle));
  for (std::size_t grey = 0; grey < contrast_.size(); ++grey) {
    const double bent = logistic(gain * (static_cast<double>(grey) / 255 - middle));
    contrast_[grey] = static_cast<float>((bent - darkest) / (brightest - darkest));
  }
}

template <class From, class Use>
void JointAugmentation::map(const From* from, const Use& use) const {
  std::size_t i = 0;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x, ++i) {
      const double from_x = x_map_[0] + x_map_[1] * x + x_map_[2] * y;
      const double from_y = y_map_[0] + y_map_[1] * x + y_map_[2] * y;
      use(i, sample_reflected(from, size_, from_x, from_y));
    }
  }
}

void JointAugmentation::change_image(std::span<const std::uint8_t> image,
                                     std::span<float> result) const {
  const std::size_t pixels = image.size() / 3;
  std::vector<float> plane(pixels);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto source = image.subspan(channel * pixels, pixels);
    std::transform(source.begin(), source.end(), plane.begin(),
                   [&](std::uint8_t grey) { return contrast_[grey]; });
    const auto target = result.subspan(channel * pixels, pixels);
    map(plane.data(), [&](std::size_t i, float value) { target[i] = value; });
  }
}

void JointAugmentation::change_mask(std::span<const float> mask, std::span<float> result) const {
  map(mask.data(), [&](std::size_t i, float value) { result[i] = std::clamp(value, 0.0F, 1.0F); });
}

void JointAugmentation::change_truth(std::span<const std::uint8_t> truth,
                                     std::span<std::uint8_t> result) const {
  map(truth.data(), [&](std::size_t i, float value) {
    result[i] = value >= 0.5F ? std::uint8_t{1} : std::uint8_t{0};
  });
}

}  // namespace hone
