#include "worker/training/seed_agreement.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "worker/training/device.hpp"
#include "worker/training/overlap.hpp"
#include "worker/training/refinement.hpp"
#include "worker/training/weights.hpp"

namespace hone {

namespace {

std::string input_of_seed(std::size_t seed, const std::string& name) {
  return seed == 0 ? name : "seed." + std::to_string(seed) + "." + name;
}

/// A seed's net and where its masks are.
class SeedMasks {
 public:
  SeedMasks(const TrainingRequest& request, const Inputs& inputs, std::size_t seed)
      : values_(request.spec.refine),
        net_(request.spec.network, 4, quality_head_of(request.spec), request.spec.numerics.layout,
             Streams(request.spec, 0), device_of(request.spec.numerics)),
        base_(input_file(request, input_of_seed(seed, "masks")), inputs.pack()),
        refiner_(request.spec, net_, inputs) {
    read_weights(input_file(request, input_of_seed(seed, "weights")), net_);
  }

  /// Begins with the base masks of these images, at most evaluation_batch.
  void start(std::span<const std::int32_t> images, std::size_t pixels) {
    masks_.resize(images.size() * pixels);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const std::span mask = std::span(masks_).subspan(i * pixels, pixels);
      base_.copy(images[i], mask);
      set_values(values_.base_mask_values, mask);
    }
    refiner_.look_at(images);
  }

  void refine() {
    refiner_.refine(masks_, next_);
    set_values(values_.feedback, next_.masks);
    masks_.swap(next_.masks);
  }

  const std::vector<float>& masks() const { return masks_; }

 private:
  const RefineSpec& values_;
  UNet net_;
  BaseMasks base_;
  Refiner refiner_;
  std::vector<float> masks_;
  Prediction next_;
};

using Seeds = std::vector<std::unique_ptr<SeedMasks>>;

double mean_pairwise_dice(const Seeds& seeds, std::size_t begin, std::size_t pixels) {
  double sum = 0;
  int pairs = 0;
  for (std::size_t a = 0; a < seeds.size(); ++a) {
    for (std::size_t b = a + 1; b < seeds.size(); ++b) {
      sum += dice(hard_overlap(std::span(seeds[a]->masks()).subspan(begin, pixels),
                               std::span(seeds[b]->masks()).subspan(begin, pixels)));
      ++pairs;
    }
  }
  return sum / pairs;
}

}  // namespace

bool compares_seeds(const TrainingRequest& request) {
  return request.inputs.contains(input_of_seed(1, "weights"));
}

std::vector<Measurement> seed_agreement_rows(const TrainingRequest& request, const Inputs& inputs) {
  const EvaluateSpec& evaluate = request.spec.evaluate;
  Seeds seeds;
  while (seeds.empty() || request.inputs.contains(input_of_seed(seeds.size(), "weights"))) {
    seeds.push_back(std::make_unique<SeedMasks>(request, inputs, seeds.size()));
  }
  const std::span images(images_of(evaluate.split, inputs.partition()));
  const auto pixels = static_cast<std::size_t>(inputs.pack().pixels());
  std::vector<Measurement> rows;
  for (std::size_t at = 0; at < images.size(); at += evaluation_batch) {
    const auto some =
        images.subspan(at, std::min<std::size_t>(evaluation_batch, images.size() - at));
    for (const auto& seed : seeds) seed->start(some, pixels);
    for (int k = 0; k <= evaluate.iterations; ++k) {
      for (std::size_t i = 0; i < some.size(); ++i) {
        rows.push_back({.split = evaluate.split,
                        .image = some[i],
                        .iteration = k,
                        .metric = Metric::seed_agreement,
                        .value = mean_pairwise_dice(seeds, i * pixels, pixels)});
      }
      if (k == evaluate.iterations) break;
      for (const auto& seed : seeds) seed->refine();
    }
  }
  return rows;
}

}  // namespace hone
