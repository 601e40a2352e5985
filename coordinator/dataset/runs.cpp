#include "coordinator/dataset/runs.hpp"

#include <cstring>
#include <utility>

namespace hone {

void RunWriter::add_row(std::span<const std::uint8_t> row) {
  ++mask_.height;
  mask_.width = static_cast<std::int32_t>(row.size());
  while (!row.empty()) {
    const std::uint8_t other = current_ == 0 ? foreground_ : std::uint8_t{0};
    const void* const found = std::memchr(row.data(), other, row.size());
    if (found == nullptr) {
      length_ += static_cast<std::int32_t>(row.size());
      return;
    }
    const std::ptrdiff_t same = static_cast<const std::uint8_t*>(found) - row.data();
    mask_.runs.push_back(length_ + static_cast<std::int32_t>(same));
    length_ = 0;
    current_ = other;
    row = row.subspan(static_cast<std::size_t>(same));
  }
}

NativeMask RunWriter::finish() {
  mask_.runs.push_back(length_);
  return std::move(mask_);
}

}  // namespace hone
