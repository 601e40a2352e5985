#include "worker/training/prefetch.hpp"

#include <algorithm>

namespace hone {

Prefetcher::Prefetcher(const TrialContext& trial, const Streams& streams, int first, int last)
    : trial_(trial), streams_(streams), maker_(trial.spec, trial.inputs, streams) {
  for (auto& place : ring_) place = std::make_unique<Place>(trial.spec, trial.inputs);
  thread_ = std::thread([this, first, last] { run(first, last); });
}

Prefetcher::~Prefetcher() {
  stopped_ = true;
  free_.release();  // should it wait for room
  thread_.join();
}

Examples& Prefetcher::next() {
  if (taken_ > 0) free_.release();
  ready_.acquire();
  Place& place = *ring_[taken_++ % ring_.size()];
  if (place.error) std::rethrow_exception(place.error);
  return place.examples;
}

void Prefetcher::run(int first, int last) {
  const auto room = static_cast<std::size_t>(trial_.spec.training.batch);
  for (int epoch = first; epoch <= last; ++epoch) {
    const std::vector<std::int32_t> order = epoch_order(trial_.inputs, streams_, epoch);
    const std::span<const std::int32_t> images = order;
    for (std::size_t at = 0; at < images.size(); at += room) {  // the last may be smaller (A31)
      if (!fill(epoch, images.subspan(at, std::min(room, images.size() - at)))) return;
    }
  }
}

bool Prefetcher::fill(int epoch, std::span<const std::int32_t> images) {
  free_.acquire();
  if (stopped_) return false;
  Place& place = *ring_[made_++ % ring_.size()];
  try {
    maker_.make(epoch, share_of(images, trial_.team.rank(), trial_.team.size()), place.examples);
    place.examples.of_batch = static_cast<int>(images.size());
  } catch (...) {
    place.error = std::current_exception();
  }
  const bool made = !place.error;  // read before the place is given away
  ready_.release();
  return made;
}

}  // namespace hone
