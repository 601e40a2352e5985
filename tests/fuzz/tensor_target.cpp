#include <array>
#include <span>

#include "common/tensor_file.hpp"
#include "tests/fuzz/targets.hpp"
#include "worker/training/checkpoint_file.hpp"

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

void take_checkpoint(std::string_view bytes) {
  try {
    TensorFile file = parse_tensor_file(std::as_bytes(std::span(bytes)));
    seal(file);  // or nothing would ever be read that the digest covers
    const std::string sealed = serialize_tensor_file(file);
    const CheckpointContent content = parse_checkpoint(std::as_bytes(std::span(sealed)));
    expect(content.point.fit.last_epoch >= 0, "epochs count from 0");
    const std::string written = serialize_tensor_file(as_checkpoint_file(content));
    const CheckpointContent again = parse_checkpoint(std::as_bytes(std::span(written)));
    expect(serialize_tensor_file(as_checkpoint_file(again)) == written,
           "a checkpoint is read as written");
  } catch (const TensorFileError&) {
  }
}

std::vector<std::string> checkpoints() {
  static const std::array<float, 2> numbers = {0.5F, -1};
  const CheckpointContent content{
      .arithmetic = "LibTorch on something",
      .point = {.reseeds = 1, .fit = {.best_epoch = 1, .last_epoch = 2, .images = 64}},
      .epochs = {{.epoch = 1, .train_loss = 0.5}, {.epoch = 2, .train_loss = 0.25}},
      .tensors = {{"net/a", {ElementType::f32, {2}, std::as_bytes(std::span(numbers))}}}};
  return {serialize_tensor_file(as_checkpoint_file(content))};
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
const Target checkpoint = {"checkpoint", take_checkpoint, checkpoints};

}  // namespace hone::fuzz
