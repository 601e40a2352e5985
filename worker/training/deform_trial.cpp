#include "worker/training/deform_trial.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/training/deform_fit.hpp"
#include "worker/training/inputs.hpp"

namespace hone {

namespace {

std::string deform_summary(const DeformationFit& fit, double seconds) {
  nlohmann::json deformations;
  for (std::size_t kind = 0; kind < fit.reached.size(); ++kind) {
    const ReachedDice& reached = fit.reached[kind];
    deformations[std::string(name_of(static_cast<Deformation>(kind)))] = {
        {"histogram", reached.histogram},
        {"flatness", reached.flatness},
        {"mean_dice", reached.mean_dice}};
  }
  return nlohmann::json{{"deformations", deformations}, {"masks", fit.masks}, {"seconds", seconds}}
      .dump();
}

}  // namespace

TrainingResult run_deform_trial(const TrainingRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  const TrialSpec& spec = request.spec;
  if (spec.image_size < 2) {
    throw TrainingError(Failure::impossible, "image_size: at least two pixels");
  }
  const Pack pack(input_file(request, "pack"), spec.image_size);
  const Partition partition = partition_of(pack, spec.rotation, spec.fold);
  const DeformationFit fit = fit_deformations(pack, partition.train, Streams(spec, 0));

  TrainingResult result;
  result.artifacts["deformations"] = request.output / "deformations.safetensors";
  write_law(result.artifacts["deformations"], fit.law);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  result.summary = deform_summary(fit, seconds.count());
  return result;
}

}  // namespace hone
