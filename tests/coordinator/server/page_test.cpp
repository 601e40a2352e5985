// The web application's files: open to everyone, and nothing else is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/server/page.hpp"
#include "dashboards/assets.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Request;
using given::Running;
using ::testing::HasSubstr;
using ::testing::Not;

class Page : public ::testing::Test {
 protected:
  void SetUp() override {
    if (dashboard_assets().empty()) GTEST_SKIP() << "built without the dashboard";
  }

  Reply get(const std::string& target, std::map<std::string, std::string> headers = {}) const {
    return coordinator_.send(
        {.target = target, .authorization = "", .headers = std::move(headers)});
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

std::string script_path() {
  for (const Asset& each : dashboard_assets())
    if (each.path.ends_with(".js")) return std::string(each.path);
  return "";
}

TEST(PageOrNone, TheAddressAnswersWithThePageOrSaysWhyThereIsNone) {
  const testing::TemporaryFolder folder;
  const Running coordinator(folder / "state");
  const Reply answer = coordinator.send({.target = "/", .authorization = "", .headers = {}});
  EXPECT_EQ(answer.status, has_page() ? 200U : 404U);
  EXPECT_EQ(answer.body.find("built without its dashboard") == std::string::npos, has_page());
}

TEST_F(Page, IsThereWithoutATokenAndMayRunItsOwnScriptsAlone) {
  Reply page = get("/");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.headers["Content-Type"], "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr(script_path()));
  EXPECT_THAT(page.body, Not(HasSubstr("<style")));
  const std::string policy = page.headers["Content-Security-Policy"];
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'self'; style-src 'self'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(page.headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(page.headers["Cache-Control"], "no-cache");
}

TEST_F(Page, FilesAreKeptForEverAndPackedForWhoeverTakesThat) {
  Reply plain = get(script_path());
  EXPECT_EQ(plain.status, 200U);
  EXPECT_EQ(plain.headers["Content-Type"], "text/javascript; charset=utf-8");
  EXPECT_THAT(plain.headers["Cache-Control"], HasSubstr("immutable"));
  Reply packed = get(script_path(), {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(packed.headers["Content-Encoding"], "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
}

TEST_F(Page, WhoHasItAlreadyIsToldSo) {
  Reply first = get("/");
  Reply again = get("/", {{"If-None-Match", first.headers["ETag"]}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(get("/", {{"If-None-Match", "W/\"another\""}}).status, 200U);
}

TEST_F(Page, OtherPathsHostsAndMethodsAreRefused) {
  EXPECT_EQ(get("/assets/../access.json").status, 401U);  // no route, so not without a token
  EXPECT_EQ(get("/assets/none.js").status, 404U);
  EXPECT_EQ(get("/index.html").status, 401U);
  EXPECT_EQ(get("/api/v1/sweeps").status, 401U);
  const Request foreign{.target = "/", .authorization = "", .host = "evil.example"};
  EXPECT_EQ(coordinator_.send(foreign).status, 403U);
  EXPECT_EQ(coordinator_.send({.method = "POST", .target = "/", .authorization = ""}).status, 405U);
}

TEST_F(Page, IsSmall) {
  std::size_t bytes = 0;
  for (const Asset& each : dashboard_assets())
    bytes += each.gzipped.empty() ? each.plain.size() : each.gzipped.size();
  EXPECT_LT(bytes, std::size_t{200} << 10U);
}

}  // namespace
}  // namespace hone
