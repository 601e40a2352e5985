#include "coordinator/cli/repeat.hpp"

#include <map>
#include <set>

#include "coordinator/cli/command.hpp"
#include "coordinator/dataset/pack.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/state/store.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

PlannedTrial planned(const EvidenceTrial& trial) {
  PlannedTrial planned{.key = trial.name.empty() ? "trial " + std::to_string(trial.id) : trial.name,
                       .spec = trial.spec,
                       .needs = {},
                       .identity = *Digest::parse(trial.identity)};
  planned.image_steps = trial.image_steps;
  return planned;
}

/// The trials that are given need nothing.
Submission submission_of(const Repetition& repetition) {
  Submission submission{
      .name = "verify", .experiment = R"({"record": {"film_strip": 0}})", .packs = {}, .plan = {}};
  std::map<std::int64_t, std::size_t> places;
  for (const EvidenceTrial& trial : repetition.given) {
    places[trial.id] = submission.plan.trials.size();
    submission.plan.trials.push_back(planned(trial));
  }
  for (const EvidenceTrial& trial : repetition.again) {
    PlannedTrial one = planned(trial);
    for (const EvidenceFile& input : trial.inputs)
      if (input.maker)
        one.needs.push_back(
            {.trial = places.at(*input.maker), .input = input.name, .artifact = input.artifact});
    places[trial.id] = submission.plan.trials.size();
    submission.plan.trials.push_back(std::move(one));
    submission.packs[trial.spec.dataset] = trial.spec.pack;
  }
  return submission;
}

void link_artifact(const std::string& digest, const fs::path& from, const fs::path& to) {
  if (!fs::exists(from / digest)) {
    throw CommandError(
        "the artifact " + digest + " is not in " + from.string() +
        "; 'hone ingest' makes a pack again, and without --scope evaluate weights are "
        "trained again");
  }
  if (!fs::exists(to / digest)) fs::create_symlink(fs::absolute(from / digest), to / digest);
}

}  // namespace

Repetition repeat_all(const Evidence& evidence) {
  return {.again = evidence.trials, .given = {}};
}

Repetition repeat_evaluations(const Evidence& evidence) {
  Repetition repetition;
  std::set<std::int64_t> needed;
  for (const EvidenceTrial& trial : evidence.trials) {
    if (trial.spec.role != Role::evaluate) continue;
    repetition.again.push_back(trial);
    for (const EvidenceFile& input : trial.inputs)
      if (input.maker) needed.insert(*input.maker);
  }
  if (repetition.again.empty()) {
    throw CommandError(text_of(evidence.cell) +
                           " comes from a training, not from an evaluation: leave out --scope",
                       wrong_input);
  }
  for (const EvidenceTrial& trial : evidence.trials)
    if (needed.contains(trial.id)) repetition.given.push_back(trial);
  return repetition;
}

SweepId set_up(const Repetition& repetition, const fs::path& state, const fs::path& artifacts) {
  const fs::path links = artifact_folder(state);
  fs::create_directories(links);
  Store store(database_file(state));
  const auto transaction = store.begin();
  for (const EvidenceTrial& trial : repetition.again) {
    link_artifact(trial.spec.pack.hex(), artifacts, links);
    store.add_pack(trial.spec.pack, read_manifest(links / trial.spec.pack.hex()));
  }
  const SweepId sweep = store.add_sweep(submission_of(repetition)).sweep;
  for (const EvidenceTrial& trial : repetition.given) {
    std::map<std::string, Digest> outputs;
    for (const EvidenceFile& output : trial.outputs) {
      link_artifact(output.digest, artifacts, links);
      outputs[output.name] = *Digest::parse(output.digest);
    }
    store.adopt(*Digest::parse(trial.identity), outputs);
  }
  transaction->commit();
  return sweep;
}

}  // namespace hone::cli
