#include "dashboards/assets.hpp"

namespace hone {

std::span<const Asset> dashboard_assets() {
  return {};
}

}  // namespace hone
