#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "coordinator/plan/plan.hpp"

namespace hone {

/// What a plan would take, at most: early stopping only makes it less.
struct Estimate {
  std::map<Role, int> trials;
  int trainings = 0;
  std::int64_t image_steps = 0;
  std::int64_t disk_bytes = 0;  // rows, masks and weights; packs not counted
  std::optional<double> hours;  // of one slot; nothing while no speed is known
};

/// `images_per_second` is the measured speed of one slot on this experiment's net and image size.
Estimate estimate(const Plan& plan, const std::map<std::string, DatasetFacts>& facts,
                  std::optional<double> images_per_second = {});

/// For people: counts, image-steps, hours, disk.
std::string to_text(const Estimate& estimate);

/// For scripts: one JSON object.
std::string to_json(const Estimate& estimate);

}  // namespace hone
