#include "worker/training/deform.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

#include "worker/training/blur.hpp"
#include "worker/training/distance.hpp"

namespace hone {

Deformer::Deformer(int size) : size_(size), scale_(size / 128.0), elastic_(size) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  across_.resize(pixels);
  down_.resize(pixels);
  scratch_.resize(pixels);
}

void Deformer::deform(Truth truth, Random& random, Result result) {
  deform(static_cast<Deformation>(random.below(deformation_count)), truth, random, result);
}

void Deformer::deform(Deformation kind, Truth truth, Random& random, Result result) {
  switch (kind) {
    case Deformation::elastic:
      return warp_simply(truth, random, result);
    case Deformation::morphology: {
      const double sign = random.below(2) == 0 ? 1 : -1;
      return resize(truth, sign * random.uniform(1, 20), result);
    }
    case Deformation::noise:
      return flip_pixels(truth, random.below(static_cast<std::uint32_t>(truth.size()) + 1), random,
                         result);
    case Deformation::rotation:
      return rotate(truth, random.uniform(0, 2 * std::numbers::pi), result);
    case Deformation::flip_and_shift: {
      const int reach = std::max(1, static_cast<int>(std::lround(30 * scale_)));
      const auto offset = [&] {
        return static_cast<int>(random.below(static_cast<std::uint32_t>(2 * reach + 1))) - reach;
      };
      const int right = offset();
      const int low = offset();
      return flip_and_shift(truth, right, low, 1 + random.below(3), result);
    }
  }
}

void Deformer::deform(Deformation kind, const DeformationParameters& parameters, Truth truth,
                      Random& random, Result result) {
  const auto value = [&](std::size_t i) { return static_cast<double>(parameters[i]); };
  const auto scaled = [&](std::size_t i) {
    return static_cast<int>(std::lround(value(i) * scale_));
  };
  switch (kind) {
    case Deformation::elastic:
      elastic_.draw(value(1), random);
      return elastic_.apply(truth, value(0), value(2), result);
    case Deformation::morphology:
      return resize(truth, value(0), result);
    case Deformation::noise: {
      const double wanted = value(0) * static_cast<double>(truth.size());
      return flip_pixels(truth, static_cast<std::uint32_t>(std::lround(wanted)), random, result);
    }
    case Deformation::rotation:
      return rotate(truth, value(0) / 180 * std::numbers::pi, result);
    case Deformation::flip_and_shift:
      return flip_and_shift(truth, scaled(0), scaled(1),
                            static_cast<std::uint32_t>(std::lround(value(2))), result);
  }
}

float Deformer::at(Truth truth, int x, int y) const {
  if (x < 0 || y < 0 || x >= size_ || y >= size_) return 0;
  return truth[static_cast<std::size_t>(y * size_ + x)];
}

float Deformer::sample(Truth truth, double x, double y) const {
  const double left = std::floor(std::clamp(x, -2.0, size_ + 1.0));
  const double top = std::floor(std::clamp(y, -2.0, size_ + 1.0));
  const auto u = static_cast<float>(std::clamp(x - left, 0.0, 1.0));
  const auto v = static_cast<float>(std::clamp(y - top, 0.0, 1.0));
  const int i = static_cast<int>(left);
  const int j = static_cast<int>(top);
  const float upper = at(truth, i, j) * (1 - u) + at(truth, i + 1, j) * u;
  const float lower = at(truth, i, j + 1) * (1 - u) + at(truth, i + 1, j + 1) * u;
  return std::clamp(upper * (1 - v) + lower * v, 0.0F, 1.0F);
}

void Deformer::draw_displacement(Random& random, double sigma, double amplitude,
                                 std::vector<float>& field) {
  for (float& value : field) value = static_cast<float>(random.uniform(-1, 1));
  blur(field, size_, std::max(1, static_cast<int>(std::lround(sigma))), scratch_);
  double squares = 0;
  for (const float value : field) squares += static_cast<double>(value) * value;
  const double rms = std::sqrt(squares / static_cast<double>(field.size()));
  const auto factor = static_cast<float>(rms > 0 ? amplitude / rms : 0);
  for (float& value : field) value *= factor;
}

void Deformer::warp_simply(Truth truth, Random& random, Result result) {
  const double sigma = random.uniform(4, 12.8) * scale_;
  const double amplitude = random.uniform(0, 10) * scale_;
  const double affine = random.uniform(0, 0.1);
  const auto bend = [&] { return random.uniform(-affine, affine); };
  const double matrix[2][2] = {{1 + bend(), bend()}, {bend(), 1 + bend()}};
  const double shift[2] = {bend() * size_, bend() * size_};
  draw_displacement(random, sigma, amplitude, across_);
  draw_displacement(random, sigma, amplitude, down_);
  const double centre = (size_ - 1) / 2.0;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const auto i = static_cast<std::size_t>(y * size_ + x);
      const double from_x = matrix[0][0] * (x - centre) + matrix[0][1] * (y - centre);
      const double from_y = matrix[1][0] * (x - centre) + matrix[1][1] * (y - centre);
      result[i] = sample(truth, centre + from_x + shift[0] + static_cast<double>(across_[i]),
                         centre + from_y + shift[1] + static_cast<double>(down_[i]));
    }
  }
}

void Deformer::resize(Truth truth, double radius, Result result) {
  const bool grow = radius > 0;
  const double pixels = std::max(1.0, std::abs(radius) * scale_);
  const auto reach = static_cast<float>(pixels * pixels);
  squared_distances(truth, grow ? std::uint8_t{1} : std::uint8_t{0}, size_, scratch_);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool reached = scratch_[i] <= reach;
    result[i] = reached == grow ? 1.0F : 0.0F;
  }
}

void Deformer::flip_pixels(Truth truth, std::uint32_t wanted, Random& random, Result result) const {
  const auto count = static_cast<std::uint32_t>(truth.size());
  for (std::uint32_t i = 0; i < count; ++i) {  // each pixel at most once, exactly `wanted` of them
    const bool flip = random.below(count - i) < wanted;
    wanted -= flip ? 1 : 0;
    result[i] = (truth[i] != 0) != flip ? 1.0F : 0.0F;
  }
}

void Deformer::rotate(Truth truth, double angle, Result result) const {
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double centre = (size_ - 1) / 2.0;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const double right = x - centre;
      const double low = y - centre;
      result[static_cast<std::size_t>(y * size_ + x)] =
          sample(truth, centre + cosine * right + sine * low, centre - sine * right + cosine * low);
    }
  }
}

void Deformer::flip_and_shift(Truth truth, int right, int low, std::uint32_t way,
                              Result result) const {
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const int from_x = ((way & 1U) != 0 ? size_ - 1 - x : x) - right;
      const int from_y = ((way & 2U) != 0 ? size_ - 1 - y : y) - low;
      result[static_cast<std::size_t>(y * size_ + x)] = at(truth, from_x, from_y);
    }
  }
}

}  // namespace hone
