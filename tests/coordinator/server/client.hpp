#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "common/digest.hpp"
#include "common/message.hpp"
#include "coordinator/server/server.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone::given {

struct Reply {
  unsigned status = 0;  // 0: the connection ended without an answer
  std::string body = {};
  std::int64_t upload_offset = -1;  // -1: it said none
  std::map<std::string, std::string> headers = {};
};

struct Request {
  std::string method = "GET";
  std::string target = {};
  std::string body = {};
  std::optional<std::string> authorization = {};  // the right one if not given; '' leaves it out
  std::optional<std::string> host = {};           // likewise
  std::string content_range = {};
  std::int64_t announced = -1;                      // a Content-Length that is not the body's
  std::map<std::string, std::string> headers = {};  // more of them
};

/// A coordinator on a thread, with a state folder that may outlive it.
class Running {
 public:
  explicit Running(const std::filesystem::path& state);
  explicit Running(const ServerSettings& settings);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Reply send(const Request& request) const;
  Reply get(const std::string& target) const { return send({.target = target}); }
  Reply post(const std::string& target, const std::string& body) const;
  Reply put(const Digest& digest, const std::string& bytes) const;

  /// Hands in a small generated pack and a sweep over it. Returns the answer to the sweep.
  Reply submit(const std::filesystem::path& scratch) const;
  Reply submit(const std::filesystem::path& scratch, const std::string& experiment) const;

  std::uint16_t port() const { return server_.port(); }
  const std::string& token() const { return token_; }

 private:
  Server server_;
  std::string token_;
  std::thread thread_;
};

/// A worker's WebSocket.
class WorkerLine {
 public:
  explicit WorkerLine(const Running& coordinator);  // throws if it is not let in
  WorkerLine(const Running& coordinator, const std::string& token);
  ~WorkerLine();
  void say(const std::string& frame);
  void say(const FromWorker& message);
  /// The next frame, or nothing when the coordinator has closed the line.
  std::optional<ToWorker> next();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// "asan" or "tsan", where scripts/sanitize runs this; else "".
std::string_view sanitizer();

/// The experiment that `submit` hands in unless told: two base nets, six refinements, four curves,
/// three selections.
std::string experiment_text();

/// One that asks for every table.
std::string every_table();

}  // namespace hone::given
