#include "coordinator/cli/datasets.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/dataset/description.hpp"
#include "coordinator/plan/profiles.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

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

PairsOptions inline_pairs(const DatasetSpec& dataset) {
  PairsOptions pairs;
  pairs.images = dataset.images;
  pairs.masks = dataset.masks;
  pairs.image_suffix = dataset.image_suffix;
  pairs.mask_suffix = dataset.mask_suffix;
  pairs.group = dataset.group;
  pairs.allow_aspect = dataset.allow_aspect;
  return pairs;
}

/// Of a data set with `use` or an inline `description`.
DatasetDescription description_of(const DatasetSpec& dataset) {
  if (dataset.description.empty()) return find_description(dataset.use);
  return read_description(dataset.description, dataset.use.empty() ? "description" : dataset.use);
}

IngestRequest request_of(const DatasetSpec& dataset, int image_size,
                         const std::filesystem::path& data) {
  IngestRequest request;
  request.layout = dataset.layout;
  request.pairs = inline_pairs(dataset);
  if (!dataset.use.empty() || !dataset.description.empty()) {
    DatasetDescription description = description_of(dataset);
    request.layout = std::move(description.layout);
    request.pairs = std::move(description.pairs);
    request.source = std::move(description.source);
  }
  if (request.layout != "lesions") request.directory = data / dataset.path;
  request.image_size = image_size;
  request.cases = dataset.cases;
  request.split_by = dataset.split_by == "image" ? SplitBy::image : SplitBy::patient;
  request.lesions.count = dataset.count;
  request.lesions.seed = dataset.generator;
  return request;
}

/// Takes in the descriptions that lie beside the experiment, so that it stands alone afterwards.
void take_in_descriptions(ExperimentSpec& experiment, const std::filesystem::path& folder) {
  for (DatasetSpec& dataset : experiment.datasets) {
    if (!dataset.description.empty() || !is_description_path(dataset.use)) continue;
    dataset.description = description_text((folder / dataset.use).string());
  }
}

/// Nets that have nothing to find say nothing: masks of another colour or level than the rule's.
void require_foreground(const DatasetSpec& dataset, const PackManifest& manifest) {
  const auto is_empty = [](const PackImage& image) { return image.foreground == 0; };
  if (!std::all_of(manifest.images.begin(), manifest.images.end(), is_empty)) return;
  throw CommandError("data set '" + dataset.name + "': every mask is empty by its rule: " +
                         manifest.foreground + "; a description can name another (mask levels)",
                     wrong_input);
}

/// Not refused: fewer tables may be asked for, for once.
void warn_of_unseen_variants(const ExperimentSpec& experiment) {
  const auto& tables = experiment.tables;
  const bool shown = std::find(tables.begin(), tables.end(), Wish::variants) != tables.end();
  if (experiment.variants.empty() || shown) return;
  std::fprintf(stderr, "hone: warning: 'variants' are left out: 'tables' does not ask for them\n");
}

/// What was read and what of it was left out must not go unseen; a pack that was there is old news.
void tell(const DatasetSpec& dataset, const IngestResult& result) {
  if (result.cached) return;
  const PackManifest& manifest = result.manifest;
  std::string text = "read " + dataset.name + ": " + counted(std::ssize(manifest.images), "image") +
                     " of " + std::to_string(manifest.image_size) + "x" +
                     std::to_string(manifest.image_size) + "; foreground: " + manifest.foreground;
  for (const auto& [condition, count] : manifest.counts) {
    std::string words = condition;
    std::replace(words.begin(), words.end(), '_', ' ');
    text += "; " + words + ": " + std::to_string(count);
  }
  std::fprintf(stderr, "hone: %s\n", text.c_str());
}

DatasetFacts facts_of(const IngestResult& result) {
  DatasetFacts facts{.pack = result.pack, .groups = {}};
  for (const PackImage& image : result.manifest.images) facts.groups.push_back(image.group);
  return facts;
}

/// With a progress bar on a terminal, and errors that name the data set.
DatasetFacts ingest_showing(const DatasetSpec& dataset, int image_size,
                            const std::filesystem::path& data, const std::filesystem::path& store) {
  std::optional<ProgressBar> bar;
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    if (!bar) bar.emplace("reading " + dataset.name, total);
    bar->update(done);
  };
  try {
    const IngestResult result = ingest(request_of(dataset, image_size, data), store, progress);
    bar.reset();
    require_foreground(dataset, result.manifest);
    tell(dataset, result);
    return facts_of(result);
  } catch (const IngestError& error) {
    throw CommandError("data set '" + dataset.name + "': " + error.what(), wrong_input);
  }
}

}  // namespace

std::string profiles_listed() {
  std::string list;
  for (const std::string_view name : profile_names())
    list += (list.empty() ? "" : ",") + std::string(name);
  return list;
}

void add_experiment_options(CLI::App& app, ExperimentOptions& options) {
  app.add_option("SPEC", options.file, "Experiment file, experiments/ph2.json say")->required();
  app.add_option("--profile", options.profile, "Defaults to use instead of the file's profile")
      ->type_name("NAME:{" + profiles_listed() + "}");
  app.add_option("--data", options.data, "Folder of the data sets' folders")
      ->type_name("DIR")
      ->capture_default_str();
  // One value each: CLI11 would otherwise take what follows for a second setting.
  app.add_option("-S,--set", options.settings, "Set one value: -S training.epochs=3 (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

ExperimentSpec load_experiment(const ExperimentOptions& options,
                               const std::function<Numerics()>& numerics) {
  try {
    ExperimentSpec experiment = parse_experiment(text_of(options.file), options.file,
                                                 options.profile, options.settings, numerics);
    take_in_descriptions(experiment, std::filesystem::path(options.file).parent_path());
    warn_of_unseen_variants(experiment);
    return experiment;
  } catch (const ExperimentError& error) {
    throw CommandError(error.what(), wrong_input);
  } catch (const IngestError& error) {
    throw CommandError(options.file + ": " + error.what(), wrong_input);
  }
}

void require_folders(const ExperimentSpec& experiment, const std::filesystem::path& data) {
  for (const DatasetSpec& dataset : experiment.datasets) {
    const std::filesystem::path folder = data / dataset.path;
    if (dataset.layout == "lesions" || std::filesystem::exists(folder)) continue;
    throw CommandError("data set '" + dataset.name + "': " + folder.string() +
                           ": there is no such folder; its path is relative to --data, which is " +
                           data.string(),
                       wrong_input);
  }
}

std::map<std::string, DatasetFacts> ingest_datasets(const ExperimentSpec& experiment,
                                                    const std::filesystem::path& data,
                                                    const std::filesystem::path& store) {
  require_folders(experiment, data);
  std::map<std::string, DatasetFacts> facts;
  for (const DatasetSpec& dataset : experiment.datasets)
    facts[dataset.name] = ingest_showing(dataset, experiment.image_size, data, store);
  return facts;
}

}  // namespace hone::cli
