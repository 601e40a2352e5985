#include "coordinator/stopping/curves.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

namespace {

struct List {
  const char* name;
  const std::vector<double>& values;
  std::int32_t shorter;  // than K + 1, at most
};

std::array<List, 10> lists_of(const Curve& curve) {
  const Observed& seen = curve.observed;
  return {{{"dice", curve.dice, 0},
           {"dice_average", curve.dice_average, 0},
           {"agreement", seen.agreement, 1},
           {"change", seen.change, 1},
           {"change_two", seen.change_two, 2},
           {"quality", seen.quality, 0},
           {"area", seen.area, 0},
           {"entropy", seen.entropy, 0},
           {"flip_agreement", seen.flip_agreement, 0},
           {"seed_agreement", seen.seed_agreement, 0}}};
}

[[noreturn]] void refuse(const Curve& curve, const std::string& why) {
  throw std::invalid_argument("curve of image " + std::to_string(curve.image) + ": " + why);
}

void check_list(const Curve& curve, const List& list) {
  const auto size = static_cast<std::int32_t>(list.values.size());
  const std::int32_t full = curve.observed.last + 1;
  if (size > full || size < full - list.shorter) {
    refuse(curve, std::string(list.name) + " has " + std::to_string(size) + " values for " +
                      std::to_string(curve.observed.last) + " iterations");
  }
  if (!std::all_of(list.values.begin(), list.values.end(),
                   [](double value) { return std::isfinite(value); })) {
    refuse(curve, std::string(list.name) + " is not finite");
  }
}

void check(const Curve& curve, const Curve& first) {
  const std::int32_t last = curve.observed.last;
  if (last < 1) refuse(curve, "no refinement recorded");
  if (last != first.observed.last) refuse(curve, "other iterations than the first curve");
  const auto lists = lists_of(curve);
  const auto sample = lists_of(first);
  for (std::size_t at = 0; at < lists.size(); ++at) {
    if (at > 0 && lists[at].values.empty() != sample[at].values.empty()) {
      refuse(curve, std::string(lists[at].name) + " is there for some images only");
    }
    if (at == 0 || !lists[at].values.empty()) check_list(curve, lists[at]);
  }
}

}  // namespace

template <Split split>
CurveSet<split>::CurveSet(std::vector<Curve> curves) : curves_(std::move(curves)) {
  if (curves_.empty()) throw std::invalid_argument("no curves");
  for (const Curve& curve : curves_) check(curve, curves_.front());
}

template class CurveSet<Split::validation>;
template class CurveSet<Split::test>;

}  // namespace hone
