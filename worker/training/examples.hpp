#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/training/augment.hpp"
#include "worker/training/inputs.hpp"
#include "worker/training/overlap.hpp"
#include "worker/training/streams.hpp"

namespace hone {

/// A batch of training images as a net sees them, and what they are held against.
struct Examples {
  /// Room for a batch of this training.
  Examples(const TrialSpec& spec, const Inputs& inputs);

  Batch batch;
  int count = 0;                  // of slots that are filled
  int of_batch = 0;               // images of the whole batch, those of other ranks included
  at::Tensor truths;              // u8 [batch,1,S,S] in {0, 1}
  std::vector<Overlap> overlaps;  // of a refiner's mask with its truth, by slot
  std::vector<int> depths;        // how often the net is still to refine the slot's mask (A21)

  std::span<const std::uint8_t> truth(int slot) const;
  std::span<std::uint8_t> truth(int slot);
};

/// Makes training examples from the trial's inputs. What it makes depends only on the streams, the
/// epoch and the image. Not thread-safe; allocates no tensor.
class ExampleMaker {
 public:
  /// Keeps references.
  ExampleMaker(const TrialSpec& spec, const Inputs& inputs, const Streams& streams);

  /// Fills `into` with these images: each augmented, if asked for; a refiner's with its base mask
  /// or its deformed truth (A10). Where a mask is to be the net's own (A21), it is the base mask
  /// and a depth. Where a mask is dropped (A36), it is zero and has no depth. Requires: no more
  /// images than a batch has room for.
  void make(int epoch, std::span<const std::int32_t> images, Examples& into);

 private:
  void add_image(int epoch, int image, int slot, Examples& into);
  void add_mask(int epoch, int image, int slot, Examples& into);
  bool hides_mask(int epoch, int image) const;
  void draw_deformed(std::span<const std::uint8_t> truth, Random& random);

  const TrialSpec& spec_;
  const Inputs& inputs_;
  const Streams& streams_;
  JointAugmentation augmentation_;
  Deformer deformer_;
  std::vector<float> mask_, scratch_, picture_;
};

/// The part of a batch's images that is one rank's: all, or a piece of nearly equal size, which is
/// empty where there are fewer images than ranks.
std::span<const std::int32_t> share_of(std::span<const std::int32_t> images, int rank, int ranks);

/// The training images in the order of one epoch.
std::vector<std::int32_t> epoch_order(const Inputs& inputs, const Streams& streams, int epoch);

}  // namespace hone
