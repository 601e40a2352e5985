#include "worker/training/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "worker/training/curve.hpp"
#include "worker/training/device.hpp"
#include "worker/training/film_strip.hpp"
#include "worker/training/predict_all.hpp"
#include "worker/training/seed_agreement.hpp"
#include "worker/training/weights.hpp"

namespace hone {

namespace {

/// The masks that an evaluation starts from.
class StartMasks {
 public:
  StartMasks(const TrainingRequest& request, const Pack& pack)
      : values_(request.spec.refine.base_mask_values) {
    for (int i = 0;; ++i) {
      const std::string name = i == 0 ? "masks" : "masks." + std::to_string(i);
      const auto found = request.inputs.find(name);
      if (found == request.inputs.end()) break;
      sources_.emplace_back(found->second, pack);
    }
    if (sources_.empty()) {
      throw TrainingError(Failure::impossible, "the input 'masks' is missing");
    }
  }

  /// Writes the mean of an image's masks, as the net is to be given it (A8).
  void copy(int image, std::span<float> mask) const {
    std::vector<double> sum(mask.size());
    for (const BaseMasks& source : sources_) {
      source.copy(image, mask);
      std::transform(mask.begin(), mask.end(), sum.begin(), sum.begin(), std::plus<double>());
    }
    const auto count = static_cast<double>(sources_.size());
    std::transform(sum.begin(), sum.end(), mask.begin(),
                   [count](double total) { return static_cast<float>(total / count); });
    set_values(values_, mask);
  }

 private:
  MaskValues values_;
  std::list<BaseMasks> sources_;  // which cannot be moved
};

/// The net to evaluate; nullptr without weights.
std::unique_ptr<UNet> stored_net(const TrainingRequest& request) {
  const TrialSpec& spec = request.spec;
  const auto weights = request.inputs.find("weights");
  if (spec.evaluate.iterations < 0) {
    throw TrainingError(Failure::impossible, "evaluate.iterations: at least 0");
  }
  if (weights == request.inputs.end()) {
    if (spec.evaluate.iterations == 0) return nullptr;
    throw TrainingError(Failure::impossible,
                        "evaluate.iterations: nothing but 0 without the input 'weights'");
  }
  auto net = std::make_unique<UNet>(spec.network, 4, quality_head_of(spec), spec.numerics.layout,
                                    Streams(spec, 0), device_of(spec.numerics));
  read_weights(weights->second, *net);
  return net;
}

/// The rows of a whole split, a batch of images at a time. `film` may be nullptr.
std::vector<Measurement> follow_all(Curve& curve, const TrainingRequest& request,
                                    const Inputs& inputs, FilmStrip* film) {
  const EvaluateSpec& evaluate = request.spec.evaluate;
  const StartMasks start(request, inputs.pack());
  const std::span images(images_of(evaluate.split, inputs.partition()));
  const auto pixels = static_cast<std::size_t>(inputs.pack().pixels());
  std::vector<Measurement> rows;
  for (std::size_t at = 0; at < images.size(); at += evaluation_batch) {
    const auto some =
        images.subspan(at, std::min<std::size_t>(evaluation_batch, images.size() - at));
    std::vector<float> masks(some.size() * pixels);
    for (std::size_t i = 0; i < some.size(); ++i) {
      start.copy(some[i], std::span(masks).subspan(i * pixels, pixels));
    }
    if (film != nullptr) film->begin(some);
    const auto more = curve.follow(evaluate.split, some, std::move(masks), evaluate.iterations);
    if (film != nullptr) film->end(more);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

/// Writes the strip among what the trial leaves. Where it cannot be, the log says so: a result
/// counts without it.
void leave(const FilmStrip& film, const TrainingRequest& request, TrainingResult& result) {
  const std::filesystem::path file = request.output / "film_strip.safetensors";
  try {
    film.write(file);
    result.artifacts[film_strip_artifact] = file;
  } catch (const std::runtime_error& error) {
    std::cerr << "trainer event=film_strip_not_written reason=\"" << error.what() << "\"\n";
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

std::vector<Measurement> curve_rows(const TrainingRequest& request, const Inputs& inputs,
                                    TrainingResult& result) {
  const EvaluateSpec& evaluate = request.spec.evaluate;
  const std::unique_ptr<UNet> net = stored_net(request);
  Curve curve(request.spec, net.get(), inputs);
  if (request.film_strip <= 0) return follow_all(curve, request, inputs, nullptr);
  FilmStrip film(request.film_strip, images_of(evaluate.split, inputs.partition()).size(),
                 inputs.pack().size(), evaluate.iterations);
  curve.show_masks_to([&film](std::size_t i, int k, std::span<const float> mask) {
    if (film.shows(k)) film.add(i, mask);
  });
  std::vector<Measurement> rows = follow_all(curve, request, inputs, &film);
  leave(film, request, result);
  return rows;
}

}  // namespace

std::vector<std::uint16_t> base_masks(const TrialContext& trial, const UNet& net) {
  const Pack& pack = trial.inputs.pack();
  std::vector<std::int32_t> images(static_cast<std::size_t>(pack.count()));
  std::iota(images.begin(), images.end(), 0);
  std::vector<std::uint16_t> masks;
  masks.reserve(images.size() * static_cast<std::size_t>(pack.pixels()));
  predict_all(trial, net, images, [&](auto, const Prediction& said) {
    std::transform(said.masks.begin(), said.masks.end(), std::back_inserter(masks), half_bits);
  });
  return masks;
}

std::vector<Measurement> base_rows(const std::vector<std::uint16_t>& masks, const Inputs& inputs) {
  const auto pixels = static_cast<std::size_t>(inputs.pack().pixels());
  std::vector<float> mask(pixels);
  std::vector<Measurement> rows;
  for (const Split split : {Split::validation, Split::test}) {
    for (const std::int32_t image : images_of(split, inputs.partition())) {
      const auto bits = std::span(masks).subspan(static_cast<std::size_t>(image) * pixels, pixels);
      std::transform(bits.begin(), bits.end(), mask.begin(), float_of_half);
      for (const auto& [metric, value] : overlap_scores(mask, inputs.pack().truth(image))) {
        rows.push_back(
            {.split = split, .image = image, .iteration = 0, .metric = metric, .value = value});
      }
    }
  }
  return rows;
}

TrainingResult evaluate(const TrainingRequest& request, Observer& observer) {
  const auto start = std::chrono::steady_clock::now();
  const TrialSpec& spec = request.spec;
  const Inputs inputs(request);
  TrainingResult result;
  observer.on_rows(compares_seeds(request) ? seed_agreement_rows(request, inputs)
                                           : curve_rows(request, inputs, result));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  result.summary =
      nlohmann::json{{"seconds", seconds.count()},
                     {"images", images_of(spec.evaluate.split, inputs.partition()).size()}}
          .dump();
  return result;
}

}  // namespace hone
