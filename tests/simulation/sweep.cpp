#include "tests/simulation/sweep.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "coordinator/plan/experiment.hpp"
#include "tests/coordinator/state/desk.hpp"

namespace hone::simulation {

namespace {

constexpr int images = 10;

std::uint64_t number_of(const std::string& text) {
  return std::stoull(sha256(text).hex().substr(0, 12), nullptr, 16);
}

/// What a trial is given matters as much as its spec: a wrong input shows in the rows.
std::string text_of(const Lease& lease) {
  std::string text = to_json(lease.spec);
  for (const Input& input : lease.inputs) text += " " + input.name + "=" + input.content.hex();
  return text;
}

SweepReceipt submit(Store& store, const std::vector<Setting>& settings) {
  const ExperimentSpec experiment = given::small_experiment(settings);
  PackManifest manifest;
  manifest.layout = "lesions";
  manifest.image_size = experiment.image_size;
  manifest.images.resize(images);
  DatasetFacts facts{.pack = sha256("pack"), .groups = std::vector<std::int32_t>(images)};
  std::iota(facts.groups.begin(), facts.groups.end(), 0);
  store.add_pack(facts.pack, manifest);
  return store.add_sweep({.name = experiment.name,
                          .experiment = sweep_text(experiment),
                          .packs = {{"toy", facts.pack}},
                          .plan = expand(experiment, {{"toy", facts}})});
}

}  // namespace

std::vector<Measurement> rows_of(const Lease& lease) {
  const double dice = 0.5 + 0.4 * static_cast<double>(number_of(text_of(lease)) % 1000) / 1000;
  return given::dice_rows(dice, dice);
}

std::map<std::string, Digest> artifacts_of(const Lease& lease) {
  std::map<std::string, Digest> artifacts;
  const auto leave = [&](const std::string& name) {
    artifacts[name] = sha256(name + " of " + text_of(lease));
  };
  if (lease.spec.role == Role::segment) leave("masks");
  if (lease.spec.role == Role::deform) leave("deformations");
  if (lease.spec.role == Role::segment || lease.spec.role == Role::refine) leave("weights");
  return artifacts;
}

Sweep::Sweep(const std::vector<Setting>& settings) {
  Database database(":memory:", Database::Mode::read_write);
  install_schema(database);
  Store store(std::move(database));
  {
    const auto transaction = store.begin();
    submit(store, settings);
    store.settle_selections();
    transaction->commit();
  }
  give_back(std::move(store));
  database_->execute("PRAGMA temp_store = MEMORY");
  std::vector<std::string> refills;
  for (const std::string& table : tables()) {
    std::string columns;  // but generated ones
    Statement query = database_->prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0");
    query.bind(table);
    while (query.step()) columns += (columns.empty() ? "" : ", ") + query.text(0);
    database_->execute("CREATE TEMP TABLE submitted_" + table + " AS SELECT " + columns +
                       " FROM main." + table);
    anew_.insert(anew_.begin(), "DELETE FROM main." + table);
    if (!database_->prepare("SELECT 1 FROM temp.submitted_" + table).step()) continue;
    refills.push_back("INSERT INTO main." + table + " (" + columns +
                      ") SELECT * FROM temp.submitted_" + table);
  }
  anew_.insert(anew_.end(), refills.begin(), refills.end());
}

std::vector<std::string> Sweep::tables() {
  std::vector<std::string> waiting, names;
  Statement all = database_->prepare(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  while (all.step()) waiting.push_back(all.text(0));
  const auto waits = [&](const std::string& table) {
    Statement query = database_->prepare("SELECT \"table\" FROM pragma_foreign_key_list(?)");
    query.bind(table);
    while (query.step())
      if (query.text(0) != table &&
          std::find(names.begin(), names.end(), query.text(0)) == names.end())
        return true;
    return false;
  };
  while (!waiting.empty()) {
    const auto next = std::find_if_not(waiting.begin(), waiting.end(), waits);
    if (next == waiting.end()) throw std::logic_error("tables refer to each other in a circle");
    names.push_back(*next);
    waiting.erase(next);
  }
  return names;
}

Store Sweep::open() {
  return Store(std::exchange(database_, std::nullopt).value());
}

void Sweep::begin_anew() {
  database_->execute("BEGIN");
  for (const std::string& sql : anew_) database_->prepare(sql).run();
  database_->execute("COMMIT");
}

std::string results_of(Store& store) {
  Statement query = store.database().prepare(
      "SELECT t.id, t.state, coalesce(t.resolved, 0), m.split, m.image, m.iteration, m.metric, "
      "m.value "
      "FROM trial t LEFT JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted "
      "ORDER BY 1, 4, 5, 6, 7");
  std::string text;
  while (query.step()) {
    for (int column = 0; column < query.columns(); ++column) text += query.text(column) + " ";
    text += "\n";
  }
  Statement chosen = store.database().prepare("SELECT name, value FROM choice ORDER BY 1, 2");
  while (chosen.step()) text += chosen.text(0) + " = " + chosen.text(1) + "\n";
  return text;
}

}  // namespace hone::simulation
