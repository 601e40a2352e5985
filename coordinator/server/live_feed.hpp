#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/server/hub.hpp"
#include "coordinator/server/live_picture.hpp"

namespace hone {

/// Somebody who looks on.
struct Watcher {
  std::int64_t sweep = 0;  // 0: the newest
  std::shared_ptr<Outbox> outbox;
  std::string sweeps, status;  // as sent last
};

/// Tells watchers what has changed, as often as anything did, but at most four times a second and
/// for at most a quarter of a processor: whoever watches a large sweep hears less often.
///
/// Looks by a connection and a thread of its own, so that neither workers nor requests wait. All
/// public functions belong to the io_context's thread.
class LiveFeed {
 public:
  /// `facts` is called on the io_context's thread. With `Views::shadow` the file's own views are
  /// not trusted (a file of another Hone).
  enum class Views : std::uint8_t { stored, shadow };
  LiveFeed(boost::asio::io_context& context, const std::filesystem::path& file, Views views,
           std::function<LiveFacts()> facts);
  ~LiveFeed();  // ends a look that is under way
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;

  /// A new watcher, which is told everything soon; nothing if there are too many.
  std::shared_ptr<Watcher> join();
  void leave(const std::shared_ptr<Watcher>& watcher);

  std::size_t watchers() const { return watchers_.size(); }

  /// Watches that sweep from now on, whether there is one or not.
  void choose(Watcher& watcher, std::int64_t sweep);

  /// Looks whether anything has changed. To be called every 250 ms or so.
  void tick();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  void look(const LiveFacts& facts, const std::set<std::int64_t>& sweeps, bool anyway);
  void deliver(const std::optional<LivePicture>& picture, std::chrono::nanoseconds took);

  boost::asio::io_context& context_;
  std::function<LiveFacts()> facts_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  bool looking_ = false;
  bool anyway_ = false;  // somebody has come or chosen: the next look counts as news
  Instant not_before_{};
  LiveGaze gaze_;  // of the thread below alone
  boost::asio::thread_pool thread_{1};
};

}  // namespace hone
