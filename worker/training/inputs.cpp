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
  const RefineSpec& r = spec.refine;
  if (spec.role == Role::select) refuse_spec("role: a select trial is not trained");
  if (r.mode == RefineMode::ascent && r.quality_target == QualityTarget::output) {
    refuse_spec("refine.quality_target: a net of refine.mode ascent has no output mask");
  }
  if (!(r.mask_dropout >= 0 && r.mask_dropout < 1)) {
    refuse_spec("refine.mask_dropout: out of range");
  }
  if (r.mode == RefineMode::ascent && r.feedback == MaskValues::hard) {
    refuse_spec("refine.feedback: hard masks do not climb, refine.mode is ascent");
  }
  if (r.self_steps < 0 || r.self_steps > 100) refuse_spec("refine.self_steps: out of range");
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

bool has_masks(const TrialSpec& spec) {
  return spec.role == Role::refine || spec.role == Role::evaluate;
}

}  // namespace

const std::filesystem::path& input_file(const TrainingRequest& request, const std::string& name) {
  const auto found = request.inputs.find(name);
  if (found == request.inputs.end()) refuse_spec("the input '" + name + "' is missing");
  return found->second;
}

Partition partition_of(const Pack& pack, int rotation, int fold) {
  try {
    return make_partition(pack.groups(), rotation, fold);
  } catch (const std::invalid_argument& error) {
    refuse_spec(std::string("the pack cannot be split: ") + error.what());
  }
}

void set_values(MaskValues values, std::span<float> mask) {
  if (values == MaskValues::soft) return;
  for (float& value : mask) value = value > mask_threshold ? 1.0F : 0.0F;
}

const std::vector<std::int32_t>& images_of(Split split, const Partition& partition) {
  if (split == Split::train) return partition.train;
  return split == Split::validation ? partition.validation : partition.test;
}

Inputs::Inputs(const TrainingRequest& request)
    : mask_input_(has_masks(request.spec) ? request.spec.refine.mask_input : MaskInput::given),
      base_mask_values_(request.spec.refine.base_mask_values),
      pack_(input_file(request, "pack"), checked(request.spec).image_size),
      partition_(partition_of(pack_, request.spec.rotation, request.spec.fold)) {
  if (has_masks(request.spec)) masks_.emplace(input_file(request, "masks"), pack_);
  if (request.spec.role != Role::refine) return;
  const RefineSpec& refine = request.spec.refine;
  if (refine.base_masks == BaseMaskSource::out_of_fold) open_out_of_fold(request);
  if (refine.augmentation == Augmentation::fitted) {
    law_ = read_law(input_file(request, "deformations"));
  }
}

void Inputs::open_out_of_fold(const TrainingRequest& request) {
  fold_of_.assign(static_cast<std::size_t>(pack_.count()), -1);
  for (int fold = 0; fold < inner_fold_count; ++fold) {
    const auto& file = input_file(request, "masks." + std::to_string(fold));
    other_masks_.push_back(std::make_unique<BaseMasks>(file, pack_));
    const Partition partition = partition_of(pack_, request.spec.rotation, fold);
    for (const std::int32_t image : partition.validation) {
      fold_of_[static_cast<std::size_t>(image)] = static_cast<std::int8_t>(fold);
    }
  }
}

void Inputs::show(Batch& batch, int slot, int image) const {
  batch.set_image(slot, pack_.image(image));
  if (!masks_) return;
  std::vector<float> mask(static_cast<std::size_t>(pack_.pixels()));
  copy_base_mask(image, mask);
  show_mask(batch, slot, mask);
}

void Inputs::show_mask(Batch& batch, int slot, std::span<const float> mask) const {
  if (mask_input_ == MaskInput::given) return batch.set_mask(slot, mask);
  batch.set_mask(slot, std::vector<float>(mask.size()));
}

void Inputs::copy_base_mask(int image, std::span<float> mask) const {
  masks_->copy(image, mask);
  set_values(base_mask_values_, mask);
}

void Inputs::copy_training_mask(int image, std::span<float> mask) const {
  if (other_masks_.empty()) return copy_base_mask(image, mask);
  const auto fold = static_cast<std::size_t>(fold_of_[static_cast<std::size_t>(image)]);
  other_masks_[fold]->copy(image, mask);
  set_values(base_mask_values_, mask);
}

}  // namespace hone
