// What somebody who looks on is told, over /live.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "coordinator/server/live_feed.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using given::Running;
using nlohmann::json;

/// A browser's side of /live.
class Watching {
 public:
  Watching(const Running& coordinator, const std::string& greeting) {
    stream_.next_layer().connect(
        tcp::endpoint(boost::asio::ip::address_v4::loopback(), coordinator.port()));
    stream_.handshake("127.0.0.1:" + std::to_string(coordinator.port()), "/live");
    stream_.write(boost::asio::buffer(greeting));
  }

  /// The next frame; null when the line was closed.
  json next() {
    beast::flat_buffer buffer;
    beast::error_code error;
    stream_.read(buffer, error);
    return error ? json() : json::parse(beast::buffers_to_string(buffer.data()));
  }

  void say(const std::string& frame) { stream_.write(boost::asio::buffer(frame)); }

 private:
  boost::asio::io_context context_;
  beast::websocket::stream<tcp::socket> stream_{context_};
};

class Live : public ::testing::Test {
 protected:
  std::string greeting(int sweep) const {
    return json{{"token", coordinator_.token()}, {"sweep", sweep}}.dump();
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Live, WithoutTheTokenNothingIsTold) {
  for (const std::string& greeting :
       {std::string("{}"), std::string("x"), std::string(R"({"token": ""})"),
        std::string(R"({"token": 7, "sweep": 1})"), json{{"token", std::string(64, '0')}}.dump()}) {
    Watching watching(coordinator_, greeting);
    EXPECT_EQ(watching.next(), (json{{"schema", "hone.live.v1"}, {"refused", "wrong token"}}));
    EXPECT_EQ(watching.next(), json());
  }
}

TEST_F(Live, ASweepThatIsSubmittedIsTold) {
  Watching watching(coordinator_, greeting(1));
  const json first = watching.next();
  EXPECT_EQ(first.at("schema"), "hone.live.v1");
  EXPECT_TRUE(first.at("sweeps").at("sweeps").empty());
  EXPECT_FALSE(first.contains("sweep"));
  coordinator_.submit(folder_ / "packs");
  const json then = watching.next();
  EXPECT_EQ(then.at("sweeps").at("sweeps").size(), 1U);
  EXPECT_EQ(then.at("sweep").at("states").at("waiting"), 15);
}

TEST_F(Live, WhoSaysMoreThanAWatcherHasToSayIsCutOff) {
  Watching watching(coordinator_, greeting(1));
  EXPECT_FALSE(watching.next().is_null());
  watching.say(std::string(4097, 'x'));
  EXPECT_TRUE(watching.next().is_null());
  Watching stranger(coordinator_, std::string(4097, 'x'));
  EXPECT_TRUE(stranger.next().is_null());
}

TEST_F(Live, AWatcherThatDoesNotReadIsCutOff) {
  coordinator_.submit(folder_ / "packs");
  boost::asio::io_context context;
  LiveFacts facts;
  LiveFeed feed(context, database_file(folder_ / "state"), LiveFeed::Views::stored, [&facts] {
    ++facts.workers;
    return facts;
  });
  const auto watcher = feed.join();
  bool is_cut = false;
  watcher->outbox->cut = [&] { is_cut = true; };
  std::size_t most = 0;
  for (int look = 0; look < 5000 && !is_cut; ++look) {
    feed.tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    context.restart();
    context.poll();
    most = std::max(most, watcher->outbox->frames.size());
  }
  EXPECT_TRUE(is_cut);
  EXPECT_TRUE(watcher->outbox->closed);
  EXPECT_EQ(most, 32U);
  EXPECT_TRUE(watcher->outbox->frames.empty());
}

TEST_F(Live, OnlyWhatHasChangedIsToldAgain) {
  coordinator_.submit(folder_ / "packs");
  Watching watching(coordinator_, greeting(1));
  EXPECT_EQ(watching.next().at("sweep").at("sweep"), 1);
  coordinator_.post("/api/v1/sweeps/1/priority", R"({"priority": 7})");
  const json then = watching.next();
  EXPECT_EQ(then.at("sweep").at("priority"), 7);
  EXPECT_FALSE(then.contains("changed"));  // no trial has
}

TEST_F(Live, AnotherSweepMayBeChosen) {
  coordinator_.submit(folder_ / "packs");
  Watching watching(coordinator_, greeting(99));
  EXPECT_FALSE(watching.next().contains("sweep"));
  watching.say(R"({"sweep": 1})");
  EXPECT_EQ(watching.next().at("sweep").at("name"), "small");
}

TEST_F(Live, WhoNamesNoSweepIsToldOfTheNewest) {
  Watching watching(coordinator_, greeting(0));
  EXPECT_FALSE(watching.next().contains("sweep"));
  coordinator_.submit(folder_ / "packs");
  EXPECT_EQ(watching.next().at("sweep").at("sweep"), 1);
  coordinator_.submit(folder_ / "packs", given::every_table());
  EXPECT_EQ(watching.next().at("sweep").at("name"), "every");
}

TEST_F(Live, AWatcherThatGoesTakesNothingWithIt) {
  for (int i = 0; i < 5; ++i) {
    Watching watching(coordinator_, greeting(1));
    watching.next();
  }
  EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
  coordinator_.submit(folder_ / "packs");
  EXPECT_EQ(Watching(coordinator_, greeting(1)).next().at("sweep").at("trials"), 15);
}

}  // namespace
}  // namespace hone
