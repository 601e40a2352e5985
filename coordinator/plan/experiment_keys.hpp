#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

enum class KeyKind : std::uint8_t {
  integer,
  number,
  flag,
  text,
  name,  // one of `names`
  integers,
  numbers,
  names,        // a list of `names`
  object,       // of the table `table`
  objects,      // a list of such
  text_object,  // an object that another reader checks; kept as text
  grid,         // an object of lists of values, named by keys of other objects: "network.levels"
};

/// One key of an experiment file: what the strict reader accepts for it.
struct ExperimentKey {
  std::string_view name;
  KeyKind kind = KeyKind::integer;
  double low = 0;      // of numbers, and of each number of a list
  double high = 0;     // inclusive
  bool above = false;  // `low` itself is refused
  bool odd = false;
  std::vector<std::string_view> names;
  std::string_view table = {};  // the ExperimentObject of an object or of each entry of objects
};

/// The keys of one object of an experiment file. experiments/schema.json says the same to editors;
/// a test holds the two together.
struct ExperimentObject {
  std::string_view
      path;  // "", "training"; "variants" for each entry of that list; "variants.refine"
  std::vector<ExperimentKey> keys;

  /// Null if there is no such key.
  const ExperimentKey* find(std::string_view name) const;
};

const std::vector<ExperimentObject>& experiment_objects();

/// The object at `path`. Requires: there is one.
const ExperimentObject& experiment_object(std::string_view path);

/// What would be right for the key, for people: "an integer in [1, 100000]".
std::string expected(const ExperimentKey& key);

}  // namespace hone
