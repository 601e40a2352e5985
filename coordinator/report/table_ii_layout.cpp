#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "coordinator/report/table_ii.hpp"

namespace hone {

namespace {

constexpr std::size_t missing_shown = 3;

TableCell ours(const ResultCell& cell) {
  if (cell.dice) return {cell.dice, "", false, cell.best};
  return {{}, cell.collapsed > 0 ? "collapsed" : "missing", false, false};
}

TableCell difference(const ResultCell& cell) {
  if (cell.dice && cell.paper) return {*cell.dice - *cell.paper, "", true, false};
  return {{}, "", false, false};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string facts_note(const TableIiRow& row) {
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
  note += "λ = " + (facts.lambdas.empty() ? "not chosen yet" : joined(facts.lambdas)) + "; seeds " +
          joined(seeds) + "; " + facts.settings;
  if (facts.constant_dice) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", *facts.constant_dice);
    note += std::string("; best constant mask ") + text;
  }
  note += ".";
  return note;
}

std::string trouble_note(const TableIiRow& row) {
  const ResultFacts& facts = row.facts;
  if (facts.collapsed + facts.diverged + facts.reseeds == 0) return {};
  return row.dataset + ": of " + std::to_string(facts.trainings) + " trainings " +
         std::to_string(facts.collapsed) + " collapsed and " + std::to_string(facts.diverged) +
         " diverged; " + std::to_string(facts.reseeds) + " were started again with another seed.";
}

/// One note for all cells of a row that lack the same trials.
void add_missing_notes(const TableIiRow& row, std::vector<std::string>& notes) {
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

nlohmann::json cell_json(const ResultCell& cell) {
  using nlohmann::json;
  return {{"column", cell.column},
          {"dice", cell.dice ? json(*cell.dice) : json()},
          {"paper", cell.paper ? json(*cell.paper) : json()},
          {"difference", cell.dice && cell.paper ? json(*cell.dice - *cell.paper) : json()},
          {"images", cell.images},
          {"collapsed", cell.collapsed},
          {"missing", cell.missing},
          {"best", cell.best}};
}

}  // namespace

Table layout(const TableIi& source) {
  Table table;
  table.title = "Table II: test Dice x 100 of sweep " + std::to_string(source.sweep.value) + ", " +
                source.name;
  table.label_headers = {"Dataset", "Source"};
  table.column_headers = {"0x", "No Quality 1x", "No Quality 2x", "Quality 1x", "Quality 2x"};
  for (const TableIiRow& row : source.rows) {
    TableRow hone{{row.dataset + (row.facts.synthetic ? " (synthetic)" : ""), "Hone"}, {}};
    TableRow paper{{"", "paper"}, {}};
    TableRow delta{{"", "difference"}, {}};
    for (const ResultCell& cell : row.cells) {
      hone.cells.push_back(ours(cell));
      paper.cells.push_back({cell.paper, "", false, false});
      delta.cells.push_back(difference(cell));
    }
    table.rows.push_back(hone);
    if (row.cells[0].paper) table.rows.insert(table.rows.end(), {paper, delta});
    table.notes.push_back(facts_note(row));
    if (const std::string note = trouble_note(row); !note.empty()) table.notes.push_back(note);
    add_missing_notes(row, table.notes);
  }
  return table;
}

std::string to_json(const TableIi& table) {
  using nlohmann::json;
  json rows = json::array();
  for (const TableIiRow& row : table.rows) {
    json cells = json::array();
    for (const ResultCell& cell : row.cells) cells.push_back(cell_json(cell));
    const ResultFacts& facts = row.facts;
    rows.push_back(
        {{"dataset", row.dataset},
         {"cells", cells},
         {"synthetic", facts.synthetic},
         {"settings", facts.settings},
         {"lambdas", facts.lambdas},
         {"seeds", facts.seeds},
         {"trainings", facts.trainings},
         {"collapsed", facts.collapsed},
         {"diverged", facts.diverged},
         {"reseeds", facts.reseeds},
         {"constant_mask_dice", facts.constant_dice ? json(*facts.constant_dice) : json()}});
  }
  return json{{"schema", "hone.table-ii.v1"},
              {"sweep", table.sweep.value},
              {"name", table.name},
              {"complete", table.complete()},
              {"rows", rows}}
      .dump(2);
}

}  // namespace hone
