#pragma once

#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "common/tensor_file.hpp"
#include "tests/coordinator/dataset/tree.hpp"

namespace hone {

/// The tensors of a pack file, read as a stranger would.
class PackTensors {
 public:
  explicit PackTensors(const std::filesystem::path& file)
      : text_(read_text(file)), content_(parse_tensor_file(std::as_bytes(std::span(text_)))) {}
  PackTensors(const PackTensors&) = delete;
  PackTensors& operator=(const PackTensors&) = delete;

  std::vector<std::uint8_t> bytes(const std::string& name) const {
    return values<std::uint8_t>(name);
  }

  std::vector<std::int32_t> ints(const std::string& name) const {
    return values<std::int32_t>(name);
  }

  /// Whether the tensor begins at a multiple of 4 bytes from the file's begin.
  bool is_aligned(const std::string& name) const {
    const auto* const begin = reinterpret_cast<const std::byte*>(text_.data());
    return (content_.tensors.at(name).bytes.data() - begin) % 4 == 0;
  }

  /// Mask `i` at its own resolution, {0,255}. Throws if its runs do not fill it.
  cv::Mat native_mask(int i) const {
    const auto at = static_cast<std::size_t>(i);
    const auto sizes = ints("native.sizes");
    const auto starts = ints("native.starts");
    const auto runs = ints("native.runs");
    std::vector<std::uint8_t> pixels;
    for (int run = starts.at(at); run < starts.at(at + 1); ++run) {
      const std::uint8_t value = (run - starts.at(at)) % 2 == 0 ? 0 : 255;
      pixels.insert(pixels.end(), static_cast<std::size_t>(runs.at(static_cast<std::size_t>(run))),
                    value);
    }
    const int height = sizes.at(2 * at);
    const int width = sizes.at(2 * at + 1);
    if (std::ssize(pixels) != std::ptrdiff_t{1} * height * width) {
      throw std::runtime_error("runs do not fill the mask");
    }
    return cv::Mat(height, width, CV_8UC1, pixels.data()).clone();
  }

 private:
  template <class T>
  std::vector<T> values(const std::string& name) const {
    const auto bytes = content_.tensors.at(name).bytes;
    std::vector<T> result(bytes.size() / sizeof(T));
    std::memcpy(result.data(), bytes.data(), bytes.size());
    return result;
  }

  std::string text_;
  TensorFile content_;
};

}  // namespace hone
