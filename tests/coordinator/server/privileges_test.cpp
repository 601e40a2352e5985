// Every route, asked with every kind of token; the table of SECURITY.md is what came of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "coordinator/server/keyring.hpp"
#include "coordinator/server/routes.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"
#include "tests/coordinator/server/route_target.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Request;
using given::Running;
using given::target_of;
using ::testing::HasSubstr;

/// The lines of SECURITY.md between the two marks.
struct Document {
  std::string before, table, after;
};

const char* const document_file = HONE_SOURCE_DIR "/SECURITY.md";

Document document() {
  const std::string begin = "<!-- routes: begin -->\n", end = "<!-- routes: end -->\n";
  std::ifstream file(document_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto from = text.find(begin), to = text.find(end);
  if (from == std::string::npos || to == std::string::npos) return {};
  return {text.substr(0, from + begin.size()),
          text.substr(from + begin.size(), to - from - begin.size()), text.substr(to)};
}

class Privileges : public ::testing::Test {
 protected:
  Privileges() : coordinator_(folder_ / "state") {
    EXPECT_EQ(coordinator_.submit(folder_ / "packs").status, 201U);
    EXPECT_EQ(coordinator_.put(sha256("bytes"), "bytes").status, 201U);
  }

  std::string worker_token() const {
    return read_access(worker_access_file(folder_ / "state")).token;
  }

  unsigned status(const Route& route, const std::string& authorization) const {
    return coordinator_
        .send({.method = std::string(route.method),
               .target = target_of(route),
               .authorization = authorization})
        .status;
  }

  std::string cell(const Route& route, const std::string& authorization) const {
    const unsigned answer = status(route, authorization);
    EXPECT_NE(answer, 0U) << route.path;
    return answer == 401 || answer == 403 ? std::to_string(answer) : "yes";
  }

  testing::TemporaryFolder folder_;
  Running coordinator_;
};

TEST_F(Privileges, OfEveryRouteAreThoseOfSecurityMd) {
  std::ostringstream table;
  table
      << "| method | path | no token | wrong token | worker | admin |\n|---|---|---|---|---|---|\n";
  for (const Route& route : all_routes()) {
    table << "| " << route.method << " | `" << route.path << "`";
    for (const std::string& token : {std::string(), "Bearer " + random_token(),
                                     "Bearer " + worker_token(), "Bearer " + coordinator_.token()})
      table << " | " << cell(route, token);
    table << " |\n";
  }
  const Document written = document();
  if (std::getenv("HONE_BLESS") != nullptr)
    std::ofstream(document_file) << written.before << table.str() << written.after;
  EXPECT_EQ(document().table, table.str()) << "HONE_BLESS=1 renews it; read the difference";
}

TEST_F(Privileges, AreWhatTheRouteTableSays) {
  for (const Route& route : all_routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.path);
    const unsigned stranger = status(route, ""), worker = status(route, "Bearer " + worker_token());
    EXPECT_EQ(stranger == 401U, route.needs != Privilege::none) << name;
    EXPECT_EQ(worker == 403U, route.needs == Privilege::admin) << name;
    EXPECT_NE(worker, 401U) << name;
  }
}

TEST_F(Privileges, WhatIsNoRouteIsForTheAdminAlone) {
  for (const auto& [method, target] : std::map<std::string, std::string>{
           {"GET", "/api/v1/none"}, {"POST", "/api/v2/sweeps"}, {"DELETE", "/api/v1/sweeps/1"}}) {
    const auto ask = [&, method = method, target = target](const std::string& token) {
      return coordinator_.send({.method = method, .target = target, .authorization = token}).status;
    };
    EXPECT_EQ(ask(""), 401U) << target;
    EXPECT_EQ(ask("Bearer " + worker_token()), 403U) << target;
    EXPECT_EQ(ask("Bearer " + coordinator_.token()) / 10, 40U) << target;  // 404 or 405
  }
}

TEST_F(Privileges, AWorkersTokenLeasesAndMovesArtifactsAndChangesNoSweep) {
  const std::string worker = "Bearer " + worker_token();
  const Reply refused = coordinator_.send({.method = "POST",
                                           .target = "/api/v1/sweeps/1/state",
                                           .body = R"({"state": "cancelled"})",
                                           .authorization = worker});
  EXPECT_EQ(refused.status, 403U);
  EXPECT_THAT(refused.body, HasSubstr("access.json"));
  EXPECT_THAT(coordinator_.get("/api/v1/sweeps/1").body, HasSubstr(R"("state":"active")"));
  const Request put{.method = "PUT",
                    .target = "/artifacts/" + sha256("more").hex(),
                    .body = "more",
                    .authorization = worker};
  EXPECT_EQ(coordinator_.send(put).status, 201U);
  given::WorkerLine line(coordinator_, worker_token());
  Hello hello;
  hello.instance = "w";
  hello.device = "cpu";
  line.say(FromWorker{hello});
  EXPECT_TRUE(std::holds_alternative<Welcome>(line.next().value()));
}

TEST_F(Privileges, UnknownAndWrongTokensGetTheSameAnswer) {
  const auto ask = [&](const std::string& authorization) {
    const Reply reply =
        coordinator_.send({.target = "/api/v1/sweeps", .authorization = authorization});
    return std::pair(reply.status, reply.body);
  };
  const auto none = ask("");
  for (const std::string& wrong :
       {"Bearer " + random_token(), "Bearer " + coordinator_.token().substr(1),
        "bearer " + coordinator_.token(), std::string("Bearer"), std::string(5000, 'x')})
    EXPECT_EQ(ask(wrong), none);
}

}  // namespace
}  // namespace hone
