#include "worker/training/elastic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/training/blur.hpp"
#include "worker/training/resample.hpp"

namespace hone {

namespace {

constexpr double uniform_deviation = 0.57735026918962576;  // of U(-1, 1)

/// What a Gaussian of this deviation leaves of white noise' deviation.
double noise_kept_by_gaussian(double sigma) {
  return std::min(1.0, 1 / (2 * std::sqrt(std::numbers::pi) * std::max(sigma, 1e-9)));
}

/// How far one coordinate moves, by the place relative to the centre.
struct Affine {
  double constant = 0;
  double by_x = 0;
  double by_y = 0;
  double at(double x, double y) const { return constant + by_x * x + by_y * y; }
};

/// The map that moves the corners (side, side), (side, -side) and (-side, -side) by `moves`, each
/// times `reach`.
Affine moved(const double* moves, double reach, double side) {
  return {.constant = reach * (moves[0] + moves[2]) / 2,
          .by_x = reach * (moves[1] - moves[2]) / (2 * side),
          .by_y = reach * (moves[0] - moves[1]) / (2 * side)};
}

void fill_with_noise(std::vector<float>& field, Random& random, double factor) {
  constexpr double half = 32768;
  for (std::size_t i = 0; i < field.size(); i += 2) {  // 16 bits are plenty for a displacement
    const std::uint32_t bits = random.next();
    const auto value = [&](std::uint32_t sixteen) {
      return static_cast<float>((static_cast<double>(sixteen) + 0.5 - half) / half * factor);
    };
    field[i] = value(bits & 0xffffU);
    if (i + 1 < field.size()) field[i + 1] = value(bits >> 16U);
  }
}

}  // namespace

ElasticWarp::ElasticWarp(int size) : size_(size), scale_(size / 128.0) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  across_.resize(pixels);
  down_.resize(pixels);
}

void ElasticWarp::draw(double sigma, Random& random) {
  // Three boxes of radius r are as wide as a Gaussian of about r + 1/2.
  const int radius = std::max(0, static_cast<int>(std::lround(sigma * scale_ - 0.5)));
  const double factor = 1 / (uniform_deviation * noise_kept_by_blur(radius));
  for (std::vector<float>* field : {&across_, &down_}) {
    fill_with_noise(*field, random, factor);
    blur(*field, size_, radius, scratch_);
  }
  for (double& move : moves_) move = random.uniform(-1, 1);
  strength_ = scale_ * uniform_deviation * noise_kept_by_gaussian(sigma);
}

void ElasticWarp::apply(std::span<const std::uint8_t> truth, double alpha, double affine,
                        std::span<float> result) const {
  // From the result to the truth: an affine map and its inverse have all but the same law.
  const double centre = size_ / 2.0;
  const double reach = affine * scale_;
  const Affine across = moved(&moves_[0], reach, size_ / 3.0);
  const Affine down = moved(&moves_[3], reach, size_ / 3.0);
  const double amplitude = alpha * strength_;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const auto i = static_cast<std::size_t>(y * size_ + x);
      const double right = x + amplitude * static_cast<double>(across_[i]) - centre;
      const double low = y + amplitude * static_cast<double>(down_[i]) - centre;
      const double from_x = centre + right + across.at(right, low);
      const double from_y = centre + low + down.at(right, low);
      result[i] = std::clamp(sample_reflected(truth.data(), size_, from_x, from_y), 0.0F, 1.0F);
    }
  }
}

}  // namespace hone
