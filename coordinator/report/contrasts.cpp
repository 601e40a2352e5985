#include "coordinator/report/contrasts.hpp"

#include <algorithm>
#include <cmath>

#include "coordinator/report/wording.hpp"
#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

struct Declared {
  const char* name;
  const char* table;  // in which it is printed
  const char* first;
  const char* second;
};

constexpr Declared declared[] = {
    {"Quality 1x - No Quality 1x", "II", "quality-1x", "no-quality-1x"},
    {"Quality 2x - Quality 1x", "II", "quality-2x", "quality-1x"},
    {"Warm Validation - Quality 2x", "III", "warm-validation", "quality-2x"}};

/// Data sets that have both of its cells, in the order of the table.
std::vector<std::string> datasets_of(const std::vector<CellName>& cells, const Declared& contrast) {
  std::vector<std::string> datasets;
  const auto has = [&cells](const CellName& cell) {
    return std::find(cells.begin(), cells.end(), cell) != cells.end();
  };
  for (const CellName& cell : cells)
    if (cell.table == contrast.table && cell.column == contrast.first &&
        has({cell.table, cell.dataset, "", contrast.second}))
      datasets.push_back(cell.dataset);
  return datasets;
}

std::optional<Comparison> read_comparison(Database& database, SweepId sweep,
                                          const std::string& dataset, const Declared& contrast) {
  const auto read = [&](const char* column) {
    return read_cell_scores(database, sweep, {contrast.table, dataset, "", column}, "dice");
  };
  return compare(read(contrast.first), read(contrast.second));
}

void adjust(std::vector<ContrastRow>& rows) {
  std::vector<double> p;
  for (const ContrastRow& row : rows) p.push_back(row.comparison.wilcoxon.p);
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].holm = adjusted[i];
}

std::string row_note(const Contrast& contrast, const ContrastRow& row) {
  const Comparison& of = row.comparison;
  const std::string interval = interval_text(of.difference);
  return row.dataset + ": " + contrast.name + " = " + signed_text(of.difference.estimate) +
         (interval.empty() ? "" : " " + interval) + " points over " + counted(of.images, "image") +
         (of.seeds > 1 ? " and " + counted(of.seeds, "seed") : "") + ", Wilcoxon p " +
         p_text(of.wilcoxon.p) + " (Holm over " +
         counted(static_cast<std::int64_t>(contrast.rows.size()), "data set") + " " +
         p_text(row.holm) + "), d_z " + short_text(of.d_z) + ", rank-biserial " +
         short_text(of.rank_biserial) + ".";
}

}  // namespace

std::vector<Contrast> read_contrasts(Database& database, SweepId sweep, std::string_view table) {
  std::vector<Contrast> contrasts;
  const std::vector<CellName> cells = cells_of(database, sweep);
  for (const Declared& each : declared) {
    if (table != each.table) continue;
    Contrast contrast{.name = each.name, .rows = {}, .across = {}};
    std::vector<double> means;
    for (const std::string& dataset : datasets_of(cells, each)) {
      auto comparison = read_comparison(database, sweep, dataset, each);
      if (!comparison) continue;
      means.push_back(comparison->difference.estimate);
      contrast.rows.push_back({.dataset = dataset, .comparison = std::move(*comparison)});
    }
    if (contrast.rows.empty()) continue;
    adjust(contrast.rows);
    contrast.across = across_datasets(means);
    contrasts.push_back(std::move(contrast));
  }
  return contrasts;
}

std::optional<AcrossDatasets> across_datasets(const std::vector<double>& means) {
  if (means.size() < 2) return {};
  AcrossDatasets across{.mean = mean_of(means), .sign = sign_test(means)};
  across.wilcoxon = wilcoxon_test(means).value();
  across.smallest_p = std::pow(0.5, static_cast<double>(means.size()) - 1);
  return across;
}

std::string across_note(const std::string& name, std::size_t datasets,
                        const AcrossDatasets& across) {
  return "Across " + counted(static_cast<std::int64_t>(datasets), "data set") + ": " + name +
         " = " + signed_text(across.mean) + " points on average, " +
         std::to_string(across.sign.plus) + " up and " + std::to_string(across.sign.minus) +
         " down, sign test p " + p_text(across.sign.p) + ", Wilcoxon p " +
         p_text(across.wilcoxon.p) + "; the smallest p that so few can reach is " +
         p_text(across.smallest_p) + ".";
}

std::vector<std::string> notes_of(const std::vector<Contrast>& contrasts) {
  std::vector<std::string> notes;
  for (const Contrast& contrast : contrasts) {
    for (const ContrastRow& row : contrast.rows) notes.push_back(row_note(contrast, row));
    if (contrast.across)
      notes.push_back(across_note(contrast.name, contrast.rows.size(), *contrast.across));
  }
  return notes;
}

}  // namespace hone
