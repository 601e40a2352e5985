#include <cstdio>
#include <set>

#include "coordinator/report/evidence.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

std::string number(double value) {
  return cell_text({.value = value});
}

std::string head_of(const Evidence& evidence) {
  const ResultCell& result = evidence.result;
  std::string text = text_of(evidence.cell) + " of sweep " + std::to_string(evidence.sweep.value) +
                     ", " + evidence.sweep_name + ": " +
                     (result.dice ? number(*result.dice) : "no number yet");
  if (result.interval && result.interval->kind != IntervalKind::none)
    text += ", 95 % interval [" + number(result.interval->low) + ", " +
            number(result.interval->high) + "]";
  if (result.paper) text += ", in the paper " + number(*result.paper);
  text += "\n";
  for (const std::string& missing : result.missing) text += "  lacks " + missing + "\n";
  return text;
}

std::string text_of(const EvidencePart& part) {
  std::string text =
      "  rotation " + std::to_string(part.rotation) + ", seed " + std::to_string(part.seed) + ": ";
  text += part.trial ? "trial " + std::to_string(*part.trial) : "no trial yet";
  if (part.trial)
    text += part.attempt > 0 ? ", attempt " + std::to_string(part.attempt) : ", not done";
  text += part.iteration ? ", iteration " + std::to_string(*part.iteration) : ", no iteration";
  text += " (" + part.why + "): " + counted(part.rows, "row");
  if (part.mean) text += ", mean " + number(*part.mean);
  return text + "\n";
}

std::string text_of(const EvidenceChoice& choice) {
  std::string text = "  " + choice.name + " of rotation " + std::to_string(choice.row.rotation) +
                     ", seed " + std::to_string(choice.row.seed) + " (trial " +
                     std::to_string(choice.trial) + ", " + choice.row.state + ")\n";
  for (const ChoiceCandidate& each : choice.row.candidates) {
    char score[16] = "no score";
    if (each.score) std::snprintf(score, sizeof score, "%.3f", *each.score);
    text += "    " + std::string(each.chosen ? "* " : "  ") + each.setting + ": " +
            (each.pruned ? text_of(*each.pruned, each.trials)
                         : score + (" of " + counted(each.trials, "trial"))) +
            "\n";
  }
  return text;
}

std::string text_of(const EvidenceFile& file, const char* kind) {
  std::string text = "      " + std::string(kind) + " " + file.name + " " +
                     (file.digest.empty() ? "not there yet" : file.digest);
  if (file.maker && std::string_view(kind) == "input")
    text += " of trial " + std::to_string(*file.maker);
  return text + "\n";
}

std::string text_of(const EvidenceAttempt& attempt) {
  std::string text = "      attempt " + std::to_string(attempt.number) + ", " +
                     (attempt.accepted ? "accepted" : attempt.state) + ": " + attempt.host + " (" +
                     attempt.device + "), " + attempt.started + " to " +
                     (attempt.ended.empty() ? "now" : attempt.ended);
  if (attempt.rows) text += ", " + counted(*attempt.rows, "row");
  if (attempt.reseeds) text += ", " + counted(*attempt.reseeds, "reseed");
  if (!attempt.code.empty()) text += ", by hone " + attempt.code + " with " + attempt.library;
  if (!attempt.reason.empty()) text += ", " + first_line(attempt.reason);
  return text + "\n";
}

std::string versions_text(const EvidenceTrial& trial) {
  if (!trial.versions) return "trainer of another version";
  std::string text = "trainer version " + std::to_string(trial.versions->trainer);
  if (trial.spec.role == Role::evaluate)
    text += ", evaluation version " + std::to_string(trial.versions->evaluation);
  return text;
}

std::string text_of(const EvidenceTrial& trial) {
  const TrialSpec& spec = trial.spec;
  std::string text = "  " + std::to_string(trial.id) + "  " + std::string(name_of(spec.role)) +
                     "  " + trial.name + ": " + trial.state;
  if (!trial.reason.empty()) text += " (" + first_line(trial.reason) + ")";
  text += "\n      identity " + trial.identity + "\n      rotation " +
          std::to_string(spec.rotation) + ", fold " + std::to_string(spec.fold) + ", seed " +
          std::to_string(spec.seed) + ", " + std::string(name_of(spec.numerics.precision)) + ", " +
          std::string(name_of(spec.numerics.layout)) + ", " +
          counted(spec.numerics.threads, "thread") + ", " + versions_text(trial) + "\n";
  for (const EvidenceFile& file : trial.inputs) text += text_of(file, "input");
  for (const EvidenceFile& file : trial.outputs) text += text_of(file, "output");
  for (const EvidenceAttempt& attempt : trial.attempts) text += text_of(attempt);
  return text;
}

std::string text_of(const EvidencePack& pack) {
  return "  " + pack.digest + ": " + pack.dataset + ", " + counted(pack.images, "image") + " of " +
         std::to_string(pack.image_size) + "×" + std::to_string(pack.image_size) + ", layout " +
         pack.layout + (pack.synthetic ? ", SYNTHETIC" : "") + "\n";
}

}  // namespace

std::string text_of(const Evidence& evidence, const std::string& state) {
  std::string text = head_of(evidence) + "\nRows\n";
  for (const EvidencePart& part : evidence.parts) text += text_of(part);
  if (!evidence.choices.empty()) text += "\nChoices, by validation Dice x 100; * was chosen\n";
  for (const EvidenceChoice& choice : evidence.choices) text += text_of(choice);
  text += "\nTrials, what is needed first\n";
  for (const EvidenceTrial& trial : evidence.trials) text += text_of(trial);
  text += "\nData\n";
  for (const EvidencePack& pack : evidence.packs) text += text_of(pack);
  if (!evidence.sql.empty())
    text += "\nAgain from the rows\n  hone query \"" + evidence.sql + "\"" +
            (state.empty() ? "" : " --state " + state) + "\n";
  return text;
}

}  // namespace hone
