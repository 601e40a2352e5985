#include "tests/coordinator/report/fixture.hpp"

#include <nlohmann/json.hpp>

#include "coordinator/plan/experiment.hpp"
#include "sql/mean_dice.hpp"
#include "sql/trial_facts.hpp"

namespace hone::given {

namespace {

using nlohmann::json;

std::string experiment_text(const std::string& keys) {
  const std::string text = R"({"name": "known", "datasets": [{"name": "x", "layout": "lesions"}])" +
                           (keys.empty() ? "" : ", " + keys) + "}";
  json experiment = json::parse(to_json(parse_experiment(text, "known")));
  experiment["datasets"] = json::array();
  return experiment.dump();
}

bool has_ended(const std::string& state) {
  return state == "done" || state == "collapsed";
}

/// Of the curve of a net whose training is in `state`.
std::string curve_state(const std::string& state) {
  if (state.empty() || has_ended(state)) return "done";
  return state == "diverged" || state == "failed" ? "blocked" : "waiting";
}

}  // namespace

ResultsFile::ResultsFile(const std::string& keys)
    : database_(folder_ / "hone.sqlite", Database::Mode::read_write) {
  install_schema(database_);
  database_.prepare("INSERT INTO sweep (id, name, digest, experiment) VALUES (1, 'known', 'd', ?)")
      .bind(experiment_text(keys))
      .run();
  database_.execute(
      "INSERT INTO worker (id, instance, host, slots, threads, device) VALUES (1, 'w', 'here', 1, "
      "1, 'cpu')");
}

void ResultsFile::add_dataset(const std::string& name, bool synthetic) {
  const std::string pack = sha256(name).hex();
  database_.prepare("INSERT INTO pack VALUES (?, 'pairs', ?, 128, 'white')")
      .bind(pack)
      .bind(synthetic ? 1 : 0)
      .run();
  database_.prepare("INSERT INTO sweep_pack VALUES (1, ?, ?)").bind(name).bind(pack).run();
  database_
      .prepare("UPDATE sweep SET experiment = json_insert(experiment, '$.datasets[#]', json(?))")
      .bind(json{{"name", name}}.dump())
      .run();
}

std::int64_t ResultsFile::add_trial(const std::string& dataset, const Trial& trial) {
  const std::string key = dataset + "/r" + std::to_string(trial.rotation) + "/s" +
                          std::to_string(trial.seed) + "/" + trial.key;
  json spec = {{"role", trial.role},         {"dataset", dataset}, {"pack", sha256(dataset).hex()},
               {"rotation", trial.rotation}, {"fold", 0},          {"seed", trial.seed}};
  if (trial.role == "evaluate") spec["evaluate"] = {{"split", "test"}, {"iterations", 3}};
  const bool accepted = has_ended(trial.state) && trial.role != "select";
  Statement insert = database_.prepare(
      "INSERT INTO trial (identity, spec, image_steps, state, deferred, unmet, attempt, accepted, "
      "reason, " HONE_TRIAL_FACTS
      ") VALUES (?1, ?2, 100, ?3, ?4, ?5, 2, ?6, ?7, " HONE_TRIAL_FACTS_OF_SPEC ")");
  insert.bind(sha256(key).hex()).bind(spec.dump()).bind(trial.state).bind(trial.deferred ? 1 : 0);
  insert.bind(trial.role == "evaluate" && trial.state == "waiting" ? 1 : 0);
  insert.bind(accepted ? std::optional<std::int64_t>(2) : std::nullopt).bind(trial.reason).run();
  const std::int64_t id = database_.last_insert_id();
  database_.prepare("INSERT INTO sweep_trial VALUES (1, ?, ?, 0)").bind(id).bind(key).run();
  if (trial.role == "select" || trial.deferred) return id;
  Statement attempt = database_.prepare(
      "INSERT INTO attempt (trial, attempt, worker, state, summary) VALUES (?, ?, 1, ?, ?)");
  attempt.bind(id).bind(1).bind("lost").bind_null().run();
  attempt.bind(id).bind(2).bind(accepted ? "done" : "failed");
  attempt.bind(R"({"constant_mask_dice": 0.5, "reseeds": 0})").run();
  return id;
}

void ResultsFile::label(std::int64_t trial, const std::string& variant, const std::string& name) {
  database_.prepare("INSERT INTO sweep_net VALUES (1, ?, ?, ?)")
      .bind(variant)
      .bind(name)
      .bind(trial)
      .run();
}

void ResultsFile::need(std::int64_t trial, std::int64_t needs, const std::string& input) {
  database_.prepare("INSERT INTO need VALUES (?, ?, ?, ?)")
      .bind(trial)
      .bind(needs)
      .bind(input)
      .bind(input)
      .run();
}

void ResultsFile::add_rows(std::int64_t trial, int split,
                           const std::vector<std::vector<double>>& dice) {
  Statement insert = database_.prepare("INSERT INTO measurement VALUES (?, ?, ?, ?, ?, 0, ?)");
  for (std::size_t image = 0; image < dice.size(); ++image) {
    for (std::size_t k = 0; k < dice[image].size(); ++k) {
      for (const int attempt : {1, 2}) {
        insert.bind(trial).bind(attempt).bind(split).bind(static_cast<std::int64_t>(image));
        insert.bind(static_cast<std::int64_t>(k)).bind(attempt == 2 ? dice[image][k] : 0.0);
        insert.run();
      }
    }
  }
  for (const int attempt : {1, 2})
    database_.prepare(record_mean_dice).bind(trial).bind(attempt).run();
}

std::int64_t ResultsFile::add_net(const std::string& dataset, const Net& net) {
  const std::string where = net.variant.empty() ? "" : "variant=" + net.variant + "/";
  Trial training{.role = net.name == "base" ? "segment" : "refine",
                 .key = where + "f0/" + (net.name == "base" ? "segment" : "refine/" + net.name),
                 .state = net.state,
                 .reason = net.reason,
                 .rotation = net.rotation,
                 .seed = net.seed};
  const std::int64_t trained = net.state.empty() ? 0 : add_trial(dataset, training);
  if (net.name == "base") {
    label(trained, net.variant, "base");
    add_rows(trained, 2, net.dice);
    return trained;
  }
  Trial evaluation{.role = "evaluate",
                   .key = where + "f0/evaluate/" + net.name + "/test",
                   .state = curve_state(net.state),
                   .reason = "",
                   .rotation = net.rotation,
                   .seed = net.seed};
  const std::int64_t curve = add_trial(dataset, evaluation);
  label(curve, net.variant, net.name);
  add_rows(curve, 2, net.dice);
  if (trained == 0) return curve;
  need(curve, trained, "weights");
  return trained;
}

std::int64_t ResultsFile::add_training(const std::string& dataset, const std::string& name,
                                       const std::vector<double>& validation,
                                       const std::string& state) {
  const std::int64_t id = add_trial(
      dataset, {.role = "refine", .key = "f0/refine/" + name, .state = state, .reason = ""});
  add_scores(id, validation);
  return id;
}

void ResultsFile::add_scores(std::int64_t training, const std::vector<double>& validation) {
  add_rows(training, 1, {validation});
}

void ResultsFile::add_deferred(const std::string& dataset, const std::string& name,
                               std::int64_t selection) {
  const std::int64_t id = add_trial(dataset, {.role = "evaluate",
                                              .key = "f0/evaluate/" + name + "/test",
                                              .state = "waiting",
                                              .reason = "",
                                              .deferred = true});
  label(id, "", name);
  need(id, selection, "");
}

std::int64_t ResultsFile::add_choice(const std::string& dataset, const Choice& choice) {
  const std::string where = choice.variant.empty() ? "" : "variant=" + choice.variant + "/";
  const std::int64_t id = add_trial(dataset, {.role = "select",
                                              .key = where + "select/" + choice.name,
                                              .state = choice.chosen ? "done" : "waiting",
                                              .reason = "",
                                              .rotation = choice.rotation,
                                              .seed = choice.seed});
  label(id, choice.variant, choice.name);
  json list = json::array();
  for (const Choice::Candidate& each : choice.candidates) {
    Statement identity = database_.prepare("SELECT identity FROM trial WHERE id = ?");
    identity.bind(each.trial).step();
    list.push_back({{"patch", json::parse(each.patch)},
                    {"first", each.first},
                    {"last", each.last},
                    {"trials", {identity.text(0)}}});
    database_.prepare("INSERT OR IGNORE INTO need VALUES (?, ?, '', '')")
        .bind(id)
        .bind(each.trial)
        .run();
  }
  database_.prepare("UPDATE trial SET spec = json_set(spec, '$.candidates', json(?)) WHERE id = ?")
      .bind(list.dump())
      .bind(id)
      .run();
  if (!choice.chosen) return id;
  database_.prepare("INSERT INTO selection VALUES (?, ?, ?, 0)")
      .bind(id)
      .bind(static_cast<std::int64_t>(*choice.chosen))
      .bind(choice.candidates.at(*choice.chosen).patch)
      .run();
  return id;
}

std::int64_t ResultsFile::choose_lambda(
    const std::string& dataset, std::optional<std::size_t> chosen,
    const std::vector<std::pair<double, std::int64_t>>& candidates) {
  Choice choice{.candidates = {}, .chosen = chosen};
  for (const auto& [lambda, trial] : candidates)
    choice.candidates.push_back({json{{"refine", {{"lambda", lambda}}}}.dump(), trial});
  return add_choice(dataset, choice);
}

void ResultsFile::choose_self(const std::string& dataset, const std::string& mode, std::int64_t net,
                              int iteration) {
  add_choice(dataset, {.name = "steps/" + mode,
                       .candidates = {{R"({"refine":{"self_steps":1}})", net, 1, 3}},
                       .chosen = 0});
  Choice which{.name = "iteration/" + mode + "-1", .candidates = {}, .chosen = iteration - 1};
  for (int k = 1; k <= 3; ++k)
    which.candidates.push_back({json{{"iteration", k}}.dump(), net, k, k});
  add_choice(dataset, which);
}

}  // namespace hone::given
