#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/spec.hpp"
#include "worker/training/fit_result.hpp"
#include "worker/training/layers.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// Where a training stands after an epoch, besides its tensors. What is random depends on seeds,
/// epoch and image alone, so that no generator's state is part of it.
struct TrainingPoint {
  int reseeds = 0;             // nets before this one that collapsed
  int earlier_epochs = 0;      // of those nets
  double earlier_seconds = 0;  // likewise, of training
  std::int64_t earlier_images = 0;
  FitResult fit;  // of this net, so far
};

/// Keeps a training's checkpoints, and brings it back to one: what follows has the same bits as if
/// it had never stopped. As an observer it passes on what it hears and remembers the epochs, since
/// an attempt tells all of its trial's.
///
/// Two files are kept, the newer and the one before; each appears whole, by a rename.
class Checkpoints final : public Observer {
 public:
  /// Takes up the checkpoint that the request's inputs name ("checkpoint"), if any, and tells
  /// `next` the epochs that lie behind it. Writes to request.checkpoint, unless that is empty or
  /// this rank does not lead. Keeps references. Throws TrainingError(impossible) for a file that is
  /// no checkpoint.
  Checkpoints(const TrainingRequest& request, bool leads, Observer& next);

  void on_epoch(const EpochRecord& record) override;
  void on_rows(std::span<const Measurement> rows) override { next_.on_rows(rows); }

  /// Where to go on: once, then nothing.
  std::optional<TrainingPoint> take_point();

  /// Gives the tensors what they were at that point. Throws std::runtime_error if they are others,
  /// and removes the file, so that the next attempt begins anew.
  void restore(const std::vector<NamedTensor>& tensors);

  /// Writes a checkpoint if the last one is old enough, or one was wanted since. A disk that is
  /// full ends no training.
  void keep_if_due(const TrainingPoint& point, const std::vector<NamedTensor>& tensors);

 private:
  using Clock = std::chrono::steady_clock;
  void write(const TrainingPoint& point, const std::vector<NamedTensor>& tensors) const;

  Observer& next_;
  std::filesystem::path file_;   // '' : writes none
  std::filesystem::path taken_;  // what it goes on from; '' : from the beginning
  std::string made_on_;
  std::optional<TrainingPoint> point_;
  std::vector<EpochRecord> epochs_;
  Clock::duration interval_;
  Clock::time_point last_ = Clock::now();
};

/// The newest whole checkpoint at `file` that was made with the same LibTorch on the same kind of
/// processor or GPU; another kind would go on with other bits.
std::optional<std::filesystem::path> find_checkpoint(const std::filesystem::path& file,
                                                     const Numerics& numerics);

}  // namespace hone
