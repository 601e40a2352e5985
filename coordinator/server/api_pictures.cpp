#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/dataset/film_strip.hpp"
#include "coordinator/dataset/picture.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/state/film_strips.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::string_view pictures = "/api/v1/pictures/";
constexpr std::string_view film_strips = "/api/v1/film-strips/";
constexpr std::int64_t most_pictures = std::int64_t{1} << 40;

/// The digest of what the trial takes as `input`; null while it is not there any more, or yet.
json input_digest(Database& database, std::int64_t trial, const char* input) {
  Statement query = database.prepare(
      "SELECT o.digest FROM standing_need n JOIN trial d ON d.id = n.needs JOIN output o "
      "ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
      "AND o.discarded IS NULL WHERE n.trial = ? AND n.input = ?");
  return query.bind(trial).bind(input).step() ? json(query.text(0)) : json();
}

/// Where an evaluation's masks are, and what its sweeps ask for.
json film_strip(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT o.digest, o.discarded IS NOT NULL FROM trial t LEFT JOIN output o "
      "ON o.trial = t.id AND o.attempt = t.accepted AND o.name = ? WHERE t.id = ?");
  query.bind(film_strip_artifact).bind(trial).step();
  const bool removed = query.integer(1) == 1;
  return {{"digest", query.is_null(0) || removed ? json() : json(query.text(0))},
          {"removed", removed},
          {"limit", film_strip_limit(database, {trial})}};
}

/// By image in the pack's order: its values by iteration.
json image_list(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT m.image, i.id, k.name, m.value FROM trial t "
      "JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted "
      "JOIN metric k ON k.id = m.metric AND k.name IN ('dice', 'quality', 'agreement') "
      "LEFT JOIN image i ON i.pack = t.spec ->> '$.pack' AND i.position = m.image "
      "WHERE t.id = ? ORDER BY m.image, m.iteration");
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    if (list.empty() || list.back().at("position") != query.integer(0)) {
      list.push_back({{"position", query.integer(0)},
                      {"image", query.text(1)},
                      {"dice", json::array()},
                      {"quality", json::array()},
                      {"agreement", json::array()}});
    }
    list.back()[query.text(2)].push_back(query.real(3));
  }
  return list;
}

std::string contents_of(const std::filesystem::path& file) {
  const FilmStripFile strip(file);
  return json{{"schema", "hone.film_strip.v1"},
              {"images", strip.images()},
              {"iterations", strip.iterations()}}
      .dump();
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
                       {"film_strip", film_strip(database, trial)},
                       {"images", image_list(database, trial)}};
  return {200, answer.dump(-1, ' ', false, json::error_handler_t::replace)};
}

bool is_picture(std::string_view target) {
  return target.starts_with(pictures) || target.starts_with(film_strips);
}

ApiResponse picture_response(const std::filesystem::path& artifacts, std::string_view target) {
  const bool is_strip = target.starts_with(film_strips);
  try {
    target.remove_prefix(is_strip ? film_strips.size() : pictures.size());
    const RequestTarget parsed = parse_target(target);
    const auto digest = Digest::parse(parsed.path);
    if (!digest) return api_error(404, "'" + parsed.path + "' is no digest");
    const std::filesystem::path file = artifacts / digest->hex();
    if (is_strip) return {.body = contents_of(file), .lasting = true};
    const std::int64_t index = parsed.number("index", 0, most_pictures).value_or(0);
    return {
        .body = png_of(file, parsed.text("tensor"), index), .type = "image/png", .lasting = true};
  } catch (const PictureError& error) {
    return api_error(404, error.what());
  } catch (const std::invalid_argument& error) {
    return api_error(400, error.what());
  }
}

}  // namespace hone
