#pragma once

#include <iosfwd>

#include "worker/training/trainer.hpp"

namespace hone {

/// The trainer's side of its talk with the agent: one JSON object a line (common/wire.hpp).
///
/// Says Ready, then for each Train a Progress per epoch, the trial's Rows (at most 512 a message),
/// and at last one Trained or Broken. Returns when `in` ends. A line that is no Train is a bug of
/// the agent: WireError. Throws std::runtime_error if `out` cannot be written.
void converse(std::istream& in, std::ostream& out, Trainer& trainer);

}  // namespace hone
