#include "coordinator/dataset/picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <vector>

#include "common/tensor_file.hpp"
#include "coordinator/dataset/film_strip.hpp"
#include "coordinator/dataset/mapped_artifact.hpp"

namespace hone {

namespace {

constexpr std::int64_t most_side = 4096;  // pixels

/// A 16-bit float in [0, 1] as a grey of 8 bits; anything else is clamped.
std::uint8_t grey_of(std::uint16_t half) {
  const int exponent = (half >> 10U) & 0x1fU;
  const int fraction = half & 0x3ffU;
  const double value =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  const bool below = (half & 0x8000U) != 0;
  return static_cast<std::uint8_t>(std::lround(255 * (below ? 0 : std::min(value, 1.0))));
}

/// Height x width, with as many channels as the tensor has.
cv::Mat plane_of(const TensorView& tensor, std::size_t channel, std::int64_t index) {
  const auto height = static_cast<std::size_t>(tensor.shape[2]);
  const auto width = static_cast<std::size_t>(tensor.shape[3]);
  const auto channels = static_cast<std::size_t>(tensor.shape[1]);
  const std::size_t size = height * width * size_of(tensor.type);
  const auto bytes =
      tensor.bytes.subspan((static_cast<std::size_t>(index) * channels + channel) * size, size);
  cv::Mat plane(static_cast<int>(height), static_cast<int>(width), CV_8U);
  if (tensor.type == ElementType::u8) {
    std::memcpy(plane.data, bytes.data(), size);
    if (channels == 1) plane *= 255;
    return plane;
  }
  for (std::size_t i = 0; i < height * width; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes.data() + i * sizeof(half), sizeof(half));
    plane.data[i] = grey_of(half);
  }
  return plane;
}

void require_picture(const TensorView& tensor, const std::string& name, std::int64_t index) {
  const auto& shape = tensor.shape;
  const bool fits = shape.size() == 4 && (shape[1] == 1 || shape[1] == 3) && shape[2] > 0 &&
                    shape[3] > 0 && shape[2] <= most_side && shape[3] <= most_side;
  const bool readable =
      tensor.type == ElementType::u8 || (tensor.type == ElementType::f16 && fits && shape[1] == 1);
  if (!fits || !readable) throw PictureError("'" + name + "' holds no pictures");
  if (index < 0 || index >= shape[0])
    throw PictureError("'" + name + "' has pictures 0 to " + std::to_string(shape[0] - 1) +
                       ", not " + std::to_string(index));
}

}  // namespace

std::string png_of(const std::filesystem::path& file, const std::string& name, std::int64_t index) {
  if (name == film_sheets) return FilmStripFile(file).sheet(index);
  const MappedArtifact artifact(file);
  const TensorFile& content = artifact.content();
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end()) throw PictureError("the artifact has no '" + name + "'");
  require_picture(found->second, name, index);
  std::vector<cv::Mat> planes;
  for (std::int64_t c = found->second.shape[1]; c-- > 0;)  // OpenCV has blue first
    planes.push_back(plane_of(found->second, static_cast<std::size_t>(c), index));
  cv::Mat picture;
  cv::merge(planes, picture);
  std::vector<unsigned char> png;
  cv::imencode(".png", picture, png);
  return {png.begin(), png.end()};
}

}  // namespace hone
