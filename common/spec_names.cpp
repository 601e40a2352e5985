#include <algorithm>

#include "common/spec.hpp"

namespace hone {

template <>
const std::vector<std::string_view>& names_of<Role>() {
  static const std::vector<std::string_view> names = {"segment", "refine", "select", "deform",
                                                      "evaluate"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<RefineMode>() {
  static const std::vector<std::string_view> names = {"plain", "scratch", "warm", "ascent"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Activation>() {
  static const std::vector<std::string_view> names = {"relu", "elu"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Architecture>() {
  static const std::vector<std::string_view> names = {"unet", "segnet"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<QualityPosition>() {
  static const std::vector<std::string_view> names = {"latent", "decoder", "mask"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Bottleneck>() {
  static const std::vector<std::string_view> names = {"none", "conv"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Norm>() {
  static const std::vector<std::string_view> names = {"none", "batch", "group"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Loss>() {
  static const std::vector<std::string_view> names = {"dice", "dice+bce"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<L2Scope>() {
  static const std::vector<std::string_view> names = {"all", "dense", "none"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Augmentation>() {
  static const std::vector<std::string_view> names = {"none", "simple", "fitted"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<ImageAugmentation>() {
  static const std::vector<std::string_view> names = {"none", "joint", "flip"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<BaseMaskSource>() {
  static const std::vector<std::string_view> names = {"in_sample", "out_of_fold"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<SelfDepth>() {
  static const std::vector<std::string_view> names = {"fixed", "random"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<QualityTarget>() {
  static const std::vector<std::string_view> names = {"input", "output", "shuffled"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<MaskInput>() {
  static const std::vector<std::string_view> names = {"given", "zero"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<MaskValues>() {
  static const std::vector<std::string_view> names = {"soft", "hard"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<LossReduction>() {
  static const std::vector<std::string_view> names = {"image", "batch"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Split>() {
  static const std::vector<std::string_view> names = {"train", "validation", "test"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Precision>() {
  static const std::vector<std::string_view> names = {"fp32", "bf16"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Layout>() {
  static const std::vector<std::string_view> names = {"channels_first", "channels_last"};
  return names;
}
template <>
const std::vector<std::string_view>& names_of<Device>() {
  static const std::vector<std::string_view> names = {"cpu", "cuda"};
  return names;
}

namespace {

template <class Enum>
std::string_view name_in_list(Enum value) {
  return names_of<Enum>().at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view name_of(Role value) {
  return name_in_list(value);
}
std::string_view name_of(RefineMode value) {
  return name_in_list(value);
}
std::string_view name_of(Activation value) {
  return name_in_list(value);
}
std::string_view name_of(Architecture value) {
  return name_in_list(value);
}
std::string_view name_of(QualityPosition value) {
  return name_in_list(value);
}
std::string_view name_of(Bottleneck value) {
  return name_in_list(value);
}
std::string_view name_of(Norm value) {
  return name_in_list(value);
}
std::string_view name_of(Loss value) {
  return name_in_list(value);
}
std::string_view name_of(L2Scope value) {
  return name_in_list(value);
}
std::string_view name_of(Augmentation value) {
  return name_in_list(value);
}
std::string_view name_of(ImageAugmentation value) {
  return name_in_list(value);
}
std::string_view name_of(BaseMaskSource value) {
  return name_in_list(value);
}
std::string_view name_of(SelfDepth value) {
  return name_in_list(value);
}
std::string_view name_of(QualityTarget value) {
  return name_in_list(value);
}
std::string_view name_of(MaskInput value) {
  return name_in_list(value);
}
std::string_view name_of(MaskValues value) {
  return name_in_list(value);
}
std::string_view name_of(LossReduction value) {
  return name_in_list(value);
}
std::string_view name_of(Split value) {
  return name_in_list(value);
}
std::string_view name_of(Precision value) {
  return name_in_list(value);
}
std::string_view name_of(Layout value) {
  return name_in_list(value);
}
std::string_view name_of(Device value) {
  return name_in_list(value);
}

namespace detail {

std::size_t position_of(std::string_view text, const std::vector<std::string_view>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string message = "'" + std::string(text) + "' is not one of";
  for (const std::string_view name : names) message += " '" + std::string(name) + "'";
  throw SpecError(message);
}

}  // namespace detail

}  // namespace hone
