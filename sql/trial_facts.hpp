#pragma once

namespace hone {

/// The columns of a trial that repeat its spec, and their values where the spec is parameter ?2.
#define HONE_TRIAL_FACTS "role, dataset, rotation, fold, seed, mode, lambda"
#define HONE_TRIAL_FACTS_OF_SPEC                                                \
  "?2 ->> '$.role', ?2 ->> '$.dataset', ?2 ->> '$.rotation', ?2 ->> '$.fold', " \
  "?2 ->> '$.seed', ?2 ->> '$.refine.mode', ?2 ->> '$.refine.lambda'"

}  // namespace hone
