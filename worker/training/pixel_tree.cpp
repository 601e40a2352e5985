#include "worker/training/pixel_tree.hpp"

#include <algorithm>
#include <cassert>

namespace hone {

namespace {

constexpr std::size_t leaf = 8;  // pixels that are looked at one by one

enum class Axis : std::uint8_t { x, y };

int along(const Pixel& pixel, Axis axis) {
  return axis == Axis::x ? pixel.x : pixel.y;
}

Axis turned(Axis axis) {
  return axis == Axis::x ? Axis::y : Axis::x;
}

std::int64_t squared_distance(const Pixel& a, const Pixel& b) {
  const std::int64_t x = a.x - b.x;
  const std::int64_t y = a.y - b.y;
  return x * x + y * y;
}

/// Puts the middle pixel along `axis` between those before and behind it, and so on in both halves.
void halve(std::vector<Pixel>& pixels, std::size_t begin, std::size_t end, Axis axis) {
  if (end - begin <= leaf) return;
  const std::size_t middle = begin + (end - begin) / 2;
  const auto at = [&](std::size_t i) { return pixels.begin() + static_cast<std::ptrdiff_t>(i); };
  std::nth_element(at(begin), at(middle), at(end), [axis](const Pixel& a, const Pixel& b) {
    return along(a, axis) < along(b, axis);
  });
  halve(pixels, begin, middle, turned(axis));
  halve(pixels, middle + 1, end, turned(axis));
}

}  // namespace

struct PixelTree::Search {
  const std::vector<Pixel>& pixels;
  Pixel from;
  std::size_t nearest = 0;
  std::int64_t best = 0;

  void look_at(std::size_t i) {
    const std::int64_t squared = squared_distance(from, pixels[i]);
    if (squared >= best) return;
    best = squared;
    nearest = i;
  }

  void search(std::size_t begin, std::size_t end, Axis axis) {
    if (end - begin <= leaf) {
      for (std::size_t i = begin; i < end; ++i) look_at(i);
      return;
    }
    const std::size_t middle = begin + (end - begin) / 2;
    const std::int64_t away = along(from, axis) - along(pixels[middle], axis);
    look_at(middle);
    const auto before = [&] { search(begin, middle, turned(axis)); };
    const auto behind = [&] { search(middle + 1, end, turned(axis)); };
    away < 0 ? before() : behind();
    if (away * away >= best) return;
    away < 0 ? behind() : before();
  }
};

PixelTree::PixelTree(std::vector<Pixel> pixels) : pixels_(std::move(pixels)) {
  halve(pixels_, 0, pixels_.size(), Axis::x);
}

void PixelTree::add_squared_distances(const std::vector<Pixel>& from,
                                      std::vector<double>& squares) const {
  assert(!pixels_.empty());
  Search search{.pixels = pixels_, .from = {}};
  for (const Pixel& pixel : from) {
    search.from = pixel;
    // What was nearest to the last pixel is seldom far from this one, and bounds the search.
    search.best = squared_distance(pixel, pixels_[search.nearest]);
    search.search(0, pixels_.size(), Axis::x);
    squares.push_back(static_cast<double>(search.best));
  }
}

}  // namespace hone
