#include "worker/agent/spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "tests/support/fake_coordinator.hpp"
#include "worker/agent/artifact_cache.hpp"
#include "worker/agent/outbox.hpp"

namespace hone {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

class Spool : public ::testing::Test {
 protected:
  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void overwrite(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "1-1.spool";
};

TEST(ArtifactCache, RemovesWhatKilledDownloadsLeft) {
  const TemporaryFolder folder;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const char* const name : {"aa.old.part", "aa.young.part", "aa"}) {
    std::ofstream(folder / name) << "half";
    if (std::string(name) != "aa.young.part") {
      std::filesystem::last_write_time(folder / name, now - std::chrono::hours(25));
    }
  }
  const ArtifactCache cache(folder / "", 1000, "one");
  EXPECT_FALSE(std::filesystem::exists(folder / "aa.old.part"));
  EXPECT_TRUE(std::filesystem::exists(folder / "aa.young.part"));
  EXPECT_TRUE(std::filesystem::exists(folder / "aa"));
}

TEST_F(Spool, GivesBackWhatWasAppended) {
  {
    SpoolFile file(file_);
    file.append("one");
    file.append("");
    file.append(std::string("t\0o", 3));
  }
  EXPECT_THAT(SpoolFile(file_).take_records(), ElementsAre("one", "", std::string("t\0o", 3)));
}

TEST_F(Spool, CutAtEveryByteKeepsTheWholeRecordsAndGoesOn) {
  {
    SpoolFile file(file_);
    file.append("first");
    file.append("second");
  }
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    overwrite(whole.substr(0, size));
    auto records = SpoolFile(file_).take_records();
    ASSERT_LE(records.size(), 1U) << size;
    if (!records.empty()) {
      EXPECT_EQ(records.at(0), "first");
    }
    SpoolFile(file_).append("after");
    EXPECT_EQ(SpoolFile(file_).take_records().back(), "after") << size;
  }
}

TEST_F(Spool, ARecordWithAFlippedBitIsNotBelieved) {
  {
    SpoolFile file(file_);
    file.append("first");
    file.append("second");
  }
  std::string whole = bytes();
  whole.back() = static_cast<char>(whole.back() ^ 1);
  overwrite(whole);
  EXPECT_THAT(SpoolFile(file_).take_records(), ElementsAre("first"));
}

TEST_F(Spool, AForeignFileIsEmptied) {
  overwrite("this is no spool");
  EXPECT_THAT(SpoolFile(file_).take_records(), IsEmpty());
}

TEST_F(Spool, TwoAgentsNeverShareAFolder) {
  const SpoolFolder first(folder_.path());
  const SpoolFolder second(folder_.path());
  EXPECT_NE(first.path(), second.path());
}

TEST_F(Spool, TheFolderOfADeadAgentIsTakenOver) {
  std::filesystem::path left;
  {
    const SpoolFolder dead(folder_.path());
    left = dead.path();
    dead.open({.trial = {12}, .attempt = 3}).append("row");
    dead.open({.trial = {2}, .attempt = 1}).append("row");
  }
  const SpoolFolder next(folder_.path());
  EXPECT_EQ(next.path(), left);
  EXPECT_THAT(next.tickets(), ElementsAre(Ticket{{2}, 1}, Ticket{{12}, 3}));
}

TEST_F(Spool, AnOutboxComesBackWithRowsAndEnding) {
  const Ticket ticket{{1}, 1};
  const std::vector<Measurement> rows = {{.image = 3, .value = 0.5}, {.image = 4, .value = 0.25}};
  {
    Outbox outbox(ticket, SpoolFile(file_));
    EXPECT_EQ(outbox.report(rows, {}).size(), 1U);
    Done done;
    done.ticket = ticket;
    done.rows_digest = outbox.rows_digest();
    outbox.end(done);
  }
  const Outbox again(ticket, SpoolFile(file_));
  EXPECT_EQ(again.row_count(), 2);
  EXPECT_EQ(again.rows_digest(), digest_of_rows(rows));
  EXPECT_EQ(again.unacknowledged().size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Done>(again.ending().value()));
}

TEST_F(Spool, AnOutboxSendsManyRowsInSeveralReportsUntilEachIsAcknowledged) {
  Outbox outbox({{1}, 1}, SpoolFile(file_));
  std::vector<Measurement> rows(10'000);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].image = static_cast<std::int32_t>(i);
  EXPECT_EQ(outbox.report(rows, {{.epoch = 1}}).size(), 3U);
  outbox.acknowledge(1);
  EXPECT_EQ(outbox.unacknowledged().size(), 2U);
  EXPECT_EQ(outbox.row_count(), 10'000);
}

TEST_F(Spool, AnOutboxWithNothingToSaySaysNothing) {
  Outbox outbox({{1}, 1}, SpoolFile(file_));
  EXPECT_THAT(outbox.report({}, {}), IsEmpty());
}

}  // namespace

}  // namespace hone
