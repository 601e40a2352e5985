#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "common/net/access.hpp"

namespace hone::testing {

/// A coordinator for tests of the worker: gives out the leases it is told to, keeps everything it
/// hears, and misbehaves when asked. Serves on a free port of the loopback; thread-safe.
class FakeCoordinator {
 public:
  FakeCoordinator();
  ~FakeCoordinator();

  /// Stops listening and cuts every connection; `start` listens again, on the same port.
  void stop();
  void start();

  const Access& access() const;

  /// Answers Ask with these, in order, then with Idle, drained if nothing is leased.
  void add_lease(const Lease& lease);
  Digest add_artifact(const std::string& bytes);
  std::optional<std::string> artifact(const Digest& digest) const;

  /// The connection is cut when the nth message (from 0) of the kind has come, unanswered. Once.
  void cut_at(const std::string& kind, int n);

  /// Sent after the answer to the next message from the worker, which renews often.
  void send(const ToWorker& message);

  /// Hello is answered so late from now on; what comes before that is heard.
  void greet_after(std::chrono::milliseconds pause);

  /// Refuse is the answer to Hello.
  void refuse(const std::string& reason);

  /// Everything heard, over all connections. `is_enough` is asked after each message.
  /// Returns what was heard when it says yes, or fails the test when `limit` has passed.
  using Heard = std::vector<FromWorker>;
  Heard wait_until(const std::function<bool(const Heard&)>& is_enough,
                   std::chrono::seconds limit = std::chrono::seconds(20)) const;
  Heard heard() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the threads of its connections
};

template <class Message>
std::vector<Message> all(const std::vector<FromWorker>& heard) {
  std::vector<Message> found;
  for (const FromWorker& message : heard) {
    if (const auto* m = std::get_if<Message>(&message)) found.push_back(*m);
  }
  return found;
}

/// A pack of this many images, each its own group, as bytes.
std::string tiny_pack(int images);

/// A base net's trial on the pack.
TrialSpec tiny_spec(const Digest& pack, std::int64_t seed);

/// An empty folder that disappears with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace hone::testing
