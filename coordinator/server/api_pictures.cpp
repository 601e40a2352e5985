#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/dataset/picture.hpp"
#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::string_view pictures = "/api/v1/pictures/";
constexpr std::int64_t most_pictures = std::int64_t{1} << 40;

/// The digest of what the trial takes as `input`; null while it is not there any more, or yet.
json input_digest(Database& database, std::int64_t trial, const char* input) {
  Statement query = database.prepare(
      "SELECT o.digest FROM standing_need n JOIN trial d ON d.id = n.needs JOIN output o "
      "ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
      "AND o.discarded IS NULL WHERE n.trial = ? AND n.input = ?");
  return query.bind(trial).bind(input).step() ? json(query.text(0)) : json();
}

/// By image in the pack's order: its values by iteration.
json image_list(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT m.image, i.id, k.name, m.value FROM trial t "
      "JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted "
      "JOIN metric k ON k.id = m.metric AND k.name IN ('dice', 'quality') "
      "LEFT JOIN image i ON i.pack = t.spec ->> '$.pack' AND i.position = m.image "
      "WHERE t.id = ? ORDER BY m.image, m.iteration");
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    if (list.empty() || list.back().at("position") != query.integer(0)) {
      list.push_back({{"position", query.integer(0)},
                      {"image", query.text(1)},
                      {"dice", json::array()},
                      {"quality", json::array()}});
    }
    list.back()[query.text(2)].push_back(query.real(3));
  }
  return list;
}

}  // namespace

ApiResponse trial_images(Database& database, std::int64_t trial) {
  Statement query = database.prepare("SELECT spec ->> '$.pack', role FROM trial WHERE id = ?");
  if (!query.bind(trial).step())
    return api_error(404, "there is no trial " + std::to_string(trial));
  const json answer = {{"schema", "hone.images.v1"},
                       {"trial", trial},
                       {"role", query.text(1)},
                       {"pack", query.text(0)},
                       {"masks", input_digest(database, trial, "masks")},
                       {"images", image_list(database, trial)}};
  return {200, answer.dump(-1, ' ', false, json::error_handler_t::replace)};
}

bool is_picture(std::string_view target) {
  return target.starts_with(pictures);
}

ApiResponse picture_response(const std::filesystem::path& artifacts, std::string_view target) {
  try {
    const RequestTarget parsed = parse_target(target.substr(pictures.size()));
    const auto digest = Digest::parse(parsed.path);
    if (!digest) return api_error(404, "'" + parsed.path + "' is no digest");
    const std::int64_t index = parsed.number("index", 0, most_pictures).value_or(0);
    return {200, png_of(artifacts / digest->hex(), parsed.text("tensor"), index), "image/png"};
  } catch (const PictureError& error) {
    return api_error(404, error.what());
  } catch (const std::invalid_argument& error) {
    return api_error(400, error.what());
  }
}

}  // namespace hone
