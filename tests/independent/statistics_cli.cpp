// statistics_cli: our statistics of numbers on standard input, for another implementation to check.
//
// Reads {"samples": [[...], ...], "p_values": [[...], ...], "resamples": N}; prints what
// paired_test.hpp, bootstrap.hpp and effect.hpp say of each list, intervals without widening.

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "coordinator/statistics/bootstrap.hpp"
#include "coordinator/statistics/effect.hpp"
#include "coordinator/statistics/paired_test.hpp"

namespace {

using nlohmann::json;

/// Denominators for a ratio that go with the sample: 0.1, 0.2 and 0.3 in turn, and its values where
/// they are positive.
std::vector<double> rooms_of(const std::vector<double>& sample) {
  std::vector<double> rooms;
  for (const double value : sample)
    rooms.push_back(0.1 * static_cast<double>(1 + rooms.size() % 3) + std::max(0.0, value));
  return rooms;
}

json answer(const std::vector<double>& sample, std::int32_t resamples) {
  const auto test = hone::wilcoxon_test(sample).value();
  const hone::BootstrapSettings settings{
      .seed = 1, .resamples = resamples, .level = 0.95, .widening = hone::Widening::none};
  const auto interval = hone::mean_interval(sample, settings).value();
  const auto ratio = hone::ratio_interval(sample, rooms_of(sample), settings).value();
  const auto biserial = hone::rank_biserial(sample);
  return {{"wilcoxon", {{"plus", test.plus}, {"minus", test.minus}, {"p", test.p}}},
          {"sign", hone::sign_test(sample).p},
          {"shift", hone::hodges_lehmann_shift(sample).value()},
          {"rank_biserial", biserial ? json(*biserial) : json()},
          {"interval", {interval.low, interval.high}},
          {"bca", interval.kind == hone::IntervalKind::bca},
          {"ratio", {ratio.low, ratio.high}},
          {"ratio_bca", ratio.kind == hone::IntervalKind::bca}};
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
