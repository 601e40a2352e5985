#include "coordinator/report/claim_report.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/claims_record.hpp"
#include "coordinator/report/results.hpp"

namespace hone {

namespace {

using nlohmann::json;
using Columns = std::map<std::string, ClaimCell ClaimRow::*>;

const Columns& columns_of(ResultTableKind kind) {
  static const Columns second = {{"0x", &ClaimRow::base},
                                 {"no-quality-1x", &ClaimRow::no_quality_1x},
                                 {"no-quality-2x", &ClaimRow::no_quality_2x},
                                 {"quality-1x", &ClaimRow::quality_1x},
                                 {"quality-2x", &ClaimRow::quality_2x}};
  static const Columns third = {{"quality-2x", &ClaimRow::scratch_2x},
                                {"scratch-validation", &ClaimRow::scratch_validation},
                                {"scratch-best", &ClaimRow::scratch_best},
                                {"warm-validation", &ClaimRow::warm_validation},
                                {"warm-best", &ClaimRow::warm_best}};
  return kind == ResultTableKind::table_ii ? second : third;
}

ClaimRow& row_of(std::vector<ClaimRow>& rows, const std::string& dataset) {
  const auto has_name = [&dataset](const ClaimRow& row) { return row.dataset == dataset; };
  const auto found = std::find_if(rows.begin(), rows.end(), has_name);
  if (found != rows.end()) return *found;
  rows.push_back({.dataset = dataset});
  return rows.back();
}

void add_printed(Statement query, const Columns& columns, std::vector<ClaimRow>& rows) {
  while (query.step()) {
    ClaimCell& cell = row_of(rows, query.text(0)).*columns.at(query.text(1));
    cell.dice = query.real(2);
    if (!query.is_null(3)) cell.iterations = static_cast<std::int32_t>(query.integer(3));
    cell.bold = query.integer(4) == 1;
  }
}

/// Nets of several seeds or rotations may stop at several iterations: then the cell has none.
void add_ours(const ResultTable& table, std::vector<ClaimRow>& rows) {
  const Columns& columns = columns_of(table.kind);
  for (const ResultRow& row : table.rows) {
    for (const ResultCell& cell : row.cells) {
      const auto column = columns.find(cell.column);
      if (column == columns.end()) continue;
      ClaimCell& claimed = row_of(rows, row.dataset).*column->second;
      claimed.dice = cell.dice;
      claimed.bold = cell.best;
      if (cell.dice && cell.first_iteration == cell.last_iteration)
        claimed.iterations = cell.first_iteration;
    }
  }
}

std::string answer_of(const Claim& claim) {
  switch (claim.holds) {
    case Holds::yes:
      return "holds";
    case Holds::partly:
      return "partly";
    case Holds::no:
      return "fails";
    case Holds::does_not_apply:
      return "does not apply";
    case Holds::not_computable:
      break;
  }
  return "open";
}

/// What our tables bear out by how they are made: nobody types a number or sets one in bold.
void mark_made_so(std::vector<Claim>& claims) {
  for (Claim& claim : claims) {
    if (claim.id == "I1") {
      claim.verdict = "bound to that cell";
    } else if (claim.id == "I2" || claim.id == "I3") {
      claim.verdict = "worked out from the numbers";
    } else if (claim.id == "I13") {
      claim.verdict = "no number is typed";
    } else {
      continue;
    }
    claim.holds = Holds::does_not_apply;
  }
}

void add_details(const char* source, const Claim& claim, std::vector<std::string>& notes) {
  if (claim.details.empty()) return;
  std::string note = claim.id + ", " + source + ": ";
  for (const std::string& detail : claim.details)
    note += (&detail == &claim.details.front() ? "" : "; ") + detail;
  notes.push_back(note + ".");
}

json claim_json(const Claim& claim) {
  return {{"answer", answer_of(claim)}, {"verdict", claim.verdict}, {"details", claim.details}};
}

}  // namespace

std::vector<ClaimRow> printed_rows(Database& database) {
  std::vector<ClaimRow> rows;
  add_printed(
      database.prepare("SELECT p.dataset, p.column_name, p.dice, NULL, b.dataset IS NOT NULL "
                       "FROM paper_table_ii p LEFT JOIN paper_table_ii_bold b "
                       "ON b.dataset = p.dataset AND b.column_name = p.column_name"),
      columns_of(ResultTableKind::table_ii), rows);
  add_printed(
      database.prepare("SELECT dataset, column_name, dice, iterations, bold FROM paper_table_iii"),
      columns_of(ResultTableKind::table_iii), rows);
  return rows;
}

ClaimReport read_claims(Database& database, SweepId sweep) {
  const std::vector<ClaimRow> printed = printed_rows(database);
  ClaimReport report{.sweep = sweep,
                     .name = {},
                     .printed = check_claims(printed, printed_record(printed)),
                     .ours = {}};
  std::vector<ClaimRow> rows;
  std::vector<ResultTable> tables;
  for (const ResultTableKind kind :
       {ResultTableKind::table_ii, ResultTableKind::table_iii, ResultTableKind::variants}) {
    if (!has_table(database, sweep, kind)) continue;
    tables.push_back(read_results(database, sweep, kind));
    const ResultTable& table = tables.back();
    report.name = table.name;
    report.complete = report.complete && table.complete();
    if (kind != ResultTableKind::variants) add_ours(table, rows);
  }
  if (tables.empty())
    throw std::invalid_argument("sweep " + std::to_string(sweep.value) +
                                " has none of Tables II, III and variants, which the claims are "
                                "about");
  report.ours = check_claims(rows, sweep_record(database, sweep, tables));
  mark_made_so(report.ours);
  return report;
}

Table layout(const ClaimReport& report) {
  Table table;
  table.title = "The paper's claims against its printed numbers and against sweep " +
                std::to_string(report.sweep.value) + ", " + report.name;
  table.label_headers = {"Claim", "Sentence"};
  table.column_headers = {"Paper", "Paper basis", "Sweep", "Sweep basis"};
  for (std::size_t i = 0; i < report.printed.size(); ++i) {
    const Claim& printed = report.printed[i];
    const Claim& ours = report.ours.at(i);
    table.rows.push_back({{printed.id, printed.sentence},
                          {{.word = answer_of(printed)},
                           {.word = printed.verdict},
                           {.word = answer_of(ours)},
                           {.word = ours.verdict}}});
    if (!report.details) continue;
    add_details("paper", printed, table.notes);
    add_details("sweep", ours, table.notes);
  }
  table.notes.push_back(
      "A verdict counts the data sets for which a sentence is so, of those that have all numbers "
      "that it is about, if it names nothing else. Numbers are compared as printed, without their "
      "uncertainty; controls (I15) by the interval of the paired difference. Open: nothing "
      "that is printed or recorded decides it. Does not apply: our tables are made so.");
  return table;
}

std::string to_json(const ClaimReport& report) {
  json claims = json::array();
  for (std::size_t i = 0; i < report.printed.size(); ++i) {
    claims.push_back({{"id", report.printed[i].id},
                      {"sentence", report.printed[i].sentence},
                      {"paper", claim_json(report.printed[i])},
                      {"sweep", claim_json(report.ours.at(i))}});
  }
  return json{{"schema", "hone.claims.v1"},
              {"sweep", report.sweep.value},
              {"name", report.name},
              {"complete", report.complete},
              {"claims", claims}}
      .dump(2);
}

}  // namespace hone
