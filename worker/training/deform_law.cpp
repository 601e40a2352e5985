#include "worker/training/deform_law.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "worker/training/files.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

namespace {

constexpr const char* law_layout = "hone-deformations-1";  // raise with any change of meaning
constexpr std::array<std::string_view, deformation_count> deformation_names = {
    "elastic", "morphology", "noise", "rotation", "flip_and_shift"};

/// `count` numbers from `first` to `last`, both included, in equal steps.
std::vector<double> evenly(double first, double last, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(first + (last - first) * i / (count - 1));
  return values;
}

DeformationParameters point(double first, double second = 0, double third = 0) {
  return {static_cast<float>(first), static_cast<float>(second), static_cast<float>(third)};
}

std::vector<DeformationParameters> grid_of(Deformation kind) {
  std::vector<DeformationParameters> points;
  switch (kind) {
    case Deformation::elastic:  // sigma outermost: the fit draws one field for all that share it
      for (const double sigma : evenly(0, 12.8, 10)) {
        for (const double alpha : evenly(0, 640, 6)) {
          for (const double affine : evenly(0, 12.8, 10))
            points.push_back(point(alpha, sigma, affine));
        }
      }
      break;
    case Deformation::morphology:
      for (const double radius : evenly(-20, 20, 20)) points.push_back(point(std::trunc(radius)));
      break;
    case Deformation::noise:
      for (const double share : evenly(0, 1, 20)) points.push_back(point(share));
      break;
    case Deformation::rotation:
      for (const double angle : evenly(0, 360, 20)) points.push_back(point(std::trunc(angle)));
      break;
    case Deformation::flip_and_shift:
      for (const double right : evenly(-30, 30, 10)) {
        for (const double down : evenly(-30, 30, 10)) {
          for (int way = 1; way <= 3; ++way)
            points.push_back(point(std::trunc(right), std::trunc(down), way));
        }
      }
      break;
  }
  return points;
}

[[noreturn]] void refuse_law(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(Failure::impossible, file.string() + ": " + what);
}

std::vector<float> floats_of(const std::filesystem::path& file, const TensorFile& content,
                             const std::string& name) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end() || found->second.type != ElementType::f32) {
    refuse_law(file, "has no tensor '" + name + "' of 32-bit floats, so it holds no deformations");
  }
  std::vector<float> values(found->second.bytes.size() / sizeof(float));
  std::memcpy(values.data(), found->second.bytes.data(), values.size() * sizeof(float));
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::abs(v) <= 1e4F; })) {
    refuse_law(file, "tensor '" + name + "' holds numbers that are out of range");
  }
  return values;
}

ParameterLaw law_of(const std::filesystem::path& file, const TensorFile& content,
                    const std::string& kind) {
  ParameterLaw law;
  law.probability = floats_of(file, content, kind + ".probability");
  const auto parameters = floats_of(file, content, kind + ".parameters");
  if (law.probability.empty() || parameters.size() != 3 * law.probability.size()) {
    refuse_law(file, "the tensors of '" + kind + "' do not fit each other");
  }
  double sum = 0;
  for (std::size_t i = 0; i < law.probability.size(); ++i) {
    if (law.probability[i] < 0) refuse_law(file, "'" + kind + "' has a negative probability");
    sum += static_cast<double>(law.probability[i]);
    law.parameters.push_back({parameters[3 * i], parameters[3 * i + 1], parameters[3 * i + 2]});
  }
  if (std::abs(sum - 1) > 1e-3) refuse_law(file, "the law of '" + kind + "' does not sum to 1");
  return law;
}

}  // namespace

DeformationLaw uniform_law() {
  DeformationLaw law;
  for (std::size_t kind = 0; kind < law.size(); ++kind) {
    law[kind].parameters = grid_of(static_cast<Deformation>(kind));
    const std::size_t count = law[kind].parameters.size();
    law[kind].probability.assign(count, 1 / static_cast<float>(count));
  }
  return law;
}

DeformationParameters draw_parameters(const ParameterLaw& law, Random& random) {
  double left = random.uniform();
  std::size_t last = 0;  // with a chance, for the rounding at the end of the sum
  for (std::size_t i = 0; i < law.probability.size(); ++i) {
    if (law.probability[i] <= 0) continue;
    last = i;
    left -= static_cast<double>(law.probability[i]);
    if (left < 0) break;
  }
  return law.parameters[last];
}

std::string_view name_of(Deformation kind) {
  return deformation_names[static_cast<std::size_t>(kind)];
}

void write_law(const std::filesystem::path& file, const DeformationLaw& law) {
  TensorFile content;
  for (std::size_t kind = 0; kind < law.size(); ++kind) {
    const auto count = static_cast<std::int64_t>(law[kind].parameters.size());
    const std::string name(deformation_names[kind]);
    const auto bytes = [](const auto& numbers) { return std::as_bytes(std::span(numbers)); };
    content.tensors[name + ".parameters"] = {
        ElementType::f32, {count, 3}, bytes(law[kind].parameters)};
    content.tensors[name + ".probability"] = {
        ElementType::f32, {count}, bytes(law[kind].probability)};
  }
  content.metadata["layout"] = law_layout;
  write_tensor_file(file, content);
}

DeformationLaw read_law(const std::filesystem::path& file) {
  const MappedFile mapped(file);
  try {
    TensorFile content = parse_tensor_file(mapped.bytes());
    if (content.metadata["layout"] != law_layout) {
      refuse_law(file, std::string("holds no deformations of the layout ") + law_layout);
    }
    DeformationLaw law;
    for (std::size_t kind = 0; kind < law.size(); ++kind) {
      law[kind] = law_of(file, content, std::string(deformation_names[kind]));
    }
    return law;
  } catch (const TensorFileError& error) {
    refuse_law(file, error.what());
  }
}

}  // namespace hone
