#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone {

/// What refining came to for one image.
struct FilmFacts {
  std::int32_t image = 0;   // position in the pack
  std::size_t ordinal = 0;  // in its split, from 0
  double gain = 0;          // Dice of the last mask less that of the first
  double disagreement = 0;  // how far the net's own word is from the truth, in [0, 1]
};

/// Chooses which images of a split are worth looking at: the greatest gains, the greatest losses,
/// the most disagreement, and an even spread over the split, in equal parts. Ties go to the image
/// that comes first, so that the same facts give the same choice in whatever parts they come.
class FilmSample {
 public:
  /// Chooses `limit` of a split's `images` images, or all if there are no more.
  FilmSample(std::size_t limit, std::size_t images);

  /// Takes note of more images. Those that can no longer be chosen are forgotten.
  void add(const std::vector<FilmFacts>& more);

  /// Whether the image may still be chosen. At most four times the limit may.
  bool may_choose(std::int32_t image) const;

  /// The chosen images of those added, ascending.
  std::vector<std::int32_t> chosen() const;

 private:
  using Ranking = std::vector<FilmFacts>;
  std::array<Ranking, 4> rankings() const;

  std::size_t limit_;
  std::vector<std::size_t> spread_;  // ordinals, first come first chosen
  std::vector<FilmFacts> facts_;
};

}  // namespace hone
