#include "coordinator/report/net_curves.hpp"

#include <algorithm>
#include <stdexcept>

#include "coordinator/report/cell.hpp"

namespace hone {

namespace {

/// Groups by position in the trial's pack.
std::map<std::int64_t, std::int64_t> groups_of(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT i.position, i.grouping FROM trial t JOIN image i ON i.pack = t.spec ->> '$.pack' "
      "WHERE t.id = ?");
  query.bind(trial);
  std::map<std::int64_t, std::int64_t> groups;
  while (query.step()) groups[query.integer(0)] = query.integer(1);
  return groups;
}

/// What the trial scored of `split`. A metric that skips an iteration ends there.
template <Split split>
StoredCurves<split> read_curves(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT m.image, k.name, m.iteration, m.value FROM trial t JOIN measurement m "
      "ON m.trial = t.id AND m.attempt = t.accepted AND m.split = ? "
      "JOIN metric k ON k.id = m.metric WHERE t.id = ? ORDER BY m.image, m.iteration");
  query.bind(static_cast<int>(split)).bind(trial);
  const auto groups = groups_of(database, trial);
  StoredCurves<split> curves;
  while (query.step()) {
    const auto image = static_cast<std::int32_t>(query.integer(0));
    if (curves.images.empty() || curves.images.back().image != image) {
      const auto found = groups.find(image);
      curves.images.push_back({.image = image});
      if (found != groups.end()) curves.images.back().group = found->second;
    }
    std::vector<double>& values = curves.images.back().values[query.text(1)];
    if (static_cast<std::int64_t>(values.size()) == query.integer(2))
      values.push_back(query.real(3));
  }
  return curves;
}

std::vector<std::string> nets_of(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT DISTINCT net FROM net WHERE sweep = ? AND variant = '' AND role = 'evaluate' "
      "AND net NOT GLOB 'seeds/*' "
      "ORDER BY net = 'no-quality' DESC, net = 'quality' DESC, net");
  query.bind(sweep.value);
  std::vector<std::string> nets;
  while (query.step()) nets.push_back(query.text(0));
  return nets;
}

/// ", but sweeps 1, 2 have some: ..." or nothing.
std::string sweeps_with_nets(Database& database) {
  Statement query = database.prepare(
      "SELECT DISTINCT sweep FROM net WHERE variant = '' AND role = 'evaluate' "
      "AND net NOT GLOB 'seeds/*' ORDER BY sweep");
  const std::string others = those_sweeps(query);
  return others.empty() ? "" : ", but " + others + " some: give a sweep's number after the command";
}

void require_net(Database& database, const std::vector<std::string>& nets, SweepId sweep,
                 const std::string& net) {
  const std::string where = "sweep " + std::to_string(sweep.value);
  if (nets.empty())
    throw std::invalid_argument(where + " has no nets evaluated over iterations" +
                                sweeps_with_nets(database));
  if (net.empty() || std::find(nets.begin(), nets.end(), net) != nets.end()) return;
  std::string list;
  for (const std::string& each : nets) list += (list.empty() ? "" : ", ") + each;
  throw std::invalid_argument(where + " has no net '" + net + "'; did you mean '" +
                              nearest_name(net, nets) + "'? It has " + list);
}

/// Lays what a comparison of seeds scored beside the curves of one of them.
template <Split split>
void add_agreement(Database& database, std::int64_t trial, StoredCurves<split>& curves) {
  StoredCurves<split> compared = read_curves<split>(database, trial);
  auto next = compared.images.begin();
  for (ImageCurves& image : curves.images) {
    while (next != compared.images.end() && next->image < image.image) ++next;
    if (next == compared.images.end() || next->image != image.image) continue;
    image.values.merge(next->values);
  }
}

/// Whether a comparison of the net's seeds takes weights that were not trained to the end.
bool compares_a_collapsed_seed(Database& database, SweepId sweep, const NetCurves& curves) {
  Statement query = database.prepare(
      "SELECT 1 FROM net c JOIN standing_need d ON d.trial = c.trial "
      "JOIN trial w ON w.id = d.needs WHERE c.sweep = ? AND c.variant = '' "
      "AND c.role = 'evaluate' AND c.dataset = ? AND c.net = 'seeds/' || ? AND w.role = 'refine' "
      "AND w.state IN ('collapsed', 'diverged', 'failed', 'blocked') LIMIT 1");
  return query.bind(sweep.value).bind(curves.dataset).bind(curves.net).step();
}

void add_agreements(Database& database, SweepId sweep, NetCurves& curves) {
  curves.seed_collapsed = compares_a_collapsed_seed(database, sweep, curves);
  if (curves.seed_collapsed) return;
  Statement query = database.prepare(
      "SELECT rotation, max(CASE split WHEN 'validation' THEN trial END), "
      "max(CASE split WHEN 'test' THEN trial END) FROM net WHERE sweep = ? AND variant = '' "
      "AND role = 'evaluate' AND dataset = ? AND net = 'seeds/' || ? AND state = 'done' "
      "GROUP BY rotation HAVING count(*) = 2");
  query.bind(sweep.value).bind(curves.dataset).bind(curves.net);
  while (query.step()) {
    for (TrainingCurves& training : curves.trainings) {
      if (training.rotation != query.integer(0)) continue;
      add_agreement(database, query.integer(1), training.validation);
      add_agreement(database, query.integer(2), training.test);
    }
  }
}

/// Both evaluations of each training: of those that are done.
NetCurves read_net(Database& database, SweepId sweep, const std::string& dataset,
                   const std::string& net) {
  Statement query = database.prepare(
      "SELECT n.rotation, n.seed, max(CASE n.split WHEN 'validation' THEN n.trial END), "
      "max(CASE n.split WHEN 'test' THEN n.trial END), "
      "sum(n.state = 'done' AND coalesce(w.state, 'done') = 'done') "
      "FROM net n LEFT JOIN trial w ON w.id = n.training WHERE n.sweep = ? AND n.variant = '' "
      "AND n.role = 'evaluate' AND n.dataset = ? AND n.net = ? "
      "GROUP BY n.rotation, n.seed ORDER BY n.rotation, n.seed");
  query.bind(sweep.value).bind(dataset).bind(net);
  NetCurves result{.dataset = dataset, .net = net, .trainings = {}};
  while (query.step()) {
    ++result.expected;
    if (query.is_null(2) || query.is_null(3) || query.integer(4) < 2) continue;
    result.trainings.push_back(
        {.rotation = static_cast<int>(query.integer(0)),
         .seed = query.integer(1),
         .validation = read_curves<Split::validation>(database, query.integer(2)),
         .test = read_curves<Split::test>(database, query.integer(3))});
  }
  add_agreements(database, sweep, result);
  return result;
}

}  // namespace

std::vector<NetCurves> read_net_curves(Database& database, SweepId sweep, const std::string& net) {
  name_of_sweep(database, sweep);
  const std::vector<std::string> nets = nets_of(database, sweep);
  require_net(database, nets, sweep, net);
  Statement datasets = database.prepare(
      "SELECT d.value ->> '$.name' FROM sweep s, json_each(s.experiment, '$.datasets') d "
      "WHERE s.id = ? ORDER BY d.key");
  datasets.bind(sweep.value);
  std::vector<NetCurves> result;
  while (datasets.step()) {
    for (const std::string& each : nets) {
      if (!net.empty() && each != net) continue;
      NetCurves curves = read_net(database, sweep, datasets.text(0), each);
      if (curves.expected > 0) result.push_back(std::move(curves));
    }
  }
  return result;
}

std::string name_of_sweep(Database& database, SweepId sweep) {
  Statement query = database.prepare("SELECT name FROM sweep WHERE id = ?");
  if (query.bind(sweep.value).step()) return query.text(0);
  throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
}

}  // namespace hone
