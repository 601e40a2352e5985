#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/measurement.hpp"
#include "worker/training/film_sample.hpp"

namespace hone {

/// Iterations of a film strip, at most: a sheet of 1024 pixels a side stays within what browsers
/// draw.
inline constexpr int most_film_frames = 31;

/// A soft mask of [0, 1] as 8 bits: 255 times its value, and above 127 just where the value is
/// above mask_threshold, so that a cut mask is exactly the one that was scored.
std::vector<std::uint8_t> quantised(std::span<const float> mask);

/// A grey PNG. `pixels` are rows of `width`. Throws std::runtime_error if it cannot be made.
std::string grey_png(std::span<const std::uint8_t> pixels, int width);

/// Collects what an evaluation leaves to be looked at: of a few images (FilmSample) the mask at
/// every iteration, one below the other in one PNG an image, its sheet.
///
/// The file is a safetensors file: images i32 [N], ascending positions in the pack; iterations
/// i32 [F], those that a sheet shows, from above; sheets u8 [B], the PNGs; starts i64 [N + 1], of
/// which image n's is from starts[n] to starts[n + 1].
class FilmStrip {
 public:
  /// Of at most `limit` of a split's `images` images with masks of `side` pixels a side. The
  /// iterations are 0 to `last`, or so many evenly spread ones, those two among them.
  FilmStrip(int limit, std::size_t images, int side, int last);

  /// Whether masks of the iteration are shown.
  bool shows(int iteration) const;

  /// Begins with another batch of the split's images, in its order.
  void begin(std::span<const std::int32_t> images);

  /// The soft mask of the batch's i-th image at the next iteration that is shown.
  void add(std::size_t i, std::span<const float> mask);

  /// Ends the batch, of which these are the rows.
  void end(std::span<const Measurement> rows);

  /// Writes the file. Throws std::runtime_error if it cannot.
  void write(const std::filesystem::path& file) const;

 private:
  int side_;
  std::vector<std::int32_t> iterations_;
  FilmSample sample_;
  std::size_t before_ = 0;  // images of earlier batches
  std::vector<std::int32_t> batch_;
  std::vector<std::vector<std::uint8_t>> frames_;  // of each image of the batch
  std::map<std::int32_t, std::string> sheets_;     // by image
  std::string fault_;                              // why there is no strip; write() says it
};

}  // namespace hone
