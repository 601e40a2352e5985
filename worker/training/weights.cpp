#include "worker/training/weights.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "worker/training/files.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

namespace {

constexpr const char* weights_layout = "hone-unet-1";  // raise with any change of names or meaning

[[noreturn]] void refuse_weights(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(Failure::impossible, file.string() + ": " + what);
}

TensorFile parsed_weights(const std::filesystem::path& file, const MappedFile& mapped) {
  try {
    TensorFile content = parse_tensor_file(mapped.bytes());
    if (content.metadata["layout"] != weights_layout) {
      refuse_weights(file, std::string("is no file of weights with the layout ") + weights_layout);
    }
    return content;
  } catch (const TensorFileError& error) {
    refuse_weights(file, error.what());
  }
}

void check_weights(const std::filesystem::path& file, const TensorFile& content,
                   const std::vector<NamedTensor>& wanted) {
  for (const auto& [name, value] : wanted) {
    const auto found = content.tensors.find(name);
    if (found == content.tensors.end()) refuse_weights(file, "has no tensor '" + name + "'");
    const TensorView& view = found->second;
    if (view.type != ElementType::f32 || value.sizes().vec() != view.shape) {
      refuse_weights(file, "tensor '" + name + "' has another type or shape than the net's");
    }
  }
  if (content.tensors.size() == wanted.size()) return;
  for (const auto& [name, view] : content.tensors) {
    const auto is_it = [&](const NamedTensor& tensor) { return tensor.name == name; };
    if (std::none_of(wanted.begin(), wanted.end(), is_it)) {
      refuse_weights(file, "the net has no tensor '" + name + "'");
    }
  }
}

}  // namespace

void write_weights(const std::filesystem::path& file, const UNet& net) {
  std::vector<at::Tensor> kept;  // row-major copies, alive until the file is written
  TensorFile content;
  for (const auto& [name, value] : net.state()) {
    kept.push_back(value.cpu().contiguous());
    const std::span numbers(kept.back().const_data_ptr<float>(),
                            static_cast<std::size_t>(value.numel()));
    content.tensors[name] = {ElementType::f32, value.sizes().vec(), std::as_bytes(numbers)};
  }
  content.metadata["layout"] = weights_layout;
  write_tensor_file(file, content);
}

void read_weights(const std::filesystem::path& file, UNet& net) {
  const MappedFile mapped(file);
  const TensorFile content = parsed_weights(file, mapped);
  const std::vector<NamedTensor> wanted = net.state();
  check_weights(file, content, wanted);
  const c10::NoGradGuard no_grad;
  for (const auto& [name, value] : wanted) {
    const TensorView& view = content.tensors.at(name);
    const at::Tensor row_major = at::empty(view.shape, at::kFloat);
    std::memcpy(row_major.data_ptr<float>(), view.bytes.data(), view.bytes.size());
    value.copy_(row_major);
  }
}

}  // namespace hone
