#include "coordinator/plan/experiment_check.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "common/near_words.hpp"
#include "common/plain_text.hpp"
#include "coordinator/plan/experiment_keys.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::size_t longest_text = 1024;  // bytes

/// Shortened: a message is one line.
std::string shown(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > 40) text = text.substr(0, 37) + "...";
  return text;
}

class KeyCheck {
 public:
  explicit KeyCheck(const Places& places) : places_(places) {}

  void object(const json& value, std::string_view path, const std::string& pointer) const {
    const ExperimentObject& table = experiment_object(path);
    for (const auto& [name, item] : value.items()) {
      const ExperimentKey* key = table.find(name);
      const std::string place = pointer + "/" + name;
      if (key == nullptr) refuse_unknown(name, table, place);
      check(item, *key, place);
    }
  }

 private:
  [[noreturn]] void refuse_unknown(const std::string& name, const ExperimentObject& table,
                                   const std::string& place) const {
    for (const ExperimentObject& other : experiment_objects()) {
      const bool list = other.path == "datasets" || other.path.starts_with("variants");
      if (list || other.find(name) == nullptr) continue;
      const std::string home = "/" + std::string(other.path) + (other.path.empty() ? "" : "/");
      places_.refuse(place, "unknown key; did you mean '" + home + name + "'?");
    }
    std::vector<std::string_view> words;
    for (const ExperimentKey& key : table.keys) words.push_back(key.name);
    places_.refuse(place, "unknown key" + suggestion(name, words));
  }

  [[noreturn]] void refuse_value(const json& value, const ExperimentKey& key,
                                 const std::string& place) const {
    places_.refuse(place, "expected " + expected(key) + ", found " + shown(value));
  }

  void check(const json& value, const ExperimentKey& key, const std::string& place) const {
    switch (key.kind) {
      case KeyKind::integer:
      case KeyKind::number:
        return check_number(value, key, place);
      case KeyKind::integers:
      case KeyKind::numbers:
        return check_list(value, key, place);
      case KeyKind::name:
        return check_name(value, key, place);
      case KeyKind::flag:
        if (!value.is_boolean()) refuse_value(value, key, place);
        return;
      case KeyKind::text:
        return check_text(value, key, place);
      case KeyKind::names:
        return check_names(value, key, place);
      case KeyKind::grid:
        return check_grid(value, key, place);
      case KeyKind::text_object:
        if (!value.is_object()) refuse_value(value, key, place);
        return;
      case KeyKind::object:
        if (value == "auto" && !key.names.empty()) return;
        if (!value.is_object()) refuse_value(value, key, place);
        return object(value, key.table, place);
      case KeyKind::objects:
        return check_objects(value, key, place);
    }
  }

  /// Names and paths: lists, logs and terminals show them on one line.
  void check_text(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_string()) refuse_value(value, key, place);
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > longest_text)
      places_.refuse(place, "a text of " + std::to_string(text.size()) +
                                " bytes; expected at most " + std::to_string(longest_text));
    if (without_controls(text) != text)
      places_.refuse(place, "expected a text without control characters, found " +
                                shown(without_controls(text)));
  }

  void check_number(const json& value, const ExperimentKey& key, const std::string& place) const {
    const bool integral = key.kind == KeyKind::integer || key.kind == KeyKind::integers;
    if (!(integral ? value.is_number_integer() : value.is_number()))
      refuse_value(value, key, place);
    const double number = value.get<double>();
    const bool inside = (key.above ? number > key.low : number >= key.low) && number <= key.high;
    const bool fits = !key.odd || std::fmod(number, 2) == 1;
    if (!inside || !fits) refuse_value(value, key, place);
  }

  void check_list(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_array()) refuse_value(value, key, place);
    if (value.empty()) places_.refuse(place, "an empty list; expected at least one entry");
    ExperimentKey entry = key;
    entry.kind = key.kind == KeyKind::integers ? KeyKind::integer : KeyKind::number;
    for (std::size_t i = 0; i < value.size(); ++i)
      check_number(value[i], entry, place + "/" + std::to_string(i));
  }

  void check_name(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_string()) refuse_value(value, key, place);
    const auto name = value.get<std::string>();
    for (const std::string_view known : key.names)
      if (known == name) return;
    places_.refuse(place, "unknown value '" + name + "'" + suggestion(name, key.names));
  }

  void check_names(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_array()) refuse_value(value, key, place);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string entry = place + "/" + std::to_string(i);
      check_name(value[i], key, entry);
      if (!seen.insert(value[i].get<std::string>()).second)
        places_.refuse(entry, "there twice; expected different names");
    }
  }

  /// Each value is held against the key that it is a value of.
  void check_grid(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_object()) refuse_value(value, key, place);
    for (const auto& [name, values] : value.items()) {
      const std::string row = place + "/" + name;
      const ExperimentKey& found = searched_key(name, row);
      if (!values.is_array() || values.empty())
        places_.refuse(row, "expected a list of values to hold against the experiment's own");
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string entry = row + "/" + std::to_string(i);
        check(values[i], found, entry);
        if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
            values.begin() + static_cast<std::ptrdiff_t>(i))
          places_.refuse(entry, "there twice; expected different values");
      }
    }
  }

  /// "network.levels": a key that base nets are built or trained with.
  const ExperimentKey& searched_key(const std::string& name, const std::string& place) const {
    std::vector<std::string> known;
    for (const std::string table : {"network", "training"}) {
      for (const ExperimentKey& key : experiment_object(table).keys) {
        if (key.name.starts_with("quality_")) continue;  // base nets have no such head
        known.push_back(table + "." + std::string(key.name));
        if (known.back() == name) return key;
      }
    }
    places_.refuse(place,
                   "not a key of the base net" +
                       suggestion(name, std::vector<std::string_view>(known.begin(), known.end())));
  }

  void check_objects(const json& value, const ExperimentKey& key, const std::string& place) const {
    if (!value.is_array()) refuse_value(value, key, place);
    const bool datasets = key.table == "datasets";
    if (value.empty() && datasets)
      places_.refuse(place, "an empty list; expected at least one entry");
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string entry = place + "/" + std::to_string(i);
      if (!value[i].is_object())
        places_.refuse(entry, "expected an object, found " + shown(value[i]));
      object(value[i], key.table, entry);
      if (datasets) {
        check_layout(value[i], entry);
      } else {
        check_variant(value[i], entry);
      }
    }
  }

  static bool is_in(const std::string& name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// A key of another kind of row would be read by nobody.
  void check_variant(const json& variant, const std::string& place) const {
    if (variant.value("name", "").empty())
      places_.refuse(place, "the key 'name' is missing: what the table calls this row");
    const auto net = variant.value("net", "refine");
    for (const char* key : {"base", "lambda", "lambda_scope", "refine", "members"}) {
      const std::string home = std::string_view(key) == "members" ? "ensemble" : "refine";
      if (variant.contains(key) && net != home)
        places_.refuse(place + "/" + key,
                       "only for rows with net '" + home + "'; this one's is '" + net + "'");
    }
    const json refine = variant.value("refine", json::object());
    const std::string mode = refine.value("mode", "plain");
    const bool own_masks = is_in(mode, {"scratch", "warm"});
    for (const char* key : {"self_steps", "self_depth"})
      if (refine.contains(key) && !own_masks)
        places_.refuse(place + "/refine/" + key, "only for the modes 'scratch' and 'warm'");
    if (own_masks && refine.value("self_steps", 0) == 0)
      places_.refuse(place + "/refine/mode", "'" + mode + "' needs self_steps, 1 say");
    if (own_masks && refine.contains("base_fraction"))
      places_.refuse(place + "/refine/base_fraction",
                     "read by nobody: in mode '" + mode + "' every source is equally likely");
    check_ascent(variant, mode, place);
    check_choice(variant, mode, place);
  }

  /// A net that only rates has no loss of masks, and nothing to weigh its one loss against.
  void check_ascent(const json& variant, const std::string& mode, const std::string& place) const {
    if (mode != "ascent") return;
    const char* nobody = "read by nobody: mode 'ascent' has no loss but that of the quality";
    if (variant.contains("lambda")) places_.refuse(place + "/lambda", nobody);
    if (variant.at("refine").contains("improve_beta"))
      places_.refuse(place + "/refine/improve_beta", nobody);
  }

  /// What a row starts from or is weighted with has to be one thing.
  void check_choice(const json& variant, const std::string& mode, const std::string& place) const {
    const bool global = variant.value("lambda_scope", "dataset") == "global";
    if (global && variant.contains("lambda"))
      places_.refuse(place + "/lambda_scope", "contradicts lambda: nothing is chosen");
    if (global && is_in(mode, {"warm", "ascent"}))
      places_.refuse(place + "/lambda_scope", "'global' is not for mode '" + mode + "'");
    if (mode == "warm" && variant.contains("lambda"))
      places_.refuse(place + "/lambda",
                     "not for mode 'warm', which goes on with the Quality net's own");
    const bool paper_base = variant.value("base", "paper") == "paper";
    if (variant.value("net", "refine") == "refine" && paper_base && variant.contains("segment"))
      places_.refuse(place + "/segment",
                     "read by nobody: this row refines the experiment's base net's masks; "
                     "expected \"base\": \"own\"");
  }

  /// A key of another layout would be read by nobody.
  void check_layout(const json& dataset, const std::string& place) const {
    if (!dataset.contains("name")) places_.refuse(place, "the key 'name' is missing");
    if (dataset.value("use", "ph2").empty())
      places_.refuse(place + "/use", "empty; expected a name of experiments/datasets or a file");
    const int ways = static_cast<int>(dataset.contains("layout") + dataset.contains("use") +
                                      dataset.contains("description"));
    const bool taken_in = dataset.contains("use") && dataset.contains("description");
    if (ways != 1 && !(taken_in && ways == 2))
      places_.refuse(place, ways == 0 ? "the key 'layout' is missing, or 'use' with the name of a "
                                        "description in experiments/datasets"
                                      : "only one of 'layout', 'use' and 'description' can say how "
                                        "the folder is laid out");
    const auto layout = dataset.value("layout", "described");
    for (const auto& [name, value] : dataset.items()) {
      const bool of_pairs = name == "images" || name == "masks" || name == "image_suffix" ||
                            name == "mask_suffix" || name == "group" || name == "allow_aspect";
      const bool of_lesions = name == "count" || name == "generator";
      const std::string home = of_pairs ? "pairs" : of_lesions ? "lesions" : layout;
      if (home != layout)
        places_.refuse(place + "/" + name,
                       "only for the layout '" + home + "'; this data set's is '" + layout + "'");
    }
    if (layout == "lesions" && dataset.contains("path"))
      places_.refuse(place + "/path", "the layout 'lesions' is generated and has no path");
    if (layout != "lesions" && dataset.value("path", "").empty())
      places_.refuse(place, "the key 'path' is missing: the folder below --data");
  }

  const Places& places_;
};

}  // namespace

void Places::refuse(const std::string& pointer, const std::string& message) const {
  std::string place = file_;
  for (std::string around = pointer; !around.empty();
       around.resize(std::min(around.size(), around.rfind('/')))) {
    const auto found = places_.find(around);
    if (found == places_.end()) continue;
    place = found->second;
    break;
  }
  throw ExperimentError(place + ": " + (pointer.empty() ? "/" : pointer) + ": " + message);
}

void check_keys(std::string_view text, const Places& places) {
  KeyCheck(places).object(json::parse(text), "", "");
}

}  // namespace hone
