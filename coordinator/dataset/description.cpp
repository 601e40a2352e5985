#include "coordinator/dataset/description.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "coordinator/dataset/description_object.hpp"
#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/patients.hpp"

namespace hone {

namespace {

constexpr int largest_value = 255;
constexpr int widest_border = 10000;
constexpr double widest_margin = 10;

void check_extension(const DescriptionObject& object, std::string_view key,
                     const std::string& extension) {
  if (extension.empty()) return;
  for (const std::string_view known : image_extensions) {
    if (has_extension("x" + extension, known)) return;
  }
  std::string words;
  for (const std::string_view known : image_extensions) {
    words += (words.empty() ? "'" : ", '") + std::string(known) + "'";
  }
  object.refuse(key, "'" + extension + "' is not decoded; expected one of " + words);
}

/// Levels are named by their number, and the grey values must fit in 8 bits.
void check_foreground(const DescriptionObject& object, const ForegroundRule& rule) {
  const int last =
      rule.labels.empty() ? largest_value / rule.scale : static_cast<int>(rule.labels.size()) - 1;
  if (last * rule.scale > largest_value) {
    object.refuse("labels", std::to_string(last) + " * " + std::to_string(rule.scale) +
                                " is above 255, the largest grey value");
  }
  if (rule.levels.empty() == (rule.at_least == 0)) {
    object.refuse("", "expected either 'at_least' or 'levels'");
  }
  if (rule.at_least > last) {
    object.refuse("at_least", "there is no such level; the last is " + std::to_string(last));
  }
  for (const int level : rule.levels) {
    if (level > last) {
      object.refuse("levels", "there is no level " + std::to_string(level) + "; the last is " +
                                  std::to_string(last));
    }
  }
}

ForegroundRule read_foreground(DescriptionObject object) {
  ForegroundRule rule;
  object.integer("scale", 1, largest_value, rule.scale);
  object.texts("labels", rule.labels);
  object.integers("levels", 0, largest_value, rule.levels);
  object.integer("at_least", 1, largest_value, rule.at_least);
  object.finish();
  check_foreground(object, rule);
  return rule;
}

void read_pixels(DescriptionObject& object, PixelRule& pixels) {
  if (object.has("foreground")) pixels.foreground = read_foreground(object.object("foreground"));
  object.integer("border", 0, widest_border, pixels.border);
  if (object.has("margin")) {
    double margin = 0;
    object.number("margin", 0, widest_margin, margin);
    pixels.margin = margin;
  }
  object.number("shrink", 0, 1, pixels.shrink);
  if (pixels.shrink == 0) object.refuse("shrink", "expected a number above 0, at most 1, found 0");
}

void check_group(const DescriptionObject& object, const PairsOptions& pairs) {
  try {
    PatientRule{pairs};
  } catch (const IngestError& error) {
    object.refuse("group", error.what());
  }
}

void read_pairs(DescriptionObject& object, PairsOptions& pairs) {
  object.text("images", pairs.images);
  object.text("masks", pairs.masks);
  object.text("image_suffix", pairs.image_suffix);
  object.text("mask_suffix", pairs.mask_suffix);
  object.text("image_extension", pairs.image_extension);
  object.text("mask_extension", pairs.mask_extension);
  check_extension(object, "image_extension", pairs.image_extension);
  check_extension(object, "mask_extension", pairs.mask_extension);
  object.flag("recursive", pairs.recursive);
  object.flag("allow_aspect", pairs.allow_aspect);
  object.text("group", pairs.group);
  object.texts("prefixes", pairs.prefixes);
  check_group(object, pairs);
  read_pixels(object, pairs.pixels);
  if (pairs.allow_aspect && pairs.pixels.crops()) {
    object.refuse("allow_aspect", "crops need image and mask of one size; leave one of them out");
  }
}

}  // namespace

DatasetDescription read_description(std::string_view text, const std::string& place) {
  DescriptionObject object(text, place);
  DatasetDescription description;
  std::string schema;
  object.text("$schema", schema);
  object.text("title", description.title);
  object.text("citation", description.citation);
  object.text("source", description.source);
  object.text("notes", description.notes);
  object.text("layout", description.layout);
  const std::string& layout = description.layout;
  if (layout != "pairs" && layout != "ph2" && layout != "isic2017") {
    object.refuse("layout", "expected 'pairs', 'ph2' or 'isic2017', found '" + layout + "'");
  }
  // The official trees are known to the code; other keys would be read by nobody.
  if (layout == "pairs") read_pairs(object, description.pairs);
  object.finish();
  return description;
}

bool is_description_path(std::string_view use) {
  return use.find('/') != std::string_view::npos || use.ends_with(".json");
}

std::string description_text(const std::string& use) {
  if (is_description_path(use)) {
    std::ifstream stream(use, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (stream && !std::filesystem::is_directory(use)) return text.str();
    throw IngestError(use + ": there is no such description of a data set");
  }
  const auto found = built_in_descriptions().find(use);
  if (found != built_in_descriptions().end()) return found->second;
  std::string known;
  for (const auto& [name, text] : built_in_descriptions()) known += "'" + name + "', ";
  throw IngestError("use '" + use + "': no such data set; known are " + known +
                    "or the path of a description (with a slash or ending in .json)");
}

DatasetDescription find_description(const std::string& use) {
  const bool built_in = !is_description_path(use);
  return read_description(description_text(use),
                          built_in ? "experiments/datasets/" + use + ".json" : use);
}

}  // namespace hone
