#pragma once

#include <cstddef>
#include <vector>

#include "coordinator/stopping/curves.hpp"

namespace hone {

/// Curves dealt to parts of which each is left out of a fit in turn.
struct Parts {
  std::size_t count = 0;
  std::vector<std::size_t> of;  // the part of each curve, below count
};

/// At most five parts, whole groups each: images of one patient are alike, so that a rule fitted to
/// one of them has seen the others. In the order of the curves each group goes to the part with the
/// fewest images so far, of equals the first; so images that are their own groups are dealt in
/// turn. As many parts as groups where those are fewer.
Parts parts_of(const std::vector<Curve>& curves);

}  // namespace hone
