#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "common/digest.hpp"

/// Image files as OpenCV's matrices, before any rule is applied.
namespace hone {

struct RawImage {
  cv::Mat pixels;  // as stored: 1, 3 or 4 channels of 8 or 16 bits, blue first
  Digest content;  // of the file's bytes
};

/// Reads and decodes a file. Throws IngestError, naming it, for what ingest does not accept.
RawImage read_raw(const std::filesystem::path& file);

/// 8 bits a channel, red first. Alpha is dropped, 65535 becomes 255.
cv::Mat to_rgb(const cv::Mat& pixels);

/// Masks of 8 bits. Of 16 bits are scaled likewise, but not if none is above `plain`.
cv::Mat mask_to_grey(const cv::Mat& pixels, double plain);

/// The conditions of PackManifest::counts that a file's channels and depth show.
std::vector<std::string> image_conditions(const cv::Mat& pixels);
std::vector<std::string> mask_conditions(const cv::Mat& pixels);

/// Area-resized; the same matrix if it has that size.
cv::Mat area_resized(const cv::Mat& pixels, cv::Size size);

}  // namespace hone
