#pragma once

#include <cstdint>

namespace hone {

/// What a training has come to.
struct FitResult {
  int best_epoch = 0;           // whose weights the net now has; counted as in the records
  int last_epoch = 0;           // the epoch after which training stopped
  double best_signal = 0;       // that epoch's EpochRecord::validation_signal
  double training_seconds = 0;  // without validation
  std::int64_t images = 0;      // trained on, with repetition
};

}  // namespace hone
