#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "coordinator/dataset/pixel_rule.hpp"

namespace hone {

/// A mask's foreground, with what was unusual about it.
struct Foreground {
  cv::Mat pixels;                       // 255 where the source is foreground, else 0
  std::vector<std::string> conditions;  // names for PackManifest::counts
};

/// Applies the rule to a grey mask. Throws IngestError, naming `file`, if a pixel has none of the
/// rule's labels.
Foreground foreground_of(const cv::Mat& grey, const ForegroundRule& rule,
                         const std::filesystem::path& file);

/// The smallest rectangle around all pixels that are not 0, grown by `margin` (see PixelRule) and
/// clamped; the whole mask if all are 0.
cv::Rect labelled_region(const cv::Mat& grey, double margin);

}  // namespace hone
