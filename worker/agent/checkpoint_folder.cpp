#include "worker/agent/checkpoint_folder.hpp"

#include <utility>

#include "common/digest.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;

constexpr auto longest_absence = std::chrono::hours(24 * 14);

void remove_forgotten(const fs::path& folder) {
  std::error_code error;
  const auto oldest = fs::file_time_type::clock::now() - longest_absence;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const auto written = entry.last_write_time(error);
    if (!error && written < oldest) fs::remove(entry.path(), error);
  }
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, std::chrono::milliseconds interval)
    : folder_(std::move(folder)), interval_(interval) {
  if (interval_.count() == 0) return;
  fs::create_directories(folder_);
  remove_forgotten(folder_);
}

fs::path CheckpointFolder::file_of(const Lease& lease) const {
  const bool trains = lease.spec.role == Role::segment || lease.spec.role == Role::refine;
  if (interval_.count() == 0 || !trains) return {};
  std::string identity = std::to_string(trainer_version) + to_json(lease.spec);
  for (const Input& input : lease.inputs) identity += "\n" + input.name + input.content.hex();
  return folder_ / sha256(identity).hex();
}

void CheckpointFolder::remove(const Lease& lease) const {
  const fs::path file = file_of(lease);
  if (file.empty()) return;
  std::error_code ignored;
  fs::remove(file, ignored);
  fs::remove(file.string() + ".before", ignored);
}

}  // namespace hone
