#include "coordinator/plan/builder.hpp"

#include <algorithm>
#include <stdexcept>

#include "coordinator/plan/identity.hpp"

namespace hone {

std::string PlanBuilder::add(Draft draft) {
  PlannedTrial& trial = draft.trial;
  std::map<std::string, Origin> inputs;
  const auto need = [&](std::size_t earlier, const std::string& input,
                        const std::string& artifact) {
    const Need wanted{.trial = earlier, .input = input, .artifact = artifact};
    if (std::find(trial.needs.begin(), trial.needs.end(), wanted) == trial.needs.end())
      trial.needs.push_back(wanted);
  };
  for (const std::string& key : draft.from) {
    const std::size_t selection = place(key);
    trial.spec.from.push_back(plan_.trials[selection].identity);
    need(selection, {}, {});
    trial.deferred = true;
  }
  for (const Draft::Wanted& wanted : draft.needs) {
    const PlannedTrial& earlier = plan_.trials[place(wanted.key)];
    need(place(wanted.key), wanted.input, wanted.artifact);
    inputs[wanted.input] = {earlier.identity, wanted.artifact};
    trial.deferred = trial.deferred || earlier.deferred || earlier.spec.role == Role::select;
  }
  for (const Draft::Choice& choice : draft.choices) {
    Candidate candidate{
        .patch = choice.patch, .first = choice.first, .last = choice.last, .trials = {}};
    for (const std::string& key : choice.speakers) {
      candidate.trials.push_back(plan_.trials[place(key)].identity);
      need(place(key), {}, {});
    }
    trial.spec.candidates.push_back(std::move(candidate));
  }
  trial.identity = identity_of(trial.spec, inputs);
  const auto [known, is_new] = identities_.try_emplace(trial.identity, plan_.trials.size());
  const auto [named, is_new_name] = places_.try_emplace(trial.key, known->second);
  if (!is_new_name && named->second != known->second)
    throw std::logic_error("two trials of a plan are called '" + trial.key + "'");
  if (!draft.net.empty()) plan_.labels.push_back({draft.variant, draft.net, known->second});
  if (is_new) plan_.trials.push_back(std::move(trial));
  return plan_.trials[known->second].key;
}

Plan PlanBuilder::plan() && {
  for (PlannedTrial& trial : plan_.trials) {
    for (const Need& need : trial.needs)
      if (trial.spec.halving.eta > 0) {
        plan_.trials[need.trial].optional = true;
      } else {
        plan_.trials[need.trial].required = true;
      }
  }
  for (PlannedTrial& trial : plan_.trials) trial.optional = trial.optional && !trial.required;
  return std::move(plan_);
}

}  // namespace hone
