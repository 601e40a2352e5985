#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <semaphore>
#include <thread>

#include "worker/training/examples.hpp"
#include "worker/training/trial_context.hpp"

namespace hone {

/// Makes the batches of a training on a thread of its own, ahead of the one that trains. Order and
/// content are those of ExampleMaker called in turn: what is random depends on epoch and image
/// alone. Of a batch it makes this rank's share.
class Prefetcher {
 public:
  /// Starts with the first batch of epoch `first`, and goes on to the last of epoch `last`. Keeps
  /// references until it is destroyed.
  Prefetcher(const TrialContext& trial, const Streams& streams, int first, int last);

  /// Stops at once, whatever is still to be made.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next batch, the caller's to change until the next call. Throws what making it threw.
  /// Requires: there is one left, and no earlier call threw.
  Examples& next();

 private:
  static constexpr int ahead = 2;  // batches that are ready while one is trained on

  struct Place {
    explicit Place(const TrialSpec& spec, const Inputs& inputs) : examples(spec, inputs) {}
    Examples examples;
    std::exception_ptr error;
  };

  void run(int first, int last);
  bool fill(int epoch, std::span<const std::int32_t> images);

  const TrialContext trial_;
  const Streams& streams_;
  ExampleMaker maker_;
  // A place belongs to whoever took it from a semaphore: `free_` counts the maker's, `ready_` the
  // caller's.
  std::array<std::unique_ptr<Place>, ahead + 1> ring_;
  std::counting_semaphore<> free_{ahead + 1};
  std::counting_semaphore<> ready_{0};
  std::atomic<bool> stopped_ = false;
  std::size_t made_ = 0;   // the maker's
  std::size_t taken_ = 0;  // the caller's
  std::thread thread_;
};

}  // namespace hone
