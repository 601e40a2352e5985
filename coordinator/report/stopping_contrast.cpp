#include "coordinator/report/stopping_contrast.hpp"

#include <algorithm>

#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

constexpr const char* declared_net = "quality";
constexpr const char* declared_name = "best new stopping rule - Validation(k)";

std::string row_note(const StoppingContrast& contrast, const StoppingContrastRow& row) {
  const std::string interval = interval_text(*row.rule.difference);
  return row.dataset + " " + declared_net + ": " + declared_name + " = " +
         signed_text(row.rule.difference->estimate) + (interval.empty() ? "" : " " + interval) +
         " points (" + row.rule.id + ", " + row.rule.title + "), Wilcoxon p " +
         p_text(*row.rule.p) + " (Holm over " +
         counted(static_cast<std::int64_t>(contrast.rows.size()), "data set") + " " +
         p_text(row.holm) + ").";
}

}  // namespace

StoppingContrast contrast_of(const StoppingReport& report) {
  StoppingContrast contrast;
  std::vector<double> p;
  std::vector<double> means;
  for (const StoppingRow& net : report.rows) {
    if (net.net != declared_net || net.trainings < net.expected) continue;
    const auto rule = std::find_if(net.rules.begin(), net.rules.end(),
                                   [&](const PooledRule& each) { return each.id == net.chosen; });
    if (rule == net.rules.end() || !rule->difference || !rule->p) continue;
    contrast.rows.push_back({.dataset = net.dataset, .rule = *rule});
    p.push_back(*rule->p);
    means.push_back(rule->difference->estimate);
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t at = 0; at < adjusted.size(); ++at) contrast.rows[at].holm = adjusted[at];
  contrast.across = across_datasets(means);
  return contrast;
}

std::vector<std::string> notes_of(const StoppingContrast& contrast) {
  std::vector<std::string> notes;
  for (const StoppingContrastRow& row : contrast.rows) notes.push_back(row_note(contrast, row));
  if (contrast.across)
    notes.push_back(across_note(declared_name, contrast.rows.size(), *contrast.across));
  return notes;
}

}  // namespace hone
