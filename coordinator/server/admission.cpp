#include "coordinator/server/admission.hpp"

#include <boost/beast/websocket/rfc6455.hpp>

namespace hone {

namespace {

namespace http = boost::beast::http;

bool is_our_host(std::string host, const SessionContext& context) {
  host = host.substr(0, host.rfind(':'));
  return host == context.bind || host == "127.0.0.1" || host == "localhost";
}

std::optional<ApiResponse> refused_host(const RequestHeader& request,
                                        const SessionContext& context) {
  if (is_our_host(std::string(request[http::field::host]), context)) return {};
  return api_error(403, "the Host header names another host");
}

/// Browsers say where a request comes from; other programs do not, and need the token anyway.
std::optional<ApiResponse> refused_origin(const RequestHeader& request, const RouteFound& route,
                                          const SessionContext& context) {
  const std::string scheme = context.tls == nullptr ? "http://" : "https://";
  const std::string host(request[http::field::host]);
  const std::string_view origin = request[http::field::origin];
  if (request.find(http::field::origin) != request.end() && origin != scheme + host)
    return api_error(403, "the request comes from another origin's page");
  const std::string_view site = request["Sec-Fetch-Site"];
  const bool ours = site.empty() || site == "same-origin" || site == "none";
  // A link on another page, or in a file, may lead to the page: it has no data in it.
  const bool link = route.needs == Privilege::none && request["Sec-Fetch-Mode"] == "navigate";
  if (ours || link) return {};
  return api_error(403, "the request comes from another site's page");
}

std::optional<ApiResponse> refused_token(const RequestHeader& request, const RouteFound& route,
                                         const SessionContext& context) {
  if (route.needs == Privilege::none) return {};
  const Privilege given =
      context.keys->privilege_of(token_digest(request), std::chrono::system_clock::now());
  if (given >= route.needs) return {};
  if (given == Privilege::none)
    return api_error(401,
                     "the request needs the header 'Authorization: Bearer TOKEN' with the token of "
                     "the coordinator's access.json");
  return api_error(403,
                   "this token is for workers, which lease, report and move artifacts: what was "
                   "asked for needs the token of the coordinator's access.json");
}

/// A browser's WebSocket cannot have a header: its first frame has the token.
bool is_watcher(const RequestHeader& request, const RouteFound& route) {
  return route.path == "/live" && boost::beast::websocket::is_upgrade(request);
}

}  // namespace

Digest token_digest(const RequestHeader& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request[http::field::authorization];
  return sha256(given.starts_with(scheme) ? given.substr(scheme.size()) : std::string_view());
}

std::optional<ApiResponse> refusal_at_the_door(const RequestHeader& request,
                                               const RouteFound& route,
                                               const SessionContext& context) {
  if (auto refused = refused_host(request, context)) return refused;
  if (auto refused = refused_origin(request, route, context)) return refused;
  if (is_watcher(request, route)) return {};
  return refused_token(request, route, context);
}

}  // namespace hone
