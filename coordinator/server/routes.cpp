#include "coordinator/server/routes.hpp"

#include <algorithm>
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
