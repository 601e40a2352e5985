#pragma once

#include <map>
#include <string>

#include "common/spec.hpp"

namespace hone {

/// What an input file is: the artifact of an earlier trial.
struct Origin {
  Digest trial;  // the identity of the trial that makes it
  std::string artifact;
};

/// The name under which a trial's result is kept: SHA-256 of its canonical spec (the pack's digest
/// and the numerics are in it), its inputs and the trainer's version. A trial whose identity is
/// known is never computed again, in this sweep or another.
///
/// An input is named by the identity of the trial that makes it, not by the file's own digest:
/// that identity determines the content, and so a whole plan's identities are known before
/// anything has run. Changing what is hashed here forgets every result.
Digest identity_of(const TrialSpec& spec, const std::map<std::string, Origin>& inputs);

}  // namespace hone
