#include <iostream>
#include <nlohmann/json.hpp>

#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/spec_changes.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/cli/trial.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t value_columns = 70;

json json_of(const std::string& text) {
  return text.empty() ? json() : json::parse(text);
}

/// What makes the files that a trial reads: part of its identity beside its settings.
std::string inputs_of(const json& document) {
  json named = json::object();
  for (const json& need : document.at("needs")) {
    const std::string input = need.at("input");
    if (!input.empty()) named[input] = "trial " + need.at("trial").dump();
  }
  return json{{"inputs", named}}.dump();
}

std::vector<SpecChange> changes_between(const json& first, const json& second) {
  auto changes = spec_changes(first.at("spec").dump(), second.at("spec").dump());
  for (SpecChange& each : spec_changes(inputs_of(first), inputs_of(second)))
    if (each.path != "/inputs")
      changes.push_back(std::move(each));  // "/inputs": it has none at all
  return changes;
}

std::string value_text(const std::string& value) {
  return value.empty() ? "-" : shortened(value, value_columns);
}

std::string text_of(const std::vector<SpecChange>& changes, const json& first, const json& second) {
  const std::string names[] = {"trial " + first.at("trial").dump(),
                               "trial " + second.at("trial").dump()};
  if (first.at("trial") == second.at("trial")) return names[0] + " is the same trial\n";
  if (changes.empty())
    return names[0] + " and " + names[1] +
           " have the same settings and inputs; results of another version of the trainer\n";
  std::vector<std::vector<std::string>> rows = {{"PATH", names[0], names[1]}};
  for (const SpecChange& each : changes)
    rows.push_back({each.path, value_text(each.first), value_text(each.second)});
  return text_table(rows, rows[0].size(), false);
}

std::string json_text(const std::vector<SpecChange>& changes, const json& first,
                      const json& second) {
  json list = json::array();
  for (const SpecChange& each : changes)
    list.push_back(
        {{"path", each.path}, {"first", json_of(each.first)}, {"second", json_of(each.second)}});
  return json{{"schema", "hone.trial_diff.v1"},
              {"first", first.at("trial")},
              {"second", second.at("trial")},
              {"same_identity", first.at("identity") == second.at("identity")},
              {"changes", list}}
             .dump() +
         "\n";
}

}  // namespace

void print_difference(const std::string& first, const std::string& second,
                      const TrialOptions& options) {
  const json left = json::parse(first), right = json::parse(second);
  const auto changes = changes_between(left, right);
  std::cout << (options.json ? json_text(changes, left, right) : text_of(changes, left, right));
  require_written(std::cout);
}

}  // namespace hone::cli
