#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

namespace hone {

/// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC'11): a stream is a pure function
/// of its key, so a draw for (seed, epoch, image) is the same whoever asks first, on any thread.
class Random {
 public:
  /// The stream named by `key`, for example {seed, epoch, image}. Different keys, independent
  /// streams.
  Random(std::initializer_list<std::uint64_t> key) {
    std::uint64_t mixed = 0x9e3779b97f4a7c15ULL;
    for (const std::uint64_t part : key) mixed = mix(mixed ^ mix(part + 0x632be59bd9b4e019ULL));
    key_ = {static_cast<std::uint32_t>(mixed), static_cast<std::uint32_t>(mixed >> 32U)};
  }

  /// Uniform over all 32-bit numbers.
  std::uint32_t next() {
    if (used_ == 4) refill();
    return block_[used_++];
  }

  /// Uniform in [0, 1), 24 bits.
  double uniform() { return static_cast<double>(next() >> 8U) * 0x1p-24; }

  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Uniform in [0, count). Requires: count > 0.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * count) >> 32U);
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t x) {  // splitmix64's finalizer
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

  void refill() {
    std::array<std::uint32_t, 4> c = {static_cast<std::uint32_t>(counter_),
                                      static_cast<std::uint32_t>(counter_ >> 32U), 0, 0};
    std::array<std::uint32_t, 2> k = key_;
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t a = std::uint64_t{0xD2511F53U} * c[0];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * c[2];
      c = {static_cast<std::uint32_t>(b >> 32U) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
           static_cast<std::uint32_t>(a >> 32U) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
      k[0] += 0x9E3779B9U;
      k[1] += 0xBB67AE85U;
    }
    block_ = c;
    ++counter_;
    used_ = 0;
  }

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> block_{};
  std::uint64_t counter_ = 0;
  unsigned used_ = 4;
};

}  // namespace hone
