#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "worker/agent/child.hpp"
#include "worker/agent/gpu_list.hpp"

namespace hone {

struct TeamHost {
  std::string name;
  int slots = 1;  // ranks at the same time
  bool operator==(const TeamHost&) const = default;
};

/// Where and how an agent starts teams of ranks.
struct TeamPlace {
  std::filesystem::path mpirun;        // empty: there is none, and no team
  std::vector<std::string> arguments;  // the user's own for mpirun; they win over Hone's
  std::vector<TeamHost> hosts;         // the agent's own first, where rank 0 has its files
  GpuList gpus;                        // of the own host; each rank takes one of them
};

/// Ranks of the largest team; 1 without an mpirun.
int largest_team(const TeamPlace& place);

/// mpirun with `ranks` trainers, on the own host where they fit, else over all hosts. Its
/// environment has nothing of the launcher's that started the agent: the team is a world of its
/// own, and a cut line ends it within seconds.
ChildCommand team_command(const TeamPlace& place, const ChildCommand& trainer, int ranks);

/// What --hosts says: "h1:2,h2:2", or a file with a host a line ("h1 slots=2", "h1:2" or "h1"; '#'
/// begins a comment). A host without a number has `slots`, and so has the own host with one. The
/// own host (`own`, its short form, or localhost) comes first, and is added where it is missing.
/// Throws std::invalid_argument, which says where and what was expected.
std::vector<TeamHost> parse_hosts(const std::string& text, const std::string& own, int slots);

/// The program of that name in the folders of PATH; empty if there is none.
std::filesystem::path find_program(std::string_view name);

/// Throws std::invalid_argument, naming the option, if the program it names cannot be run.
void require_program(const std::string& option, const std::filesystem::path& program);

}  // namespace hone
