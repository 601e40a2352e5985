#include "coordinator/dataset/patients.hpp"

namespace hone {

namespace {

std::regex compiled(const std::string& pattern) {
  try {
    std::regex rule(pattern);
    if (rule.mark_count() > 0) return rule;
  } catch (const std::regex_error&) {
    throw IngestError("group '" + pattern + "': not a regular expression (ECMAScript)");
  }
  throw IngestError("group '" + pattern +
                    "': has no capture; put the patient in brackets, as in '^([^_]+)_'");
}

}  // namespace

PatientRule::PatientRule(const PairsOptions& options)
    : prefixes_(options.prefixes), pattern_(options.group) {
  if (!pattern_.empty()) rule_ = compiled(pattern_);
}

std::string PatientRule::patient_of(const std::string& id) const {
  const std::string rest = without_prefix(id);
  if (pattern_.empty()) return prefixes_.empty() ? "" : rest;
  std::smatch match;
  if (!std::regex_search(rest, match, rule_) || match[1].length() == 0) {
    throw IngestError("the id '" + id + "' has no patient: it does not match the group '" +
                      pattern_ + "'");
  }
  return match[1].str();
}

std::string PatientRule::without_prefix(const std::string& id) const {
  if (prefixes_.empty()) return id;
  std::string known;
  for (const std::string& prefix : prefixes_) {
    if (id.starts_with(prefix) && id.size() > prefix.size()) return id.substr(prefix.size());
    known += (known.empty() ? "'" : ", '") + prefix + "'";
  }
  throw IngestError("the id '" + id + "' has no patient: it begins with none of " + known);
}

}  // namespace hone
