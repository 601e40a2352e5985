#include "coordinator/server/keyring.hpp"

#include <cassert>
#include <nlohmann/json.hpp>

#include "common/whole_number.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone {

namespace {

using nlohmann::json;
using std::chrono::seconds;

std::filesystem::path previous_file(const std::filesystem::path& state) {
  return state / "previous-tokens.json";
}

std::size_t place_of(Privilege privilege) {
  assert(privilege != Privilege::none);
  return privilege == Privilege::admin ? 0 : 1;
}

/// What is in the file, or a fresh token if there is none.
Access found_or_made(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {.token = random_token()};
  try {
    return read_access(file);
  } catch (const AccessError& error) {
    throw AccessError(error.what() +
                      std::string("; where it is moved away, a start makes another, with a token "
                                  "that whoever has the old file must get anew"));
  }
}

}  // namespace

Keyring::Keyring() : keys_{Key(Privilege::admin, random_token())} {}

Keyring::Keyring(std::filesystem::path state) : state_(std::move(state)) {
  const Access admin = found_or_made(access_file(state_));
  const Access worker = found_or_made(worker_access_file(state_));
  where_ = admin;
  where_.coordinator = coordinator_name(admin);
  keys_ = {Key(Privilege::admin, admin.token), Key(Privilege::worker, worker.token)};
  read_previous();
}

void Keyring::publish(const std::string& host, std::uint16_t port, const std::string& certificate) {
  where_.host = host;
  where_.port = port;
  where_.certificate = certificate;
  for (const Key& each : keys_) write(each);
}

void Keyring::replace(Privilege privilege, seconds grace, Instant now) {
  Key& changed = keys_.at(place_of(privilege));
  changed.previous = changed.digest;
  changed.previous_until = now + grace;
  // The old one first: a crash in between must not shut out those who have it.
  write_previous();
  changed.token = random_token();
  changed.digest = sha256(changed.token);
  write(changed);
}

Privilege Keyring::privilege_of(const Digest& token, Instant now) const {
  Privilege found = Privilege::none;
  for (const Key& each : keys_) {
    const bool current = equal_digests(each.digest, token);
    const bool before = equal_digests(each.previous, token) && now < each.previous_until;
    if (current || before) found = std::max(found, each.privilege);
  }
  return found;
}

const std::string& Keyring::token(Privilege privilege) const {
  return keys_.at(place_of(privilege)).token;
}

std::filesystem::path Keyring::file(Privilege privilege) const {
  return privilege == Privilege::admin ? access_file(state_) : worker_access_file(state_);
}

void Keyring::write(const Key& key) const {
  Access access = where_;
  access.token = key.token;
  write_access(file(key.privilege), access);
}

void Keyring::read_previous() {
  const std::filesystem::path file = previous_file(state_);
  if (!std::filesystem::exists(file)) return;
  const json previous = json::parse(read_private(file), nullptr, false);
  const auto refuse = [&](const std::exception& error) {
    throw AccessError(file.string() + ": is not what 'hone rotate-token' writes (" + error.what() +
                      "); remove it to end all replaced tokens at once");
  };
  try {
    for (Key& each : keys_) {
      const auto found = previous.find(name_of(each.privilege));
      if (found == previous.end()) continue;
      const auto digest = Digest::parse(found->at("sha256").get<std::string>());
      if (!digest) throw AccessError(file.string() + ": 'sha256' is not a SHA-256");
      each.previous = *digest;
      each.previous_until = Instant(seconds(whole_number<std::uint32_t>(*found, "until")));
    }
  } catch (const json::exception& error) {
    refuse(error);
  } catch (const std::out_of_range& error) {
    refuse(error);
  }
}

void Keyring::write_previous() const {
  json previous = json::object();
  for (const Key& each : keys_) {
    if (each.previous.empty()) continue;
    const auto until = std::chrono::duration_cast<seconds>(each.previous_until.time_since_epoch());
    previous[name_of(each.privilege)] = {{"sha256", each.previous.hex()}, {"until", until.count()}};
  }
  write_private(previous_file(state_), previous.dump() + "\n");
}

}  // namespace hone
