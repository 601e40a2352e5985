// A hundred thousand requests, bodies and frames that somebody has tampered with, on a port that
// honest clients use meanwhile.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>

#include "common/wire.hpp"
#include "sql/database.hpp"
#include "tests/common/mutation.hpp"
#include "tests/common/wire_samples.hpp"
#include "tests/coordinator/server/client.hpp"
#include "tests/coordinator/server/raw_line.hpp"

namespace hone {
namespace {

using Clock = std::chrono::steady_clock;
using given::Line;
using given::sanitizer;

/// A client's frame of WebSocket, masked with zeros.
std::string frame_of(const std::string& text) {
  std::string frame = "\x81";
  const auto mask = '\x80';
  if (text.size() < 126) {
    frame += static_cast<char>(mask | static_cast<char>(text.size()));
  } else {
    frame += static_cast<char>(mask | 126);
    frame += static_cast<char>(text.size() >> 8U & 0xffU);
    frame += static_cast<char>(text.size() & 0xffU);
  }
  return frame + std::string(4, '\0') + text;
}

struct Told {
  std::atomic<int> frames{0}, messages{0}, requests{0}, bodies{0}, strangers{0};
  std::atomic<int> answered{0}, refused{0}, closed{0}, never_connected{0};
};

/// One who tampers with everything that a worker, an admin or a stranger could send.
class Garbler {
 public:
  Garbler(const given::Running& coordinator, std::string worker_token, Random random, Told& told)
      : coordinator_(coordinator), worker_(std::move(worker_token)), random_(random), told_(told) {
    for (const auto& message : samples::from_worker()) messages_.push_back(encode(message));
  }

  void send_one() {
    switch (random_.below(8)) {
      case 0:
      case 1:
        return on_a_workers_line(told_.messages,
                                 [&] { return frame_of(mutated(message(), random_)); });
      case 2:
      case 3:
        return on_a_workers_line(told_.frames,
                                 [&] { return mutated(frame_of(message()), random_); });
      case 4:
        return send(told_.strangers,
                    mutated(head("GET", "/worker", "") + std::string(upgrade), random_));
      case 5:
        return send(told_.strangers, mutated(frame_of(message()), random_));
      case 6:
        return send(told_.bodies, post());
      default:
        return send(told_.requests, mutated(head("GET", pick(targets), token()) + "\r\n", random_));
    }
  }

 private:
  static constexpr std::string_view upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  static constexpr std::array<std::string_view, 12> targets = {
      "/",
      "/metrics",
      "/openapi.json",
      "/live",
      "/assets/index.js",
      "/api/v1/status",
      "/api/v1/sweeps/1/tables/II?format=csv",
      "/api/v1/sweeps/1/trials?state=done&text=a%20b",
      "/api/v1/trials/1/why",
      "/api/v1/sweeps/1/iterations?dataset=toy",
      "/api/v1/workers",
      "/artifacts/0000000000000000000000000000000000000000000000000000000000000000"};
  /// Nothing that a whole one of them changes: the pack is not there, the rest is what it was.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> posts = {
      {{"/api/v1/sweeps",
        R"({"experiment": {"name": "small", "profile": "smoke", "lambdas": [0.1], "datasets":
       [{"name": "toy", "layout": "lesions", "count": 25}]}, "packs": {"toy": "00"}})"},
       {"/api/v1/packs",
        R"({"digest": "0000000000000000000000000000000000000000000000000000000000000000"})"},
       {"/api/v1/sweeps/1/state", R"({"state": "active", "dry_run": true})"},
       {"/api/v1/sweeps/1/priority", R"({"priority": 3})"},
       {"/api/v1/sweeps/1/retry", R"({"dry_run": true, "film_strips": false})"},
       {"/api/v1/gc", R"({"dry_run": true, "grace_seconds": 86400})"}}};

  template <class List>
  typename List::value_type pick(const List& list) {
    return list[random_.below(static_cast<std::uint32_t>(list.size()))];
  }
  const std::string& message() {
    return messages_[random_.below(static_cast<std::uint32_t>(messages_.size()))];
  }
  const std::string& token() { return random_.below(2) == 0 ? worker_ : coordinator_.token(); }

  /// The first lines of a request, which want an empty one.
  std::string head(std::string_view method, std::string_view target,
                   const std::string& token) const {
    std::string text = std::string(method) + " " + std::string(target) +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(coordinator_.port()) +
                       "\r\n";
    if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
    return text;
  }

  std::string post() {
    const auto [target, sample] = pick(posts);
    const std::string body = mutated(std::string(sample), random_);
    return head("POST", target, coordinator_.token()) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::uint32_t address() { return INADDR_LOOPBACK + 1 + random_.below(8); }

  void send(std::atomic<int>& kind, const std::string& bytes) {
    const Line line(coordinator_.port(), address());
    if (!line.is_open()) ++told_.never_connected;
    line.say(bytes);
    line.say_no_more();
    const std::string answer = line.hear();
    ++(answer.empty()                     ? told_.closed
       : answer.starts_with("HTTP/1.1 2") ? told_.answered
                                          : told_.refused);
    ++kind;
  }

  template <class Frame>
  void on_a_workers_line(std::atomic<int>& kind, const Frame& frame) {
    const Line line(coordinator_.port(), address());
    line.say(head("GET", "/worker", worker_) + std::string(upgrade));
    if (!line.hear("\r\n\r\n").starts_with("HTTP/1.1 101")) {
      ++told_.never_connected;
      return;
    }
    if (random_.below(2) == 0) line.say(frame_of(messages_.front()));  // Hello
    line.say(frame());
    line.say_no_more();
    ++(line.hear().find("refuse") == std::string::npos ? told_.closed : told_.refused);
    ++kind;
  }

  const given::Running& coordinator_;
  const std::string worker_;
  Random random_;
  Told& told_;
  std::vector<std::string> messages_;
};

class Garbled : public ::testing::Test {
 protected:
  Garbled() { coordinator_.submit(folder_ / "packs"); }

  /// Several who send, all of them together `count`.
  void garble(int count, std::uint64_t seed) {
    const std::string token = read_access(folder_ / "state/worker.json").token;
    std::atomic<int> left = count;
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        ::setpriority(PRIO_PROCESS, 0, 10);  // they are elsewhere: the processor is the server's
        Garbler garbler(coordinator_, token, Random{seed, i}, told_);
        while (left.fetch_sub(1) > 0) garbler.send_one();
      });
    while (left > 0) ask_honestly();
    for (std::thread& thread : threads) thread.join();
  }

  /// As `hone status` does, and as a worker does.
  void ask_honestly() {
    const auto begin = Clock::now();
    EXPECT_EQ(coordinator_.get("/api/v1/status").status, 200U);
    const auto between = Clock::now();
    given::WorkerLine line(coordinator_);
    line.say(samples::from_worker().front());
    EXPECT_TRUE(line.next());
    for (const auto& took : {between - begin, Clock::now() - between})
      took_.push_back(std::chrono::duration<double, std::milli>(took).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  double honest_p99() {
    std::sort(took_.begin(), took_.end());
    return took_.at(took_.size() * 99 / 100);
  }

  static double resident_mib() {
    ::malloc_trim(0);
    std::ifstream file("/proc/self/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
  }

  testing::TemporaryFolder folder_;
  given::Running coordinator_{folder_ / "state"};
  Told told_;
  std::vector<double> took_;
};

int wanted() {
  const char* const text = std::getenv("HONE_GARBLED");
  return text != nullptr ? std::atoi(text) : sanitizer() == "tsan" ? 5'000 : 100'000;
}

TEST_F(Garbled, RequestsAndFramesAreRefusedAndHoldNobodyUp) {
  const char* const text = std::getenv("HONE_SEED");
  const std::uint64_t seed = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  const int count = wanted();
  garble(count / 10, seed);
  took_.clear();
  const double before = resident_mib();
  garble(count - count / 10, seed + 1);
  const double grown = resident_mib() - before, p99 = honest_p99();
  std::printf(
      "seed %llu: took effect: %d frames, %d messages, %d requests, %d bodies, %d of strangers; %d "
      "answered, %d refused, %d closed; %zu honest requests, p99 %.1f ms; %.1f MiB\n",
      static_cast<unsigned long long>(seed), told_.frames.load(), told_.messages.load(),
      told_.requests.load(), told_.bodies.load(), told_.strangers.load(), told_.answered.load(),
      told_.refused.load(), told_.closed.load(), took_.size(), p99, grown);
  EXPECT_EQ(told_.never_connected, 0);
  for (const auto* each :
       {&told_.frames, &told_.messages, &told_.requests, &told_.bodies, &told_.strangers})
    EXPECT_GT(*each, count / 12);
  EXPECT_GT(told_.refused, count / 3);
  EXPECT_LT(p99, sanitizer() == "tsan" ? 1000.0 : 100.0);
  // A sanitizer keeps what was given back.
  EXPECT_LT(sanitizer().empty() ? grown : 0.0, 10.0);
  Database database(folder_ / "state/hone.sqlite", Database::Mode::read_only);
  EXPECT_FALSE(database.prepare("SELECT 1 FROM violation").step());
}

}  // namespace
}  // namespace hone
