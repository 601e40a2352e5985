#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/net/processor.hpp"
#include "common/version.hpp"
#include "coordinator/cli/checks.hpp"
#include "coordinator/cli/program_output.hpp"
#include "sql/database.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

std::string first_line_of(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Check check_trainer(const fs::path& program) {
  const std::string library = output_of(program, "--library 2>/dev/null");
  if (!library.empty()) return {"trainer", Verdict::good, program.string() + ", " + library};
  const std::string why = first_line_of(output_of(program, "--library 2>&1; true"));
  return {"trainer", Verdict::fault, program.string() + " does not run: " + why,
          "install it beside hone, or name it with --trainer"};
}

Check check_gpus(const fs::path& program) {
  const auto list = nlohmann::json::parse(output_of(program, "--gpus 2>/dev/null"), nullptr, false);
  const std::string driver = gpu_driver_version();
  if (!list.is_array() || list.empty()) {
    const std::string why = first_line_of(output_of(program, "--gpus 2>&1 >/dev/null"));
    if (driver.empty()) return {"GPUs", Verdict::good, "none, and no driver"};
    return {"GPUs", Verdict::warning, "driver " + driver + ", but the trainer uses none: " + why,
            "install the Hone that is built for CUDA (preset cuda, scripts/bundle --cuda)"};
  }
  std::string names;
  for (const auto& gpu : list)
    names += (names.empty() ? "" : ", ") + gpu.at("name").get<std::string>();
  return {"GPUs", Verdict::good, names + (driver.empty() ? "" : "; driver " + driver)};
}

Check check_mpirun() {
  const std::string version = first_line_of(output_of("mpirun", "--version 2>/dev/null"));
  if (!version.empty()) return {"mpirun", Verdict::good, version};
  return {
      "mpirun", Verdict::warning, "not found on the PATH",
      "without it there are no teams over MPI (numerics.ranks); workers start by srun or by hand"};
}

Check check_sqlite() {
  const std::string version = sqlite_version();
  if (!has_wal_reset_flaw(version)) return {"SQLite", Verdict::good, version};
  return {"SQLite", Verdict::good,
          version +
              ", which can damage a file that two connections write at once (fixed in 3.51.3): "
              "Hone writes with one, so let nothing else write hone.sqlite"};
}

Check check_user() {
  if (::geteuid() != 0) return {"user", Verdict::good, "not root"};
  return {"user", Verdict::warning, "root",
          "a coordinator and workers need no rights of root: give them a user of their own"};
}

}  // namespace

std::vector<Check> check_machine(const std::string& trainer) {
  const fs::path program = trainer_program(trainer);
  return {{"hone", Verdict::good, code_version()},
          check_trainer(program),
          check_gpus(program),
          check_mpirun(),
          check_sqlite(),
          check_user()};
}

std::string name_of(Verdict verdict) {
  return verdict == Verdict::good ? "good" : verdict == Verdict::warning ? "warning" : "fault";
}

}  // namespace hone::cli
