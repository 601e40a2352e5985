#include "coordinator/cli/spec_changes.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "common/spec.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

/// A key's value of both specs.
using Sides = std::map<std::string, std::pair<std::string, std::string>>;

std::vector<SpecChange> changes(const json& first, const json& second) {
  Sides sides;
  // Both end in values only: an object that one of them lacks is told key by key.
  const json left = first.flatten(), right = second.flatten();
  for (const auto& [path, value] : left.items()) sides[path].first = value.dump();
  for (const auto& [path, value] : right.items()) sides[path].second = value.dump();
  std::vector<SpecChange> found;
  for (const auto& [path, values] : sides) {
    if (values.first != values.second) found.push_back({path, values.first, values.second});
  }
  return found;
}

}  // namespace

std::vector<SpecChange> spec_changes(const std::string& first, const std::string& second) {
  return changes(json::parse(first), json::parse(second));
}

std::vector<SpecChange> changes_from_default(const std::string& spec) {
  const json said = json::parse(spec);
  TrialSpec silent;  // each role has keys of its own
  silent.role = parse_name<Role>(said.at("role").get<std::string>());
  return changes(json::parse(to_json(silent)), said);
}

}  // namespace hone::cli
