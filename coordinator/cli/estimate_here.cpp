#include "coordinator/cli/estimate_here.hpp"

#include <filesystem>

#include "coordinator/cli/state_options.hpp"
#include "coordinator/plan/plan.hpp"
#include "coordinator/report/speed.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

Experience experience_of(const KnownHere& known, const Plan& plan) {
  Experience experience;
  const auto file = database_file(state_folder(known.state));
  if (std::filesystem::exists(file) && !plan.trials.empty()) {
    Database database(file, Database::Mode::read_only);
    experience.done = finished_trials(database);
    experience.images_per_second = measured_speed(database, to_json(plan.trials.front().spec));
  }
  if (known.speed > 0) experience.images_per_second = known.speed;
  return experience;
}

}  // namespace

Estimate estimate_here(const ExperimentSpec& experiment,
                       const std::map<std::string, DatasetFacts>& facts, const KnownHere& known) {
  const Plan plan = expand(experiment, facts);
  return estimate(plan, facts, experience_of(known, plan));
}

}  // namespace hone::cli
