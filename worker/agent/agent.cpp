#include "worker/agent/agent.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "common/net/processor.hpp"
#include "common/version.hpp"
#include "common/wire.hpp"
#include "worker/agent/environment.hpp"
#include "worker/agent/supervisor.hpp"
#include "worker/agent/wait_for_access.hpp"

namespace hone {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_idle{50};
constexpr milliseconds shortest_renewal{50};
constexpr std::chrono::seconds next_look{1};  // at whether something still trains

TrialsPlace place_of(const WorkerOptions& options, const Access& access, const SpoolFolder& spool) {
  return {.spool = spool,
          .artifacts = {.cache = options.cache / "artifacts",
                        .limit = options.cache_limit,
                        .coordinator = coordinator_name(access),
                        .shared = options.shared},
          .trainer = {.program = options.trainer,
                      .arguments = {},
                      .environment = trainer_environment(process_environment(), options.threads),
                      // An orphaned trainer would go on using the cores of the next one.
                      .death_signal = SIGKILL},
          .gpus = options.gpus,
          .team = options.team,
          .patience = options.patience,
          .trial_limit = options.trial_limit,
          .slots = options.slots,
          .checkpoints = {options.cache / "checkpoints", options.checkpoint}};
}

std::string device_text(const GpuList& gpus) {
  return gpus.empty() ? "cpu" : "cuda:" + joined(gpus);
}

std::vector<Precision> precisions_of(const WorkerOptions& options) {
  if (!options.bf16) return {Precision::fp32};
  return {Precision::fp32, Precision::bf16};
}

}  // namespace

Agent::Agent(const WorkerOptions& options, const Access& access, const SpoolFolder& spool)
    : options_(options),
      instance_(random_token().substr(0, 32)),
      signals_(io_, SIGINT, SIGTERM, SIGUSR1),
      renew_timer_(io_),
      ask_timer_(io_),
      stop_timer_(io_),
      away_timer_(io_),
      link_(io_, options.access, access,
            {.on_open = [this] { say_hello(); },
             .on_message = [this](const ToWorker& message) { on_message(message); },
             .on_lost = [this] { on_lost(); },
             .on_refused =
                 [this](const std::string& why) {
                   spdlog::critical("refused why=\"{}\"", why);
                   finish(exit_hopeless);
                 },
             .on_other_coordinator =
                 [this] {
                   spdlog::warn("other-coordinator access={}", options_.access.string());
                   finish(exit_again);
                 }}),
      time_left_(io_, options.ends_at,
                 {.on_last_start =
                      [this] {
                        spdlog::info("time-left: no further trial would be done in time");
                        drain();
                      },
                  .on_last_checkpoint = [this] { trials_.want_checkpoints(); },
                  .on_end =
                      [this] {
                        if (!stopping_) stop_at_once("the time of the worker's job is over");
                      }}),
      trials_(
          io_, place_of(options, access, spool),
          // Before Welcome nothing: a Done would arrive ahead of the reports that the broken
          // connection has lost, which follow then.
          {.send =
               [this](std::string text) {
                 if (connected_) link_.send(std::move(text));
               },
           .access = [this] { return link_.access(); },
           .is_connected = [this] { return connected_; },
           .on_change = [this] { look_around(); },
           .on_trained = [this](std::chrono::milliseconds duration) { time_left_.learn(duration); },
           .on_hopeless =
               [this](const std::string& why) {
                 spdlog::critical("no-trainer why=\"{}\"", why);
                 finish(exit_hopeless);
               }}) {}

int Agent::run() {
  on_signal();
  trials_.start();
  on_away();
  link_.start();
  time_left_.start();
  io_.run();
  trials_.close();
  return exit_code_;
}

void Agent::say_hello() {
  link_.send(encode(FromWorker(Hello{.instance = instance_,
                                     .host = host_name(),
                                     .slots = options_.slots,
                                     .threads = options_.threads,
                                     .ranks = largest_team(options_.team),
                                     .device = device_text(options_.gpus),
                                     .precisions = precisions_of(options_),
                                     .memory_mib = options_.gpu_memory,
                                     .holding = trials_.holding(),
                                     .about = about()})));
}

Particulars Agent::about() const {
  const auto clock = std::chrono::system_clock::now().time_since_epoch();
  const Ready trainer = trials_.trainer();
  return {.clock = std::chrono::floor<milliseconds>(clock),
          .code = code_version(),
          .library = trainer.library,
          .mpi = trainer.mpi,
          .nccl = trainer.nccl,
          .driver = gpu_driver_version()};
}

void Agent::on_message(const ToWorker& message) {
  if (const auto* welcome = std::get_if<Welcome>(&message)) on_welcome(*welcome);
  if (const auto* assign = std::get_if<Assign>(&message)) on_assign(*assign);
  if (const auto* idle = std::get_if<Idle>(&message)) on_idle(*idle);
  if (const auto* ack = std::get_if<Ack>(&message)) trials_.acknowledge(*ack);
  if (const auto* drop = std::get_if<Drop>(&message)) {
    spdlog::warn("trial-dropped ticket={} why=\"{}\"", text_of(drop->ticket), drop->reason);
    trials_.drop(drop->ticket);
  }
  look_around();
}

void Agent::on_welcome(const Welcome& welcome) {
  spdlog::info("welcome worker={} epoch={} lease-ms={}", welcome.worker.value, welcome.epoch,
               welcome.lease.count());
  connected_ = true;
  away_ = false;
  away_timer_.cancel();
  asked_slots_ = 0;
  lease_ = welcome.lease;
  link_.mark_healthy();
  trials_.send_again();
  renew_later();
}

void Agent::on_assign(const Assign& assign) {
  asked_slots_ = 0;
  idle_slots_ = 0;
  drained_ = false;
  ask_timer_.cancel();
  for (const Lease& lease : assign.leases) {
    // Leased in the moment in which we decided to take no more: another shall have it at once.
    if (draining_ || has_its_count()) {
      trials_.decline(lease, "the worker takes no more trials");
      continue;
    }
    ++taken_;
    trials_.take(lease);
  }
}

void Agent::on_idle(const Idle& idle) {
  if (asked_slots_ > 0) idle_slots_ = std::exchange(asked_slots_, 0);
  drained_ = idle.drained;
  ask_timer_.expires_after(std::max(idle.again, shortest_idle));
  ask_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    idle_slots_ = 0;
    ask();
  });
}

void Agent::on_lost() {
  connected_ = false;
  asked_slots_ = 0;
  idle_slots_ = 0;
  drained_ = false;
  renew_timer_.cancel();
  ask_timer_.cancel();
  on_away();
  look_around();
}

void Agent::on_away() {
  if (options_.give_up && !std::exchange(away_, true)) give_up_later(*options_.give_up);
}

void Agent::give_up_later(milliseconds pause) {
  away_timer_.expires_after(pause);
  away_timer_.async_wait([this](boost::system::error_code error) {
    if (error || !away_) return;
    // A training's work is worth more than the wait: it ends first, and its result is spooled.
    if (trials_.is_training()) return give_up_later(next_look);
    spdlog::critical("coordinator-gone: out of reach for {} s; see --give-up",
                     std::chrono::round<std::chrono::seconds>(*options_.give_up).count());
    finish(0);
  });
}

bool Agent::has_its_count() const {
  return options_.count && taken_ >= *options_.count;
}

void Agent::ask() {
  if (!connected_ || asked_slots_ > 0 || draining_ || has_its_count()) return;
  const int slots = trials_.free_slots();
  if (slots <= idle_slots_) return;
  asked_slots_ = slots;
  const int trials = options_.count ? *options_.count - taken_ : 0;
  link_.send(encode(
      FromWorker(Ask{.slots = slots, .trials = trials, .arithmetic = trials_.arithmetic()})));
}

// Called after everything that may change what there is to do.
void Agent::look_around() {
  const bool no_more = draining_ || (options_.until_drained && drained_) || has_its_count();
  // What is spooled waits for the next agent if the coordinator is away.
  const bool left_to_disk = draining_ && !connected_ && !trials_.is_working();
  if (no_more && (trials_.empty() || left_to_disk)) {
    if (taken_ == 0 && !draining_) {
      spdlog::warn(
          "drained: nothing is waiting or running; submit first, or leave out --until-drained");
    }
    return finish(0);
  }
  ask();
}

void Agent::renew_later() {
  renew_timer_.expires_after(std::max(lease_ / 3, shortest_renewal));
  renew_timer_.async_wait([this](boost::system::error_code error) {
    if (error || !connected_) return;
    link_.send(encode(FromWorker(Renew{.trials = trials_.standings(), .about = about()})));
    renew_later();
  });
}

int run_agent(const WorkerOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!wait_for_access(options.access, options.give_up)) {
    spdlog::critical("coordinator-gone: no access file {} came; see --give-up",
                     options.access.string());
    return 0;
  }
  try {
    const Access access = read_access(options.access);
    // Tickets, and what is not sent yet, mean something to one coordinator only.
    const SpoolFolder spool(options.cache / "coordinators" / coordinator_name(access));
    if (const int wanted = options.slots * options.threads; wanted > own_cores())
      spdlog::warn("slots x threads = {} on {} cores of this worker's own{}", wanted, own_cores(),
                   own_cores() == 1 ? ": does mpirun lack --bind-to none?" : "");
    spdlog::info("agent slots={} threads={} spool={}", options.slots, options.threads,
                 spool.path().string());
    const int exit_code = Agent(options, access, spool).run();
    spdlog::info("agent-ends status={}", exit_code);
    return exit_code;
  } catch (const AccessError& error) {
    spdlog::critical("access error=\"{}\"", error.what());
    return exit_hopeless;
  } catch (const SpoolError& error) {
    spdlog::critical("no-cache error=\"{}\"", error.what());
    return exit_hopeless;
  }
}

}  // namespace hone
