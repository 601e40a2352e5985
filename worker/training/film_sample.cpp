#include "worker/training/film_sample.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

namespace hone {

namespace {

/// Ordinals whose every beginning lies evenly over the split: multiples of the golden ratio.
std::vector<std::size_t> even_spread(std::size_t limit, std::size_t images) {
  constexpr double golden = 0.6180339887498949;
  std::vector<std::size_t> spread;
  std::set<std::size_t> taken;
  double place = 0.5;
  while (spread.size() < std::min(limit, images)) {
    const auto ordinal = static_cast<std::size_t>(place * static_cast<double>(images));
    place = std::fmod(place + golden, 1.0);
    if (taken.insert(ordinal).second) spread.push_back(ordinal);
  }
  return spread;
}

/// The first `limit` by `value`, the greatest first.
std::vector<FilmFacts> ranked(std::vector<FilmFacts> facts, std::size_t limit,
                              const std::function<double(const FilmFacts&)>& value) {
  const auto end = facts.begin() + static_cast<std::ptrdiff_t>(std::min(limit, facts.size()));
  std::partial_sort(facts.begin(), end, facts.end(), [&](const auto& a, const auto& b) {
    const double left = value(a), right = value(b);
    return left != right ? left > right : a.ordinal < b.ordinal;
  });
  facts.erase(end, facts.end());
  return facts;
}

}  // namespace

FilmSample::FilmSample(std::size_t limit, std::size_t images)
    : limit_(std::min(limit, images)), spread_(even_spread(limit_, images)) {}

std::array<FilmSample::Ranking, 4> FilmSample::rankings() const {
  Ranking spread;
  for (const std::size_t ordinal : spread_) {
    const auto found = std::find_if(facts_.begin(), facts_.end(),
                                    [&](const auto& each) { return each.ordinal == ordinal; });
    if (found != facts_.end()) spread.push_back(*found);
  }
  return {ranked(facts_, limit_, [](const auto& each) { return each.gain; }),
          ranked(facts_, limit_, [](const auto& each) { return -each.gain; }),
          ranked(facts_, limit_, [](const auto& each) { return each.disagreement; }), spread};
}

void FilmSample::add(const std::vector<FilmFacts>& more) {
  facts_.insert(facts_.end(), more.begin(), more.end());
  std::set<std::int32_t> kept;
  for (const Ranking& ranking : rankings())
    for (const FilmFacts& each : ranking) kept.insert(each.image);
  std::erase_if(facts_, [&](const auto& each) { return !kept.contains(each.image); });
}

bool FilmSample::may_choose(std::int32_t image) const {
  return std::any_of(facts_.begin(), facts_.end(),
                     [&](const auto& each) { return each.image == image; });
}

std::vector<std::int32_t> FilmSample::chosen() const {
  const std::array<Ranking, 4> all = rankings();
  std::set<std::int32_t> chosen;
  std::array<std::size_t, 4> next = {};
  const std::size_t wanted = std::min(limit_, facts_.size());
  for (std::size_t turn = 0; chosen.size() < wanted; turn = (turn + 1) % all.size()) {
    const Ranking& ranking = all[turn];
    std::size_t& at = next[turn];
    while (at < ranking.size() && chosen.contains(ranking[at].image)) ++at;
    if (at < ranking.size()) chosen.insert(ranking[at].image);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace hone
