#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/server/api.hpp"
#include "coordinator/server/request_target.hpp"

/// What a dashboard asks about one sweep. All read only; all answers have a "schema".
namespace hone {

/// The states of trials, in the order in which a matrix and /live number them.
inline constexpr std::array<std::string_view, 9> trial_states = {
    "waiting", "held", "leased", "done", "collapsed", "diverged", "failed", "blocked", "pruned"};

/// A place of a sweep's plan: a trial as it was submitted, and the one that it has become.
struct TrialPlace {
  std::int64_t position = 0;  // the id of the trial as submitted: never changes
  std::int64_t trial = 0;     // that stands there now: another once a choice has given parameters
  int state = 0;              // in trial_states
};

/// Calls `visit` for every place of the sweep, ascending by position. Throws SqlError.
void for_each_place(Database& database, std::int64_t sweep,
                    const std::function<void(const TrialPlace&)>& visit);

/// GET /sweeps: every sweep with its state and counts of trials. "hone.sweeps.v1".
ApiResponse sweep_list(Database& database);

/// GET /sweeps/N: counts, what runs, what failed, time left, tables. "hone.sweep.v1".
ApiResponse sweep_status(Database& database, const LiveFacts& live, std::int64_t sweep);

/// GET /sweeps/N/matrix: {"steps": [name], "rows": [{"dataset", "rotation", "seed", "fold",
/// "cells": [step, position, trial, state, ...]}]}: every place, four numbers each, by step of
/// the plan and by what the step is done for. "hone.matrix.v1".
ApiResponse sweep_matrix(Database& database, std::int64_t sweep);

/// GET /sweeps/N/trials?role=&dataset=&state=&rotation=&fold=&seed=&text=&offset=&limit=: a page of
/// the sweep's trials, with the number of all that match. `text` is looked for in names, as it is.
/// "hone.trials.v1". Throws ParameterError for a parameter that is not what it should be.
ApiResponse sweep_trials(Database& database, std::int64_t sweep, const RequestTarget& target);

/// GET /sweeps/N/cell?name=II:PH2:quality-1x: what is behind a cell ("hone.cell.v1"). Throws
/// std::invalid_argument if the sweep has no such cell.
ApiResponse sweep_cell(Database& database, std::int64_t sweep, const RequestTarget& target);

/// GET /sweeps/N/iterations: mean Dice times 100 by iteration, a curve a training and split, and
/// where Validation(k) and Best(k) stopped. "hone.iterations.v1".
ApiResponse sweep_iterations(Database& database, std::int64_t sweep);

/// GET /sweeps/N/scatter?iteration=1: predicted quality beside the Dice of the same mask, of
/// test images; the first 4,000. "hone.scatter.v1".
ApiResponse sweep_scatter(Database& database, std::int64_t sweep, const RequestTarget& target);

/// GET /sweeps/N/search: the configurations of Table I with what each sets and its score.
/// "hone.search.v1".
ApiResponse sweep_search(Database& database, std::int64_t sweep);

/// GET /trials/N: its spec, needs, attempts, files, scores and epochs. "hone.trial.v1".
ApiResponse trial_response(Database& database, const LiveFacts& live, std::int64_t trial);

/// GET /trials/N/images: of an evaluation, Dice, predicted quality and agreement with the next mask
/// of each image by iteration, and which artifacts have the images ("pack"), the masks that it
/// began with ("masks") and those of its iterations ("film_strip": {"digest", null if it left none;
/// "removed"; "limit", what the sweeps that have it ask for}). "hone.images.v1".
ApiResponse trial_images(Database& database, std::int64_t trial);

/// GET /pictures/SHA256?tensor=images&index=7: a PNG of a picture in an artifact of the folder.
/// tensor=sheets: the masks of the image at position `index`, one below the other.
/// GET /film-strips/SHA256: of which images and iterations it has masks. "hone.film_strip.v1".
/// `target` is whole; is_picture tells whether it is one of these. What a digest names never
/// changes, and may be kept.
bool is_picture(std::string_view target);
ApiResponse picture_response(const std::filesystem::path& artifacts, std::string_view target);

/// GET /trials/N/why: what it waits for, or why it ended as it did, in sentences ("hone.why.v1":
/// {"state", "reasons": [{"kind", "text", "trials"}], "next": a command or null}).
ApiResponse why_response(Database& database, const LiveFacts& live, std::int64_t trial);

/// GET /workers: every worker that ever came, what it does and has done. "hone.workers.v1".
ApiResponse workers_response(Database& database, const LiveFacts& live);

}  // namespace hone
