#include <cassert>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "common/wire.hpp"
#include "common/wire_fields.hpp"

namespace hone {

namespace {

using nlohmann::json;

json written(const std::string& text) {
  return text;
}
json written(bool value) {
  return value;
}
json written(const Digest& digest) {
  return digest.hex();
}
json written(std::chrono::milliseconds duration) {
  return duration.count();
}
json written(const TrialSpec& spec) {
  return json::parse(to_json(spec));
}

json written(double value) {
  assert(std::isfinite(value));
  return value;
}

template <std::integral Number>
json written(Number value) {
  return value;
}

template <class Tag>
json written(const Id<Tag>& id) {
  return id.value;
}

template <wire::Enumeration Enum>
json written(Enum value) {
  return wire::names(value).at(static_cast<std::size_t>(value));
}

/// Five numbers and no keys: a trial reports thousands of rows.
json written(const Measurement& row) {
  return json::array({static_cast<int>(row.split), row.image, row.iteration,
                      static_cast<int>(row.metric), written(row.value)});
}

template <wire::Listed Struct>
json written(const Struct& value);

template <class Value>
json written(const std::vector<Value>& values) {
  json list = json::array();
  for (const Value& value : values) list.push_back(written(value));
  return list;
}

template <class Value>
json written(const std::map<std::string, Value>& values) {
  json object = json::object();
  for (const auto& [key, value] : values) object[key] = written(value);
  return object;
}

template <wire::Listed Struct>
json written(const Struct& value) {
  json object = json::object();
  Struct copy = value;  // the list of fields is shared with the reader, which writes to them
  wire::list_fields(copy, [&](const char* key, const auto& field, std::int64_t = 0) {
    object[key] = written(field);
  });
  return object;
}

template <class Variant>
std::string encode_any(const Variant& message) {
  return std::visit(
      [](const auto& value) {
        json object = written(value);
        object["type"] = wire::kind<std::decay_t<decltype(value)>>;
        return object.dump(-1, ' ', false, json::error_handler_t::replace);
      },
      message);
}

}  // namespace

std::string encode(const FromWorker& message) {
  return encode_any(message);
}
std::string encode(const ToWorker& message) {
  return encode_any(message);
}
std::string encode(const ToTrainer& message) {
  return encode_any(message);
}
std::string encode(const FromTrainer& message) {
  return encode_any(message);
}

}  // namespace hone
