#include "worker/training/pack.hpp"

#include <torch/headeronly/util/Half.h>

#include <algorithm>
#include <string>
#include <vector>

#include "worker/training/trainer.hpp"

namespace hone {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(Failure::impossible, file.string() + ": " + what);
}

/// The elements of one tensor of the file, which must have this type and shape.
template <class Element>
std::span<const Element> elements(const std::filesystem::path& file, const TensorFile& content,
                                  const char* name, ElementType type,
                                  const std::vector<std::int64_t>& shape) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end()) refuse(file, std::string("has no tensor '") + name + "'");
  const TensorView& view = found->second;
  if (view.type != type || view.shape != shape) {
    refuse(file, std::string("tensor '") + name + "' has another type or shape than expected");
  }
  if (reinterpret_cast<std::uintptr_t>(view.bytes.data()) % alignof(Element) != 0) {
    refuse(file, std::string("tensor '") + name + "' is not aligned");
  }
  return {reinterpret_cast<const Element*>(view.bytes.data()), view.bytes.size() / sizeof(Element)};
}

TensorFile parsed(const std::filesystem::path& file, const MappedFile& mapped) {
  try {
    return parse_tensor_file(mapped.bytes());
  } catch (const TensorFileError& error) {
    refuse(file, error.what());
  }
}

/// Whether the runs cover the mask's pixels and no more.
bool is_whole(const NativeTruth& truth) {
  if (truth.height < 1 || truth.width < 1) return false;
  std::int64_t pixels = 0;
  for (const std::int32_t run : truth.runs) {
    if (run < 0) return false;
    pixels += run;
  }
  return pixels == static_cast<std::int64_t>(truth.height) * truth.width;
}

}  // namespace

Pack::Pack(const std::filesystem::path& file, int size) : file_(file), size_(size) {
  const TensorFile content = parsed(file, file_);
  const auto groups = content.tensors.find("groups");
  if (groups == content.tensors.end() || groups->second.shape.size() != 1) {
    refuse(file, "has no list of groups, so it is no pack");
  }
  const std::int64_t n = groups->second.shape[0];
  if (n > 1'000'000) refuse(file, "has more than a million images");
  count_ = static_cast<int>(n);
  groups_ = elements<std::int32_t>(file, content, "groups", ElementType::i32, {n});
  images_ = elements<std::uint8_t>(file, content, "images", ElementType::u8, {n, 3, size, size});
  masks_ = elements<std::uint8_t>(file, content, "masks", ElementType::u8, {n, 1, size, size});
  if (std::any_of(masks_.begin(), masks_.end(), [](std::uint8_t value) { return value > 1; })) {
    refuse(file, "a mask has values besides 0 and 1");
  }
  if (content.tensors.contains("native.sizes")) read_native(file, content);
}

void Pack::read_native(const std::filesystem::path& file, const TensorFile& content) {
  const std::int64_t n = count_;
  const auto runs = content.tensors.find("native.runs");
  if (runs == content.tensors.end() || runs->second.shape.size() != 1) {
    refuse(file, "has no list 'native.runs'");
  }
  native_sizes_ = elements<std::int32_t>(file, content, "native.sizes", ElementType::i32, {n, 2});
  native_starts_ =
      elements<std::int32_t>(file, content, "native.starts", ElementType::i32, {n + 1});
  native_runs_ =
      elements<std::int32_t>(file, content, "native.runs", ElementType::i32, runs->second.shape);
  for (int i = 0; i < count_; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int32_t begin = native_starts_[at];
    const std::int32_t end = native_starts_[at + 1];
    const bool ordered =
        0 <= begin && begin <= end && static_cast<std::size_t>(end) <= native_runs_.size();
    if (!ordered || !is_whole(*native_truth(i))) {
      refuse(file, "the runs of image " + std::to_string(i) + " are not a mask of its native size");
    }
  }
}

std::optional<NativeTruth> Pack::native_truth(int index) const {
  if (native_sizes_.empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(index);
  const auto begin = static_cast<std::size_t>(native_starts_[at]);
  const auto end = static_cast<std::size_t>(native_starts_[at + 1]);
  return NativeTruth{.height = native_sizes_[2 * at],
                     .width = native_sizes_[2 * at + 1],
                     .runs = native_runs_.subspan(begin, end - begin)};
}

std::span<const std::uint8_t> Pack::image(int index) const {
  const auto length = 3 * static_cast<std::size_t>(pixels());
  return images_.subspan(static_cast<std::size_t>(index) * length, length);
}

std::span<const std::uint8_t> Pack::truth(int index) const {
  const auto length = static_cast<std::size_t>(pixels());
  return masks_.subspan(static_cast<std::size_t>(index) * length, length);
}

BaseMasks::BaseMasks(const std::filesystem::path& file, const Pack& pack) : file_(file) {
  const TensorFile content = parsed(file, file_);
  masks_ = elements<std::uint16_t>(file, content, "masks", ElementType::f16,
                                   {pack.count(), 1, pack.size(), pack.size()});
  // The bits of the halves in [0, 1] are the integers up to those of 1; -0, which rounding cannot
  // give a sigmoid, is refused like any other negative number, and so is NaN.
  if (std::any_of(masks_.begin(), masks_.end(), [](std::uint16_t bits) { return bits > 0x3c00; })) {
    refuse(file, "a mask has values outside [0, 1]");
  }
}

void BaseMasks::copy(int index, std::span<float> mask) const {
  const auto source = masks_.subspan(static_cast<std::size_t>(index) * mask.size(), mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = float_of_half(source[i]);
  }
}

std::uint16_t half_bits(float value) {
  return c10::detail::fp16_ieee_from_fp32_value(value);
}

float float_of_half(std::uint16_t bits) {
  return c10::detail::fp16_ieee_to_fp32_value(bits);
}

}  // namespace hone
