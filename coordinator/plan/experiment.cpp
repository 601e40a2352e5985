#include "coordinator/plan/experiment.hpp"

#include <nlohmann/json.hpp>

#include "common/json_lines.hpp"
#include "common/near_words.hpp"
#include "common/spec_fields.hpp"
#include "coordinator/plan/experiment_check.hpp"
#include "coordinator/plan/experiment_keys.hpp"
#include "coordinator/plan/profiles.hpp"

namespace hone {

namespace {

using nlohmann::json;

void note_lines(std::string_view text, const std::string& file, Places& places) {
  try {
    for (const auto& [pointer, line] : lines_of_json(text))
      places.note(pointer, file + ":" + std::to_string(line));
  } catch (const JsonFault& fault) {
    throw ExperimentError(file + ":" + std::to_string(fault.line) + ": " + fault.what());
  }
}

/// A text of known keys as a layer over others.
json checked_layer(std::string_view text, const Places& places) {
  if (!json::parse(text).is_object())
    places.refuse("", "expected an object with the keys of an experiment");
  check_keys(text, places);
  json layer = json::parse(text);
  layer.erase("$schema");
  return layer;
}

json profile_layer(const std::string& name, const Places& places) {
  for (const Profile& profile : profiles()) {
    if (profile.name != name) continue;
    const std::string file = "profile " + name;
    Places own(file);
    note_lines(profile.text, file, own);
    return checked_layer(profile.text, own);
  }
  places.refuse("/profile", "unknown profile '" + name + "'" + suggestion(name, profile_names()));
}

/// A merge patch that gives `value` to the place of `own` that `pointer` names. A patch replaces
/// lists as a whole, so that one entry of a list, "/datasets/0/cases", needs the others of `own`.
json patch_of(const json& own, const std::string& pointer, const json& value) {
  for (auto end = pointer.find('/', 1); end != std::string::npos;
       end = pointer.find('/', end + 1)) {
    const json::json_pointer list(pointer.substr(0, end));
    if (!own.contains(list) || !own.at(list).is_array()) continue;
    json patched = own.at(list);
    const json::json_pointer entry(pointer.substr(end, pointer.find('/', end + 1) - end));
    if (!patched.contains(entry))
      throw ExperimentError("there is no entry " + entry.back() + " of '" + list.back() +
                            "'; it has " + std::to_string(patched.size()) + ", counted from 0");
    patched[json::json_pointer(pointer.substr(end))] = value;
    return patch_of(json::object(), pointer.substr(0, end), patched);
  }
  json patch = json::object();
  patch[json::json_pointer(pointer)] = value;
  return patch;
}

/// "training.epochs=3" as {"training": {"epochs": 3}}, over the experiment's `own` keys.
json setting_layer(const json& own, const Setting& setting, Places& places) {
  const std::string place = "-S " + setting;
  const auto equals = setting.find('=');
  if (equals == std::string::npos || equals == 0)
    throw ExperimentError(place + ": expected KEY=VALUE, training.epochs=3 say");
  const std::string text = setting.substr(equals + 1);
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) value = text;
  std::string pointer = "/" + setting.substr(0, equals);
  for (char& c : pointer) c = c == '.' ? '/' : c;
  json layer;
  try {
    layer = patch_of(own, pointer, value);
  } catch (const ExperimentError& error) {
    throw ExperimentError(place + ": " + error.what());
  } catch (const json::exception&) {
    throw ExperimentError(place + ": not a key; expected names and dots, training.epochs=3 say");
  }
  const Places from(place);
  checked_layer(layer.dump(-1, ' ', false, json::error_handler_t::replace), from);
  places.note(pointer, place);
  return layer;
}

}  // namespace

ExperimentSpec parse_experiment(std::string_view text, std::string_view file,
                                std::string_view profile, const std::vector<Setting>& settings,
                                const std::function<Numerics()>& numerics) {
  Places places{std::string(file)};
  note_lines(text, std::string(file), places);
  json own = checked_layer(text, places);
  for (const Setting& setting : settings) own.merge_patch(setting_layer(own, setting, places));
  if (!profile.empty()) {
    own["profile"] = profile;
    places.note("/profile", "--profile " + std::string(profile));
  }

  json merged = json::parse(to_json(ExperimentSpec{}));
  merged.merge_patch(profile_layer(own.value("profile", ExperimentSpec{}.profile), places));
  merged.merge_patch(own);
  if (merged["numerics"] == "auto") {
    if (!numerics) places.refuse("/numerics", "\"auto\" is for 'hone run', 'submit' and 'plan'");
    merged["numerics"] = json_of<json>(numerics());
  }
  ExperimentSpec experiment = read_complete(merged.dump());
  check_sense(experiment, places);
  return experiment;
}

}  // namespace hone
