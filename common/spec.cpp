#include "common/spec.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "common/spec_fields.hpp"

namespace hone {

namespace {

using nlohmann::json;

json candidates_json(const std::vector<Candidate>& candidates) {
  json list = json::array();
  for (const Candidate& candidate : candidates) {
    json trials = json::array();
    for (const Digest& trial : candidate.trials) trials.push_back(trial.hex());
    list.push_back({{"patch", json::parse(candidate.patch)},
                    {"first", candidate.first},
                    {"last", candidate.last},
                    {"trials", trials}});
  }
  return list;
}

Digest digest_at(const json& value) {
  auto digest = Digest::parse(value.get<std::string>());
  if (!digest) throw SpecError("'" + value.get<std::string>() + "' is not a SHA-256");
  return *digest;
}

std::vector<Candidate> candidates_of(const json& list) {
  std::vector<Candidate> candidates;
  for (const json& item : list) {
    Candidate candidate{.patch = item.at("patch").dump(),
                        .first = item.at("first"),
                        .last = item.at("last"),
                        .trials = {}};
    for (const json& trial : item.at("trials")) candidate.trials.push_back(digest_at(trial));
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

TrialSpec spec_of(const json& j) {
  TrialSpec spec;
  spec.role = parse_name<Role>(j.at("role").get<std::string>());
  spec.dataset = j.at("dataset");
  spec.pack = digest_at(j.at("pack"));
  spec.rotation = j.at("rotation");
  spec.fold = j.at("fold");
  spec.seed = j.at("seed");
  if (spec.role == Role::select) {
    spec.candidates = candidates_of(j.at("candidates"));
    if (j.contains("halving"))
      spec.halving = {.eta = j.at("halving").at("eta"), .folds = j.at("halving").at("folds")};
    return spec;
  }
  spec.image_size = j.at("image_size");
  if (spec.role == Role::deform) return spec;
  spec.network = part_of<NetworkSpec>(j.at("network"));
  if (spec.role != Role::evaluate) spec.training = part_of<TrainingSpec>(j.at("training"));
  spec.numerics = part_of<Numerics>(j.at("numerics"));
  if (spec.role != Role::segment) spec.refine = part_of<RefineSpec>(j.at("refine"));
  if (spec.role == Role::evaluate) spec.evaluate = part_of<EvaluateSpec>(j.at("evaluate"));
  if (j.contains("from"))
    for (const json& selection : j.at("from")) spec.from.push_back(digest_at(selection));
  return spec;
}

json whole_json(const TrialSpec& spec) {
  json j = {{"role", name_of(spec.role)}, {"dataset", spec.dataset}, {"pack", spec.pack.hex()},
            {"rotation", spec.rotation},  {"fold", spec.fold},       {"seed", spec.seed}};
  if (spec.role == Role::select) {
    j["candidates"] = candidates_json(spec.candidates);
    if (spec.halving.eta > 0)  // came late: selections without it keep their names
      j["halving"] = {{"eta", spec.halving.eta}, {"folds", spec.halving.folds}};
    return j;
  }
  j["image_size"] = spec.image_size;
  if (spec.role == Role::deform) return j;
  j["network"] = json_of<json>(spec.network);
  if (spec.role != Role::evaluate) j["training"] = json_of<json>(spec.training);
  j["numerics"] = json_of<json>(spec.numerics);
  if (spec.role != Role::segment) j["refine"] = json_of<json>(spec.refine);
  if (spec.role == Role::evaluate) j["evaluate"] = json_of<json>(spec.evaluate);
  for (const Digest& selection : spec.from) j["from"].push_back(selection.hex());
  return j;
}

void erase_late_defaults(const std::string& part, json& fields) {
  static const json training = json_of<json>(TrainingSpec{});
  static const json refine = json_of<json>(RefineSpec{});
  static const json numerics = json_of<json>(Numerics{});
  static const std::map<std::string, const json*> defaults = {
      {"training", &training}, {"refine", &refine}, {"numerics", &numerics}};
  const auto found = defaults.find(part);
  if (found == defaults.end()) return;
  for (const auto& [name, value] : found->second->items())
    if (is_late(name) && fields.at(name) == value) fields.erase(name);
}

/// With the late fields that were left out.
json with_late_fields(json given, const json& whole) {
  for (const char* part : {"training", "refine", "numerics"}) {
    if (!given.contains(part) || !whole.contains(part)) continue;
    for (const auto& [name, value] : whole.at(part).items())
      if (is_late(name) && !given[part].contains(name)) given[part][name] = value;
  }
  return given;
}

}  // namespace

std::string to_json(const TrialSpec& spec) {
  json whole = whole_json(spec);
  for (auto& [part, fields] : whole.items())
    if (fields.is_object()) erase_late_defaults(part, fields);
  return whole.dump();
}

TrialSpec parse_trial_spec(std::string_view text) {
  try {
    const json given = json::parse(text);
    TrialSpec spec = spec_of(given);
    // nlohmann reads 2.9 as 2 and skips unknown keys: what does not come out again was not meant.
    const json whole = whole_json(spec);
    const json differences = json::diff(with_late_fields(given, whole), whole);
    if (differences.empty()) return spec;
    throw SpecError("trial spec: " + differences[0].at("path").get<std::string>() +
                    ": an unknown field or a number that does not fit");
  } catch (const json::exception& error) {
    throw SpecError(std::string("trial spec: ") + error.what());
  }
}

}  // namespace hone
