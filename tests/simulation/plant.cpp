#include "tests/simulation/plant.hpp"

namespace hone::simulation {

const char* name_of(Plant plant) {
  switch (plant) {
    case Plant::none:
      return "none";
    case Plant::ack_before_commit:
      return "ack_before_commit";
    case Plant::ticket_reused:
      return "ticket_reused";
    case Plant::no_fencing:
      return "no_fencing";
    case Plant::done_overtakes_rows:
      return "done_overtakes_rows";
    case Plant::wall_clock:
      return "wall_clock";
    case Plant::no_recovery:
      return "no_recovery";
    case Plant::no_excuse:
      return "no_excuse";
    case Plant::artifacts_unchecked:
      return "artifacts_unchecked";
    case Plant::edges_open_early:
      return "edges_open_early";
    case Plant::repeated_done_ignored:
      return "repeated_done_ignored";
    case Plant::no_rest:
      return "no_rest";
    case Plant::progress_counts:
      return "progress_counts";
  }
  return "";
}

}  // namespace hone::simulation
