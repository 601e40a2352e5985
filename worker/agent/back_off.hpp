#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace hone {

/// Pauses between tries: each about twice the last, up to a bound, with chance in them so that many
/// workers do not come back in the same moment.
class BackOff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  BackOff(Milliseconds first, Milliseconds longest)
      : first_(first), longest_(longest), next_(first), random_(std::random_device{}()) {}

  /// In [half, whole] of the nominal pause.
  Milliseconds next() {
    const Milliseconds nominal = std::exchange(next_, std::min(2 * next_, longest_));
    std::uniform_int_distribution<Milliseconds::rep> spread(nominal.count() / 2, nominal.count());
    return Milliseconds(spread(random_));
  }

  /// The next pause is the first again.
  void reset() { next_ = first_; }

 private:
  Milliseconds first_;
  Milliseconds longest_;
  Milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace hone
