#include "worker/training/batch.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone {

Batch::Batch(int capacity, int channels, int size, Layout layout, bool pinned)
    : capacity_(capacity),
      channels_(channels),
      pixels_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)),
      stride_(layout == Layout::channels_last ? static_cast<std::size_t>(channels) : 1) {
  const auto format = layout == Layout::channels_last ? at::MemoryFormat::ChannelsLast
                                                      : at::MemoryFormat::Contiguous;
  tensor_ = at::empty({capacity, channels, size, size},
                      at::TensorOptions(at::kFloat).pinned_memory(pinned), format);
  tensor_.zero_();
  numbers_ = tensor_.data_ptr<float>();
}

float* Batch::start(int slot, int channel) const {
  const std::size_t image = static_cast<std::size_t>(slot) * static_cast<std::size_t>(channels_);
  const auto within = static_cast<std::size_t>(channel);
  return numbers_ + image * pixels_ + (stride_ > 1 ? within : within * pixels_);
}

void Batch::set_image(int slot, std::span<const std::uint8_t> image) {
  for (int channel = 0; channel < 3; ++channel) {
    float* const to = start(slot, channel);
    const auto plane = image.subspan(static_cast<std::size_t>(channel) * pixels_, pixels_);
    for (std::size_t i = 0; i < pixels_; ++i)
      to[i * stride_] = static_cast<float>(plane[i]) / 255.0F;
  }
}

void Batch::set_image(int slot, std::span<const float> image) {
  for (int channel = 0; channel < 3; ++channel) {
    float* const to = start(slot, channel);
    const auto plane = image.subspan(static_cast<std::size_t>(channel) * pixels_, pixels_);
    for (std::size_t i = 0; i < pixels_; ++i) to[i * stride_] = plane[i];
  }
}

void Batch::copy_slot(int slot, const Batch& other, int other_slot) {
  std::copy_n(other.start(other_slot, 0), pixels_ * static_cast<std::size_t>(channels_),
              start(slot, 0));  // a slot is contiguous in either layout
}

void Batch::set_mask(int slot, std::span<const float> mask) {
  float* const to = start(slot, 3);
  for (std::size_t i = 0; i < pixels_; ++i) to[i * stride_] = mask[i];
}

at::Tensor Batch::input(int count) const {
  return tensor_.narrow(0, 0, count);
}

}  // namespace hone
