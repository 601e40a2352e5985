#include "common/wire.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>
#include <utility>

#include "common/wire_fields.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr int deepest = 32;  // levels of nesting

/// A value and where it stands in the message, "report.rows[3]".
struct Place {
  const json& value;
  std::string path;
  std::int64_t least = 0;

  [[noreturn]] void refuse(const std::string& expected) const {
    throw WireError(path + ": expected " + expected + ", found " + value.type_name());
  }
};

void read(const Place& at, std::string& text) {
  if (!at.value.is_string()) at.refuse("a string");
  text = at.value.get<std::string>();
}

void read(const Place& at, bool& value) {
  if (!at.value.is_boolean()) at.refuse("true or false");
  value = at.value.get<bool>();
}

void read(const Place& at, double& value) {
  if (!at.value.is_number()) at.refuse("a number");
  value = at.value.get<double>();
}

template <std::integral Number>
void read(const Place& at, Number& value) {
  if (!at.value.is_number_integer()) at.refuse("an integer");
  constexpr auto most = std::int64_t{std::numeric_limits<Number>::max()};
  const bool too_large = at.value.is_number_unsigned() &&
                         at.value.get<std::uint64_t>() > static_cast<std::uint64_t>(most);
  if (too_large || at.value.get<std::int64_t>() < at.least)
    throw WireError(at.path + ": " + at.value.dump() + " is not in [" + std::to_string(at.least) +
                    ", " + std::to_string(most) + "]");
  value = at.value.get<Number>();
}

template <class Tag>
void read(const Place& at, Id<Tag>& id) {
  read(at, id.value);
}

void read(const Place& at, std::chrono::milliseconds& duration) {
  std::int64_t count = 0;
  read(at, count);
  duration = std::chrono::milliseconds(count);
}

void read(const Place& at, Digest& digest) {
  std::string text;
  read(at, text);
  const auto parsed = Digest::parse(text);
  if (!parsed) throw WireError(at.path + ": expected 64 lower-case hexadecimal digits");
  digest = *parsed;
}

void read(const Place& at, TrialSpec& spec) {
  try {
    spec = parse_trial_spec(at.value.dump());
  } catch (const SpecError& error) {
    throw WireError(at.path + ": " + error.what());
  }
}

template <wire::Enumeration Enum>
void read(const Place& at, Enum& value) {
  std::string text;
  read(at, text);
  const auto& names = wire::names(value);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) {
      value = static_cast<Enum>(i);
      return;
    }
  }
  throw WireError(at.path + ": unknown name");
}

void read(const Place& at, Measurement& row) {
  if (!at.value.is_array() || at.value.size() != 5) at.refuse("a row of five numbers");
  std::int32_t split = 0;
  std::int32_t metric = 0;
  read({at.value[0], at.path}, split);
  read({at.value[1], at.path}, row.image);
  read({at.value[2], at.path}, row.iteration);
  read({at.value[3], at.path}, metric);
  read({at.value[4], at.path}, row.value);
  if (split > static_cast<int>(Split::test)) throw WireError(at.path + ": unknown split");
  if (metric > static_cast<int>(last_metric)) throw WireError(at.path + ": unknown metric");
  row.split = static_cast<Split>(split);
  row.metric = static_cast<Metric>(metric);
}

template <wire::Listed Struct>
void read(const Place& at, Struct& value);

template <class Value>
void read(const Place& at, std::vector<Value>& values) {
  if (!at.value.is_array()) at.refuse("an array");
  values.resize(at.value.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    read({at.value[i], at.path + "[" + std::to_string(i) + "]"}, values[i]);
}

template <class Value>
void read(const Place& at, std::map<std::string, Value>& values) {
  if (!at.value.is_object()) at.refuse("an object");
  for (const auto& [key, value] : at.value.items()) read({value, at.path + "." + key}, values[key]);
}

template <wire::Listed Struct>
void read(const Place& at, Struct& value) {
  if (!at.value.is_object()) at.refuse("an object");
  std::set<std::string> unread;
  for (const auto& item : at.value.items()) unread.insert(item.key());
  unread.erase("type");
  wire::list_fields(value, [&](const char* key, auto& field, std::int64_t least = 0) {
    const auto found = at.value.find(key);
    if (found == at.value.end()) throw WireError(at.path + ": field '" + key + "' is missing");
    read({*found, at.path + "." + key, least}, field);
    unread.erase(key);
  });
  if (!unread.empty()) throw WireError(at.path + ": unknown field '" + *unread.begin() + "'");
}

/// Of a Hello that speaks another protocol only that number is read: the coordinator must be able
/// to say so, whatever else that protocol's Hello carries.
bool is_foreign_hello(const Place& at, Hello& hello) {
  if (!at.value.contains("protocol")) return false;
  read({at.value["protocol"], at.path + ".protocol"}, hello.protocol);
  return hello.protocol != protocol_version;
}

json parsed(std::string_view text) {
  const auto check_depth = [](int depth, json::parse_event_t, const json&) {
    if (depth > deepest) throw WireError("message: nested deeper than 32 levels");
    return true;
  };
  try {
    return json::parse(text, check_depth);
  } catch (const json::exception& error) {
    throw WireError(std::string("message: ") + error.what());
  }
}

template <class Message, class Variant>
bool try_kind(const json& object, const std::string& type, Variant& result) {
  if (type != wire::kind<Message>) return false;
  Message message;
  const Place at{object, type};
  if constexpr (std::is_same_v<Message, Hello>) {
    if (!is_foreign_hello(at, message)) read(at, message);
  } else {
    read(at, message);
  }
  result = std::move(message);
  return true;
}

template <class... Messages>
void decode_any(std::string_view text, std::variant<Messages...>& result) {
  const json object = parsed(text);
  if (!object.is_object()) throw WireError("message: expected an object");
  const auto type = object.find("type");
  if (type == object.end() || !type->is_string()) throw WireError("message: no type");
  const auto name = type->get<std::string>();
  const bool known = (try_kind<Messages>(object, name, result) || ...);
  if (!known) throw WireError("message: unknown type '" + name + "'");
}

template <class Variant>
Variant decoded(std::string_view text) {
  Variant message;
  decode_any(text, message);
  return message;
}

}  // namespace

FromWorker decode_from_worker(std::string_view text) {
  return decoded<FromWorker>(text);
}
ToWorker decode_to_worker(std::string_view text) {
  return decoded<ToWorker>(text);
}
ToTrainer decode_to_trainer(std::string_view text) {
  return decoded<ToTrainer>(text);
}
FromTrainer decode_from_trainer(std::string_view text) {
  return decoded<FromTrainer>(text);
}

}  // namespace hone
