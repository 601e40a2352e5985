#include "coordinator/report/quality_report.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "coordinator/statistics/correlation.hpp"
#include "coordinator/statistics/effect.hpp"
#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

/// One image under one training, by iteration.
struct Track {
  std::vector<double> dice;
  std::vector<double> raw;
  std::vector<double> calibrated;
};

struct Line {
  double offset = 0;
  double slope = 0;
};

using Which = std::vector<double> Track::*;

bool has_quality(const ImageCurves& image) {
  const auto quality = image.values.find("quality");
  const auto dice = image.values.find("dice");
  return quality != image.values.end() && dice != image.values.end() &&
         quality->second.size() == dice->second.size();
}

std::vector<Track> tracks_of(const std::vector<ImageCurves>& images) {
  std::vector<Track> tracks;
  for (const ImageCurves& image : images)
    if (has_quality(image))
      tracks.push_back({image.values.at("dice"), image.values.at("quality"), {}});
  return tracks;
}

/// Least squares of Dice on quality at iteration k; flat where qualities are all alike.
Line fit(const std::vector<Track>& tracks, std::size_t k) {
  std::vector<double> quality;
  std::vector<double> dice;
  for (const Track& track : tracks) {
    quality.push_back(track.raw.at(k));
    dice.push_back(track.dice.at(k));
  }
  const double center = mean_of(quality);
  const double height = mean_of(dice);
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < quality.size(); ++i) {
    squares += (quality[i] - center) * (quality[i] - center);
    products += (quality[i] - center) * (dice[i] - height);
  }
  const double slope = squares > 1e-12 ? products / squares : 0;
  return {height - slope * center, slope};
}

void calibrate(const std::vector<Track>& validation, std::vector<Track>& tracks) {
  for (std::size_t k = 0; k < validation.front().raw.size(); ++k) {
    const Line line = fit(validation, k);
    for (Track& track : tracks) {
      if (k < track.raw.size()) track.calibrated.push_back(line.offset + line.slope * track.raw[k]);
    }
  }
}

QualityErrors in_points(QualityErrors errors) {
  return {100 * errors.mae, 100 * errors.rmse, 100 * errors.bias};
}

std::optional<QualityErrors> errors_of(const std::vector<double>& quality,
                                       const std::vector<double>& dice) {
  const auto errors = quality_errors(quality, dice);
  if (!errors) return {};
  return in_points(*errors);
}

/// Values of the masks at iterations first to last.
std::vector<double> gathered(const std::vector<Track>& tracks, Which list, std::size_t first,
                             std::size_t last) {
  std::vector<double> values;
  for (const Track& track : tracks)
    for (std::size_t k = first; k <= last && k < (track.*list).size(); ++k)
      values.push_back((track.*list)[k]);
  return values;
}

std::optional<double> harm_of(const std::vector<Track>& tracks, Which list, std::size_t first,
                              std::size_t last) {
  std::vector<double> harmful;
  std::vector<double> harmless;
  for (const Track& track : tracks) {
    for (std::size_t k = first; k <= last && k + 1 < track.dice.size(); ++k) {
      const double drop = (track.*list)[k] - (track.*list)[k + 1];
      (track.dice[k + 1] < track.dice[k] ? harmful : harmless).push_back(drop);
    }
  }
  return auroc(harmful, harmless);
}

std::optional<double> within_of(const std::vector<Track>& tracks, Which list) {
  std::vector<double> correlations;
  for (const Track& track : tracks) {
    const std::vector<double> quality((track.*list).begin() + 1, (track.*list).end());
    const std::vector<double> dice(track.dice.begin() + 1, track.dice.end());
    if (const auto rho = spearman(quality, dice)) correlations.push_back(*rho);
  }
  if (correlations.empty()) return {};
  return mean_of(correlations);
}

QualityScores scores_of(const std::vector<Track>& tracks, std::size_t first, std::size_t last) {
  const auto dice = gathered(tracks, &Track::dice, first, last);
  const auto raw = gathered(tracks, &Track::raw, first, last);
  const auto calibrated = gathered(tracks, &Track::calibrated, first, last);
  QualityScores scores{.masks = static_cast<std::int64_t>(dice.size())};
  scores.raw = errors_of(raw, dice);
  scores.calibrated = errors_of(calibrated, dice);
  scores.pearson = pearson(raw, dice);
  scores.spearman = spearman(raw, dice);
  scores.kendall = kendall(raw, dice);
  scores.coverage = risk_coverage(raw, dice);
  scores.calibrated_coverage = risk_coverage(calibrated, dice);
  scores.harm = harm_of(tracks, &Track::raw, first, last);
  scores.calibrated_harm = harm_of(tracks, &Track::calibrated, first, last);
  return scores;
}

void add_rows(const std::string& split, const std::vector<Track>& tracks, NetQuality& net) {
  if (tracks.empty()) return;
  const std::size_t last = tracks.front().dice.size() - 1;
  QualityRow all{.split = split, .iteration = {}, .scores = scores_of(tracks, 1, last), .bins = {}};
  all.scores.within = within_of(tracks, &Track::raw);
  all.scores.calibrated_within = within_of(tracks, &Track::calibrated);
  all.bins = reliability_by_decile(gathered(tracks, &Track::raw, 1, last),
                                   gathered(tracks, &Track::dice, 1, last));
  net.rows.push_back(std::move(all));
  for (std::size_t k = 0; k <= last; ++k)
    net.rows.push_back({.split = split,
                        .iteration = static_cast<int>(k),
                        .scores = scores_of(tracks, k, k),
                        .bins = {}});
}

}  // namespace

NetQuality quality_of(const NetCurves& curves) {
  NetQuality net{.dataset = curves.dataset, .net = curves.net, .expected = curves.expected};
  net.trainings = static_cast<std::int64_t>(curves.trainings.size());
  std::vector<Track> validation;
  std::vector<Track> test;
  for (const TrainingCurves& training : curves.trainings) {
    std::vector<Track> own = tracks_of(training.validation.images);
    std::vector<Track> unseen = tracks_of(training.test.images);
    if (own.empty()) continue;
    const std::vector<Track> reference = own;
    calibrate(reference, own);
    calibrate(reference, unseen);
    validation.insert(validation.end(), own.begin(), own.end());
    test.insert(test.end(), unseen.begin(), unseen.end());
  }
  add_rows("test", test, net);
  add_rows("validation", validation, net);
  return net;
}

bool QualityReport::complete() const {
  return std::all_of(nets.begin(), nets.end(),
                     [](const NetQuality& net) { return net.trainings == net.expected; });
}

QualityReport read_quality(Database& database, SweepId sweep, const std::string& net) {
  QualityReport report{.sweep = sweep, .name = name_of_sweep(database, sweep), .nets = {}};
  for (const NetCurves& curves : read_net_curves(database, sweep, net)) {
    NetQuality quality = quality_of(curves);
    // A net whose evaluations are there without a quality has no such head.
    if (quality.rows.empty() && (quality.trainings > 0 || quality.net == "no-quality")) continue;
    report.nets.push_back(std::move(quality));
  }
  if (report.nets.empty())
    throw std::invalid_argument("no net of sweep " + std::to_string(sweep.value) +
                                (net.empty() ? "" : " named '" + net + "'") +
                                " has a quality head");
  return report;
}

}  // namespace hone
