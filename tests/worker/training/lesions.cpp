#include "tests/worker/training/lesions.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numbers>
#include <set>

#include "common/random.hpp"
#include "worker/training/files.hpp"

namespace hone::test {

namespace {

Mask ellipse(int lesion, int size) {
  Random random({11, static_cast<std::uint64_t>(lesion)});
  const double x = random.uniform(0.42, 0.58) * size;
  const double y = random.uniform(0.42, 0.58) * size;
  const double across = random.uniform(0.15, 0.38) * size;
  const double down = random.uniform(0.15, 0.38) * size;
  const double turn = random.uniform(0, std::numbers::pi);
  Mask mask;
  for (int i = 0; i < size * size; ++i) {
    const double right = i % size - x;
    const double low = i / size - y;
    const double u = (right * std::cos(turn) + low * std::sin(turn)) / across;
    const double v = (low * std::cos(turn) - right * std::sin(turn)) / down;
    mask.push_back(u * u + v * v <= 1);
  }
  return mask;
}

/// A bitmap of one bit a pixel, as PH2's masks are.
class Bitmap {
 public:
  explicit Bitmap(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    width_ = number(18);
    height_ = number(22);
  }

  /// The share of white in one of `size` by `size` cells.
  double white(int cell_x, int cell_y, int size) const {
    int sum = 0;
    int count = 0;
    for (int y = cell_y * height_ / size; y < (cell_y + 1) * height_ / size; ++y) {
      for (int x = cell_x * width_ / size; x < (cell_x + 1) * width_ / size; ++x, ++count) {
        sum += is_white(x, height_ - 1 - y) ? 1 : 0;  // the rows are stored from the bottom
      }
    }
    return static_cast<double>(sum) / count;
  }

 private:
  std::uint8_t byte(int at) const {
    return static_cast<std::uint8_t>(bytes_.at(static_cast<std::size_t>(at)));
  }
  int number(int at) const {
    return byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
  }
  bool is_white(int x, int row) const {
    const int stride = (width_ + 31) / 32 * 4;
    const int bit = byte(number(10) + row * stride + x / 8) >> (7 - x % 8) & 1;
    return byte(54 + 4 * bit) > 127;  // through the palette
  }

  std::string bytes_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::vector<Mask> generated_lesions(int count, int size) {
  std::vector<Mask> masks;
  for (int i = 0; i < count; ++i) masks.push_back(ellipse(i, size));
  return masks;
}

std::vector<Mask> ph2_lesions(const std::filesystem::path& tree, int count, int size) {
  std::set<std::filesystem::path> files;  // in the order of their names
  if (std::filesystem::is_directory(tree)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tree)) {
      if (entry.path().filename().string().ends_with("_lesion.bmp")) files.insert(entry.path());
    }
  }
  std::vector<Mask> masks;
  for (const auto& file : files) {
    if (static_cast<int>(masks.size()) == count) break;
    const Bitmap bitmap(file);
    Mask& mask = masks.emplace_back();
    for (int i = 0; i < size * size; ++i)
      mask.push_back(bitmap.white(i % size, i / size, size) >= 0.5);
  }
  return masks;
}

void write_lesion_pack(const std::filesystem::path& file, const std::vector<Mask>& masks,
                       int size) {
  const auto count = static_cast<std::int64_t>(masks.size());
  std::vector<std::uint8_t> truths;
  std::vector<std::int32_t> groups;
  for (const Mask& mask : masks) {
    truths.insert(truths.end(), mask.begin(), mask.end());
    groups.push_back(static_cast<std::int32_t>(groups.size()));
  }
  const std::vector<std::uint8_t> images(3 * truths.size(), 128);
  const auto bytes = [](const auto& numbers) { return std::as_bytes(std::span(numbers)); };
  TensorFile content;
  content.tensors["images"] = {ElementType::u8, {count, 3, size, size}, bytes(images)};
  content.tensors["masks"] = {ElementType::u8, {count, 1, size, size}, bytes(truths)};
  content.tensors["groups"] = {ElementType::i32, {count}, bytes(groups)};
  write_tensor_file(file, content);
}

}  // namespace hone::test
