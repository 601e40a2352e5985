#include "worker/agent/spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
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

/// Not root, whom no file refuses.
class AsNobody {
 public:
  AsNobody() {
    if (was_root_) become(nobody);
  }
  ~AsNobody() {
    if (was_root_) become(0);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

  /// Before one is made.
  static void give(const std::filesystem::path& file) {
    if (::geteuid() != 0) return;
    EXPECT_EQ(::chown(file.c_str(), nobody, nobody), 0);
  }

 private:
  static constexpr uid_t nobody = 65534;
  static void become(uid_t user) { EXPECT_EQ(::seteuid(user), 0); }

  const bool was_root_ = ::geteuid() == 0;
};

/// No file grows beyond `bytes` while this lives: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

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

TEST_F(Spool, AFileThatMayNotBeReadIsLeftAsItIs) {
  SpoolFile(file_).append("a result");
  const std::string before = bytes();
  {
    for (const auto& each : {folder_.path(), file_}) AsNobody::give(each);
    std::filesystem::permissions(file_, std::filesystem::perms::owner_write);
    const AsNobody nobody;
    EXPECT_THROW(SpoolFile{file_}, SpoolError);
  }
  std::filesystem::permissions(file_, std::filesystem::perms::owner_all);
  EXPECT_EQ(bytes(), before);
}

TEST_F(Spool, AFileWhoseReadingFailsIsNotTakenForAShortOne) {
  std::filesystem::create_symlink("/proc/self/mem", file_);  // nothing is mapped at its start
  try {
    SpoolFile file(file_);
    FAIL() << "it was read";
  } catch (const SpoolError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("cannot read: Input/output error"));
  }
}

TEST_F(Spool, WhatAFullDiskTookHalfIsTriedAgainWhole) {
  SpoolFile file(file_);
  file.append("first");
  {
    const FullDisk full(std::filesystem::file_size(file_) + 10);
    for (int i = 0; i < 3; ++i) EXPECT_THROW(file.append("second"), SpoolError);
  }
  file.append("second");
  file.append("third");
  EXPECT_THAT(SpoolFile(file_).take_records(), ElementsAre("first", "second", "third"));
}

TEST_F(Spool, ANewFileOnAFullDiskIsRefused) {
  const FullDisk full(0);
  EXPECT_THROW(SpoolFile{file_}, SpoolError);
}

TEST_F(Spool, ThereIsRoomUntilTheDiskIsFull) {
  const SpoolFolder folder(folder_.path());
  EXPECT_TRUE(folder.has_room());
  {
    const FullDisk full(1000);
    EXPECT_FALSE(folder.has_room());
  }
  EXPECT_TRUE(folder.has_room());
}

TEST_F(Spool, AnOutboxKeepsWhatTheDiskDoesNotTakeAndSaysNothingOfIt) {
  const Ticket ticket{{1}, 1};
  Outbox outbox(ticket, SpoolFile(file_));
  EXPECT_EQ(outbox.report({{.image = 1}}, {}).size(), 1U);
  {
    const FullDisk full(std::filesystem::file_size(file_) + 10);
    EXPECT_THAT(outbox.report({{.image = 2}}, {}), IsEmpty());
    Done done;
    done.ticket = ticket;
    done.rows_digest = outbox.rows_digest();
    EXPECT_THAT(outbox.end(done), IsEmpty());
    EXPECT_THAT(outbox.trouble(), ::testing::HasSubstr("cannot write"));
    EXPECT_EQ(outbox.unacknowledged().size(), 1U);
    EXPECT_EQ(outbox.row_count(), 2) << "Done is about all rows";
  }
  EXPECT_EQ(outbox.write_down().size(), 1U);
  EXPECT_EQ(outbox.trouble(), "");
  EXPECT_EQ(outbox.unacknowledged().size(), 2U);
  const Outbox again(ticket, SpoolFile(file_));
  EXPECT_EQ(again.row_count(), 2);
  EXPECT_EQ(std::get<Done>(again.ending().value()).rows_digest, again.rows_digest());
}

TEST_F(Spool, AFailureTakesThePlaceOfWhatTheDiskDidNotTake) {
  Outbox outbox({{1}, 1}, SpoolFile(file_));
  {
    const FullDisk full(std::filesystem::file_size(file_) + 10);
    outbox.report({{.image = 1}}, {});
    outbox.end(Failed());
  }
  EXPECT_THAT(outbox.write_down(), IsEmpty());
  EXPECT_EQ(SpoolFile(file_).take_records().size(), 1U);
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
