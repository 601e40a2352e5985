#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <thread>

#include "common/net/access.hpp"

namespace hone::bench {

/// Dashboards that look on: each reads /live, on a thread that they share, until they go.
class Watchers {
 public:
  /// `access`: of an admin, without TLS. The first sweep is watched.
  Watchers(const Access& access, int count);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// Frames that all of them got so far.
  std::int64_t frames() const { return frames_; }

 private:
  std::atomic<std::int64_t> frames_ = 0;
  boost::asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace hone::bench
