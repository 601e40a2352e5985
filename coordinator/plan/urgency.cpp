#include "coordinator/plan/urgency.hpp"

#include <algorithm>

namespace hone {

std::vector<std::int64_t> urgencies(const Plan& plan) {
  std::vector<std::int64_t> after(plan.trials.size());  // of what needs the trial
  for (std::size_t i = plan.trials.size(); i-- > 0;) {
    after[i] += plan.trials[i].image_steps;  // every trial that needs it was there before
    for (const Need& need : plan.trials[i].needs)
      after[need.trial] = std::max(after[need.trial], after[i]);
  }
  return after;
}

}  // namespace hone
