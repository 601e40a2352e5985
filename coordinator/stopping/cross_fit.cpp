#include "coordinator/stopping/cross_fit.hpp"

#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

namespace hone {

namespace {

constexpr std::size_t most_parts = 5;

}  // namespace

std::optional<double> cross_fitted_dice(const ValidationCurves& curves, const Fitter& fitter) {
  const std::vector<Curve>& all = curves.curves();
  const std::size_t parts = std::min(most_parts, all.size());
  if (parts < 2) return {};
  double sum = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    std::vector<Curve> others;
    for (std::size_t image = 0; image < all.size(); ++image)
      if (image % parts != part) others.push_back(all[image]);
    const Fit fit = fitter(ValidationCurves(std::move(others)));
    if (!std::holds_alternative<FittedRule>(fit)) return {};
    for (std::size_t image = part; image < all.size(); image += parts)
      sum += score(std::get<FittedRule>(fit), all[image]);
  }
  return sum / static_cast<double>(all.size());
}

}  // namespace hone
