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

/// Adds SPEC, --profile, --data and -S.
void add_experiment_options(CLI::App& app, ExperimentOptions& options);

/// Reads the experiment; `numerics` is what "auto" stands for. Throws CommandError with exit
/// code 2.
ExperimentSpec load_experiment(const ExperimentOptions& options,
                               const std::function<Numerics()>& numerics);

/// Ingests one data set into the folder `store`, or finds it there. Throws IngestError.
DatasetFacts ingest_dataset(const DatasetSpec& dataset, int image_size,
                            const std::filesystem::path& data, const std::filesystem::path& store,
                            const IngestProgress& progress = {});

/// All data sets of the experiment by name, with a progress bar on a terminal. Throws CommandError
/// with exit code 2.
std::map<std::string, DatasetFacts> ingest_datasets(const ExperimentSpec& experiment,
                                                    const std::filesystem::path& data,
                                                    const std::filesystem::path& store);

}  // namespace hone::cli
