#include "worker/training/examples.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone {

namespace {

/// Where a training mask comes from: the base mask, refined `depth` times, or the deformed truth.
struct TrainingMask {
  bool base = false;
  int depth = 0;
};

TrainingMask draw_source(const RefineSpec& refine, Random& random) {
  if (refine.mode == RefineMode::plain || refine.mode == RefineMode::ascent) {
    return {.base = random.uniform() < refine.base_fraction};
  }
  const bool deep = refine.self_depth == SelfDepth::random;
  const int own = deep ? 1 : refine.self_steps;  // sources that are the net's own masks (A21)
  const int source = static_cast<int>(random.below(static_cast<std::uint32_t>(2 + own)));
  if (source < 2) return {.base = source == 1};
  const int depth = deep ? static_cast<int>(random.below(self_depth_limit + 1)) : source - 1;
  return {.base = true, .depth = depth};
}

}  // namespace

Examples::Examples(const TrialSpec& spec, const Inputs& inputs)
    : batch(spec.training.batch, inputs.channels(), spec.image_size, spec.numerics.layout,
            /*pinned=*/spec.numerics.device == Device::cuda),
      truths(at::zeros(
          {spec.training.batch, 1, spec.image_size, spec.image_size},
          at::TensorOptions(at::kByte).pinned_memory(spec.numerics.device == Device::cuda))),
      overlaps(static_cast<std::size_t>(spec.training.batch)),
      depths(static_cast<std::size_t>(spec.training.batch)) {}

std::span<const std::uint8_t> Examples::truth(int slot) const {
  const at::Tensor own = truths.select(0, slot);
  return {own.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(own.numel())};
}

std::span<std::uint8_t> Examples::truth(int slot) {
  const at::Tensor own = truths.select(0, slot);
  return {own.data_ptr<std::uint8_t>(), static_cast<std::size_t>(own.numel())};
}

ExampleMaker::ExampleMaker(const TrialSpec& spec, const Inputs& inputs, const Streams& streams)
    : spec_(spec),
      inputs_(inputs),
      streams_(streams),
      augmentation_(spec.image_size, spec.training.image_augmentation),
      deformer_(spec.image_size),
      mask_(static_cast<std::size_t>(inputs.pack().pixels())),
      scratch_(mask_.size()),
      picture_(3 * mask_.size()) {}

void ExampleMaker::make(int epoch, std::span<const std::int32_t> images, Examples& into) {
  into.count = static_cast<int>(images.size());
  for (int slot = 0; slot < into.count; ++slot) {
    const int image = images[static_cast<std::size_t>(slot)];
    add_image(epoch, image, slot, into);
    if (inputs_.channels() == 4) add_mask(epoch, image, slot, into);
  }
}

void ExampleMaker::add_image(int epoch, int image, int slot, Examples& into) {
  const auto truth = inputs_.pack().truth(image);
  if (spec_.training.image_augmentation == ImageAugmentation::none) {
    into.batch.set_image(slot, inputs_.pack().image(image));
    std::copy(truth.begin(), truth.end(), into.truth(slot).begin());
    return;
  }
  Random random = streams_.at(Purpose::image_augmentation, epoch, image);
  augmentation_.draw(random);
  augmentation_.change_image(inputs_.pack().image(image), picture_);
  into.batch.set_image(slot, std::span<const float>(picture_));
  augmentation_.change_truth(truth, into.truth(slot));
}

void ExampleMaker::add_mask(int epoch, int image, int slot, Examples& into) {
  const auto at = static_cast<std::size_t>(slot);
  const std::span<const std::uint8_t> truth = std::as_const(into).truth(slot);
  Random random = streams_.at(Purpose::deformation, epoch, image);
  const TrainingMask source = draw_source(spec_.refine, random);
  into.depths[at] = source.depth;
  if (!source.base) {
    draw_deformed(truth, random);
  } else if (spec_.training.image_augmentation == ImageAugmentation::none) {
    inputs_.copy_training_mask(image, mask_);
  } else {
    inputs_.copy_training_mask(image, scratch_);
    augmentation_.change_mask(scratch_, mask_);
    set_values(spec_.refine.base_mask_values, mask_);  // moving softens edges
  }
  if (hides_mask(epoch, image)) {
    std::fill(mask_.begin(), mask_.end(), 0.0F);
    into.depths[at] = 0;  // its own masks would be hidden as well
  }
  into.batch.set_mask(slot, mask_);
  into.overlaps[at] = soft_overlap(mask_, truth);
}

bool ExampleMaker::hides_mask(int epoch, int image) const {
  const RefineSpec& refine = spec_.refine;
  if (refine.mask_input == MaskInput::zero) return true;
  if (refine.mask_dropout == 0) return false;
  return streams_.at(Purpose::mask_dropout, epoch, image).uniform() < refine.mask_dropout;
}

void ExampleMaker::draw_deformed(std::span<const std::uint8_t> truth, Random& random) {
  switch (spec_.refine.augmentation) {
    case Augmentation::none:
      mask_.assign(truth.begin(), truth.end());
      return;
    case Augmentation::simple:
      return deformer_.deform(truth, random, mask_);
    case Augmentation::fitted: {
      const std::size_t kind = random.below(deformation_count);
      const DeformationParameters parameters = draw_parameters(inputs_.law().value()[kind], random);
      deformer_.deform(static_cast<Deformation>(kind), parameters, truth, random, mask_);
    }
  }
}

std::span<const std::int32_t> share_of(std::span<const std::int32_t> images, int rank, int ranks) {
  const auto edge = [&](int r) {
    return images.size() * static_cast<std::size_t>(r) / static_cast<std::size_t>(ranks);
  };
  return images.subspan(edge(rank), edge(rank + 1) - edge(rank));
}

std::vector<std::int32_t> epoch_order(const Inputs& inputs, const Streams& streams, int epoch) {
  std::vector<std::int32_t> order = inputs.partition().train;
  Random random = streams.at(Purpose::order, epoch, 0);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
  }
  return order;
}

}  // namespace hone
