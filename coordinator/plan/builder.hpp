#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/plan/plan.hpp"

namespace hone {

/// A trial whose needs are still named by keys.
struct Draft {
  struct Wanted {
    std::string key;
    std::string input;
    std::string artifact;
  };
  struct Choice {  // of a select; `speakers` are keys
    std::string patch;
    int first = 1;
    int last = 1;
    std::vector<std::string> speakers;
  };

  PlannedTrial trial;        // without needs, identity and candidates
  std::string variant, net;  // its label; a trial without `net` gets none
  std::vector<Wanted> needs;
  std::vector<std::string> from;  // keys of the selections that its parameters come from
  std::vector<Choice> choices;
};

/// Puts trials together to a plan. A trial comes after what it needs.
class PlanBuilder {
 public:
  /// Adds the trial and returns its key. A trial of the same identity is there already: nothing is
  /// added, its key is returned, and the draft's own key means that trial from now on. Requires:
  /// every key that the draft names was added before.
  std::string add(Draft draft);

  bool has(const std::string& key) const { return places_.contains(key); }

  /// The trial is wanted for itself, not only by a selection. Requires: has(key).
  void require(const std::string& key) { plan_.trials[place(key)].required = true; }

  /// With it said which trials are optional.
  Plan plan() &&;

 private:
  std::size_t place(const std::string& key) const { return places_.at(key); }

  Plan plan_;
  std::map<std::string, std::size_t> places_;  // of a key in the plan
  std::map<Digest, std::size_t> identities_;
};

}  // namespace hone
