#pragma once

#include <map>
#include <string>

#include "common/digest.hpp"
#include "coordinator/server/routes.hpp"

namespace hone::given {

/// A target of the route: sweep 1, trial 1, Table II, the artifact of the text "bytes".
inline std::string target_of(const Route& route) {
  const std::map<std::string, std::string> values = {{"{sweep}", "1"},
                                                     {"{trial}", "1"},
                                                     {"{table}", "II"},
                                                     {"{file}", "x.js"},
                                                     {"{digest}", sha256("bytes").hex()}};
  std::string target(route.path);
  for (const auto& [name, value] : values)
    if (const auto at = target.find(name); at != std::string::npos)
      target.replace(at, name.size(), value);
  return target;
}

}  // namespace hone::given
