#include "coordinator/report/evidence.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace hone {

namespace {

Statement& bind_cell(Statement& query, SweepId sweep, const CellName& cell) {
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant);
  return query.bind(cell.column);
}

ResultTableKind kind_of(const std::string& table) {
  if (table == "II") return ResultTableKind::table_ii;
  return table == "III" ? ResultTableKind::table_iii : ResultTableKind::variants;
}

ResultCell read_result(Database& database, const CellName& cell, Evidence& evidence) {
  const ResultTable table = read_results(database, evidence.sweep, kind_of(cell.table));
  evidence.sweep_name = table.name;
  for (const ResultRow& row : table.rows) {
    if (row.dataset != cell.dataset || row.variant != cell.variant) continue;
    for (const ResultCell& each : row.cells)
      if (each.column == cell.column) return each;
  }
  throw std::invalid_argument("the table has no cell " + text_of(cell));
}

std::string why(const CellName& cell, bool chosen) {
  if (cell.column.ends_with("validation"))
    return chosen ? "the highest mean validation Dice" : "validation has not chosen it yet";
  if (cell.column.ends_with("best"))
    return chosen ? "the highest mean test Dice: an oracle's choice" : "the test rows are missing";
  return "as the column says";
}

std::vector<EvidencePart> read_parts(Database& database, SweepId sweep, const CellName& cell) {
  Statement query = database.prepare(
      "SELECT c.rotation, c.seed, c.trial, c.iteration, coalesce(t.accepted, 0), "
      "coalesce(m.images, 0), 100 * m.dice FROM cell c LEFT JOIN trial t ON t.id = c.trial "
      "LEFT JOIN trial_dice m ON m.trial = c.trial AND m.attempt = t.accepted AND m.split = 2 "
      "AND m.iteration = c.iteration "
      "WHERE c.tab = ? AND c.sweep = ? AND c.dataset = ? AND c.variant = ? AND c.column_name = ? "
      "ORDER BY c.rotation, c.seed");
  bind_cell(query, sweep, cell);
  std::vector<EvidencePart> parts;
  while (query.step()) {
    EvidencePart part{.rotation = static_cast<int>(query.integer(0)),
                      .seed = query.integer(1),
                      .trial = {},
                      .iteration = {},
                      .why = why(cell, !query.is_null(3)),
                      .attempt = query.integer(4),
                      .rows = query.integer(5),
                      .mean = {}};
    if (!query.is_null(2)) part.trial = query.integer(2);
    if (!query.is_null(3)) part.iteration = query.integer(3);
    if (!query.is_null(6)) part.mean = query.real(6);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The selections that gave parameters to trials behind the cell, and those of Table III and of the
/// variants that chose among nets or iterations. An oracle's iteration is no selection's.
std::vector<std::int64_t> selections_of(Database& database, const Evidence& evidence) {
  std::set<std::int64_t> found;
  Statement given = database.prepare(
      "SELECT n.needs FROM trial d JOIN need n ON n.trial = d.id "
      "JOIN trial s ON s.id = n.needs AND s.role = 'select' "
      "JOIN sweep_trial m ON m.trial = d.id AND m.sweep = ? WHERE d.resolved = ?");
  for (const EvidenceTrial& trial : evidence.trials) {
    given.bind(evidence.sweep.value).bind(trial.id);
    while (given.step()) found.insert(given.integer(0));
    given.reset();
  }
  Statement searched = database.prepare(
      "SELECT s.selection, s.iteration_selection FROM self_refined s WHERE s.sweep = ? "
      "AND s.dataset = ? AND ? = 'III' AND ? LIKE s.mode || '-%'");
  const CellName& cell = evidence.cell;
  searched.bind(evidence.sweep.value).bind(cell.dataset).bind(cell.table).bind(cell.column);
  while (searched.step()) {
    found.insert(searched.integer(0));
    if (cell.column.ends_with("validation") && !searched.is_null(1))
      found.insert(searched.integer(1));
  }
  Statement waited = database.prepare(
      "SELECT waits FROM cell WHERE tab = ? AND sweep = ? AND dataset = ? AND variant = ? "
      "AND column_name = ? AND waits IS NOT NULL AND column_name = 'validation'");
  bind_cell(waited, evidence.sweep, cell);
  while (waited.step()) found.insert(waited.integer(0));
  return {found.begin(), found.end()};
}

std::vector<EvidenceChoice> read_choices_behind(Database& database, const Evidence& evidence) {
  Statement about = database.prepare(
      "SELECT name, dataset, rotation, seed, state, position FROM choice WHERE sweep = ? "
      "AND trial = ? LIMIT 1");
  Statement scores = database.prepare(
      "SELECT position, patch, 100 * score, trials FROM candidate_score WHERE selection = ? "
      "ORDER BY position");
  std::vector<EvidenceChoice> choices;
  for (const std::int64_t selection : selections_of(database, evidence)) {
    about.reset();
    if (!about.bind(evidence.sweep.value).bind(selection).step()) continue;
    EvidenceChoice choice{.trial = selection,
                          .name = about.text(0),
                          .row = {.dataset = about.text(1),
                                  .rotation = static_cast<int>(about.integer(2)),
                                  .seed = about.integer(3),
                                  .state = about.text(4),
                                  .candidates = {},
                                  .values = {},
                                  .missing = {}}};
    scores.bind(selection);
    while (scores.step()) {
      ChoiceCandidate candidate{.setting = setting_of(scores.text(1)), .score = {}, .pruned = {}};
      if (!scores.is_null(2)) candidate.score = scores.real(2);
      candidate.trials = scores.integer(3);
      candidate.chosen = !about.is_null(5) && scores.integer(0) == about.integer(5);
      choice.row.candidates.push_back(std::move(candidate));
    }
    scores.reset();
    mark_pruned(database, selection, choice.row.candidates);
    choices.push_back(std::move(choice));
  }
  return choices;
}

std::vector<EvidencePack> read_packs(Database& database, const Evidence& evidence) {
  std::set<std::string> digests;
  for (const EvidenceTrial& trial : evidence.trials) digests.insert(trial.spec.pack.hex());
  Statement query = database.prepare(
      "SELECT layout, image_size, synthetic, (SELECT count(*) FROM image i WHERE i.pack = "
      "p.digest) "
      "FROM pack p WHERE digest = ?");
  std::vector<EvidencePack> packs;
  for (const std::string& digest : digests) {
    query.reset();
    if (!query.bind(digest).step()) continue;
    packs.push_back({.digest = digest,
                     .dataset = evidence.cell.dataset,
                     .layout = query.text(0),
                     .images = query.integer(3),
                     .image_size = query.integer(1),
                     .synthetic = query.integer(2) == 1});
  }
  return packs;
}

/// Only from facts, so that no view has to be believed.
std::string sql_of(const std::vector<EvidencePart>& parts) {
  std::string rows;
  for (const EvidencePart& part : parts) {
    if (part.rows == 0) continue;
    rows += (rows.empty() ? "" : ", ") + std::string("(") + std::to_string(*part.trial) + ", " +
            std::to_string(part.attempt) + ", " + std::to_string(*part.iteration) + ")";
  }
  if (rows.empty()) return {};
  return "SELECT 100 * avg(value) AS dice, count(*) AS rows FROM measurement WHERE metric = 0 AND "
         "split = 2 AND (trial, attempt, iteration) IN (VALUES " +
         rows + ")";
}

}  // namespace

Evidence read_evidence(Database& database, SweepId sweep, const CellName& cell) {
  require_cell(database, sweep, cell);
  Evidence evidence{.cell = cell,
                    .sweep = sweep,
                    .sweep_name = {},
                    .result = {},
                    .parts = read_parts(database, sweep, cell),
                    .choices = {},
                    .trials = read_trials_behind(database, sweep, cell),
                    .packs = {},
                    .sql = {}};
  evidence.result = read_result(database, cell, evidence);
  evidence.choices = read_choices_behind(database, evidence);
  evidence.packs = read_packs(database, evidence);
  evidence.sql = sql_of(evidence.parts);
  return evidence;
}

}  // namespace hone
