#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "common/net/folder_lock.hpp"
#include "coordinator/server/state_lock.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Running;
using given::WorkerLine;
using ::testing::HasSubstr;

Hello greeting(std::vector<Ticket> holding = {}) {
  Hello hello;
  hello.instance = "w";
  hello.device = "cpu";
  hello.holding = std::move(holding);
  return hello;
}

TEST(AState, BelongsToOneCoordinatorAtATime) {
  const testing::TemporaryFolder folder;
  const Running first(folder.path());
  try {
    const Server second({.state = folder.path(),
                         .bind = "127.0.0.1",
                         .port = 0,
                         .lease = std::chrono::seconds(30)});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("another coordinator is using"));
  }
  EXPECT_EQ(first.get("/api/v1/status").status, 200U);
}

TEST(AState, StaysItsCoordinatorsWhenTheLockFileIsRemoved) {
  const testing::TemporaryFolder folder;
  {
    const StateLock first(folder.path());
    std::filesystem::remove(folder / lock_name);
    EXPECT_THROW(const StateLock second(folder.path()), StateInUse);
    EXPECT_FALSE(std::filesystem::exists(folder / lock_name));
  }
  const StateLock again(folder.path());
}

TEST(AState, IsLockedAnewWhereAnotherFileIsPutInThePlaceOfItsLock) {
  const testing::TemporaryFolder folder;
  StateLock lock(folder.path());
  lock.announce(4711);
  std::filesystem::remove(folder / lock_name);
  std::ofstream(folder / lock_name) << "";
  EXPECT_EQ(byte_lock(folder / lock_name, 4711), ByteLock::free);
  lock.keep();
  EXPECT_EQ(byte_lock(folder / lock_name, 4711), ByteLock::held);
  EXPECT_EQ(byte_lock(folder / lock_name, owner_byte), ByteLock::held);
}

TEST(AState, TellsWhichPortItsCoordinatorHasAndForgetsItWithIt) {
  const testing::TemporaryFolder folder;
  std::uint16_t port = 0;
  {
    const Running coordinator(folder.path());
    port = coordinator.port();
    EXPECT_EQ(byte_lock(folder / lock_name, port), ByteLock::held);
    EXPECT_EQ(byte_lock(folder / lock_name, port == 1 ? 2 : port - 1), ByteLock::free);
  }
  EXPECT_EQ(byte_lock(folder / lock_name, port), ByteLock::free);
  EXPECT_EQ(byte_lock(folder / "no such file", port), ByteLock::unknown);
}

TEST(ARestart, KeepsTokenAndPortAndSweeps) {
  const testing::TemporaryFolder folder;
  std::string token;
  std::uint16_t port = 0;
  {
    const Running first(folder / "state");
    token = first.token();
    port = first.port();
    EXPECT_EQ(first.submit(folder / "packs").status, 201U);
  }
  const Running second(folder / "state");
  EXPECT_EQ(second.token(), token);
  EXPECT_EQ(second.port(), port);
  EXPECT_EQ(second.get("/api/v1/sweeps/1").status, 200U);
}

TEST(ARestart, RaisesTheEpochAndLeavesALeaseWithItsWorker) {
  const testing::TemporaryFolder folder;
  Ticket ticket;
  {
    const Running first(folder / "state");
    first.submit(folder / "packs");
    WorkerLine line(first);
    line.say(FromWorker{greeting()});
    EXPECT_EQ(std::get<Welcome>(line.next().value()).epoch, 1);
    line.say(FromWorker{Ask{1}});
    ticket = std::get<Assign>(line.next().value()).leases.at(0).ticket;
  }
  const Running second(folder / "state");
  WorkerLine line(second);
  line.say(FromWorker{greeting({ticket})});
  EXPECT_EQ(std::get<Welcome>(line.next().value()).epoch, 2);
  line.say(FromWorker{Report{ticket, 3, {}, {}}});
  EXPECT_EQ(std::get<Ack>(line.next().value()), (Ack{ticket, 3}));
}

}  // namespace
}  // namespace hone
