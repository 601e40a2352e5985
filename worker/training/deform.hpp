#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/random.hpp"

namespace hone {

/// The five families of method section 1.1.1, with fixed uniform parameters instead of fitted ones
/// (A11, A13: `augmentation: simple`). Lengths are pixels of an image of 128 a side and scale with
/// the image.
enum class Deformation : std::uint8_t {
  elastic,         // random affine map and a smooth random displacement of up to 10 pixels RMS
  morphology,      // dilation or erosion by a disk with a radius in [1, 20]
  noise,           // any number of pixels flipped, up to all
  rotation,        // by any angle about the centre
  flip_and_shift,  // by up to 30 pixels each way, then flipped across, down or both
};

inline constexpr int deformation_count = 5;

/// Deforms true masks into the bad masks that a refiner learns to repair. Keeps its scratch memory
/// from call to call. Not thread-safe.
class Deformer {
 public:
  /// For masks of `size` pixels a side. Requires: size >= 2.
  explicit Deformer(int size);

  /// One of the five, each equally likely (A11). `result` is in [0, 1]; edges stay soft where a map
  /// falls between pixels. Requires: both spans hold size * size pixels, truth in {0, 1}.
  void deform(std::span<const std::uint8_t> truth, Random& random, std::span<float> result);

  /// This one.
  void deform(Deformation kind, std::span<const std::uint8_t> truth, Random& random,
              std::span<float> result);

 private:
  using Truth = std::span<const std::uint8_t>;
  using Result = std::span<float>;

  void warp_elastically(Truth truth, Random& random, Result result);
  void grow_or_shrink(Truth truth, Random& random, Result result);
  void flip_pixels(Truth truth, Random& random, Result result) const;
  void rotate(Truth truth, Random& random, Result result) const;
  void flip_and_shift(Truth truth, Random& random, Result result) const;

  void draw_displacement(Random& random, double sigma, double amplitude, std::vector<float>& field);
  float sample(Truth truth, double x, double y) const;
  float at(Truth truth, int x, int y) const;

  int size_;
  double scale_;  // of lengths given for 128 pixels
  std::vector<float> across_, down_, scratch_;
};

}  // namespace hone
