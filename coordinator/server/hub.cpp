#include "coordinator/server/hub.hpp"

#include <boost/asio/post.hpp>
#include <set>
#include <utility>

#include "common/fault_point.hpp"
#include "common/wire.hpp"

namespace hone {

namespace {

constexpr std::size_t most_frames_waiting = 10000;  // of a worker that does not read

constexpr std::chrono::milliseconds most_late{20};  // of a tick in a loop that turns

}  // namespace

Hub::Hub(boost::asio::io_context& context, Service& service, Clock clock, WallClock wall_clock)
    : context_(context),
      service_(service),
      clock_(std::move(clock)),
      wall_clock_(std::move(wall_clock)),
      last_tick_(clock_()) {}

std::pair<ConnectionId, std::shared_ptr<Outbox>> Hub::connect() {
  auto outbox = std::make_shared<Outbox>(context_);
  outboxes_[++last_] = outbox;
  return {last_, outbox};
}

void Hub::disconnect(ConnectionId connection) {
  const auto found = outboxes_.find(connection);
  if (found == outboxes_.end()) return;
  found->second->closed = true;
  found->second->wake.cancel();
  outboxes_.erase(found);
  service_.disconnect(connection);
}

void Hub::receive(ConnectionId connection, FromWorker message) {
  const auto wall = std::chrono::floor<std::chrono::milliseconds>(wall_clock_().time_since_epoch());
  inbox_.push_back({connection, std::move(message), wall});
  if (std::exchange(scheduled_, true)) return;
  boost::asio::post(context_, [this] { drain(); });
}

void Hub::tick() {
  const Instant now = clock_();
  const auto silence = now - std::exchange(last_tick_, now) - tick_period;
  if (silence > tick_period) service_.excuse(now, silence);
  // After a stop, what arrived meanwhile is read first: a renewal among it came in time. Once: a
  // busy machine is always late.
  const bool was_late = std::exchange(late_, silence > most_late);
  if (late_ && !was_late) return;
  fault::at("lease.sweep");
  deliver(service_.tick(now));
}

void Hub::tick_soon() {
  boost::asio::post(context_, [this] { tick(); });
}

void Hub::drain() {
  scheduled_ = false;
  std::vector<Arrival> arrivals = std::exchange(inbox_, {});
  // A message of a connection that has gone would greet it back into life.
  std::erase_if(arrivals, [&](const Arrival& each) { return !outboxes_.contains(each.from); });
  deliver(service_.apply(clock_(), arrivals));
}

void Hub::deliver(const std::vector<Departure>& departures) {
  std::set<ConnectionId> slow;
  if (!departures.empty()) fault::at("reply.before");
  for (const Departure& departure : departures) {
    const auto found = outboxes_.find(departure.to);
    if (found == outboxes_.end()) continue;
    Outbox& outbox = *found->second;
    outbox.frames.push_back(encode(departure.message));
    const bool refused = std::holds_alternative<Refuse>(departure.message);
    if (refused) outbox.closed = true;
    outbox.wake.cancel();
    fault::at("reply.between");
    if (outbox.frames.size() > most_frames_waiting) slow.insert(departure.to);
  }
  for (const ConnectionId each : slow) {
    const std::shared_ptr<Outbox> outbox = outboxes_.at(each);
    disconnect(each);
    outbox->frames.clear();
    outbox->cut();
  }
}

}  // namespace hone
