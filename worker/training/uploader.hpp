#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace hone {

/// Brings batches to where a net is, on a GPU while it still works on the batch before.
class Uploader {
 public:
  /// `places` are where bring() puts things; they stay where they are.
  explicit Uploader(std::vector<at::Tensor> places);
  ~Uploader();
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;

  /// Puts each tensor of `from`, CPU tensors of the places' types, into the first elements of its
  /// place, for what the current stream does next. Of a place's first dimension `from` may have
  /// fewer. What it was given is free again when it returns. Fast from pinned memory only.
  void bring(std::span<const at::Tensor> from);

 private:
  struct Stage;  // a batch on its way

  std::vector<at::Tensor> places_;
  std::array<std::unique_ptr<Stage>, 2> stages_;  // none on a CPU
  std::size_t next_ = 0;
};

}  // namespace hone
