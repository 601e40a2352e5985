#include "common/fault_point.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hone::fault {

namespace {

constexpr int as_killed = 137;

struct Order {
  std::string point, action;
  long passage = 1;
  std::string file;
};
Order order;  // set before the process has a second thread
std::atomic<long> passages = 0;

bool is_first() {
  if (order.file.empty()) return true;
  const int made = ::open(order.file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY, 0600);
  if (made >= 0) ::close(made);
  return made >= 0;
}

void act(std::string_view point) {
  if (point != order.point || ++passages != order.passage || !is_first()) return;
  std::fprintf(stderr, "event=fault point=%s action=%s passage=%ld\n", order.point.c_str(),
               order.action.c_str(), order.passage);
  if (order.action == "crash") ::_exit(as_killed);
  if (order.action == "error") throw std::runtime_error("planned fault at " + order.point);
  std::this_thread::sleep_for(std::chrono::seconds(1));
}

[[noreturn]] void refuse(const std::string& text) {
  std::string known;
  for (const std::string_view point : points)
    known += (known.empty() ? "" : ", ") + std::string(point);
  throw std::invalid_argument("HONE_FAULTS='" + text +
                              "': is POINT:crash|error|delay[:N[:FILE]] with a POINT of " + known);
}

Order read(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, ':');) words.push_back(word);
  if (words.size() < 2 || words.size() > 4) refuse(text);
  Order read{.point = words[0], .action = words[1], .passage = 1, .file = {}};
  const bool known = std::find(points.begin(), points.end(), read.point) != points.end();
  const bool can = read.action == "crash" || read.action == "error" || read.action == "delay";
  if (words.size() > 2) read.passage = std::strtol(words[2].c_str(), nullptr, 10);
  if (words.size() > 3) read.file = words[3];
  if (!known || !can || read.passage < 1) refuse(text);
  return read;
}

}  // namespace

void arm_from_environment() {
  const char* const text = std::getenv("HONE_FAULTS");
  if (text == nullptr || *text == '\0') return;
  order = read(text);
  passages = 0;
  handler = act;
}

}  // namespace hone::fault
