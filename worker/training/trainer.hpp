#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "common/measurement.hpp"
#include "common/message.hpp"
#include "common/spec.hpp"

/// The seam of the trainer: no torch type here, so whoever includes this compiles in a second.
namespace hone {

class Collective;

/// Hears what a training comes to while it runs. Called on the training thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_epoch(const EpochRecord& record) = 0;
  virtual void on_rows(std::span<const Measurement> rows) = 0;
  /// A checkpoint after this epoch is on disk.
  virtual void on_checkpoint(int /*epoch*/) {}
};

/// Why a training cannot give a result. Divergence and unusable inputs are answers, not crashes.
class TrainingError : public std::runtime_error {
 public:
  TrainingError(Failure kind, const std::string& reason)
      : std::runtime_error(reason), failure(kind) {}
  Failure failure;
};

struct TrainingRequest {
  TrialSpec spec;
  /// "pack" for all. A refiner has "masks", those of a base net; with out-of-fold base masks
  /// "masks.0" to "masks.3" too, with fitted deformations "deformations", and if it starts warm
  /// "weights". An evaluation has "masks" and "weights", or (control C3) no weights and also
  /// "masks.1", "masks.2" and so on.
  std::map<std::string, std::filesystem::path> inputs;
  std::filesystem::path output;  // an existing empty directory
  /// Where checkpoints of a training are kept and looked for, in an existing directory; '' for
  /// none.
  std::filesystem::path checkpoint = {};
  std::chrono::milliseconds checkpoint_interval{60'000};  // at least so long between two
  int film_strip = 0;  // images, at most, of which an evaluation leaves masks; 0: none
};

struct TrainingResult {
  Outcome outcome = Outcome::finished;
  std::string reason;                                      // of a collapse, else empty
  std::map<std::string, std::filesystem::path> artifacts;  // "weights"; "masks" for a base
                                                           // film_strip_artifact of an evaluation
  std::string summary;                                     // JSON object of facts worth keeping
};

/// Trains one trial at a time. The same spec and inputs on the same machine give the same rows and
/// files bit by bit, whatever was trained before. Not thread-safe.
class Trainer {
 public:
  virtual ~Trainer() = default;

  /// Goes on from the checkpoint, if there is one. Throws TrainingError, or anything else for a
  /// bug.
  virtual TrainingResult train(const TrainingRequest& request, Observer& observer) = 0;

  /// "LibTorch 2.13.0 (AVX512)" and the like.
  virtual std::string library() const = 0;
};

/// A checkpoint is wanted at the end of the epoch under way, however young the last one is: the
/// job or the worker ends soon. May be called by a signal handler.
void want_checkpoint();

/// The LibTorch trainer, for trials of one rank. Sets this process's LibTorch threads from each
/// trial's numerics.
std::unique_ptr<Trainer> make_trainer();

/// The same for rank 0 of a team: what it trains, the ranks in follow() train with it, until it is
/// destroyed. `team` outlives it.
std::unique_ptr<Trainer> make_team_leader(Collective& team);

/// What the other ranks of the team do: they train what rank 0 trains, and return when its trainer
/// is destroyed. Throws what training throws, but for TrainingError, which rank 0 hears as well.
void follow(Collective& team);

}  // namespace hone
