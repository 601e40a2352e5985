#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which paths there are. A pattern is a path with names in braces: {sweep} and {trial} are whole
/// numbers, others any one part: "/api/v1/sweeps/{sweep}/tables/{table}".
namespace hone {

/// What a token lets its holder do; each includes those before it.
enum class Privilege : std::uint8_t {
  none,    // no token: the files of the web application, which are the same for everyone
  worker,  // lease, report and move artifacts; look at metrics
  admin    // everything
};

std::string_view name_of(Privilege privilege);

/// One thing that can be asked of the server. docs/openapi.json describes each, and no other.
struct Route {
  std::string_view method;
  std::string_view path;  // a pattern
  Privilege needs = Privilege::admin;
};

/// Every route of a coordinator, in no order. /worker and /live, which become WebSockets, are GET.
const std::vector<Route>& all_routes();

/// What a path has where its pattern has names.
struct PathArguments {
  std::int64_t number = 0;  // of {sweep} or {trial}
  std::string_view word;    // of another name; as it came
};

/// Nothing unless the path, without a query, is of that pattern.
std::optional<PathArguments> match_path(std::string_view pattern, std::string_view path);

/// What a request means.
struct RouteFound {
  std::string_view path;               // the pattern; "" if there is no such path
  std::string allow;                   // the methods of that path, as an Allow header has them
  bool allowed = false;                // the method is one of them
  Privilege needs = Privilege::admin;  // of the route; if there is none, the most of its path's
};

/// `target` may have a query.
RouteFound find_route(std::string_view method, std::string_view target);

}  // namespace hone
