#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/dataset/ingest.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Layouts:
  ph2       the official tree of PH2 (PH2 Dataset images/IMD002/...)
  isic2017  the official tree of ISIC 2017 (ISIC-2017_Training_Data/...)
  pairs     any folder of images and masks with the same names
  lesions   no folder: pictures are drawn, the same for the same --seed

Examples:
  hone ingest ph2 data/PH2Dataset
  hone ingest pairs data/skin --images photos --masks truth --mask-suffix _mask
  hone ingest pairs data/eyes --group '^(patient[0-9]+)_'
  hone ingest lesions --count 200 --seed 7 --size 64
)";

struct Options {
  IngestRequest request;
  std::string directory;
  std::string name;
  std::string state;
  std::filesystem::path store;
  bool json = false;
};

std::int64_t group_count(const PackManifest& manifest) {
  std::set<std::int32_t> groups;
  for (const PackImage& image : manifest.images) groups.insert(image.group);
  return std::ssize(groups);
}

double mean_foreground(const PackManifest& manifest) {
  double sum = 0;
  for (const PackImage& image : manifest.images) sum += image.foreground;
  return sum / static_cast<double>(std::max<std::size_t>(1, manifest.images.size()));
}

void print_json(const Options& options, const IngestResult& result) {
  const PackManifest& manifest = result.manifest;
  nlohmann::ordered_json json = {{"pack", result.pack.hex()},
                                 {"file", result.file.string()},
                                 {"layout", manifest.layout},
                                 {"synthetic", manifest.synthetic},
                                 {"image_size", manifest.image_size},
                                 {"images", manifest.images.size()},
                                 {"groups", group_count(manifest)},
                                 {"foreground", mean_foreground(manifest)},
                                 {"foreground_rule", manifest.foreground},
                                 {"counts", manifest.counts},
                                 {"cached", result.cached}};
  if (!options.name.empty()) json["name"] = options.name;
  constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
  std::cout << json.dump(2, ' ', false, replace) << '\n';
}

void print_counts(std::ostream& out, const PackManifest& manifest) {
  for (const auto& [condition, count] : manifest.counts) {
    std::string words = condition;
    std::replace(words.begin(), words.end(), '_', ' ');
    out << "  " << words << ": " << count << '\n';
  }
}

void print_text(const Options& options, const IngestResult& result) {
  const PackManifest& manifest = result.manifest;
  const int size = manifest.image_size;
  std::cout << (options.name.empty() ? manifest.layout : options.name)
            << (manifest.synthetic ? " (synthetic)" : "") << ": " << manifest.images.size()
            << " images in " << group_count(manifest) << " groups, " << size << "x" << size
            << (result.cached ? ", unchanged since it was ingested" : "") << '\n';
  std::cout << "  foreground " << std::round(1000 * mean_foreground(manifest)) / 10
            << " % on average: " << manifest.foreground << '\n';
  print_counts(std::cout, manifest);
  std::cout << "  pack " << result.pack.hex() << '\n';
}

void run_ingest(Options& options) {
  const bool drawn = options.request.layout == "lesions";
  if (!drawn && options.directory.empty()) {
    throw CommandError("ingest " + options.request.layout + ": name the folder of the data set", 2);
  }
  options.request.directory = options.directory;
  const std::filesystem::path store =
      options.store.empty() ? artifact_folder(state_folder(options.state)) : options.store;
  std::optional<ProgressBar> bar;
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    if (!bar) bar.emplace(drawn ? "drawing" : "decoding", total);
    bar->update(done);
  };
  try {
    const IngestResult result = ingest(options.request, store, progress);
    bar.reset();
    if (options.json) {
      print_json(options, result);
    } else if (::isatty(STDOUT_FILENO) == 1) {
      print_text(options, result);
    } else {
      std::cout << result.pack.hex() << '\n';
      print_counts(std::cerr, result.manifest);  // what was met must not go unseen
    }
  } catch (const IngestError& error) {
    throw CommandError(error.what(), 2);
  }
}

void add_pairs_options(CLI::App& command, PairsOptions& pairs) {
  const std::string section = "Only for pairs";
  command.add_option("--images", pairs.images, "Folder of the images, below DIR; . for DIR itself")
      ->capture_default_str()
      ->group(section);
  command.add_option("--masks", pairs.masks, "Folder of the masks, likewise")
      ->capture_default_str()
      ->group(section);
  command.add_option("--image-suffix", pairs.image_suffix, "What image names have after the id")
      ->group(section);
  command.add_option("--mask-suffix", pairs.mask_suffix, "What mask names have after the id")
      ->group(section);
  command
      .add_option("--group", pairs.group,
                  "Regular expression on the id; its first capture is the patient, whose images "
                  "stay in one part of every split")
      ->group(section);
  command
      .add_flag("--allow-aspect", pairs.allow_aspect,
                "Accept images and masks of different aspect: each is resized on its own")
      ->group(section);
}

}  // namespace

void add_ingest(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  IngestRequest& request = options->request;
  CLI::App& command = *app.add_subcommand("ingest", "Read a data set into one pack");
  command.footer(examples);
  command.add_option("LAYOUT", request.layout, "How the folder is laid out, see below")->required();
  command.add_option("DIR", options->directory, "The data set's folder");
  command.add_option("--name", options->name, "What to call the data set in what is printed");
  command.add_option("--size", request.image_size, "Pixels a side")->capture_default_str();
  command.add_option("--threads", request.threads, "0: one per core. Never changes a byte")
      ->capture_default_str();
  add_state_option(command, options->state);
  command.add_option("--store", options->store, "Where the pack goes (STATE/artifacts)");
  command.add_flag("--json", options->json, "Print everything known of the pack as JSON");
  add_pairs_options(command, request.pairs);
  const std::string section = "Only for lesions";
  command.add_option("--count", request.lesions.count, "Pictures")
      ->capture_default_str()
      ->group(section);
  command.add_option("--seed", request.lesions.seed, "Of the generator")
      ->capture_default_str()
      ->group(section);
  // The app outlives its commands' callbacks, which share the options with nobody else.
  command.callback([options] { run_ingest(*options); });
}

}  // namespace hone::cli
