#include <nlohmann/json.hpp>

#include "coordinator/report/evidence.hpp"
#include "coordinator/report/or_null.hpp"

namespace hone {

namespace {

using nlohmann::json;

json json_of(const EvidencePart& part) {
  return {{"rotation", part.rotation},
          {"seed", part.seed},
          {"trial", or_null(part.trial)},
          {"attempt", part.attempt > 0 ? json(part.attempt) : json()},
          {"iteration", or_null(part.iteration)},
          {"why", part.why},
          {"rows", part.rows},
          {"mean", or_null(part.mean)}};
}

json json_of(const ChoiceCandidate& candidate) {
  json j = {{"setting", candidate.setting},
            {"score", or_null(candidate.score)},
            {"trials", candidate.trials},
            {"chosen", candidate.chosen}};
  if (candidate.pruned)
    j["pruned"] = {{"rung", candidate.pruned->rung},
                   {"folds", candidate.pruned->folds},
                   {"score", candidate.pruned->score},
                   {"beaten_by", candidate.pruned->beaten}};
  return j;
}

json json_of(const EvidenceChoice& choice) {
  json candidates = json::array();
  for (const ChoiceCandidate& each : choice.row.candidates) candidates.push_back(json_of(each));
  return {{"trial", choice.trial},   {"name", choice.name},       {"rotation", choice.row.rotation},
          {"seed", choice.row.seed}, {"state", choice.row.state}, {"candidates", candidates}};
}

json json_of(const EvidenceFile& file) {
  return {{"name", file.name},
          {"sha256", file.digest.empty() ? json() : json(file.digest)},
          {"trial", or_null(file.maker)}};
}

json json_of(const EvidenceAttempt& attempt) {
  return {{"attempt", attempt.number},
          {"accepted", attempt.accepted},
          {"state", attempt.state},
          {"reason", attempt.reason},
          {"host", attempt.host},
          {"device", attempt.device},
          {"started", attempt.started},
          {"ended", attempt.ended.empty() ? json() : json(attempt.ended)},
          {"rows", or_null(attempt.rows)},
          {"reseeds", or_null(attempt.reseeds)},
          {"code", attempt.code},
          {"library", attempt.library}};
}

json json_of(const EvidencePack& pack) {
  return {{"sha256", pack.digest}, {"dataset", pack.dataset},       {"layout", pack.layout},
          {"images", pack.images}, {"image_size", pack.image_size}, {"synthetic", pack.synthetic}};
}

json json_of(const EvidenceTrial& trial);

template <class Element>
json list_of(const std::vector<Element>& elements) {
  json list = json::array();
  for (const Element& each : elements) list.push_back(json_of(each));
  return list;
}

json json_of(const EvidenceTrial& trial) {
  const bool evaluates = trial.spec.role == Role::evaluate;
  return {{"trial", trial.id},
          {"name", trial.name},
          {"identity", trial.identity},
          {"state", trial.state},
          {"reason", trial.reason},
          {"trainer_version", trial.versions ? json(trial.versions->trainer) : json()},
          {"evaluation_version",
           trial.versions && evaluates ? json(trial.versions->evaluation) : json()},
          {"spec", json::parse(to_json(trial.spec))},
          {"inputs", list_of(trial.inputs)},
          {"outputs", list_of(trial.outputs)},
          {"attempts", list_of(trial.attempts)}};
}

}  // namespace

std::string to_json(const Evidence& evidence) {
  const ResultCell& result = evidence.result;
  const bool has_interval = result.interval && result.interval->kind != IntervalKind::none;
  return json{
      {"schema", "hone.cell.v1"},
      {"cell", text_of(evidence.cell)},
      {"sweep", evidence.sweep.value},
      {"name", evidence.sweep_name},
      {"dice", or_null(result.dice)},
      {"interval", has_interval ? json{result.interval->low, result.interval->high} : json()},
      {"paper", or_null(result.paper)},
      {"images", result.images},
      {"missing", result.missing},
      {"parts", list_of(evidence.parts)},
      {"choices", list_of(evidence.choices)},
      {"trials", list_of(evidence.trials)},
      {"packs", list_of(evidence.packs)},
      {"sql", evidence.sql}}
      .dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace hone
