#include "tests/simulation/coordinator.hpp"

#include "common/fault_point.hpp"
#include "common/wire.hpp"
#include "coordinator/state/retention.hpp"
#include "tests/simulation/plants.hpp"
#include "tests/simulation/world.hpp"

namespace hone::simulation {

namespace {

/// The process ends here; what follows is not done.
struct Killed {};

thread_local Coordinator* running = nullptr;

void at_fault_point(std::string_view point) {
  if (running != nullptr) running->pass(point);
}

/// The leases that a message renews, if they are.
std::vector<Ticket> renewed_by(const FromWorker& message) {
  std::vector<Ticket> tickets;
  if (const auto* hello = std::get_if<Hello>(&message)) tickets = hello->holding;
  if (const auto* renew = std::get_if<Renew>(&message))
    for (const Renew::Standing& each : renew->trials) tickets.push_back(each.ticket);
  if (const auto* report = std::get_if<Report>(&message)) tickets.push_back(report->ticket);
  return tickets;
}

constexpr Time pause_of_looks = std::chrono::microseconds(Hub::tick_period).count();
constexpr int looks_of_a_check = 32;  // a look at everything, so many looks at the leases

}  // namespace

Coordinator::Coordinator(World& world, Network& network, Sweep& sweep)
    : world_(world), network_(network), sweep_(sweep), process_(world.events) {
  fault::handler = at_fault_point;
}

Coordinator::~Coordinator() {
  hub_.reset();
  service_.reset();
  if (store_) sweep_.give_back(std::move(*store_));
}

Time Coordinator::now() const {
  return world_.events.now();
}

Instant Coordinator::clock() const {
  const Time time = now() + (world_.plant == Plant::wall_clock ? wall_offset : 0);
  return Instant(std::chrono::microseconds(time));
}

std::chrono::system_clock::time_point Coordinator::wall_clock() const {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(now() + wall_offset));
}

/// The text only where somebody looks at it: it takes longer than all the rest.
template <class Message>
void Coordinator::note(WireId wire, const char* way, const Message& message) {
  const std::string what = std::to_string(wire) + way;
  if (world_.events.whole)
    world_.events.note(what + encode(message));
  else
    world_.events.note(what + (world_.events.traced ? " " + encode(message).substr(0, 200)
                                                    : std::to_string(message.index())));
}

void Coordinator::start() {
  looked_ = now();
  world_.book.was_away(now());
  store_.emplace(sweep_.open());
  const bool all_there = world_.plant == Plant::artifacts_unchecked;
  service_ = std::make_unique<Service>(
      *store_,
      ServiceSettings{.lease = std::chrono::milliseconds(lease_time / millisecond),
                      .crash_limit = network_.unruly ? 1000 : crash_limit,
                      .retry_pause = std::chrono::seconds(world_.plant == Plant::no_rest ? 0 : 1)},
      [this, all_there](const Digest& digest) {
        return all_there || world_.book.artifacts.contains(digest);
      });
  context_ = std::make_unique<boost::asio::io_context>(1);
  hub_ = std::make_unique<Hub>(
      *context_, *service_, [this] { return clock(); }, [this] { return wall_clock(); });
  if (world_.plant != Plant::no_recovery || life_ == 0) service_->recover(clock());
  world_.book.check(*store_, now());
  tick();
}

void Coordinator::crash(Time down_for) {
  if (!is_up()) return;
  world_.events.note("crash");
  ++world_.faults.coordinator_kills;
  ++life_;
  const auto sessions = std::exchange(sessions_, {});
  for (const auto& [wire, session] : sessions) {
    network_.cut(wire);
    world_.events.after(world_.between(0, second), session.lost);
  }
  newest_.clear();
  hub_.reset();
  context_.reset();
  service_.reset();
  sweep_.give_back(std::move(*store_));
  store_.reset();
  process_.forget();
  world_.events.after(down_for, [this] { start(); });
}

void Coordinator::lose_artifact(Random& chance) {
  if (!is_reading()) return;
  std::vector<Digest> outputs;
  for (const KeptArtifact& each : kept_artifacts(store_->database()))
    if (each.trial != 0) outputs.push_back(each.digest);
  if (outputs.empty()) return;
  const Digest lost = outputs[chance.below(static_cast<std::uint32_t>(outputs.size()))];
  world_.events.note("lost " + lost.hex());
  ++world_.faults.lost_artifacts;
  guarded([&] {
    const auto transaction = store_->begin();
    store_->let_go_of_lost({lost});
    store_->settle_selections();
    transaction->commit();
    world_.book.lose(lost);
  });
}

void Coordinator::pause(Time duration) {
  world_.events.note("coordinator stopped");
  world_.book.was_away(now() + duration);
  process_.stop(duration);
}

bool Coordinator::is_reading() const {
  return is_up() && !process_.is_stopped();
}

void Coordinator::pass(std::string_view point) {
  if (point == "commit.after" && world_.careful) world_.book.check_promises(*store_);
  const bool may = point == "commit.before" || point == "commit.after" || point == "reply.before" ||
                   point == "reply.between";
  if (may && world_.happens(0.002)) throw Killed{};
}

/// Does what the process does, up to where it is killed.
void Coordinator::guarded(const std::function<void()>& action) {
  running = this;
  bool killed = false;
  try {
    action();
    context_->restart();
    context_->poll();
  } catch (const Killed&) {
    killed = true;
  } catch (const std::exception& error) {
    world_.book.blame(std::string("the coordinator ended: ") + error.what());
  }
  running = nullptr;
  // What was put into a socket before the end goes out.
  flush();
  if (killed) crash(world_.between(10 * millisecond, 3 * second));
}

void Coordinator::tick() {
  const auto look = [this, life = life_] {
    if (life != life_) return;
    const Time silence = now() - std::exchange(looked_, now());
    if (world_.plant == Plant::no_excuse && silence > 2 * pause_of_looks)
      service_->excuse(clock(), -std::chrono::microseconds(silence - pause_of_looks));  // as if not
    guarded([this] { hub_->tick(); });
    if (life != life_) return;  // killed at it
    world_.book.look(*store_, now());
    if (++checks_ % looks_of_a_check == 0) world_.book.check(*store_, now());
    tick();
  };
  world_.events.after(pause_of_looks, [this, look, life = life_] {
    if (life == life_) process_.act(look);
  });
}

void Coordinator::accept(WireId wire, Hear hear, Lost lost) {
  auto [connection, outbox] = hub_->connect();
  sessions_[wire] = {connection, std::move(outbox), std::move(hear), std::move(lost)};
}

void Coordinator::arrive(WireId wire, const FromWorker& message) {
  const auto session = sessions_.find(wire);
  if (session == sessions_.end() || session->second.broken) return;
  if (const auto* hello = std::get_if<Hello>(&message)) newest_[hello->instance] = wire;
  bool newest = false;
  for (const auto& [agent, its] : newest_) newest |= its == wire;
  if (newest && !network_.unruly) note_life(message);
  process_.act([this, wire, message] {  // it lies in a socket meanwhile
    const auto found = sessions_.find(wire);
    if (found == sessions_.end()) return;
    note(wire, ">", message);
    for (const Ticket& ticket : renewed_by(message)) world_.book.read(ticket, now());
    receive(found->second, message);
  });
}

void Coordinator::note_life(const FromWorker& message) {
  if (std::holds_alternative<Hello>(message)) return;
  for (const Ticket& ticket : renewed_by(message)) world_.book.heard(ticket, now());
}

void Coordinator::receive(Session& session, FromWorker message) {
  if (!spoil(world_.plant, *store_, message)) return;
  if (const auto* report = std::get_if<Report>(&message);
      report != nullptr && world_.plant == Plant::ack_before_commit)
    session.outbox->frames.push_back(encode(Ack{report->ticket, report->sequence}));
  guarded([&] { hub_->receive(session.connection, std::move(message)); });
}

void Coordinator::lose(WireId wire) {
  const auto session = sessions_.find(wire);
  if (session == sessions_.end()) return;
  session->second.broken = true;
  process_.act([this, wire] {  // after what lies in the socket
    const auto found = sessions_.find(wire);
    if (found == sessions_.end()) return;
    const ConnectionId connection = found->second.connection;
    sessions_.erase(found);
    guarded([&] { hub_->disconnect(connection); });
  });
}

void Coordinator::flush() {
  std::vector<WireId> closed;
  for (auto& [wire, session] : sessions_) {
    while (!session.outbox->frames.empty()) {
      const ToWorker message = decode_to_worker(session.outbox->frames.front());
      session.outbox->frames.pop_front();
      promise(message);
      note(wire, "<", message);
      network_.down(wire, [hear = session.hear, message] { hear(message); });
    }
    if (session.outbox->closed) closed.push_back(wire);
  }
  for (const WireId wire : closed) {
    const auto found = sessions_.find(wire);
    if (found == sessions_.end()) continue;
    network_.cut(wire);
    world_.events.after(world_.between(0, second), found->second.lost);
    lose(wire);
  }
}

void Coordinator::promise(const ToWorker& message) {
  if (const auto* assign = std::get_if<Assign>(&message))
    for (const Lease& lease : assign->leases) world_.book.assigned(lease, now());
  if (const auto* ack = std::get_if<Ack>(&message))
    world_.book.acknowledged(ack->ticket, ack->sequence);
}

std::vector<WireId> Coordinator::wires() const {
  std::vector<WireId> all;
  for (const auto& [wire, session] : sessions_) all.push_back(wire);
  return all;
}

}  // namespace hone::simulation
