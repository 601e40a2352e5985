#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace hone {

/// What JSON has for a value that may not be there. Whoever calls it includes nlohmann/json.hpp.
template <class Value, class Json = nlohmann::json>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace hone
