#include "coordinator/report/metric_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/or_null.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr double failure = 0.5;  // Dice
constexpr double tail = 0.05;

const std::vector<std::string>& shown_metrics() {
  static const std::vector<std::string> names = {
      "dice",         "dice_soft",   "dice_c15",       "jaccard",     "hd95",
      "boundary_iou", "dice_native", "jaccard_native", "hd95_native", "boundary_iou_native"};
  return names;
}

std::map<std::string, std::vector<double>> values_by_metric(Database& database, SweepId sweep,
                                                            const CellName& cell) {
  Statement query = database.prepare(
      "SELECT metric, value FROM cell_image WHERE tab = ? AND sweep = ? AND dataset = ? "
      "AND variant = ? AND column_name = ?");
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant).bind(cell.column);
  std::map<std::string, std::vector<double>> values;
  while (query.step()) values[query.text(0)].push_back(query.real(1));
  return values;
}

MetricRow read_row(Database& database, SweepId sweep, const CellName& cell) {
  MetricRow row{.cell = cell,
                .complete = is_complete(database, sweep, cell),
                .values = {},
                .failures = {},
                .fifth_percentile = {}};
  row.values.resize(shown_metrics().size());
  if (!row.complete) return row;
  const auto values = values_by_metric(database, sweep, cell);
  const std::vector<double>& dice = values.at("dice");
  for (std::size_t i = 0; i < shown_metrics().size(); ++i) {
    const std::string& metric = shown_metrics()[i];
    const auto found = values.find(metric);
    // A mean over some of the nets' images would not be of the same masks as the others.
    if (found != values.end() && found->second.size() == dice.size())
      row.values[i] = scale_of(metric) * mean_of(found->second);
  }
  const auto failed = std::count_if(dice.begin(), dice.end(), [](double d) { return d < failure; });
  row.masks = static_cast<std::int64_t>(dice.size());
  row.failures = 100 * static_cast<double>(failed) / static_cast<double>(dice.size());
  row.fifth_percentile = 100 * quantile_of(dice, tail);
  return row;
}

}  // namespace

double quantile_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
}

bool MetricReport::complete() const {
  return std::all_of(rows.begin(), rows.end(), [](const MetricRow& row) { return row.complete; });
}

MetricReport read_metrics(Database& database, SweepId sweep) {
  Statement name = database.prepare("SELECT name FROM sweep WHERE id = ?");
  if (!name.bind(sweep.value).step())
    throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
  MetricReport report{.sweep = sweep, .name = name.text(0), .metrics = shown_metrics(), .rows = {}};
  for (const CellName& cell : cells_of(database, sweep))
    if (cell.table != "variants") report.rows.push_back(read_row(database, sweep, cell));
  if (report.rows.empty()) {
    Statement query =
        database.prepare("SELECT DISTINCT sweep FROM cell WHERE tab <> 'variants' ORDER BY sweep");
    const std::string others = those_sweeps(query);
    throw std::invalid_argument(
        "sweep " + std::to_string(sweep.value) + " has neither Table II nor Table III" +
        (others.empty() ? ""
                        : ", but " + others + " one: give a sweep's number after the command"));
  }
  return report;
}

Table layout(const MetricReport& report) {
  Table table;
  table.title = "Test metrics of sweep " + std::to_string(report.sweep.value) + ", " + report.name;
  table.label_headers = {"Dataset", "Table", "Column"};
  table.column_headers = report.metrics;
  table.column_headers.insert(table.column_headers.end(), {"failures %", "5th percentile"});
  std::string dataset;
  std::string name;
  for (const MetricRow& row : report.rows) {
    const bool same = row.cell.dataset == dataset && row.cell.table == name;
    dataset = row.cell.dataset;
    name = row.cell.table;
    TableRow line{{same ? "" : dataset, same ? "" : name, row.cell.column}, {}};
    for (const auto& value : row.values)
      line.cells.push_back(number_or(value, row.complete ? "" : "missing"));
    line.cells.push_back(number_or(row.failures, "missing"));
    line.cells.push_back(number_or(row.fifth_percentile, "missing"));
    table.rows.push_back(std::move(line));
  }
  table.notes = {
      "Means over test images, rotations and seeds, x 100; hd95 in pixels of the refined size, "
      "hd95_native of the source, lower is better. Failures: masks with a Dice below 0.5. 5th "
      "percentile: of Dice. Native: "
      "against the mask in the image's own size. 0x: beyond dice, "
      "dice_soft and jaccard from iteration 0 of a refiner's evaluation, which starts from the "
      "same "
      "masks. Empty: not measured."};
  return table;
}

std::string to_json(const MetricReport& report) {
  json rows = json::array();
  for (const MetricRow& row : report.rows) {
    json values = json::object();
    for (std::size_t i = 0; i < report.metrics.size(); ++i)
      values[report.metrics[i]] = or_null(row.values[i]);
    rows.push_back({{"cell", text_of(row.cell)},
                    {"complete", row.complete},
                    {"masks", row.masks},
                    {"means", values},
                    {"failures_percent", or_null(row.failures)},
                    {"fifth_percentile", or_null(row.fifth_percentile)}});
  }
  return json{{"schema", "hone.metrics.v1"},
              {"sweep", report.sweep.value},
              {"name", report.name},
              {"complete", report.complete()},
              {"rows", rows}}
      .dump(2);
}

}  // namespace hone
