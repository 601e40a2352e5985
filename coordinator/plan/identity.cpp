#include "coordinator/plan/identity.hpp"

#include <nlohmann/json.hpp>

namespace hone {

using nlohmann::json;

namespace {

Digest identity_under(const ResultVersions& versions, const TrialSpec& spec,
                      const std::map<std::string, Origin>& inputs) {
  json named = json::object();
  for (const auto& [name, origin] : inputs)
    named[name] = origin.trial.hex() + ":" + origin.artifact;
  json whole = {
      {"spec", json::parse(to_json(spec))}, {"inputs", named}, {"trainer", versions.trainer}};
  if (spec.role == Role::evaluate) whole["evaluation"] = versions.evaluation;
  return sha256(whole.dump());
}

}  // namespace

Digest identity_of(const TrialSpec& spec, const std::map<std::string, Origin>& inputs) {
  return identity_under({}, spec, inputs);
}

std::optional<ResultVersions> versions_of(const Digest& identity, const TrialSpec& spec,
                                          const std::map<std::string, Origin>& inputs) {
  for (int trainer = trainer_version; trainer > 0; --trainer) {
    for (int evaluation = evaluation_version; evaluation > 0; --evaluation) {
      const ResultVersions versions{.trainer = trainer, .evaluation = evaluation};
      if (identity_under(versions, spec, inputs) == identity) return versions;
    }
  }
  return {};
}

}  // namespace hone
