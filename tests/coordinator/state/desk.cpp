#include "tests/coordinator/state/desk.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <utility>

namespace hone::given {

namespace {

constexpr int images = 25;

const char* const text_of_experiment =
    R"({"name": "small", "profile": "smoke", "tables": ["lambda"], "inner_folds": 2,
        "lambdas": [0.1, 0.3],
        "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})";

PackManifest manifest(int image_size) {
  PackManifest manifest;
  manifest.layout = "lesions";
  manifest.synthetic = true;
  manifest.image_size = image_size;
  manifest.foreground = "generated";
  for (int i = 0; i < images; ++i) {
    PackImage image;
    image.id = "lesion-" + std::to_string(i);
    image.group = i;
    manifest.images.push_back(image);
  }
  return manifest;
}

std::map<std::string, Digest> artifacts_of(const Lease& lease) {
  const std::string name =
      std::to_string(lease.ticket.trial.value) + "-" + std::to_string(lease.ticket.attempt);
  switch (lease.spec.role) {
    case Role::segment:
      return {{"weights", sha256("weights of " + name)}, {"masks", sha256("masks of " + name)}};
    case Role::refine:
      return {{"weights", sha256("weights of " + name)}};
    case Role::deform:
      return {{"deformations", sha256("deformations of " + name)}};
    default:
      return {};
  }
}

}  // namespace

ExperimentSpec small_experiment(const std::vector<Setting>& settings) {
  return parse_experiment(text_of_experiment, "small.json", "", settings);
}

std::vector<Measurement> dice_rows(double validation, double test) {
  std::vector<Measurement> rows;
  for (const Split split : {Split::validation, Split::test}) {
    for (int i = 0; i < 6; ++i) {
      const double dice = (split == Split::test ? test : validation) + 0.01 * (i / 2);
      rows.push_back({split, i % 2, i / 2, Metric::dice, dice});
    }
  }
  return rows;
}

Done done_with(const Ticket& ticket, const std::vector<Measurement>& rows) {
  Done done;
  done.ticket = ticket;
  done.rows = static_cast<std::int64_t>(rows.size());
  done.rows_digest = digest_of_rows(rows);
  done.artifacts = {{"weights", sha256("weights")}, {"masks", sha256("masks")}};
  done.summary = "{}";
  return done;
}

Desk::Desk(std::chrono::milliseconds retry_pause) : retry_pause_(retry_pause) {
  artifacts = {sha256("weights"), sha256("masks")};
  start();
}

Desk::~Desk() {
  check();
}

void Desk::start() {
  store_ = std::make_unique<Store>(folder_ / "hone.sqlite");
  service_ = std::make_unique<Service>(
      *store_, ServiceSettings{.lease = lease_time, .crash_limit = 3, .retry_pause = retry_pause_},
      [this](const Digest& digest) { return artifacts.contains(digest); });
  service_->recover(now_);
}

void Desk::stop() {
  service_.reset();
  store_.reset();
}

void Desk::restart() {
  stop();
  start();
  check();
}

void Desk::check() {
  for (const std::string& violation : store_->violations()) ADD_FAILURE() << violation;
}

void Desk::step(std::vector<Departure> said) {
  said_ = std::move(said);
  if (is_watched()) check();
}

SweepReceipt Desk::add(const ExperimentSpec& experiment) {
  std::map<std::string, DatasetFacts> facts;
  std::map<std::string, Digest> packs;
  for (const DatasetSpec& dataset : experiment.datasets) {
    const Digest pack = sha256(dataset.name == "toy" ? "pack" : "pack of " + dataset.name);
    facts[dataset.name] = {.pack = pack, .groups = std::vector<std::int32_t>(images)};
    std::iota(facts[dataset.name].groups.begin(), facts[dataset.name].groups.end(), 0);
    packs[dataset.name] = pack;
    store_->add_pack(pack, manifest(experiment.image_size));
  }
  return store_->add_sweep({.name = experiment.name,
                            .experiment = sweep_text(experiment),
                            .packs = packs,
                            .plan = expand(experiment, facts)});
}

SweepReceipt Desk::submit(const ExperimentSpec& experiment) {
  const auto transaction = store_->begin();
  const SweepReceipt receipt = add(experiment);
  store_->settle_selections();
  transaction->commit();
  step(service_->tick(now_));
  return receipt;
}

void Desk::submit_in_vain(const ExperimentSpec& experiment) {
  {
    const auto transaction = store_->begin();
    add(experiment);
  }
  step(service_->tick(now_));
}

ConnectionId Desk::hello(const Hello& hello) {
  const ConnectionId worker = connection();
  say(worker, hello);
  return worker;
}

ConnectionId Desk::hello(const std::string& instance) {
  Hello greeting;
  greeting.instance = instance;
  greeting.host = "here";
  greeting.device = "cpu";
  greeting.slots = 8;
  greeting.precisions = {Precision::fp32};
  return hello(greeting);
}

void Desk::say(ConnectionId worker, const FromWorker& message) {
  const std::vector<Arrival> arrivals = {{worker, message}};
  step(service_->apply(now_, arrivals));
}

std::vector<Lease> Desk::ask(ConnectionId worker, int slots) {
  say(worker, Ask{slots});
  std::vector<Lease> leases;
  for (const Assign& assign : heard<Assign>(worker)) {
    leases.insert(leases.end(), assign.leases.begin(), assign.leases.end());
  }
  return leases;
}

Lease Desk::ask_one(ConnectionId worker) {
  return ask(worker).at(0);
}

void Desk::report(ConnectionId worker, const Ticket& ticket, const std::vector<Measurement>& rows) {
  say(worker, Report{.ticket = ticket, .sequence = 1, .rows = rows, .epochs = {}});
}

void Desk::finish(ConnectionId worker, const Lease& lease, const std::vector<Measurement>& rows,
                  Outcome outcome) {
  report(worker, lease.ticket, rows);
  Done done = done_with(lease.ticket, rows);
  done.artifacts = artifacts_of(lease);
  for (const auto& [name, digest] : done.artifacts) artifacts.insert(digest);
  done.outcome = outcome;
  if (outcome == Outcome::collapsed) done.reason = "the same mask for every image";
  say(worker, done);
}

void Desk::fail(ConnectionId worker, const Ticket& ticket, Failure failure) {
  say(worker, Failed{ticket, failure, "planned"});
}

std::vector<Lease> Desk::finish_all(ConnectionId worker, const Rows& rows) {
  std::vector<Lease> finished;
  for (std::vector<Lease> leases = ask(worker); !leases.empty(); leases = ask(worker)) {
    for (const Lease& lease : leases) finish(worker, lease, rows(lease.spec));
    finished.insert(finished.end(), leases.begin(), leases.end());
  }
  return finished;
}

void Desk::after(std::chrono::milliseconds time) {
  now_ += time;
  step(service_->tick(now_));
}

std::string Desk::state(TrialId trial) {
  return text("SELECT state FROM trial WHERE id = " + std::to_string(trial.value));
}

std::string Desk::text(const std::string& sql) {
  Statement query = store_->database().prepare(sql);
  return query.step() ? query.text(0) : "nothing";
}

std::int64_t Desk::number(const std::string& sql) {
  Statement query = store_->database().prepare(sql);
  return query.step() ? query.integer(0) : -1;
}

}  // namespace hone::given
