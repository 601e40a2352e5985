#include "tests/bench/noise_pack.hpp"

#include <fstream>
#include <span>
#include <vector>

#include "common/random.hpp"
#include "common/tensor_file.hpp"

namespace hone::bench {

void write_noise_pack(const std::filesystem::path& folder, int count, int size) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const auto n = static_cast<std::size_t>(count);
  std::vector<std::uint8_t> images(n * 3 * pixels);
  std::vector<std::uint8_t> masks(n * pixels);
  std::vector<std::int32_t> groups(n);
  Random random({1});
  for (auto& value : images) value = static_cast<std::uint8_t>(random.below(256));
  for (std::size_t i = 0; i < masks.size(); ++i) {
    groups[i / pixels] = static_cast<std::int32_t>(i / pixels);
    masks[i] = i % pixels / static_cast<std::size_t>(size) < static_cast<std::size_t>(size) / 2;
  }
  const std::vector<std::uint16_t> base(n * pixels, 0x3800);  // 0.5
  const auto bytes = [](const auto& numbers) { return std::as_bytes(std::span(numbers)); };
  TensorFile pack;
  pack.tensors["images"] = {ElementType::u8, {count, 3, size, size}, bytes(images)};
  pack.tensors["masks"] = {ElementType::u8, {count, 1, size, size}, bytes(masks)};
  pack.tensors["groups"] = {ElementType::i32, {count}, bytes(groups)};
  TensorFile grey;
  grey.tensors["masks"] = {ElementType::f16, {count, 1, size, size}, bytes(base)};
  std::ofstream(folder / "pack", std::ios::binary) << serialize_tensor_file(pack);
  std::ofstream(folder / "masks", std::ios::binary) << serialize_tensor_file(grey);
}

}  // namespace hone::bench
