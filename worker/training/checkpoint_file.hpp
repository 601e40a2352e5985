#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "common/tensor_file.hpp"
#include "worker/training/fit_result.hpp"

/// How a checkpoint looks on disk: a safetensors file whose metadata say where the training stands
/// and carry a SHA-256 of all the rest. Pure functions over bytes; no LibTorch.
namespace hone {

/// Where a training stands after an epoch, besides its tensors. What is random depends on seeds,
/// epoch and image alone, so that no generator's state is part of it.
struct TrainingPoint {
  int reseeds = 0;             // nets before this one that collapsed
  int earlier_epochs = 0;      // of those nets
  double earlier_seconds = 0;  // likewise, of training
  std::int64_t earlier_images = 0;
  FitResult fit;  // of this net, so far
};

struct CheckpointContent {
  std::string arithmetic;  // whose its bits are
  TrainingPoint point;
  std::vector<EpochRecord> epochs;            // all of the trial's so far
  std::map<std::string, TensorView> tensors;  // lives as long as the bytes that it was read from
};

/// As a file to write.
TensorFile as_checkpoint_file(const CheckpointContent& content);

/// What a file's bytes say. Throws TensorFileError for bytes that are no checkpoint of this
/// version, or not as they were written.
CheckpointContent parse_checkpoint(std::span<const std::byte> file);

/// Gives the file the digest of what it holds, in place of one that it has.
void seal(TensorFile& file);

}  // namespace hone
