#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include "coordinator/plan/plan.hpp"

/// Experiments and facts for tests of the plan.
namespace hone::given {

inline const char* const ph2_text =
    R"({"name": "PH2", "datasets": [{"name": "PH2", "layout": "ph2", "path": "ph2"}]})";

inline ExperimentSpec ph2(const std::vector<Setting>& settings = {}) {
  return parse_experiment(ph2_text, "ph2.json", "", settings);
}

/// A file of experiments/.
inline ExperimentSpec experiment(const std::string& file, const std::string& profile = "",
                                 const std::vector<Setting>& settings = {}) {
  const auto path = std::filesystem::path(HONE_SOURCE_DIR) / "experiments" / file;
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return parse_experiment(text.str(), file, profile, settings);
}

/// `count` images, each its own group.
inline DatasetFacts images(int count, const std::string& pack = "pack") {
  DatasetFacts facts{.pack = sha256(pack), .groups = {}};
  facts.groups.resize(static_cast<std::size_t>(count));
  std::iota(facts.groups.begin(), facts.groups.end(), 0);
  return facts;
}

/// The paper's data sets in their sizes; any other has 100 images.
inline std::map<std::string, DatasetFacts> facts_of(const ExperimentSpec& experiment) {
  const std::map<std::string, int> sizes = {{"PH2", 200},        {"ISBI 2017", 2750},
                                            {"Teeth-UCV", 100},  {"Breast-Aesthetics", 120},
                                            {"Cervix-HUC", 287}, {"Cervix-MobileODT", 1480}};
  std::map<std::string, DatasetFacts> facts;
  for (const DatasetSpec& dataset : experiment.datasets) {
    const auto size = sizes.find(dataset.name);
    facts[dataset.name] = images(size == sizes.end() ? 100 : size->second, dataset.name);
  }
  return facts;
}

inline Plan plan_of(const ExperimentSpec& experiment) {
  return expand(experiment, facts_of(experiment));
}

inline Plan ph2_plan(const std::vector<Setting>& settings = {}) {
  return expand(ph2(settings), {{"PH2", images(200)}});
}

inline int count(const Plan& plan, Role role) {
  const auto has_role = [&](const PlannedTrial& trial) { return trial.spec.role == role; };
  return static_cast<int>(std::count_if(plan.trials.begin(), plan.trials.end(), has_role));
}

inline int trainings(const Plan& plan) {
  return count(plan, Role::segment) + count(plan, Role::refine);
}

/// Trials whose key has the text in it.
inline std::vector<PlannedTrial> trials_with(const Plan& plan, const std::string& text) {
  std::vector<PlannedTrial> found;
  for (const PlannedTrial& trial : plan.trials)
    if (trial.key.find(text) != std::string::npos) found.push_back(trial);
  return found;
}

/// The one that ends so. Throws if there is none.
inline const PlannedTrial& trial_at(const Plan& plan, const std::string& end) {
  for (const PlannedTrial& trial : plan.trials)
    if (trial.key.ends_with(end)) return trial;
  throw std::out_of_range(end);
}

}  // namespace hone::given
