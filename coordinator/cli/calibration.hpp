#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/spec.hpp"

namespace hone::cli {

/// What trainers of one kind reach together when they fill this machine.
struct Candidate {
  Numerics numerics;
  int side_by_side = 1;          // trainers
  double images_per_second = 0;  // of all of them
  std::string fault;             // why there is no figure
};

/// How fast this machine trains with which numerics.
struct Calibration {
  std::string machine;   // its processor, cores and GPU: another one's figures are of no use here
  std::string library;   // "LibTorch ..."
  std::string measured;  // date
  std::vector<Candidate> candidates;

  /// The fastest; of nearly equal ones (10 %) the first in the list, which begins with the
  /// plainest. Throws CommandError if none has a figure.
  const Candidate& best() const;
};

enum class Freshness { stored_will_do, measure_again };

/// The stored calibration of this machine, or a new one, which takes a few seconds a candidate,
/// says on stderr what it does, and is stored in ~/.cache/hone (XDG_CACHE_HOME). `trainer` '' is
/// hone-trainer beside this program. Throws CommandError.
Calibration calibrate(const std::string& trainer, Freshness freshness);

/// The numerics that `"numerics": "auto"` stands for in this state folder: what was chosen there
/// before, so that nothing is trained twice, or else the best of this machine, which is noted.
/// Throws CommandError.
Numerics chosen_numerics(const std::filesystem::path& state, const std::string& trainer);

/// Throws CommandError with exit code 2 and the trainer's reason if it sees no GPU here.
void require_gpu(const std::string& trainer);

/// As JSON, hone.calibration.v1.
std::string to_json(const Calibration& calibration);

}  // namespace hone::cli
