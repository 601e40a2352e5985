#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone {

struct Pixel {
  int x = 0;
  int y = 0;
};

/// Finds the nearest of given pixels: a k-d tree without nodes, in the order of its own halving.
class PixelTree {
 public:
  explicit PixelTree(std::vector<Pixel> pixels);

  /// Neighbours in the list tend to be neighbours in the image.
  const std::vector<Pixel>& pixels() const { return pixels_; }

  /// The squared Euclidean distances from every pixel of `from` to the nearest one here, appended
  /// to `squares`. Exact. Requires: not empty.
  void add_squared_distances(const std::vector<Pixel>& from, std::vector<double>& squares) const;

 private:
  struct Search;

  std::vector<Pixel> pixels_;
};

}  // namespace hone
