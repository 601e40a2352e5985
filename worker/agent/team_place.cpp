#include "worker/agent/team_place.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>

#include "worker/agent/environment.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds mpirun_mercy{4000};  // it ends its ranks in about two seconds
constexpr int most_slots = 1024;

// As variables rather than arguments: mpirun takes no parameter twice, and the user's own
// arguments win over these.
constexpr std::array<std::string_view, 8> settings = {
    "OMPI_MCA_hwloc_base_binding_policy=none",  // the trainer's threads need more than one core
    "OMPI_MCA_mpi_yield_when_idle=1",           // a rank that waits leaves its core to others
    "OMPI_MCA_oob_tcp_keepalive_time=2",        // a host that is cut off ends the team in seconds
    "OMPI_MCA_oob_tcp_keepalive_intvl=1",
    "OMPI_MCA_oob_tcp_keepalive_probes=2",
    "OMPI_MCA_btl_vader_single_copy_mechanism=none",  // containers forbid it
    "OMPI_ALLOW_RUN_AS_ROOT=1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

int parse_slots(const std::string& text, const std::string& where) {
  int slots = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slots);
  if (error != std::errc() || end != text.data() + text.size() || slots < 1 || slots > most_slots) {
    throw std::invalid_argument(where + ": '" + text + "' is no number of slots; expected 1 to " +
                                std::to_string(most_slots));
  }
  return slots;
}

// "h1", "h1:2" or "h1 slots=2".
TeamHost parse_host(const std::string& text, int slots, const std::string& where) {
  constexpr std::string_view key = "slots=";
  const auto split = text.find_first_of(": \t");
  TeamHost host{.name = text.substr(0, split), .slots = slots};
  if (host.name.empty() || host.name.front() == '-') {
    throw std::invalid_argument(where + ": '" + text + "' is no host; expected \"h1:2\", say");
  }
  if (split == std::string::npos) return host;
  std::string rest = trimmed(std::string_view(text).substr(split + 1));
  if (text[split] != ':' && rest.starts_with(key)) rest.erase(0, key.size());
  host.slots = parse_slots(rest, where);
  return host;
}

std::vector<TeamHost> parse_list(const std::string& text, int slots) {
  std::vector<TeamHost> hosts;
  std::istringstream in(text);
  for (std::string each; std::getline(in, each, ',');) {
    hosts.push_back(parse_host(trimmed(each), slots, "--hosts"));
  }
  return hosts;
}

std::vector<TeamHost> parse_file(const fs::path& file, int slots) {
  std::ifstream in(file);
  if (!in) throw std::invalid_argument("--hosts: cannot read " + file.string());
  std::vector<TeamHost> hosts;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string where = file.string() + ", line " + std::to_string(++number);
    const std::string text = trimmed(std::string_view(line).substr(0, line.find('#')));
    if (!text.empty()) hosts.push_back(parse_host(text, slots, where));
  }
  return hosts;
}

bool is_own(const std::string& name, const std::string& own) {
  return name == own || name == own.substr(0, own.find('.')) || name == "localhost" ||
         own == name.substr(0, name.find('.'));
}

std::string host_list(const TeamPlace& place, int ranks) {
  if (ranks <= place.hosts.front().slots) {
    return place.hosts.front().name + ":" + std::to_string(ranks);
  }
  std::string list;
  for (const TeamHost& host : place.hosts) {
    list += (list.empty() ? "" : ",") + host.name + ":" + std::to_string(host.slots);
  }
  return list;
}

}  // namespace

int largest_team(const TeamPlace& place) {
  if (place.mpirun.empty()) return 1;
  return std::accumulate(place.hosts.begin(), place.hosts.end(), 0,
                         [](int sum, const TeamHost& host) { return sum + host.slots; });
}

ChildCommand team_command(const TeamPlace& place, const ChildCommand& trainer, int ranks) {
  ChildCommand command{.program = place.mpirun,
                       .arguments = {"-n", std::to_string(ranks), "--host", host_list(place, ranks),
                                     "-x", "OMP_NUM_THREADS"},
                       .environment = team_environment(trainer.environment),
                       .death_signal = trainer.death_signal,
                       .mercy = mpirun_mercy};
  if (!place.gpus.empty())
    command.environment = with_gpus(std::move(command.environment), place.gpus);
  command.environment.insert(command.environment.end(), settings.begin(), settings.end());
  auto& words = command.arguments;
  words.insert(words.end(), place.arguments.begin(), place.arguments.end());
  words.push_back(trainer.program.string());
  words.insert(words.end(), trainer.arguments.begin(), trainer.arguments.end());
  words.emplace_back("--team");
  return command;
}

std::vector<TeamHost> parse_hosts(const std::string& text, const std::string& own, int slots) {
  // No host is called so: who names a file that is not there shall hear of it.
  const bool is_file = fs::is_regular_file(text) || text.find('/') != std::string::npos;
  std::vector<TeamHost> hosts = is_file ? parse_file(text, slots) : parse_list(text, slots);
  const auto mine = std::find_if(hosts.begin(), hosts.end(),
                                 [&](const TeamHost& host) { return is_own(host.name, own); });
  if (mine == hosts.end()) {
    hosts.insert(hosts.begin(), {.name = "localhost", .slots = slots});
  } else {
    mine->slots = slots;  // what --slots says of this host
    std::rotate(hosts.begin(), mine, mine + 1);
  }
  return hosts;
}

fs::path find_program(std::string_view name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder) / name;
    if (::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file)) return file;
  }
  return {};
}

void require_program(const std::string& option, const fs::path& program) {
  if (::access(program.c_str(), X_OK) != 0)
    throw std::invalid_argument(option + " " + program.string() +
                                ": cannot be run: " + std::strerror(errno));
}

}  // namespace hone
