#include "coordinator/dataset/decode.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core/utils/logger.hpp>

#include "coordinator/dataset/foreground.hpp"
#include "coordinator/dataset/raw_image.hpp"

namespace hone {

namespace {

NativeMask runs_of(const cv::Mat& mask) {
  RunWriter writer(255);
  for (int y = 0; y < mask.rows; ++y) {
    writer.add_row({mask.ptr<std::uint8_t>(y), static_cast<std::size_t>(mask.cols)});
  }
  return writer.finish();
}

SourceFacts facts_of(const RawImage& raw) {
  return {raw.content, raw.pixels.cols, raw.pixels.rows};
}

std::string sides(const cv::Mat& pixels) {
  return std::to_string(pixels.cols) + "x" + std::to_string(pixels.rows);
}

/// What of image and mask alike is kept. Requires: `grey` is the whole mask.
cv::Rect kept_region(const Source& source, const cv::Mat& image, const cv::Mat& grey,
                     const PixelRule& rule) {
  if (image.size() != grey.size()) {
    throw IngestError(source.mask.string() + ": " + sides(grey) + ", but its image is " +
                      sides(image) + "; to be cropped alike, both must be of one size");
  }
  const cv::Rect inner(rule.border, rule.border, grey.cols - 2 * rule.border,
                       grey.rows - 2 * rule.border);
  if (inner.width < 1 || inner.height < 1) {
    throw IngestError(source.mask.string() + ": " + sides(grey) + ", of which a border of " +
                      std::to_string(rule.border) + " pixels leaves nothing");
  }
  if (!rule.margin) return inner;
  return labelled_region(grey(inner), *rule.margin) + inner.tl();
}

cv::Mat shrunk(const cv::Mat& pixels, double factor) {
  const auto side = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(length * factor)));
  };
  return area_resized(pixels, {side(pixels.cols), side(pixels.rows)});
}

std::vector<std::uint8_t> planes_of(const cv::Mat& rgb) {
  const std::size_t plane = rgb.total();
  std::vector<std::uint8_t> planes(3 * plane);
  std::size_t at = 0;
  for (int y = 0; y < rgb.rows; ++y) {
    const auto* row = rgb.ptr<cv::Vec3b>(y);
    for (int x = 0; x < rgb.cols; ++x, ++at) {
      for (int c = 0; c < 3; ++c) planes[static_cast<std::size_t>(c) * plane + at] = row[x][c];
    }
  }
  return planes;
}

/// The resize rounds shares of 255 to whole numbers, 127.5 upwards: 128 is a share of 0.5.
cv::Mat cut_at_half(const cv::Mat& shares) {
  return shares >= 128;
}

void set_mask(DecodedPair& pair, const cv::Mat& native, int size) {
  pair.native = runs_of(native);
  const cv::Mat cut = cut_at_half(area_resized(native, {size, size})) / 255;
  pair.mask_pixels.assign(cut.begin<std::uint8_t>(), cut.end<std::uint8_t>());
  const int foreground = cv::countNonZero(cut);
  pair.foreground = static_cast<double>(foreground) / static_cast<double>(cut.total());
  const bool empty = std::find(pair.conditions.begin(), pair.conditions.end(), "empty_masks") !=
                     pair.conditions.end();
  if (foreground == 0 && !empty) pair.conditions.emplace_back("masks_lost_in_resize");
}

}  // namespace

DecodedPair decode_pair(const Source& source, const PixelRule& rule, int size) {
  const RawImage raw_image = read_raw(source.image);
  const RawImage raw_mask = read_raw(source.mask);
  DecodedPair pair;
  pair.image = facts_of(raw_image);
  pair.mask = facts_of(raw_mask);
  const auto note = [&](const std::vector<std::string>& conditions) {
    pair.conditions.insert(pair.conditions.end(), conditions.begin(), conditions.end());
  };
  note(image_conditions(raw_image.pixels));
  note(mask_conditions(raw_mask.pixels));

  cv::Mat image = raw_image.pixels;
  // Labels of 16 bits are plain numbers; pictures of 16 bits are brighter than any label.
  cv::Mat grey = mask_to_grey(raw_mask.pixels, rule.foreground.is_default() ? 1 : 255);
  if (rule.crops()) {
    const cv::Rect kept = kept_region(source, image, grey, rule);
    image = image(kept);
    grey = grey(kept);
  }
  Foreground foreground = foreground_of(grey, rule.foreground, source.mask);
  note(foreground.conditions);
  if (rule.shrink < 1) {
    image = shrunk(image, rule.shrink);
    foreground.pixels = cut_at_half(shrunk(foreground.pixels, rule.shrink));
  }
  pair.image_pixels = planes_of(area_resized(to_rgb(image), {size, size}));
  set_mask(pair, foreground.pixels, size);
  return pair;
}

void quieten_decoders() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::setNumThreads(1);
}

}  // namespace hone
