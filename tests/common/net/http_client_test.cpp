#include "common/net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/fake_coordinator.hpp"

namespace hone {

namespace {

using std::chrono::milliseconds;
using testing::FakeCoordinator;
using testing::TemporaryFolder;

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// More than any buffer on the way.
std::string large() {
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
  return bytes;
}

// A server that takes connections and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::listen(socket_, 4) != 0 ||
        ::getsockname(socket_, any, &size) != 0) {
      ADD_FAILURE() << "no socket";
    }
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

class Client : public ::testing::Test {
 protected:
  FakeCoordinator coordinator_;
  HttpClient client_{coordinator_.access()};
  TemporaryFolder folder_;
};

TEST_F(Client, PostsAndHearsTheAnswer) {
  const HttpResponse response = client_.post("/api/v1/echo", R"({"a":1})");
  EXPECT_TRUE(response.ok());
  EXPECT_EQ(response.body, R"({"a":1})");
}

TEST_F(Client, TakesAnErrorStatusAsAnAnswer) {
  EXPECT_EQ(client_.get("/api/v1/nothing").status, 404U);
}

TEST_F(Client, IsNobodyWithoutTheToken) {
  Access access = coordinator_.access();
  access.token = random_token();
  EXPECT_EQ(HttpClient(access).get("/api/v1/nothing").status, 401U);
}

TEST_F(Client, MovesALargeArtifactThereAndBack) {
  const std::string bytes = large();
  const Digest digest = sha256(bytes);
  std::ofstream(folder_ / "there", std::ios::binary) << bytes;
  EXPECT_FALSE(client_.has_artifact(digest));
  client_.put_artifact(digest, folder_ / "there");
  EXPECT_TRUE(client_.has_artifact(digest));
  EXPECT_EQ(coordinator_.artifact(digest), bytes);
  client_.get_artifact(digest, folder_ / "back");
  EXPECT_EQ(contents(folder_ / "back"), bytes);
}

TEST_F(Client, LeavesNoFileWhenTheArtifactIsNotThere) {
  EXPECT_THROW(client_.get_artifact(sha256("none"), folder_ / "none"), NetworkError);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Client, SaysSoWhenAnArtifactIsRefused) {
  std::ofstream(folder_ / "other") << "other bytes";
  EXPECT_THROW(client_.put_artifact(sha256("these bytes"), folder_ / "other"), NetworkError);
}

TEST_F(Client, SaysSoWhenNobodyListens) {
  coordinator_.stop();
  EXPECT_THROW(client_.get("/api/v1/nothing"), NetworkError);
  coordinator_.start();
}

TEST(DeafCoordinator, IsGivenUpInTime) {
  const SilentServer silent;
  HttpClient client({.port = silent.port(), .token = random_token()}, milliseconds(100));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(client.get("/"), NetworkError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(BusyCoordinator, IsGivenTheTimeThatWhatItWasAskedToDoTakes) {
  const SilentServer silent;  // as long as it works
  HttpClient client({.port = silent.port(), .token = random_token()}, milliseconds(20),
                    milliseconds(400));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(client.post("/", "{}"), NetworkError);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(400));
}

}  // namespace

}  // namespace hone
