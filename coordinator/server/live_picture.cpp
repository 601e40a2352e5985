#include "coordinator/server/live_picture.hpp"

#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

/// 0 if there is none.
std::int64_t newest_sweep(Database& database) {
  Statement query = database.prepare("SELECT coalesce(max(id), 0) FROM sweep");
  query.step();
  return query.integer(0);
}

}  // namespace

LiveGaze::LiveGaze(const std::filesystem::path& file)
    : database_(file, Database::Mode::read_only) {}

void LiveGaze::shadow() {
  shadow_views(database_);
}

std::optional<LivePicture> LiveGaze::look(const LiveFacts& facts,
                                          const std::set<std::int64_t>& sweeps, bool anyway) {
  Statement data_version = database_.prepare("PRAGMA data_version");
  data_version.step();
  const std::int64_t version = data_version.integer(0);
  data_version.reset();
  if (!anyway && version == version_ && facts == facts_) return {};
  const Snapshot snapshot(database_);
  LivePicture picture{.sweeps = api_get(database_, facts, "/api/v1/sweeps").body, .of = {}};
  const std::int64_t newest = newest_sweep(database_);
  std::set<std::int64_t> wanted = sweeps;
  if (wanted.erase(0) > 0) wanted.insert(newest);
  std::erase_if(states_, [&](const auto& each) { return !wanted.contains(each.first); });
  for (const std::int64_t sweep : wanted) {
    const ApiResponse status = api_get(database_, facts, "/api/v1/sweeps/" + std::to_string(sweep));
    if (status.status != 200) continue;
    picture.of[sweep] = {status.body, version == version_ ? "" : changes_of(sweep)};
    if (!states_.contains(sweep)) changes_of(sweep);
  }
  if (sweeps.contains(0) && picture.of.contains(newest)) picture.of[0] = picture.of[newest];
  version_ = version;
  facts_ = facts;
  return picture;
}

std::string LiveGaze::changes_of(std::int64_t sweep) {
  const bool first = !states_.contains(sweep);
  States& known = states_[sweep];
  std::string changes;
  for_each_place(database_, sweep, [&](const TrialPlace& place) {
    auto& [trial, state] = known[place.position];
    if (!first && trial == place.trial && state == place.state) return;
    trial = place.trial;
    state = place.state;
    if (first) return;
    changes += (changes.empty() ? "[[" : ",[") + std::to_string(place.position) + "," +
               std::to_string(trial) + "," + std::to_string(state) + "]";
  });
  return changes.empty() ? "" : changes + "]";
}

}  // namespace hone
