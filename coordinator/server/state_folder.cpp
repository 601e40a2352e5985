#include "coordinator/server/state_folder.hpp"

namespace hone {

std::filesystem::path database_file(const std::filesystem::path& state) {
  return state / "hone.sqlite";
}
std::filesystem::path artifact_folder(const std::filesystem::path& state) {
  return state / "artifacts";
}
std::filesystem::path access_file(const std::filesystem::path& state) {
  return state / "access.json";
}
std::filesystem::path worker_access_file(const std::filesystem::path& state) {
  return state / "worker.json";
}

}  // namespace hone
