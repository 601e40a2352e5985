#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "common/net/processor.hpp"
#include "tests/support/fake_coordinator.hpp"
#include "tests/worker/agent/worker_process.hpp"

namespace hone::testing {

namespace {

using Heard = FakeCoordinator::Heard;

class Agent : public ::testing::Test {
 protected:
  Agent() { write_access(access_, coordinator_.access()); }

  Lease lease(std::int64_t trial, std::int64_t attempt = 1) {
    const Lease made{.ticket = {.trial = {trial}, .attempt = attempt},
                     .spec = tiny_spec(pack_, trial),
                     .inputs = {{.name = "pack", .content = pack_}}};
    coordinator_.add_lease(made);
    return made;
  }

  static auto count_of_done(std::size_t n) {
    return [n](const Heard& heard) { return all<Done>(heard).size() >= n; };
  }

  // Every row once, as the coordinator's table would hold them.
  static std::vector<Measurement> rows_of(const Heard& heard, const Ticket& ticket) {
    std::set<Measurement> rows;
    for (const Report& report : all<Report>(heard)) {
      if (report.ticket == ticket) rows.insert(report.rows.begin(), report.rows.end());
    }
    return {rows.begin(), rows.end()};
  }

  void expect_complete(const Heard& heard, const Ticket& ticket) {
    const auto endings = all<Done>(heard);
    const auto done = std::find_if(endings.begin(), endings.end(),
                                   [&](const Done& d) { return d.ticket == ticket; });
    ASSERT_NE(done, endings.end());
    const auto rows = rows_of(heard, ticket);
    EXPECT_EQ(done->rows, static_cast<std::int64_t>(rows.size()));
    EXPECT_EQ(done->rows_digest, digest_of_rows(rows));
    for (const auto& [name, digest] : done->artifacts) {
      EXPECT_TRUE(coordinator_.artifact(digest)) << name;
    }
  }

  TemporaryFolder folder_;
  std::filesystem::path access_ = folder_ / "access.json";
  std::filesystem::path cache_ = folder_ / "cache";
  FakeCoordinator coordinator_;
  Digest pack_ = coordinator_.add_artifact(tiny_pack(20));
};

TEST_F(Agent, TrainsWhatItLeasesAndEndsWhenAllIsDrained) {
  const auto first = lease(1);
  const auto second = lease(2);
  WorkerProcess worker(access_, cache_, {"--until-drained"});
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  ASSERT_FALSE(heard.empty());
  EXPECT_TRUE(std::holds_alternative<Hello>(heard.at(0)));
  EXPECT_TRUE(std::holds_alternative<Ask>(heard.at(1)));
  expect_complete(heard, first.ticket);
  expect_complete(heard, second.ticket);
  EXPECT_TRUE(all<Failed>(heard).empty());
}

TEST_F(Agent, WaitsForACoordinatorThatComesLater) {
  coordinator_.stop();
  const auto only = lease(1);
  WorkerProcess worker(access_, cache_, {"--until-drained"});
  worker.trainer();
  coordinator_.start();
  EXPECT_EQ(worker.wait(), 0);
  expect_complete(coordinator_.heard(), only.ticket);
}

TEST_F(Agent, RenewsWhileItTrains) {
  lease(1);
  WorkerProcess worker(access_, cache_, {"--count", "1"}, {"HONE_QUICK_MILLISECONDS=1000"});
  const auto renewed = [](const Heard& heard) {
    const auto renewals = all<Renew>(heard);
    return std::any_of(renewals.begin(), renewals.end(),
                       [](const Renew& renew) { return !renew.trials.empty(); });
  };
  coordinator_.wait_until(renewed);
  EXPECT_EQ(worker.wait(), 0);
}

TEST_F(Agent, TakesNoMoreTrialsThanItMay) {
  lease(1);
  lease(2);
  WorkerProcess worker(access_, cache_, {"--count", "1", "--slots", "2"});
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_EQ(all<Done>(coordinator_.heard()).size(), 1U);
}

TEST_F(Agent, OffersAllItsSlotsHoweverFewTrialsItMayTake) {
  WorkerProcess worker(access_, cache_, {"--count", "1", "--slots", "2"});
  coordinator_.wait_until([](const Heard& heard) {
    const auto asked = all<Ask>(heard);
    return std::any_of(asked.begin(), asked.end(),
                       [](const Ask& ask) { return ask.slots == 2 && ask.trials == 1; });
  });
  lease(1);
  EXPECT_EQ(worker.wait(), 0);
}

TEST_F(Agent, SaysFailedWithTheSignalAndTheLastLogLines) {
  const auto only = lease(1);
  WorkerProcess worker(access_, cache_, {"--until-drained"}, {"HONE_QUICK_CRASH=1-1"});
  EXPECT_EQ(worker.wait(), 0);
  const auto failed = all<Failed>(coordinator_.heard());
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.at(0).ticket, only.ticket);
  EXPECT_EQ(failed.at(0).failure, Failure::crashed);
  EXPECT_THAT(failed.at(0).reason, ::testing::HasSubstr("signal 9 (SIGKILL)"));
  EXPECT_THAT(failed.at(0).reason, ::testing::HasSubstr("training 1-1"));
}

TEST_F(Agent, SaysWhichCheckpointAnAttemptLeft) {
  lease(1);
  lease(1, 2);
  WorkerProcess worker(access_, cache_, {"--until-drained", "--slots", "1"},
                       {"HONE_QUICK_CRASH=segment", "HONE_QUICK_CHECKPOINT=1"});
  EXPECT_EQ(worker.wait(), 0);
  const auto failed = all<Failed>(coordinator_.heard());
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed.at(0).checkpoint, 2) << "it crashed in its third part";
  EXPECT_EQ(failed.at(1).checkpoint, 0) << "it went on from there, and made none";
}

TEST_F(Agent, SaysWhatItsBitsDependOnWhenItAsks) {
  lease(1);
  WorkerProcess worker(access_, cache_, {"--until-drained"});
  EXPECT_EQ(worker.wait(), 0);
  const auto asked = all<Ask>(coordinator_.heard());
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.at(0).arithmetic, "quick, " + processor_fact("model name"));
}

TEST_F(Agent, StopsATrialThatIsDropped) {
  const auto first = lease(1);
  WorkerProcess worker(access_, cache_, {"--count", "1"}, {"HONE_QUICK_MILLISECONDS=60000"});
  const pid_t trainer = worker.trainer();
  coordinator_.wait_until([](const Heard& heard) { return !all<Renew>(heard).empty(); });
  coordinator_.send(Drop{.ticket = first.ticket, .reason = "the lease ran out"});
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(all<Done>(coordinator_.heard()).empty());
  EXPECT_TRUE(all<Failed>(coordinator_.heard()).empty());
  EXPECT_FALSE(is_alive(trainer));
}

TEST_F(Agent, EndsWithAnErrorWhenItIsRefused) {
  coordinator_.refuse("protocol 1 is not spoken here");
  WorkerProcess worker(access_, cache_, {});
  EXPECT_EQ(worker.wait(), 1);
}

TEST_F(Agent, EndsWithAnErrorWhenItsTokenIsWrong) {
  Access wrong = coordinator_.access();
  wrong.token = random_token();
  write_access(access_, wrong);
  WorkerProcess worker(access_, cache_, {});
  EXPECT_EQ(worker.wait(), 1);
}

TEST_F(Agent, GivesBackWhatRunsBeforeItsJobEnds) {
  const auto only = lease(1);
  WorkerProcess worker(access_, cache_, {"--time-left", "4"}, {"HONE_QUICK_MILLISECONDS=60000"});
  EXPECT_EQ(worker.wait(), 0);
  const auto failed = all<Failed>(coordinator_.heard());
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.at(0).ticket, only.ticket);
  EXPECT_EQ(failed.at(0).failure, Failure::returned);
  EXPECT_EQ(failed.at(0).reason, "the time of the worker's job is over");
}

TEST_F(Agent, TakesNoTrialThatItsJobLeavesNoTimeFor) {
  lease(1);
  lease(2);
  WorkerProcess worker(access_, cache_, {"--time-left", "8"}, {"HONE_QUICK_MILLISECONDS=4000"});
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  EXPECT_EQ(all<Done>(heard).size(), 1U);
  EXPECT_TRUE(all<Failed>(heard).empty());
  EXPECT_EQ(all<Ask>(heard).back().slots, 0);
}

TEST_F(Agent, GivesBackAtOnceWhatItIsLeasedAfterItDecidedToTakeNoMore) {
  const auto first = lease(1);
  WorkerProcess worker(access_, cache_, {"--slots", "2"}, {"HONE_QUICK_MILLISECONDS=1500"});
  coordinator_.wait_until([](const Heard& heard) { return !all<Report>(heard).empty(); });
  worker.signal(SIGUSR1);
  coordinator_.wait_until([](const Heard& heard) {
    return !all<Ask>(heard).empty() && all<Ask>(heard).back().slots == 0;
  });
  const Lease late{.ticket = {.trial = {2}, .attempt = 1},
                   .spec = tiny_spec(pack_, 2),
                   .inputs = {{.name = "pack", .content = pack_}}};
  coordinator_.send(Assign{.leases = {late}});
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  expect_complete(heard, first.ticket);
  EXPECT_EQ(all<Done>(heard).size(), 1U);
  ASSERT_EQ(all<Failed>(heard).size(), 1U);
  EXPECT_EQ(all<Failed>(heard).at(0).ticket, late.ticket);
  EXPECT_EQ(all<Failed>(heard).at(0).failure, Failure::returned);
}

TEST_F(Agent, AsksOnceForAnInputThatTheCoordinatorHasLost) {
  coordinator_.add_lease({.ticket = {.trial = {1}, .attempt = 1},
                          .spec = tiny_spec(pack_, 1),
                          .inputs = {{.name = "pack", .content = sha256("lost")}}});
  const std::string log = folder_ / "log";
  WorkerProcess worker(access_, cache_, {"--until-drained"}, {}, log);
  EXPECT_EQ(worker.wait(), 0);
  const auto failed = all<Failed>(coordinator_.heard());
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_THAT(failed.at(0).reason,
              ::testing::HasSubstr("is not there any more: see 'hone repair'"));
  const std::string said = text_of_file(log);
  EXPECT_EQ(said.find("fetch-failed"), said.rfind("fetch-failed"));
}

TEST_F(Agent, OffersBf16WhereTheProcessorHasItOrItIsTold) {
  const auto offered = [&](const std::string& word) {
    const std::size_t before = all<Hello>(coordinator_.heard()).size();
    WorkerProcess worker(access_, cache_, {"--gpus", "none", "--bf16", word, "--until-drained"});
    EXPECT_EQ(worker.wait(), 0);
    return all<Hello>(coordinator_.heard()).at(before).precisions;
  };
  const std::vector<Precision> plain = {Precision::fp32};
  const std::vector<Precision> both = {Precision::fp32, Precision::bf16};
  EXPECT_EQ(offered("no"), plain);
  EXPECT_EQ(offered("yes"), both);
  EXPECT_EQ(offered("auto"), processor_has_bf16() ? both : plain);
}

TEST_F(Agent, SaysWhichAccessFileItWaitsFor) {
  const auto missing = folder_ / "elsewhere" / "access.json";
  const std::string log = folder_ / "log";
  WorkerProcess worker(missing, cache_, {}, {}, log);
  const auto says = [&] {
    return text_of_file(log).find("waiting for the access file " + missing.string() +
                                  ": there is no folder") != std::string::npos;
  };
  EXPECT_TRUE(eventually(says)) << text_of_file(log);
}

TEST_F(Agent, NeverAsksWhenItsTrainerDoesNotRun) {
  lease(1);
  const std::string trainer = cache_.string() + "-trainer";
  std::ofstream(trainer) << "#!/nowhere/interpreter\n";
  std::filesystem::permissions(trainer, std::filesystem::perms::owner_all);
  WorkerProcess worker(access_, cache_, {"--trainer", trainer});
  EXPECT_EQ(worker.wait(), 1);
  EXPECT_TRUE(all<Ask>(coordinator_.heard()).empty());
}

}  // namespace

}  // namespace hone::testing
