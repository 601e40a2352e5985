#pragma once

#include <cstdint>

#include "common/random.hpp"
#include "common/spec.hpp"

namespace hone {

/// What a random number is for. The numbers enter the streams' keys: never renumber, only append.
enum class Purpose : std::uint64_t {
  initial_weights = 1,
  order = 2,
  deformation = 3,         // which mask an image is trained with
  image_augmentation = 4,  // how an image and its masks are moved
  deformation_fit = 5,
  mask_dropout = 6,  // whether an image comes without its mask
};

/// The random streams of one training. They are named by what the training *means* (seed, split,
/// role), not by lambda: trials that differ in lambda alone start from the same weights and see the
/// same images with the same deformations in the same order, so that they compare in pairs.
class Streams {
 public:
  /// `reseed` counts the trainings of this trial that collapsed before this one.
  Streams(const TrialSpec& spec, int reseed)
      : seed_(static_cast<std::uint64_t>(spec.seed)),
        rotation_(static_cast<std::uint64_t>(spec.rotation)),
        fold_(static_cast<std::uint64_t>(spec.fold)),
        role_(static_cast<std::uint64_t>(spec.role)),
        mode_(spec.role == Role::refine ? static_cast<std::uint64_t>(spec.refine.mode) : 0),
        reseed_(static_cast<std::uint64_t>(reseed)) {}

  Random at(Purpose purpose, int epoch, int item) const {
    return Random({seed_, rotation_, fold_, role_, mode_, reseed_,
                   static_cast<std::uint64_t>(purpose), static_cast<std::uint64_t>(epoch),
                   static_cast<std::uint64_t>(item)});
  }

 private:
  std::uint64_t seed_, rotation_, fold_, role_, mode_, reseed_;
};

}  // namespace hone
