#include "coordinator/dataset/raw_image.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>

#include "coordinator/dataset/image_file.hpp"
#include "coordinator/dataset/ingest.hpp"

namespace hone {

namespace {

/// 8 bits a channel: 65535 becomes 255.
cv::Mat to_8_bits(const cv::Mat& pixels) {
  if (pixels.depth() == CV_8U) return pixels;
  cv::Mat result;
  pixels.convertTo(result, CV_8U, 1.0 / 257);
  return result;
}

cv::Mat converted(const cv::Mat& pixels, int code) {
  cv::Mat result;
  cv::cvtColor(pixels, result, code);
  return result;
}

}  // namespace

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

cv::Mat to_rgb(const cv::Mat& pixels) {
  const cv::Mat bytes = to_8_bits(pixels);
  if (bytes.channels() == 1) return converted(bytes, cv::COLOR_GRAY2RGB);
  return converted(bytes, bytes.channels() == 4 ? cv::COLOR_BGRA2RGB : cv::COLOR_BGR2RGB);
}

cv::Mat mask_to_grey(const cv::Mat& pixels, double plain) {
  cv::Mat bytes = pixels;
  if (pixels.depth() != CV_8U) {
    double largest = 0;
    cv::minMaxLoc(pixels.reshape(1), nullptr, &largest);
    pixels.convertTo(bytes, CV_8U, largest > plain ? 1.0 / 257 : 1.0);
  }
  if (bytes.channels() == 1) return bytes;
  return converted(bytes, bytes.channels() == 4 ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
}

std::vector<std::string> image_conditions(const cv::Mat& pixels) {
  std::vector<std::string> conditions;
  if (pixels.channels() == 1) conditions.emplace_back("grey_images");
  if (pixels.channels() == 4) conditions.emplace_back("alpha_images");
  if (pixels.depth() == CV_16U) conditions.emplace_back("sixteen_bit_images");
  return conditions;
}

std::vector<std::string> mask_conditions(const cv::Mat& pixels) {
  std::vector<std::string> conditions;
  if (pixels.channels() == 3) conditions.emplace_back("colour_masks");
  if (pixels.channels() == 4) conditions.emplace_back("alpha_masks");
  if (pixels.depth() == CV_16U) conditions.emplace_back("sixteen_bit_masks");
  return conditions;
}

cv::Mat area_resized(const cv::Mat& pixels, cv::Size size) {
  if (pixels.size() == size) return pixels;
  cv::Mat result;
  cv::resize(pixels, result, size, 0, 0, cv::INTER_AREA);
  return result;
}

}  // namespace hone
