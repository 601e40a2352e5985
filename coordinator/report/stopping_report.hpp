#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/net_curves.hpp"
#include "coordinator/report/table.hpp"
#include "coordinator/stopping/evaluate.hpp"

namespace hone {

/// One rule over all trainings of a net: fitted to each alone, its test images pooled. Dice in
/// points. Differences are to Validation(k) (S1), per image the mean over its seeds.
struct PooledRule {
  std::string id = {};
  std::string title = {};
  Knowledge knowledge = Knowledge::validation;
  std::string unavailable = {};                         // why there is no result; '' = there is one
  std::vector<std::vector<Parameter>> parameters = {};  // per training
  std::optional<double> validation_dice = {};           // mean over trainings
  std::optional<double> cross_fitted_dice = {};         // as RuleResult has it, mean over trainings
  double dice = 0;
  double iterations = 0;  // mean of k
  std::optional<Interval> difference = {};
  std::optional<Interval> gap_closed = {};  // as RuleResult has it; nothing for S1
  std::optional<double> p = {};             // Wilcoxon
  std::optional<double> holm = {};  // over the rules of the net that need no test split; nothing
                                    // for bounds and S1
};

/// Whether it is a rule that the paper does not have: S5 to S12, fitted on validation curves.
bool is_new(const PooledRule& rule);

/// A new rule whose gain on S1 stands up to the number of rules: Holm's p of at most 0.05, and the
/// difference's interval above 0. In points, not as a share of the gap, which is a ratio of two
/// estimates.
bool closes_some(const PooledRule& rule);

/// A net in a data set.
struct StoppingRow {
  std::string dataset = {};
  std::string net = {};
  std::int64_t expected = 0;  // trainings
  std::int64_t trainings = 0;
  std::int64_t seeds = 0;
  std::int64_t images = 0;             // of the test split, counted once per rotation
  std::int64_t last = 0;               // K
  std::optional<Interval> room = {};   // S3 - S1; shares of the gap are given where it is above 0
  std::vector<PooledRule> rules = {};  // '' while no training is evaluated
  std::string chosen = {};  // the new rule (S5 to S12) with the highest cross-fitted validation
                            // Dice: the fourth declared contrast; '' if there is none
};

struct StoppingReport {
  SweepId sweep = {};
  std::string name = {};
  std::vector<StoppingRow> rows = {};
  bool complete() const;  // every training is evaluated
};

/// Rules S0 to S12 of one net or ('') of all. Throws SqlError; std::invalid_argument as
/// read_net_curves, or if evaluations of a net do not belong together.
StoppingReport read_stopping(Database& database, SweepId sweep, const std::string& net);

/// The same of curves that are read already.
StoppingRow stopping_of(const NetCurves& curves);

/// A row per rule, the difference to Validation(k) first; below, the rules that close some of the
/// gap, which are starred.
Table layout(const StoppingReport& report);

/// A JSON object with every field ("schema": "hone.stopping.v1").
std::string to_json(const StoppingReport& report);

}  // namespace hone
