#include <spdlog/spdlog.h>

#include <utility>

#include "common/wire.hpp"
#include "worker/agent/trials.hpp"

namespace hone {

// What trials have to say, and a disk that does not take it: it waits in memory, what trains goes
// on, and nothing new begins until there is room.

namespace {

constexpr std::chrono::milliseconds room_pause{1000};

}  // namespace

/// Nothing where its spool cannot be opened. Then it is given back without one: if that is lost on
/// its way, the lease runs out.
Trials::HeldTrial* Trials::hold(const Lease& lease) {
  try {
    HeldTrial trial(lease, spool_.open(lease.ticket));
    return &trials_.emplace(lease.ticket, std::move(trial)).first->second;
  } catch (const SpoolError& error) {
    wait_for_room(error.what());
    events_.send(encode(FromWorker(
        Failed{.ticket = lease.ticket, .failure = Failure::returned, .reason = error.what()})));
    return nullptr;
  }
}

void Trials::send_written(HeldTrial& trial, std::vector<std::string> reports) {
  for (std::string& text : reports) events_.send(std::move(text));
  if (!trial.outbox.trouble().empty()) wait_for_room(trial.outbox.trouble());
}

/// No further trial is taken until there is room; what trains goes on.
void Trials::wait_for_room(const std::string& why) {
  if (std::exchange(is_full_, true)) return;
  spdlog::error("spool-waits why=\"{}\"", why);
  later(room_pause, [this] { look_for_room(); });
}

void Trials::look_for_room() {
  bool has_room = true;
  for (auto& [ticket, trial] : trials_) {
    if (trial.outbox.trouble().empty()) continue;
    send_written(trial, trial.outbox.write_down());
    if (!trial.outbox.trouble().empty())
      has_room = false;
    else if (trial.stage == Stage::ending)
      events_.send(trial.outbox.encoded_ending());
  }
  if (!has_room || !spool_.has_room()) return later(room_pause, [this] { look_for_room(); });
  spdlog::info("spool-goes-on");
  is_full_ = false;
  events_.on_change();
}

}  // namespace hone
