#include "coordinator/plan/identity.hpp"

#include <nlohmann/json.hpp>

namespace hone {

using nlohmann::json;

Digest identity_of(const TrialSpec& spec, const std::map<std::string, Origin>& inputs) {
  json named = json::object();
  for (const auto& [name, origin] : inputs)
    named[name] = origin.trial.hex() + ":" + origin.artifact;
  json whole = {
      {"spec", json::parse(to_json(spec))}, {"inputs", named}, {"trainer", trainer_version}};
  if (spec.role == Role::evaluate) whole["evaluation"] = evaluation_version;
  return sha256(whole.dump());
}

}  // namespace hone
