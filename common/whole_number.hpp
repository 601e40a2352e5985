#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

/// What an object or a list of JSON, of nlohmann's type, has at `key`, as an integer; 3.0 is one to
/// JSON. nlohmann's own get() takes any number: of a double beyond T that is undefined behaviour,
/// and an integer beyond T becomes another one. Throws std::out_of_range, also for what is no
/// integer, with a message that has no text of the value's but a number; and what `Json` throws if
/// nothing is there.
template <std::integral T, class Json, class Key>
T whole_number(const Json& of, const Key& key) {
  constexpr double most_exact = 9007199254740992.0;  // 2^53
  const Json& value = of.at(key);
  if (value.is_number_unsigned()) {
    const auto number = value.template get<std::uint64_t>();
    if (std::in_range<T>(number)) return static_cast<T>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.template get<std::int64_t>();
    if (std::in_range<T>(number)) return static_cast<T>(number);
  } else if (value.is_number()) {
    const auto number = value.template get<double>();
    if (std::abs(number) <= most_exact && std::trunc(number) == number &&
        std::in_range<T>(static_cast<std::int64_t>(number)))
      return static_cast<T>(number);
  }
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
