#include "worker/training/inputs.hpp"

#include <string>

#include "worker/training/overlap.hpp"

namespace hone {

namespace {

[[noreturn]] void refuse_spec(const std::string& what) {
  throw TrainingError(Failure::impossible, what);
}

/// The spec, if this trainer can do it.
const TrialSpec& checked(const TrialSpec& spec) {
  const NetworkSpec& n = spec.network;
  if (spec.role == Role::select) refuse_spec("role: a select trial is not trained");
  if (spec.role == Role::refine && spec.refine.mode != RefineMode::plain) {
    refuse_spec("refine.mode: this trainer knows only plain");
  }
  if (n.levels < 1 || n.levels > 6 || n.consecutive < 1 || n.consecutive > 4 || n.filters < 1 ||
      n.filters > 256 || n.filter_size < 1 || n.filter_size > 7 || n.filter_size % 2 == 0 ||
      n.quality_width < 1) {
    refuse_spec("network: a field is out of its range");
  }
  if (spec.image_size <= 0 || spec.image_size % (1 << n.levels) != 0) {
    refuse_spec("image_size: " + std::to_string(spec.image_size) + " is not divisible by 2^" +
                std::to_string(n.levels) + ", as the network's levels need");
  }
  if (spec.training.epochs < 1 || spec.training.batch < 1) {
    refuse_spec("training: at least one epoch and one image a batch");
  }
  if (spec.numerics.threads < 1) refuse_spec("numerics.threads: at least one");
  return spec;
}

const std::filesystem::path& input(const TrainingRequest& request, const char* name) {
  const auto found = request.inputs.find(name);
  if (found == request.inputs.end())
    refuse_spec(std::string("the input '") + name + "' is missing");
  return found->second;
}

Partition split(const Pack& pack, const TrialSpec& spec) {
  try {
    return make_partition(pack.groups(), spec.rotation, spec.fold);
  } catch (const std::invalid_argument& error) {
    refuse_spec(std::string("the pack cannot be split: ") + error.what());
  }
}

}  // namespace

Inputs::Inputs(const TrainingRequest& request)
    : refine_(request.spec.refine),
      pack_(input(request, "pack"), checked(request.spec).image_size),
      partition_(split(pack_, request.spec)),
      deformer_(request.spec.image_size),
      mask_(static_cast<std::size_t>(pack_.pixels())) {
  if (request.spec.role == Role::refine) masks_.emplace(input(request, "masks"), pack_);
}

void Inputs::show(Batch& batch, int slot, int image) {
  batch.set_image(slot, pack_.image(image));
  if (!masks_) return;
  masks_->copy(image, mask_);
  batch.set_mask(slot, mask_);
}

double Inputs::show_for_training(Batch& batch, int slot, int image, Random random) {
  batch.set_image(slot, pack_.image(image));
  if (!masks_) return 1;
  const auto truth = pack_.truth(image);
  if (random.uniform() < refine_.base_fraction) {
    masks_->copy(image, mask_);
  } else if (refine_.augmentation == Augmentation::simple) {
    deformer_.deform(truth, random, mask_);
  } else {
    mask_.assign(truth.begin(), truth.end());
  }
  batch.set_mask(slot, mask_);
  return dice(soft_overlap(mask_, truth));
}

}  // namespace hone
