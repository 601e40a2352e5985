#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/partition.hpp"
#include "worker/training/batch.hpp"
#include "worker/training/deform_law.hpp"
#include "worker/training/pack.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// The path of a request's input. Throws TrainingError(impossible) if it has none of that name.
const std::filesystem::path& input_file(const TrainingRequest& request, const std::string& name);

/// The splits of the pack's images. Throws TrainingError(impossible) if it cannot be split so.
Partition partition_of(const Pack& pack, int rotation, int fold);

/// Cuts a mask at mask_threshold, as scoring does, if its values are to be hard.
void set_values(MaskValues values, std::span<float> mask);

const std::vector<std::int32_t>& images_of(Split split, const Partition& partition);

/// What a trial's net is shown: the pack, its splits, and for a refiner the masks beside the
/// images. Does not change once it is made: any thread may read it.
class Inputs {
 public:
  /// Opens the request's files: `pack`; with a refiner `masks`; for its training also `masks.0` to
  /// `masks.3` (A20) and `deformations` (A13) where the spec asks for them. Throws
  /// TrainingError(impossible) for files or a spec that cannot work; the message names the file or
  /// the field.
  explicit Inputs(const TrainingRequest& request);

  const Pack& pack() const { return pack_; }
  const Partition& partition() const { return partition_; }
  int channels() const { return masks_ ? 4 : 3; }

  /// Puts an image into the batch as it is evaluated: a refiner's with its base mask (A17).
  void show(Batch& batch, int slot, int image) const;

  /// Puts a mask into the batch, or zeros where the spec hides the masks (control C1). Every mask
  /// that a net is evaluated with takes this way.
  void show_mask(Batch& batch, int slot, std::span<const float> mask) const;

  /// The base mask of an image, [S * S] in [0, 1], cut at 0.5 where the spec wants hard ones (A8).
  /// Requires: a refiner's inputs.
  void copy_base_mask(int image, std::span<float> mask) const;

  /// The base mask that a training image is trained with: its own, or out of fold that of a net
  /// that was not trained on it (A20). Requires: a refiner's inputs; an image of the training
  /// split.
  void copy_training_mask(int image, std::span<float> mask) const;

  /// The fitted law; nothing if the spec asks for none.
  const std::optional<DeformationLaw>& law() const { return law_; }

 private:
  void open_out_of_fold(const TrainingRequest& request);

  MaskInput mask_input_;
  MaskValues base_mask_values_;
  Pack pack_;
  Partition partition_;
  std::optional<BaseMasks> masks_;
  std::vector<std::unique_ptr<BaseMasks>> other_masks_;  // by inner fold; empty in sample
  std::vector<std::int8_t> fold_of_;                     // of every image; -1 in the test split
  std::optional<DeformationLaw> law_;
};

}  // namespace hone
