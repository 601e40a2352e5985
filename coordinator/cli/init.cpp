// hone init: an experiment file for one's own data.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/schemas.hpp"
#include "coordinator/dataset/detect.hpp"
#include "coordinator/plan/profiles.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::int64_t fewest_images = 5;

constexpr const char* schema_file = "hone.schema.json";  // beside the experiment

constexpr const char* examples = R"(
Examples:
  hone init ~/polyps                            looks at the folder, asks on a terminal, writes polyps.json
  hone init ~/polyps --name Polyps --profile desk --output polyps.json
  hone init ~/polyps --group '^(patient[0-9]+)'   images of one patient stay together in every split
  hone init ~/polyps --schema                   also hone.schema.json, for an editor to complete and check
  hone init ~/polyps --dry-run                  prints the file and writes none
  hone plan polyps.json                         what it would take; then: hone run polyps.json

What it tells from names: the official trees of PH2 and ISIC 2017, images and masks in two folders, and in
one, by suffix (007.jpg, 007_mask.png) or by extension (007.jpg, 007.png). Profiles: paper, rigor, desk (two
cores, hours), smoke (seconds, to see that all works).
)";

struct Options {
  std::string data;
  std::string name;
  std::string profile;
  std::string output;
  std::string group;
  bool force = false;
  bool dry_run = false;
  bool schema = false;
  bool json = false;
};

/// "My polyps" of ".../my_polyps".
std::string name_of_folder(const fs::path& folder) {
  std::string name = fs::weakly_canonical(folder).filename().string();
  for (char& c : name) c = c == '_' || c == '/' ? ' ' : c;
  if (name.empty()) return "My data";
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

/// Those data sets that the paper has are called as it does, so that its numbers stand beside.
std::string usual_name(const Detected& found, const fs::path& folder) {
  if (found.layout == "ph2") return "PH2";
  return found.layout == "isic2017" ? "ISBI 2017" : name_of_folder(folder);
}

std::string file_of_name(const std::string& name) {
  std::string file;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      file += static_cast<char>(std::tolower(byte));
    } else if (!file.empty() && file.back() != '-') {
      file += '-';
    }
  }
  while (!file.empty() && file.back() == '-') file.pop_back();
  return (file.empty() ? "experiment" : file) + ".json";
}

/// Asks on a terminal only; what is not answered is `usual`.
std::string asked(const std::string& question, const std::string& usual) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return usual;
  std::cerr << question << " [" << usual << "]: " << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) throw CommandError("nothing was written: no answer came");
  return answer.empty() ? usual : answer;
}

ordered_json dataset_of(const Options& options, const Detected& found) {
  // Beside the usual place of data sets the path is short; else the file works from any folder.
  const fs::path data = fs::weakly_canonical("data"), folder = fs::weakly_canonical(options.data);
  const fs::path inside = folder.lexically_relative(data);
  const bool below = !inside.empty() && *inside.begin() != ".." && inside != ".";
  ordered_json dataset = {{"name", options.name}};
  const PairsOptions& pairs = found.pairs;
  if (found.layout != "pairs") {
    dataset["layout"] = found.layout;
    dataset["path"] = (below ? inside : folder).string();
    return dataset;
  }
  ordered_json layout = {{"layout", "pairs"}, {"images", pairs.images}, {"masks", pairs.masks}};
  const auto say = [&](const char* key, const std::string& value) {
    if (!value.empty()) layout[key] = value;
  };
  say("image_suffix", pairs.image_suffix);
  say("mask_suffix", pairs.mask_suffix);
  say("image_extension", pairs.image_extension);
  say("mask_extension", pairs.mask_extension);
  say("group", options.group);
  dataset["path"] = (below ? inside : folder).string();
  if (pairs.image_extension.empty()) {
    dataset.update(layout);
  } else {
    dataset["description"] = layout;  // extensions are keys of descriptions alone
  }
  return dataset;
}

std::string where_of(const Detected& found) {
  if (found.layout != "pairs") return "the official tree " + found.layout;
  const PairsOptions& pairs = found.pairs;
  const auto side = [](const std::string& folder, const std::string& suffix,
                       const std::string& extension) {
    const std::string names = suffix + (extension.empty() ? "" : extension);
    return (folder == "." ? std::string("the folder itself") : "'" + folder + "'") +
           (names.empty() ? "" : " (*" + names + ")");
  };
  return "images in " + side(pairs.images, pairs.image_suffix, pairs.image_extension) +
         ", masks in " + side(pairs.masks, pairs.mask_suffix, pairs.mask_extension);
}

void check_profile(const std::string& profile) {
  for (const std::string_view known : profile_names()) {
    if (profile == known) return;
  }
  throw CommandError("'" + profile + "' is no profile; they are paper, rigor, desk and smoke",
                     wrong_input);
}

enum class Over { nothing, anything };  // that a file may be written over

[[noreturn]] void refuse_existing(const fs::path& name) {
  throw CommandError("'" + name.string() +
                         "' is there already; --force writes over it, --output "
                         "names another",
                     wrong_input);
}

void require_new(const fs::path& name) {
  if (fs::exists(fs::symlink_status(name))) refuse_existing(name);
}

/// Whole or not at all, written beside its place and moved there; an existing file only if it may
/// be written over.
void write_file(const fs::path& name, const std::string& text, Over over) {
  const fs::path beside = name.string() + ".part";
  std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  if (!stream)
    throw CommandError("'" + name.string() + "' cannot be written: " + std::strerror(errno));
  stream << text << std::flush;
  if (!stream) {
    stream.close();
    fs::remove(beside);
    throw CommandError("'" + name.string() + "' was not written whole: is the disk full?");
  }
  stream.close();
  const unsigned flags = over == Over::nothing ? RENAME_NOREPLACE : 0;
  if (::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, name.c_str(), flags) == 0) return;
  const int reason = errno;
  fs::remove(beside);
  if (reason == EEXIST) refuse_existing(name);
  throw CommandError("'" + name.string() + "' cannot be written: " + std::strerror(reason));
}

void write_files(const Options& options, const std::string& text) {
  write_file(options.output, text, options.force ? Over::anything : Over::nothing);
  // Nothing but a schema has that name: an older Hone's is renewed.
  if (options.schema)
    write_file(fs::path(options.output).replace_filename(schema_file), schema_text::schema,
               Over::anything);
}

void print_json(const Options& options, const Detected& found, const ordered_json& experiment) {
  std::cout << ordered_json{{"schema", "hone.init.v1"},
                            {"file",
                             options.dry_run ? ordered_json() : ordered_json(options.output)},
                            {"layout", found.layout},
                            {"images", found.images},
                            {"other_files", found.other_files},
                            {"experiment", experiment}}
                   .dump()
            << "\n";
}

/// What the folder holds. Throws CommandError unless it makes a data set.
Detected look_at(const Options& options) {
  Detected found;
  try {
    found = detect_layout(options.data);
  } catch (const IngestError& error) {
    throw CommandError(error.what(), wrong_input);
  } catch (const fs::filesystem_error& error) {
    throw CommandError(error.path1().string() + ": cannot be read: " + error.code().message(),
                       wrong_input);
  }
  if (found.images < fewest_images)
    throw CommandError(options.data + ": " + counted(found.images, "image") +
                           " with a mask; a data set needs five at least, to be split",
                       wrong_input);
  if (!options.group.empty() && found.layout != "pairs")
    throw CommandError("--group is for images and masks of one's own, not for " + found.layout,
                       wrong_input);
  if (!options.group.empty()) require_group(options.data, found.pairs, options.group);
  return found;
}

/// Asks for what was not given, where there is somebody to ask.
void complete(Options& options, const Detected& found) {
  if (options.name.empty())
    options.name = asked("Name of the data set", usual_name(found, options.data));
  if (options.profile.empty())
    options.profile = asked("Profile: paper, rigor, desk or smoke", "desk");
  check_profile(options.profile);
  if (options.output.empty()) options.output = file_of_name(options.name);
  if (!options.force) require_new(options.output);
}

ordered_json experiment_of(const Options& options, const Detected& found) {
  ordered_json experiment = ordered_json::object();
  if (options.schema) experiment["$schema"] = schema_file;
  experiment["name"] = options.name;
  experiment["profile"] = options.profile;
  experiment["datasets"] = ordered_json::array({dataset_of(options, found)});
  return experiment;
}

void init(Options& options) {
  const Detected found = look_at(options);
  std::cerr << counted(found.images, "image") << " with a mask each: " << where_of(found)
            << (found.other_files > 0 ? "; " + counted(found.other_files, "other file") : "")
            << "\n";
  complete(options, found);
  const ordered_json experiment = experiment_of(options, found);
  if (!options.dry_run) write_files(options, experiment.dump(2) + "\n");
  if (options.json) {
    print_json(options, found, experiment);
  } else if (options.dry_run) {
    std::cout << experiment.dump(2) << "\n";
  } else {
    std::cout << options.output << "\n";
    std::cerr << "next: hone plan " << options.output << "\n";
  }
  require_written(std::cout);
}

}  // namespace

void add_init(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("init", "Write an experiment file for a folder of images");
  command->footer(examples);
  command->add_option("DIR", options->data, "Folder of images and masks")->required();
  command->add_option("--name", options->name, "What tables call the data set (from the folder)");
  command->add_option("--profile", options->profile, "Defaults for a purpose (desk)")
      ->type_name("NAME:{" + profiles_listed() + "}");
  command->add_option("--group", options->group,
                      "Regular expression on an image's id; its first capture is the patient");
  command->add_option("-o,--output", options->output, "File to write (from the name)")
      ->type_name("FILE");
  command->add_flag("--force", options->force, "Write over a file that is there");
  command->add_flag("--schema", options->schema,
                    "Write hone.schema.json beside it and name it as \"$schema\", for editors");
  command->add_flag("-n,--dry-run", options->dry_run, "Print the experiment and write nothing");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { init(*options); });
}

}  // namespace hone::cli
