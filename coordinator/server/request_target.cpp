#include "coordinator/server/request_target.hpp"

#include <charconv>

namespace hone {

namespace {

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    unsigned char byte = 0;
    const char* const begin = text.data() + at + 1;
    const char* const end = text.data() + std::min(at + 3, text.size());
    const auto [stop, error] = std::from_chars(begin, end, byte, 16);
    if (error != std::errc() || stop != begin + 2) {
      throw ParameterError("'" + std::string(text) +
                           "' has a % without two hexadecimal digits behind it");
    }
    result += static_cast<char>(byte);
    at += 2;
  }
  return result;
}

}  // namespace

std::string RequestTarget::text(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::optional<std::int64_t> RequestTarget::number(const std::string& name, std::int64_t least,
                                                  std::int64_t most) const {
  const auto found = parameters.find(name);
  if (found == parameters.end() || found->second.empty()) return {};
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  throw ParameterError("'" + name + "' is a whole number from " + std::to_string(least) + " to " +
                       std::to_string(most) + ", not '" + text + "'");
}

RequestTarget parse_target(std::string_view target) {
  const auto question = target.find('?');
  RequestTarget result{.path = std::string(target.substr(0, question)), .parameters = {}};
  std::string_view rest = question == std::string_view::npos ? "" : target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!pair.empty()) result.parameters[decoded(pair.substr(0, equals))] = decoded(value);
  }
  return result;
}

}  // namespace hone
