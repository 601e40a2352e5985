#include "coordinator/server/live_feed.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

namespace hone {

namespace {

constexpr std::size_t most_watchers = 64;
constexpr std::size_t most_frames_waiting = 32;  // of a watcher that does not read
constexpr int rest_factor = 3;                   // rests so many times what a look took

/// What is new to the watcher, as it goes over the wire; '' if nothing is.
std::string frame_for(Watcher& watcher, const LivePicture& picture) {
  std::string parts;
  if (watcher.sweeps != picture.sweeps) parts += ",\"sweeps\":" + (watcher.sweeps = picture.sweeps);
  const auto found = picture.of.find(watcher.sweep);
  if (found != picture.of.end()) {
    const SweepPicture& sweep = found->second;
    if (watcher.status != sweep.status) parts += ",\"sweep\":" + (watcher.status = sweep.status);
    if (!sweep.changes.empty()) parts += ",\"changed\":" + sweep.changes;
  }
  return parts.empty() ? "" : R"({"schema":"hone.live.v1")" + parts + "}";
}

}  // namespace

LiveFeed::LiveFeed(boost::asio::io_context& context, const std::filesystem::path& file, Views views,
                   std::function<LiveFacts()> facts)
    : context_(context), facts_(std::move(facts)), gaze_(file) {
  if (views == Views::shadow) gaze_.shadow();
}

LiveFeed::~LiveFeed() {
  gaze_.interrupt();
  thread_.join();
}

std::shared_ptr<Watcher> LiveFeed::join() {
  if (watchers_.size() >= most_watchers) return nullptr;
  auto watcher = std::make_shared<Watcher>();
  watcher->outbox = std::make_shared<Outbox>(context_);
  watchers_.push_back(watcher);
  anyway_ = true;
  return watcher;
}

void LiveFeed::leave(const std::shared_ptr<Watcher>& watcher) {
  std::erase(watchers_, watcher);
  watcher->outbox->closed = true;
  watcher->outbox->wake.cancel();
}

void LiveFeed::choose(Watcher& watcher, std::int64_t sweep) {
  watcher.sweep = sweep;
  watcher.status.clear();
  anyway_ = true;
  not_before_ = {};  // somebody waits: once, it may be soon
  tick();
}

void LiveFeed::tick() {
  if (watchers_.empty() || looking_ || std::chrono::steady_clock::now() < not_before_) return;
  looking_ = true;
  std::set<std::int64_t> sweeps;
  for (const auto& each : watchers_) sweeps.insert(each->sweep);
  boost::asio::post(thread_,
                    [this, facts = facts_(), sweeps, anyway = std::exchange(anyway_, false)] {
                      look(facts, sweeps, anyway);
                    });
}

void LiveFeed::look(const LiveFacts& facts, const std::set<std::int64_t>& sweeps, bool anyway) {
  const Instant begin = std::chrono::steady_clock::now();
  std::optional<LivePicture> picture;
  try {
    picture = gaze_.look(facts, sweeps, anyway);
  } catch (const std::exception& error) {
    spdlog::warn("event=look_failed error=\"{}\"", error.what());
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  boost::asio::post(context_,
                    [this, picture = std::move(picture), took] { deliver(picture, took); });
}

void LiveFeed::deliver(const std::optional<LivePicture>& picture, std::chrono::nanoseconds took) {
  looking_ = false;
  not_before_ = std::chrono::steady_clock::now() + rest_factor * took;
  if (!picture) return;
  for (const auto& watcher : watchers_) {
    Outbox& outbox = *watcher->outbox;
    std::string frame = frame_for(*watcher, *picture);
    if (frame.empty()) continue;
    outbox.frames.push_back(std::move(frame));
    outbox.wake.cancel();
    if (outbox.frames.size() <= most_frames_waiting) continue;
    outbox.closed = true;
    outbox.frames.clear();
    outbox.cut();
  }
}

}  // namespace hone
