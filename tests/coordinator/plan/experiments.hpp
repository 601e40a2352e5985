#pragma once

#include <numeric>

#include "coordinator/plan/plan.hpp"

/// Experiments and facts for tests of the plan.
namespace hone::given {

inline const char* const ph2_text =
    R"({"name": "PH2", "datasets": [{"name": "PH2", "layout": "ph2", "path": "ph2"}]})";

inline ExperimentSpec ph2() {
  return parse_experiment(ph2_text, "ph2.json");
}

/// `count` images, each its own group.
inline DatasetFacts images(int count, const std::string& pack = "pack") {
  DatasetFacts facts{.pack = sha256(pack), .groups = {}};
  facts.groups.resize(static_cast<std::size_t>(count));
  std::iota(facts.groups.begin(), facts.groups.end(), 0);
  return facts;
}

inline Plan ph2_plan() {
  return expand(ph2(), {{"PH2", images(200)}});
}

}  // namespace hone::given
