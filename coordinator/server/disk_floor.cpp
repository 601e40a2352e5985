#include "coordinator/server/disk_floor.hpp"

#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

namespace hone {

DiskFloor::DiskFloor(std::filesystem::path folder, std::uint64_t bytes)
    : folder_(std::move(folder)), bytes_(bytes) {}

bool DiskFloor::is_kept() {
  std::error_code error;
  const auto space = std::filesystem::space(folder_, error);
  if (error) return kept_ = true;
  if (kept_ && space.available < bytes_) {
    spdlog::warn(
        "event=leases_held folder={} available={} reserve={}: what runs goes on, and no trial "
        "begins until there is room; free some, as with 'hone gc', or lower --reserve",
        folder_.string(), space.available, bytes_);
    kept_ = false;
  } else if (!kept_ && space.available >= bytes_ + bytes_ / 8) {
    spdlog::warn("event=leases_go_on folder={} available={}", folder_.string(), space.available);
    kept_ = true;
  }
  return kept_;
}

}  // namespace hone
