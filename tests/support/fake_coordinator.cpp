#include "tests/support/fake_coordinator.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "common/wire.hpp"

namespace hone::testing {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Lock = std::unique_lock<std::mutex>;

constexpr std::chrono::milliseconds lease_time{300};

std::string kind_of(const FromWorker& message) {
  constexpr std::array names = {"hello", "ask", "report", "renew", "done", "failed"};
  return names.at(message.index());
}

}  // namespace

// One thread per connection, blocking: a test's fake may be slow, it must be plain.
struct FakeCoordinator::State : std::enable_shared_from_this<State> {
  using Socket = websocket::stream<tcp::socket>;

  void serve(std::shared_ptr<Socket> socket);
  void converse(Socket& socket, const Request& request);
  Response answer(const Request& request);
  bool take(Socket& socket, const FromWorker& message);
  std::vector<ToWorker> replies(const FromWorker& message);
  ToWorker reply_to(const Ask& ask);
  bool is_cut(const FromWorker& message);

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  asio::io_context io;
  std::optional<tcp::acceptor> acceptor;
  std::thread accepting;
  std::vector<std::thread> serving;
  std::set<std::shared_ptr<Socket>> open;
  Access access;
  std::deque<Lease> leases;
  std::set<Ticket> leased;
  std::map<std::string, std::string> artifacts;
  std::map<std::string, int> cuts;  // by kind: messages until the cut
  std::chrono::milliseconds greeting_pause{0};
  std::optional<std::string> refusal;
  std::vector<FromWorker> heard;
  std::deque<ToWorker> unasked;
  std::int64_t epoch = 0;
  int slots = 1;  // of the worker that greeted last
};

void FakeCoordinator::State::serve(std::shared_ptr<Socket> socket) {
  try {
    beast::flat_buffer buffer;
    http::request_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    http::read(socket->next_layer(), buffer, parser);
    const Request request = parser.release();
    if (websocket::is_upgrade(request) &&
        request[http::field::authorization] == "Bearer " + access.token) {
      converse(*socket, request);
    } else {
      http::write(socket->next_layer(), answer(request));
    }
  } catch (const std::exception&) {
    // A connection that breaks is what many tests are about.
  }
  const Lock lock(mutex);
  open.erase(socket);
  beast::error_code ignored;
  socket->next_layer().close(ignored);
}

Response FakeCoordinator::State::answer(const Request& request) {
  const Lock lock(mutex);
  Response response{http::status::ok, 11};
  const std::string target(request.target());
  const std::string name = target.substr(target.rfind('/') + 1);
  if (request[http::field::authorization] != "Bearer " + access.token) {
    response.result(http::status::unauthorized);
  } else if (request.method() == http::verb::put) {
    artifacts[name] = request.body();
    if (sha256(request.body()).hex() != name) response.result(http::status::bad_request);
  } else if (request.method() == http::verb::post) {
    response.body() = request.body();
  } else if (!artifacts.contains(name)) {
    response.result(http::status::not_found);
  } else if (request.method() == http::verb::get) {
    response.body() = artifacts[name];
  }
  response.prepare_payload();
  return response;
}

void FakeCoordinator::State::converse(Socket& socket, const Request& request) {
  socket.accept(request);
  socket.read_message_max(64U << 20U);
  for (;;) {
    beast::flat_buffer buffer;
    socket.read(buffer);
    const FromWorker message = decode_from_worker(beast::buffers_to_string(buffer.data()));
    Lock lock(mutex);
    heard.push_back(message);
    changed.notify_all();
    if (std::holds_alternative<Hello>(message) && greeting_pause.count() > 0) {
      lock.unlock();
      std::this_thread::sleep_for(greeting_pause);
      lock.lock();
    }
    if (!take(socket, message)) return;
  }
}

// False if the connection shall be cut.
bool FakeCoordinator::State::take(Socket& socket, const FromWorker& message) {
  if (is_cut(message)) return false;
  for (const ToWorker& reply : replies(message)) socket.write(asio::buffer(encode(reply)));
  for (; !unasked.empty(); unasked.pop_front()) {
    socket.write(asio::buffer(encode(unasked.front())));
  }
  return true;
}

bool FakeCoordinator::State::is_cut(const FromWorker& message) {
  const auto found = cuts.find(kind_of(message));
  if (found == cuts.end() || found->second-- > 0) return false;
  cuts.erase(found);
  return true;
}

std::vector<ToWorker> FakeCoordinator::State::replies(const FromWorker& message) {
  if (const auto* hello = std::get_if<Hello>(&message)) {
    slots = hello->slots;
    if (refusal) return {Refuse{*refusal}};
    return {Welcome{.worker = {1}, .epoch = epoch, .lease = lease_time}};
  }
  if (const auto* ask = std::get_if<Ask>(&message)) return {reply_to(*ask)};
  if (const auto* report = std::get_if<Report>(&message)) {
    return {Ack{report->ticket, report->sequence}};
  }
  if (const auto* done = std::get_if<Done>(&message)) {
    leased.erase(done->ticket);
    return {Ack{done->ticket, -1}};
  }
  if (const auto* failed = std::get_if<Failed>(&message)) {
    leased.erase(failed->ticket);
    return {Ack{failed->ticket, -1}};
  }
  return {};
}

ToWorker FakeCoordinator::State::reply_to(const Ask& ask) {
  Assign assign;
  int free = ask.slots;
  while (!leases.empty() && (ask.trials == 0 || std::ssize(assign.leases) < ask.trials)) {
    free -= slots_taken(leases.front().spec.numerics, slots);
    if (free < 0) break;
    leased.insert(leases.front().ticket);
    assign.leases.push_back(leases.front());
    leases.pop_front();
  }
  if (!assign.leases.empty()) return assign;
  return Idle{.again = std::chrono::milliseconds(100), .drained = leased.empty()};
}

FakeCoordinator::FakeCoordinator() : state_(std::make_shared<State>()) {
  state_->access.token = random_token();
  start();
}

FakeCoordinator::~FakeCoordinator() {
  stop();
}

void FakeCoordinator::start() {
  const tcp::endpoint place(asio::ip::address_v4::loopback(), state_->access.port);
  state_->acceptor.emplace(state_->io, place);  // reuses the address
  state_->access.port = state_->acceptor->local_endpoint().port();
  ++state_->epoch;
  state_->accepting = std::thread([state = state_] {
    for (;;) {
      beast::error_code error;
      tcp::socket socket(state->io);
      state->acceptor->accept(socket, error);
      if (error) return;
      const auto stream = std::make_shared<State::Socket>(std::move(socket));
      const Lock lock(state->mutex);
      state->open.insert(stream);
      state->serving.emplace_back([state, stream] { state->serve(stream); });
    }
  });
}

void FakeCoordinator::stop() {
  // Shutting the socket down wakes the blocking accept; closing it would not.
  ::shutdown(state_->acceptor->native_handle(), SHUT_RDWR);
  state_->accepting.join();
  state_->acceptor.reset();
  std::vector<std::thread> serving;
  {
    const Lock lock(state_->mutex);
    for (const auto& socket : state_->open) {
      ::shutdown(socket->next_layer().native_handle(), SHUT_RDWR);
    }
    serving.swap(state_->serving);
  }
  for (std::thread& thread : serving) thread.join();
}

const Access& FakeCoordinator::access() const {
  return state_->access;
}

void FakeCoordinator::add_lease(const Lease& lease) {
  const Lock lock(state_->mutex);
  state_->leases.push_back(lease);
}

Digest FakeCoordinator::add_artifact(const std::string& bytes) {
  const Lock lock(state_->mutex);
  const Digest digest = sha256(bytes);
  state_->artifacts[digest.hex()] = bytes;
  return digest;
}

std::optional<std::string> FakeCoordinator::artifact(const Digest& digest) const {
  const Lock lock(state_->mutex);
  const auto found = state_->artifacts.find(digest.hex());
  if (found == state_->artifacts.end()) return {};
  return found->second;
}

void FakeCoordinator::cut_at(const std::string& kind, int n) {
  const Lock lock(state_->mutex);
  state_->cuts[kind] = n;
}

void FakeCoordinator::send(const ToWorker& message) {
  const Lock lock(state_->mutex);
  state_->unasked.push_back(message);
}

void FakeCoordinator::greet_after(std::chrono::milliseconds pause) {
  const Lock lock(state_->mutex);
  state_->greeting_pause = pause;
}

void FakeCoordinator::refuse(const std::string& reason) {
  const Lock lock(state_->mutex);
  state_->refusal = reason;
}

FakeCoordinator::Heard FakeCoordinator::wait_until(
    const std::function<bool(const Heard&)>& is_enough, std::chrono::seconds limit) const {
  Lock lock(state_->mutex);
  const bool enough =
      state_->changed.wait_for(lock, limit, [&] { return is_enough(state_->heard); });
  EXPECT_TRUE(enough) << "the worker did not say what was waited for";
  return state_->heard;
}

FakeCoordinator::Heard FakeCoordinator::heard() const {
  const Lock lock(state_->mutex);
  return state_->heard;
}

}  // namespace hone::testing
