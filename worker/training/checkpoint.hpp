#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/spec.hpp"
#include "worker/training/checkpoint_file.hpp"
#include "worker/training/layers.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// Keeps a training's checkpoints, and brings it back to one: what follows has the same bits as if
/// it had never stopped. As an observer it passes on what it hears and remembers the epochs, since
/// an attempt tells all of its trial's.
///
/// Two files are kept, the newer and the one before; each appears whole, by a rename, and is held
/// against its digest when it is read.
class Checkpoints final : public Observer {
 public:
  /// Takes up the checkpoint that the request's inputs name ("checkpoint"), if any, and tells
  /// `next` the epochs that lie behind it. Writes to request.checkpoint, unless that is empty or
  /// this rank does not lead. Keeps references. Throws TrainingError(crashed) for a file that is no
  /// checkpoint, or a damaged one.
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
/// processor or GPU; another kind would go on with other bits. Removes damaged ones.
std::optional<std::filesystem::path> find_checkpoint(const std::filesystem::path& file,
                                                     const Numerics& numerics);

}  // namespace hone
