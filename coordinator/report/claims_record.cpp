#include "coordinator/report/claims_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/report/cell.hpp"
#include "coordinator/report/claims_count.hpp"
#include "coordinator/report/comparison.hpp"

namespace hone {

namespace {

constexpr const char* cross_validated = "Hyper-parameters are determined by cross-validation.";
constexpr const char* reported =
    "What a reproduction needs is reported: lambda, n, batch size, seeds, intervals, test images.";
constexpr const char* refinements_gain =
    "The gains are those of refinement, not of a second network after a weak base.";
constexpr const char* no_overfitting =
    "Warm gains without overfitting: what it gains on validation it gains on test.";
constexpr const char* stop_unseen = "The number of iterations is chosen without the test images.";

Claim open_claim(const char* id, const char* sentence, const char* why,
                 std::vector<std::string> details = {}) {
  return {id, sentence, Holds::not_computable, why, std::move(details)};
}

/// "11/12 facts": of what is not data sets.
std::string counted_text(const ClaimCount& count, const char* noun) {
  return std::to_string(count.held()) + "/" + std::to_string(count.counted()) + " " + noun;
}

Claim cross_validation(Database& database, SweepId sweep) {
  ClaimCount count("I11", cross_validated);
  Statement choices = database.prepare(
      "SELECT c.dataset, c.value, (SELECT count(*) FROM candidate_score s WHERE s.selection = "
      "c.trial) FROM choice c WHERE c.sweep = ? AND c.variant = '' AND c.name = 'hyperparameters' "
      "ORDER BY c.dataset, c.rotation, c.seed");
  choices.bind(sweep.value);
  while (choices.step()) {
    count.add(!choices.is_null(1));
    count.detail(choices.text(0) + ": " + std::to_string(choices.integer(2)) +
                 " configurations on the inner folds" +
                 (choices.is_null(1) ? ", not chosen yet" : ""));
  }
  if (count.counted() > 0) return count.finish(counted_text(count, "choices"));
  return {"I11",
          cross_validated,
          Holds::no,
          "fixed, not searched",
          {"taken from the experiment; hyperparameters.search one-factor, grid or random chooses"}};
}

/// What every table's notes and rows print of the sweep, counted as far as it is known. Batch size
/// and seeds are the experiment's, so they always are.
Claim reporting(const std::vector<ResultTable>& tables) {
  ClaimCount count("I12", reported);
  const auto add = [&count](const std::string& where, const char* what, bool known) {
    count.add(known);
    if (!known) count.detail(where + ": no " + what + " yet");
  };
  for (const ResultTable& table : tables) {
    for (const ResultRow& row : table.rows) {
      const std::string where = row.variant.empty() ? row.dataset : row.dataset + " " + row.variant;
      const ResultFacts& facts = row.facts;
      if (row.variant.empty()) add(where, "λ", !facts.chooses_lambda || !facts.lambdas.empty());
      if (table.kind == ResultTableKind::table_iii) add(where, "n", !facts.steps.empty());
      const auto all = [&row](auto known) {
        return std::all_of(row.cells.begin(), row.cells.end(), known);
      };
      add(where, "intervals", all([](auto& cell) { return cell.interval.has_value(); }));
      add(where, "number of test images", all([](auto& cell) { return cell.images > 0; }));
    }
  }
  return count.finish(counted_text(count, "facts"));
}

struct Control {
  std::string variant;
  std::string kind;  // C1 to C4, or "reference"
};

std::vector<Control> controls_of(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT variant, control FROM control WHERE sweep = ? AND control IS NOT NULL");
  query.bind(sweep.value);
  std::vector<Control> controls;
  while (query.step()) controls.push_back({query.text(0), query.text(1)});
  return controls;
}

bool is_there(const std::vector<CellName>& cells, const CellName& cell) {
  return std::find(cells.begin(), cells.end(), cell) != cells.end();
}

/// What the paper's method reaches after one refinement: of Table II, or of the variant that is the
/// experiment's own method.
std::optional<CellName> refined_once(const std::vector<CellName>& cells,
                                     const std::vector<Control>& controls,
                                     const std::string& dataset) {
  const CellName cell{.table = "II", .dataset = dataset, .variant = {}, .column = "quality-1x"};
  if (is_there(cells, cell)) return cell;
  for (const Control& control : controls) {
    if (control.kind != "reference") continue;
    return CellName{
        .table = "variants", .dataset = dataset, .variant = control.variant, .column = "1x"};
  }
  return {};
}

/// Judges by the interval of a paired difference.
struct Judgement {
  ClaimCount count;
  int undecided = 0;

  void judge(const std::string& what, const std::optional<Comparison>& comparison) {
    if (!comparison) return;
    const Interval& difference = comparison->difference;
    char text[64];
    std::snprintf(text, sizeof text, "%+.2f [%.2f, %.2f]", difference.estimate, difference.low,
                  difference.high);
    const bool decided = difference.low > 0 || difference.high < 0;
    count.detail(what + text + (decided ? "" : ", undecided"));
    if (decided) {
      count.add(difference.low > 0);
    } else {
      ++undecided;
    }
  }
};

/// C1 (no mask to refine), C2 (a base trained longer) and C3 (two bases) speak for refinement if
/// they stay below it; C4 (a strong base) if refinement improves it too.
void judge(Database& database, SweepId sweep, const Control& control, const CellName& refined,
           Judgement& judgement) {
  const auto scores = [&](const CellName& cell) {
    return read_cell_scores(database, sweep, cell, "dice");
  };
  CellName base{
      .table = "variants", .dataset = refined.dataset, .variant = control.variant, .column = "0x"};
  CellName once = base;
  once.column = "1x";
  const std::string what = refined.dataset + " " + control.kind + ", one refinement ";
  if (control.kind == "C4") {
    judgement.judge(what + "of a strong base: ", compare(scores(once), scores(base)));
  } else {
    const CellName& control_cell = control.kind == "C1" ? once : base;
    judgement.judge(what + "against none: ", compare(scores(refined), scores(control_cell)));
  }
}

Claim controlled(Database& database, SweepId sweep, const std::vector<ResultTable>& tables) {
  Judgement judgement{.count = {"I15", refinements_gain}};
  const std::vector<Control> controls = controls_of(database, sweep);
  const std::vector<CellName> cells = cells_of(database, sweep);
  for (const ResultTable& table : tables) {
    if (table.kind != ResultTableKind::variants) continue;
    std::string last;  // a data set's rows follow one another
    for (const ResultRow& row : table.rows) {
      if (std::exchange(last, row.dataset) == row.dataset) continue;
      const auto refined = refined_once(cells, controls, row.dataset);
      if (!refined) continue;
      for (const Control& control : controls)
        if (control.kind != "reference") judge(database, sweep, control, *refined, judgement);
    }
  }
  ClaimCount& count = judgement.count;
  const std::string undecided = std::to_string(judgement.undecided) + " undecided";
  count.without(judgement.undecided > 0 ? undecided : "no control C1 to C4");
  return count.finish(counted_text(count, "controls") +
                      (judgement.undecided > 0 ? ", " + undecided : ""));
}

/// Warm's gains over the base mask on the validation and the test images, after as many iterations
/// as validation chose.
Claim overfitting(Database& database, SweepId sweep) {
  ClaimCount count("I16", no_overfitting);
  count.without("no finished Warm net");
  Statement query = database.prepare(
      "SELECT s.dataset, 100 * (SELECT r.dice - b.dice FROM net v "
      "  JOIN mean_dice r ON r.trial = v.trial AND r.split = 1 AND r.iteration = s.iteration "
      "  JOIN mean_dice b ON b.trial = v.trial AND b.split = 1 AND b.iteration = 0 "
      "  WHERE v.sweep = s.sweep AND v.variant = '' AND v.net = 'warm-' || s.steps "
      "  AND v.dataset = s.dataset AND v.rotation = s.rotation AND v.seed = s.seed "
      "  AND v.split = 'validation'), "
      "100 * (r.dice - b.dice) FROM self_refined s "
      "JOIN mean_dice r ON r.trial = s.trial AND r.split = 2 AND r.iteration = s.iteration "
      "JOIN mean_dice b ON b.trial = s.trial AND b.split = 2 AND b.iteration = 0 "
      "JOIN trial w ON w.id = coalesce(s.training, s.trial) AND w.state = 'done' "
      "WHERE s.sweep = ? AND s.mode = 'warm' ORDER BY s.dataset, s.rotation, s.seed");
  query.bind(sweep.value);
  while (query.step()) {
    if (query.is_null(1)) continue;
    const Hundredths validation = std::llround(query.real(1) * 100);
    const Hundredths test = std::llround(query.real(2) * 100);
    count.add(validation <= 0 || test > 0);
    count.detail(query.text(0) + " validation " + delta_text(validation) + ", test " +
                 delta_text(test));
  }
  return count.finish(counted_text(count, "nets"));
}

Claim stopping_unseen(Database& database, SweepId sweep) {
  ClaimCount count("I17", stop_unseen);
  count.without("no iteration is chosen");
  Statement query = database.prepare(
      "SELECT sum(p.spec ->> '$.evaluate.split' <> 'validation') FROM choice c "
      "JOIN trial t ON t.id = c.trial, json_each(t.spec, '$.candidates') k, "
      "json_each(k.value, '$.trials') i JOIN trial p ON p.identity = i.value "
      "WHERE c.sweep = ? AND c.name LIKE 'iteration/%' GROUP BY c.trial");
  query.bind(sweep.value);
  while (query.step()) count.add(query.integer(0) == 0);
  if (count.counted() > 0)
    count.detail(
        "every choice reads evaluations of validation images; Best(k) is marked as chosen "
        "on test");
  return count.finish(counted_text(count, "choices"));
}

}  // namespace

std::vector<Claim> printed_record(const std::vector<ClaimRow>& printed_tables) {
  std::vector<std::string> gains;
  for (const ClaimRow& row : printed_tables) {
    if (!have({&row.base, &row.quality_1x})) continue;
    gains.push_back(row.dataset + " " + dice_text(printed(row.base)) + " " +
                    delta_text(printed(row.quality_1x) - printed(row.base)));
  }
  return {open_claim("I11", cross_validated, "one hold-out is described",
                     {"every value equals a default of the code of reference 15"}),
          {"I12", reported, Holds::no, "0/6", {"none of the six is printed"}},
          open_claim("I15", refinements_gain, "no control is printed", std::move(gains)),
          open_claim("I16", no_overfitting, "no validation number is printed; see I8"),
          open_claim("I17", stop_unseen, "no number shows it",
                     {"the code of reference 15 chose it on the test images"})};
}

std::vector<Claim> sweep_record(Database& database, SweepId sweep,
                                const std::vector<ResultTable>& tables) {
  return {cross_validation(database, sweep), reporting(tables), controlled(database, sweep, tables),
          overfitting(database, sweep), stopping_unseen(database, sweep)};
}

}  // namespace hone
