#include "coordinator/server/page.hpp"

#include <algorithm>
#include <string>

#include "dashboards/assets.hpp"

namespace hone {

namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

// No inline script or style, nothing from elsewhere, in nobody's frame. blob: and data: are
// pictures that the page draws itself.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

const Asset* find_asset(std::string_view path) {
  const auto assets = dashboard_assets();
  const auto found = std::find_if(assets.begin(), assets.end(),
                                  [&](const Asset& each) { return each.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

void set_guards(Response& response) {
  response.set("Content-Security-Policy", content_policy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
}

Response refusal(http::status status, const std::string& sentence) {
  Response response{status, 11};
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = sentence + "\n";
  return response;
}

void fill(Response& response, const Asset& asset, const Request& request) {
  response.set(http::field::content_type, asset.type);
  response.set(http::field::vary, "Accept-Encoding");
  const bool takes_gzip =
      std::string_view(request[http::field::accept_encoding]).find("gzip") != std::string::npos;
  if (takes_gzip && !asset.gzipped.empty()) {
    response.set(http::field::content_encoding, "gzip");
    response.body() = asset.gzipped;
  } else {
    response.body() = asset.plain;
  }
}

Response file_response(const Asset& asset, const Request& request) {
  const bool known =
      std::string_view(request[http::field::if_none_match]).find(asset.tag) != std::string::npos;
  Response response{known ? http::status::not_modified : http::status::ok, 11};
  response.set(http::field::etag, asset.tag);
  response.set(http::field::cache_control, asset.path.starts_with("/assets/")
                                               ? "public, max-age=31536000, immutable"
                                               : "no-cache");
  if (!known) fill(response, asset, request);
  return response;
}

Response answer(const Request& request) {
  if (request.method() != http::verb::get) {
    Response only = refusal(http::status::method_not_allowed, "only GET here");
    only.set(http::field::allow, "GET");
    return only;
  }
  if (!has_page()) {
    return refusal(http::status::not_found,
                   "this hone was built without its dashboard; build it with "
                   "-DHONE_DASHBOARD=ON, which needs node and npm");
  }
  const Asset* const asset = find_asset(path_of(request.target()));
  if (asset == nullptr) return refusal(http::status::not_found, "there is no such file");
  return file_response(*asset, request);
}

}  // namespace

bool has_page() {
  return !dashboard_assets().empty();
}

bool is_page(std::string_view target) {
  const std::string_view path = path_of(target);
  return path == "/" || path == "/favicon.svg" || path.starts_with("/assets/");
}

Response page_response(const Request& request) {
  Response response = answer(request);
  set_guards(response);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

}  // namespace hone
