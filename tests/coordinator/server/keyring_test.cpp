#include "coordinator/server/keyring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using namespace std::chrono_literals;
using given::Running;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Keyring::Instant now{1'000'000s};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct KeyringOfAFolder : ::testing::Test {
  std::filesystem::path state() const { return folder_.path(); }
  testing::TemporaryFolder folder_;
};

TEST_F(KeyringOfAFolder, KeepsItsTokensAndItsNameOverRestarts) {
  Keyring first(state());
  first.publish("10.0.0.1", 7600);
  Keyring second(state());
  second.publish("10.0.0.2", 7601);
  for (const Privilege each : {Privilege::worker, Privilege::admin}) {
    EXPECT_EQ(first.token(each), second.token(each));
    const Access access = read_access(second.file(each));
    EXPECT_EQ(access.token, second.token(each));
    EXPECT_EQ(access.port, 7601);
    EXPECT_EQ(access.coordinator, coordinator_name({.token = first.token(Privilege::admin)}));
  }
  EXPECT_NE(first.token(Privilege::worker), first.token(Privilege::admin));
}

TEST_F(KeyringOfAFolder, OfAnOlderHoneLetsItsTokenInAndKeepsItsName) {
  const Access before{.host = "127.0.0.1", .port = 1, .token = random_token()};
  write_access(access_file(state()), before);
  Keyring keys(state());
  keys.publish("127.0.0.1", 1);
  EXPECT_EQ(keys.privilege_of(sha256(before.token), now), Privilege::admin);
  EXPECT_EQ(coordinator_name(read_access(worker_access_file(state()))), coordinator_name(before));
}

TEST_F(KeyringOfAFolder, LetsTwoTokensInForAsLongAsItsGrace) {
  Keyring keys(state());
  keys.publish("127.0.0.1", 1);
  const Digest first = sha256(keys.token(Privilege::worker));
  keys.replace(Privilege::worker, 60s, now);
  const Digest second = sha256(keys.token(Privilege::worker));
  const Keyring again(state());  // a restart forgets none of it
  for (const Keyring* each : {&std::as_const(keys), &again}) {
    EXPECT_EQ(each->privilege_of(first, now + 59s), Privilege::worker);
    EXPECT_EQ(each->privilege_of(first, now + 60s), Privilege::none);
    EXPECT_EQ(each->privilege_of(second, now + 60s), Privilege::worker);
  }
  keys.replace(Privilege::worker, 60s, now + 1s);
  EXPECT_EQ(keys.privilege_of(first, now + 2s), Privilege::none);
  EXPECT_EQ(keys.privilege_of(second, now + 2s), Privilege::worker);
}

TEST_F(KeyringOfAFolder, WritesNoReplacedTokenAnywhereAndNothingForOthersToRead) {
  Keyring keys(state());
  keys.publish("127.0.0.1", 1);
  const std::string old = keys.token(Privilege::admin);
  keys.replace(Privilege::admin, 60s, now);
  for (const auto& file : std::filesystem::directory_iterator(state())) {
    EXPECT_THAT(text_of(file.path()), Not(HasSubstr(old))) << file.path();
    struct stat facts {};
    ASSERT_EQ(::stat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << file.path();
  }
  EXPECT_EQ(coordinator_name(read_access(access_file(state()))), coordinator_name({.token = old}));
}

TEST_F(KeyringOfAFolder, ThatOthersMayReadIsRefused) {
  for (const char* name : {"access.json", "worker.json", "previous-tokens.json"}) {
    const testing::TemporaryFolder folder;
    Keyring keys(folder.path());
    keys.publish("127.0.0.1", 1);
    keys.replace(Privilege::worker, 60s, now);
    EXPECT_NO_THROW(Keyring(folder.path()));
    ::chmod((folder / name).c_str(), 0640);
    try {
      Keyring open(folder.path());
      ADD_FAILURE() << name;
    } catch (const AccessError& error) {
      EXPECT_THAT(error.what(), HasSubstr("chmod 600")) << name;
    }
    EXPECT_THROW(Running(folder.path()), AccessError) << name;
  }
}

TEST_F(KeyringOfAFolder, WithATimeThatIsNoneIsRefused) {
  Keyring keys(state());
  keys.publish("127.0.0.1", 1);
  write_private(state() / "previous-tokens.json",
                R"({"worker": {"sha256": ")" + sha256("token").hex() + R"(", "until": 1.8e20}})");
  try {
    Keyring open(state());
    ADD_FAILURE() << "the file was taken";
  } catch (const AccessError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("is not what 'hone rotate-token' writes (until: 1.8e+20 is not"));
  }
}

TEST_F(KeyringOfAFolder, KnowsNoEmptyToken) {
  Keyring keys(state());
  EXPECT_EQ(keys.privilege_of(sha256(""), now), Privilege::none);
  EXPECT_EQ(keys.privilege_of(Digest(), now), Privilege::none);
}

struct Rotation : ::testing::Test {
  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};

  std::string worker_token() const {
    return read_access(worker_access_file(folder_ / "state")).token;
  }
  unsigned as_worker(const std::string& token) const {
    return coordinator_.send({.target = "/metrics", .authorization = "Bearer " + token}).status;
  }
};

TEST_F(Rotation, ChangesTheWorkersFileAtOnceAndAnswersWithoutTheToken) {
  const std::string old = worker_token();
  const auto reply = coordinator_.post("/api/v1/tokens", R"({"role": "worker"})");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(json::parse(reply.body).at("role"), "worker");
  EXPECT_NE(worker_token(), old);
  EXPECT_THAT(reply.body, Not(HasSubstr(worker_token())));
  EXPECT_EQ(as_worker(old), 200U);
  EXPECT_EQ(as_worker(worker_token()), 200U);
}

TEST_F(Rotation, WithoutGraceEndsTheOldTokenAndItsConnections) {
  const std::string old = worker_token();
  Hello hello;
  hello.instance = "w";
  hello.device = "cpu";
  given::WorkerLine line(coordinator_, old);
  line.say(FromWorker{hello});
  EXPECT_TRUE(line.next());
  coordinator_.post("/api/v1/tokens", R"({"role": "worker", "grace_seconds": 0})");
  line.say(FromWorker{Ask{1}});
  EXPECT_FALSE(line.next());
  EXPECT_EQ(as_worker(old), 401U);
}

TEST_F(Rotation, OfNoRoleOrForTooLongIsRefused) {
  for (const char* body :
       {"", "{}", R"({"role": "root"})", R"({"role": 1})", "[]",
        R"({"role": "worker", "grace_seconds": -1})", R"({"role": "worker", "grace_seconds": 1e9})",
        R"({"role": "worker", "grace_seconds": 0.5})"}) {
    const std::string before = worker_token();
    EXPECT_EQ(coordinator_.post("/api/v1/tokens", body).status, 400U) << body;
    EXPECT_EQ(worker_token(), before) << body;
  }
}

}  // namespace
}  // namespace hone
