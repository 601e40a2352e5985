#include "common/spec.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "common/spec_fields.hpp"
#include "common/whole_number.hpp"

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
                        .first = whole_number<int>(item, "first"),
                        .last = whole_number<int>(item, "last"),
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
  spec.rotation = whole_number<int>(j, "rotation");
  spec.fold = whole_number<int>(j, "fold");
  spec.seed = whole_number<decltype(spec.seed)>(j, "seed");
  if (spec.role == Role::select) {
    spec.candidates = candidates_of(j.at("candidates"));
    if (j.contains("halving"))
      spec.halving = {.eta = whole_number<int>(j.at("halving"), "eta"),
                      .folds = whole_number<int>(j.at("halving"), "folds")};
    return spec;
  }
  spec.image_size = whole_number<int>(j, "image_size");
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

json from_json(const TrialSpec& spec) {
  json list;
  for (const Digest& selection : spec.from) list.push_back(selection.hex());
  return list;
}

json halving_json(const TrialSpec& spec) {
  return {{"eta", spec.halving.eta}, {"folds", spec.halving.folds}};
}

json whole_json(const TrialSpec& spec) {
  json j = {{"role", name_of(spec.role)}, {"dataset", spec.dataset}, {"pack", spec.pack.hex()},
            {"rotation", spec.rotation},  {"fold", spec.fold},       {"seed", spec.seed}};
  if (spec.role == Role::select) {
    j["candidates"] = candidates_json(spec.candidates);
    if (spec.halving.eta > 0)  // came late: selections without it keep their names
      j["halving"] = halving_json(spec);
    return j;
  }
  j["image_size"] = spec.image_size;
  if (spec.role == Role::deform) return j;
  j["network"] = json_of<json>(spec.network);
  if (spec.role != Role::evaluate) j["training"] = json_of<json>(spec.training);
  j["numerics"] = json_of<json>(spec.numerics);
  if (spec.role != Role::segment) j["refine"] = json_of<json>(spec.refine);
  if (spec.role == Role::evaluate) j["evaluate"] = json_of<json>(spec.evaluate);
  if (!spec.from.empty()) j["from"] = from_json(spec);
  return j;
}

/// A part without the late fields that have their default. The trials of a sweep, in the order of
/// its plan, share most of them: the last text of each kind is kept.
template <class Part>
const std::string& text_of_part(const Part& part) {
  const auto text_of = [](const Part& of) {
    static const json defaults = json_of<json>(Part{});
    json fields = json_of<json>(of);
    for (const auto& [name, value] : defaults.items())
      if (is_late(name) && fields.at(name) == value) fields.erase(name);
    return fields.dump();
  };
  thread_local Part last;
  thread_local std::string text = text_of(last);
  if (part == last) return text;
  last = part;
  return text = text_of(part);
}

/// An object put together from texts, which is several times as fast as from a tree.
class ObjectText {
 public:
  void add(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    text_.append(1, '"').append(key).append("\":").append(value);
  }
  std::string take() { return std::move(text_) + '}'; }

 private:
  std::string text_;
};

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
  const bool selects = spec.role == Role::select;
  const bool has_net = !selects && spec.role != Role::deform;
  ObjectText text;  // keys in order
  if (selects) text.add("candidates", candidates_json(spec.candidates).dump());
  text.add("dataset", json(spec.dataset).dump());
  if (spec.role == Role::evaluate) text.add("evaluate", text_of_part(spec.evaluate));
  text.add("fold", std::to_string(spec.fold));
  if (has_net && !spec.from.empty()) text.add("from", from_json(spec).dump());
  if (selects && spec.halving.eta > 0) text.add("halving", halving_json(spec).dump());
  if (!selects) text.add("image_size", std::to_string(spec.image_size));
  if (has_net) text.add("network", text_of_part(spec.network));
  if (has_net) text.add("numerics", text_of_part(spec.numerics));
  text.add("pack", '"' + spec.pack.hex() + '"');
  if (has_net && spec.role != Role::segment) text.add("refine", text_of_part(spec.refine));
  text.add("role", json(name_of(spec.role)).dump());
  text.add("rotation", std::to_string(spec.rotation));
  text.add("seed", std::to_string(spec.seed));
  if (has_net && spec.role != Role::evaluate) text.add("training", text_of_part(spec.training));
  return text.take();
}

TrialSpec parse_trial_spec(std::string_view text) {
  try {
    const json given = json::parse(text);
    TrialSpec spec = spec_of(given);
    if (to_json(spec) == text) return spec;  // as all that Hone wrote, and many times as fast
    // Unknown keys are skipped: what does not come out again was not meant.
    const json whole = whole_json(spec);
    const json differences = json::diff(with_late_fields(given, whole), whole);
    if (differences.empty()) return spec;
    throw SpecError("trial spec: " + differences[0].at("path").get<std::string>() +
                    ": an unknown field or a number that does not fit");
  } catch (const json::exception& error) {
    throw SpecError(std::string("trial spec: ") + error.what());
  } catch (const std::out_of_range& error) {
    throw SpecError(std::string("trial spec: ") + error.what());
  }
}

}  // namespace hone
