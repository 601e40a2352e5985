#include "tests/simulation/worker.hpp"

#include "tests/simulation/sweep.hpp"
#include "tests/simulation/world.hpp"

namespace hone::simulation {

Worker::Worker(World& world, Network& network, Coordinator& coordinator, int number, int slots)
    : world_(world),
      network_(network),
      coordinator_(coordinator),
      number_(number),
      slots_(slots),
      process_(world.events) {}

/// Does it later unless the process has ended by then; a process that is stopped does it when it
/// goes on.
void Worker::plan(Time pause, const std::function<void()>& action) {
  world_.events.after(pause, [this, life = life_, action] {
    if (life == life_) process_.act(action);
  });
}

void Worker::start() {
  ++life_;
  for (auto& [ticket, each] : spool_) {
    each.lease.reset();
    if (!std::holds_alternative<std::monostate>(each.ending)) continue;
    each.reports.clear();
    each.ending = Failed{ticket, Failure::returned, "the agent was restarted"};
    world_.book.failed(ticket);
  }
  connect();
}

void Worker::kill(Time down_for) {
  world_.events.note("worker " + std::to_string(number_) + " killed");
  ++world_.faults.worker_kills;
  ++life_;
  if (wire_ != 0) {
    network_.cut(wire_);
    world_.events.after(world_.between(0, second),
                        [this, wire = wire_] { coordinator_.lose(wire); });
  }
  wire_ = 0;
  process_.forget();
  world_.events.after(down_for, [this, life = life_] {
    if (life == life_) start();
  });
}

void Worker::pause(Time duration) {
  ++world_.faults.worker_pauses;
  world_.events.note("worker " + std::to_string(number_) + " stopped");
  process_.stop(duration);
}

void Worker::connect() {
  if (wire_ != 0) return;
  if (!coordinator_.is_up() || network_.is_parted(number_))
    return plan(world_.between(50 * millisecond, second), [this] { connect(); });
  wire_ = network_.connect(number_);
  welcome_ = asked_ = false;
  const auto here = [this, life = life_, wire = wire_](const auto& action) {
    return [this, life, wire, action](const auto&... what) {
      if (life == life_ && wire == wire_) action(what...);
    };
  };
  coordinator_.accept(wire_,
                      here([this, wire = wire_](const ToWorker& message) { hear(wire, message); }),
                      here([this, wire = wire_] { lost(wire); }));
  Hello hello;
  hello.instance = std::to_string(number_) + "-" + std::to_string(life_);
  hello.host = "host-" + std::to_string(number_);
  hello.slots = slots_;
  hello.device = "cpu";
  hello.precisions = {Precision::fp32};
  for (const auto& [ticket, each] : spool_) hello.holding.push_back(ticket);
  hello.about.clock = clock();
  say(hello);
}

void Worker::lost(WireId wire) {
  if (wire != wire_) return;
  wire_ = 0;
  connect();
}

void Worker::say(const FromWorker& message) {
  if (wire_ == 0) return;
  network_.up(wire_, [this, wire = wire_, message] { coordinator_.arrive(wire, message); });
  if (!world_.happens(0.005)) return;
  ++world_.faults.breaks;
  network_.cut(wire_);
  const Time patience = world_.between(0, 2 * lease_time);
  world_.events.after(patience, [this, wire = wire_] { coordinator_.lose(wire); });
  plan(world_.between(0, lease_time), [this, wire = wire_] { lost(wire); });
}

void Worker::hear(WireId wire, const ToWorker& message) {
  process_.act([this, wire, message] {
    if (wire == wire_) std::visit([this](const auto& each) { on(each); }, message);
  });
}

void Worker::on(const Welcome& /*welcome*/) {
  welcome_ = true;
  std::vector<Ticket> held;
  for (const auto& [ticket, each] : spool_) held.push_back(ticket);
  for (const Ticket& ticket : held) say_again(ticket);
  ask();
  renew(wire_);
}

void Worker::on(const Assign& assign) {
  asked_ = false;
  for (const Lease& lease : assign.leases)
    if (!spool_.contains(lease.ticket)) train(lease);
  ask();
}

void Worker::on(const Idle& /*idle*/) {
  plan(lease_time, [this, wire = wire_] {
    if (wire != wire_) return;
    asked_ = false;
    ask();
  });
}

void Worker::on(const Ack& ack) {
  const auto found = spool_.find(ack.ticket);
  if (found == spool_.end()) return;
  if (ack.sequence >= 0) {
    found->second.reports.erase(ack.sequence);
  } else if (!std::holds_alternative<std::monostate>(found->second.ending)) {
    spool_.erase(found);
  }
}

void Worker::on(const Drop& drop) {
  spool_.erase(drop.ticket);
  asked_ = false;
  ask();
}

int Worker::free_slots() const {
  int free = slots_;
  for (const auto& [ticket, each] : spool_)
    if (std::holds_alternative<std::monostate>(each.ending)) --free;
  return free;
}

/// Each host's is off by hours, and by others each time that it is asked.
std::chrono::milliseconds Worker::clock() {
  constexpr Time hour = 3600 * second;
  return std::chrono::milliseconds((world_.events.now() + world_.between(-hour, hour)) /
                                   millisecond);
}

void Worker::ask() {
  if (!welcome_ || asked_ || free_slots() <= 0) return;
  asked_ = true;
  say(Ask{.slots = free_slots()});
}

void Worker::renew(WireId wire) {
  plan(lease_time / 3, [this, wire] {
    if (wire != wire_) return;
    Renew renewal;
    for (const auto& [ticket, each] : spool_) renewal.trials.push_back({.ticket = ticket});
    renewal.about.clock = clock();
    if (!renewal.trials.empty()) say(renewal);
    renew(wire);
  });
}

void Worker::train(const Lease& lease) {
  const Ticket ticket = lease.ticket;
  spool_[ticket].lease = lease;
  spool_[ticket].rows = rows_of(lease);
  const std::size_t rows = spool_[ticket].rows.size();
  const Time half = world_.between(20 * millisecond, 400 * millisecond);
  const auto if_trained = [this, ticket](auto action) {
    return [this, ticket, action] {
      const auto found = spool_.find(ticket);
      if (found != spool_.end() && found->second.lease) action();
    };
  };
  plan(half, if_trained([this, ticket, rows] { report(ticket, 0, rows / 2); }));
  if (const auto after = world_.trainer_crashes(lease))
    return plan(2 * half, if_trained([this, ticket, after] { crash(ticket, *after); }));
  plan(2 * half, if_trained([this, ticket, rows] {
         report(ticket, rows / 2, rows);
         finish(ticket);
       }));
}

void Worker::report(const Ticket& ticket, std::size_t begin, std::size_t end) {
  Spooled& spooled = spool_.at(ticket);
  const std::vector<Measurement>& rows = spooled.rows;
  Report report;
  report.ticket = ticket;
  report.sequence = static_cast<std::int64_t>(begin);
  report.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end));
  spooled.reports[report.sequence] = report;
  world_.book.reported(report);
  if (welcome_) say(report);
}

/// The trainer, under an agent that lives on.
void Worker::crash(const Ticket& ticket, int checkpoint) {
  ++world_.faults.trainer_crashes;
  world_.book.crashed(ticket);
  Spooled& spooled = spool_.at(ticket);
  spooled.reports.clear();
  const Failed failed{ticket, Failure::crashed, "signal 11", checkpoint};
  spooled.ending = failed;
  if (welcome_) say(failed);
  asked_ = false;
  ask();
}

void Worker::finish(const Ticket& ticket) {
  Spooled& spooled = spool_.at(ticket);
  Done done;
  done.ticket = ticket;
  done.rows = static_cast<std::int64_t>(spooled.rows.size());
  done.rows_digest = digest_of_rows(spooled.rows);
  done.artifacts = artifacts_of(*spooled.lease);
  done.summary = "{}";
  spooled.ending = done;
  world_.book.ended(ticket, done.artifacts);
  if (world_.plant == Plant::artifacts_unchecked) say(done);
  upload(ticket);
  asked_ = false;
  ask();
}

/// Artifacts go over connections of their own, which the coordinator answers when they are durable.
void Worker::upload(const Ticket& ticket) {
  plan(world_.between(5 * millisecond, 100 * millisecond), [this, ticket] {
    const auto found = spool_.find(ticket);
    if (found == spool_.end()) return;
    if (!coordinator_.is_reading() || network_.is_parted(number_) || world_.happens(0.02))
      return upload(ticket);
    for (const auto& [name, digest] : std::get<Done>(found->second.ending).artifacts)
      world_.book.artifacts.insert(digest);
    found->second.uploaded = true;
    if (welcome_) say(std::get<Done>(found->second.ending));
  });
}

void Worker::say_again(const Ticket& ticket) {
  const Spooled& spooled = spool_.at(ticket);
  for (const auto& [sequence, report] : spooled.reports) say(report);
  if (const auto* failed = std::get_if<Failed>(&spooled.ending)) say(*failed);
  if (const auto* done = std::get_if<Done>(&spooled.ending)) {
    if (spooled.uploaded)
      say(*done);
    else if (!spooled.lease)  // of an earlier life, whose upload ended with it
      upload(ticket);
  }
}

}  // namespace hone::simulation
