#pragma once

#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

#include "worker/training/deform.hpp"

namespace hone {

/// How likely each point of one deformation's parameter grid is.
struct ParameterLaw {
  std::vector<DeformationParameters> parameters;
  std::vector<float> probability;  // as many; each >= 0, together 1 up to rounding
};

/// The fitted law of the deformations, in the order of the enumeration (A13). The deformation
/// itself is uniform (A11).
using DeformationLaw = std::array<ParameterLaw, deformation_count>;

/// The grids of ref. [15], the elastic one thinned from 6 x 20 x 20 to 6 x 10 x 10, every point
/// equally likely.
DeformationLaw uniform_law();

/// One deformation's parameters.
DeformationParameters draw_parameters(const ParameterLaw& law, Random& random);

/// "elastic", "flip_and_shift" and so on, as the artifact's tensors and the summary have it.
std::string_view name_of(Deformation kind);

/// Writes the artifact `deformations`: for each kind the tensors "<kind>.parameters" f32 [n,3] and
/// "<kind>.probability" f32 [n]; the metadata's layout is to be raised with their meaning.
void write_law(const std::filesystem::path& file, const DeformationLaw& law);

/// Its inverse. Throws TrainingError(impossible), naming the file, if it is no such artifact.
DeformationLaw read_law(const std::filesystem::path& file);

}  // namespace hone
