#include "coordinator/stopping/cross_fit.hpp"

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/stopping/parts.hpp"

namespace hone {

std::optional<double> cross_fitted_dice(const ValidationCurves& curves, const Fitter& fitter) {
  const std::vector<Curve>& all = curves.curves();
  const Parts parts = parts_of(all);
  if (parts.count < 2) return {};
  double sum = 0;
  for (std::size_t part = 0; part < parts.count; ++part) {
    std::vector<Curve> others;
    for (std::size_t image = 0; image < all.size(); ++image)
      if (parts.of[image] != part) others.push_back(all[image]);
    const Fit fit = fitter(ValidationCurves(std::move(others)));
    if (!std::holds_alternative<FittedRule>(fit)) return {};
    for (std::size_t image = 0; image < all.size(); ++image)
      if (parts.of[image] == part) sum += score(std::get<FittedRule>(fit), all[image]);
  }
  return sum / static_cast<double>(all.size());
}

}  // namespace hone
