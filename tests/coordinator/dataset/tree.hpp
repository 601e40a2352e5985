#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <random>
#include <string>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// A folder of its own that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / ("hone-test-" + std::to_string(random()));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void write_image(const std::filesystem::path& file, const cv::Mat& pixels) {
  std::filesystem::create_directories(file.parent_path());
  if (!cv::imwrite(file.string(), pixels)) throw std::runtime_error(file.string());
}

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A colour picture that is another one for every `tone`.
inline cv::Mat photo(int tone, int width = 40, int height = 30) {
  cv::Mat pixels(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      pixels.at<cv::Vec3b>(y, x) = {static_cast<unsigned char>(10 + tone),
                                    static_cast<unsigned char>(5 * x),
                                    static_cast<unsigned char>(7 * y)};
    }
  }
  return pixels;
}

/// A mask whose left half is `value`, the rest 0.
inline cv::Mat half_mask(int width = 40, int height = 30, int value = 255) {
  cv::Mat pixels = cv::Mat::zeros(height, width, CV_8UC1);
  pixels.colRange(0, width / 2) = value;
  return pixels;
}

/// A folder of the layout `pairs` with good pairs a, b and c, to be spoiled by a test.
class PairsTree {
 public:
  PairsTree() {
    for (int i = 0; i < 3; ++i) {
      const std::string name = std::string(1, static_cast<char>('a' + i)) + ".png";
      write_image(image(name), photo(i));
      write_image(mask(name), half_mask());
    }
    request.layout = "pairs";
    request.directory = folder.path() / "data";
    request.image_size = 16;
    request.threads = 1;
  }

  std::filesystem::path image(const std::string& name) const {
    return folder.path() / "data" / "images" / name;
  }
  std::filesystem::path mask(const std::string& name) const {
    return folder.path() / "data" / "masks" / name;
  }
  std::filesystem::path store() const { return folder.path() / "store"; }

  IngestResult ingested() const { return ingest(request, store()); }

  /// What was counted.
  std::map<std::string, std::int64_t> counts() const { return ingested().manifest.counts; }

  /// The message of the refusal, after seeing that nothing was left in the store.
  std::string refusal() const {
    try {
      ingested();
    } catch (const IngestError& error) {
      const bool clean = !std::filesystem::exists(store()) || std::filesystem::is_empty(store());
      return clean ? error.what() : "left something in the store";
    }
    return "accepted";
  }

  TemporaryFolder folder;
  IngestRequest request;
};

}  // namespace hone
