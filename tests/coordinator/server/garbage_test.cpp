#include "coordinator/server/garbage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "coordinator/server/state_folder.hpp"
#include "coordinator/state/retention.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using given::Running;
using std::chrono::hours;
using ::testing::HasSubstr;

/// A state folder with a trial that voted, one that a table has, and files of each kind.
class Garbage : public ::testing::Test {
 protected:
  Garbage() {
    Store store(database_file(folder_.path()));
    store.database().execute(
        "INSERT INTO worker (instance, host, slots, threads, device) VALUES ('w','h',1,1,'cpu');"
        "INSERT INTO demand VALUES (1,1,1,'fp32','cpu',0);"
        "INSERT INTO trial (identity, spec, image_steps, state, unmet, attempt, accepted, demand, "
        "role, fold) "
        "VALUES ('a','{\"role\":\"refine\",\"fold\":1}',1,'done',0,1,1,1,'refine',1),"
        "('b','{\"role\":\"refine\",\"fold\":0}',1,'done',0,1,1,1,'refine',0);"
        "INSERT INTO attempt (trial, attempt, worker, state, rows) VALUES (1,1,1,'done',0),"
        "(2,1,1,'done',0);"
        "INSERT INTO output (trial, attempt, name, digest) VALUES (1,1,'weights','" +
        voter_.hex() + "'),(2,1,'weights','" + final_.hex() + "')");
    write(voter_.hex(), "voter", hours(0));
    write(final_.hex(), "final", hours(0));
  }

  void write(const std::string& name, const std::string& bytes, hours age) {
    fs::create_directories(artifact_folder(folder_.path()));
    const fs::path file = artifact_folder(folder_.path()) / name;
    std::ofstream(file) << bytes;
    fs::last_write_time(file, fs::file_time_type::clock::now() - age);
  }
  bool there(const std::string& name) const {
    return fs::exists(artifact_folder(folder_.path()) / name);
  }
  static FileCount of(const GarbageReport& report, GarbageKind kind) {
    return report.kinds.at(static_cast<std::size_t>(kind));
  }
  GarbageReport remove() {
    Store store(database_file(folder_.path()));
    const GarbageReport report = remove_garbage(store, artifacts(), rules());
    EXPECT_TRUE(store.violations().empty());
    return report;
  }
  ArtifactStore artifacts() const {
    return ArtifactStore(artifact_folder(folder_.path()), ArtifactStore::Unfinished::left);
  }
  static GarbageRules rules() { return {.now = std::chrono::system_clock::now()}; }
  void run_a_trial() {
    Store store(database_file(folder_.path()));
    store.database().execute(
        "UPDATE trial SET state = 'leased', accepted = NULL, attempt = 2 WHERE id = 1;"
        "UPDATE attempt SET state = 'lost' WHERE trial = 1;"
        "INSERT INTO attempt (trial, attempt, worker, state, started) VALUES (1, 2, 1, 'running', "
        "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-50 hours'))");
  }

  testing::TemporaryFolder folder_;
  const Digest voter_ = sha256("voter"), final_ = sha256("final");
};

TEST_F(Garbage, IsCountedByKindAndStaysWhenOnlyCounted) {
  write(sha256("lost").hex(), "lost", hours(48));
  write(sha256("young").hex(), "young", hours(1));
  write(sha256("half").hex() + ".1.upload", "ha", hours(2));
  write("notes.txt", "a person's", hours(1000));
  Database reading(database_file(folder_.path()), Database::Mode::read_only);
  const GarbageReport report = count_garbage(reading, artifacts(), rules());
  EXPECT_EQ(of(report, GarbageKind::weights).files, 1);
  EXPECT_EQ(of(report, GarbageKind::weights).bytes, 5);
  EXPECT_EQ(of(report, GarbageKind::unnamed).bytes, 4);
  EXPECT_EQ(of(report, GarbageKind::unfinished).bytes, 2);
  EXPECT_EQ(report.total().files, 3);
  EXPECT_EQ(report.kept.files, 1);
  EXPECT_EQ(report.spared.files, 1);
  EXPECT_TRUE(there(voter_.hex()) && there(sha256("lost").hex()));
  const std::string text = text_of_garbage(to_json(report, GarbageAction::counted));
  EXPECT_THAT(text, HasSubstr("would remove"));
  EXPECT_THAT(text, HasSubstr("11 B"));
}

TEST_F(Garbage, IsRemovedAndTheDatabaseKnows) {
  write(sha256("lost").hex(), "lost", hours(48));
  write("notes.txt", "a person's", hours(1000));
  EXPECT_EQ(remove().total().files, 2);
  EXPECT_FALSE(there(voter_.hex()) || there(sha256("lost").hex()));
  EXPECT_TRUE(there(final_.hex()) && there("notes.txt"));
  Store store(database_file(folder_.path()));
  EXPECT_EQ(fates_of_artifacts(store.database()).at(voter_), Fate::discarded);
  EXPECT_EQ(remove().total().files, 0);
}

TEST_F(Garbage, SparesWhatATrialThatRunsMayHaveUploaded) {
  run_a_trial();
  write(sha256("its own").hex(), "its own", hours(30));   // old enough, but younger than the trial
  write(sha256("not its").hex(), "not its", hours(100));  // from before it began
  const GarbageReport report = remove();
  EXPECT_EQ(report.spared.files, 1);
  EXPECT_TRUE(there(sha256("its own").hex()));
  EXPECT_FALSE(there(sha256("not its").hex()));
}

TEST_F(Garbage, KilledBetweenTheDatabaseAndTheFilesGoesOnTheNextTime) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Store store(database_file(folder_.path()));
    const auto transaction = store.begin();
    store.discard({voter_});
    transaction->commit();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  {
    Store store(database_file(folder_.path()));
    EXPECT_EQ(fates_of_artifacts(store.database()).at(voter_), Fate::discarded);
    EXPECT_TRUE(store.violations().empty());
  }
  EXPECT_TRUE(there(voter_.hex()));
  EXPECT_EQ(of(remove(), GarbageKind::discarded).files, 1);
  EXPECT_FALSE(there(voter_.hex()));
  EXPECT_TRUE(there(final_.hex()));
}

TEST_F(Garbage, WhoseBytesAnotherResultHasStays) {
  Store store(database_file(folder_.path()));
  store.database().execute("UPDATE output SET digest = '" + final_.hex() + "'");
  fs::remove(artifact_folder(folder_.path()) / voter_.hex());
  EXPECT_EQ(remove_garbage(store, artifacts(), rules()).total().files, 0);
  EXPECT_EQ(fates_of_artifacts(store.database()).at(final_), Fate::kept);
}

TEST_F(Garbage, SaysWhatIsMissing) {
  fs::remove(artifact_folder(folder_.path()) / final_.hex());  // an accident
  const GarbageReport report = remove();
  EXPECT_EQ(report.missing, 1);
  EXPECT_THAT(text_of_garbage(to_json(report, GarbageAction::removed)), HasSubstr("MISSING: 1"));
}

TEST_F(Garbage, GoesThroughTheCoordinatorWhileOneRuns) {
  write(sha256("lost").hex(), "lost", hours(48));
  const Running coordinator(folder_.path());
  const given::Reply counted = coordinator.post("/api/v1/gc", R"({"dry_run": true})");
  EXPECT_EQ(counted.status, 200U);
  EXPECT_THAT(counted.body, HasSubstr(R"("removed":false)"));
  EXPECT_TRUE(there(voter_.hex()));
  // Who asks for an artifact counts on it from then on.
  coordinator.send({.method = "HEAD", .target = "/artifacts/" + sha256("lost").hex()});
  const given::Reply removed = coordinator.post("/api/v1/gc", "{}");
  EXPECT_THAT(removed.body, HasSubstr(R"("removed":true)"));
  EXPECT_FALSE(there(voter_.hex()));
  EXPECT_TRUE(there(sha256("lost").hex()));
  EXPECT_EQ(coordinator.post("/api/v1/gc", R"({"grace_seconds": -1})").status, 400U);
  EXPECT_EQ(coordinator.post("/api/v1/gc", R"({"grace_seconds": "a"})").status, 400U);
  fs::rename(artifact_folder(folder_.path()), folder_ / "elsewhere");
  const given::Reply without = coordinator.post("/api/v1/gc", "{}");
  EXPECT_EQ(without.status, 500U);
  EXPECT_THAT(without.body, HasSubstr("No such file"));
  EXPECT_EQ(coordinator.get("/api/v1/status").status, 200U);
}

}  // namespace
}  // namespace hone
