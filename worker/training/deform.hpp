#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/random.hpp"
#include "worker/training/elastic.hpp"

namespace hone {

/// The five families of ref. [15] (A11). Lengths are pixels of an image of 128 a side and scale
/// with the image. In brackets: the fixed uniform law of `augmentation: simple` (A13).
enum class Deformation : std::uint8_t {
  elastic,         // random affine map and a smooth random displacement [up to 10 pixels RMS]
  morphology,      // dilation or erosion by a disk [with a radius in 1..20]
  noise,           // pixels flipped [any number, up to all]
  rotation,        // about the centre [by any angle]
  flip_and_shift,  // shifted [by up to 30 pixels each way], then flipped across, down or both
};

inline constexpr int deformation_count = 5;

/// What is drawn from a fitted law; a kind reads as many of them as it has:
/// elastic {alpha, sigma, affine} (ElasticWarp), morphology {radius; below 0 it erodes}, noise
/// {share of the pixels}, rotation {degrees}, flip_and_shift {right, down, way: 1 across, 2 down, 3
/// both}.
using DeformationParameters = std::array<float, 3>;

/// Deforms true masks into the bad masks that a refiner learns to repair. Keeps its scratch memory
/// from call to call. Not thread-safe.
class Deformer {
 public:
  /// For masks of `size` pixels a side. Requires: size >= 2.
  explicit Deformer(int size);

  /// One of the five with its simple law, each equally likely (A11). `result` is in [0, 1]; edges
  /// stay soft where a map falls between pixels. Requires: both spans hold size * size pixels,
  /// truth in {0, 1}.
  void deform(std::span<const std::uint8_t> truth, Random& random, std::span<float> result);

  /// This one, with its simple law.
  void deform(Deformation kind, std::span<const std::uint8_t> truth, Random& random,
              std::span<float> result);

  /// This one, with these parameters; what they leave open (a field, which pixels) is random.
  void deform(Deformation kind, const DeformationParameters& parameters,
              std::span<const std::uint8_t> truth, Random& random, std::span<float> result);

 private:
  using Truth = std::span<const std::uint8_t>;
  using Result = std::span<float>;

  void warp_simply(Truth truth, Random& random, Result result);
  void resize(Truth truth, double radius, Result result);
  void flip_pixels(Truth truth, std::uint32_t wanted, Random& random, Result result) const;
  void rotate(Truth truth, double angle, Result result) const;
  void flip_and_shift(Truth truth, int right, int low, std::uint32_t way, Result result) const;

  void draw_displacement(Random& random, double sigma, double amplitude, std::vector<float>& field);
  float sample(Truth truth, double x, double y) const;
  float at(Truth truth, int x, int y) const;

  int size_;
  double scale_;  // of lengths given for 128 pixels
  ElasticWarp elastic_;
  std::vector<float> across_, down_, scratch_;
};

}  // namespace hone
