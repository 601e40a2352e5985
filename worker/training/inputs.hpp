#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/partition.hpp"
#include "worker/training/batch.hpp"
#include "worker/training/deform.hpp"
#include "worker/training/pack.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// What a trial's net is shown: the pack, its splits, and for a refiner the masks beside the
/// images. Not thread-safe.
class Inputs {
 public:
  /// Opens the request's files. Throws TrainingError(impossible) for files or a spec that cannot
  /// work; the message names the file or the field.
  explicit Inputs(const TrainingRequest& request);

  const Pack& pack() const { return pack_; }
  const Partition& partition() const { return partition_; }
  int channels() const { return masks_ ? 4 : 3; }

  /// Puts an image into the batch as it is evaluated: a refiner's with its base mask (A17).
  void show(Batch& batch, int slot, int image);

  /// Puts an image into the batch as it is trained on: a refiner's with its base mask or with its
  /// deformed truth (A10). The result is the soft Dice of that mask (A19), 1 for a base net.
  double show_for_training(Batch& batch, int slot, int image, Random random);

  /// The base mask of an image, [S * S] in [0, 1]. Requires: a refiner's inputs.
  void copy_base_mask(int image, std::span<float> mask) const { masks_->copy(image, mask); }

 private:
  RefineSpec refine_;
  Pack pack_;
  std::optional<BaseMasks> masks_;
  Partition partition_;
  Deformer deformer_;
  std::vector<float> mask_;  // scratch of one image
};

}  // namespace hone
