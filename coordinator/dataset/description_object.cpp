#include "coordinator/dataset/description_object.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "common/json_lines.hpp"
#include "common/near_words.hpp"

namespace hone {

using nlohmann::json;

struct DescriptionObject::Content {
  json value;
  std::string place;
  std::shared_ptr<const std::map<std::string, int>> lines;  // by pointer; none: of no file
  std::string pointer;                                      // of this object; "" for the whole
  std::vector<std::string> asked;
};

namespace {

std::string range(double low, double high) {
  std::ostringstream text;
  text << "[" << low << ", " << high << "]";
  return text.str();
}

bool is_integer(const json& value, int low, int high) {
  return value.is_number_integer() && value.get<double>() >= low && value.get<double>() <= high;
}

}  // namespace

DescriptionObject::DescriptionObject(std::string_view text, const std::string& place)
    : content_(new Content{nullptr, place, nullptr, "", {}}) {
  // What stands in an experiment is written anew before it comes here: its lines say nothing.
  const bool is_file = place.ends_with(".json");
  try {
    auto lines = lines_of_json(text);
    if (is_file)
      content_->lines = std::make_shared<const std::map<std::string, int>>(std::move(lines));
    content_->value = json::parse(text);
  } catch (const JsonFault& fault) {
    const std::string line = is_file ? ":" + std::to_string(fault.line) : "";
    throw IngestError(place + line + ": " + fault.what());
  }
  if (!content_->value.is_object()) throw IngestError(place + ": expected a JSON object");
}

DescriptionObject::DescriptionObject(std::unique_ptr<Content> content)
    : content_(std::move(content)) {}
DescriptionObject::~DescriptionObject() = default;
DescriptionObject::DescriptionObject(DescriptionObject&&) noexcept = default;

bool DescriptionObject::has(std::string_view key) {
  auto& asked = content_->asked;
  if (std::find(asked.begin(), asked.end(), key) == asked.end()) asked.emplace_back(key);
  return content_->value.contains(std::string(key));
}

void DescriptionObject::text(std::string_view key, std::string& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  if (!value.is_string()) refuse_value(key, "a string");
  target = value;
}

void DescriptionObject::flag(std::string_view key, bool& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  if (!value.is_boolean()) refuse_value(key, "true or false");
  target = value;
}

void DescriptionObject::integer(std::string_view key, int low, int high, int& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  if (!is_integer(value, low, high)) refuse_value(key, "an integer in " + range(low, high));
  target = value;
}

void DescriptionObject::number(std::string_view key, double low, double high, double& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  const bool fits = value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
  if (!fits) refuse_value(key, "a number in " + range(low, high));
  target = value;
}

void DescriptionObject::texts(std::string_view key, std::vector<std::string>& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  const auto fits = [](const json& entry) { return entry.is_string() && entry != ""; };
  if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), fits)) {
    refuse_value(key, "a list of strings");
  }
  target = value.get<std::vector<std::string>>();
}

void DescriptionObject::integers(std::string_view key, int low, int high,
                                 std::vector<int>& target) {
  if (!has(key)) return;
  const json& value = content_->value[std::string(key)];
  const auto fits = [&](const json& entry) { return is_integer(entry, low, high); };
  if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), fits)) {
    refuse_value(key, "a list of integers in " + range(low, high));
  }
  const std::set<int> sorted(value.begin(), value.end());
  target.assign(sorted.begin(), sorted.end());
}

DescriptionObject DescriptionObject::object(std::string_view key) {
  const json& value = content_->value[std::string(key)];
  if (!value.is_object()) refuse_value(key, "an object");
  return DescriptionObject(std::make_unique<Content>(Content{
      value, content_->place, content_->lines, content_->pointer + "/" + std::string(key), {}}));
}

void DescriptionObject::finish() const {
  for (const auto& [key, value] : content_->value.items()) {
    const auto& asked = content_->asked;
    if (std::find(asked.begin(), asked.end(), key) != asked.end()) continue;
    refuse(key, "unknown key" + suggestion(key, {asked.begin(), asked.end()}));
  }
}

void DescriptionObject::refuse(std::string_view key, const std::string& message) const {
  const std::string pointer = content_->pointer + (key.empty() ? "" : "/" + std::string(key));
  std::string place = content_->place;
  if (content_->lines) {
    const auto line = content_->lines->find(pointer);
    // A key that is missing has no line; its object has.
    place += ":" + std::to_string(line != content_->lines->end()
                                      ? line->second
                                      : content_->lines->at(content_->pointer));
  }
  throw IngestError(place + ": " + (pointer.empty() ? "/" : pointer) + ": " + message);
}

void DescriptionObject::refuse_value(std::string_view key, const std::string& expected) const {
  const json& value = content_->value[std::string(key)];
  std::string shown = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t most = 40;
  if (shown.size() > most) shown = shown.substr(0, most - 3) + "...";
  refuse(key, "expected " + expected + ", found " + shown);
}

}  // namespace hone
