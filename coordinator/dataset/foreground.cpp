#include "coordinator/dataset/foreground.hpp"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/ingest.hpp"

namespace hone {

namespace {

constexpr std::uint8_t foreground_value = 255;
constexpr std::uint8_t unknown_value = 1;

void add_extremes(const cv::Mat& pixels, std::vector<std::string>& conditions) {
  const int foreground = cv::countNonZero(pixels);
  if (foreground == 0) conditions.emplace_back("empty_masks");
  if (foreground == pixels.rows * pixels.cols) conditions.emplace_back("full_masks");
}

Foreground by_default(const cv::Mat& grey) {
  constexpr double threshold = 128;
  double largest = 0;
  cv::minMaxLoc(grey, nullptr, &largest);
  Foreground result;
  result.pixels = grey >= (largest == 1 ? 1 : threshold);
  const int foreground = cv::countNonZero(result.pixels);
  if (largest == 1) result.conditions.emplace_back("zero_one_masks");
  if (largest > 1 && foreground == 0) result.conditions.emplace_back("dark_masks");
  add_extremes(result.pixels, result.conditions);
  if (foreground != cv::countNonZero(grey) || foreground != cv::countNonZero(grey == largest)) {
    if (foreground != 0) result.conditions.emplace_back("masks_with_grey_levels");
  }
  return result;
}

/// What every grey value becomes.
cv::Mat table_of(const ForegroundRule& rule) {
  cv::Mat table(1, 256, CV_8UC1);
  for (int value = 0; value < 256; ++value) {
    const int level = value / rule.scale;
    const bool exact = value % rule.scale == 0;
    const bool listed =
        std::find(rule.levels.begin(), rule.levels.end(), level) != rule.levels.end();
    const bool inside = rule.levels.empty() ? level >= rule.at_least : exact && listed;
    const bool known = rule.labels.empty() || (exact && level < std::ssize(rule.labels));
    table.at<std::uint8_t>(value) = !known   ? unknown_value
                                    : inside ? foreground_value
                                             : std::uint8_t{0};
  }
  return table;
}

[[noreturn]] void refuse_value(const cv::Mat& grey, const cv::Mat& unknown,
                               const ForegroundRule& rule, const std::filesystem::path& file) {
  cv::Point at;
  cv::minMaxLoc(unknown, nullptr, nullptr, nullptr, &at);
  const int value = grey.at<std::uint8_t>(at);
  cv::Size whole;
  cv::Point corner;  // of what was kept in the whole mask, where people will look
  grey.locateROI(whole, corner);
  at += corner;
  std::string hint;
  if (has_extension(file, ".jpg") || has_extension(file, ".jpeg")) {
    hint = "; JPEG does not keep values: masks with labels are PNG or BMP";
  }
  throw IngestError(file.string() + ": has the grey value " + std::to_string(value) +
                    " at column " + std::to_string(at.x) + ", row " + std::to_string(at.y) +
                    "; expected " + expected_values(rule) + hint);
}

}  // namespace

Foreground foreground_of(const cv::Mat& grey, const ForegroundRule& rule,
                         const std::filesystem::path& file) {
  if (rule.is_default()) return by_default(grey);
  Foreground result;
  cv::LUT(grey, table_of(rule), result.pixels);
  const cv::Mat unknown = result.pixels == unknown_value;
  if (cv::countNonZero(unknown) > 0) refuse_value(grey, unknown, rule, file);
  add_extremes(result.pixels, result.conditions);
  return result;
}

cv::Rect labelled_region(const cv::Mat& grey, double margin) {
  const cv::Rect whole({0, 0}, grey.size());
  const cv::Rect region = cv::boundingRect(grey);
  if (region.empty()) return whole;
  const int grown = static_cast<int>(margin * std::max(region.width, region.height));
  return whole & cv::Rect(region.x - grown, region.y - grown, region.width + 2 * grown,
                          region.height + 2 * grown);
}

}  // namespace hone
