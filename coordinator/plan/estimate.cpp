#include "coordinator/plan/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/partition.hpp"
#include "coordinator/plan/halving.hpp"
#include "coordinator/plan/network_size.hpp"
#include "coordinator/plan/sharing.hpp"

namespace hone {

namespace {

constexpr std::int64_t bytes_per_row = 40;      // of a measurement in SQLite, with its index
constexpr std::int64_t metrics_per_image = 18;  // of a curve: common/measurement.hpp

std::int64_t disk_of(const PlannedTrial& trial, const DatasetFacts& facts) {
  const TrialSpec& spec = trial.spec;
  if (spec.role == Role::select || spec.role == Role::deform) return 0;
  const bool refines = spec.role == Role::refine;
  const Partition split = make_partition(facts.groups, spec.rotation, spec.fold);
  if (spec.role == Role::evaluate) {
    const bool test = spec.evaluate.split == Split::test;
    const auto images = static_cast<std::int64_t>((test ? split.test : split.validation).size());
    return images * (spec.evaluate.iterations + 1) * metrics_per_image * bytes_per_row;
  }
  const auto scored = static_cast<std::int64_t>(split.validation.size() + split.test.size());
  const std::int64_t rows = scored * 2 * 3 * bytes_per_row;
  const std::int64_t weights = 4 * parameters(spec.network, refines ? 4 : 3);
  const auto images = static_cast<std::int64_t>(facts.groups.size());
  const std::int64_t masks = refines ? 0 : 2 * images * spec.image_size * spec.image_size;
  return rows + weights + masks;
}

std::string with_unit(std::int64_t bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1);
  if (bytes < 1'000'000'000) {
    text << static_cast<double>(bytes) / 1e6 << " MB";
  } else {
    text << static_cast<double>(bytes) / 1e9 << " GB";
  }
  return text.str();
}

std::string grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string shared_part(const Estimate& estimate) {
  const auto alone = static_cast<double>(estimate.alone_image_steps);
  std::ostringstream text;
  text << std::fixed << std::setprecision(0)
       << 100 * static_cast<double>(estimate.image_steps) / alone << " % of the "
       << grouped(estimate.alone_image_steps)
       << " image-steps of a loop that trains what each cell needs for that cell alone";
  return text.str();
}

/// "1: 40, on which all is chosen; 2: 7, 3: 7 repeat the final nets".
std::string seeds_part(const Estimate& estimate) {
  std::string others;
  for (const auto& [seed, count] : estimate.trainings_of_seed) {
    if (seed == *estimate.selection_seed) continue;
    others += (others.empty() ? "" : ", ") + std::to_string(seed) + ": " + std::to_string(count);
  }
  const auto chosen_on = estimate.trainings_of_seed.find(*estimate.selection_seed);
  const int count = chosen_on == estimate.trainings_of_seed.end() ? 0 : chosen_on->second;
  return std::to_string(*estimate.selection_seed) + ": " + std::to_string(count) +
         ", on which λ and hyperparameters are chosen; final nets alone of " +
         (others.empty() ? "no other" : others);
}

std::string time_of(const Estimate& estimate) {
  int trials = 0;
  for (const auto& [role, count] : estimate.trials) trials += count;
  if (estimate.done == trials) return "none: everything is done";
  if (!estimate.hours)
    return "unknown: nothing was trained with these settings yet (--speed takes a guess)";
  const bool in_minutes = *estimate.hours < 2;
  std::ostringstream text;
  text << std::fixed << std::setprecision(!in_minutes && *estimate.hours < 10 ? 1 : 0)
       << (in_minutes ? std::ceil(60 * *estimate.hours) : *estimate.hours)
       << (in_minutes ? " min" : " h") << " of one slot at most";
  if (estimate.done > 0) text << ", for the others";
  return text.str();
}

using Optional = std::map<Digest, bool>;  // by trial

/// The trainings that the selection leaves out at most: those that are optional, but for the
/// fewest that may go on.
int pruned_by(const TrialSpec& selection, const Optional& optional) {
  const std::size_t folds = selection.candidates.at(0).trials.size();
  const auto candidates = static_cast<int>(selection.candidates.size());
  const std::vector<Rung> rungs = rungs_of(selection.halving, candidates, static_cast<int>(folds));
  int pruned = 0;
  int entrants = candidates;
  std::size_t rung = 0;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    if (static_cast<int>(fold) >= rungs[rung].folds) entrants = rungs[rung++].kept;
    const auto may_be_left_out = [&](const Candidate& candidate) {
      return optional.at(candidate.trials.at(fold));
    };
    const auto free = static_cast<int>(
        std::count_if(selection.candidates.begin(), selection.candidates.end(), may_be_left_out));
    pruned += std::min(free, candidates - entrants);
  }
  return pruned;
}

int pruned_of(const Plan& plan) {
  Optional optional;
  for (const PlannedTrial& trial : plan.trials) optional[trial.identity] = trial.optional;
  int pruned = 0;
  for (const PlannedTrial& trial : plan.trials)
    if (trial.spec.halving.eta > 0) pruned += pruned_by(trial.spec, optional);
  return pruned;
}

}  // namespace

Estimate estimate(const Plan& plan, const std::map<std::string, DatasetFacts>& facts,
                  const Experience& experience) {
  Estimate result;
  std::int64_t steps_left = 0;
  for (const PlannedTrial& trial : plan.trials) {
    ++result.trials[trial.spec.role];
    if (trial.spec.role == Role::segment || trial.spec.role == Role::refine) {
      ++result.trainings;
      ++result.trainings_of_seed[trial.spec.seed];
    }
    result.image_steps += trial.image_steps;
    if (experience.done.contains(trial.identity.hex())) {
      ++result.done;
    } else {
      steps_left += trial.image_steps;
    }
    result.disk_bytes += disk_of(trial, facts.at(trial.spec.dataset));
  }
  result.pruned = pruned_of(plan);
  result.alone_image_steps = image_steps_alone(plan);
  result.selection_seed = plan.selection_seed;
  std::copy_if(plan.rows.begin(), plan.rows.end(), std::back_inserter(result.same_rows),
               [](const VariantRow& row) { return !row.same_as.empty(); });
  const double speed = experience.images_per_second.value_or(0);
  if (speed > 0) result.hours = static_cast<double>(steps_left) / speed / 3600;
  return result;
}

std::string to_text(const Estimate& estimate) {
  std::ostringstream text;
  for (const auto& [role, count] : estimate.trials)
    text << std::left << std::setw(13) << name_of(role) << count << "\n";
  text << "trainings    " << estimate.trainings;
  if (estimate.pruned > 0)
    text << " at most; halving leaves out up to " << estimate.pruned << ", so "
         << estimate.trainings - estimate.pruned << " at least where none fails";
  text << "\n";
  if (estimate.selection_seed) text << "of seeds     " << seeds_part(estimate) << "\n";
  text << "image-steps  " << grouped(estimate.image_steps) << " at most\n";
  if (estimate.alone_image_steps > estimate.image_steps)
    text << "shared       " << shared_part(estimate) << "\n";
  for (const VariantRow& row : estimate.same_rows)
    text << "same net     '" << row.name << "' is "
         << (row.same_as.starts_with("the ") ? "" : "the experiment's own ") << row.same_as << "\n";
  if (estimate.done > 0) text << "done already " << estimate.done << " trials\n";
  text << "time         " << time_of(estimate) << "\n";
  text << "disk         about " << with_unit(estimate.disk_bytes) << "\n";
  return text.str();
}

std::string to_json(const Estimate& estimate) {
  nlohmann::ordered_json trials = nlohmann::ordered_json::object();
  for (const auto& [role, count] : estimate.trials) trials[std::string(name_of(role))] = count;
  nlohmann::ordered_json j = {{"schema", "hone.plan.v1"},
                              {"trials", trials},
                              {"trainings", estimate.trainings},
                              {"trainings_at_least", estimate.trainings - estimate.pruned},
                              {"image_steps", estimate.image_steps},
                              {"alone_image_steps", estimate.alone_image_steps},
                              {"disk_bytes", estimate.disk_bytes},
                              {"done", estimate.done},
                              {"hours", nullptr}};
  for (const auto& [seed, count] : estimate.trainings_of_seed)
    j["trainings_of_seed"][std::to_string(seed)] = count;
  if (estimate.selection_seed) j["selection_seed"] = *estimate.selection_seed;
  for (const VariantRow& row : estimate.same_rows) j["same_rows"][row.name] = row.same_as;
  if (estimate.hours) j["hours"] = *estimate.hours;
  return j.dump(2);
}

}  // namespace hone
