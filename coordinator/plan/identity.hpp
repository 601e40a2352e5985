#pragma once

#include <map>
#include <optional>
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

/// The numbers of the programs that computed a result.
struct ResultVersions {
  int trainer = trainer_version;
  int evaluation = evaluation_version;
  bool operator==(const ResultVersions&) const = default;
};

/// The versions under which the spec and inputs have this identity. Nothing if there are none: the
/// spec was written by a Hone that knew other fields.
std::optional<ResultVersions> versions_of(const Digest& identity, const TrialSpec& spec,
                                          const std::map<std::string, Origin>& inputs);

}  // namespace hone
