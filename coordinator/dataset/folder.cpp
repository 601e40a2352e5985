#include "coordinator/dataset/folder.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

namespace hone {

namespace fs = std::filesystem;

namespace {

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

std::vector<fs::path> folders_below(const std::vector<fs::path>& parents) {
  std::vector<fs::path> found;
  for (const fs::path& parent : parents) {
    for (const fs::path& entry : entries_of(parent)) {
      if (fs::is_directory(entry)) found.push_back(entry);
    }
  }
  return found;
}

}  // namespace

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) throw IngestError(folder.string() + ": there is no such folder");
  if (!fs::is_directory(folder, error)) throw IngestError(folder.string() + ": not a folder");
  std::vector<fs::path> entries;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with('.') && name != synthetic_mark) entries.push_back(at->path());
  }
  if (error) throw IngestError(folder.string() + ": cannot be read: " + error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool has_extension(const fs::path& file, std::string_view extension) {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  const std::string own = file.extension().string();
  return std::equal(own.begin(), own.end(), extension.begin(), extension.end(), same);
}

bool has_image_extension(const fs::path& file) {
  return std::any_of(image_extensions.begin(), image_extensions.end(),
                     [&](std::string_view extension) { return has_extension(file, extension); });
}

std::optional<fs::path> find_folder(const fs::path& start,
                                    const std::function<bool(const fs::path&)>& fits) {
  constexpr int levels_below = 2;
  std::vector<fs::path> level = {start};
  for (int depth = 0; depth <= levels_below; ++depth) {
    const auto found = std::find_if(level.begin(), level.end(), fits);
    if (found != level.end()) return *found;
    if (depth < levels_below) level = folders_below(level);
  }
  const fs::path above = fs::absolute(start / "").lexically_normal().parent_path().parent_path();
  for (const fs::path& folder : {above, above.parent_path()}) {
    if (fits(folder)) return folder;
  }
  return {};
}

SourceList checked(SourceList list, std::string_view expected) {
  if (list.sources.empty()) {
    throw IngestError(list.root.string() + ": no images here; expected " + std::string(expected));
  }
  std::sort(list.sources.begin(), list.sources.end(),
            [](const Source& a, const Source& b) { return a.id < b.id; });
  for (std::size_t i = 0; i < list.sources.size(); ++i) {
    const Source& source = list.sources[i];
    if (!is_utf8(source.id + source.patient)) {
      throw IngestError(source.image.string() + ": the name is not UTF-8; rename the file");
    }
    if (i > 0 && list.sources[i - 1].id == source.id) {
      throw IngestError(source.image.string() + ": the id '" + source.id + "' is also that of " +
                        list.sources[i - 1].image.string() + "; every id must be there once");
    }
  }
  return list;
}

}  // namespace hone
