#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

/// What an object or a list of JSON, of nlohmann's type, has at `key`, as an integer. nlohmann's
/// own get() takes any number: of a double beyond T that is undefined behaviour, and an integer
/// beyond T becomes another one. Throws std::out_of_range, also for what is no integer, with a
/// message that has no text of the value's but a number; and what `Json` throws if nothing is
/// there.
template <std::integral T, class Json, class Key>
T whole_number(const Json& of, const Key& key) {
  const Json& value = of.at(key);
  const bool fits =
      value.is_number_unsigned()
          ? std::in_range<T>(value.template get<std::uint64_t>())
          : value.is_number_integer() && std::in_range<T>(value.template get<std::int64_t>());
  if (fits) return value.template get<T>();
  std::string place;
  if constexpr (std::integral<Key>)
    place = std::to_string(key);
  else
    place = key;
  throw std::out_of_range(
      place + ": " + (value.is_number() ? value.dump() : std::string(value.type_name())) +
      " is not a whole number in [" + std::to_string(std::numeric_limits<T>::min()) + ", " +
      std::to_string(std::numeric_limits<T>::max()) + "]");
}

}  // namespace hone
