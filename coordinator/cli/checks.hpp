#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/cli/connection.hpp"

/// What 'hone doctor' looks at. Nothing is changed, and whatever cannot be looked at is a finding.
namespace hone::cli {

enum class Verdict { good, warning, fault };

struct Check {
  std::string about;  // "disk", a word or two
  Verdict verdict = Verdict::good;
  std::string found;        // what there is
  std::string advice = {};  // what to do about it; '' where it is good
};

/// The programs and libraries of this machine: trainer, LibTorch, GPUs and their driver, mpirun,
/// SQLite. `trainer`: as trainer_program.
std::vector<Check> check_machine(const std::string& trainer);

/// A state folder: what it lies on, room, the database's order, rules that results break, modes of
/// the files that hold secrets, artifacts.
std::vector<Check> check_state(const std::filesystem::path& state);

/// The coordinator, if one answers: its version, its wire, its clock, its workers.
std::vector<Check> check_coordinator(const ConnectionOptions& options);

/// "good", "warning" or "fault".
std::string name_of(Verdict verdict);

}  // namespace hone::cli
