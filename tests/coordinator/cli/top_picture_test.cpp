#include "coordinator/cli/top_picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/cli/terminal.hpp"

namespace hone::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* sweeps = R"({"sweeps": [
  {"sweep": 1, "name": "Old", "state": "active", "priority": 0, "done": 7, "trials": 11, "open": 0,
   "pruned": 2, "lost": 2},
  {"sweep": 2, "name": "New", "state": "active", "priority": 3, "done": 1, "trials": 6, "open": 4,
   "pruned": 0, "lost": 1}]})";
constexpr const char* workers = R"({"workers": [
  {"worker": 7, "connected": true, "host": "node1", "device": "cpu", "slots": 4, "running": 1, "done": 5,
   "failed": 0, "lost": 0, "rests": false},
  {"worker": 8, "connected": true, "host": "ill", "device": "cpu", "slots": 0, "running": 0, "done": 0,
   "failed": 3, "lost": 0, "rests": true},
  {"worker": 6, "connected": false, "host": "gone", "device": "cpu", "slots": 4, "running": 0, "done": 5,
   "failed": 0, "lost": 0, "rests": false}],
  "attempts": [{"trial": 12, "worker": 7, "state": "running"}]})";
constexpr const char* detail =
    R"({"sweep": 2, "name": "New", "state": "active", "priority": 3, "trials": 6,
  "states": {"waiting": 3, "leased": 1, "held": 0, "pruned": 0, "failed": 1, "diverged": 0, "blocked": 0, "collapsed": 0},
  "image_steps": {"total": 100.0, "done": 25.0}, "seconds_left": 7200.0, "images_per_second": 51.4,
  "running": [{"trial": 12, "name": "A/r0/s1/f0/refine", "attempt": 2, "epoch": 3, "epochs": 6,
               "images_per_second": 51.4}],
  "troubled": [{"trial": 11, "name": "A\u001b[31m", "state": "failed", "reason": "killed\nlog"}]})";

constexpr const char* ended =
    R"({"sweep": 1, "states": {"failed": 2, "diverged": 0, "blocked": 0, "collapsed": 1},
  "troubled": [{"trial": 4, "name": "B", "state": "failed", "reason": "no room"}]})";

std::vector<TopLine> lines(std::size_t width = 200, bool live = true) {
  return top_lines({"{}", sweeps, workers, {detail}, {ended}, live}, width, "12:00:00");
}

TEST(TopPicture, HasWhatGoesOn) {
  const auto text = [](const std::string& part) {
    return Contains(Field(&TopLine::text, HasSubstr(part)));
  };
  EXPECT_EQ(lines()[0].text, "hone  12:00:00  2 workers, 1 trial on 4 slots, 51/s images");
  EXPECT_THAT(lines(),
              text("█████░░░░░░░░░░░░░░░  1/6   1        3        1       51/s    2 h 00 min"));
  EXPECT_THAT(lines(), text("██████████░░░░░░░░░░  3/6  51/s    7       node1"));
  EXPECT_THAT(lines(), text("killed"));
  EXPECT_THAT(lines(), Not(text("gone")));
  EXPECT_THAT(lines(), Not(text("\033")));
  EXPECT_THAT(lines(200, false)[0].text, HasSubstr("no coordinator runs"));
}

TEST(TopPicture, ShowsAWorkerThatRestsForItsCrashes) {
  EXPECT_THAT(
      lines(),
      Contains(::testing::AllOf(
          Field(&TopLine::text, ::testing::MatchesRegex(".*8 +ill +cpu +0 +rests +0 +3 +0.*")),
          Field(&TopLine::emphasis, Emphasis::bad))));
}

TEST(TopPicture, ShowsWhatEndedWithoutAResult) {
  const auto red = [](const std::string& part) {
    return Contains(
        AllOf(Field(&TopLine::text, HasSubstr(part)), Field(&TopLine::emphasis, Emphasis::bad)));
  };
  EXPECT_THAT(ended_in_trouble(sweeps), ElementsAre(1));
  EXPECT_THAT(lines(), red("finished"));
  EXPECT_THAT(lines(), Contains(Field(&TopLine::text, HasSubstr("7/9"))));
  EXPECT_THAT(lines(), red("no room"));
  EXPECT_THAT(lines(), Contains(Field(&TopLine::text, HasSubstr("2 more: hone trials"))));
}

TEST(TopPicture, FitsTheTerminal) {
  for (const std::size_t width : {20, 80}) {
    for (const TopLine& line : lines(width)) EXPECT_LE(columns_of(line.text), width);
  }
}

TEST(TopPicture, AsksOnlyForTheNewestOpenSweeps) {
  EXPECT_THAT(open_sweeps(sweeps, 5), ElementsAre(2));
  EXPECT_TRUE(open_sweeps(sweeps, 0).empty());
}

}  // namespace
}  // namespace hone::cli
