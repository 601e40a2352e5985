#include "worker/agent/slot.hpp"

#include <spdlog/spdlog.h>

#include <system_error>

namespace hone {

namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{30'000};
constexpr int hopeless_starts = 3;

}  // namespace

Slot::Slot(boost::asio::io_context& io, ChildCommand command, std::string name, SlotEvents events)
    : io_(io),
      command_(std::move(command)),
      name_(std::move(name)),
      events_(std::move(events)),
      pause_(io),
      back_off_(first_pause, longest_pause) {}

void Slot::start_trainer() {
  if (closed_) return;
  try {
    trainer_ = std::make_unique<TrainerProcess>(
        io_, command_, name_,
        TrainerEvents{.on_message = [this](const FromTrainer& message) { on_message(message); },
                      .on_end = [this](const std::string& why) { on_end(why); }});
  } catch (const std::system_error& error) {
    on_end(error.what());
  }
}

void Slot::train(const Train& train) {
  trainer_->send(train);
}

void Slot::stop_trial() {
  ticket_.reset();
  ready_ = false;
  if (trainer_) trainer_->kill();
}

void Slot::close() {
  closed_ = true;
  pause_.cancel();
  stop_trial();
}

void Slot::on_message(const FromTrainer& message) {
  const auto* const ready = std::get_if<Ready>(&message);
  if (ready == nullptr) return events_.on_message(*this, message);
  if (ready->trainer != trainer_version) {
    return events_.on_hopeless("the trainer " + command_.program.string() + " is of version " +
                               std::to_string(ready->trainer) + ", this worker wants " +
                               std::to_string(trainer_version));
  }
  spdlog::info("trainer-ready name={} library=\"{}\" device={}", name_, ready->library,
               ready->device);
  ready_ = true;
  was_ever_ready_ = true;
  back_off_.reset();
  events_.on_free();
}

void Slot::on_end(const std::string& why) {
  // The log lines that follow the first line are in the log already.
  spdlog::warn("trainer-ended name={} why=\"{}\"", name_, why.substr(0, why.find('\n')));
  const std::optional<Ticket> ticket = std::exchange(ticket_, {});
  trainer_.reset();
  if (!std::exchange(ready_, false)) ++vain_starts_;
  if (ticket) events_.on_crash(*ticket, why);
  if (!was_ever_ready_ && vain_starts_ >= hopeless_starts) return events_.on_hopeless(why);
  start_later();
}

void Slot::start_later() {
  if (closed_) return;
  pause_.expires_after(back_off_.next());
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error) start_trainer();
  });
}

}  // namespace hone
