#include "coordinator/report/facts.hpp"

#include "coordinator/report/choices.hpp"
#include "coordinator/report/notes.hpp"

namespace hone {

namespace {

void read_choices(Database& database, SweepId sweep, const std::string& dataset,
                  ResultFacts& facts) {
  Statement lambdas = database.prepare(
      "SELECT printf('%g', value ->> '$.refine.lambda') || "
      "CASE WHEN edge THEN ' (edge of the grid)' ELSE '' END || "
      "CASE WHEN (SELECT experiment ->> '$.selection_seeds' FROM sweep WHERE id = ?1) = 'first' "
      "THEN printf(' (chosen on seed %d)', seed) ELSE '' END || "
      "CASE WHEN excluded > 0 THEN printf(' (%d excluded)', excluded) ELSE '' END "
      "FROM choice WHERE sweep = ?1 AND dataset = ?2 AND variant = '' AND name = 'lambda' "
      "AND value IS NOT NULL ORDER BY rotation, seed");
  lambdas.bind(sweep.value).bind(dataset);
  Statement chooses = database.prepare(
      "SELECT 1 FROM choice WHERE sweep = ? AND dataset = ? AND variant = '' AND name = 'lambda'");
  facts.chooses_lambda = chooses.bind(sweep.value).bind(dataset).step();
  while (lambdas.step()) facts.lambdas.push_back(lambdas.text(0));
  Statement steps = database.prepare(
      "SELECT mode || ' ' || steps FROM self_refined WHERE sweep = ? AND dataset = ? "
      "AND steps IS NOT NULL ORDER BY rotation, seed, mode");
  steps.bind(sweep.value).bind(dataset);
  while (steps.step()) facts.steps.push_back(steps.text(0));
}

void read_settings(Database& database, SweepId sweep, ResultFacts& facts) {
  Statement query = database.prepare(
      "SELECT printf('%d×%d, %d filters, norm %s, loss %s, batch %d, at most %d epochs, %s, mask "
      "augmentation %s, image augmentation of the base %s, base masks %s', "
      "  e ->> '$.image_size', e ->> '$.image_size', e ->> '$.network.filters', "
      "  e ->> '$.network.norm', e ->> '$.training.loss', e ->> '$.training.batch', "
      "  e ->> '$.training.epochs', e ->> '$.numerics.precision', e ->> '$.refine.augmentation', "
      "  e ->> '$.segment.image_augmentation', replace(e ->> '$.refine.base_masks', '_', ' ')), "
      "e ->> '$.refine.iterations' FROM (SELECT experiment AS e FROM sweep WHERE id = ?)");
  query.bind(sweep.value).step();
  facts.settings = query.text(0);
  facts.iterations = query.integer(1);
  // The experiment's own: an ensemble's further members have seeds that nobody asked for.
  Statement seeds = database.prepare(
      "SELECT w.value FROM sweep s, json_each(s.experiment, '$.seeds') w WHERE s.id = ? "
      "ORDER BY w.key");
  seeds.bind(sweep.value);
  while (seeds.step()) facts.seeds.push_back(seeds.integer(0));
}

void read_groups(Database& database, SweepId sweep, const std::string& dataset,
                 ResultFacts& facts) {
  Statement query = database.prepare(
      "SELECT count(*), count(DISTINCT i.grouping) FROM sweep_pack p JOIN image i ON i.pack = "
      "p.pack "
      "WHERE p.sweep = ? AND p.dataset = ?");
  query.bind(sweep.value).bind(dataset).step();
  facts.images = query.integer(0);
  facts.groups = query.integer(1);
}

}  // namespace

std::string read_variant_settings(Database& database, SweepId sweep, const std::string& dataset,
                                  const std::string& variant) {
  Statement lambdas = database.prepare(
      "SELECT DISTINCT printf('%g', t.spec ->> '$.refine.lambda') || CASE WHEN EXISTS ("
      "  SELECT 1 FROM choice c WHERE c.sweep = n.sweep AND c.variant = n.variant AND c.edge "
      "  AND c.dataset = n.dataset AND c.name IN ('lambda', 'global-lambda')) "
      "  THEN ' (edge of the grid)' ELSE '' END "
      "FROM net n JOIN trial t ON t.id = n.trial WHERE n.sweep = ? AND n.dataset = ? "
      "AND n.variant = ? AND n.role = 'evaluate' AND n.training IS NOT NULL ORDER BY 1");
  lambdas.bind(sweep.value).bind(dataset).bind(variant);
  std::vector<std::string> found;
  while (lambdas.step()) found.push_back(lambdas.text(0));
  Statement patch = database.prepare(
      "SELECT json_remove(v.value, '$.name', '$.lambda', "
      "  CASE WHEN v.value ->> '$.net' = 'refine' THEN '$.net' ELSE '$.name' END, "
      "  CASE WHEN v.value ->> '$.base' = 'paper' THEN '$.base' ELSE '$.name' END) "
      "FROM sweep s, json_each(s.experiment, '$.variants') v "
      "WHERE s.id = ? AND v.value ->> '$.name' = ?");
  patch.bind(sweep.value).bind(variant);
  std::string text = found.empty() ? "" : "λ " + joined(found);
  if (patch.step()) text += (text.empty() ? "" : "; ") + setting_of(patch.text(0));
  return text;
}

ResultFacts read_facts(Database& database, SweepId sweep, const std::string& dataset) {
  ResultFacts facts;
  read_choices(database, sweep, dataset, facts);
  read_settings(database, sweep, facts);
  Statement query = database.prepare(
      "SELECT max(p.synthetic), count(*), sum(t.state = 'collapsed'), sum(t.state = 'diverged'), "
      "sum(coalesce(a.summary ->> '$.reseeds', 0)), count(DISTINCT t.rotation), "
      "100 * avg(CASE WHEN t.role = 'segment' AND t.fold = 0 "
      "          THEN a.summary ->> '$.constant_mask_dice' END) "
      "FROM training t JOIN pack p ON p.digest = t.spec ->> '$.pack' "
      "LEFT JOIN attempt a ON a.trial = t.id AND a.attempt = t.accepted "
      "WHERE t.sweep = ? AND t.dataset = ?");
  query.bind(sweep.value).bind(dataset).step();
  read_groups(database, sweep, dataset, facts);
  facts.synthetic = query.integer(0) == 1;
  facts.trainings = query.integer(1);
  facts.collapsed = query.integer(2);
  facts.diverged = query.integer(3);
  facts.reseeds = query.integer(4);
  facts.rotations = query.integer(5);
  if (!query.is_null(6)) facts.constant_dice = query.real(6);
  return facts;
}

}  // namespace hone
