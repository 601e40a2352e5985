#include "common/spec.hpp"

#include <nlohmann/json.hpp>

namespace hone {

namespace {

using nlohmann::json;

json network_json(const NetworkSpec& n) {
  return {{"levels", n.levels},
          {"consecutive", n.consecutive},
          {"filters", n.filters},
          {"filter_size", n.filter_size},
          {"norm", name_of(n.norm)},
          {"bottleneck", name_of(n.bottleneck)},
          {"quality_width", n.quality_width}};
}

json training_json(const TrainingSpec& t) {
  return {{"epochs", t.epochs},
          {"patience", t.patience},
          {"batch", t.batch},
          {"learning_rate", t.learning_rate},
          {"adam_epsilon", t.adam_epsilon},
          {"l2", t.l2},
          {"l2_scope", name_of(t.l2_scope)},
          {"dice_smooth", t.dice_smooth},
          {"loss", name_of(t.loss)},
          {"collapse_retries", t.collapse_retries}};
}

json refine_json(const RefineSpec& r) {
  return {{"mode", name_of(r.mode)},
          {"lambda", r.lambda},
          {"base_fraction", r.base_fraction},
          {"augmentation", name_of(r.augmentation)},
          {"iterations", r.iterations}};
}

json numerics_json(const Numerics& n) {
  return {
      {"precision", name_of(n.precision)}, {"layout", name_of(n.layout)}, {"threads", n.threads}};
}

json candidates_json(const std::vector<Candidate>& candidates) {
  json list = json::array();
  for (const Candidate& candidate : candidates) {
    json trials = json::array();
    for (const Digest& trial : candidate.trials) trials.push_back(trial.hex());
    list.push_back({{"value", candidate.value}, {"trials", trials}});
  }
  return list;
}

Digest digest_at(const json& value) {
  auto digest = Digest::parse(value.get<std::string>());
  if (!digest) throw SpecError("'" + value.get<std::string>() + "' is not a SHA-256");
  return *digest;
}

template <class Enum>
Enum name_at(const json& object, const char* key) {
  return parse_name<Enum>(object.at(key).get<std::string>());
}

NetworkSpec network_of(const json& j) {
  return {.levels = j.at("levels"),
          .consecutive = j.at("consecutive"),
          .filters = j.at("filters"),
          .filter_size = j.at("filter_size"),
          .bottleneck = name_at<Bottleneck>(j, "bottleneck"),
          .norm = name_at<Norm>(j, "norm"),
          .quality_width = j.at("quality_width")};
}

TrainingSpec training_of(const json& j) {
  return {.epochs = j.at("epochs"),
          .patience = j.at("patience"),
          .batch = j.at("batch"),
          .learning_rate = j.at("learning_rate"),
          .adam_epsilon = j.at("adam_epsilon"),
          .l2 = j.at("l2"),
          .l2_scope = name_at<L2Scope>(j, "l2_scope"),
          .dice_smooth = j.at("dice_smooth"),
          .loss = name_at<Loss>(j, "loss"),
          .collapse_retries = j.at("collapse_retries")};
}

RefineSpec refine_of(const json& j) {
  return {.mode = name_at<RefineMode>(j, "mode"),
          .lambda = j.at("lambda"),
          .base_fraction = j.at("base_fraction"),
          .augmentation = name_at<Augmentation>(j, "augmentation"),
          .iterations = j.at("iterations")};
}

std::vector<Candidate> candidates_of(const json& list) {
  std::vector<Candidate> candidates;
  for (const json& item : list) {
    Candidate candidate{.value = item.at("value"), .trials = {}};
    for (const json& trial : item.at("trials")) candidate.trials.push_back(digest_at(trial));
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

TrialSpec spec_of(const json& j) {
  TrialSpec spec;
  spec.role = name_at<Role>(j, "role");
  spec.dataset = j.at("dataset");
  spec.pack = digest_at(j.at("pack"));
  spec.rotation = j.at("rotation");
  spec.fold = j.at("fold");
  spec.seed = j.at("seed");
  if (spec.role == Role::select) {
    spec.candidates = candidates_of(j.at("candidates"));
    return spec;
  }
  spec.image_size = j.at("image_size");
  spec.network = network_of(j.at("network"));
  spec.training = training_of(j.at("training"));
  const json& numerics = j.at("numerics");
  spec.numerics = {.precision = name_at<Precision>(numerics, "precision"),
                   .layout = name_at<Layout>(numerics, "layout"),
                   .threads = numerics.at("threads")};
  if (spec.role == Role::refine) spec.refine = refine_of(j.at("refine"));
  return spec;
}

}  // namespace

std::string to_json(const TrialSpec& spec) {
  json j = {{"role", name_of(spec.role)}, {"dataset", spec.dataset}, {"pack", spec.pack.hex()},
            {"rotation", spec.rotation},  {"fold", spec.fold},       {"seed", spec.seed}};
  if (spec.role == Role::select) {
    j["candidates"] = candidates_json(spec.candidates);
    return j.dump();
  }
  j["image_size"] = spec.image_size;
  j["network"] = network_json(spec.network);
  j["training"] = training_json(spec.training);
  j["numerics"] = numerics_json(spec.numerics);
  if (spec.role == Role::refine) j["refine"] = refine_json(spec.refine);
  return j.dump();
}

TrialSpec parse_trial_spec(std::string_view text) {
  try {
    const json given = json::parse(text);
    TrialSpec spec = spec_of(given);
    // nlohmann reads 2.9 as 2 and skips unknown keys: what does not come out again was not meant.
    const json differences = json::diff(given, json::parse(to_json(spec)));
    if (differences.empty()) return spec;
    throw SpecError("trial spec: " + differences[0].at("path").get<std::string>() +
                    ": an unknown field or a number that does not fit");
  } catch (const json::exception& error) {
    throw SpecError(std::string("trial spec: ") + error.what());
  }
}

}  // namespace hone
