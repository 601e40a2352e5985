#include "worker/training/team_inputs.hpp"

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece = 16U << 20U;  // bytes that are on their way at once

fs::path make_private_folder() {
  std::string name = (fs::temp_directory_path() / "hone-team-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), name);
  return name;
}

/// The same answer on every rank.
bool has_strangers(Collective& team) {
  const std::string leaders = broadcast_text(team, team.host(), 0);
  double strangers = leaders == team.host() ? 0 : 1;
  team.all_reduce_sum(std::span(&strangers, 1));
  return strangers > 0;
}

}  // namespace

TeamInputs::TeamInputs(Collective& team, const Paths& leaders) : paths_(leaders) {
  if (team.size() == 1 || !has_strangers(team)) return;
  const bool copies = broadcast_text(team, team.host(), 0) != team.host();
  if (copies) folder_ = make_private_folder();
  for (auto& [name, path] : paths_) {
    const fs::path copy = copies ? folder_ / name : fs::path();
    share(team, path, copy);
    if (copies) path = copy;
  }
}

TeamInputs::~TeamInputs() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

/// Sends the leader's file to all, of whom those keep it that have a name for the copy.
void TeamInputs::share(Collective& team, const fs::path& leaders, const fs::path& copy) const {
  std::uint64_t left = team.leads() ? fs::file_size(leaders) : 0;
  team.broadcast(std::as_writable_bytes(std::span(&left, 1)), 0);
  std::ifstream in;
  std::ofstream out;
  in.exceptions(std::ios::failbit | std::ios::badbit);
  out.exceptions(std::ios::failbit | std::ios::badbit);
  if (team.leads()) in.open(leaders, std::ios::binary);
  if (!copy.empty()) out.open(copy, std::ios::binary);
  std::vector<char> bytes;
  for (; left > 0; left -= bytes.size()) {
    bytes.resize(std::min<std::uint64_t>(left, piece));
    if (team.leads()) in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    team.broadcast(std::as_writable_bytes(std::span(bytes)), 0);
    if (!copy.empty()) out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  if (!copy.empty()) out.close();
}

}  // namespace hone
