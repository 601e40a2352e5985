#include "tests/bench/coordinator/figure.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace hone::bench {

void print(const Figure& figure) {
  nlohmann::ordered_json line = {{"id", figure.id},         {"what", figure.what},
                                 {"value", figure.value},   {"unit", figure.unit},
                                 {"target", figure.target}, {"better", figure.better},
                                 {"note", figure.note}};
  if (figure.reference)
    line["reference"] = {{"what", figure.reference->what}, {"value", figure.reference->value}};
  std::cout << line << std::endl;
}

double quantile(std::vector<double> values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

}  // namespace hone::bench
