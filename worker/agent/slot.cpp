#include "worker/agent/slot.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <system_error>
#include <utility>

#include "worker/agent/spool.hpp"

namespace hone {

namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{30'000};
constexpr int hopeless_starts = 3;
constexpr std::chrono::seconds shortest_patience = std::chrono::minutes(10);
constexpr std::chrono::seconds first_patience = std::chrono::hours(6);  // an epoch may be long
constexpr double epochs_of_patience = 20;

std::string text_of(std::chrono::seconds time) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time);
  return minutes.count() > 1 && minutes == time ? std::to_string(minutes.count()) + " minutes"
                                                : std::to_string(time.count()) + " seconds";
}

}  // namespace

Slot::Slot(boost::asio::io_context& io, SlotPlace place, SlotEvents events)
    : io_(io),
      place_(std::move(place)),
      events_(std::move(events)),
      pause_(io),
      silence_(io),
      time_(io),
      back_off_(first_pause, longest_pause) {}

void Slot::start_trainer() {
  if (closed_) return;
  try {
    trainer_ = std::make_unique<TrainerProcess>(
        io_, place_.trainer, place_.name,
        TrainerEvents{.on_message = [this](const FromTrainer& message) { on_message(message); },
                      .on_end = [this](const std::string& why) { on_end(why); }});
  } catch (const std::system_error& error) {
    on_end(error.what());
  }
}

void Slot::reserve(const Ticket& ticket, std::vector<Slot*> others) {
  ticket_ = ticket;
  others_ = std::move(others);
  for (Slot* const other : others_) {
    other->ticket_ = ticket;
    other->lent_ = true;
  }
}

void Slot::train(const Train& train) {
  longest_epoch_ = 0;
  if (train.spec.numerics.ranks > 1) {
    start_team(train);
  } else {
    trainer_->send(train);
  }
  listen();
  if (place_.trial_limit) limit_time();
}

void Slot::start_team(const Train& train) {
  const TrainerEvents events{
      .on_message = [this](const FromTrainer& message) { on_message(message); },
      .on_end =
          [this, ticket = train.ticket](const std::string& why) {
            // Of a team whose trial is over nothing more is of interest.
            const bool has_trial = team_ && ticket_ == ticket;
            spdlog::info("team-ended ticket={} why=\"{}\"", hone::text_of(ticket),
                         why.substr(0, why.find('\n')));
            if (has_trial) on_crash(why);
          }};
  try {
    team_ = std::make_unique<Team>(io_, place_.team, place_.trainer, train, events);
  } catch (const std::system_error& error) {
    // Not at once: whoever ordered the training does not expect its end yet.
    boost::asio::post(io_, [this, ticket = train.ticket, why = std::string(error.what())] {
      if (ticket_ == ticket) on_crash("no team could be started: " + why);
    });
  }
}

void Slot::on_crash(const std::string& why) {
  const Ticket ticket = *ticket_;
  release();
  events_.on_crash(ticket, why);
}

void Slot::release() {
  ticket_.reset();
  silence_.cancel();
  time_.expires_at(boost::asio::steady_timer::time_point::max());
  for (Slot* const other : std::exchange(others_, {})) {
    other->ticket_.reset();
    other->lent_ = false;
  }
  if (!team_) return;
  team_->finish();
  ending_team_ = std::move(team_);
}

void Slot::kill(const std::string& why) {
  if (team_) return team_->kill(why);
  if (trainer_) trainer_->kill(why);
}

void Slot::want_checkpoint() {
  if (team_) return team_->want_checkpoint();
  if (trainer_) trainer_->want_checkpoint();
}

void Slot::stop_trial() {
  kill("was stopped");
  if (!team_) ready_ = false;
  release();
}

void Slot::close() {
  closed_ = true;
  pause_.cancel();
  stop_trial();
  team_.reset();
  ending_team_.reset();
}

void Slot::on_message(const FromTrainer& message) {
  const auto* const ready = std::get_if<Ready>(&message);
  if (ready == nullptr) {
    if (const auto* const progress = std::get_if<Progress>(&message)) {
      longest_epoch_ = std::max(longest_epoch_, progress->epoch.seconds);
    }
    if (ticket_) listen();
    return events_.on_message(*this, message);
  }
  if (ready->trainer != trainer_version) {
    return events_.on_hopeless("the trainer " + place_.trainer.program.string() +
                               " is of version " + std::to_string(ready->trainer) +
                               ", this worker wants " + std::to_string(trainer_version));
  }
  spdlog::info("trainer-ready name={} library=\"{}\" device={}", place_.name, ready->library,
               ready->device);
  found_ = *ready;
  ready_ = true;
  was_ever_ready_ = true;
  back_off_.reset();
  events_.on_free();
}

void Slot::on_end(const std::string& why) {
  // The log lines that follow the first line are in the log already.
  spdlog::warn("trainer-ended name={} why=\"{}\"", place_.name, why.substr(0, why.find('\n')));
  trainer_.reset();
  if (!std::exchange(ready_, false)) ++vain_starts_;
  const bool had_trial = ticket_ && !team_ && !lent_;
  if (had_trial) on_crash(why);
  if (!was_ever_ready_ && vain_starts_ >= hopeless_starts) return events_.on_hopeless(why);
  start_later();
}

// Counts the trainer's silence from now on.
void Slot::listen() {
  silence_.expires_after(patience());
  silence_.async_wait([this](boost::system::error_code error) {
    // Something may have been heard after the timer had run out.
    if (error || silence_.expiry() > std::chrono::steady_clock::now() || !ticket_) return;
    kill("said nothing for " + text_of(patience()));
  });
}

void Slot::limit_time() {
  time_.expires_after(*place_.trial_limit);
  time_.async_wait([this](boost::system::error_code error) {
    // The trial may have ended after the timer had run out, and another begun.
    if (error || time_.expiry() > std::chrono::steady_clock::now() || !ticket_) return;
    events_.on_overtime(*ticket_);
    kill("took longer than the " + text_of(*place_.trial_limit) +
         " of its worker's --trial-limit and was stopped");
  });
}

std::chrono::seconds Slot::patience() const {
  if (place_.patience) return *place_.patience;
  if (longest_epoch_ <= 0) return first_patience;
  const double most = std::min(epochs_of_patience * longest_epoch_, 1e9);
  return std::max(shortest_patience, std::chrono::seconds(static_cast<std::int64_t>(most)));
}

void Slot::start_later() {
  if (closed_) return;
  pause_.expires_after(back_off_.next());
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error) start_trainer();
  });
}

}  // namespace hone
