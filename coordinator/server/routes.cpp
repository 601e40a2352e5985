#include "coordinator/server/routes.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "coordinator/server/api.hpp"

namespace hone {

namespace {

/// What sessions answer themselves; the JSON interface has tables of its own.
constexpr Route session_routes[] = {{"GET", "/", Privilege::none},
                                    {"GET", "/favicon.svg", Privilege::none},
                                    {"GET", "/assets/{file}", Privilege::none},
                                    {"GET", "/live", Privilege::admin},
                                    {"GET", "/worker", Privilege::worker},
                                    {"GET", "/metrics", Privilege::worker},
                                    {"GET", "/openapi.json", Privilege::worker},
                                    {"GET", "/api/v1/pictures/{digest}", Privilege::admin},
                                    {"GET", "/api/v1/film-strips/{digest}", Privilege::admin},
                                    {"POST", "/api/v1/tokens", Privilege::admin},
                                    {"GET", "/artifacts/{digest}", Privilege::worker},
                                    {"HEAD", "/artifacts/{digest}", Privilege::worker},
                                    {"PUT", "/artifacts/{digest}", Privilege::worker}};

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

const std::vector<Route>& all_routes() {
  static const std::vector<Route> routes = [] {
    std::vector<Route> all(std::begin(session_routes), std::end(session_routes));
    for (const std::string_view path : read_paths()) all.push_back({"GET", path, Privilege::admin});
    for (const std::string_view path : write_paths())
      all.push_back({"POST", path, Privilege::admin});
    return all;
  }();
  return routes;
}

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

std::string_view name_of(Privilege privilege) {
  switch (privilege) {
    case Privilege::none:
      return "none";
    case Privilege::worker:
      return "worker";
    case Privilege::admin:
      return "admin";
  }
  return "";
}

RouteFound find_route(std::string_view method, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  RouteFound found;
  Privilege most = Privilege::none;
  for (const Route& route : all_routes()) {
    if (!match_path(route.path, path)) continue;
    found.path = route.path;
    found.allow += (found.allow.empty() ? "" : ", ") + std::string(route.method);
    most = std::max(most, route.needs);
    if (route.method != method) continue;
    found.allowed = true;
    found.needs = route.needs;
  }
  if (!found.allowed && !found.path.empty()) found.needs = most;
  return found;
}

}  // namespace hone
