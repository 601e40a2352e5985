#include "common/net/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/fake_coordinator.hpp"

namespace hone {

namespace {

using testing::TemporaryFolder;

std::string why_refused(const std::filesystem::path& file) {
  try {
    read_access(file);
  } catch (const AccessError& error) {
    return error.what();
  }
  return "";
}

void write(const std::filesystem::path& file, const std::string& text, mode_t mode = 0600) {
  std::ofstream(file) << text;
  ::chmod(file.c_str(), mode);
}

TEST(AccessFile, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  Access access{.host = "login-1", .port = 4711, .token = random_token()};
  for (const std::string& certificate : {std::string(), sha256("certificate").hex()}) {
    access.certificate = certificate;
    write_access(folder / "access.json", access);
    EXPECT_EQ(read_access(folder / "access.json"), access);
  }
}

TEST(AccessFile, OfTheLoopbackNamesTheLockBesideIt) {
  const TemporaryFolder folder;
  const auto lock_of = [&](const std::string& host) {
    write_access(folder / "access.json", {.host = host, .port = 4711, .token = random_token()});
    return read_access(folder / "access.json").lock;
  };
  EXPECT_EQ(lock_of("127.0.0.1"), "");  // there is none
  std::ofstream(folder / "lock") << "";
  for (const char* host :
       {"127.0.0.1", "127.3.2.1", "localhost", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"})
    EXPECT_EQ(lock_of(host), folder / "lock") << host;
  for (const char* host : {"192.0.2.1", "login-1", "127.example.org", "2001:db8::1", "::"})
    EXPECT_EQ(lock_of(host), "") << host;
}

TEST(AccessFile, IsForItsOwnerOnly) {
  const TemporaryFolder folder;
  write_access(folder / "access.json", {.port = 1, .token = random_token()});
  struct stat facts {};
  ASSERT_EQ(::stat((folder / "access.json").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(AccessFile, ThatOthersMayReadIsRefusedWithTheWayOut) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    write_access(folder / "access.json", {.port = 1, .token = random_token()});
    ::chmod((folder / "access.json").c_str(), mode);
    EXPECT_THAT(why_refused(folder / "access.json"), ::testing::HasSubstr("chmod 600"));
  }
}

TEST(AccessFile, ThatIsMissingIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(why_refused(folder / "none.json"), ::testing::HasSubstr("No such file"));
}

TEST(AccessFile, ThatIsNotWhatItShouldBeIsRefusedWithoutShowingTheToken) {
  const TemporaryFolder folder;
  const std::string token = random_token();
  for (const std::string& text :
       {std::string(), std::string("[]"), "{\"host\": \"h\", \"port\": 1, \"token\": \"" + token,
        "{\"host\": \"h\", \"port\": 70000, \"token\": \"" + token + "\"}",
        "{\"host\": \"h\", \"port\": 1.8e20, \"token\": \"" + token + "\"}",
        "{\"host\": \"\", \"port\": 1, \"token\": \"" + token + "\"}",
        std::string("{\"host\": \"h\", \"port\": 1, \"token\": \"short\"}"),
        "{\"host\": \"h\", \"port\": 1, \"token\": \"" + token +
            "\", \"certificate_sha256\": \"AB:CD\"}",
        "{\"host\": \"h\", \"port\": 1, \"token\": \"" + token +
            "\", \"certificate_sha256\": \"\"}"}) {
    write(folder / "access.json", text);
    const std::string why = why_refused(folder / "access.json");
    EXPECT_FALSE(why.empty()) << text;
    EXPECT_THAT(why, ::testing::Not(::testing::HasSubstr(token)));
  }
}

TEST(AccessFile, LeavesNothingBesideItself) {
  const TemporaryFolder folder;
  write_access(folder / "access.json", {.port = 1, .token = random_token()});
  write_access(folder / "access.json", {.port = 2, .token = random_token()});
  EXPECT_EQ(read_access(folder / "access.json").port, 2);
  using Walk = std::filesystem::directory_iterator;
  EXPECT_EQ(std::distance(Walk(folder.path()), Walk()), 1);
  std::filesystem::create_directories(folder / "folder.json" / "full");
  EXPECT_THROW(write_access(folder / "folder.json", {.port = 1, .token = random_token()}),
               AccessError);
  EXPECT_EQ(std::distance(Walk(folder.path()), Walk()), 2);
}

TEST(Token, IsLongAndNeverTheSame) {
  EXPECT_EQ(random_token().size(), 64U);
  EXPECT_NE(random_token(), random_token());
}

TEST(Token, EqualsOnlyItself) {
  const std::string token = random_token();
  EXPECT_TRUE(equal_tokens(token, std::string(token)));
  EXPECT_FALSE(equal_tokens(token, token.substr(1)));
  EXPECT_FALSE(equal_tokens(token, ""));
}

}  // namespace

}  // namespace hone
