#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "coordinator/report/or_null.hpp"
#include "coordinator/report/stopping_contrast.hpp"
#include "coordinator/report/stopping_report.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::size_t parameters_shown = 2;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// "k 2", "tau 0.97 to 0.98" over trainings; a model with many is named by their number.
std::string parameters_text(const PooledRule& rule) {
  if (rule.parameters.empty() || rule.parameters.front().empty()) return {};
  const std::vector<Parameter>& sample = rule.parameters.front();
  if (sample.size() > 2 * parameters_shown && rule.id != "S11")
    return std::to_string(sample.size()) + " numbers";
  std::string text;
  for (std::size_t i = 0; i < std::min(sample.size(), parameters_shown); ++i) {
    double low = sample[i].value;
    double high = low;
    for (const auto& training : rule.parameters) {
      low = std::min(low, training.at(i).value);
      high = std::max(high, training.at(i).value);
    }
    text += (i > 0 ? ", " : "") + sample[i].name + " " + number(low) +
            (number(low) == number(high) ? "" : " to " + number(high));
  }
  return text;
}

TableCell share_cell(const PooledRule& rule) {
  if (rule.gap_closed) return {.value = 100 * rule.gap_closed->estimate};
  return {.word = rule.difference ? "-" : ""};
}

std::string share_interval(const std::optional<Interval>& gap) {
  if (!gap) return {};
  return interval_text({100 * gap->estimate, 100 * gap->low, 100 * gap->high, gap->kind});
}

TableRow row_of(const StoppingRow& net, const PooledRule& rule) {
  const bool first = &rule == &net.rules.front();
  TableRow row{{first ? net.dataset : "", first ? net.net : "", rule.id, rule.title}, {}};
  if (!rule.unavailable.empty()) {
    row.cells.resize(8);
    row.cells.front().word = "none";
    row.cells.back().word = rule.unavailable;
    return row;
  }
  const auto& difference = rule.difference;
  row.cells = {difference ? signed_cell(difference->estimate) : TableCell{},
               {.word = difference ? interval_text(*difference) : ""},
               {.word = rule.holm ? p_text(*rule.holm) : ""},
               {.value = rule.dice, .best = closes_some(rule)},
               {.value = rule.iterations},
               share_cell(rule),
               {.word = share_interval(rule.gap_closed)},
               {.word = parameters_text(rule)}};
  return row;
}

std::string chosen_note(const StoppingRow& net) {
  const auto found = std::find_if(net.rules.begin(), net.rules.end(),
                                  [&](const PooledRule& rule) { return rule.id == net.chosen; });
  if (found == net.rules.end() || !found->difference) return {};
  const std::string interval = interval_text(*found->difference);
  return net.dataset + " " + net.net + ": best new rule by cross-fitted validation Dice " +
         found->id + " (" + found->title +
         ") - Validation(k) = " + signed_text(found->difference->estimate) +
         (interval.empty() ? "" : " " + interval) + " points over " + counted(net.images, "image") +
         ", Wilcoxon p " + p_text(found->p.value_or(1)) + ", of this net and data set alone.";
}

std::string room_note(const StoppingRow& net) {
  if (net.rules.empty() || is_above_zero(net.room)) return {};
  const std::string interval = net.room ? interval_text(*net.room) : "";
  return net.dataset + " " + net.net + ": no shares of the gap, since S3 - S1 = " +
         (net.room ? signed_text(net.room->estimate) : "nothing") +
         (interval.empty() ? " without an interval" : " " + interval) + " is not clear of 0.";
}

std::string verdict_of(const StoppingReport& report) {
  std::string closing;
  bool any = false;
  for (const StoppingRow& net : report.rows) {
    for (const PooledRule& rule : net.rules) {
      any = true;
      if (!closes_some(rule)) continue;
      closing += (closing.empty() ? "" : "; ") + net.dataset + " " + net.net + " " + rule.id +
                 " (" + rule.title + ") " + signed_text(rule.difference->estimate) + " " +
                 interval_text(*rule.difference);
    }
  }
  if (!any) return "No net is evaluated yet, so nothing is known of any rule.";
  if (closing.empty())
    return std::string(report.complete() ? "No new rule gains" : "So far no new rule gains") +
           " on Validation(k) with p (Holm) of at most 0.05 and an interval above 0.";
  return "New rules that gain on Validation(k), in points, with p (Holm) of at most 0.05 and an "
         "interval above 0: " +
         closing + ".";
}

void add_net(const StoppingRow& net, Table& table) {
  if (net.rules.empty()) {
    table.rows.push_back({{net.dataset, net.net, "", ""}, {{.word = "missing"}}});
    table.rows.back().cells.resize(8);
  }
  for (const PooledRule& rule : net.rules) table.rows.push_back(row_of(net, rule));
  if (net.trainings < net.expected)
    table.notes.push_back(net.dataset + " " + net.net + ": " + std::to_string(net.trainings) +
                          " of " + counted(net.expected, "training") +
                          " evaluated on both splits.");
  for (const std::string& note : {room_note(net), chosen_note(net)})
    if (!note.empty()) table.notes.push_back(note);
}

json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return {};
  json object = {{"estimate", interval->estimate}};
  object["interval"] =
      interval->kind == IntervalKind::none ? json() : json{interval->low, interval->high};
  return object;
}

json rule_json(const PooledRule& rule) {
  json parameters = json::array();
  for (const auto& training : rule.parameters) {
    json object = json::object();
    for (const Parameter& each : training) object[each.name] = each.value;
    parameters.push_back(object);
  }
  const bool there = rule.unavailable.empty();
  return {{"rule", rule.id},
          {"title", rule.title},
          {"sees_test", rule.knowledge == Knowledge::test},
          {"unavailable", there ? json() : json(rule.unavailable)},
          {"parameters", parameters},
          {"validation_dice", there ? or_null(rule.validation_dice) : json()},
          {"cross_fitted_dice", there ? or_null(rule.cross_fitted_dice) : json()},
          {"dice", there ? json(rule.dice) : json()},
          {"iterations", there ? json(rule.iterations) : json()},
          {"difference", interval_json(rule.difference)},
          {"gap_closed", interval_json(rule.gap_closed)},
          {"p", or_null(rule.p)},
          {"holm_p", or_null(rule.holm)},
          {"closes_some", closes_some(rule)}};
}

}  // namespace

Table layout(const StoppingReport& report) {
  Table table;
  table.title = "Stopping rules of sweep " + std::to_string(report.sweep.value) + ", " +
                report.name + ": test Dice x 100";
  table.label_headers = {"Dataset", "Net", "Rule", "Meaning"};
  table.column_headers = {"To S1",  "95 % interval", "p (Holm)",     "Dice",
                          "Mean k", "Gap closed %",  "gap interval", "Parameters"};
  for (const StoppingRow& net : report.rows) add_net(net, table);
  for (const std::string& note : notes_of(contrast_of(report))) table.notes.push_back(note);
  table.notes.push_back(
      "Rules are fitted on validation curves alone, to each training by itself; S2, S3 and S4 see "
      "the test split: bounds, not results. Test images of all rotations are pooled, seeds are "
      "averaged within an image; intervals by the bootstrap over images, and seeds where there are "
      "several (of the gap: images). p: Wilcoxon against S1, Holm over the rules of a net that "
      "need no test split. * marks the new rules (S5 to S12, fitted on validation) whose p (Holm) "
      "is at most 0.05 and whose interval is above 0; neither is corrected for the number of nets. "
      "Gap closed: (rule - S1) / (S3 - S1), where the interval of S3 - S1 is above 0. "
      "The best new rule is that with the highest validation Dice under rules fitted to the other "
      "images of that split (five parts, of whole groups of images).");
  table.notes.push_back(verdict_of(report));
  return table;
}

std::string to_json(const StoppingReport& report) {
  json rows = json::array();
  for (const StoppingRow& net : report.rows) {
    json rules = json::array();
    for (const PooledRule& rule : net.rules) rules.push_back(rule_json(rule));
    rows.push_back({{"dataset", net.dataset},
                    {"net", net.net},
                    {"trainings", net.trainings},
                    {"expected", net.expected},
                    {"seeds", net.seeds},
                    {"images", net.images},
                    {"iterations", net.last},
                    {"room", interval_json(net.room)},
                    {"best_new_rule", net.chosen.empty() ? json() : json(net.chosen)},
                    {"rules", rules}});
  }
  json contrast = json::array();
  for (const StoppingContrastRow& row : contrast_of(report).rows)
    contrast.push_back({{"dataset", row.dataset},
                        {"rule", row.rule.id},
                        {"difference", interval_json(row.rule.difference)},
                        {"p", or_null(row.rule.p)},
                        {"holm_p", row.holm}});
  return json{{"schema", "hone.stopping.v1"},
              {"sweep", report.sweep.value},
              {"name", report.name},
              {"complete", report.complete()},
              {"contrast", contrast},
              {"verdict", verdict_of(report)},
              {"nets", rows}}
      .dump(2);
}

}  // namespace hone
