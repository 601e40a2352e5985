// statistics_cli: our statistics of numbers on standard input, for another implementation to check.
//
// Reads {"samples": [[...], ...], "p_values": [[...], ...], "resamples": N}; prints what
// paired_test.hpp, bootstrap.hpp and effect.hpp say of each list, intervals without widening.

#include <iostream>
#include <nlohmann/json.hpp>

#include "coordinator/statistics/bootstrap.hpp"
#include "coordinator/statistics/effect.hpp"
#include "coordinator/statistics/paired_test.hpp"

namespace {

using nlohmann::json;

json answer(const std::vector<double>& sample, std::int32_t resamples) {
  const auto test = hone::wilcoxon_test(sample).value();
  const auto interval =
      hone::mean_interval(
          sample,
          {.seed = 1, .resamples = resamples, .level = 0.95, .widening = hone::Widening::none})
          .value();
  const auto biserial = hone::rank_biserial(sample);
  return {{"wilcoxon", {{"plus", test.plus}, {"minus", test.minus}, {"p", test.p}}},
          {"sign", hone::sign_test(sample).p},
          {"shift", hone::hodges_lehmann_shift(sample).value()},
          {"rank_biserial", biserial ? json(*biserial) : json()},
          {"interval", {interval.low, interval.high}},
          {"bca", interval.kind == hone::IntervalKind::bca}};
}

}  // namespace

int main() {
  const json asked = json::parse(std::cin);
  json samples = json::array();
  json adjusted = json::array();
  for (const json& sample : asked.at("samples"))
    samples.push_back(answer(sample.get<std::vector<double>>(), asked.at("resamples")));
  for (const json& p_values : asked.at("p_values"))
    adjusted.push_back(hone::holm_adjusted(p_values.get<std::vector<double>>()));
  std::cout << json{{"samples", samples}, {"holm", adjusted}}.dump() << "\n";
  return 0;
}
