#include "coordinator/cli/top_picture.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "coordinator/cli/terminal.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t bar_width = 20;
constexpr std::size_t name_columns = 48;
constexpr std::size_t done_sweeps_shown = 3;
constexpr std::int64_t failures_shown = 50;

std::string bar(double share) {
  const auto filled =
      static_cast<std::size_t>(std::lround(bar_width * std::clamp(share, 0.0, 1.0)));
  std::string text;
  for (std::size_t i = 0; i < bar_width; ++i) text += i < filled ? "█" : "░";
  return text;
}

std::string cut(const json& text) {
  return shortened(text.get<std::string>(), name_columns);
}

std::string rate_text(double images_per_second) {
  return images_per_second > 0 ? std::to_string(std::lround(images_per_second)) + "/s" : "-";
}

/// Puts rows under each other as one section; `emphases` are those of the rows below the first.
class Section {
 public:
  Section(std::string title, std::vector<std::string> heads)
      : title_(std::move(title)), rows_({std::move(heads)}) {}

  void add(std::vector<std::string> row, Emphasis emphasis = Emphasis::none) {
    rows_.push_back(std::move(row));
    emphases_.push_back(emphasis);
  }

  /// Nothing where there is no row.
  void write_to(std::vector<TopLine>& lines) const {
    if (emphases_.empty()) return;
    lines.push_back({"", Emphasis::none});
    lines.push_back({title_, Emphasis::title});
    const std::string table = text_table(rows_, rows_[0].size(), false);
    for (std::size_t begin = 0, row = 0; begin < table.size(); ++row) {
      const std::size_t end = table.find('\n', begin);
      lines.push_back(
          {table.substr(begin, end - begin), row == 0 ? Emphasis::heading : emphases_[row - 1]});
      begin = end + 1;
    }
  }

 private:
  std::string title_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<Emphasis> emphases_;
};

std::int64_t count(const json& sweep, const char* state) {
  return sweep.at("states").at(state);
}

void add_open_sweep(const json& sweep, Section& section) {
  const std::int64_t all = sweep.at("trials").get<std::int64_t>() - count(sweep, "pruned");
  const std::int64_t open = count(sweep, "waiting") + count(sweep, "leased") + count(sweep, "held");
  const std::int64_t bad =
      count(sweep, "failed") + count(sweep, "diverged") + count(sweep, "blocked");
  const double total = sweep.at("image_steps").at("total");
  const double share = total > 0 ? sweep.at("image_steps").at("done").get<double>() / total : 0;
  const json& left = sweep.at("seconds_left");
  const std::string state = sweep.at("state");
  section.add({sweep.at("sweep").dump(), cut(sweep.at("name")), state, sweep.at("priority").dump(),
               bar(share), std::to_string(all - open - bad) + "/" + std::to_string(all),
               std::to_string(count(sweep, "leased")), std::to_string(count(sweep, "waiting")),
               std::to_string(bad), rate_text(sweep.at("images_per_second")),
               left.is_null() ? "-" : duration_text(left.get<double>())},
              bad > 0             ? Emphasis::bad
              : state == "active" ? Emphasis::busy
                                  : Emphasis::dim);
}

void add_ended_sweep(const json& sweep, Section& section) {
  const std::int64_t all =
      sweep.at("trials").get<std::int64_t>() - sweep.at("pruned").get<std::int64_t>();
  const bool cancelled = sweep.at("state") == "cancelled";
  const bool lost = sweep.at("lost") != 0;
  section.add(
      {sweep.at("sweep").dump(), cut(sweep.at("name")), cancelled ? "cancelled" : "finished",
       sweep.at("priority").dump(), "", sweep.at("done").dump() + "/" + std::to_string(all), "", "",
       lost ? sweep.at("lost").dump() : "", "", ""},
      lost        ? Emphasis::bad
      : cancelled ? Emphasis::dim
                  : Emphasis::good);
}

Section sweeps_section(const TopAnswers& answers, const std::vector<json>& details) {
  Section section("Sweeps", {"SWEEP", "NAME", "STATE", "PRIORITY", "WORK", "DONE", "RUNNING",
                             "WAITING", "FAILED", "IMAGES", "LEFT ABOUT"});
  for (const json& each : details) add_open_sweep(each, section);
  const json list = json::parse(answers.sweeps).at("sweeps");
  std::size_t shown = 0, older = 0;
  for (auto each = list.rbegin(); each != list.rend(); ++each) {
    if (each->at("open") != 0) continue;
    if (shown == done_sweeps_shown) {
      ++older;
      continue;
    }
    ++shown;
    add_ended_sweep(*each, section);
  }
  if (older > 0)
    section.add({"...", std::to_string(older) + " older ones that have ended: hone status", "", "",
                 "", "", "", "", "", "", ""},
                Emphasis::dim);
  return section;
}

/// Of every trial that runs, by its number: the worker and its host.
std::map<std::int64_t, std::pair<std::int64_t, std::string>> places(const json& workers) {
  std::map<std::int64_t, std::string> hosts;
  for (const json& each : workers.at("workers")) hosts[each.at("worker")] = cut(each.at("host"));
  std::map<std::int64_t, std::pair<std::int64_t, std::string>> found;
  for (const json& each : workers.at("attempts")) {
    if (each.at("state") == "running")
      found[each.at("trial")] = {each.at("worker"), hosts[each.at("worker")]};
  }
  return found;
}

Section running_section(const std::vector<json>& details, const json& workers) {
  Section section("Running", {"TRIAL", "SWEEP", "NAME", "ATTEMPT", "EPOCHS (AT MOST)", "", "IMAGES",
                              "WORKER", "HOST"});
  const auto places_of = places(workers);
  for (const json& sweep : details) {
    for (const json& trial : sweep.at("running")) {
      const auto place = places_of.find(trial.at("trial").get<std::int64_t>());
      const bool known = trial.contains("epoch");
      const double share =
          known ? trial.at("epoch").get<double>() / trial.at("epochs").get<double>() : 0;
      section.add({trial.at("trial").dump(), sweep.at("sweep").dump(), cut(trial.at("name")),
                   trial.at("attempt").dump(), bar(share),
                   known ? trial.at("epoch").dump() + "/" + trial.at("epochs").dump() : "-",
                   rate_text(trial.value("images_per_second", 0.0)),
                   place == places_of.end() ? "-" : std::to_string(place->second.first),
                   place == places_of.end() ? "-" : place->second.second});
    }
  }
  return section;
}

Section workers_section(const json& workers) {
  Section section("Workers",
                  {"WORKER", "HOST", "DEVICE", "SLOTS", "RUNNING", "DONE", "FAILED", "LOST"});
  for (const json& each : workers.at("workers")) {
    if (!each.at("connected").get<bool>()) continue;
    const bool idle = each.at("running") == 0, rests = each.at("rests").get<bool>();
    section.add({each.at("worker").dump(), cut(each.at("host")), cut(each.at("device")),
                 each.at("slots").dump(), idle && rests ? "rests" : each.at("running").dump(),
                 each.at("done").dump(), each.at("failed").dump(), each.at("lost").dump()},
                rests  ? Emphasis::bad
                : idle ? Emphasis::dim
                       : Emphasis::none);
  }
  return section;
}

std::int64_t troubled(const json& sweep) {
  return count(sweep, "failed") + count(sweep, "diverged") + count(sweep, "blocked") +
         count(sweep, "collapsed");
}

Section failures_section(const std::vector<json>& sweeps) {
  Section section("Without a result ('hone why N' says more)",
                  {"TRIAL", "STATE", "NAME", "REASON"});
  std::int64_t shown = 0, all = 0;
  for (const json& sweep : sweeps) {
    all += troubled(sweep);
    for (const json& each : sweep.at("troubled")) {
      if (shown == failures_shown) break;
      ++shown;
      const std::string reason = each.at("reason");
      section.add({each.at("trial").dump(), each.at("state"), cut(each.at("name")),
                   shortened(reason.substr(0, reason.find('\n')), 2 * name_columns)},
                  Emphasis::bad);
    }
  }
  if (all > shown)
    section.add({"...", "", std::to_string(all - shown) + " more: hone trials --only failed", ""},
                Emphasis::dim);
  return section;
}

std::string title(const TopAnswers& answers, const std::vector<json>& details, const json& workers,
                  const std::string& now) {
  std::int64_t slots = 0, running = 0, connected = 0;
  for (const json& each : workers.at("workers")) {
    if (!each.at("connected").get<bool>()) continue;
    ++connected;
    slots += each.at("slots").get<std::int64_t>();
    running += each.at("running").get<std::int64_t>();
  }
  double rate = 0;
  for (const json& each : details) rate += each.at("images_per_second").get<double>();
  if (!answers.live)
    return "hone  " + now + "  no coordinator runs here; this is what its file says";
  const auto counted = [](std::int64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
  };
  return "hone  " + now + "  " + counted(connected, "worker") + ", " + counted(running, "trial") +
         " on " + counted(slots, "slot") + ", " + rate_text(rate) + " images";
}

}  // namespace

std::vector<std::int64_t> open_sweeps(const std::string& sweeps, std::size_t most) {
  std::vector<std::int64_t> open;
  const json list = json::parse(sweeps).at("sweeps");
  for (auto each = list.rbegin(); each != list.rend() && open.size() < most; ++each) {
    if (each->at("open") != 0) open.push_back(each->at("sweep"));
  }
  return open;
}

std::vector<std::int64_t> ended_in_trouble(const std::string& sweeps) {
  std::vector<std::int64_t> found;
  std::size_t ended = 0;
  const json list = json::parse(sweeps).at("sweeps");
  for (auto each = list.rbegin(); each != list.rend() && ended < done_sweeps_shown; ++each) {
    if (each->at("open") != 0) continue;
    ++ended;
    if (each->at("lost") != 0) found.push_back(each->at("sweep"));
  }
  return found;
}

std::vector<TopLine> top_lines(const TopAnswers& answers, std::size_t width,
                               const std::string& now) {
  std::vector<json> details;
  for (const std::string& each : answers.details) details.push_back(json::parse(each));
  const json workers = json::parse(answers.workers);
  std::vector<TopLine> lines = {{title(answers, details, workers, now), Emphasis::title}};
  sweeps_section(answers, details).write_to(lines);
  running_section(details, workers).write_to(lines);
  workers_section(workers).write_to(lines);
  std::vector<json> all = details;
  for (const std::string& each : answers.ended) all.push_back(json::parse(each));
  failures_section(all).write_to(lines);
  if (json::parse(answers.sweeps).at("sweeps").empty())
    lines.push_back({"no sweep yet: submit one with 'hone submit SPEC'", Emphasis::none});
  for (TopLine& line : lines) line.text = shortened(line.text, width);
  return lines;
}

}  // namespace hone::cli
