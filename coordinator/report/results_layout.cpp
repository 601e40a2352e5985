#include <algorithm>
#include <cstdio>
#include <map>

#include "coordinator/report/results.hpp"

namespace hone {

namespace {

constexpr std::size_t missing_shown = 3;

std::string in_parentheses(std::optional<int> first, std::optional<int> last) {
  if (!first) return {};
  const std::string low = std::to_string(*first);
  return last && *last != *first ? " (" + low + "-" + std::to_string(*last) + ")"
                                 : " (" + low + ")";
}

TableCell ours(const ResultCell& cell) {
  const std::string suffix = in_parentheses(cell.first_iteration, cell.last_iteration);
  if (cell.dice) return {.value = cell.dice, .suffix = suffix, .best = cell.best};
  return {.word = cell.collapsed > 0 ? "collapsed" : cell.diverged > 0 ? "diverged" : "missing"};
}

TableCell interval_of(const ResultCell& cell) {
  if (!cell.interval || cell.interval->kind == IntervalKind::none) return {};
  char text[48];
  std::snprintf(text, sizeof text, "[%.2f, %.2f]", cell.interval->low, cell.interval->high);
  return {.word = text};
}

TableCell printed(const ResultCell& cell) {
  return {.value = cell.paper,
          .suffix = in_parentheses(cell.paper_iteration, cell.paper_iteration)};
}

TableCell difference(const ResultCell& cell) {
  if (cell.dice && cell.paper) return {.value = *cell.dice - *cell.paper, .signed_value = true};
  return {};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string facts_note(const ResultRow& row) {
  const ResultFacts& facts = row.facts;
  std::vector<std::string> seeds;
  for (const std::int64_t seed : facts.seeds) seeds.push_back(std::to_string(seed));
  std::string note = row.dataset + ": ";
  if (facts.synthetic) note += "SYNTHETIC images; ";
  if (row.cells[0].images > 0 && !facts.seeds.empty()) {
    const auto images = row.cells[0].images / static_cast<std::int64_t>(facts.seeds.size());
    note += std::to_string(images) + " test images";
    if (facts.rotations > 1) note += " of " + std::to_string(facts.rotations) + " rotations";
    note += "; ";
  }
  note += "λ = " + (facts.lambdas.empty() ? "not chosen yet" : joined(facts.lambdas));
  if (!facts.steps.empty()) note += "; own outputs n: " + joined(facts.steps);
  note += "; seeds " + joined(seeds) + "; " + facts.settings;
  if (facts.constant_dice) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", *facts.constant_dice);
    note += std::string("; best constant mask ") + text;
  }
  note += ".";
  return note;
}

/// A search that ended at its end may have missed what lies beyond.
std::string edge_note(const ResultRow& row) {
  std::string columns;
  for (const ResultCell& cell : row.cells)
    if (cell.last_iteration && *cell.last_iteration == row.facts.iterations)
      columns += (columns.empty() ? "" : ", ") + cell.column;
  if (columns.empty()) return {};
  return row.dataset + ": the iteration of " + columns +
         " is the last that was searched, K = " + std::to_string(row.facts.iterations) + ".";
}

/// Worse than doing nothing (I8).
std::string harm_note(const ResultRow& row, const ResultTable& table) {
  if (table.kind != ResultTableKind::table_ii || row.cells.empty() || !row.cells[0].dice) return {};
  std::string columns;
  for (const ResultCell& cell : row.cells)
    if (cell.dice && *cell.dice < *row.cells[0].dice)
      columns += (columns.empty() ? "" : ", ") + cell.column;
  return columns.empty() ? "" : row.dataset + ": worse than 0x: " + columns + ".";
}

std::string trouble_note(const ResultRow& row) {
  const ResultFacts& facts = row.facts;
  if (facts.collapsed + facts.diverged + facts.reseeds == 0) return {};
  return row.dataset + ": of " + std::to_string(facts.trainings) + " trainings " +
         std::to_string(facts.collapsed) + " collapsed and " + std::to_string(facts.diverged) +
         " diverged; " + std::to_string(facts.reseeds) + " were started again with another seed.";
}

/// One note for all cells of a row that lack the same trials.
void add_missing_notes(const ResultRow& row, std::vector<std::string>& notes) {
  std::map<std::vector<std::string>, std::vector<std::string>> columns;  // by what they lack
  for (const ResultCell& cell : row.cells) {
    if (!cell.missing.empty()) columns[cell.missing].push_back(cell.column);
  }
  for (const auto& [missing, cells] : columns) {
    const std::size_t shown = std::min(missing.size(), missing_shown);
    std::string note =
        row.dataset + " " + joined(cells) + (cells.size() > 1 ? " lack " : " lacks ");
    for (std::size_t i = 0; i < shown; ++i) note += (i > 0 ? "; " : "") + missing[i];
    if (missing.size() > shown) note += "; and " + std::to_string(missing.size() - shown) + " more";
    notes.push_back(note + ".");
  }
}

std::vector<std::string> headers(ResultTableKind kind) {
  switch (kind) {
    case ResultTableKind::table_ii:
      return {"0x", "No Quality 1x", "No Quality 2x", "Quality 1x", "Quality 2x"};
    case ResultTableKind::table_iii:
      return {"Quality 2x", "Scratch Validation", "Scratch Best", "Warm Validation", "Warm Best"};
    case ResultTableKind::variants:
      break;
  }
  return {"0x", "1x", "2x", "Validation", "Best"};
}

std::string title_of(ResultTableKind kind) {
  switch (kind) {
    case ResultTableKind::table_ii:
      return "Table II: test Dice x 100";
    case ResultTableKind::table_iii:
      return "Table III: test Dice x 100 (iteration)";
    case ResultTableKind::variants:
      break;
  }
  return "Comparators and controls: test Dice x 100 (iteration)";
}

void add_row(const ResultRow& row, const ResultTable& source, Table& table) {
  const std::size_t width = headers(source.kind).size();
  TableRow hone{{row.dataset + (row.facts.synthetic ? " (synthetic)" : ""), "Hone"}, {}};
  TableRow interval{{"", "95 % interval"}, {}};
  TableRow paper{{"", "paper"}, {}};
  TableRow delta{{"", "difference"}, {}};
  if (source.kind == ResultTableKind::variants) hone.labels[1] = row.variant;
  for (const ResultCell& cell : row.cells) {
    hone.cells.push_back(ours(cell));
    interval.cells.push_back(interval_of(cell));
    paper.cells.push_back(printed(cell));
    delta.cells.push_back(difference(cell));
  }
  for (TableRow* each : {&hone, &interval, &paper, &delta}) each->cells.resize(width);
  table.rows.push_back(hone);
  const auto filled = [](const TableCell& cell) { return cell.value || !cell.word.empty(); };
  if (std::any_of(interval.cells.begin(), interval.cells.end(), filled))
    table.rows.push_back(interval);
  if (row.cells[0].paper) table.rows.insert(table.rows.end(), {paper, delta});
}

}  // namespace

Table layout(const ResultTable& source) {
  Table table;
  table.title = title_of(source.kind) + " of sweep " + std::to_string(source.sweep.value) + ", " +
                source.name;
  table.label_headers = {"Dataset",
                         source.kind == ResultTableKind::variants ? "Variant" : "Source"};
  table.column_headers = headers(source.kind);
  std::string dataset;
  for (const ResultRow& row : source.rows) {
    add_row(row, source, table);
    const bool first = row.dataset != dataset;
    dataset = row.dataset;
    if (first) table.notes.push_back(facts_note(row));
    for (const std::string& note :
         {first ? trouble_note(row) : "", edge_note(row), harm_note(row, source)})
      if (!note.empty()) table.notes.push_back(note);
    add_missing_notes(row, table.notes);
  }
  for (const std::string& note : notes_of(source.contrasts)) table.notes.push_back(note);
  if (source.kind == ResultTableKind::table_iii)
    table.notes.push_back(
        "Quality 2x is copied from Table II: that net never saw its own outputs "
        "(the paper prints it under Scratch). Best is chosen on the test split: a "
        "bound, not a result.");
  return table;
}

}  // namespace hone
