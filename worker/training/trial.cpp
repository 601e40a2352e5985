#include "worker/training/trial.hpp"

#include <ATen/ATen.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "worker/training/collapse.hpp"
#include "worker/training/deform_trial.hpp"
#include "worker/training/device.hpp"
#include "worker/training/evaluate.hpp"
#include "worker/training/files.hpp"
#include "worker/training/fit.hpp"
#include "worker/training/predict_all.hpp"
#include "worker/training/validation_rows.hpp"
#include "worker/training/weights.hpp"

namespace hone {

namespace {

/// A trained net and what its training came to.
struct TrainedNet {
  std::unique_ptr<UNet> net;
  FitResult fit;
  int reseeds = 0;
  std::string collapse;  // the reason; empty for a net that works
  double training_seconds = 0;
  std::int64_t images = 0;
};

std::string collapse_of(const TrialContext& trial, const UNet& net, const ConstantMask& constant) {
  const TrialSpec& spec = trial.spec;
  if (spec.role == Role::refine && spec.refine.mode == RefineMode::ascent) return {};  // no masks
  std::vector<float> masks;
  const auto& images = trial.inputs.partition().validation;
  predict_all(trial, net, images, [&](auto, const Prediction& said) {
    masks.insert(masks.end(), said.masks.begin(), said.masks.end());
  });
  return collapse_reason(masks, trial.inputs.pack(), images, constant);
}

TrainedNet train_until_it_works(const TrainingRequest& request, const TrialContext& trial,
                                const ConstantMask& constant, Observer& observer) {
  const TrialSpec& spec = trial.spec;
  const bool warm = spec.role == Role::refine && spec.refine.mode == RefineMode::warm;
  Checkpoints checkpoints(request, trial.team.leads(), observer);
  TrainingPoint point = checkpoints.take_point().value_or(TrainingPoint{});
  TrainedNet trained;
  for (;;) {
    const Streams streams(spec, point.reseeds);
    trained.net =
        std::make_unique<UNet>(spec.network, trial.inputs.channels(), quality_head_of(spec),
                               spec.numerics.layout, streams, device_of(spec.numerics));
    if (warm) read_weights(input_file(request, "weights"), *trained.net);
    trained.fit = fit(trial, *trained.net, streams, point, checkpoints);
    trained.reseeds = point.reseeds;
    trained.training_seconds = point.earlier_seconds + trained.fit.training_seconds;
    trained.images = point.earlier_images + trained.fit.images;
    trained.collapse = collapse_of(trial, *trained.net, constant);
    if (trained.collapse.empty() || trained.reseeds >= spec.training.collapse_retries)
      return trained;
    point = {.reseeds = point.reseeds + 1,
             .earlier_epochs = trained.fit.last_epoch,
             .earlier_seconds = trained.training_seconds,
             .earlier_images = trained.images,
             .fit = {.last_epoch = trained.fit.last_epoch}};
  }
}

std::span<const std::byte> bytes_of(const auto& numbers) {
  return std::as_bytes(std::span(numbers));
}

void write_masks(const std::filesystem::path& file, const std::vector<std::uint16_t>& masks,
                 const Pack& pack) {
  TensorFile content;
  content.tensors["masks"] = {
      ElementType::f16, {pack.count(), 1, pack.size(), pack.size()}, bytes_of(masks)};
  write_tensor_file(file, content);
}

std::string summary_of(const TrainedNet& trained, const Inputs& inputs,
                       const ConstantMask& constant) {
  const FitResult& fit = trained.fit;
  return nlohmann::json{
      {"best_epoch", fit.best_epoch},
      {"epochs", fit.last_epoch},
      {"best_validation_signal", fit.best_signal},
      {"training_seconds", trained.training_seconds},
      {"images_per_second", static_cast<double>(trained.images) / trained.training_seconds},
      {"reseeds", trained.reseeds},
      {"collapse", trained.collapse},
      {"parameters", trained.net->parameter_count()},
      {"constant_mask_dice", mean_dice(constant.mask, inputs.pack(), inputs.partition().test)},
      {"train_images", inputs.partition().train.size()},
      {"validation_images", inputs.partition().validation.size()},
      {"test_images", inputs.partition().test.size()}}
      .dump();
}

void require_team(const TrialSpec& spec, const Collective& team) {
  const auto refuse = [](const std::string& what) {
    throw TrainingError(Failure::impossible, "numerics.ranks: " + what);
  };
  if (spec.numerics.ranks != team.size())
    refuse("the trial is for " + std::to_string(spec.numerics.ranks) + ", the team has " +
           std::to_string(team.size()));
  if (team.size() == 1) return;
  if (spec.role != Role::segment && spec.role != Role::refine) refuse("only a training has a team");
  if (spec.network.norm == Norm::batch || spec.training.loss_reduction == LossReduction::batch ||
      spec.refine.quality_target == QualityTarget::shuffled)
    refuse("a team cannot share a batch whose images look at each other");
}

}  // namespace

TrainingResult run_trial(const TrainingRequest& request, Collective& team, Observer& observer) {
  const TrialSpec& spec = request.spec;
  require_team(spec, team);
  if (spec.role == Role::evaluate) return evaluate(request, observer);
  if (spec.role == Role::deform) return run_deform_trial(request);
  const Inputs inputs(request);
  const TrialContext trial{spec, inputs, team};
  const ConstantMask constant = best_constant_mask(inputs.pack(), inputs.partition().train);
  const TrainedNet trained = train_until_it_works(request, trial, constant, observer);

  TrainingResult result;
  result.outcome = trained.collapse.empty() ? Outcome::finished : Outcome::collapsed;
  result.reason = trained.collapse;
  result.summary = summary_of(trained, inputs, constant);
  if (team.leads()) {
    result.artifacts["weights"] = request.output / "weights.safetensors";
    write_weights(result.artifacts["weights"], *trained.net);
  }
  if (spec.role == Role::refine) {
    observer.on_rows(validation_rows(trial, *trained.net));
    return result;
  }
  const auto masks = base_masks(trial, *trained.net);
  if (!team.leads()) return result;
  result.artifacts["masks"] = request.output / "masks.safetensors";
  write_masks(result.artifacts["masks"], masks, inputs.pack());
  observer.on_rows(base_rows(masks, inputs));
  return result;
}

}  // namespace hone
