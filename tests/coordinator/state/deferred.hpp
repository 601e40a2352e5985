#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/coordinator/state/desk.hpp"

namespace hone::given {

/// Tables II and III in small: lambda 0.3 wins unless told otherwise.
class Deferred : public ::testing::Test {
 protected:
  Deferred() : worker_(desk_.hello()) {}

  static ExperimentSpec both_tables(std::vector<Setting> settings = {}) {
    settings.insert(settings.begin(), R"(tables=["II","III"])");
    return small_experiment(settings);
  }

  /// By a worker without an open Ask, so that nothing is leased before the test asks.
  SweepReceipt submit(const ExperimentSpec& experiment) {
    desk_.leave(worker_);
    const SweepReceipt receipt = desk_.submit(experiment);
    worker_ = desk_.hello();
    return receipt;
  }

  /// Rows by which `best` is the lambda that is chosen.
  static Desk::Rows rows(double best = 0.3) {
    return [best](const TrialSpec& spec) {
      return dice_rows(spec.refine.lambda == best ? 0.9 : 0.6, 0.5);
    };
  }

  std::vector<Lease> finish_all(double best = 0.3) { return desk_.finish_all(worker_, rows(best)); }

  /// Finishes what is ready of plain nets and their base, and leaves what waits for the choice.
  std::vector<Lease> finish_plain(double best = 0.3) {
    std::vector<Lease> finished;
    for (int wave = 0; wave < 2; ++wave) {
      for (const Lease& lease : desk_.ask(worker_, 6)) {
        desk_.finish(worker_, lease, rows(best)(lease.spec));
        finished.push_back(lease);
      }
    }
    return finished;
  }

  static bool is_self(const TrialSpec& spec) {
    return spec.role == Role::refine && spec.refine.mode != RefineMode::plain;
  }
  static bool is_warm(const TrialSpec& spec) {
    return spec.role == Role::refine && spec.refine.mode == RefineMode::warm;
  }

  template <class Predicate>
  static std::vector<Lease> those(const std::vector<Lease>& leases, Predicate predicate) {
    std::vector<Lease> found;
    for (const Lease& lease : leases)
      if (predicate(lease.spec)) found.push_back(lease);
    return found;
  }

  /// The content of a lease's input, in hexadecimal; '' without such an input.
  static std::string input(const Lease& lease, const std::string& name) {
    for (const Input& each : lease.inputs)
      if (each.name == name) return each.content.hex();
    return {};
  }

  static std::string weights_of(const Lease& lease) {
    const std::string name =
        std::to_string(lease.ticket.trial.value) + "-" + std::to_string(lease.ticket.attempt);
    return sha256("weights of " + name).hex();
  }

  std::int64_t count(const std::string& condition) {
    return desk_.number("SELECT count(*) FROM trial WHERE " + condition);
  }
  std::string choice(const std::string& name) {
    return desk_.text("SELECT coalesce(value, 'nothing') FROM choice WHERE name = '" + name + "'");
  }

  Desk desk_;
  ConnectionId worker_;
};

}  // namespace hone::given
