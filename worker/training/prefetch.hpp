#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "worker/training/examples.hpp"
#include "worker/training/trial_context.hpp"

namespace hone {

/// Makes the batches of a training on threads of its own, ahead of the one that trains. Order and
/// content are those of ExampleMaker called in turn: what is random depends on epoch and image
/// alone. Of a batch it makes this rank's share.
class Prefetcher {
 public:
  /// Starts with the first batch of epoch `first`, and goes on to the last of epoch `last`. Keeps
  /// references until it is destroyed. `makers` is how many batches are made at the same time.
  Prefetcher(const TrialContext& trial, const Streams& streams, int first, int last, int makers);

  /// Stops soon, whatever is still to be made.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next batch, the caller's to change until the next call. Throws what making it threw.
  /// Requires: there is one left, and no earlier call threw.
  Examples& next();

 private:
  /// Belongs to whoever took it from a semaphore: from `free` the maker, from `ready` the caller.
  struct Place {
    Place(const TrialSpec& spec, const Inputs& inputs) : examples(spec, inputs) {}
    Examples examples;
    std::exception_ptr error;
    std::counting_semaphore<> free{1};
    std::counting_semaphore<> ready{0};
  };

  Place& place_of(std::int64_t batch) {
    return *ring_[static_cast<std::size_t>(batch) % ring_.size()];
  }
  /// What a thread makes batches with.
  struct Maker {
    ExampleMaker examples;
    int epoch = -1;
    std::vector<std::int32_t> order = {};  // of that epoch
  };

  std::int64_t take_turn();
  void run();
  void fill(Maker& maker, std::int64_t batch, Place& place);

  const TrialContext trial_;
  const Streams& streams_;
  int first_;
  std::int64_t batches_an_epoch_;
  std::int64_t batches_;
  std::vector<std::unique_ptr<Place>> ring_;  // batch n is made in place n, modulo their number
  std::mutex turn_;                           // of a maker: batches are begun in their order
  std::int64_t begun_ = 0;
  std::int64_t taken_ = 0;  // the caller's
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> threads_;
};

/// How many batches a trial's training makes at the same time: one on a CPU, whose cores the net
/// has; on a GPU what HONE_BATCH_MAKERS says, or else as many as there are cores, at most 8.
int batch_makers(const Numerics& numerics);

}  // namespace hone
