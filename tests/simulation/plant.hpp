#pragma once

#include <array>
#include <cstdint>

namespace hone::simulation {

/// A bug that is put into the coordinator or into what lies around it, to show that the simulation
/// would find it.
enum class Plant : std::uint8_t {
  none,
  ack_before_commit,      // a report is acknowledged when it comes, not when it is durable
  ticket_reused,          // a lease that ended gives its number to the next one
  no_fencing,             // a message counts whatever attempt its ticket names
  done_overtakes_rows,    // a Done is believed whatever rows have come
  wall_clock,             // leases end by a clock that people set
  no_recovery,            // a restarted coordinator does not know when its leases end
  no_excuse,              // a coordinator that was stopped takes what it did not hear for silence
  artifacts_unchecked,    // a Done is believed before its artifacts have come
  edges_open_early,       // a trial counts as there for those that need it when it is leased
  repeated_done_ignored,  // a Done that was accepted before is not acknowledged again
  no_rest,                // what crashed is tried again at once
  progress_counts         // a crash counts however far it got
};

inline constexpr std::array plants = {Plant::ack_before_commit, Plant::ticket_reused,
                                      Plant::no_fencing,        Plant::done_overtakes_rows,
                                      Plant::wall_clock,        Plant::no_recovery,
                                      Plant::no_excuse,         Plant::artifacts_unchecked,
                                      Plant::edges_open_early,  Plant::repeated_done_ignored,
                                      Plant::no_rest,           Plant::progress_counts};

const char* name_of(Plant plant);

}  // namespace hone::simulation
