#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/plan/identity.hpp"
#include "coordinator/report/cell.hpp"
#include "coordinator/report/choices.hpp"
#include "coordinator/report/results.hpp"
#include "sql/database.hpp"

/// Everything behind a cell, down to rows.
namespace hone {

/// A rotation and seed of a cell: rows of one trial after one iteration.
struct EvidencePart {
  int rotation = 0;
  std::int64_t seed = 1;
  std::optional<std::int64_t> trial;      // nothing while it is not known
  std::optional<std::int64_t> iteration;  // nothing while it is not chosen
  std::string why;                        // of the iteration
  std::int64_t attempt = 0;               // accepted; 0: none
  std::int64_t rows = 0;
  std::optional<double> mean;  // of their Dice, times 100
};

/// A selection that decided something about the cell.
struct EvidenceChoice {
  std::int64_t trial = 0;
  std::string name;  // "lambda", "steps/warm", "iteration/warm-1"
  ChoiceRow row;     // with the scores of its candidates
};

struct EvidenceFile {
  std::string name;                   // "pack", "masks", "weights"
  std::string digest;                 // of the artifact; '' while it is not there
  std::optional<std::int64_t> maker;  // the trial that made it; nothing for a pack
  std::string artifact;               // what its maker calls it; '' for a pack
};

struct EvidenceAttempt {
  std::int64_t number = 0;
  bool accepted = false;
  std::string state, reason, host, device, started, ended;
  std::optional<std::int64_t> rows, reseeds;
  std::string code;     // "0.1.0 (19b1223)"; '' of an attempt that does not say
  std::string library;  // "LibTorch 2.13.0"
};

struct EvidenceTrial {
  std::int64_t id = 0;
  std::string name;  // in the sweep; '' if only others know it by one
  std::string identity, state, reason;
  TrialSpec spec;
  std::int64_t image_steps = 0;
  std::optional<ResultVersions> versions;
  std::vector<EvidenceFile> inputs, outputs;
  std::vector<EvidenceAttempt> attempts;
};

struct EvidencePack {
  std::string digest, dataset, layout;
  std::int64_t images = 0, image_size = 0;
  bool synthetic = false;
};

struct Evidence {
  CellName cell;
  SweepId sweep;
  std::string sweep_name;
  ResultCell result;  // as the table prints it
  std::vector<EvidencePart> parts;
  std::vector<EvidenceChoice> choices;
  std::vector<EvidenceTrial> trials;  // all that the parts rest on, what is needed first
  std::vector<EvidencePack> packs;
  std::string sql;  // recomputes the number from `measurement`; '' while there are no rows
};

/// Throws SqlError; std::invalid_argument if the sweep has no such cell.
Evidence read_evidence(Database& database, SweepId sweep, const CellName& cell);

/// Of the trials that the cell's parts rest on, with the parts' own, what is needed first.
std::vector<EvidenceTrial> read_trials_behind(Database& database, SweepId sweep,
                                              const CellName& cell);

/// For people. `state` is the --state of the query that it ends with; '' where none is needed.
std::string text_of(const Evidence& evidence, const std::string& state = "");

/// A JSON object with every field ("schema": "hone.cell.v1").
std::string to_json(const Evidence& evidence);

}  // namespace hone
