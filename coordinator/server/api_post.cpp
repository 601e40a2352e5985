#include <malloc.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "coordinator/dataset/pack.hpp"
#include "coordinator/plan/experiment.hpp"
#include "coordinator/plan/plan.hpp"
#include "coordinator/server/api.hpp"
#include "coordinator/server/garbage.hpp"
#include "coordinator/server/lost.hpp"
#include "coordinator/server/routes.hpp"

namespace hone {

namespace {

using nlohmann::json;

Digest digest_at(const json& value) {
  const auto digest = Digest::parse(value.get<std::string>());
  if (!digest) throw std::invalid_argument("'" + value.get<std::string>() + "' is not a SHA-256");
  return *digest;
}

ApiResponse post_pack(Store& store, const ArtifactStore& artifacts, const json& body) {
  const Digest digest = digest_at(body.at("digest"));
  if (!artifacts.has(digest)) {
    return api_error(404, "no artifact " + digest.hex() + ": PUT it to /artifacts/ first");
  }
  const PackManifest manifest = read_manifest(artifacts.path_of(digest));
  const auto transaction = store.begin();
  store.add_pack(digest, manifest);
  transaction->commit();
  return {201, json{{"digest", digest.hex()}, {"images", manifest.images.size()}}.dump()};
}

ApiResponse post_sweep(Store& store, const json& body) {
  const ExperimentSpec experiment =
      parse_experiment(body.at("experiment").dump(2), "the submitted experiment");
  Submission submission;
  submission.name = experiment.name;
  submission.experiment = sweep_text(experiment);
  std::map<std::string, DatasetFacts> facts;
  const auto transaction = store.begin();
  for (const DatasetSpec& dataset : experiment.datasets) {
    const json& packs = body.at("packs");
    if (!packs.contains(dataset.name)) {
      return api_error(400, "/packs has no pack for the data set '" + dataset.name + "'");
    }
    const Digest pack = digest_at(packs.at(dataset.name));
    auto groups = store.groups_of(pack);
    if (!groups)
      return api_error(409, "pack " + pack.hex() + " is unknown: POST it to /api/v1/packs");
    if (const auto size = store.image_size_of(pack); size != experiment.image_size) {
      return api_error(400, "/packs/" + dataset.name + ": the pack's images have " +
                                std::to_string(size) + " pixels a side, the experiment's " +
                                std::to_string(experiment.image_size));
    }
    submission.packs[dataset.name] = pack;
    facts[dataset.name] = {pack, std::move(*groups)};
  }
  submission.plan = expand(experiment, facts);
  const SweepReceipt receipt = store.add_sweep(submission);
  store.settle_selections();
  transaction->commit();
  return {receipt.known ? 200U : 201U, json{{"sweep", receipt.sweep.value},
                                            {"trials", receipt.trials},
                                            {"added", receipt.added},
                                            {"trainings", receipt.trainings},
                                            {"known", receipt.known},
                                            {"was", receipt.was}}
                                           .dump()};
}

/// Gives back to the system what a plan held: several times what the coordinator needs after it.
struct MemoryReturn {
  ~MemoryReturn() { ::malloc_trim(0); }
};

/// {"dry_run": whether it only counts, "grace_seconds": see GarbageRules}.
ApiResponse post_gc(Store& store, const ArtifactStore& artifacts, const json& body) {
  constexpr double day = 24 * 3600, most = 1e9;
  const double grace = body.value("grace_seconds", day);
  if (!(grace >= 0 && grace <= most && std::trunc(grace) == grace))
    return api_error(400, "/grace_seconds: is a whole number from 0 to 1000000000");
  const GarbageRules rules{.now = std::chrono::system_clock::now(),
                           .grace = std::chrono::seconds(static_cast<std::int64_t>(grace))};
  if (body.value("dry_run", false)) {
    const GarbageReport report = count_garbage(store.database(), artifacts, rules);
    return {200, to_json(report, GarbageAction::counted)};
  }
  return {200, to_json(remove_garbage(store, artifacts, rules), GarbageAction::removed)};
}

/// {"dry_run": whether it only looks}.
ApiResponse post_repair(Store& store, const ArtifactStore& artifacts, const json& body) {
  const Findings found = find_lost(store.database(), artifacts.folder(), Look::at_names);
  if (body.value("dry_run", false)) return {200, to_json(found, {})};
  return {200, to_json(found, let_go(store, found.lost))};
}

struct Order {
  Store& store;
  const ArtifactStore& artifacts;
  std::int64_t number;  // of the sweep or the trial
  const std::string& body;
};

struct WriteRoute {
  std::string_view path;
  ApiResponse (*answer)(const Order&);
};

constexpr WriteRoute routes[] = {
    {"/api/v1/packs",
     [](const Order& given) {
       return post_pack(given.store, given.artifacts, parse_body(given.body));
     }},
    {"/api/v1/sweeps",
     [](const Order& given) {
       const MemoryReturn after;
       return post_sweep(given.store, parse_body(given.body));
     }},
    {"/api/v1/gc",
     [](const Order& given) {
       return post_gc(given.store, given.artifacts, parse_body(given.body));
     }},
    {"/api/v1/repair",
     [](const Order& given) {
       return post_repair(given.store, given.artifacts, parse_body(given.body));
     }},
    {"/api/v1/sweeps/{sweep}/state",
     [](const Order& given) { return post_state(given.store, {given.number}, given.body); }},
    {"/api/v1/sweeps/{sweep}/priority",
     [](const Order& given) { return post_priority(given.store, {given.number}, given.body); }},
    {"/api/v1/sweeps/{sweep}/retry",
     [](const Order& given) { return retry_sweep(given.store, {given.number}, given.body); }},
    {"/api/v1/trials/{trial}/retry",
     [](const Order& given) { return retry_trial(given.store, {given.number}, given.body); }},
};

}  // namespace

std::vector<std::string_view> write_paths() {
  std::vector<std::string_view> paths;
  for (const WriteRoute& route : routes) paths.push_back(route.path);
  return paths;
}

ApiResponse api_error(unsigned status, std::string_view message) {
  return {status, json{{"error", message}}.dump(-1, ' ', false, json::error_handler_t::replace)};
}

json parse_body(const std::string& body) {
  constexpr int deepest = 32;
  const auto check_depth = [](int depth, json::parse_event_t, const json&) {
    if (depth > deepest)
      throw std::invalid_argument("the request's JSON is nested deeper than 32 levels");
    return true;
  };
  return json::parse(body, check_depth);
}

ApiResponse api_post(Store& store, const ArtifactStore& artifacts, std::string_view target,
                     const std::string& body) {
  try {
    for (const WriteRoute& route : routes) {
      const auto path = match_path(route.path, target.substr(0, target.find('?')));
      if (path) return route.answer({store, artifacts, path->number, body});
    }
    return api_error(404, "POST " + std::string(target) + " is not a route");
  } catch (const json::exception& error) {
    return api_error(400, std::string("the request is not the JSON it should be: ") + error.what());
  } catch (const ExperimentError& error) {
    return api_error(400, error.what());
  } catch (const PackError& error) {
    return api_error(400, error.what());
  } catch (const std::invalid_argument& error) {
    return api_error(400, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return api_error(500, error.what());  // the artifact folder cannot be read, say
  } catch (const SqlError& error) {
    if (is_failure_of_machine(error)) throw;
    spdlog::error("event=request_failed target={} error=\"{}\"", target, error.what());
    return api_error(500, plain_words(error));
  }
}

}  // namespace hone
