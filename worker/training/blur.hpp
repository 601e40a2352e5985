#pragma once

#include <vector>

namespace hone {

/// Blurs a square field by three box blurs of this radius, which come close to a Gaussian of
/// deviation sqrt(radius * (radius + 1)) at a cost that does not grow with its width. Beyond the
/// field its edge goes on. `scratch` is used as memory. Requires: radius >= 0, field.size() is
/// size * size.
void blur(std::vector<float>& field, int size, int radius, std::vector<float>& scratch);

/// The root of the sum of this blur's squared weights: what it leaves of the deviation of white
/// noise far from the edges.
double noise_kept_by_blur(int radius);

}  // namespace hone
