#include "worker/training/predict_all.hpp"

#include <algorithm>
#include <string>

#include "worker/training/trainer.hpp"

namespace hone {

namespace {

using Images = std::span<const std::int32_t>;

/// Batches of a list of images, each predicted by the rank whose turn it is.
class Predictor {
 public:
  Predictor(const TrialContext& trial, const UNet& net)
      : trial_(trial),
        net_(net),
        batch_(evaluation_batch, trial.inputs.channels(), trial.spec.image_size,
               trial.spec.numerics.layout) {}

  /// What the net says of the images, on this rank alone.
  void predict_own(Images shown) {
    fault_.clear();
    for (std::size_t slot = 0; slot < shown.size(); ++slot)
      trial_.inputs.show(batch_, static_cast<int>(slot), shown[slot]);
    try {
      predict(net_, batch_, static_cast<int>(shown.size()), trial_.spec.numerics.precision, own_);
    } catch (const TrainingError& error) {
      if (trial_.team.size() == 1) throw;
      fault_ = error.what();  // the others must hear of it before this rank gives up
    }
  }

  /// What rank `owner` predicted; every rank calls it.
  const Prediction& of(int owner) {
    if (trial_.team.size() == 1) return own_;
    const bool is_own = owner == trial_.team.rank();
    const std::string fault = broadcast_text(trial_.team, is_own ? fault_ : std::string(), owner);
    if (!fault.empty()) throw TrainingError(Failure::diverged, fault);
    Prediction& said = is_own ? own_ : others_;
    share(said.masks, owner);
    share(said.quality, owner);
    return said;
  }

 private:
  template <class Number>
  void share(std::vector<Number>& numbers, int owner) {
    std::uint64_t size = numbers.size();
    trial_.team.broadcast(std::as_writable_bytes(std::span(&size, 1)), owner);
    numbers.resize(size);
    trial_.team.broadcast(std::as_writable_bytes(std::span(numbers)), owner);
  }

  const TrialContext& trial_;
  const UNet& net_;
  Batch batch_;
  Prediction own_, others_;
  std::string fault_;  // of the last prediction
};

}  // namespace

void predict_all(const TrialContext& trial, const UNet& net, Images images,
                 const Listener& listener) {
  Predictor predictor(trial, net);
  const auto batch = [&](std::size_t number) {
    const std::size_t first = std::min(number * evaluation_batch, images.size());
    return images.subspan(first, std::min<std::size_t>(evaluation_batch, images.size() - first));
  };
  const auto ranks = static_cast<std::size_t>(trial.team.size());
  const auto rank = static_cast<std::size_t>(trial.team.rank());
  for (std::size_t round = 0; !batch(round).empty(); round += ranks) {
    const Images mine = batch(round + rank);
    if (!mine.empty()) predictor.predict_own(mine);
    for (std::size_t owner = 0; owner < ranks && !batch(round + owner).empty(); ++owner)
      listener(batch(round + owner), predictor.of(static_cast<int>(owner)));
  }
}

}  // namespace hone
