#include "coordinator/server/artifacts.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <span>

#include "common/net/access.hpp"
#include "common/net/http_client.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Running;

class Artifacts : public ::testing::Test {
 protected:
  std::ptrdiff_t files() const {
    using Walk = std::filesystem::directory_iterator;
    return std::distance(Walk(artifact_folder(folder_.path())), Walk());
  }
  unsigned head(const Digest& digest) const {
    return coordinator_.send({.method = "HEAD", .target = "/artifacts/" + digest.hex()}).status;
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_.path()};
};

TEST_F(Artifacts, ComeBackAsTheyWerePut) {
  std::string bytes(2'000'000, '\0');  // more than the limit of other bodies
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
  const Digest digest = sha256(bytes);
  EXPECT_EQ(head(digest), 404U);
  EXPECT_EQ(coordinator_.get("/artifacts/" + digest.hex()).status, 404U);
  EXPECT_EQ(coordinator_.put(digest, bytes).status, 201U);
  EXPECT_EQ(head(digest), 200U);
  EXPECT_TRUE(coordinator_.get("/artifacts/" + digest.hex()).body == bytes);
  EXPECT_EQ(files(), 1);
}

TEST_F(Artifacts, PutTwiceAreThereOnce) {
  EXPECT_EQ(coordinator_.put(sha256("a"), "a").status, 201U);
  EXPECT_EQ(coordinator_.put(sha256("a"), "a").status, 201U);
  EXPECT_EQ(files(), 1);
}

TEST_F(Artifacts, WithOtherBytesThanTheirNameAreRefusedAndLeaveNothing) {
  EXPECT_EQ(coordinator_.put(sha256("a"), "b").status, 422U);
  EXPECT_EQ(coordinator_.put(sha256("a"), "").status, 422U);
  EXPECT_EQ(files(), 0);
  EXPECT_EQ(head(sha256("a")), 404U);
}

TEST_F(Artifacts, WithOtherBytesDoNotHarmTheRightOnes) {
  coordinator_.put(sha256("a"), "a");
  EXPECT_EQ(coordinator_.put(sha256("a"), "b").status, 422U);
  EXPECT_EQ(coordinator_.get("/artifacts/" + sha256("a").hex()).body, "a");
}

TEST_F(Artifacts, AreNamedByTheirDigestAlone) {
  for (const std::string& name : {std::string("a"), std::string(), std::string("../hone.sqlite"),
                                  std::string("..%2Fhone.sqlite"), std::string(64, 'G'),
                                  std::string(64, 'A'), sha256("a").hex() + "0"}) {
    EXPECT_EQ(coordinator_.get("/artifacts/" + name).status, 400U) << name;
    EXPECT_EQ(
        coordinator_.send({.method = "PUT", .target = "/artifacts/" + name, .body = "a"}).status,
        400U)
        << name;
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(Artifacts, TravelWithOurOwnClient) {
  HttpClient client(read_access(access_file(folder_.path())));
  const testing::TemporaryFolder elsewhere;
  std::ofstream(elsewhere / "there") << "bytes";
  client.put_artifact(sha256("bytes"), elsewhere / "there");
  EXPECT_TRUE(client.has_artifact(sha256("bytes")));
  client.get_artifact(sha256("bytes"), elsewhere / "back");
  EXPECT_EQ(std::filesystem::file_size(elsewhere / "back"), 5U);
}

TEST(ArtifactStore, TakesNothingThatWouldLeaveLessThanTheReserve) {
  const testing::TemporaryFolder folder;
  ArtifactStore store(folder.path());
  EXPECT_TRUE(store.has_room(1000));
  const std::uint64_t available = std::filesystem::space(folder.path()).available;
  EXPECT_FALSE(store.has_room(available + (std::uint64_t{1} << 40U)));
  store.set_reserve(available + (std::uint64_t{1} << 40U));
  EXPECT_FALSE(store.has_room(0));
  store.set_reserve(0);
  EXPECT_TRUE(store.has_room(0));
}

TEST(ArtifactStore, ClearsAwayWhatACrashLeftUnfinished) {
  const testing::TemporaryFolder folder;
  {
    ArtifactStore store(folder.path());
    ArtifactStore::Upload upload(store, sha256("whole"));
    upload.append(std::as_bytes(std::span("whole", 5)));
    EXPECT_EQ(upload.finish(), ArtifactStore::Finish::done);
  }
  std::ofstream(folder / (sha256("half").hex() + ".1.upload")) << "ha";
  const ArtifactStore again(folder.path());
  EXPECT_TRUE(again.has(sha256("whole")));
  EXPECT_FALSE(std::filesystem::exists(folder / (sha256("half").hex() + ".1.upload")));
}

}  // namespace
}  // namespace hone
