#include <algorithm>
#include <string>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view expected =
    "the tree of PH2: 'PH2 Dataset images/IMD002/IMD002_Dermoscopic_Image/IMD002.bmp' and "
    "'.../IMD002_lesion/IMD002_lesion.bmp'";

bool is_case_name(const std::string& name) {
  return name.size() == 6 && name.starts_with("IMD") &&
         std::all_of(name.begin() + 3, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_case(const fs::path& folder) {
  return is_case_name(folder.filename().string()) && fs::is_directory(folder);
}

bool holds_cases(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  const auto entries = entries_of(folder);
  return std::any_of(entries.begin(), entries.end(), is_case);
}

fs::path only_file(const fs::path& file, std::string_view what) {
  if (fs::is_regular_file(file)) return file;
  throw IngestError(file.string() + ": missing; every case of PH2 has " + std::string(what) +
                    " there");
}

}  // namespace

SourceList find_ph2(const fs::path& directory) {
  entries_of(directory);  // says so if the folder itself is not there
  const auto root = find_folder(directory, holds_cases);
  if (!root) {
    throw IngestError(directory.string() + ": no PH2 here; expected " + std::string(expected));
  }
  SourceList list;
  list.root = *root;
  for (const fs::path& folder : entries_of(*root)) {
    if (!is_case(folder)) {
      ++list.counts["other_files"];
      continue;
    }
    const std::string id = folder.filename().string();
    list.sources.push_back(
        {id,
         {},
         only_file(folder / (id + "_Dermoscopic_Image") / (id + ".bmp"), "its image"),
         only_file(folder / (id + "_lesion") / (id + "_lesion.bmp"), "its mask")});
  }
  return checked(std::move(list), expected);
}

}  // namespace hone
