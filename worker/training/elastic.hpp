#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/random.hpp"

namespace hone {

/// The elastic deformation of ref. [15]: an affine map that moves three points at random, then a
/// smooth random displacement of every pixel; bilinear, mirrored beyond the edges. Lengths are
/// pixels of an image of 128 a side and scale with the image. Drawing and applying are apart, so
/// that one draw serves many strengths. Not thread-safe.
class ElasticWarp {
 public:
  /// For masks of `size` pixels a side. Requires: size >= 2.
  explicit ElasticWarp(int size);

  /// Draws the directions of all displacements, smooth over `sigma` pixels (0: every pixel on its
  /// own).
  void draw(double sigma, Random& random);

  /// Warps a mask with what was drawn last. `alpha` scales uniform noise in [-1, 1) before it is
  /// smoothed; the three points move by up to `affine` pixels each way. Requires: both spans hold
  /// size * size pixels.
  void apply(std::span<const std::uint8_t> truth, double alpha, double affine,
             std::span<float> result) const;

 private:
  int size_;
  double scale_;                                // of lengths given for 128 pixels
  double strength_ = 0;                         // pixels of displacement for alpha = 1, RMS
  std::vector<float> across_, down_, scratch_;  // expected RMS 1
  std::array<double, 6> moves_{};               // of the three points, in [-1, 1)
};

}  // namespace hone
