#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// What boundary metrics ask of a mask, worked out once. The outside is every pixel that the mask
/// lacks and everything beyond the image.
struct Outline {
  int size = 0;                       // of the image, pixels a side
  std::vector<std::size_t> boundary;  // the mask's pixels with a 4-neighbour outside, ascending
  std::vector<float> to_boundary;     // squared distance from every pixel; infinite for no mask
  std::vector<std::uint8_t> band;     // the mask's pixels at most `band_width` from the outside
};

/// How thick the band of Boundary IoU is, in pixels: 2 % of the image's diagonal, rounded, at least
/// one.
int band_width(double diagonal);

/// Of a mask in {0, 1} with size * size pixels. All distances are Euclidean and exact.
Outline outline_of(std::span<const std::uint8_t> mask, int size);

/// The 95th percentile, interpolated linearly as numpy does by default, of the distances in pixels
/// from each boundary pixel of either mask to the other's boundary, both directions pooled. Two
/// empty masks are 0 apart, one empty mask and another the image's diagonal. Symmetric. Requires:
/// equal sizes (as below).
double hd95(const Outline& first, const Outline& second);

/// Boundary IoU (Cheng et al. 2021): the Jaccard index of the two bands; two empty masks score 1.
double boundary_iou(const Outline& first, const Outline& second);

/// numpy.percentile(sqrt(squares), 95) of squared distances, which are put into another order.
/// Requires: not empty.
double root_of_percentile_95(std::vector<double>& squares);

}  // namespace hone
