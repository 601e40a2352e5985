#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Running;
using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

class Routes : public ::testing::Test {
 protected:
  std::string sentence(const Reply& reply) {
    EXPECT_EQ(reply.status / 100, 4U) << reply.body;
    return json::parse(reply.body).at("error");
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Routes, ASubmittedSweepIsCountedInItsStatus) {
  const Reply reply = coordinator_.submit(folder_ / "packs");
  EXPECT_EQ(reply.status, 201U);
  const json receipt = json::parse(reply.body);
  EXPECT_EQ(receipt, (json{{"sweep", 1},
                           {"trials", 15},
                           {"added", 15},
                           {"trainings", 8},
                           {"known", false},
                           {"was", "active"}}));
  const json status = json::parse(coordinator_.get("/api/v1/sweeps/1").body);
  EXPECT_EQ(status.at("schema"), "hone.sweep.v1");
  EXPECT_EQ(status.at("name"), "small");
  EXPECT_EQ(status.at("trials"), 15);
  EXPECT_EQ(status.at("states").at("waiting"), 15);
  EXPECT_EQ(status.at("states").size(), 9U);
  EXPECT_EQ(status.at("finished"), false);
  EXPECT_TRUE(status.at("seconds_left").is_null());
  EXPECT_GT(status.at("image_steps").at("total"), 0.0);
  EXPECT_EQ(status.at("image_steps").at("done"), 0.0);
  EXPECT_TRUE(status.at("running").empty());
  EXPECT_TRUE(status.at("troubled").empty());
}

TEST_F(Routes, TheSameSweepAgainIsKnown) {
  coordinator_.submit(folder_ / "packs");
  const Reply again = coordinator_.submit(folder_ / "packs");
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(json::parse(again.body).at("added"), 0);
  EXPECT_EQ(json::parse(coordinator_.get("/api/v1/sweeps").body).at("sweeps").size(), 1U);
}

TEST_F(Routes, StatusNamesTheVersionsAndCountsTheWorkers) {
  const json status = json::parse(coordinator_.get("/api/v1/status").body);
  EXPECT_EQ(status.at("schema"), "hone.status.v1");
  EXPECT_EQ(status.at("protocol"), protocol_version);
  EXPECT_EQ(status.at("trainer"), trainer_version);
  EXPECT_EQ(status.at("workers"), 0);
  EXPECT_EQ(status.at("refused_stale"), 0);
}

TEST_F(Routes, EveryTableComesInEveryFormatAndNoOther) {
  coordinator_.submit(folder_ / "packs", given::every_table());
  for (const char* name : {"I", "lambda", "II", "III", "variants"}) {
    const std::string table = std::string("/api/v1/sweeps/1/tables/") + name;
    const json facts = json::parse(coordinator_.get(table).body);
    EXPECT_EQ(facts.at("complete"), false) << name;
    EXPECT_FALSE(facts.at("rows").empty()) << name;
    EXPECT_EQ(coordinator_.get(table + "?format=json").body, coordinator_.get(table).body);
    for (const char* format : {"text", "markdown", "csv", "latex"}) {
      const Reply reply = coordinator_.get(table + "?format=" + format);
      EXPECT_EQ(reply.status, 200U) << name << " " << format;
      EXPECT_THAT(reply.body, HasSubstr("toy (synthetic)")) << name << " " << format;
      EXPECT_THAT(reply.body, HasSubstr("missing")) << name << " " << format;
    }
    EXPECT_THAT(sentence(coordinator_.get(table + "?format=pdf")), HasSubstr("one of json, text"));
  }
}

TEST_F(Routes, ATableThatIsUnknownOrNotAskedForIsNotFound) {
  coordinator_.submit(folder_ / "packs");
  const std::string tables = "/api/v1/sweeps/1/tables/";
  EXPECT_EQ(json::parse(coordinator_.get(tables + "II").body).at("schema"), "hone.results.v1");
  EXPECT_EQ(json::parse(coordinator_.get(tables + "lambda").body).at("schema"), "hone.choices.v1");
  for (const char* name : {"I", "III", "variants"}) {
    const Reply reply = coordinator_.get(tables + name);
    EXPECT_EQ(reply.status, 404U) << name;
    EXPECT_THAT(sentence(reply), HasSubstr("its experiment's 'tables' does not ask for")) << name;
  }
  for (const char* name : {"IV", "ii", "hyperparameters"}) {
    const Reply reply = coordinator_.get(tables + name);
    EXPECT_EQ(reply.status, 404U) << name;
    EXPECT_THAT(sentence(reply), HasSubstr("there are I, lambda, II, III, variants and folds"))
        << name;
  }
}

TEST_F(Routes, WhatIsNotThereIsNotFound) {
  for (const char* target :
       {"/api/v1", "/api/v1/", "/api/v2/status", "/api/v1/nothing", "/api/v1/sweeps/1",
        "/api/v1/sweeps/x", "/api/v1/sweeps/1/tables/II", "/api/v1/sweeps/1/tables/",
        "/api/v1/sweeps/1/tables/II/", "/api/v1/sweeps/99999999999999999999", "/etc/passwd"}) {
    const Reply reply = coordinator_.get(target);
    EXPECT_EQ(reply.status, 404U) << target;
    EXPECT_FALSE(sentence(reply).empty());
  }
  EXPECT_EQ(coordinator_.post("/api/v1/nothing", "{}").status, 404U);
  for (const char* target : {"/worker", "/live"}) {
    const Reply reply = coordinator_.get(target);
    EXPECT_EQ(reply.status, 426U) << target;
    EXPECT_THAT(reply.headers, Contains(Pair("Upgrade", "websocket"))) << target;
  }
}

TEST_F(Routes, AnotherMethodIsToldWhichThereAre) {
  const auto allowed = [&](const char* method, const std::string& target) {
    const Reply reply = coordinator_.send({.method = method, .target = target});
    EXPECT_EQ(reply.status, 405U) << method << " " << target;
    const auto allow = reply.headers.find("Allow");
    return allow == reply.headers.end() ? "" : allow->second;
  };
  EXPECT_EQ(allowed("DELETE", "/api/v1/sweeps"), "GET, POST");
  EXPECT_EQ(allowed("GET", "/api/v1/gc"), "POST");
  EXPECT_EQ(allowed("POST", "/api/v1/status?x=1"), "GET");
  EXPECT_EQ(allowed("TRACE", "/metrics"), "GET");
  EXPECT_EQ(allowed("DELETE", "/artifacts/" + sha256("a").hex()), "GET, HEAD, PUT");
}

TEST_F(Routes, TextThatIsNotTheJsonItShouldBeIsRefusedWithASentence) {
  for (const char* target : {"/api/v1/packs", "/api/v1/sweeps"}) {
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
          std::string("\"\xff\""), std::string(R"({"digest": 1, "experiment": 1})"),
          std::string(100'000, '[')}) {
      const Reply reply = coordinator_.post(target, body);
      EXPECT_EQ(reply.status, 400U) << target << " " << body.substr(0, 40);
      EXPECT_FALSE(sentence(reply).empty());
    }
  }
  EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
}

TEST_F(Routes, ASweepIsPausedResumedCancelledAndPreferred) {
  coordinator_.submit(folder_ / "packs");
  const auto post = [&](const char* what, const char* body) {
    return json::parse(coordinator_.post(std::string("/api/v1/sweeps/1/") + what, body).body);
  };
  EXPECT_EQ(post("state", R"({"state": "paused"})"), (json{{"schema", "hone.control.v1"},
                                                           {"sweep", 1},
                                                           {"name", "small"},
                                                           {"state", "paused"},
                                                           {"priority", 0},
                                                           {"running", 0},
                                                           {"waiting", 15}}));
  EXPECT_EQ(post("priority", R"({"priority": -3})").at("priority"), -3);
  json status = json::parse(coordinator_.get("/api/v1/sweeps/1").body);
  EXPECT_EQ(status.at("state"), "paused");
  EXPECT_EQ(status.at("priority"), -3);
  EXPECT_EQ(status.at("finished"), false);
  EXPECT_EQ(post("state", R"({"state": "active"})").at("state"), "active");
  EXPECT_EQ(post("state", R"({"state": "cancelled"})").at("state"), "cancelled");
  status = json::parse(coordinator_.get("/api/v1/sweeps").body).at("sweeps").at(0);
  EXPECT_EQ(status.at("state"), "cancelled");
  EXPECT_EQ(json::parse(coordinator_.get("/api/v1/sweeps/1").body).at("finished"), true);
  EXPECT_THAT(post("state", R"({"state": "active"})").at("error"), HasSubstr("submit it again"));
  coordinator_.submit(folder_ / "packs");
  EXPECT_EQ(json::parse(coordinator_.get("/api/v1/sweeps/1").body).at("state"), "active");
}

TEST_F(Routes, AWordOnASweepThatMeansNothingIsRefusedAndChangesNothing) {
  coordinator_.submit(folder_ / "packs");
  const auto refusal = [&](const char* target, const char* body) {
    return sentence(coordinator_.post(std::string("/api/v1/sweeps/") + target, body));
  };
  EXPECT_THAT(refusal("2/state", R"({"state": "paused"})"), HasSubstr("there is no sweep 2"));
  EXPECT_THAT(refusal("1/state", R"({"state": "stopped"})"),
              HasSubstr("active, paused, cancelled"));
  EXPECT_THAT(refusal("1/priority", R"({"priority": 1.5})"), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("1/priority", R"({"priority": 1000001})"), HasSubstr("1000000"));
  EXPECT_THAT(refusal("1/priority", "{}"), HasSubstr("priority"));
  EXPECT_THAT(refusal("1/stat", "{}"), HasSubstr("is not a route"));
  EXPECT_THAT(refusal("x/state", "{}"), HasSubstr("is not a route"));
  const json status = json::parse(coordinator_.get("/api/v1/sweeps/1").body);
  EXPECT_EQ(status.at("state"), "active");
  EXPECT_EQ(status.at("priority"), 0);
}

TEST_F(Routes, AWrongExperimentIsRefusedByItsPlace) {
  const Reply reply =
      coordinator_.post("/api/v1/sweeps", R"({"experiment": {"nmae": "x"}, "packs": {}})");
  EXPECT_THAT(sentence(reply), HasSubstr("/nmae: unknown key"));
}

TEST_F(Routes, ASweepOverAnUnknownPackIsRefusedAndLeavesNothing) {
  const std::string experiment = R"({"experiment": )" + given::experiment_text();
  EXPECT_THAT(sentence(coordinator_.post("/api/v1/sweeps", experiment + R"(, "packs": {}})")),
              HasSubstr("'toy'"));
  const Reply unknown = coordinator_.post(
      "/api/v1/sweeps", experiment + R"(, "packs": {"toy": ")" + sha256("x").hex() + "\"}}");
  EXPECT_EQ(unknown.status, 409U);
  EXPECT_TRUE(json::parse(coordinator_.get("/api/v1/sweeps").body).at("sweeps").empty());
}

TEST_F(Routes, APackMustBeThereAndBeAPack) {
  const auto post = [&](const std::string& digest) {
    return coordinator_.post("/api/v1/packs", R"({"digest": ")" + digest + "\"}");
  };
  EXPECT_EQ(post(sha256("not a pack").hex()).status, 404U);
  EXPECT_EQ(post("short").status, 400U);
  coordinator_.put(sha256("not a pack"), "not a pack");
  EXPECT_EQ(post(sha256("not a pack").hex()).status, 400U);
}

}  // namespace
}  // namespace hone
