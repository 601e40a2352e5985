#include <algorithm>
#include <charconv>

#include "coordinator/server/routes.hpp"

namespace hone {

namespace {

std::string_view take_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

bool take_argument(std::string_view name, std::string_view part, PathArguments& arguments) {
  if (name != "{sweep}" && name != "{trial}") {
    arguments.word = part;
    return !part.empty();
  }
  const char* const end = part.data() + part.size();
  const auto [stop, error] = std::from_chars(part.data(), end, arguments.number);
  return error == std::errc() && stop == end;
}

}  // namespace

std::optional<PathArguments> match_path(std::string_view pattern, std::string_view path) {
  PathArguments arguments;
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/'))
    return {};
  while (!pattern.empty() || !path.empty()) {
    const std::string_view name = take_part(pattern), part = take_part(path);
    if (name.starts_with('{') ? !take_argument(name, part, arguments) : name != part) return {};
  }
  return arguments;
}

}  // namespace hone
