#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/plan/plan.hpp"

namespace hone {

/// What a plan would take, at most: early stopping only makes it less.
struct Estimate {
  std::map<Role, int> trials;
  int trainings = 0;
  int pruned = 0;  // of them, that halving leaves out, at most; where none fails
  std::map<std::int64_t, int> trainings_of_seed;  // members of ensembles have seeds of their own
  std::optional<std::int64_t> selection_seed;     // as of the plan
  std::vector<VariantRow> same_rows;              // rows of variants that are another row's net
  std::int64_t alone_image_steps = 0;  // of a loop over cells that shares nothing; sharing.hpp
  std::int64_t image_steps = 0;
  std::int64_t disk_bytes = 0;  // rows, masks and weights; packs not counted
  int done = 0;                 // of the trials, before; hours are for the others
  std::optional<double> hours;  // of one slot; nothing while no speed is known
};

/// What was measured and computed before.
struct Experience {
  std::optional<double> images_per_second;  // of one slot on this experiment's net and image size
  std::set<std::string> done;               // identities of trials, in hexadecimal
};

/// Adds up the plan's trials.
Estimate estimate(const Plan& plan, const std::map<std::string, DatasetFacts>& facts,
                  const Experience& experience = {});

/// For people: counts, image-steps, hours, disk.
std::string to_text(const Estimate& estimate);

/// For scripts: one JSON object.
std::string to_json(const Estimate& estimate);

}  // namespace hone
