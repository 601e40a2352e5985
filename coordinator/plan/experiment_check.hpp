#pragma once

#include <map>
#include <string>
#include <string_view>

#include "coordinator/plan/experiment.hpp"

namespace hone {

/// Where the values of an experiment were written, for messages.
class Places {
 public:
  /// `file` names a place when nothing nearer is known.
  explicit Places(std::string file) : file_(std::move(file)) {}

  /// Says where the value at the JSON pointer was written: "a.json:3", "-S training.epochs=3".
  void note(const std::string& pointer, std::string place) { places_[pointer] = std::move(place); }

  /// Throws ExperimentError: "PLACE: POINTER: MESSAGE", at the nearest noted value around it.
  [[noreturn]] void refuse(const std::string& pointer, const std::string& message) const;

 private:
  std::string file_;
  std::map<std::string, std::string> places_;
};

/// Holds one layer of an experiment (a file, a profile, a setting) against experiment_objects():
/// known keys only, right types, in range. Requires: `text` is a JSON object.
void check_keys(std::string_view text, const Places& places);

/// What no table of keys can say: values that have to fit each other.
void check_sense(const ExperimentSpec& experiment, const Places& places);

/// Reads what to_json(ExperimentSpec) writes. Requires: every key is there and checked.
ExperimentSpec read_complete(std::string_view text);

}  // namespace hone
