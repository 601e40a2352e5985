#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "common/spec.hpp"

namespace hone {

/// The input of a net, filled image by image and used again for every batch: no step allocates it.
class Batch {
 public:
  /// Room for `capacity` images of `size` pixels a side with `channels` channels: 3, or 4 where the
  /// last is a mask. Pinned memory goes to a GPU faster, and needs one.
  Batch(int capacity, int channels, int size, Layout layout, bool pinned = false);

  int capacity() const { return capacity_; }
  int channels() const { return channels_; }

  /// Puts a picture, u8 [3,S,S], into the first three channels of one slot, divided by 255.
  void set_image(int slot, std::span<const std::uint8_t> image);

  /// Puts a picture of numbers in [0, 1], f32 [3,S,S], into the same channels as they are.
  void set_image(int slot, std::span<const float> image);

  /// Copies all channels of another batch's slot. Requires: the same channels, size and layout.
  void copy_slot(int slot, const Batch& other, int other_slot);

  /// Puts a mask, [S,S] in [0, 1], into the fourth channel (A36).
  void set_mask(int slot, std::span<const float> mask);

  /// The first `count` slots, f32 [count,channels,S,S]: a view, overwritten by the next batch.
  at::Tensor input(int count) const;

 private:
  float* start(int slot, int channel) const;

  int capacity_;
  int channels_;
  std::size_t pixels_;
  std::size_t stride_;  // between the pixels of a channel
  at::Tensor tensor_;
  float* numbers_;  // the tensor's
};

}  // namespace hone
