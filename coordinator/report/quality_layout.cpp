#include <nlohmann/json.hpp>

#include "coordinator/report/or_null.hpp"
#include "coordinator/report/quality_report.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

using nlohmann::json;
using Errors = std::optional<QualityErrors>;

TableCell error_cell(const Errors& errors, double QualityErrors::*which) {
  if (!errors) return {};
  return {.value = (*errors).*which};
}

TableCell bias_cell(const Errors& errors) {
  if (!errors) return {};
  return signed_cell(errors->bias);
}

TableCell area_cell(const std::optional<RiskCoverage>& coverage) {
  if (!coverage) return {};
  return {.value = 100 * coverage->area};
}

std::vector<TableCell> cells_of(const QualityScores& scores) {
  return {error_cell(scores.raw, &QualityErrors::mae),
          error_cell(scores.calibrated, &QualityErrors::mae),
          error_cell(scores.raw, &QualityErrors::rmse),
          error_cell(scores.calibrated, &QualityErrors::rmse),
          bias_cell(scores.raw),
          bias_cell(scores.calibrated),
          {.value = scores.pearson},
          {.value = scores.spearman},
          {.value = scores.kendall},
          {.value = scores.within},
          {.value = scores.calibrated_within},
          {.value = scores.harm},
          {.value = scores.calibrated_harm},
          area_cell(scores.coverage),
          area_cell(scores.calibrated_coverage)};
}

std::string reliability_note(const NetQuality& net, const QualityRow& row) {
  std::string note = net.dataset + " " + net.net + ", " + row.split + ", reliability by decile: ";
  for (const ReliabilityBin& bin : row.bins)
    note += (&bin == &row.bins.front() ? "" : ", ") + short_text(100 * bin.quality) + " is " +
            short_text(100 * bin.dice);
  return note + " (mean predicted quality, mean Dice).";
}

void add_net(const NetQuality& net, const QualityReport& report, Table& table) {
  if (net.rows.empty()) {
    table.rows.push_back({{net.dataset, net.net, "", ""}, {{.word = "missing"}}});
    table.rows.back().cells.resize(table.column_headers.size());
  }
  std::string split;
  for (const QualityRow& row : net.rows) {
    const bool first = &row == &net.rows.front();
    if (!report.details && row.iteration && row.split == "validation") continue;
    table.rows.push_back(
        {{first ? net.dataset : "", first ? net.net : "", row.split == split ? "" : row.split,
          row.iteration ? std::to_string(*row.iteration) : "1 and on"},
         cells_of(row.scores)});
    split = row.split;
    if (report.details && !row.bins.empty()) table.notes.push_back(reliability_note(net, row));
  }
  if (net.trainings < net.expected)
    table.notes.push_back(net.dataset + " " + net.net + ": " + std::to_string(net.trainings) +
                          " of " + counted(net.expected, "training") +
                          " evaluated on both splits.");
}

json errors_json(const Errors& errors) {
  if (!errors) return {};
  return {{"mae", errors->mae}, {"rmse", errors->rmse}, {"bias", errors->bias}};
}

json coverage_json(const std::optional<RiskCoverage>& coverage) {
  if (!coverage) return {};
  return {{"area", coverage->area}, {"optimal", coverage->optimal}, {"random", coverage->random}};
}

json row_json(const QualityRow& row) {
  const QualityScores& scores = row.scores;
  json bins = json::array();
  for (const ReliabilityBin& bin : row.bins)
    bins.push_back({{"quality", bin.quality}, {"dice", bin.dice}, {"masks", bin.count}});
  return {{"split", row.split},
          {"iteration", or_null(row.iteration)},
          {"masks", scores.masks},
          {"pearson", or_null(scores.pearson)},
          {"spearman", or_null(scores.spearman)},
          {"kendall", or_null(scores.kendall)},
          {"raw",
           {{"errors", errors_json(scores.raw)},
            {"within_image", or_null(scores.within)},
            {"harm_auroc", or_null(scores.harm)},
            {"risk_coverage", coverage_json(scores.coverage)}}},
          {"calibrated",
           {{"errors", errors_json(scores.calibrated)},
            {"within_image", or_null(scores.calibrated_within)},
            {"harm_auroc", or_null(scores.calibrated_harm)},
            {"risk_coverage", coverage_json(scores.calibrated_coverage)}}},
          {"reliability", bins}};
}

}  // namespace

Table layout(const QualityReport& report) {
  Table table;
  table.title = "Predicted quality against Dice of sweep " + std::to_string(report.sweep.value) +
                ", " + report.name;
  table.label_headers = {"Dataset", "Net", "Split", "k"};
  table.column_headers = {"MAE",         "MAE cal.", "RMSE",       "RMSE cal.", "bias",
                          "bias cal.",   "Pearson",  "Spearman",   "Kendall",   "within",
                          "within cal.", "AUROC",    "AUROC cal.", "AURC",      "AURC cal."};
  for (const NetQuality& net : report.nets) add_net(net, report, table);
  table.notes.push_back(
      "q_k is the quality that the net predicts for the mask after k refinements; MAE, RMSE, bias "
      "and AURC x 100. Cal.: after the line that fits Dice best on validation, per training and k, "
      "so its validation rows are in-sample. Within: mean over images of Spearman's correlation of "
      "q_k with Dice over k from 1 on. AUROC: of q_k - q_k+1 for a step from k to k + 1 that "
      "lowers Dice, 0.5 says nothing. AURC: area under risk (1 - Dice) by coverage, lower is "
      "better. Correlations are of raw qualities. 1 and on: the masks of all k from 1 on.");
  return table;
}

std::string to_json(const QualityReport& report) {
  json nets = json::array();
  for (const NetQuality& net : report.nets) {
    json rows = json::array();
    for (const QualityRow& row : net.rows) rows.push_back(row_json(row));
    nets.push_back({{"dataset", net.dataset},
                    {"net", net.net},
                    {"trainings", net.trainings},
                    {"expected", net.expected},
                    {"rows", rows}});
  }
  return json{{"schema", "hone.quality.v1"},
              {"sweep", report.sweep.value},
              {"name", report.name},
              {"complete", report.complete()},
              {"nets", nets}}
      .dump(2);
}

}  // namespace hone
