// docs/openapi.json and the server's own list of routes say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "coordinator/server/routes.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using nlohmann::json;
using Paths = std::set<std::pair<std::string, std::string>>;  // method, path

json description() {
  std::ifstream file(HONE_SOURCE_DIR "/docs/openapi.json");
  return json::parse(file);
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

TEST(OpenApi, HasEveryRouteAndNoOther) {
  Paths described, answered;
  const json paths = description().at("paths");
  for (const auto& [path, methods] : paths.items())
    for (const auto& [method, operation] : methods.items()) described.emplace(upper(method), path);
  for (const Route& route : all_routes()) {
    EXPECT_TRUE(answered.emplace(route.method, route.path).second) << route.path << " twice";
  }
  EXPECT_EQ(described, answered);
}

TEST(OpenApi, NamesTheParametersOfEveryPath) {
  const json paths = description().at("paths");
  for (const auto& [path, methods] : paths.items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::set<std::string> named;
      for (const json& each : operation.value("parameters", json::array()))
        if (each.at("in") == "path") named.insert("{" + each.at("name").get<std::string>() + "}");
      std::set<std::string> wanted;
      for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1))
        wanted.insert(path.substr(at, path.find('}', at) + 1 - at));
      EXPECT_EQ(named, wanted) << method << " " << path;
    }
  }
}

TEST(OpenApi, IsServedAsItIs) {
  const testing::TemporaryFolder folder;
  const given::Running coordinator(folder / "state");
  EXPECT_EQ(json::parse(coordinator.get("/openapi.json").body), description());
}

TEST(RoutePatterns, APathIsOfOnePatternAlone) {
  EXPECT_EQ(find_route("GET", "/api/v1/sweeps/12/tables/II?format=csv").path,
            "/api/v1/sweeps/{sweep}/tables/{table}");
  EXPECT_EQ(
      match_path("/api/v1/sweeps/{sweep}/tables/{table}", "/api/v1/sweeps/12/tables/II")->word,
      "II");
  EXPECT_EQ(match_path("/api/v1/trials/{trial}/why", "/api/v1/trials/7/why")->number, 7);
  EXPECT_EQ(find_route("GET", "/").path, "/");
  for (const char* path : {"", "/api/v1/sweeps/", "/api/v1/sweeps/x", "/api/v1/sweeps/1x",
                           "/api/v1/sweeps//matrix", "/api/v1/sweeps/1/matrix/", "//", "/assets/",
                           "/api/v1/sweeps/99999999999999999999", "/api/v1/sweeps/1/tables/"})
    EXPECT_EQ(find_route("GET", path).path, "") << path;
  EXPECT_FALSE(find_route("PUT", "/api/v1/sweeps").allowed);
  EXPECT_EQ(find_route("PUT", "/api/v1/sweeps").allow, "GET, POST");
}

}  // namespace
}  // namespace hone
