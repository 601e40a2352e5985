#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hone {

/// Text that is not JSON, or an object with the same key twice.
class JsonFault : public std::runtime_error {
 public:
  JsonFault(int at_line, const std::string& message) : std::runtime_error(message), line(at_line) {}
  int line;  // from 1
};

/// The line, from 1, on which each value of a JSON text ends its first token, by the value's JSON
/// pointer: "" for the whole, "/training/epochs". Throws JsonFault.
std::map<std::string, int> lines_of_json(std::string_view text);

}  // namespace hone
