#include "worker/agent/trials.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "common/net/processor.hpp"
#include "common/wire.hpp"
#include "worker/agent/environment.hpp"

namespace hone {

// The life of a trial from the lease to the last row; what comes after is in trials_ending.cpp,
// and what a full disk changes in trials_disk.cpp.

namespace {

constexpr std::chrono::milliseconds gather_time{100};  // rows of this long make one report
constexpr std::size_t gather_most = 4000;              // rows
constexpr std::chrono::milliseconds fetch_pause{1000};
constexpr int fetch_tries = 10;

ChildCommand trainer_of_slot(const TrialsPlace& place, int slot) {
  ChildCommand trainer = place.trainer;
  if (place.gpus.empty()) return trainer;
  const std::string& gpu = place.gpus[static_cast<std::size_t>(slot) % place.gpus.size()];
  trainer.environment = with_gpus(std::move(trainer.environment), {gpu});
  trainer.environment.push_back("HONE_BATCH_MAKERS=" +
                                std::to_string(std::max(1, own_cores() / place.slots)));
  return trainer;
}

}  // namespace

Trials::Trials(boost::asio::io_context& io, const TrialsPlace& place, TrialsEvents events)
    : io_(io),
      spool_(place.spool),
      checkpoints_(place.checkpoints),
      events_(std::move(events)),
      report_timer_(io),
      transfers_(io, place.artifacts) {
  const SlotEvents slot_events{
      .on_free =
          [this] {
            start_waiting();
            events_.on_change();
          },
      .on_message = [this](Slot& slot, const FromTrainer& message) { on_message(slot, message); },
      .on_crash =
          [this](const Ticket& ticket, const std::string& why) {
            if (const auto found = trials_.find(ticket); found != trials_.end()) {
              fail(found->second, Failure::crashed, why);
            }
          },
      .on_overtime =
          [this](const Ticket& ticket) {
            // It counts however far it got: a limit that a checkpoint excuses would be none.
            if (const auto found = trials_.find(ticket); found != trials_.end())
              found->second.checkpoint = 0;
          },
      .on_hopeless = events_.on_hopeless};
  for (int i = 0; i < place.slots; ++i) {
    slots_.emplace_back(io,
                        SlotPlace{trainer_of_slot(place, i), place.team,
                                  "slot-" + std::to_string(i), place.patience, place.trial_limit},
                        slot_events);
  }
}

void Trials::start() {
  take_up_spool();
  for (Slot& slot : slots_) slot.start_trainer();
}

void Trials::take(const Lease& lease) {
  if (trials_.contains(lease.ticket)) return;
  spdlog::info("trial-leased ticket={} role={} dataset={} rotation={} fold={} seed={}",
               text_of(lease.ticket), name_of(lease.spec.role), lease.spec.dataset,
               lease.spec.rotation, lease.spec.fold, lease.spec.seed);
  HeldTrial* const trial = hold(lease);
  if (trial == nullptr) return;
  trial->standing.epochs = lease.spec.training.epochs;
  trial->taken = std::chrono::steady_clock::now();
  start_waiting();
}

void Trials::decline(const Lease& lease, const std::string& why) {
  if (trials_.contains(lease.ticket)) return;
  if (HeldTrial* const trial = hold(lease)) fail(*trial, Failure::returned, why);
}

void Trials::start_waiting() {
  for (auto& [ticket, trial] : trials_) {
    if (trial.stage != Stage::waiting) continue;
    std::vector<Slot*> free;
    for (Slot& slot : slots_) {
      if (slot.is_free() && std::ssize(free) < slots_of(trial)) free.push_back(&slot);
    }
    if (std::ssize(free) < slots_of(trial)) return;
    trial.slot = free.front();
    trial.slot->reserve(ticket, {free.begin() + 1, free.end()});
    trial.stage = Stage::fetching;
    fetch(ticket);
  }
}

void Trials::fetch(const Ticket& ticket) {
  const HeldTrial* trial = find(ticket, Stage::fetching);
  if (trial == nullptr) return;
  transfers_.fetch(events_.access(), trial->lease.inputs,
                   [this, ticket](const auto& answer) { on_fetched(ticket, answer); });
}

void Trials::on_fetched(const Ticket& ticket, const Transfers::Answer<Transfers::Fetched>& answer) {
  HeldTrial* const trial = find(ticket, Stage::fetching);
  if (trial == nullptr) return;
  if (!answer.error.empty()) return on_no_inputs(*trial, answer.error, answer.lost);
  std::filesystem::path output;
  try {
    output = spool_.make_work_folder(ticket);
  } catch (const SpoolError& error) {
    return on_no_inputs(*trial, error.what());
  }
  trial->stage = Stage::training;
  trial->tries = 0;
  trial->inputs = answer.result.pins;
  trial->slot->train({.ticket = ticket,
                      .spec = trial->lease.spec,
                      .inputs = answer.result.paths,
                      .output = output.string(),
                      .checkpoint = checkpoints_.file_of(trial->lease).string(),
                      .checkpoint_interval = checkpoints_.interval(),
                      .film_strip = trial->lease.film_strip});
}

void Trials::on_no_inputs(HeldTrial& trial, const std::string& why, bool is_lost) {
  const Ticket ticket = trial.standing.ticket;
  spdlog::warn("fetch-failed ticket={} why=\"{}\"", text_of(ticket), why);
  // While the coordinator is away, or the disk is full, nothing is learnt about the input, so no
  // try counts.
  const bool counts = events_.is_connected() && spool_.has_room();
  const bool is_final = is_lost && events_.is_connected();  // else another program may have said so
  if (is_final || (counts && ++trial.tries >= fetch_tries)) {
    trial.slot->release();
    return fail(trial, is_final ? Failure::impossible : Failure::crashed,
                "an input cannot be fetched: " + why);
  }
  later(fetch_pause, [this, ticket] { fetch(ticket); });
}

void Trials::on_message(Slot& slot, const FromTrainer& message) {
  if (!slot.ticket()) return;  // of a trial that was stopped, said before its trainer died
  HeldTrial* const trial = find(*slot.ticket(), Stage::training);
  const auto handle = [&]<class Message>(const Message& m) {
    if constexpr (!std::is_same_v<Message, Ready>) {
      if (trial == nullptr || m.ticket != *slot.ticket()) return;
      if constexpr (std::is_same_v<Message, Progress>) on_progress(*trial, m);
      if constexpr (std::is_same_v<Message, Rows>) on_rows(*trial, m);
      if constexpr (std::is_same_v<Message, Kept>) trial->checkpoint = m.epoch;
      if constexpr (std::is_same_v<Message, Trained>) on_trained(*trial, m);
      if constexpr (std::is_same_v<Message, Broken>) {
        slot.release();
        fail(*trial, m.failure, m.reason);
      }
    }
  };
  std::visit(handle, message);
}

void Trials::on_progress(HeldTrial& trial, const Progress& progress) {
  trial.epochs.push_back(progress.epoch);
  trial.standing.epoch = progress.epoch.epoch;
  trial.standing.epochs = progress.epochs;
  trial.standing.images_per_second = progress.epoch.images_per_second;
  report_soon();
}

void Trials::on_rows(HeldTrial& trial, const Rows& rows) {
  trial.rows.insert(trial.rows.end(), rows.rows.begin(), rows.rows.end());
  if (trial.rows.size() >= gather_most) return report(trial);
  report_soon();
}

void Trials::report_soon() {
  if (std::exchange(report_is_due_, true)) return;
  report_timer_.expires_after(gather_time);
  report_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    report_is_due_ = false;
    for (auto& [ticket, trial] : trials_) report(trial);
  });
}

void Trials::report(HeldTrial& trial) {
  send_written(trial,
               trial.outbox.report(std::exchange(trial.rows, {}), std::exchange(trial.epochs, {})));
}

Trials::HeldTrial* Trials::find(const Ticket& ticket, Stage stage) {
  const auto found = trials_.find(ticket);
  return found == trials_.end() || found->second.stage != stage ? nullptr : &found->second;
}

void Trials::later(std::chrono::milliseconds pause, std::function<void()> action) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, pause);
  timer->async_wait([timer, action = std::move(action)](boost::system::error_code error) {
    if (!error) action();
  });
}

std::vector<Ticket> Trials::holding() const {
  std::vector<Ticket> tickets;
  for (const auto& [ticket, trial] : trials_) tickets.push_back(ticket);
  return tickets;
}

std::vector<Renew::Standing> Trials::standings() const {
  std::vector<Renew::Standing> list;
  for (const auto& [ticket, trial] : trials_) {
    // An ending that is not written down has not been told.
    if (trial.stage != Stage::ending || !trial.outbox.trouble().empty())
      list.push_back(trial.standing);
  }
  return list;
}

Ready Trials::trainer() const {
  const auto found = std::find_if(slots_.begin(), slots_.end(),
                                  [](const Slot& slot) { return !slot.trainer().library.empty(); });
  return found == slots_.end() ? Ready{} : found->trainer();
}

int Trials::free_slots() const {
  if (is_full_) return 0;
  const auto free =
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.is_free(); });
  std::ptrdiff_t wanted = 0;
  for (const auto& [ticket, trial] : trials_) {
    if (trial.stage == Stage::waiting) wanted += slots_of(trial);
  }
  return static_cast<int>(std::max<std::ptrdiff_t>(0, free - wanted));
}

std::string Trials::arithmetic() const {
  std::set<std::string> different;
  for (const Slot& slot : slots_)
    if (const Ready& trainer = slot.trainer(); !trainer.library.empty())
      different.insert(trainer.library + ", " + processor_fact("model name") +
                       (trainer.device == "cpu" ? "" : ", " + trainer.device));
  return different.size() == 1 ? *different.begin() : "";
}

int Trials::slots_of(const HeldTrial& trial) const {
  return slots_taken(trial.lease.spec.numerics, static_cast<int>(slots_.size()));
}

bool Trials::is_training() const {
  return std::any_of(trials_.begin(), trials_.end(), [](const auto& entry) {
    return entry.second.stage == Stage::training || entry.second.stage == Stage::keeping;
  });
}

bool Trials::is_working() const {
  return std::any_of(trials_.begin(), trials_.end(), [](const auto& entry) {
    return entry.second.stage < Stage::uploading || !entry.second.outbox.trouble().empty();
  });
}

}  // namespace hone
