#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "common/message.hpp"
#include "tests/simulation/coordinator.hpp"
#include "tests/simulation/events.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/stoppable.hpp"

namespace hone::simulation {

class World;

/// What an agent does and its trainers with it, without its processes and files: it asks, trains,
/// writes down what it has to say before it says it, says it again on every new wire, and forgets
/// it when it is acknowledged. What is written down outlives a kill.
class Worker {
 public:
  Worker(World& world, Network& network, Coordinator& coordinator, int number, int slots);

  void start();
  void kill(Time down_for);
  void pause(Time duration);

  bool has_said_all() const { return spool_.empty(); }

 private:
  struct Spooled {
    std::optional<Lease> lease;  // of a training of this life
    std::map<std::int64_t, Report> reports;
    std::vector<Measurement> rows;  // all that it will have
    std::variant<std::monostate, Done, Failed> ending;
    bool uploaded = false;
  };

  void plan(Time pause, const std::function<void()>& action);
  void connect();
  void lost(WireId wire);
  void say(const FromWorker& message);
  void hear(WireId wire, const ToWorker& message);
  void on(const Welcome& welcome);
  void on(const Assign& assign);
  void on(const Idle& idle);
  void on(const Ack& ack);
  void on(const Drop& drop);
  void on(const Refuse&) {}
  std::chrono::milliseconds clock();
  void ask();
  void renew(WireId wire);
  void train(const Lease& lease);
  void report(const Ticket& ticket, std::size_t begin, std::size_t end);
  void finish(const Ticket& ticket);
  void crash(const Ticket& ticket, int checkpoint);
  void upload(const Ticket& ticket);
  void say_again(const Ticket& ticket);
  int free_slots() const;

  World& world_;
  Network& network_;
  Coordinator& coordinator_;
  const int number_;
  const int slots_;
  int life_ = 0;
  Stoppable process_;
  WireId wire_ = 0;  // 0: none
  bool welcome_ = false;
  bool asked_ = false;
  std::map<Ticket, Spooled> spool_;
};

}  // namespace hone::simulation
