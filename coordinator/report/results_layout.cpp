#include <algorithm>
#include <cstdio>
#include <map>

#include "coordinator/report/notes.hpp"
#include "coordinator/report/results.hpp"

namespace hone {

namespace {

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

/// What notes call a row.
std::string name_of(const ResultRow& row) {
  return row.variant.empty() ? row.dataset : row.dataset + ", " + row.variant;
}

/// Test images, each once per rotation and seed, of the cell that has all of its nets.
std::int64_t most_images(const ResultRow& row) {
  std::int64_t images = 0;
  for (const ResultCell& cell : row.cells)
    if (cell.dice) images = std::max(images, cell.images);
  return images;
}

std::string facts_note(const ResultRow& row) {
  const ResultFacts& facts = row.facts;
  std::vector<std::string> seeds;
  for (const std::int64_t seed : facts.seeds) seeds.push_back(std::to_string(seed));
  std::string note = row.dataset + ": ";
  if (facts.synthetic) note += "SYNTHETIC images; ";
  const std::int64_t scored = most_images(row);
  if (scored > 0 && !facts.seeds.empty()) {
    const auto images = scored / static_cast<std::int64_t>(facts.seeds.size());
    note += std::to_string(images) + " test images";
    if (facts.rotations > 1) note += " of " + std::to_string(facts.rotations) + " rotations";
    note += "; ";
  }
  if (facts.chooses_lambda)
    note += "λ = " + (facts.lambdas.empty() ? "not chosen" : tallied(facts.lambdas)) + "; ";
  if (!facts.steps.empty()) note += "own outputs n: " + tallied(facts.steps) + "; ";
  note += "seeds " + joined(seeds) + "; " + facts.settings;
  if (facts.constant_dice) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", *facts.constant_dice);
    note += std::string("; best constant mask ") + text;
  }
  if (facts.groups < facts.images)
    note +=
        "; its " + std::to_string(facts.images) + " images are of " + std::to_string(facts.groups) +
        " patients or copies: intervals and tests take images as independent and so are too sure";
  note += ".";
  return note;
}

std::string settings_note(const ResultRow& row) {
  return row.settings.empty() ? "" : name_of(row) + ": " + row.settings + ".";
}

/// A search that ended at its end may have missed what lies beyond.
std::string edge_note(const ResultRow& row) {
  std::string columns;
  int searched = 0;
  for (const ResultCell& cell : row.cells) {
    if (!cell.last_iteration || cell.last_iteration != cell.searched) continue;
    columns += (columns.empty() ? "" : ", ") + cell.column;
    searched = *cell.searched;
  }
  if (columns.empty()) return {};
  return name_of(row) + ": the iteration of " + columns +
         " is the last that was searched, K = " + std::to_string(searched) + ".";
}

/// Worse than doing nothing (I8).
std::string harm_note(const ResultRow& row, const ResultTable& table) {
  if (table.kind == ResultTableKind::table_iii || row.cells.empty()) return {};
  if (row.cells[0].column != "0x" || !row.cells[0].dice) return {};
  std::string columns;
  for (const ResultCell& cell : row.cells)
    if (cell.dice && *cell.dice < *row.cells[0].dice)
      columns += (columns.empty() ? "" : ", ") + cell.column;
  return columns.empty() ? "" : name_of(row) + ": worse than 0x: " + columns + ".";
}

/// A comparator that changes nothing compares nothing.
std::string same_note(const ResultRow& row) {
  return row.same_as.empty() ? "" : name_of(row) + ": the same net as " + row.same_as + ".";
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
    const std::string verb = cells.size() > 1 ? " lack " : " lacks ";
    notes.push_back(name_of(row) + ": " + joined(cells) + verb + shortened(missing) + ".");
  }
}

/// A column as the database calls it and as its header reads.
struct Column {
  std::string name, header;
};

const std::vector<Column>& columns_of(ResultTableKind kind) {
  static const std::vector<Column> table_ii = {{"0x", "0x"},
                                               {"no-quality-1x", "No Quality 1x"},
                                               {"no-quality-2x", "No Quality 2x"},
                                               {"quality-1x", "Quality 1x"},
                                               {"quality-2x", "Quality 2x"}};
  static const std::vector<Column> table_iii = {{"quality-2x", "Quality 2x"},
                                                {"scratch-validation", "Scratch Validation"},
                                                {"scratch-best", "Scratch Best"},
                                                {"warm-validation", "Warm Validation"},
                                                {"warm-best", "Warm Best"}};
  static const std::vector<Column> variants = {
      {"0x", "0x"}, {"1x", "1x"}, {"2x", "2x"}, {"validation", "Validation"}, {"best", "Best"}};
  if (kind == ResultTableKind::table_ii) return table_ii;
  return kind == ResultTableKind::table_iii ? table_iii : variants;
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

bool is_filled(const TableCell& cell) {
  return cell.value || !cell.word.empty();
}

/// A column that the experiment does not ask for stays blank.
void add_row(const ResultRow& row, const ResultTable& source, Table& table) {
  TableRow hone{{row.dataset + (row.facts.synthetic ? " (synthetic)" : ""), "Hone"}, {}};
  TableRow interval{{"", "95 % interval"}, {}};
  TableRow paper{{"", "paper"}, {}};
  TableRow delta{{"", "difference"}, {}};
  for (const Column& column : columns_of(source.kind)) {
    const auto cell = std::find_if(row.cells.begin(), row.cells.end(), [&](const ResultCell& each) {
      return each.column == column.name;
    });
    const bool there = cell != row.cells.end();
    hone.cells.push_back(there ? ours(*cell) : TableCell{});
    interval.cells.push_back(there ? interval_of(*cell) : TableCell{});
    paper.cells.push_back(there ? printed(*cell) : TableCell{});
    delta.cells.push_back(there ? difference(*cell) : TableCell{});
  }
  if (source.kind == ResultTableKind::variants) {
    hone.labels.insert(hone.labels.begin() + 1, row.variant);
    for (TableRow* each : {&interval, &paper, &delta})
      each->labels.insert(each->labels.begin(), "");
  }
  table.rows.push_back(hone);
  for (const TableRow& each : {interval, paper, delta})
    if (std::any_of(each.cells.begin(), each.cells.end(), is_filled)) table.rows.push_back(each);
}

}  // namespace

Table layout(const ResultTable& source) {
  Table table;
  table.title = title_of(source.kind) + " of sweep " + std::to_string(source.sweep.value) + ", " +
                source.name;
  table.label_headers = {"Dataset", "Source"};
  if (source.kind == ResultTableKind::variants)
    table.label_headers = {"Dataset", "Variant", "Source"};
  for (const Column& column : columns_of(source.kind))
    table.column_headers.push_back(column.header);
  std::string dataset;
  for (const ResultRow& row : source.rows) {
    add_row(row, source, table);
    const bool first = row.dataset != dataset;
    dataset = row.dataset;
    if (first) table.notes.push_back(facts_note(row));
    for (const std::string& note : {first ? trouble_note(row) : "", settings_note(row),
                                    same_note(row), edge_note(row), harm_note(row, source)})
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
