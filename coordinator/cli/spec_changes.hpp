#pragma once

#include <string>
#include <vector>

namespace hone::cli {

/// A key of two trials' specs that is not the same in both.
struct SpecChange {
  std::string path;           // JSON pointer: "/refine/lambda"
  std::string first, second;  // JSON; '' where the key is not there
  bool operator==(const SpecChange&) const = default;
};

/// What differs between two specs (JSON objects), by path. Throws nlohmann's exceptions on what is
/// no JSON.
std::vector<SpecChange> spec_changes(const std::string& first, const std::string& second);

/// What a spec says that is not so by default: the changes from a trial of the same role that says
/// nothing. `second` of each is what the spec says.
std::vector<SpecChange> changes_from_default(const std::string& spec);

}  // namespace hone::cli
