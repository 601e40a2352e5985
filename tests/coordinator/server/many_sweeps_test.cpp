// What is asked of one sweep takes as long beside many as beside none.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>

#include "coordinator/report/results.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

std::int64_t steps = 0;

int count_one(void* /*nothing*/) {
  ++steps;
  return 0;
}

/// Of every connection that opens from now on, SQLite's own steps are counted: a time would be
/// another on a busy machine.
int count_steps(sqlite3* connection, const char** /*error*/, const sqlite3_api_routines* /*api*/) {
  sqlite3_progress_handler(connection, 1, count_one, nullptr);
  return SQLITE_OK;
}

class ManySweeps : public ::testing::Test {
 protected:
  ManySweeps() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(count_steps));
    desk_ = std::make_unique<given::Desk>();
    desk_->is_watched = [] { return false; };
  }
  ~ManySweeps() override { sqlite3_reset_auto_extension(); }

  /// Submits one whose trials are no other sweep's, and does them all.
  void finish(int seed) {
    desk_->submit(given::small_experiment(
        {"seeds=[" + std::to_string(seed) + "]", R"(tables=["II", "III", "variants"])",
         R"(variants=[{"name": "V", "training": {"loss": "dice"}}])"}));
    const ConnectionId worker = desk_->hello("worker-" + std::to_string(seed));
    desk_->finish_all(worker, [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
    desk_->leave(worker);
  }

  template <class Question>
  static std::int64_t steps_of(const Question& question) {
    question();  // its statements are compiled
    const std::int64_t before = steps;
    question();
    return steps - before;
  }

  Database& database() { return desk_->store().database(); }

  std::unique_ptr<given::Desk> desk_;
};

TEST_F(ManySweeps, AreNotReadForTheAnswersOfOne) {
  const std::map<std::string, std::function<void()>> questions = {
      {"Table II", [&] { read_results(database(), SweepId{1}, ResultTableKind::table_ii); }},
      {"Table III", [&] { read_results(database(), SweepId{1}, ResultTableKind::table_iii); }},
      {"variants", [&] { read_results(database(), SweepId{1}, ResultTableKind::variants); }},
      {"status", [&] { sweep_status(database(), {}, 1); }}};
  finish(0);
  std::map<std::string, std::int64_t> alone;
  for (const auto& [name, question] : questions) alone[name] = steps_of(question);
  for (int seed = 1; seed <= 12; ++seed) finish(seed);
  ASSERT_EQ(desk_->number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
  for (const auto& [name, question] : questions) {
    const std::int64_t among = steps_of(question);
    std::printf("%s: %lld steps alone, %lld among 13 sweeps\n", name.c_str(),
                static_cast<long long>(alone[name]), static_cast<long long>(among));
    EXPECT_GT(alone[name], 0) << name;
    EXPECT_LT(among, 1.2 * static_cast<double>(alone[name])) << name;
  }
}

}  // namespace
}  // namespace hone
