#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace hone {

/// What a coordinator counts of its requests, from its start on. Touched on the io_context's thread
/// alone; copied for whoever writes it down.
struct Telemetry {
  struct Key {
    std::string_view method, route;  // constants, so that nobody's path becomes a name of ours
    unsigned status = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Answered {
    std::int64_t requests = 0;
    double seconds = 0;  // from the header's end to the answer's
  };

  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
  std::map<Key, Answered> answered;
  std::int64_t uploads = 0;         // of artifacts, under way
  std::int64_t received_bytes = 0;  // of artifacts
  std::int64_t sent_bytes = 0;      // of artifacts
};

/// Counts an upload as under way while it lives.
class CountedUpload {
 public:
  explicit CountedUpload(Telemetry& telemetry) : telemetry_(telemetry) { ++telemetry_.uploads; }
  ~CountedUpload() { --telemetry_.uploads; }
  CountedUpload(const CountedUpload&) = delete;
  CountedUpload& operator=(const CountedUpload&) = delete;

 private:
  Telemetry& telemetry_;
};

}  // namespace hone
