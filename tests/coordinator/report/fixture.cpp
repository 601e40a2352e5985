#include "tests/coordinator/report/fixture.hpp"

#include <nlohmann/json.hpp>

namespace hone::given {

namespace {

using nlohmann::json;

std::string spec_of(const std::string& dataset, const Net& net) {
  json spec = {{"role", net.role},
               {"dataset", dataset},
               {"pack", sha256(dataset).hex()},
               {"image_size", 128},
               {"rotation", 0},
               {"fold", 0},
               {"seed", 1},
               {"network", {{"filters", 32}, {"norm", "none"}}},
               {"training", {{"loss", "dice"}, {"epochs", 500}}},
               {"numerics", {{"precision", "fp32"}}}};
  if (net.role == "refine")
    spec["refine"] = {{"mode", "plain"}, {"lambda", net.lambda}, {"augmentation", "simple"}};
  return spec.dump();
}

json candidate(double value, const std::string& identity) {
  return {{"value", value}, {"trials", {identity}}};
}

}  // namespace

ResultsFile::ResultsFile() : database_(folder_ / "hone.sqlite", Database::Mode::read_write) {
  install_schema(database_);
  database_.execute(
      "INSERT INTO sweep (id, name, digest, experiment) VALUES (1, 'known', 'd', "
      "'{\"datasets\":[]}'); INSERT INTO worker VALUES (1, 'w', 'here', 1, 1, 'cpu')");
}

void ResultsFile::add_dataset(const std::string& name, bool synthetic) {
  database_.prepare("INSERT INTO pack VALUES (?, 'pairs', ?, 128, 'white')")
      .bind(sha256(name).hex())
      .bind(synthetic ? 1 : 0)
      .run();
  database_
      .prepare("UPDATE sweep SET experiment = json_insert(experiment, '$.datasets[#]', json(?))")
      .bind(json{{"name", name}}.dump())
      .run();
}

std::int64_t ResultsFile::add_trial(const std::string& dataset, const Net& net,
                                    const std::string& key) {
  const bool ended = net.state == "done" || net.state == "collapsed";
  Statement trial = database_.prepare(
      "INSERT INTO trial (identity, spec, image_steps, state, unmet, attempt, accepted, reason) "
      "VALUES (?, ?, 100, ?, 0, 2, ?, ?)");
  trial.bind(sha256(dataset + key).hex()).bind(spec_of(dataset, net)).bind(net.state);
  trial.bind(ended ? std::optional<std::int64_t>(2) : std::nullopt).bind(net.reason).run();
  const std::int64_t id = database_.last_insert_id();
  const std::string name = std::string(dataset) + "/r0/s1/f0/" + key;
  database_.prepare("INSERT INTO sweep_trial VALUES (1, ?, ?)").bind(id).bind(name).run();
  return id;
}

void ResultsFile::add_rows(std::int64_t trial, const Net& net) {
  Statement insert = database_.prepare("INSERT INTO measurement VALUES (?, ?, 2, ?, ?, 0, ?)");
  for (std::size_t image = 0; image < net.dice.size(); ++image) {
    for (std::size_t k = 0; k < net.dice[image].size(); ++k) {
      for (const int attempt : {1, 2}) {
        insert.bind(trial).bind(attempt).bind(static_cast<std::int64_t>(image));
        insert.bind(static_cast<std::int64_t>(k)).bind(attempt == 2 ? net.dice[image][k] : 0.0);
        insert.run();
      }
    }
  }
}

std::int64_t ResultsFile::add_net(const std::string& dataset, const Net& net) {
  std::string key = net.role;
  if (net.role == "refine") key += "/lambda=" + json(net.lambda).dump();
  const std::int64_t id = add_trial(dataset, net, key);
  Statement attempt = database_.prepare(
      "INSERT INTO attempt (trial, attempt, worker, state, summary) VALUES (?, ?, 1, ?, ?)");
  attempt.bind(id).bind(1).bind("lost").bind_null().run();
  const bool ended = net.state == "done" || net.state == "collapsed";
  attempt.bind(id).bind(2).bind(ended ? "done" : "failed");
  attempt.bind(R"({"constant_mask_dice": 0.5, "reseeds": 0})").run();
  add_rows(id, net);
  return id;
}

void ResultsFile::add_selection(const std::string& dataset, std::optional<double> chosen,
                                const std::map<double, std::int64_t>& candidates) {
  const Net select{.role = "select",
                   .lambda = 0,
                   .state = chosen ? "done" : "waiting",
                   .reason = "",
                   .dice = {}};
  const std::int64_t id = add_trial(dataset, select, "select/lambda");
  json list = json::array();
  for (const auto& [lambda, trial] : candidates) {
    Statement identity = database_.prepare("SELECT identity FROM trial WHERE id = ?");
    identity.bind(trial).step();
    list.push_back(candidate(lambda, identity.text(0)));
    database_.prepare("INSERT INTO need VALUES (?, ?, '', '')").bind(id).bind(trial).run();
  }
  database_
      .prepare(
          "UPDATE trial SET spec = json_set(spec, '$.candidates', json(?)), "
          "accepted = NULL WHERE id = ?")
      .bind(list.dump())
      .bind(id)
      .run();
  if (!chosen) return;
  database_.prepare("INSERT INTO selection VALUES (?, ?, 0)").bind(id).bind(*chosen).run();
}

// Sums of eighths and their like are exact, so no SQLite rounds them another way.
void add_known_rows(ResultsFile& results) {
  const auto refined = [](double lambda, std::vector<std::vector<double>> dice,
                          const std::string& state = "done", const std::string& reason = "") {
    return Net{"refine", lambda, state, reason, std::move(dice)};
  };
  results.add_dataset("PH2");
  results.add_net("PH2", {.dice = {{0.75}, {0.875}}});
  results.add_net("PH2", refined(0, {{0.75, 0.8125, 0.828125}, {0.875, 0.90625, 0.9375}}));
  const auto low =
      results.add_net("PH2", refined(0.1, {{0.75, 0.84375, 0.875}, {0.875, 0.90625, 0.953125}}));
  const auto high = results.add_net("PH2", refined(1, {{0.75, 0.5, 0.5}, {0.875, 0.5, 0.5}}));
  results.add_selection("PH2", 0.1, {{0.1, low}, {1, high}});

  results.add_dataset("blobs, made", true);
  results.add_net("blobs, made", {.dice = {{0.5}}});
  results.add_net("blobs, made", refined(0, {{0.5, 0.625, 0.75}}));
  const auto only = results.add_net("blobs, made", refined(0.3, {{0.5, 0.75, 0.6875}}));
  results.add_selection("blobs, made", 0.3, {{0.3, only}});

  results.add_dataset("ISBI 2017");
  results.add_net("ISBI 2017", {.dice = {{0.703125}}});
  results.add_net("ISBI 2017", refined(0, {}, "waiting"));
  const auto late = results.add_net("ISBI 2017", refined(0.1, {}, "leased"));
  results.add_selection("ISBI 2017", {}, {{0.1, late}});

  results.add_dataset("teeth_a|b");
  results.add_net("teeth_a|b", {.dice = {{0.625}}});
  results.add_net("teeth_a|b",
                  refined(0, {{0.625, 0.125, 0.125}}, "collapsed", "one mask for all"));
  const auto fine = results.add_net("teeth_a|b", refined(0.1, {{0.625, 0.65625, 0.671875}}));
  results.add_selection("teeth_a|b", 0.1, {{0.1, fine}});
}

}  // namespace hone::given
