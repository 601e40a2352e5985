#pragma once

#include <filesystem>

#include "worker/training/unet.hpp"

namespace hone {

/// Writes all that a net has learnt as a safetensors file, each tensor under its name, row-major.
/// Throws std::runtime_error if it cannot.
void write_weights(const std::filesystem::path& file, const UNet& net);

/// Gives `net` the weights of a file that write_weights made of a net of the same shape, whatever
/// the memory layout of either; both then give the same bits. Throws TrainingError(impossible),
/// naming the file and the tensor, if a tensor is missing, is not the net's or has another type or
/// shape; the net is then as it was.
void read_weights(const std::filesystem::path& file, UNet& net);

}  // namespace hone
