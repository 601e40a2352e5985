#include "coordinator/server/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/server/exposition.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

constexpr std::chrono::seconds no_time{0};

std::int64_t trials_of(const std::vector<TrialCounts::Row>& rows) {
  std::int64_t all = 0;
  for (const TrialCounts::Row& row : rows) all += row.trials;
  return all;
}

TEST(TrialCounts, RestAfterACountAndSayHowOldTheyAre) {
  const testing::TemporaryFolder folder;
  const given::Running coordinator(folder / "state");
  Database database(database_file(folder / "state"), Database::Mode::read_only);
  TrialCounts counts;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(trials_of(counts.look(database, begin)), 0);
  EXPECT_EQ(counts.age(begin), no_time);
  coordinator.submit(folder / "packs");
  EXPECT_EQ(trials_of(counts.look(database, begin)), 0) << "it looked again at once";
  EXPECT_EQ(counts.age(begin + std::chrono::seconds(7)), std::chrono::seconds(7));
  const auto later = begin + std::chrono::hours(1);
  EXPECT_EQ(trials_of(counts.look(database, later)), 15);
  EXPECT_EQ(counts.age(later + std::chrono::hours(1)), no_time) << "nothing has changed since";
}

TEST(Exposition, WritesWhatTheFormatAsksFor) {
  Exposition page;
  page.family("hone_x", "gauge", "An x.");
  page.sample(0.1);
  page.sample({{"a", "\"quoted\" \\ and\nbroken"}, {"b", ""}}, 12345678901.0);
  page.family("hone_y_seconds", "summary", "Some time.");
  page.summary({{"route", "/"}}, 1.5, 3);
  EXPECT_EQ(page.text(),
            "# HELP hone_x An x.\n# TYPE hone_x gauge\nhone_x 0.1\n"
            "hone_x{a=\"\\\"quoted\\\" \\\\ and\\nbroken\",b=\"\"} 12345678901\n"
            "# HELP hone_y_seconds Some time.\n# TYPE hone_y_seconds summary\n"
            "hone_y_seconds_sum{route=\"/\"} 1.5\nhone_y_seconds_count{route=\"/\"} 3\n");
}

}  // namespace
}  // namespace hone
