#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "coordinator/dataset/ingest.hpp"
#include "coordinator/plan/plan.hpp"

namespace CLI {
class App;
}

/// From an experiment file to ingested data sets: what plan, run and submit begin with.
namespace hone::cli {

struct ExperimentOptions {
  std::string file;
  std::string profile;  // '' keeps the file's own
  std::string data = "data";
  std::vector<Setting> settings;
};

/// "paper,rigor,desk,smoke": as CLI11 lists what an option takes. A type's name alone checks
/// nothing: who reads the experiment says more.
std::string profiles_listed();

/// Adds SPEC, --profile, --data and -S.
void add_experiment_options(CLI::App& app, ExperimentOptions& options);

/// Reads the experiment; `numerics` is what "auto" stands for. Throws CommandError with exit
/// code 2.
ExperimentSpec load_experiment(const ExperimentOptions& options,
                               const std::function<Numerics()>& numerics);

/// Throws CommandError with exit code 2 if a data set's folder is not there: at once, before
/// anything is made or the others are read.
void require_folders(const ExperimentSpec& experiment, const std::filesystem::path& data);

/// Ingests all data sets of the experiment into the folder `store`, or finds them there; by name.
/// With a progress bar on a terminal; what was read is said on stderr. Throws CommandError
/// with exit code 2.
std::map<std::string, DatasetFacts> ingest_datasets(const ExperimentSpec& experiment,
                                                    const std::filesystem::path& data,
                                                    const std::filesystem::path& store);

}  // namespace hone::cli
