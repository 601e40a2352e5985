#include "coordinator/cli/changes.hpp"

#include <optional>

#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/api.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/server/state_lock.hpp"

namespace hone::cli {

struct Changes::Way {
  std::optional<HttpClient> coordinator;
  std::unique_ptr<StateLock> lock;  // held while the file is open for writing
  std::unique_ptr<Store> store;
  std::unique_ptr<ArtifactStore> artifacts;
};

Changes::Changes(const ConnectionOptions& options) : way_(std::make_unique<Way>()) {
  try {
    way_->coordinator.emplace(connect(options));
    return;
  } catch (const NoCoordinator&) {
    if (names_a_coordinator(options) || !has_results(options.state)) throw;
  }
  const auto state = state_folder(options.state);
  way_->lock = std::make_unique<StateLock>(state);
  way_->store = std::make_unique<Store>(database_file(state));
  way_->artifacts =
      std::make_unique<ArtifactStore>(artifact_folder(state), ArtifactStore::Unfinished::left);
}

Changes::~Changes() = default;

std::string Changes::get(const std::string& target) {
  if (way_->coordinator) return body_of(way_->coordinator->get(target));
  const ApiResponse response = api_get(way_->store->database(), {}, target);
  return body_of({.status = response.status, .body = response.body});
}

std::string Changes::post(const std::string& target, const std::string& body) {
  if (way_->coordinator) return body_of(way_->coordinator->post(target, body));
  const ApiResponse response = api_post(*way_->store, *way_->artifacts, target, body);
  return body_of({.status = response.status, .body = response.body});
}

}  // namespace hone::cli
