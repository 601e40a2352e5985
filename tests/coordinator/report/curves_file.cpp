#include "tests/coordinator/report/curves_file.hpp"

#include <nlohmann/json.hpp>

#include "sql/mean_dice.hpp"
#include "sql/trial_facts.hpp"

namespace hone::given {

namespace {

using nlohmann::json;

json spec_of(const Evaluation& about, const std::string& role) {
  return {{"role", role},
          {"dataset", about.dataset},
          {"pack", std::string(64, '0')},
          {"rotation", about.rotation},
          {"fold", 0},
          {"seed", about.seed}};
}

/// Dice of four images that rises (or falls) by `step` from 0x on, once per iteration.
Curves moved(double step, int last) {
  Curves curves;
  for (const double base : {0.5, 0.6, 0.7, 0.8}) {
    curves["dice"].emplace_back();
    for (int k = 0; k <= last; ++k) curves["dice"].back().push_back(base + step * k);
  }
  return curves;
}

}  // namespace

CurvesFile::CurvesFile() : database_(folder_ / "hone.sqlite", Database::Mode::read_write) {
  database_.execute("PRAGMA synchronous = OFF");  // it goes with the test
  install_schema(database_);
  database_.execute(
      "INSERT INTO sweep (id, name, digest, experiment) VALUES (1, 'known', 'd', "
      "'{\"datasets\":[],\"variants\":[],\"tables\":[\"II\",\"III\"]}'); "
      "INSERT INTO worker (id, instance, host, slots, threads, device) VALUES (1, 'w', 'here', 1, "
      "1, 'cpu')");
}

void CurvesFile::add_dataset(const std::string& name) {
  database_
      .prepare("UPDATE sweep SET experiment = json_insert(experiment, '$.datasets[#]', json(?))")
      .bind(json{{"name", name}}.dump())
      .run();
}

void CurvesFile::add_variant(const std::string& name, const std::string& keys) {
  json variant = json::parse(keys);
  variant["name"] = name;
  database_
      .prepare("UPDATE sweep SET experiment = json_insert(experiment, '$.variants[#]', json(?))")
      .bind(variant.dump())
      .run();
}

std::int64_t CurvesFile::add_trial(const std::string& spec, const Evaluation& about) {
  Statement count = database_.prepare("SELECT count(*) FROM trial");
  count.step();
  Statement trial = database_.prepare(
      "INSERT INTO trial (identity, spec, image_steps, state, unmet, attempt, "
      "accepted, " HONE_TRIAL_FACTS ") VALUES (?1, ?2, 100, ?3, 0, 1, ?4, " HONE_TRIAL_FACTS_OF_SPEC
      ")");
  const bool ended = about.state == "done" || about.state == "collapsed";
  trial.bind(std::to_string(count.integer(0))).bind(spec).bind(about.state);
  trial.bind(ended ? std::optional<std::int64_t>(1) : std::nullopt).run();
  return database_.last_insert_id();
}

void CurvesFile::add_member(const Evaluation& about, const std::string& net, std::int64_t trial) {
  database_.prepare("INSERT INTO sweep_net VALUES (1, ?, ?, ?)")
      .bind(about.variant)
      .bind(net)
      .bind(trial)
      .run();
  const std::string name = about.dataset + "/" + net + "/" + std::to_string(trial);
  database_.prepare("INSERT INTO sweep_trial VALUES (1, ?, ?, 0)").bind(trial).bind(name).run();
}

std::int64_t CurvesFile::add(const Evaluation& evaluation, const Curves& curves) {
  json spec = spec_of(evaluation, evaluation.net == "base" ? "segment" : "evaluate");
  if (evaluation.net != "base") spec["evaluate"] = {{"split", evaluation.split}};
  const std::int64_t id = add_trial(spec.dump(), evaluation);
  add_member(evaluation, evaluation.net, id);
  database_.prepare("INSERT INTO attempt (trial, attempt, worker, state) VALUES (?, 1, 1, 'done')")
      .bind(id)
      .run();
  Statement insert = database_.prepare(
      "INSERT INTO measurement SELECT ?1, 1, s.id, ?3, ?4, m.id, ?6 FROM split s, metric m "
      "WHERE s.name = ?2 AND m.name = ?5");
  for (const auto& [metric, images] : curves) {
    for (std::size_t image = 0; image < images.size(); ++image) {
      for (std::size_t k = 0; k < images[image].size(); ++k) {
        insert.bind(id).bind(evaluation.split);
        insert.bind(evaluation.first_image + static_cast<std::int64_t>(image));
        insert.bind(static_cast<std::int64_t>(k)).bind(metric).bind(images[image][k]).run();
      }
    }
  }
  database_.prepare(record_mean_dice).bind(id).bind(1).run();
  return id;
}

void CurvesFile::add_need(std::int64_t trial, std::int64_t needs, const std::string& input) {
  database_.prepare("INSERT INTO need VALUES (?, ?, ?, 'masks')")
      .bind(trial)
      .bind(needs)
      .bind(input)
      .run();
}

std::int64_t CurvesFile::choose(const Evaluation& about, const std::string& name,
                                const std::string& value, std::optional<std::int64_t> scored) {
  json spec = spec_of(about, "select");
  json candidate = {{"patch", json::parse(value)}, {"trials", json::array()}};
  if (scored) {
    Statement identity = database_.prepare("SELECT identity FROM trial WHERE id = ?");
    identity.bind(*scored).step();
    candidate["trials"].push_back(identity.text(0));
  }
  spec["candidates"] = json::array({candidate});
  const std::int64_t id = add_trial(spec.dump(), about);
  add_member(about, name, id);
  database_.prepare("INSERT INTO selection VALUES (?, 0, ?, 0)").bind(id).bind(value).run();
  return id;
}

void add_both_tables(CurvesFile& file, const std::string& dataset) {
  file.add_dataset(dataset);
  file.add({.dataset = dataset, .net = "base"}, moved(0, 0));
  file.add({.dataset = dataset, .net = "no-quality"}, moved(0.01, 3));
  file.add({.dataset = dataset, .net = "quality"}, moved(0.02, 3));
  file.add({.dataset = dataset, .net = "scratch-1"}, moved(-0.01, 3));
  file.add({.dataset = dataset, .net = "warm-1"}, moved(0.03, 3));
  const Evaluation about{.dataset = dataset};
  file.choose(about, "lambda", R"({"refine":{"lambda":1}})");
  file.choose(about, "steps/scratch", R"({"refine":{"self_steps":1}})");
  file.choose(about, "steps/warm", R"({"refine":{"self_steps":1}})");
  file.choose(about, "iteration/scratch-1", R"({"iteration":2})");
  file.choose(about, "iteration/warm-1", R"({"iteration":3})");
}

}  // namespace hone::given
