#include "worker/training/self_masks.hpp"

#include <algorithm>

namespace hone {

void SelfMasks::gather(const Examples& examples) {
  slots_.clear();
  for (int slot = 0; slot < examples.count; ++slot) {
    if (examples.depths[static_cast<std::size_t>(slot)] > 0) slots_.push_back(slot);
  }
  std::stable_sort(slots_.begin(), slots_.end(), [&](int a, int b) {
    return examples.depths[static_cast<std::size_t>(a)] >
           examples.depths[static_cast<std::size_t>(b)];
  });
}

void SelfMasks::fill(const UNet& net, Examples& examples) {
  gather(examples);
  if (slots_.empty()) return;
  if (!batch_) {
    batch_.emplace(examples.batch.capacity(), examples.batch.channels(), spec_.image_size,
                   spec_.numerics.layout);
  }
  Batch& own = *batch_;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    own.copy_slot(static_cast<int>(i), examples.batch, slots_[i]);
  }
  for (std::size_t left = slots_.size(); left > 0;) {
    predict(net, own, static_cast<int>(left), spec_.numerics.precision, said_);
    const std::size_t pixels = said_.masks.size() / left;
    for (std::size_t i = 0; i < left; ++i) {
      const auto mask = std::span(said_.masks).subspan(i * pixels, pixels);
      set_values(spec_.refine.feedback, mask);
      const int slot = slots_[i];
      const auto at = static_cast<std::size_t>(slot);
      if (--examples.depths[at] > 0) {
        own.set_mask(static_cast<int>(i), mask);
        continue;
      }
      examples.batch.set_mask(slot, mask);
      examples.overlaps[at] = soft_overlap(mask, std::as_const(examples).truth(slot));
    }
    while (left > 0 && examples.depths[static_cast<std::size_t>(slots_[left - 1])] == 0) --left;
  }
}

}  // namespace hone
