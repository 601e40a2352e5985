#include "coordinator/plan/sharing.hpp"

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

Shown shown_of(const Label& label, bool has_self_refinement, bool has_quality) {
  if (!label.variant.empty()) return {"variant " + label.variant, 1};
  if (label.net.starts_with("iteration/") || label.net.starts_with("steps/") ||
      label.net.starts_with("seeds/"))
    return {"", 0};  // worked out from what the cells below need anyway
  if (label.net == "lambda" && has_quality) return {"", 0};
  if (label.net == "no-quality") return {label.net, 2};
  if (label.net == "quality") return {label.net, has_self_refinement ? 3 : 2};
  if (label.net.starts_with("scratch-")) return {"scratch", 2};
  if (label.net.starts_with("warm-")) return {"warm", 2};
  return {label.net, 1};
}

void collect(const Plan& plan, std::size_t trial, std::set<std::size_t>& needed) {
  if (!needed.insert(trial).second) return;
  for (const Need& need : plan.trials[trial].needs) collect(plan, need.trial, needed);
}

}  // namespace

std::int64_t image_steps_alone(const Plan& plan) {
  bool has_self_refinement = false;
  bool has_quality = false;
  for (const Label& label : plan.labels) {
    has_quality = has_quality || label.net == "quality";
    has_self_refinement =
        has_self_refinement || label.net.starts_with("warm-") || label.net.starts_with("scratch-");
  }
  using Place = std::tuple<std::string, int, std::int64_t, std::string>;
  std::map<Place, std::pair<int, std::set<std::size_t>>> cells;
  for (const Label& label : plan.labels) {
    const Shown shown = shown_of(label, has_self_refinement, has_quality);
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
