#include <array>
#include <span>

#include "common/tensor_file.hpp"
#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {

namespace {

void take(std::string_view bytes) {
  TensorFile file;
  try {
    file = parse_tensor_file(std::as_bytes(std::span(bytes)));
  } catch (const TensorFileError&) {
    return;
  }
  const std::byte* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.bytes.empty()) continue;
    expect(tensor.bytes.data() >= begin && tensor.bytes.size() <= bytes.size() &&
               tensor.bytes.data() + tensor.bytes.size() <= begin + bytes.size(),
           "a tensor lies inside its file");
  }
  const std::string written = serialize_tensor_file(file);
  const TensorFile again = parse_tensor_file(std::as_bytes(std::span(written)));
  expect(serialize_tensor_file(again) == written, "a file is read as written");
}

std::vector<std::string> seeds() {
  static const std::array<float, 6> numbers = {0, 1, -2, 3.5F, 4, 5};
  static const std::array<std::uint8_t, 3> small = {7, 8, 9};
  TensorFile file;
  file.metadata["who"] = "somebody";
  file.tensors["b"] = {ElementType::f32, {2, 3}, std::as_bytes(std::span(numbers))};
  file.tensors["a"] = {ElementType::u8, {3, 1}, std::as_bytes(std::span(small))};
  file.tensors["none"] = {ElementType::i64, {0, 7}, {}};
  return {serialize_tensor_file(file), serialize_tensor_file({})};
}

}  // namespace

const Target tensor_file = {"tensor-file", take, seeds};

}  // namespace hone::fuzz
