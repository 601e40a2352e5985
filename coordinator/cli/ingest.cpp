#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/dataset/description.hpp"
#include "coordinator/dataset/ingest.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Layouts:
  ph2       the official tree of PH2 (PH2 Dataset images/IMD002/...)
  isic2017  the official tree of ISIC 2017 (ISIC-2017_Training_Data/...)
  pairs     any folder of images and masks with the same names
  lesions   no folder: pictures are drawn, the same for the same --seed

Instead of a layout, --use names a description: a file of experiments/datasets or your own.

Examples:
  hone ingest ph2 data/PH2Dataset
  hone ingest pairs data/skin --images photos --masks truth --mask-suffix _mask
  hone ingest pairs data/eyes --group '^(patient[0-9]+)_'
  hone ingest pairs data/eyes --dry-run           how many images it finds
  hone ingest --use cervix-huc data/huc
  hone ingest isic2017 data/isic2017 --cases 200
  hone ingest lesions --count 200 --seed 7 --size 64
)";

constexpr const char* pairs_only = "Only for pairs";
constexpr const char* lesions_only = "Only for lesions";

struct Options {
  IngestRequest request;
  std::vector<std::string> where;  // LAYOUT and DIR, or with --use the latter alone
  std::string use;
  bool by_image = false;
  std::string name;
  std::string state;
  std::filesystem::path store;
  bool dry_run = false;
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
  nlohmann::ordered_json json = {{"schema", "hone.ingest.v1"},
                                 {"pack", result.pack.hex()},
                                 {"file", result.file.string()},
                                 {"layout", manifest.layout},
                                 {"synthetic", manifest.synthetic},
                                 {"image_size", manifest.image_size},
                                 {"images", manifest.images.size()},
                                 {"groups", group_count(manifest)},
                                 {"foreground", mean_foreground(manifest)},
                                 {"foreground_rule", manifest.foreground},
                                 {"cases", manifest.cases},
                                 {"counts", manifest.counts},
                                 {"cached", result.cached}};
  if (!options.name.empty()) json["name"] = options.name;
  constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
  std::cout << json.dump(2, ' ', false, replace) << '\n';
}

void print_counts(std::ostream& out, const std::map<std::string, std::int64_t>& counts) {
  for (const auto& [condition, count] : counts) {
    std::string words = condition;
    std::replace(words.begin(), words.end(), '_', ' ');
    out << "  " << words << ": " << count << '\n';
  }
}

/// What would be read; nothing is.
void print_preview(const Options& options, const IngestPreview& preview) {
  if (options.json) {
    nlohmann::ordered_json json = {{"schema", "hone.ingest_preview.v1"},
                                   {"layout", options.request.layout},
                                   {"folder", preview.folder.string()},
                                   {"images", preview.images},
                                   {"cases", preview.cases},
                                   {"counts", preview.counts},
                                   {"pack", nullptr}};
    if (preview.pack) json["pack"] = preview.pack->hex();
    constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
    std::cout << json.dump(2, ' ', false, replace) << '\n';
    return;
  }
  const bool drawn = options.request.layout == "lesions";
  std::cout << (drawn ? "would draw " : "would read ") << preview.images << " images"
            << (drawn ? "" : " of " + preview.folder.string())
            << (preview.cases.empty() ? "" : ", " + preview.cases)
            << (preview.pack ? "; they are in pack " + preview.pack->hex() + " already" : "")
            << '\n';
  print_counts(std::cout, preview.counts);
}

void print_text(const Options& options, const IngestResult& result) {
  const PackManifest& manifest = result.manifest;
  const int size = manifest.image_size;
  std::cout << (options.name.empty() ? manifest.layout : options.name)
            << (manifest.synthetic ? " (synthetic)" : "") << ": "
            << (manifest.cases.empty() ? "" : manifest.cases + ", ") << manifest.images.size()
            << " images in " << group_count(manifest) << " groups, " << size << "x" << size
            << (result.cached ? ", unchanged since it was ingested" : "") << '\n';
  std::cout << "  foreground " << std::round(1000 * mean_foreground(manifest)) / 10
            << " % on average: " << manifest.foreground << '\n';
  print_counts(std::cout, manifest.counts);
  std::cout << "  pack " << result.pack.hex() << '\n';
}

/// The layout's own options are read for that layout only, so others must not be given.
void refuse_foreign_options(const CLI::App& command, const Options& options) {
  const std::string& layout = options.request.layout;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0) continue;
    const std::string& section = option->get_group();
    if (section == pairs_only && !options.use.empty()) {
      throw CommandError(
          "ingest: " + option->get_name() + " does not go with --use; the " + "description says it",
          wrong_input);
    }
    const bool foreign = (section == pairs_only && layout != "pairs") ||
                         (section == lesions_only && layout != "lesions");
    if (!foreign) continue;
    throw CommandError("ingest: " + option->get_name() + " is only for the layout " +
                           (section == pairs_only ? "pairs" : "lesions") + ", not for " + layout,
                       wrong_input);
  }
}

/// Layout and folder, from the command line or from the description that --use names.
void settle_layout(Options& options) {
  IngestRequest& request = options.request;
  std::vector<std::string>& where = options.where;
  if (!options.use.empty()) {
    const DatasetDescription description = find_description(options.use);
    request.layout = description.layout;
    request.pairs = description.pairs;
    request.source = description.source;
    if (where.size() > 1) {
      throw CommandError("ingest: --use says the layout; name only the data set's folder",
                         wrong_input);
    }
    where.insert(where.begin(), description.layout);
  }
  if (where.empty()) {
    throw CommandError("ingest: name a layout (ph2, isic2017, pairs, lesions) or --use",
                       wrong_input);
  }
  request.layout = where[0];
  const bool drawn = request.layout == "lesions";
  if (drawn && where.size() > 1) {
    throw CommandError("ingest lesions: pictures are drawn; leave out '" + where[1] + "'",
                       wrong_input);
  }
  if (!drawn && where.size() < 2) {
    throw CommandError("ingest " + request.layout + ": name the folder of the data set",
                       wrong_input);
  }
  if (!drawn) request.directory = where[1];
}

void print_result(const Options& options, const IngestResult& result) {
  if (options.json) {
    print_json(options, result);
  } else if (::isatty(STDOUT_FILENO) == 1) {
    print_text(options, result);
  } else {
    std::cout << result.pack.hex() << '\n';
    print_counts(std::cerr, result.manifest.counts);  // what was met must not go unseen
  }
}

void run_ingest(const CLI::App& command, Options& options) {
  try {
    settle_layout(options);
    refuse_foreign_options(command, options);
    if (options.by_image) options.request.split_by = SplitBy::image;
    const std::filesystem::path store =
        options.store.empty() ? artifact_folder(state_folder(options.state)) : options.store;
    if (options.dry_run) return print_preview(options, preview_ingest(options.request, store));
    std::optional<ProgressBar> bar;
    const auto progress = [&](std::int64_t done, std::int64_t total) {
      if (!bar) bar.emplace(options.request.layout == "lesions" ? "drawing" : "decoding", total);
      bar->update(done);
    };
    const IngestResult result = ingest(options.request, store, progress);
    bar.reset();
    print_result(options, result);
  } catch (const IngestError& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

void add_pairs_options(CLI::App& command, PairsOptions& pairs) {
  const std::string section = pairs_only;
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
  command.add_option("WHERE", options->where, "LAYOUT and DIR; with --use only DIR")
      ->expected(0, 2)
      ->type_name("[LAYOUT] [DIR]");
  command.add_option("--use", options->use, "Description: cervix-huc, or a JSON file's path")
      ->type_name("NAME");
  command.add_option("--cases", request.cases, "Use only so many, always the same ones; 0: all")
      ->capture_default_str();
  command.add_flag("--by-image", options->by_image,
                   "Let a patient's images part in splits, as the paper does");
  command.add_option("--name", options->name, "What to call the data set in what is printed");
  command.add_option("--size", request.image_size, "Pixels a side")->capture_default_str();
  command.add_option("--threads", request.threads, "0: one per core. Never changes a byte")
      ->capture_default_str();
  add_state_option(command, options->state);
  command.add_option("--store", options->store, "Where the pack goes (STATE/artifacts)");
  command.add_flag("-n,--dry-run", options->dry_run,
                   "Only say which images; read and write nothing");
  command.add_flag("--json", options->json, "Print everything known of the pack as JSON");
  add_pairs_options(command, request.pairs);
  const std::string section = lesions_only;
  command.add_option("--count", request.lesions.count, "Pictures")
      ->capture_default_str()
      ->group(section);
  command.add_option("--seed", request.lesions.seed, "Of the generator")
      ->capture_default_str()
      ->group(section);
  // The app outlives its commands' callbacks, which share the options with nobody else.
  command.callback([&command, options] { run_ingest(command, *options); });
}

}  // namespace hone::cli
