#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <string>

namespace hone {

/// Keeps those out who only take room: counts connections, and wrong tokens of each address. One
/// thread.
///
/// A connection waits until it has shown a token. There is room for so many that wait, of one
/// address and of all; when there is none, the one that came first is closed. So a flood pushes
/// out its own, and an honest client, which shows its token at once, is through before its turn
/// comes.
class Door {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Limits {
    std::size_t waiting = 512;             // connections without a token
    std::size_t waiting_of_address = 256;  // of them, from one address
    std::size_t connections = 4096;        // all of them
    std::size_t wrong_tokens = 300;        // of one address, in wrong_tokens_time
    std::chrono::seconds wrong_tokens_time{60};
  };

  Door() : Door(Limits{}) {}
  explicit Door(Limits limits) : limits_(limits) {}

  /// One connection's place, which waits from the beginning.
  class Place {
   public:
    /// `close` ends the connection; it is called at most once, and not after leave().
    Place(Door& door, std::string address, std::function<void()> close);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// It has shown a token.
    void leave();

    /// What ends it from now on.
    void set_close(std::function<void()> close) { close_ = std::move(close); }

    const std::string& address() const { return address_; }

   private:
    friend class Door;
    Door& door_;
    std::string address_;
    std::function<void()> close_;
    bool waits_ = true;
    std::list<Place*>::iterator at_;
  };

  /// Whether one connection more would be too many.
  bool is_full() const { return connections_ >= limits_.connections; }

  /// Counts a wrong token; how many it were in this time, and whether these are too many.
  struct Wrong {
    std::size_t count = 0;
    bool too_many = false;
  };
  Wrong count_wrong_token(const std::string& address, Instant now);

 private:
  struct Window {
    Instant begin;
    std::size_t count = 0;
  };

  void make_room(const std::string& address);
  void push_out(std::list<Place*>& queue);

  Limits limits_;
  std::size_t connections_ = 0, waiting_ = 0;
  std::map<std::string, std::list<Place*>> queues_;  // by address, in order of arrival
  std::map<std::string, Window> wrong_;
};

}  // namespace hone
