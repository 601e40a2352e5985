#include "coordinator/plan/experiment.hpp"

namespace hone {

template <>
const std::vector<std::string_view>& names_of<Wish>() {
  static const std::vector<std::string_view> names = {"I",   "lambda",   "II",
                                                      "III", "variants", "folds"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<SelectionSeeds>() {
  static const std::vector<std::string_view> names = {"every", "first"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<LambdaScope>() {
  static const std::vector<std::string_view> names = {"dataset", "global"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<SearchMethod>() {
  static const std::vector<std::string_view> names = {"fixed", "one-factor", "grid", "random"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<VariantNet>() {
  static const std::vector<std::string_view> names = {"refine", "base", "ensemble"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<VariantBase>() {
  static const std::vector<std::string_view> names = {"paper", "own"};
  return names;
}

std::string_view name_of(VariantBase value) {
  return names_of<VariantBase>().at(static_cast<std::size_t>(value));
}
std::string_view name_of(SelectionSeeds value) {
  return names_of<SelectionSeeds>().at(static_cast<std::size_t>(value));
}
std::string_view name_of(LambdaScope value) {
  return names_of<LambdaScope>().at(static_cast<std::size_t>(value));
}
std::string_view name_of(Wish value) {
  return names_of<Wish>().at(static_cast<std::size_t>(value));
}
std::string_view name_of(SearchMethod value) {
  return names_of<SearchMethod>().at(static_cast<std::size_t>(value));
}
std::string_view name_of(VariantNet value) {
  return names_of<VariantNet>().at(static_cast<std::size_t>(value));
}

}  // namespace hone
