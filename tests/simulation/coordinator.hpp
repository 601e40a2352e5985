#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "common/random.hpp"
#include "coordinator/server/hub.hpp"
#include "coordinator/state/service.hpp"
#include "tests/simulation/events.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/stoppable.hpp"
#include "tests/simulation/sweep.hpp"

namespace hone::simulation {

class World;

/// The coordinator's hub, service and store as they are, on a clock, a network and a disk that the
/// simulation turns. What was not committed when it crashes is gone; memory is gone.
class Coordinator {
 public:
  Coordinator(World& world, Network& network, Sweep& sweep);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  void start();
  void crash(Time down_for);
  void pause(Time duration);

  /// An artifact of an accepted result is lost, and somebody lets go of it.
  void lose_artifact(Random& chance);

  bool is_up() const { return hub_ != nullptr; }
  bool is_reading() const;  // up, and not paused

  using Hear = std::function<void(const ToWorker&)>;
  using Lost = std::function<void()>;

  /// A worker's connection: what it hears, and how it learns that the wire is broken.
  void accept(WireId wire, Hear hear, Lost lost);
  void arrive(WireId wire, const FromWorker& message);

  /// The coordinator's end of the wire learns that it is broken.
  void lose(WireId wire);

  Store& store() { return *store_; }
  std::vector<WireId> wires() const;

  /// By how much the clock that people set is off. Nothing but a planted bug may go by it.
  Time wall_offset = 0;

  /// The planned crash at a fault point, if one happens there.
  void pass(std::string_view point);

 private:
  struct Session {
    ConnectionId connection = 0;
    std::shared_ptr<Outbox> outbox;
    Hear hear;
    Lost lost;
    bool broken = false;  // nothing comes any more
  };
  Time now() const;
  Instant clock() const;
  std::chrono::system_clock::time_point wall_clock() const;
  void guarded(const std::function<void()>& action);
  void tick();
  void receive(Session& session, FromWorker message);
  void note_life(const FromWorker& message);
  void flush();
  void promise(const ToWorker& message);
  template <class Message>
  void note(WireId wire, const char* way, const Message& message);

  World& world_;
  Network& network_;
  Sweep& sweep_;
  std::optional<Store> store_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<Hub> hub_;
  std::map<WireId, Session> sessions_;
  std::map<std::string, WireId> newest_;  // of each agent
  int life_ = 0;
  int checks_ = 0;
  Time looked_ = 0;  // at the leases
  Stoppable process_;
};

}  // namespace hone::simulation
