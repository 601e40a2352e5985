#include "coordinator/cli/datasets.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <optional>
#include <sstream>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"

namespace hone::cli {

namespace {

constexpr int wrong_input = 2;

std::string text_of(const std::string& file) {
  if (std::filesystem::is_directory(file)) {
    throw CommandError("'" + file + "' is a folder; name an experiment file in it", wrong_input);
  }
  if (!std::filesystem::exists(file)) {
    throw CommandError("there is no experiment file '" + file + "'", wrong_input);
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw CommandError("cannot read the experiment '" + file + "'", wrong_input);
  return text.str();
}

IngestRequest request_of(const DatasetSpec& dataset, int image_size,
                         const std::filesystem::path& data) {
  IngestRequest request;
  request.layout = dataset.layout;
  if (dataset.layout != "lesions") request.directory = data / dataset.path;
  request.image_size = image_size;
  request.pairs.images = dataset.images;
  request.pairs.masks = dataset.masks;
  request.pairs.image_suffix = dataset.image_suffix;
  request.pairs.mask_suffix = dataset.mask_suffix;
  request.pairs.group = dataset.group;
  request.pairs.allow_aspect = dataset.allow_aspect;
  request.lesions.count = dataset.count;
  request.lesions.seed = dataset.generator;
  return request;
}

}  // namespace

void add_experiment_options(CLI::App& app, ExperimentOptions& options) {
  app.add_option("SPEC", options.file, "Experiment file, experiments/ph2.json say")->required();
  app.add_option("--profile", options.profile, "Defaults to use instead of the file's profile")
      ->type_name("NAME");
  app.add_option("--data", options.data, "Folder of the data sets' folders")
      ->type_name("DIR")
      ->capture_default_str();
  // One value each: CLI11 would otherwise take what follows for a second setting.
  app.add_option("-S,--set", options.settings, "Set one value: -S training.epochs=3 (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

ExperimentSpec load_experiment(const ExperimentOptions& options) {
  try {
    return parse_experiment(text_of(options.file), options.file, options.profile, options.settings);
  } catch (const ExperimentError& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

DatasetFacts ingest_dataset(const DatasetSpec& dataset, int image_size,
                            const std::filesystem::path& data, const std::filesystem::path& store,
                            const IngestProgress& progress) {
  const IngestResult result = ingest(request_of(dataset, image_size, data), store, progress);
  DatasetFacts facts{.pack = result.pack, .groups = {}};
  for (const PackImage& image : result.manifest.images) facts.groups.push_back(image.group);
  return facts;
}

std::map<std::string, DatasetFacts> ingest_datasets(const ExperimentSpec& experiment,
                                                    const std::filesystem::path& data,
                                                    const std::filesystem::path& store) {
  std::map<std::string, DatasetFacts> facts;
  for (const DatasetSpec& dataset : experiment.datasets) {
    std::optional<ProgressBar> bar;
    const auto progress = [&](std::int64_t done, std::int64_t total) {
      if (!bar) bar.emplace("reading " + dataset.name, total);
      bar->update(done);
    };
    try {
      facts[dataset.name] = ingest_dataset(dataset, experiment.image_size, data, store, progress);
    } catch (const IngestError& error) {
      throw CommandError("data set '" + dataset.name + "': " + error.what(), wrong_input);
    }
  }
  return facts;
}

}  // namespace hone::cli
