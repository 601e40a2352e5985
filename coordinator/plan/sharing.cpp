#include "coordinator/plan/sharing.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace hone {

namespace {

/// The cells that show a net and need the same trials: what they are called, and how many.
struct Shown {
  std::string cell;
  int times = 1;
};

struct Tables {
  bool quality = false;
  bool self_refinement = false;
};

Shown shown_of(const Label& label, const Plan& plan, const Tables& tables) {
  const auto shows = [&](const VariantRow& row) { return row.name == label.variant; };
  // A configuration of Table I: the cell of the hyperparameters needs it, and is the one shown.
  if (!label.variant.empty() && std::none_of(plan.rows.begin(), plan.rows.end(), shows))
    return {"", 0};
  if (!label.variant.empty()) return {"variant " + label.variant, 1};
  if (label.net.starts_with("iteration/") || label.net.starts_with("steps/") ||
      label.net.starts_with("seeds/") || label.net == "global-lambda")
    return {"", 0};  // worked out from what the cells below need anyway
  if (label.net == "lambda" && tables.quality) return {"", 0};
  if (label.net == "no-quality") return {label.net, 2};
  if (label.net == "quality") return {label.net, tables.self_refinement ? 3 : 2};
  if (label.net.starts_with("scratch-")) return {"scratch", 2};
  if (label.net.starts_with("warm-")) return {"warm", 2};
  return {label.net, 1};
}

/// Whether a script would take the needed trial as given: what is chosen on another seed is known
/// by then, and a choice by several data sets hears others than the trial's own.
bool is_given(const TrialSpec& spec, const TrialSpec& needed) {
  const bool choice_of_another = needed.role == Role::select && needed.seed != spec.seed;
  return choice_of_another || needed.dataset != spec.dataset;
}

void collect(const Plan& plan, std::size_t trial, std::set<std::size_t>& needed) {
  if (!needed.insert(trial).second) return;
  for (const Need& need : plan.trials[trial].needs)
    if (!is_given(plan.trials[trial].spec, plan.trials[need.trial].spec))
      collect(plan, need.trial, needed);
}

}  // namespace

std::int64_t image_steps_alone(const Plan& plan) {
  Tables tables;
  for (const Label& label : plan.labels) {
    tables.quality = tables.quality || label.net == "quality";
    tables.self_refinement = tables.self_refinement || label.net.starts_with("warm-") ||
                             label.net.starts_with("scratch-");
  }
  using Place = std::tuple<std::string, int, std::int64_t, std::string>;
  std::map<Place, std::pair<int, std::set<std::size_t>>> cells;
  for (const Label& label : plan.labels) {
    const Shown shown = shown_of(label, plan, tables);
    if (shown.times == 0) continue;
    const TrialSpec& spec = plan.trials[label.trial].spec;
    auto& [times, needed] = cells[{spec.dataset, spec.rotation, spec.seed, shown.cell}];
    times = shown.times;
    collect(plan, label.trial, needed);
  }
  std::int64_t steps = 0;
  for (const auto& [place, cell] : cells)
    for (const std::size_t trial : cell.second)
      steps += cell.first * plan.trials[trial].image_steps;
  return steps;
}

}  // namespace hone
