#include "coordinator/dataset/noise.hpp"

#include <algorithm>
#include <cstddef>

namespace hone {

namespace {

double smooth(double t) {
  return t * t * (3 - 2 * t);
}

double mix(double a, double b, double t) {
  return a + (b - a) * t;
}

}  // namespace

Noise::Noise(Random& random, int cells, int octaves) {
  for (int octave = 0; octave < octaves; ++octave) {
    Lattice lattice;
    lattice.cells = cells << octave;
    const auto side = static_cast<std::size_t>(lattice.cells) + 1;
    for (std::size_t i = 0; i < side * side; ++i) lattice.values.push_back(random.uniform(-1, 1));
    lattices_.push_back(std::move(lattice));
  }
}

double Noise::at(double x, double y) const {
  double sum = 0;
  double weight = 1;
  double weights = 0;
  for (const Lattice& lattice : lattices_) {
    const double u = std::clamp(x, 0.0, 1.0) * lattice.cells;
    const double v = std::clamp(y, 0.0, 1.0) * lattice.cells;
    const int column = std::min(static_cast<int>(u), lattice.cells - 1);
    const int row = std::min(static_cast<int>(v), lattice.cells - 1);
    const auto value = [&](int r, int c) {
      const std::size_t side = static_cast<std::size_t>(lattice.cells) + 1;
      return lattice.values[static_cast<std::size_t>(r) * side + static_cast<std::size_t>(c)];
    };
    const double tx = smooth(u - column);
    const double ty = smooth(v - row);
    sum += weight * mix(mix(value(row, column), value(row, column + 1), tx),
                        mix(value(row + 1, column), value(row + 1, column + 1), tx), ty);
    weights += weight;
    weight /= 2;
  }
  return sum / weights;
}

}  // namespace hone
