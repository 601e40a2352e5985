#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/fault_point.hpp"
#include "common/wire.hpp"
#include "worker/agent/trials.hpp"

namespace hone {

// How trials end: what they left is kept, written down, uploaded, sent and at last forgotten.

namespace {

constexpr std::chrono::milliseconds upload_pause{1000};
constexpr int film_strip_tries = 3;
constexpr std::chrono::milliseconds longest_upload_pause{30'000};

/// Whether nobody will try again from where this attempt was.
bool is_final(const Ending& ending) {
  const auto* const failed = std::get_if<Failed>(&ending);
  return failed == nullptr || failed->failure == Failure::diverged ||
         failed->failure == Failure::impossible;
}

}  // namespace

void Trials::take_up_spool() {
  for (const Ticket& ticket : spool_.tickets()) {
    try {
      take_up(ticket);
    } catch (const ForeignSpool& error) {
      // The lease runs out by itself; the trial is done again.
      spdlog::error("spool-foreign ticket={} why=\"{}\"", text_of(ticket), error.what());
      spool_.remove(ticket);
    } catch (const SpoolError& error) {
      // Likewise. The file stays: the next start may read it.
      spdlog::error("spool-unreadable ticket={} why=\"{}\"", text_of(ticket), error.what());
    }
  }
}

void Trials::take_up(const Ticket& ticket) {
  HeldTrial found({.ticket = ticket, .spec = {}, .inputs = {}}, spool_.open(ticket));
  HeldTrial& trial = trials_.emplace(ticket, std::move(found)).first->second;
  const auto& ending = trial.outbox.ending();
  spdlog::info("trial-found ticket={} ended={}", text_of(ticket), ending.has_value());
  if (!ending) return fail(trial, Failure::returned, "the agent was restarted");
  const bool is_done = std::holds_alternative<Done>(*ending);
  trial.stage = is_done ? Stage::uploading : Stage::ending;
  if (is_done) later(std::chrono::milliseconds(0), [this, ticket] { upload(ticket); });
}

void Trials::on_trained(HeldTrial& trial, const Trained& trained) {
  report(trial);
  events_.on_trained(std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - trial.taken));
  trial.outcome = trained.outcome;
  trial.reason = trained.reason;
  trial.summary = trained.summary;
  trial.stage = Stage::keeping;
  std::exchange(trial.slot, nullptr)->release();
  trial.inputs.reset();
  fault::at("keep.before");
  transfers_.keep(trained.artifacts,
                  [this, ticket = trained.ticket](const auto& answer) { on_kept(ticket, answer); });
  start_waiting();
  events_.on_change();
}

void Trials::on_kept(const Ticket& ticket, const Transfers::Answer<Transfers::Digests>& answer) {
  spool_.remove_work_folder(ticket);
  HeldTrial* const trial = find(ticket, Stage::keeping);
  if (trial == nullptr) return;
  const bool is_looked_at = trial->lease.spec.role == Role::evaluate;  // a film strip, that is all
  if (!answer.error.empty() && !is_looked_at) {
    return fail(*trial, Failure::crashed, "what the trial left cannot be kept: " + answer.error);
  }
  send_written(*trial, trial->outbox.end(Done{.ticket = ticket,
                                              .outcome = trial->outcome,
                                              .reason = trial->reason,
                                              .rows = trial->outbox.row_count(),
                                              .rows_digest = trial->outbox.rows_digest(),
                                              .artifacts = answer.result,
                                              .summary = trial->summary}));
  trial->stage = Stage::uploading;
  spdlog::info("trial-done ticket={} rows={}", text_of(ticket), trial->outbox.row_count());
  upload(ticket);
}

void Trials::upload(const Ticket& ticket) {
  const HeldTrial* const trial = find(ticket, Stage::uploading);
  if (trial == nullptr) return;
  fault::at("upload.before");
  transfers_.upload(events_.access(), std::get<Done>(*trial->outbox.ending()).artifacts,
                    [this, ticket](const auto& answer) { on_uploaded(ticket, answer); });
}

void Trials::on_uploaded(const Ticket& ticket, const Transfers::Answer<bool>& answer) {
  HeldTrial* const trial = find(ticket, Stage::uploading);
  if (trial == nullptr) return;
  if (answer.error.empty()) return send_ending(*trial);
  spdlog::warn("upload-failed ticket={} why=\"{}\"", text_of(ticket), answer.error);
  if ((answer.lost || trial->tries >= film_strip_tries) && go_without_film_strip(*trial))
    return upload(ticket);
  if (answer.lost) return fail(*trial, Failure::crashed, answer.error);
  // For ever: what took hours to compute is not thrown away because a disk is full for a while.
  trial->tries = std::min(trial->tries + 1, 30);
  later(std::min(upload_pause * trial->tries, longest_upload_pause),
        [this, ticket] { upload(ticket); });
}

/// Whether there was one to leave out. No result waits for what is only looked at.
bool Trials::go_without_film_strip(HeldTrial& trial) {
  Done done = std::get<Done>(*trial.outbox.ending());
  const auto film = done.artifacts.find(film_strip_artifact);
  if (film == done.artifacts.end()) return false;
  transfers_.give_up(film->second);
  done.artifacts.erase(film);
  send_written(trial, trial.outbox.end(done));
  trial.tries = 0;
  return true;
}

void Trials::fail(HeldTrial& trial, Failure failure, const std::string& reason) {
  const Ticket ticket = trial.standing.ticket;
  spdlog::warn("trial-failed ticket={} reason=\"{}\"", text_of(ticket),
               reason.substr(0, reason.find('\n')));
  trial.slot = nullptr;
  trial.inputs.reset();
  trial.rows.clear();
  trial.epochs.clear();
  spool_.remove_work_folder(ticket);
  if (failure == Failure::crashed && !spool_.has_room()) {
    wait_for_room(reason.substr(0, reason.find('\n')));
    failure = Failure::returned;  // as likely for want of room as by a fault of the trial's
  }
  send_written(
      trial,
      trial.outbox.end(Failed{
          .ticket = ticket, .failure = failure, .reason = reason, .checkpoint = trial.checkpoint}));
  send_ending(trial);
  start_waiting();
  events_.on_change();
}

void Trials::send_ending(HeldTrial& trial) {
  trial.stage = Stage::ending;
  if (trial.outbox.trouble().empty()) events_.send(trial.outbox.encoded_ending());
}

void Trials::send_again() {
  for (auto& [ticket, trial] : trials_) {
    for (std::string& text : trial.outbox.unacknowledged()) events_.send(std::move(text));
    if (trial.stage == Stage::ending) send_ending(trial);
  }
}

void Trials::acknowledge(const Ack& ack) {
  const auto found = trials_.find(ack.ticket);
  if (found == trials_.end()) return;
  if (ack.sequence >= 0) return found->second.outbox.acknowledge(ack.sequence);
  if (found->second.stage == Stage::ending) forget(ack.ticket);
}

void Trials::drop(const Ticket& ticket) {
  const auto found = trials_.find(ticket);
  if (found == trials_.end()) return;
  HeldTrial& trial = found->second;
  if (trial.stage == Stage::training) trial.slot->stop_trial();
  if (trial.stage == Stage::fetching) trial.slot->release();
  forget(ticket);
}

void Trials::want_checkpoints() {
  for (auto& [ticket, trial] : trials_)
    if (trial.stage == Stage::training && trial.slot != nullptr) trial.slot->want_checkpoint();
}

void Trials::give_back(const std::string& why) {
  for (auto& [ticket, trial] : trials_) {
    if (trial.stage > Stage::training) continue;
    if (trial.slot != nullptr) trial.slot->stop_trial();
    fail(trial, Failure::returned, why);
  }
}

void Trials::forget(const Ticket& ticket) {
  HeldTrial& trial = trials_.at(ticket);
  if (trial.outbox.ending() && is_final(*trial.outbox.ending())) checkpoints_.remove(trial.lease);
  trial.outbox.forget();
  trials_.erase(ticket);
  spool_.remove_work_folder(ticket);
  start_waiting();
  events_.on_change();
}

void Trials::close() {
  for (Slot& slot : slots_) slot.close();
}

}  // namespace hone
