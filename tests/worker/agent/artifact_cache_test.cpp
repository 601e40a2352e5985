#include "worker/agent/artifact_cache.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "tests/support/fake_coordinator.hpp"
#include "worker/agent/shared_folder.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Cache : public ::testing::Test {
 protected:
  /// Of 100 bytes, last used so many hours ago.
  Digest add(const std::string& name, int hours_ago) {
    std::string bytes = name;
    bytes.resize(100, '.');
    std::ofstream(folder_ / name) << bytes;
    const Digest digest = cache_.adopt(folder_ / name);
    cache_.mark_sent(digest);
    fs::last_write_time(cache_.path_of(digest),
                        fs::file_time_type::clock::now() - std::chrono::hours(hours_ago));
    return digest;
  }
  bool there(const Digest& digest) const { return fs::exists(cache_.path_of(digest)); }

  TemporaryFolder folder_;
  ArtifactCache cache_{folder_ / "cache", 250, "one"};
};

TEST_F(Cache, MakesRoomByWhatWasUsedLongestAgo) {
  const Digest oldest = add("oldest", 3), older = add("older", 2), newest = add("newest", 1);
  { const auto used = cache_.pin(oldest); }
  EXPECT_EQ(cache_.make_room(), 0U);
  EXPECT_TRUE(there(oldest));
  EXPECT_FALSE(there(older));
  EXPECT_TRUE(there(newest));
  EXPECT_FALSE(cache_.pin(older));
}

TEST_F(Cache, KeepsWhatAnyAgentHasPinned) {
  ArtifactCache other(folder_ / "cache", 0, "one");  // another worker's, of the same folder
  const Digest digest = add("used", 3);
  {
    const auto pinned = cache_.pin(digest);
    ASSERT_TRUE(pinned);
    EXPECT_EQ(other.make_room(), 100U);
    EXPECT_TRUE(there(digest));
  }
  EXPECT_EQ(other.make_room(), 0U);
  EXPECT_FALSE(there(digest));
}

TEST_F(Cache, KeepsWhatIsNotSentYetWhoeverMadeIt) {
  std::ofstream(folder_ / "made") << "made here";
  const Digest digest = cache_.adopt(folder_ / "made");
  ArtifactCache next(folder_ / "cache", 0, "one");  // after a restart
  EXPECT_EQ(next.make_room(), 9U);
  EXPECT_TRUE(there(digest));
  next.mark_sent(digest);
  EXPECT_EQ(next.make_room(), 0U);
  EXPECT_FALSE(there(digest));
}

TEST_F(Cache, KeepsWhatOneCoordinatorHasAndAnotherWaitsFor) {
  ArtifactCache other(folder_ / "cache", 0, "another");  // of a worker of another coordinator
  std::ofstream(folder_ / "made") << "made here";
  const Digest digest = cache_.adopt(folder_ / "made");
  std::ofstream(folder_ / "made-there") << "made here";
  EXPECT_EQ(other.adopt(folder_ / "made-there"), digest);
  cache_.mark_sent(digest);
  EXPECT_EQ(other.make_room(), 9U);
  EXPECT_TRUE(there(digest));
  other.mark_sent(digest);
  EXPECT_EQ(other.make_room(), 0U);
  EXPECT_FALSE(there(digest));
}

TEST_F(Cache, LeavesFilesOfOthersAlone) {
  std::ofstream(folder_ / "cache" / "notes.txt") << std::string(1000, 'n');
  add("one", 1);
  EXPECT_EQ(cache_.make_room(), 0U);
  EXPECT_TRUE(fs::exists(folder_ / "cache" / "notes.txt"));
}

TEST_F(Cache, PinsNoFileThatIsNotWhatItsNameSays) {
  const Digest digest = sha256("right");
  std::ofstream(cache_.path_of(digest)) << "wrong";
  EXPECT_FALSE(cache_.pin(digest));
  EXPECT_FALSE(there(digest));
}

/// Adds, pins and makes room as fast as it can. Returns how often a pinned file was not whole.
int bustle(const fs::path& folder, int number) {
  ArtifactCache cache(folder / "cache", 300, "one");
  int faults = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string bytes = std::to_string(i % 7) + std::string(100, 'x');
    const fs::path made = folder / ("made-" + std::to_string(number));
    std::ofstream(made) << bytes;
    const Digest digest = cache.adopt(made);
    cache.mark_sent(digest);
    const auto pinned = cache.pin(digest);
    cache.make_room();
    if (pinned && contents(cache.path_of(digest)) != bytes) ++faults;
  }
  return faults;
}

TEST_F(Cache, SharedByProcessesThatAllMakeRoomHoldsWhatTheyPinned) {
  std::vector<pid_t> children;
  for (int number = 0; number < 3; ++number) {
    children.push_back(::fork());
    ASSERT_GE(children.back(), 0);
    if (children.back() == 0) ::_exit(bustle(folder_.path(), number) > 0 ? 1 : 0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

TEST_F(Cache, LinksIntoASharedFolderAndReadsThere) {
  fs::create_directory(folder_ / "shared");
  SharedFolder shared(folder_ / "shared");
  const Digest digest = add("one", 1);
  EXPECT_FALSE(shared.find(digest));
  EXPECT_TRUE(shared.put(digest, cache_.path_of(digest)));
  EXPECT_EQ(fs::hard_link_count(cache_.path_of(digest)), 2U);
  ASSERT_TRUE(shared.find(digest));
  EXPECT_EQ(*shared.find(digest), folder_ / "shared" / digest.hex());
  std::ofstream(folder_ / "shared" / sha256("right").hex()) << "wrong";
  EXPECT_FALSE(shared.find(sha256("right")));
  EXPECT_FALSE(SharedFolder("").put(digest, cache_.path_of(digest)));
}

}  // namespace
}  // namespace hone
