#pragma once

#include <cstddef>
#include <list>
#include <map>

#include "common/digest.hpp"

namespace hone {

/// What a worker's cache is taken to hold: the artifacts that it was last given or has made, a
/// bounded number of them. A guess: its cache may have let go of some, which costs a transfer and
/// nothing else.
class Holdings {
 public:
  static constexpr std::size_t most = 1024;  // artifacts; beyond, what was noted longest ago goes

  void note(const Digest& artifact);
  bool has(const Digest& artifact) const { return places_.contains(artifact); }
  bool empty() const { return places_.empty(); }

 private:
  std::list<Digest> order_;  // last noted first
  std::map<Digest, std::list<Digest>::iterator> places_;
};

}  // namespace hone
