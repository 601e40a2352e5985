// Those who only take room: an honest client is answered all the same.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "coordinator/server/door.hpp"
#include "tests/coordinator/server/client.hpp"
#include "tests/coordinator/server/raw_line.hpp"

namespace hone {
namespace {

using namespace std::chrono_literals;
using given::Reply;
using given::Running;
using Clock = std::chrono::steady_clock;

/// A connection from one of the loopback's many addresses.
class Taker {
 public:
  Taker(std::uint16_t port, std::uint32_t host)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in from{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(host)}, .sin_zero = {}};
    sockaddr_in to{.sin_family = AF_INET,
                   .sin_port = htons(port),
                   .sin_addr = {htonl(INADDR_LOOPBACK)},
                   .sin_zero = {}};
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&from), sizeof from), 0);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Taker() { ::close(socket_); }
  Taker(const Taker&) = delete;
  Taker& operator=(const Taker&) = delete;

  void say(std::string_view text) const {
    [[maybe_unused]] const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  /// Whether the other side ends it before then.
  bool ends_before(Clock::time_point limit) const {
    char piece[4096];
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now()).count();
      pollfd one{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) return false;
      if (::recv(socket_, piece, sizeof piece, 0) <= 0) return true;
    }
  }

 private:
  int socket_;
};

using Takers = std::vector<std::unique_ptr<Taker>>;

class Flood : public ::testing::Test {
 protected:
  Flood() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    EXPECT_GT(files.rlim_max, 3000U);
  }

  /// From four addresses that are not the honest client's.
  Takers take(std::size_t count) const {
    Takers all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(std::make_unique<Taker>(coordinator_.port(), INADDR_LOOPBACK + 1 + i % 4));
    return all;
  }

  /// Milliseconds that 99 of 100 requests of an honest client stay below.
  double honest_p99() const {
    std::vector<double> took;
    for (int i = 0; i < 300; ++i) {
      const auto begin = Clock::now();
      EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
      took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    std::sort(took.begin(), took.end());
    return took[297];
  }

  static double resident_mib() {
    std::ifstream file("/proc/self/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Flood, OfHeadersThatNeverEndIsClosedInTimeAndHoldsNobodyUp) {
  const auto limit = Clock::now() + 8s;  // five seconds, and what a busy machine adds
  const Takers takers = take(200);
  for (const auto& each : takers) each->say("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  std::atomic<bool> over = false;
  std::thread dripping([&] {
    while (!over) {
      for (const auto& each : takers) each->say("x");
      std::this_thread::sleep_for(100ms);
    }
  });
  const double p99 = honest_p99();
  std::size_t ended = 0;
  for (const auto& each : takers) ended += each->ends_before(limit) ? 1U : 0U;
  over = true;
  dripping.join();
  std::printf("200 slow headers: %zu closed, honest p99 %.1f ms\n", ended, p99);
  EXPECT_EQ(ended, 200U);
  EXPECT_LT(p99, 100.0);
}

TEST_F(Flood, OfIdleConnectionsIsBoundedAndHoldsNobodyUp) {
  const double before = resident_mib();
  const Takers takers = take(1000);
  const double p99 = honest_p99();
  std::size_t pushed_out = 0;
  for (const auto& each : takers) pushed_out += each->ends_before(Clock::now()) ? 1U : 0U;
  const double grown = resident_mib() - before;
  std::printf("1000 idle: %zu pushed out, honest p99 %.1f ms, %.1f MiB\n", pushed_out, p99, grown);
  EXPECT_GE(pushed_out, 1000U - Door::Limits{}.waiting);
  EXPECT_LT(p99, 100.0);
  EXPECT_LT(grown, 64.0);
  const auto limit = Clock::now() + 8s;
  for (const auto& each : takers) EXPECT_TRUE(each->ends_before(limit));
}

TEST_F(Flood, OfConnectionsWithTheTokenIsBounded) {
  constexpr std::size_t most = 4096;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2 * most + 100)
    GTEST_SKIP() << "this process may have " << files.rlim_cur << " descriptors, and needs two for "
                 << "each of " << most << " connections";
  const std::string request =
      "GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(coordinator_.port()) +
      "\r\nAuthorization: Bearer " + coordinator_.token() + "\r\n\r\n";
  std::vector<std::unique_ptr<given::Line>> lines;
  const auto is_let_in = [&] {
    lines.push_back(std::make_unique<given::Line>(coordinator_.port(),
                                                  INADDR_LOOPBACK + 1 + lines.size() % 64));
    lines.back()->say(request);
    return lines.back()->hear("\r\n\r\n").starts_with("HTTP/1.1 200");
  };
  while (lines.size() < most) ASSERT_TRUE(is_let_in()) << lines.size();
  EXPECT_FALSE(is_let_in());
  lines.clear();
  const auto limit = Clock::now() + 30s;  // until the server knows
  bool again = false;
  while (!again && Clock::now() < limit) again = is_let_in();
  EXPECT_TRUE(again);
}

TEST_F(Flood, OfClaimedGigabytesTakesNoMemory) {
  const double before = resident_mib();
  constexpr std::int64_t gigabyte = std::int64_t{1} << 30U;
  for (int i = 0; i < 50; ++i) {
    const given::Request post{.method = "POST", .target = "/api/v1/sweeps", .announced = gigabyte};
    EXPECT_EQ(coordinator_.send(post).status, 413U);
    given::Request put{.method = "PUT",
                       .target = "/artifacts/" + sha256("x").hex(),
                       .authorization = "",
                       .announced = gigabyte};
    EXPECT_EQ(coordinator_.send(put).status, 401U);
  }
  EXPECT_LT(resident_mib() - before, 64.0);
  EXPECT_LT(honest_p99(), 100.0);
}

TEST_F(Flood, OfWrongTokensIsToldToWaitAndTheRightOneStillOpens) {
  const auto ask = [&](const std::string& token) {
    return coordinator_.send({.target = "/api/v1/status", .authorization = "Bearer " + token});
  };
  const std::string wrong(64, '0');
  for (std::size_t i = 0; i < Door::Limits{}.wrong_tokens; ++i) ASSERT_EQ(ask(wrong).status, 401U);
  const Reply refused = ask(wrong);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.headers.at("Retry-After"), "60");
  EXPECT_EQ(refused.body, R"({"error":"too many requests with no or a wrong token"})");
  EXPECT_EQ(ask(coordinator_.token()).status, 200U);
}

TEST_F(Flood, OfALongHeaderIsCutOff) {
  const given::Request request{.target = "/api/v1/status",
                               .headers = {{"X-Long", std::string(9000, 'x')}}};
  EXPECT_NE(coordinator_.send(request).status, 200U);
  EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
}

TEST_F(Flood, OfBracketsIsRefusedBeforeAnythingIsMadeOfThem) {
  for (const int depth : {31, 200'000}) {
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    for (const char* target :
         {"/api/v1/sweeps", "/api/v1/gc", "/api/v1/tokens", "/api/v1/sweeps/1/state"}) {
      const Reply reply = coordinator_.post(
          target, R"({"role": "worker", "packs": {}, "experiment": )" + deep + "}");
      const bool too_deep = reply.body.find("32 levels") != std::string::npos;
      EXPECT_EQ(too_deep, depth > 31) << target << reply.body;
      if (depth > 31) {
        EXPECT_EQ(reply.status, 400U);
      }
    }
  }
}

struct DoorOfTwo : ::testing::Test {
  void arrive(const std::string& name, const std::string& address) {
    places_[name] = std::make_unique<Door::Place>(door_, address, [this, name] { out_ += name; });
  }
  Door door_{{.waiting = 3, .waiting_of_address = 2, .connections = 5, .wrong_tokens = 2}};
  std::map<std::string, std::unique_ptr<Door::Place>> places_;
  std::string out_;
};

TEST_F(DoorOfTwo, PushesOutTheFirstOfAnAddressThatHasTooMany) {
  for (const char* name : {"a", "b", "c"}) arrive(name, "x");
  EXPECT_EQ(out_, "a");
  arrive("d", "y");
  arrive("e", "z");  // three wait already: the address with the most gives way
  EXPECT_EQ(out_, "ab");
}

TEST_F(DoorOfTwo, LeavesThoseAloneWhoHaveShownAToken) {
  arrive("a", "x");
  places_.at("a")->leave();
  for (const char* name : {"b", "c", "d"}) arrive(name, "x");
  EXPECT_EQ(out_, "b");
  EXPECT_FALSE(door_.is_full());
  arrive("e", "y");
  EXPECT_TRUE(door_.is_full());
  places_.erase("a");
  EXPECT_FALSE(door_.is_full());
}

TEST_F(DoorOfTwo, CountsWrongTokensByAddressAndForgetsThem) {
  const Door::Instant now{};
  EXPECT_FALSE(door_.count_wrong_token("x", now).too_many);
  EXPECT_FALSE(door_.count_wrong_token("x", now).too_many);
  EXPECT_TRUE(door_.count_wrong_token("x", now + 59s).too_many);
  EXPECT_FALSE(door_.count_wrong_token("y", now).too_many);
  EXPECT_FALSE(door_.count_wrong_token("x", now + 60s).too_many);
}

}  // namespace
}  // namespace hone
