#include "worker/training/prefetch.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <span>

namespace hone {

Prefetcher::Prefetcher(const TrialContext& trial, const Streams& streams, int first, int last,
                       int makers)
    : trial_(trial), streams_(streams), first_(first) {
  const std::int64_t batch = trial.spec.training.batch;
  const auto images = static_cast<std::int64_t>(trial.inputs.partition().train.size());
  batches_an_epoch_ = (images + batch - 1) / batch;  // the last may be smaller (A31)
  batches_ = batches_an_epoch_ * (last - first + 1);
  // Each maker has one under way; one is trained on, and one is ready.
  for (int i = 0; i < makers + 2; ++i)
    ring_.push_back(std::make_unique<Place>(trial.spec, trial.inputs));
  for (int i = 0; i < makers; ++i) threads_.emplace_back([this] { run(); });
}

Prefetcher::~Prefetcher() {
  stopped_ = true;
  for (auto& place : ring_) place->free.release();  // should one wait for room
  for (std::thread& thread : threads_) thread.join();
}

Examples& Prefetcher::next() {
  if (taken_ > 0) place_of(taken_ - 1).free.release();
  Place& place = place_of(taken_++);
  place.ready.acquire();
  if (place.error) std::rethrow_exception(place.error);
  return place.examples;
}

/// The number of a batch whose place is now the calling maker's; -1 if there is none to make.
std::int64_t Prefetcher::take_turn() {
  const std::lock_guard lock(turn_);
  if (stopped_ || begun_ == batches_) return -1;
  place_of(begun_).free.acquire();
  return stopped_ ? -1 : begun_++;
}

void Prefetcher::run() {
  std::optional<Maker> maker;
  for (std::int64_t batch; (batch = take_turn()) >= 0;) {
    Place& place = place_of(batch);
    try {
      if (!maker) maker.emplace(ExampleMaker(trial_.spec, trial_.inputs, streams_));
      fill(*maker, batch, place);
    } catch (...) {
      place.error = std::current_exception();
    }
    const bool failed = place.error != nullptr;  // read before the place is given away
    place.ready.release();
    if (failed) return;
  }
}

void Prefetcher::fill(Maker& maker, std::int64_t batch, Place& place) {
  const int epoch = first_ + static_cast<int>(batch / batches_an_epoch_);
  if (maker.epoch != epoch) {
    maker.order = epoch_order(trial_.inputs, streams_, epoch);
    maker.epoch = epoch;
  }
  const std::span<const std::int32_t> order = maker.order;
  const auto room = static_cast<std::size_t>(trial_.spec.training.batch);
  const std::size_t at = static_cast<std::size_t>(batch % batches_an_epoch_) * room;
  const auto images = order.subspan(at, std::min(room, order.size() - at));
  maker.examples.make(epoch, share_of(images, trial_.team.rank(), trial_.team.size()),
                      place.examples);
  place.examples.of_batch = static_cast<int>(images.size());
}

int batch_makers(const Numerics& numerics) {
  if (numerics.device == Device::cpu) return 1;
  const char* const told = std::getenv("HONE_BATCH_MAKERS");
  if (told != nullptr && std::atoi(told) > 0) return std::min(std::atoi(told), 64);
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
}

}  // namespace hone
