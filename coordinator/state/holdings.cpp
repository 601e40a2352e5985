#include "coordinator/state/holdings.hpp"

namespace hone {

void Holdings::note(const Digest& artifact) {
  if (const auto known = places_.find(artifact); known != places_.end()) {
    order_.splice(order_.begin(), order_, known->second);
    return;
  }
  order_.push_front(artifact);
  places_[artifact] = order_.begin();
  if (places_.size() <= most) return;
  places_.erase(order_.back());
  order_.pop_back();
}

}  // namespace hone
