#include "coordinator/server/api_tokens.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace hone {

namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds usual_grace{24 * 3600};

}  // namespace

std::string replace_token(Keyring& keys, const TokenChange& change) {
  const auto now = std::chrono::system_clock::now();
  if (!change.dry_run) {
    keys.replace(change.role, change.grace, now);
    spdlog::info("event=token_replaced role={} grace_seconds={}", name_of(change.role),
                 change.grace.count());
  }
  const auto until = std::chrono::duration_cast<seconds>((now + change.grace).time_since_epoch());
  return json{{"schema", "hone.tokens.v1"},
              {"role", name_of(change.role)},
              {"file", std::filesystem::absolute(keys.file(change.role)).string()},
              {"previous_until", until.count()},
              {"dry_run", change.dry_run}}
      .dump();
}

ApiResponse post_tokens(Keyring& keys, const std::string& body) {
  try {
    const json given = parse_body(body);
    const auto role = given.at("role").get<std::string>();
    if (role != "worker" && role != "admin")
      return api_error(400, "/role: is one of worker, admin");
    const double grace = given.value("grace_seconds", static_cast<double>(usual_grace.count()));
    if (!(grace >= 0 && grace <= static_cast<double>(longest_grace.count())) ||
        std::trunc(grace) != grace)
      return api_error(400, "/grace_seconds: is a whole number from 0 to " +
                                std::to_string(longest_grace.count()));
    return {200,
            replace_token(keys, {.role = role == "worker" ? Privilege::worker : Privilege::admin,
                                 .grace = seconds(static_cast<std::int64_t>(grace)),
                                 .dry_run = given.value("dry_run", false)})};
  } catch (const std::invalid_argument& error) {
    return api_error(400, error.what());
  } catch (const json::exception& error) {
    return api_error(400, std::string("the request is not the JSON it should be: ") + error.what());
  }
}

}  // namespace hone
