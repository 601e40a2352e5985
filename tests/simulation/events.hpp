#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <queue>
#include <string_view>
#include <vector>

namespace hone::simulation {

/// Microseconds of the simulated steady clock.
using Time = std::int64_t;
inline constexpr Time millisecond = 1000;
inline constexpr Time second = 1000 * millisecond;

/// What is to happen, in the order of time; what is due at one time, in the order in which it was
/// planned. Everything that happens goes into a digest, by which two runs are compared.
class Events {
 public:
  Time now() const { return now_; }

  void after(Time pause, std::function<void()> action) {
    queue_.push({now_ + pause, ++planned_, std::move(action)});
  }

  /// Lets the next thing happen; false if nothing is planned up to `end`.
  bool step(Time end) {
    if (queue_.empty() || queue_.top().at > end) return false;
    const auto action = std::move(const_cast<Planned&>(queue_.top()).action);  // then popped
    now_ = queue_.top().at;
    queue_.pop();
    action();
    return true;
  }

  void note(std::string_view what) {
    if (traced)
      std::printf("%10.6f %.*s\n", static_cast<double>(now_) / second,
                  static_cast<int>(what.size()), what.data());
    for (const char each : what) mix(static_cast<unsigned char>(each));
    mix(static_cast<std::uint64_t>(now_));
  }

  bool traced = std::getenv("HONE_TRACE") != nullptr;  // prints all that happens
  bool whole = false;  // messages go into the digest with all they say, not by their kind alone

  std::uint64_t digest() const { return digest_; }

 private:
  struct Planned {
    Time at;
    std::int64_t order;
    std::function<void()> action;
    bool operator<(const Planned& other) const {
      return at != other.at ? at > other.at : order > other.order;  // the first on top
    }
  };

  void mix(std::uint64_t value) { digest_ = (digest_ ^ value) * 0x100000001b3ULL; }  // FNV-1a

  Time now_ = 0;
  std::int64_t planned_ = 0;
  std::uint64_t digest_ = 0xcbf29ce484222325ULL;
  std::priority_queue<Planned> queue_;
};

}  // namespace hone::simulation
