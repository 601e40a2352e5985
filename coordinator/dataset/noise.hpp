#pragma once

#include <vector>

#include "common/random.hpp"

namespace hone {

/// Smooth random texture over the unit square: the sum of lattices of random values, each twice as
/// fine and half as strong as the one before.
class Noise {
 public:
  /// Draws the lattices. Requires: cells >= 1 (of the coarsest lattice, a side), octaves >= 1.
  Noise(Random& random, int cells, int octaves);

  /// The value at (x, y) in [0,1]^2, in [-1, 1].
  double at(double x, double y) const;

 private:
  struct Lattice {
    int cells = 1;
    std::vector<double> values;  // (cells + 1)^2, in [-1, 1]
  };
  std::vector<Lattice> lattices_;
};

}  // namespace hone
