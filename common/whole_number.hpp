#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

/// A value of JSON, of nlohmann's type, as an integer; the message of the error has no text of the
/// value's but a number. nlohmann's own get() takes any number: of a double beyond T that is
/// undefined behaviour, and an integer beyond T becomes another one.
/// Throws std::out_of_range, also for what is no integer.
template <std::integral T, class Json>
T whole_number(const Json& value) {
  const bool fits =
      value.is_number_unsigned()
          ? std::in_range<T>(value.template get<std::uint64_t>())
          : value.is_number_integer() && std::in_range<T>(value.template get<std::int64_t>());
  if (fits) return value.template get<T>();
  const std::string said = value.is_number() ? value.dump() : std::string(value.type_name());
  throw std::out_of_range(said + " is not a whole number in [" +
                          std::to_string(std::numeric_limits<T>::min()) + ", " +
                          std::to_string(std::numeric_limits<T>::max()) + "]");
}

}  // namespace hone
