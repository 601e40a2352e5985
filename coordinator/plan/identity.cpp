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
  // One object, keys in order, put together from texts: parsing the spec takes longer than the
  // rest.
  std::string whole = "{";
  if (spec.role == Role::evaluate)
    whole += "\"evaluation\":" + std::to_string(versions.evaluation) + ",";
  whole += "\"inputs\":" + named.dump() + ",\"spec\":" + to_json(spec) +
           ",\"trainer\":" + std::to_string(versions.trainer) + "}";
  return sha256(whole);
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
