#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/random.hpp"
#include "common/spec.hpp"

namespace hone {

/// Random changes of an image together with its masks (A12, `image_augmentation: joint`), after
/// ref. [15]: flipped across or not, zoomed by 0.8 to 1.2 and shifted by up to a tenth of the image
/// each way, sheared by up to 0.1 radian, mirrored beyond the edges; and, on the image alone, a
/// sigmoid contrast (ref. [15] does not say how strong; here with a gain of up to 5 about a
/// middle in 0.3..0.7, ends kept). One draw serves an image and all of its masks. `flip` flips as
/// `joint` does, and nothing else.
class JointAugmentation {
 public:
  /// For images of `size` pixels a side. Requires: size >= 2; no draw of `none`.
  JointAugmentation(int size, ImageAugmentation kind);

  void draw(Random& random);

  /// A picture, u8 [3,S,S]: mapped and with the contrast, in [0, 1], bilinear.
  void change_image(std::span<const std::uint8_t> image, std::span<float> result) const;

  /// A mask in [0, 1], [S,S], bilinear.
  void change_mask(std::span<const float> mask, std::span<float> result) const;

  /// A truth in {0, 1}, [S,S]: bilinear, and again 1 from one half on.
  void change_truth(std::span<const std::uint8_t> truth, std::span<std::uint8_t> result) const;

 private:
  template <class From, class Use>
  void map(const From* from, const Use& use) const;

  void draw_move(double flip, Random& random);
  void draw_contrast(Random& random);

  int size_;
  ImageAugmentation kind_;
  double x_map_[3] = {0, 1, 0};  // constant, by x, by y, from the result's place to the source's
  double y_map_[3] = {0, 0, 1};
  std::array<float, 256> contrast_{};
};

}  // namespace hone
