#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "common/message.hpp"
#include "common/net/access.hpp"
#include "common/version.hpp"
#include "coordinator/cli/checks.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

Check check_version(const json& status) {
  const int protocol = status.at("protocol"), trainer = status.at("trainer");
  const std::string found =
      "protocol " + std::to_string(protocol) + ", results of version " + std::to_string(trainer);
  if (protocol == protocol_version && trainer == trainer_version)
    return {"coordinator", Verdict::good, "answers; " + found};
  return {"coordinator", Verdict::fault,
          found + "; this hone: " + std::to_string(protocol_version) + " and " +
              std::to_string(trainer_version),
          "install the same Hone everywhere"};
}

Check check_wire(const Access& access) {
  const std::string where = access.host + ":" + std::to_string(access.port);
  if (!access.certificate.empty()) return {"wire", Verdict::good, where + ", TLS"};
  if (access.host.starts_with("127."))
    return {"wire", Verdict::good, where + ", this machine's own"};
  return {"wire", Verdict::warning, where + " in the clear, tokens too",
          "let it listen with TLS: 'hone serve --tls on'"};
}

/// @param asked,answered  This machine's time before the coordinator said its own, and after
Check check_clock(const json& workers, std::time_t asked, std::time_t answered) {
  std::tm parts{};
  ::strptime(workers.at("now").get<std::string>().c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  const std::time_t said = ::timegm(&parts);
  const double apart = std::abs(std::difftime(said, std::clamp(said, asked, answered)));
  const std::string found = std::to_string(std::lround(apart)) + " s from this machine's";
  constexpr double seconds_are_cut_off = 2;
  if (apart <= seconds_are_cut_off) return {"clock", Verdict::good, found};
  return {"clock", Verdict::warning, found,
          "leases do not go by it, but times in logs and tables do: set it with chrony or NTP"};
}

bool is_connected(const json& worker) {
  return worker.at("connected").get<bool>();
}

/// "h1, h2, h3 and 5 more".
std::string some_of(const std::set<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  std::size_t told = 0;
  for (const std::string& name : names) {
    if (told++ == most) return text + " and " + std::to_string(names.size() - most) + " more";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

Check check_workers(const json& workers) {
  std::set<std::string> hosts, resting;
  std::int64_t slots = 0, gpu_slots = 0;
  for (const json& each : workers.at("workers")) {
    if (!is_connected(each)) continue;
    hosts.insert(each.at("host"));
    if (each.at("rests").get<bool>()) resting.insert(each.at("host"));
    slots += each.at("slots").get<std::int64_t>();
    if (each.at("device").get<std::string>().starts_with("cuda"))
      gpu_slots += each.at("slots").get<std::int64_t>();
  }
  if (hosts.empty()) return {"workers", Verdict::good, "none connected"};
  const std::string found =
      counted(workers.at("connected"), "worker") + " on " + counted(std::ssize(hosts), "host") +
      ", " + counted(slots, "slot") +
      (gpu_slots > 0 ? ", " + std::to_string(gpu_slots) + " of them on GPUs" : "");
  if (resting.empty()) return {"workers", Verdict::good, found};
  return {"workers", Verdict::warning,
          found + "; trials crash one after the other on " + some_of(resting) +
              ", which gets few for a while",
          "see 'hone trials --only failed', 'hone trial logs', and 'hone doctor' on that host"};
}

/// The connected workers' clocks before the coordinator's; nothing without any.
std::vector<Check> check_clocks(const json& workers) {
  constexpr double most = 5;  // seconds; messages take a part of one
  double worst = 0;
  std::string worst_host;
  std::set<std::string> wrong;
  std::int64_t told = 0;
  for (const json& each : workers.at("workers")) {
    if (!is_connected(each) || each.at("clock_ahead_seconds").is_null()) continue;
    const double ahead = each.at("clock_ahead_seconds");
    ++told;
    if (std::abs(ahead) > most) wrong.insert(each.at("host"));
    if (std::abs(ahead) < std::abs(worst)) continue;
    worst = ahead;
    worst_host = each.at("host");
  }
  if (told == 0) return {};
  const std::string far = std::to_string(std::lround(std::abs(worst))) + " s";
  if (wrong.empty())
    return {{"workers' clocks", Verdict::good, "at most " + far + " from the coordinator's"}};
  return {{"workers' clocks", Verdict::warning,
           "that of " + worst_host + " is " + far + (worst > 0 ? " ahead of" : " behind") +
               " the coordinator's; more than 5 s off: " + some_of(wrong),
           "leases do not go by them, but times in logs do: set them with chrony or NTP"}};
}

/// "Hone 0.5.0, LibTorch 2.13.0 (AVX512), Open MPI v4.1.4" of what a worker knows.
std::string software_of(const json& worker) {
  std::string text;
  for (const auto& [key, before] :
       std::vector<std::pair<std::string, std::string>>{{"hone", "Hone "},
                                                        {"library", ""},
                                                        {"mpi", ""},
                                                        {"nccl", "NCCL "},
                                                        {"driver", "driver "}}) {
    const json& found = worker.at("software").at(key);
    if (!found.is_null()) text += (text.empty() ? "" : ", ") + before + found.get<std::string>();
  }
  return text;
}

/// What decides which numbers a training gives, but for the processor.
std::string decisive_part_of(const json& worker) {
  const json& software = worker.at("software");
  const std::string library = software.at("library");
  return software.at("hone").dump() + library.substr(0, library.find(" ("));
}

/// What the connected workers train with; nothing while no trainer has said so.
std::vector<Check> check_software(const json& workers) {
  std::map<std::string, std::set<std::string>> hosts;
  std::set<std::string> different;
  for (const json& each : workers.at("workers")) {
    if (!is_connected(each) || each.at("software").at("library").is_null()) continue;
    hosts[software_of(each)].insert(each.at("host"));
    different.insert(decisive_part_of(each));
  }
  std::string found;
  for (const auto& [text, names] : hosts)
    found += (found.empty() ? "" : "; ") + text + (hosts.size() > 1 ? " on " + some_of(names) : "");
  if (hosts.empty()) return {};
  if (different.size() == 1) return {{"workers' software", Verdict::good, found}};
  return {{"workers' software", Verdict::warning, found,
           "numbers are the same to the bit only from one Hone and one LibTorch: install the same "
           "everywhere"}};
}

Check check_floor(const json& status) {
  if (!status.at("disk_full").get<bool>()) return {"leases", Verdict::good, "are given"};
  return {"leases", Verdict::fault, "are held: the coordinator's disk is full",
          "free some, as with 'hone gc'"};
}

}  // namespace

std::vector<Check> check_coordinator(const ConnectionOptions& options) {
  try {
    HttpClient coordinator = connect(options);
    const json status = json::parse(body_of(coordinator.get("/api/v1/status")));
    const std::time_t asked = ::time(nullptr);
    const json workers = json::parse(body_of(coordinator.get("/api/v1/workers")));
    const std::time_t answered = ::time(nullptr);
    std::vector<Check> all = {check_version(status), check_wire(read_access(access_path(options))),
                              check_clock(workers, asked, answered), check_workers(workers)};
    for (const auto& more : {check_clocks(workers), check_software(workers)})
      all.insert(all.end(), more.begin(), more.end());
    all.push_back(check_floor(status));
    return all;
  } catch (const NoCoordinator& error) {
    if (!names_a_coordinator(options)) return {{"coordinator", Verdict::good, "none answers"}};
    return {
        {"coordinator", Verdict::fault, error.what(), "see whether it runs and can be reached"}};
  } catch (const std::exception& error) {
    return {{"coordinator", Verdict::fault, error.what(), "see 'hone status'"}};
  }
}

}  // namespace hone::cli
