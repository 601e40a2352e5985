#include "worker/agent/team.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "worker/agent/spool.hpp"

namespace hone {

namespace {

constexpr std::chrono::milliseconds look_period{500};
constexpr std::chrono::seconds longest_silence{5};  // a rank's heart beats each second

}  // namespace

Team::Team(boost::asio::io_context& io, const TeamPlace& place, const ChildCommand& trainer,
           const Train& order, TrainerEvents events)
    : order_(order),
      events_(std::move(events)),
      watch_(io),
      heard_(static_cast<std::size_t>(order.spec.numerics.ranks)),
      process_(io, team_command(place, trainer, order.spec.numerics.ranks),
               "team-" + text_of(order.ticket),
               {.on_message = [this](const FromTrainer& message) { on_message(message); },
                .on_end =
                    [this](const std::string& why) {
                      const auto on_end = std::move(events_.on_end);
                      on_end(why);  // which may destroy this object
                    },
                .on_heartbeat =
                    [this](int rank) {
                      const auto at = static_cast<std::size_t>(rank);
                      if (at < heard_.size()) heard_[at] = Clock::now();
                    }}) {
  watch();
}

void Team::finish() {
  watch_.cancel();
  process_.finish();
}

void Team::on_message(const FromTrainer& message) {
  const auto* const ready = std::get_if<Ready>(&message);
  if (ready == nullptr) return events_.on_message(message);
  if (ready->trainer != trainer_version) {
    return kill("is of version " + std::to_string(ready->trainer) + ", this worker wants " +
                std::to_string(trainer_version));
  }
  spdlog::info("team-ready ticket={} ranks={} library=\"{}\"", text_of(order_.ticket),
               heard_.size(), ready->library);
  process_.send(order_);
  // All have joined by now.
  for (auto& each : heard_) each = Clock::now();
}

void Team::watch() {
  watch_.expires_after(look_period);
  watch_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

void Team::look() {
  for (std::size_t rank = 0; rank < heard_.size(); ++rank) {
    if (!heard_[rank] || Clock::now() - *heard_[rank] < longest_silence) continue;
    return kill("was killed because its rank " + std::to_string(rank) + " fell silent");
  }
  watch();
}

}  // namespace hone
