#include <nlohmann/json.hpp>

#include "coordinator/report/comparison.hpp"
#include "coordinator/report/or_null.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

using nlohmann::json;

TableRow line(const std::string& label, TableCell value, const std::string& interval,
              const std::string& p) {
  return {{label}, {std::move(value), {.word = interval}, {.word = p}}};
}

std::string counts_note(const Comparison& of) {
  const std::string better = unit_of(of.metric) == "pixels" ? " (lower is better)" : "";
  std::string note = "First: " + text_of(of.first) + ". Second: " + text_of(of.second) +
                     ". Difference: first less second, " + of.metric + " in " + unit_of(of.metric) +
                     better + ", over " + counted(of.images, "image") + " of " +
                     counted(of.rotations, "rotation") + " and " + counted(of.seeds, "seed") + ".";
  if (of.left_out > 0)
    note += " " + counted(of.left_out, "score") + " without a partner in the other cell left out.";
  return note;
}

std::string method_note(const Comparison& of) {
  return std::string("Intervals of 95 %: ") +
         (of.seeds > 1 ? "hierarchical bootstrap over seeds and images"
                       : "BCa bootstrap over images, one seed: nothing is known of the spread "
                         "between trainings") +
         ", 10000 resamples, widened as Student's t asks. Tests see one difference per image, the "
         "mean over seeds; p two-sided, of this comparison alone.";
}

json interval_json(const Interval& interval) {
  if (interval.kind == IntervalKind::none) return {};
  return {interval.low, interval.high};
}

json mean_json(const Interval& interval) {
  return {{"mean", interval.estimate}, {"interval", interval_json(interval)}};
}

}  // namespace

Table layout(const Comparison& of) {
  Table table;
  table.title = text_of(of.first) + " against " + text_of(of.second) + ", test " + of.metric +
                (unit_of(of.metric) == "points" ? " x 100" : " in pixels");
  table.label_headers = {"Quantity"};
  table.column_headers = {"Value", "95 % interval", "p"};
  table.rows = {line("mean of the first", {.value = of.first_mean.estimate},
                     interval_text(of.first_mean), ""),
                line("mean of the second", {.value = of.second_mean.estimate},
                     interval_text(of.second_mean), ""),
                line("mean difference", signed_cell(of.difference.estimate),
                     interval_text(of.difference), ""),
                line("Wilcoxon signed-rank", {}, "", p_text(of.wilcoxon.p)),
                line("Hodges-Lehmann shift", signed_cell(of.hodges_lehmann), "", ""),
                line("Cohen's d_z", number_or(of.d_z, "none"), "", ""),
                line("rank-biserial correlation", number_or(of.rank_biserial, "none"), "", ""),
                line("images better / worse / equal",
                     {.word = std::to_string(of.sign.plus) + " / " + std::to_string(of.sign.minus) +
                              " / " + std::to_string(of.ties)},
                     "", p_text(of.sign.p))};
  if (unit_of(of.metric) == "pixels") table.rows.back().labels = {"images higher / lower / equal"};
  table.notes = {counts_note(of), method_note(of)};
  if (of.equivalence) {
    table.rows.push_back(
        line("equivalence within 0.5 points", {.word = ""}, "", p_text(of.equivalence->p)));
    table.notes.push_back(std::string("Equivalence: two one-sided t tests; at 5 % the two are ") +
                          (of.equivalence->p <= 0.05 ? "" : "not shown to be ") +
                          "within 0.5 points of each other.");
  }
  if (of.rotation_test) {
    const TResult& t = *of.rotation_test;
    table.rows.push_back(line("over rotations", signed_cell(t.mean),
                              interval_text({t.mean, t.low, t.high, IntervalKind::percentile}),
                              p_text(t.p)));
    table.notes.push_back("Over rotations: corrected resampled t test (Nadeau and Bengio) of " +
                          counted(of.rotations, "mean") +
                          ", since rotations share training images.");
  }
  return table;
}

std::string to_json(const Comparison& of) {
  json object = {
      {"schema", "hone.compare.v1"},
      {"first", text_of(of.first)},
      {"second", text_of(of.second)},
      {"metric", of.metric},
      {"unit", unit_of(of.metric)},
      {"images", of.images},
      {"left_out", of.left_out},
      {"seeds", of.seeds},
      {"rotations", of.rotations},
      {"first_mean", mean_json(of.first_mean)},
      {"second_mean", mean_json(of.second_mean)},
      {"difference", mean_json(of.difference)},
      {"wilcoxon",
       {{"plus", of.wilcoxon.plus},
        {"minus", of.wilcoxon.minus},
        {"p", of.wilcoxon.p},
        {"exact", of.wilcoxon.kind == TestKind::exact}}},
      {"hodges_lehmann", of.hodges_lehmann},
      {"d_z", or_null(of.d_z)},
      {"rank_biserial", or_null(of.rank_biserial)},
      {"sign",
       {{"plus", of.sign.plus}, {"minus", of.sign.minus}, {"equal", of.ties}, {"p", of.sign.p}}}};
  object["equivalence"] = of.equivalence
                              ? json{{"margin", 0.5},
                                     {"p", of.equivalence->p},
                                     {"interval_90", {of.equivalence->low, of.equivalence->high}}}
                              : json();
  object["over_rotations"] =
      of.rotation_test ? json{{"mean", of.rotation_test->mean},
                              {"interval", {of.rotation_test->low, of.rotation_test->high}},
                              {"t", of.rotation_test->t},
                              {"freedom", of.rotation_test->freedom},
                              {"p", of.rotation_test->p}}
                       : json();
  return object.dump(2);
}

}  // namespace hone
