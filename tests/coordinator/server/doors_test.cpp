// Who is let in, and who is not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "common/net/access.hpp"
#include "coordinator/server/routes.hpp"
#include "coordinator/server/state_folder.hpp"
#include "sql/database.hpp"
#include "tests/coordinator/server/client.hpp"
#include "tests/coordinator/server/route_target.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Request;
using given::Running;
using given::target_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Doors : public ::testing::Test {
 protected:
  Doors() : coordinator_(folder_ / "state") {
    EXPECT_EQ(coordinator_.submit(folder_ / "packs").status, 201U);
    EXPECT_EQ(coordinator_.put(sha256("bytes"), "bytes").status, 201U);
  }

  std::vector<Request> routes() const {
    const std::string artifact = "/artifacts/" + sha256("bytes").hex();
    std::vector<Request> all;
    for (const char* target :
         {"/api/v1/status", "/api/v1/sweeps", "/api/v1/sweeps/1", "/api/v1/sweeps/1/tables/II",
          "/api/v1/sweeps/1/tables/II?format=text", "/api/v1/sweeps/1/matrix",
          "/api/v1/sweeps/1/trials", "/api/v1/trials/1", "/api/v1/workers",
          "/api/v1/trials/1/images", "/api/v1/sweeps/1/iterations", "/api/v1/sweeps/1/lambda",
          "/api/v1/sweeps/1/stopping", "/api/v1/sweeps/1/quality", "/api/v1/sweeps/1/scatter",
          "/api/v1/sweeps/1/search", "/api/v1/trials/1/why",
          "/api/v1/sweeps/1/cell?name=II:toy:0x"})
      all.push_back({.target = target});
    all.push_back({.method = "POST", .target = "/api/v1/sweeps/1/retry", .body = "{}"});
    all.push_back({.target = artifact});
    all.push_back({.method = "HEAD", .target = artifact});
    all.push_back({.method = "PUT", .target = artifact, .body = "bytes"});
    return all;
  }

  testing::TemporaryFolder folder_;
  Running coordinator_;
};

TEST_F(Doors, EveryRouteOpensToTheTokenAlone) {
  for (Request request : routes()) {
    const std::string name = request.method + " " + request.target;
    request.authorization = "";
    EXPECT_EQ(coordinator_.send(request).status, 401U) << name;
    for (const std::string& wrong :
         {"Bearer " + random_token(), coordinator_.token(), "Basic " + coordinator_.token(),
          "Bearer " + coordinator_.token() + "0", std::string("Bearer ")}) {
      request.authorization = wrong;
      EXPECT_EQ(coordinator_.send(request).status, 401U) << name;
    }
    request.authorization.reset();
    EXPECT_EQ(coordinator_.send(request).status / 100, 2U) << name;
  }
}

TEST_F(Doors, NoRouteButTheWebApplicationsAnswersWithoutTheToken) {
  for (const Route& route : all_routes()) {
    const std::string target = target_of(route);
    const Request request{
        .method = std::string(route.method), .target = target, .authorization = ""};
    const bool is_public = target == "/" || target == "/favicon.svg" || target == "/assets/x.js";
    EXPECT_EQ(coordinator_.send(request).status == 401U, !is_public) << route.path;
  }
}

TEST_F(Doors, NothingIsWrittenWithoutTheToken) {
  const Request post{.method = "POST",
                     .target = "/api/v1/packs",
                     .body = R"({"digest": ")" + sha256("bytes").hex() + "\"}",
                     .authorization = ""};
  EXPECT_EQ(coordinator_.send(post).status, 401U);
  const Request put{.method = "PUT",
                    .target = "/artifacts/" + sha256("secret").hex(),
                    .body = "secret",
                    .authorization = "Bearer " + random_token()};
  EXPECT_EQ(coordinator_.send(put).status, 401U);
  EXPECT_FALSE(
      std::filesystem::exists(artifact_folder(folder_ / "state") / sha256("secret").hex()));
}

TEST_F(Doors, TheRefusalDoesNotShowTheToken) {
  const Reply reply = coordinator_.send({.target = "/api/v1/status", .authorization = ""});
  EXPECT_THAT(reply.body, HasSubstr("access.json"));
  EXPECT_THAT(reply.body, Not(HasSubstr(coordinator_.token())));
}

TEST_F(Doors, AnotherHostsNameIsRefusedOnEveryRouteEvenWithTheToken) {
  for (const Route& route : all_routes()) {
    const Request request{
        .method = std::string(route.method), .target = target_of(route), .host = "evil.example"};
    EXPECT_EQ(coordinator_.send(request).status, 403U) << route.method << " " << route.path;
  }
  for (const char* host : {"evil.example", "evil.example:80", "127.0.0.1.evil.example", ""}) {
    const Reply reply = coordinator_.send({.target = "/api/v1/status", .host = host});
    EXPECT_EQ(reply.status, 403U) << host;
  }
  for (const char* host : {"localhost:1", "127.0.0.1", "localhost"}) {
    EXPECT_EQ(coordinator_.send({.target = "/api/v1/status", .host = host}).status, 200U) << host;
  }
}

TEST_F(Doors, AnotherSitesPageIsRefusedEvenWithTheToken) {
  const std::string port = std::to_string(coordinator_.port());
  for (Request request : routes()) {
    for (const auto& [header, value] :
         std::vector<std::pair<std::string, std::string>>{{"Origin", "http://evil.example"},
                                                          {"Origin", "null"},
                                                          {"Origin", ""},
                                                          {"Origin", "http://127.0.0.1:1"},
                                                          {"Origin", "https://127.0.0.1:" + port},
                                                          {"Sec-Fetch-Site", "cross-site"},
                                                          {"Sec-Fetch-Site", "same-site"}}) {
      request.headers = {{header, value}, {"Sec-Fetch-Mode", "navigate"}};
      EXPECT_EQ(coordinator_.send(request).status, 403U) << request.target << header << value;
    }
    request.headers = {{"Origin", "http://127.0.0.1:" + port}, {"Sec-Fetch-Site", "same-origin"}};
    EXPECT_EQ(coordinator_.send(request).status / 100, 2U) << request.target;
  }
}

TEST_F(Doors, AnotherSitesPageIsRefusedOnEveryRouteEvenWithTheToken) {
  for (const Route& route : all_routes()) {
    const auto ask = [&](const std::map<std::string, std::string>& headers) {
      return coordinator_
          .send(
              {.method = std::string(route.method), .target = target_of(route), .headers = headers})
          .status;
    };
    const std::string name = std::string(route.method) + " " + std::string(route.path);
    EXPECT_EQ(ask({{"Origin", "http://evil.example"}}), 403U) << name;
    EXPECT_EQ(ask({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}), 403U) << name;
    const bool is_page = route.needs == Privilege::none;
    const unsigned led = ask({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}});
    EXPECT_EQ(led == 403U, !is_page) << name;
  }
}

TEST_F(Doors, ALinkFromElsewhereLeadsToThePageAlone) {
  const auto ask = [&](const char* target, const char* mode) {
    const std::map<std::string, std::string> headers = {{"Sec-Fetch-Site", "cross-site"},
                                                        {"Sec-Fetch-Mode", mode}};
    return coordinator_.send({.target = target, .authorization = "", .headers = headers}).status;
  };
  EXPECT_NE(ask("/", "navigate"), 403U);
  EXPECT_EQ(ask("/", "no-cors"), 403U);
  EXPECT_EQ(ask("/api/v1/status", "navigate"), 403U);
}

TEST_F(Doors, NoAnswerIsFramedGuessedAtOrSetsACookie) {
  for (Request request : routes()) {
    if (request.method == "HEAD") continue;
    Reply reply = coordinator_.send(request);
    const std::string type = reply.headers.at("Content-Type");
    EXPECT_EQ(reply.headers.at("X-Content-Type-Options"), "nosniff") << request.target;
    EXPECT_FALSE(reply.headers.contains("Set-Cookie")) << request.target;
    EXPECT_FALSE(reply.headers.contains("Access-Control-Allow-Origin")) << request.target;
    const std::string policy = reply.headers["Content-Security-Policy"];
    EXPECT_EQ(policy.find("frame-ancestors 'none'") == std::string::npos,
              type == "application/octet-stream");
  }
}

TEST_F(Doors, NoGetChangesTheDatabase) {
  Database database(database_file(folder_ / "state"), Database::Mode::read_only);
  const auto version = [&] {
    Statement query = database.prepare("PRAGMA data_version");
    query.step();
    return query.integer(0);
  };
  const auto before = version();
  for (const Request& request : routes())
    EXPECT_TRUE(request.method != "GET" || coordinator_.send(request).status == 200U);
  for (const Route& route : all_routes())
    if (route.method == "GET") coordinator_.get(target_of(route));
  EXPECT_EQ(version(), before);
  coordinator_.post("/api/v1/sweeps/1/priority", R"({"priority": 3})");
  EXPECT_NE(version(), before);
}

TEST_F(Doors, AWorkerIsLetInByTheTokenAlone) {
  EXPECT_NO_THROW(given::WorkerLine line(coordinator_));
  const Request upgrade{.target = "/worker", .authorization = ""};
  EXPECT_EQ(coordinator_.send(upgrade).status, 401U);
}

/// The local addresses that this process's network listens on at the port, as the kernel writes
/// them.
std::vector<std::string> listening(const char* file, std::uint16_t port) {
  std::ifstream table(file);
  char end[16];
  std::snprintf(end, sizeof end, ":%04X", port);
  std::vector<std::string> addresses;
  for (std::string number, local, remote, state, line; table >> number >> local >> remote >> state;
       std::getline(table, line))
    if (local.ends_with(end) && state == "0A")
      addresses.push_back(local.substr(0, local.size() - std::strlen(end)));
  return addresses;
}

TEST_F(Doors, OnlyTheLoopbackListens) {
  EXPECT_THAT(listening("/proc/net/tcp", coordinator_.port()), ElementsAre("0100007F"));
  EXPECT_THAT(listening("/proc/net/tcp6", coordinator_.port()), IsEmpty());
}

TEST_F(Doors, TheAccessFileIsItsOwnersAlone) {
  struct stat facts {};
  ASSERT_EQ(::stat(access_file(folder_ / "state").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder_ / "state").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST_F(Doors, ABodyOverAMegabyteIsRefusedBeforeItIsRead) {
  const Reply reply = coordinator_.send(
      {.method = "POST", .target = "/api/v1/sweeps", .announced = 1024 * 1024 + 1});
  EXPECT_EQ(reply.status, 413U);
  EXPECT_THAT(reply.body, HasSubstr("error"));
  EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
}

}  // namespace
}  // namespace hone
