#pragma once

#include <map>
#include <string>
#include <string_view>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// What a file of experiments/datasets says of a data set: how its folder is laid out and which
/// pixels are foreground. See experiments/datasets/README.md for the keys.
struct DatasetDescription {
  std::string title;             // as the paper calls it
  std::string citation;          // for people, like the next two
  std::string source;            // where it comes from and who may have it
  std::string notes;             // what was assumed
  std::string layout = "pairs";  // pairs, ph2, isic2017
  PairsOptions pairs;            // of the layout pairs
};

/// Reads a description. `place` names the text in messages: a file, "datasets/0/description".
/// Strict: text that is not JSON, an unknown or doubled key, a wrong type or a value out of range
/// throws IngestError: "PLACE: /foreground/scale: expected an integer in [1, 255], found 0".
DatasetDescription read_description(std::string_view text, const std::string& place);

/// The texts of experiments/datasets by name ("cervix-huc"), embedded when `hone` is built.
const std::map<std::string, std::string>& built_in_descriptions();

/// Whether `use` is the path of a description file rather than a built-in name: it has a slash or
/// ends in ".json".
bool is_description_path(std::string_view use);

/// The text of the built-in description of this name, or, if it is a path, of the file. Throws
/// IngestError with the names that are known.
std::string description_text(const std::string& use);

/// Reads that text.
DatasetDescription find_description(const std::string& use);

}  // namespace hone
