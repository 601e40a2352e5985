#include "coordinator/dataset/lesions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "common/random.hpp"
#include "coordinator/dataset/noise.hpp"

namespace hone {

namespace {

using Colour = std::array<double, 3>;  // red, green, blue in [0, 1]

struct Point {
  double x = 0;  // in [0, 1] within the picture
  double y = 0;
};

double distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

double ramp(double low, double high, double value) {
  const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// Multiplies towards `tint`: absorbing colours, as pigment and blood are.
void absorb(Colour& colour, const Colour& tint, double strength) {
  for (std::size_t c = 0; c < 3; ++c) colour[c] *= 1 - strength * (1 - tint[c]);
}

/// A closed curve around a centre whose radius is a short Fourier series of the angle.
class Outline {
 public:
  Outline(Random& random, Point centre, double radius)
      : centre_(centre), radius_(radius), squeeze_(random.uniform(0.6, 1)) {
    tilt_ = random.uniform(0, std::numbers::pi);
    const double roughness = random.uniform(0.05, 0.3);
    for (std::size_t k = 0; k < waves; ++k) {
      strength_[k] = roughness * random.uniform(-1, 1) / std::sqrt(static_cast<double>(k + 1));
      phase_[k] = random.uniform(0, 2 * std::numbers::pi);
    }
  }

  /// Distance from the centre in units of the curve: below 1 inside, above 1 outside.
  double depth(Point p) const {
    const double x = p.x - centre_.x;
    const double y = p.y - centre_.y;
    const double along = x * std::cos(tilt_) + y * std::sin(tilt_);
    const double across = (y * std::cos(tilt_) - x * std::sin(tilt_)) / squeeze_;
    const double reach = std::hypot(along, across) / radius_;
    if (reach > 4) return reach;  // far outside whatever the waves say
    const double angle = std::atan2(across, along);
    double scale = 1;
    for (std::size_t k = 0; k < waves; ++k) {
      scale += strength_[k] * std::cos(static_cast<double>(k + 2) * angle + phase_[k]);
    }
    return reach / std::max(scale, 0.25);
  }

 private:
  static constexpr std::size_t waves = 6;
  Point centre_;
  double radius_;
  double squeeze_;
  double tilt_ = 0;
  std::array<double, waves> strength_{};
  std::array<double, waves> phase_{};
};

/// What colours a patch of skin: the lesion, or a distractor.
struct Patch {
  Outline outline;
  Colour tint;
  double strength = 0;  // at its middle, [0, 1]
  double edge = 0;      // half the width of its border, in units of depth
};

/// A bent line of even width, as straight pieces.
struct Hair {
  static constexpr std::size_t pieces = 10;
  std::array<Point, pieces + 1> points;
  Point low, high;  // corners of a box around all that it covers
  double width = 0;
  double strength = 0;
};

double square(double x) {
  return x * x;
}

double squared_distance_to_piece(Point p, Point a, Point b) {
  const double x = b.x - a.x;
  const double y = b.y - a.y;
  const double length = std::max(1e-12, square(x) + square(y));
  const double t = std::clamp(((p.x - a.x) * x + (p.y - a.y) * y) / length, 0.0, 1.0);
  return square(p.x - a.x - t * x) + square(p.y - a.y - t * y);
}

double distance_to_hair(const Hair& hair, Point p) {
  constexpr double far = 4;
  if (p.x < hair.low.x || p.y < hair.low.y || p.x > hair.high.x || p.y > hair.high.y) return far;
  double nearest = far;
  for (std::size_t i = 0; i < Hair::pieces; ++i) {
    const double away = squared_distance_to_piece(p, hair.points[i], hair.points[i + 1]);
    nearest = std::min(nearest, away);
  }
  return std::sqrt(nearest);
}

struct Scene {
  Colour skin;
  Noise texture;
  Noise pigment;
  Point light;
  double shade;
  double vignette;
  Patch lesion;
  std::vector<Patch> distractors;
  std::vector<Hair> hairs;
};

Point anywhere(Random& random, double margin) {
  const double x = random.uniform(margin, 1 - margin);
  return {x, random.uniform(margin, 1 - margin)};
}

Colour skin_colour(Random& random) {
  const double light = random.uniform(0.6, 0.95);
  const double warmth = random.uniform(0.08, 0.22);
  return {light, light - warmth, light - warmth * random.uniform(1.2, 1.9)};
}

Patch draw_lesion_patch(Random& random) {
  const Point centre = anywhere(random, 0.18);
  const Outline outline(random, centre, random.uniform(0.15, 0.36));
  const double brown = random.uniform(0.1, 0.45);
  const Colour tint = {brown + random.uniform(0.05, 0.3), brown, brown * random.uniform(0.5, 1)};
  return {outline, tint, random.uniform(0.3, 0.85), random.uniform(0.04, 0.3)};
}

/// Small moles as dark as a lesion, and large flushes that are red rather than brown.
Patch draw_distractor(Random& random) {
  const Point centre = anywhere(random, 0);
  if (random.below(2) == 0) {
    const Outline outline(random, centre, random.uniform(0.02, 0.06));
    const double dark = random.uniform(0.1, 0.4);
    return {outline, {dark + 0.15, dark, dark}, random.uniform(0.4, 0.9), 0.3};
  }
  const Outline outline(random, centre, random.uniform(0.08, 0.22));
  return {outline,
          {1, random.uniform(0.3, 0.55), random.uniform(0.4, 0.6)},
          random.uniform(0.3, 0.7),
          random.uniform(0.3, 0.6)};
}

/// A quadratic curve from border to border or less.
Hair draw_hair(Random& random) {
  const Point from = anywhere(random, -0.1);
  const Point to = anywhere(random, -0.1);
  const double bend_x = (from.x + to.x) / 2 + random.uniform(-0.3, 0.3);
  const double bend_y = (from.y + to.y) / 2 + random.uniform(-0.3, 0.3);
  Hair hair;
  for (std::size_t i = 0; i <= Hair::pieces; ++i) {
    const double t = static_cast<double>(i) / Hair::pieces;
    const double s = 1 - t;
    hair.points[i] = {s * s * from.x + 2 * s * t * bend_x + t * t * to.x,
                      s * s * from.y + 2 * s * t * bend_y + t * t * to.y};
  }
  hair.width = random.uniform(0.003, 0.008);
  const double margin = 2 * hair.width + 0.07;  // half a pixel of the smallest pictures
  const auto [left, right] = std::minmax_element(hair.points.begin(), hair.points.end(),
                                                 [](Point a, Point b) { return a.x < b.x; });
  const auto [top, bottom] = std::minmax_element(hair.points.begin(), hair.points.end(),
                                                 [](Point a, Point b) { return a.y < b.y; });
  hair.low = {left->x - margin, top->y - margin};
  hair.high = {right->x + margin, bottom->y + margin};
  hair.strength = random.uniform(0.4, 0.9);
  return hair;
}

Scene draw_scene(Random& random) {
  const Colour skin = skin_colour(random);
  Noise texture(random, 4, 5);
  Noise pigment(random, 5, 4);
  const Point light = anywhere(random, -0.5);
  const double shade = random.uniform(0, 0.25);
  const double vignette = random.below(3) == 0 ? random.uniform(0.3, 0.9) : 0;
  const Patch lesion = draw_lesion_patch(random);
  Scene scene{skin, texture, pigment, light, shade, vignette, lesion, {}, {}};
  for (std::uint32_t i = random.below(5) + 1; i > 0; --i) {
    scene.distractors.push_back(draw_distractor(random));
  }
  for (std::uint32_t i = random.below(3) == 0 ? 0 : random.below(14); i > 0; --i) {
    scene.hairs.push_back(draw_hair(random));
  }
  return scene;
}

void absorb_patch(Colour& colour, const Patch& patch, Point p, double uneven) {
  const double inside = 1 - ramp(1 - patch.edge, 1 + patch.edge, patch.outline.depth(p));
  if (inside > 0) absorb(colour, patch.tint, inside * patch.strength * (1 + 0.35 * uneven));
}

Colour colour_at(const Scene& scene, Point p, double pixel) {
  Colour colour = scene.skin;
  const double grain = 1 + 0.18 * scene.texture.at(p.x, p.y);
  const double uneven = scene.pigment.at(p.x, p.y);
  for (double& channel : colour) channel *= grain;
  for (const Patch& patch : scene.distractors) absorb_patch(colour, patch, p, uneven);
  absorb_patch(colour, scene.lesion, p, uneven);
  for (const Hair& hair : scene.hairs) {
    const double away = distance_to_hair(hair, p);
    const double cover = 1 - ramp(hair.width - pixel / 2, hair.width + pixel / 2, away);
    absorb(colour, {0.2, 0.15, 0.12}, cover * hair.strength);
  }
  const double shade = 1 - scene.shade * distance(p, scene.light);
  const double corner = 1 - scene.vignette * ramp(0.42, 0.75, distance(p, {0.5, 0.5}));
  for (double& channel : colour) channel *= shade * corner;
  return colour;
}

}  // namespace

Lesion draw_lesion(std::int64_t seed, int index, int size) {
  Random random({static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(index)});
  const Scene scene = draw_scene(random);
  const double grain = random.uniform(0.01, 0.04);
  const auto plane = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  Lesion lesion;
  lesion.image.resize(3 * plane);
  lesion.mask.resize(plane);
  for (std::size_t at = 0; at < plane; ++at) {
    const std::size_t column = at % static_cast<std::size_t>(size);
    const std::size_t row = at / static_cast<std::size_t>(size);
    const Point p = {(static_cast<double>(column) + 0.5) / size,
                     (static_cast<double>(row) + 0.5) / size};
    const Colour colour = colour_at(scene, p, 1.0 / size);
    for (std::size_t c = 0; c < 3; ++c) {
      const double noisy = colour[c] + grain * (random.uniform(-1, 1) + random.uniform(-1, 1));
      lesion.image[c * plane + at] =
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(noisy, 0.0, 1.0)));
    }
    lesion.mask[at] = scene.lesion.outline.depth(p) < 1 ? 1 : 0;
  }
  return lesion;
}

std::string lesion_id(int index) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "lesion_%06d", index);
  return text.data();
}

}  // namespace hone
