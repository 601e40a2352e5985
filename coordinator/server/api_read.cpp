// What can be read, by path.
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/message.hpp"
#include "coordinator/report/lambda_curve.hpp"
#include "coordinator/report/quality_report.hpp"
#include "coordinator/report/stopping_report.hpp"
#include "coordinator/report/tables.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/server/routes.hpp"

namespace hone {

namespace {

using nlohmann::json;

struct Question {
  Database& database;
  const LiveFacts& live;
  const RequestTarget& target;
  PathArguments path;

  SweepId sweep() const { return {path.number}; }
};

ApiResponse server_status(const Question& asked) {
  const json status = {
      {"schema", "hone.status.v1"},        {"protocol", protocol_version},
      {"trainer", trainer_version},        {"workers", asked.live.workers},
      {"disk_full", asked.live.disk_full}, {"refused_stale", asked.live.refused_stale}};
  return {200, status.dump()};
}

ApiResponse table_response(const Question& asked) {
  const std::string given = asked.target.text("format"), format = given.empty() ? "json" : given;
  if (!is_table_format(format))
    return api_error(400, "format is one of json, text, markdown, csv, latex, macros");
  const std::string name(asked.path.word);
  const std::string text = table_text(asked.database, asked.sweep(), name, format).text;
  const bool plain = format != "markdown" && format != "csv";
  return {200, text,
          format == "json" ? "application/json"
                           : "text/" + (plain ? std::string("plain") : format) + "; charset=utf-8"};
}

struct ReadRoute {
  std::string_view path;
  ApiResponse (*answer)(const Question&);
};

constexpr ReadRoute routes[] = {
    {"/api/v1/status", server_status},
    {"/api/v1/sweeps", [](const Question& asked) { return sweep_list(asked.database); }},
    {"/api/v1/sweeps/{sweep}",
     [](const Question& asked) {
       return sweep_status(asked.database, asked.live, asked.path.number);
     }},
    {"/api/v1/sweeps/{sweep}/tables/{table}", table_response},
    {"/api/v1/sweeps/{sweep}/matrix",
     [](const Question& asked) { return sweep_matrix(asked.database, asked.path.number); }},
    {"/api/v1/sweeps/{sweep}/trials",
     [](const Question& asked) {
       return sweep_trials(asked.database, asked.path.number, asked.target);
     }},
    {"/api/v1/sweeps/{sweep}/cell",
     [](const Question& asked) {
       return sweep_cell(asked.database, asked.path.number, asked.target);
     }},
    {"/api/v1/sweeps/{sweep}/iterations",
     [](const Question& asked) { return sweep_iterations(asked.database, asked.path.number); }},
    {"/api/v1/sweeps/{sweep}/scatter",
     [](const Question& asked) {
       return sweep_scatter(asked.database, asked.path.number, asked.target);
     }},
    {"/api/v1/sweeps/{sweep}/search",
     [](const Question& asked) { return sweep_search(asked.database, asked.path.number); }},
    {"/api/v1/sweeps/{sweep}/lambda",
     [](const Question& asked) {
       const auto curves = read_lambda_curves(asked.database, asked.sweep());
       return ApiResponse{200, to_json(curves, asked.sweep())};
     }},
    {"/api/v1/sweeps/{sweep}/stopping",
     [](const Question& asked) {
       const std::string net = asked.target.text("net");
       return ApiResponse{200, to_json(read_stopping(asked.database, asked.sweep(), net))};
     }},
    {"/api/v1/sweeps/{sweep}/quality",
     [](const Question& asked) {
       const std::string net = asked.target.text("net");
       return ApiResponse{200, to_json(read_quality(asked.database, asked.sweep(), net))};
     }},
    {"/api/v1/trials/{trial}",
     [](const Question& asked) {
       return trial_response(asked.database, asked.live, asked.path.number);
     }},
    {"/api/v1/trials/{trial}/why",
     [](const Question& asked) {
       return why_response(asked.database, asked.live, asked.path.number);
     }},
    {"/api/v1/trials/{trial}/images",
     [](const Question& asked) { return trial_images(asked.database, asked.path.number); }},
    {"/api/v1/workers",
     [](const Question& asked) { return workers_response(asked.database, asked.live); }},
};

bool is_there(const Question& asked) {
  Statement query = asked.database.prepare("SELECT 1 FROM sweep WHERE id = ?");
  return query.bind(asked.path.number).step();
}

}  // namespace

std::vector<std::string_view> read_paths() {
  std::vector<std::string_view> paths;
  for (const ReadRoute& route : routes) paths.push_back(route.path);
  return paths;
}

ApiResponse api_get(Database& database, const LiveFacts& live, std::string_view target) {
  try {
    const RequestTarget parsed = parse_target(target);
    for (const ReadRoute& route : routes) {
      const auto path = match_path(route.path, parsed.path);
      if (!path) continue;
      const Question asked{database, live, parsed, *path};
      if (route.path.starts_with("/api/v1/sweeps/") && !is_there(asked))
        return api_error(404, "there is no sweep " + std::to_string(path->number));
      return route.answer(asked);
    }
  } catch (const ParameterError& error) {
    return api_error(400, error.what());
  } catch (const std::invalid_argument& error) {
    return api_error(404, error.what());
  }
  return api_error(404, "GET " + std::string(target) + " is not a route");
}

}  // namespace hone
