#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>

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

Check check_clock(const json& workers) {
  std::tm parts{};
  ::strptime(workers.at("now").get<std::string>().c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  const double apart = std::abs(std::difftime(::timegm(&parts), ::time(nullptr)));
  const std::string found = std::to_string(std::lround(apart)) + " s from this machine's";
  constexpr double seconds_are_cut_off = 2;
  if (apart <= seconds_are_cut_off) return {"clock", Verdict::good, found};
  return {"clock", Verdict::warning, found,
          "leases do not go by it, but times in logs and tables do: set it with chrony or NTP"};
}

Check check_workers(const json& workers) {
  std::set<std::string> hosts;
  std::int64_t slots = 0, gpu_slots = 0;
  for (const json& each : workers.at("workers")) {
    if (!each.at("connected").get<bool>()) continue;
    hosts.insert(each.at("host"));
    slots += each.at("slots").get<std::int64_t>();
    if (each.at("device").get<std::string>().starts_with("cuda"))
      gpu_slots += each.at("slots").get<std::int64_t>();
  }
  if (hosts.empty()) return {"workers", Verdict::good, "none connected"};
  return {"workers", Verdict::good,
          counted(workers.at("connected"), "worker") + " on " + counted(std::ssize(hosts), "host") +
              ", " + counted(slots, "slot") +
              (gpu_slots > 0 ? ", " + std::to_string(gpu_slots) + " of them on GPUs" : "")};
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
    const json workers = json::parse(body_of(coordinator.get("/api/v1/workers")));
    return {check_version(status), check_wire(read_access(access_path(options))),
            check_clock(workers), check_workers(workers), check_floor(status)};
  } catch (const NoCoordinator& error) {
    if (!names_a_coordinator(options)) return {{"coordinator", Verdict::good, "none answers"}};
    return {
        {"coordinator", Verdict::fault, error.what(), "see whether it runs and can be reached"}};
  } catch (const std::exception& error) {
    return {{"coordinator", Verdict::fault, error.what(), "see 'hone status'"}};
  }
}

}  // namespace hone::cli
