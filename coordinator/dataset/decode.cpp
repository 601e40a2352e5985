#include "coordinator/dataset/decode.hpp"

#include <algorithm>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "coordinator/dataset/image_file.hpp"
#include "coordinator/dataset/ingest.hpp"

namespace hone {

namespace {

struct RawImage {
  cv::Mat pixels;  // as stored: 1, 3 or 4 channels of 8 or 16 bits, blue first
  Digest content;
};

RawImage read_raw(const std::filesystem::path& file) {
  const std::vector<unsigned char> bytes = read_image_file(file);
  check_image_file(file, bytes);
  RawImage raw;
  raw.content = sha256(std::as_bytes(std::span(bytes)));
  try {
    raw.pixels = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception&) {
    raw.pixels.release();
  }
  if (raw.pixels.empty()) {
    throw IngestError(file.string() + ": cannot be decoded; the file is damaged");
  }
  if (raw.pixels.depth() != CV_8U && raw.pixels.depth() != CV_16U) {
    throw IngestError(file.string() + ": has neither 8 nor 16 bits a channel; convert it to 8");
  }
  const int channels = raw.pixels.channels();
  if (channels != 1 && channels != 3 && channels != 4) {
    throw IngestError(file.string() + ": has " + std::to_string(channels) +
                      " channels; convert it to grey, RGB or RGBA");
  }
  return raw;
}

/// 8 bits a channel: 65535 becomes 255.
cv::Mat to_8_bits(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return pixels;
  cv::Mat result;
  pixels.convertTo(result, CV_8U, 1.0 / 257);
  return result;
}

/// Likewise, but a mask of {0,1} stays one instead of vanishing.
cv::Mat mask_to_8_bits(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return pixels;
  double largest = 0;
  cv::minMaxLoc(pixels.reshape(1), nullptr, &largest);
  if (largest > 1) return to_8_bits(pixels);
  cv::Mat result;
  pixels.convertTo(result, CV_8U);
  return result;
}

cv::Mat converted(const cv::Mat& pixels, int code) {
  cv::Mat result;
  cv::cvtColor(pixels, result, code);
  return result;
}

cv::Mat to_rgb(const cv::Mat& pixels) {
  if (pixels.channels() == 1) return converted(pixels, cv::COLOR_GRAY2RGB);
  return converted(pixels, pixels.channels() == 4 ? cv::COLOR_BGRA2RGB : cv::COLOR_BGR2RGB);
}

cv::Mat to_grey(const cv::Mat& pixels) {
  if (pixels.channels() == 1) return pixels;
  return converted(pixels, pixels.channels() == 4 ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
}

cv::Mat resized(const cv::Mat& pixels, int size) {
  if (pixels.rows == size && pixels.cols == size) return pixels;
  cv::Mat result;
  cv::resize(pixels, result, {size, size}, 0, 0, cv::INTER_AREA);
  return result;
}

/// 255 where the source is foreground, else 0. Notes what was unusual about the source.
cv::Mat foreground_of(const cv::Mat& grey, std::vector<std::string>& conditions) {
  constexpr double threshold = 128;
  double largest = 0;
  cv::minMaxLoc(grey, nullptr, &largest);
  const int total = grey.rows * grey.cols;
  cv::Mat result = grey >= (largest == 1 ? 1 : threshold);
  const int foreground = cv::countNonZero(result);
  if (largest == 1) conditions.emplace_back("zero_one_masks");
  if (largest > 1 && foreground == 0) conditions.emplace_back("dark_masks");
  if (foreground == 0) conditions.emplace_back("empty_masks");
  if (foreground == total) conditions.emplace_back("full_masks");
  if (foreground != cv::countNonZero(grey) || foreground != cv::countNonZero(grey == largest)) {
    if (foreground != 0) conditions.emplace_back("masks_with_grey_levels");
  }
  return result;
}

NativeMask runs_of(const cv::Mat& mask) {
  RunWriter writer(255);
  for (int y = 0; y < mask.rows; ++y) {
    writer.add_row({mask.ptr<std::uint8_t>(y), static_cast<std::size_t>(mask.cols)});
  }
  return writer.finish();
}

}  // namespace

const char* const foreground_rule =
    "a source pixel is foreground where its grey value is at least 128 of 255 (at least 1 in a "
    "mask whose largest value is 1); area-resized, then foreground where the share is at least 0.5";

DecodedImage decode_image(const std::filesystem::path& file, int size) {
  const RawImage raw = read_raw(file);
  DecodedImage image;
  image.content = raw.content;
  image.width = raw.pixels.cols;
  image.height = raw.pixels.rows;
  if (raw.pixels.channels() == 1) image.conditions.emplace_back("grey_images");
  if (raw.pixels.channels() == 4) image.conditions.emplace_back("alpha_images");
  if (raw.pixels.depth() == CV_16U) image.conditions.emplace_back("sixteen_bit_images");
  const cv::Mat rgb = resized(to_rgb(to_8_bits(raw.pixels)), size);
  const auto plane = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  image.pixels.resize(3 * plane);
  for (int y = 0; y < size; ++y) {
    const auto* row = rgb.ptr<cv::Vec3b>(y);
    for (int x = 0; x < size; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(size) +
                      static_cast<std::size_t>(x);
      for (int c = 0; c < 3; ++c)
        image.pixels[static_cast<std::size_t>(c) * plane + at] = row[x][c];
    }
  }
  return image;
}

DecodedMask decode_mask(const std::filesystem::path& file, int size) {
  const RawImage raw = read_raw(file);
  DecodedMask mask;
  mask.content = raw.content;
  mask.width = raw.pixels.cols;
  mask.height = raw.pixels.rows;
  if (raw.pixels.channels() == 3) mask.conditions.emplace_back("colour_masks");
  if (raw.pixels.channels() == 4) mask.conditions.emplace_back("alpha_masks");
  if (raw.pixels.depth() == CV_16U) mask.conditions.emplace_back("sixteen_bit_masks");
  const cv::Mat grey = to_grey(mask_to_8_bits(raw.pixels));
  const cv::Mat native = foreground_of(grey, mask.conditions);
  mask.native = runs_of(native);
  const cv::Mat small = resized(native, size);
  // The resize rounds shares of 255 to whole numbers, 127.5 upwards: 128 is a share of 0.5.
  const cv::Mat cut = (small >= 128) / 255;
  mask.pixels.assign(cut.begin<std::uint8_t>(), cut.end<std::uint8_t>());
  const int foreground = cv::countNonZero(cut);
  mask.foreground = static_cast<double>(foreground) / static_cast<double>(mask.pixels.size());
  const bool empty = std::find(mask.conditions.begin(), mask.conditions.end(), "empty_masks") !=
                     mask.conditions.end();
  if (foreground == 0 && !empty) mask.conditions.emplace_back("masks_lost_in_resize");
  return mask;
}

void quieten_decoders() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::setNumThreads(1);
}

}  // namespace hone
