#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "common/net/access.hpp"
#include "common/net/file_digest.hpp"
#include "common/net/http_client.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using given::Running;

constexpr std::size_t never = std::size_t{1} << 60U;

/// A line to the coordinator that breaks: one connection after the other, each cut when so many
/// bytes have gone one way.
class BrokenLine {
 public:
  struct Cut {
    std::size_t up = never;    // bytes to the coordinator
    std::size_t down = never;  // from it
  };
  BrokenLine(std::uint16_t port, std::vector<Cut> cuts)
      : port_(port), cuts_(std::move(cuts)), thread_([this] { serve(); }) {}
  ~BrokenLine() {
    closing_ = true;
    boost::system::error_code ignored;
    tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored);  // ends the wait for one
    thread_.join();
  }
  BrokenLine(const BrokenLine&) = delete;
  BrokenLine& operator=(const BrokenLine&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::size_t bytes_down() const { return down_; }
  std::size_t bytes_up() const { return up_; }

 private:
  /// Returns when the source has ended or `most` bytes have gone.
  static void pump(tcp::socket& from, tcp::socket& to, std::size_t most,
                   std::atomic<std::size_t>& count) {
    std::vector<char> piece(16384);
    std::size_t gone = 0;
    boost::system::error_code error;
    while (gone < most) {
      const std::size_t wanted = std::min(piece.size(), most - gone);
      const std::size_t got = from.read_some(asio::buffer(piece.data(), wanted), error);
      if (error) break;
      asio::write(to, asio::buffer(piece.data(), got), error);
      if (error) break;
      gone += got;
      count += got;
    }
    to.shutdown(tcp::socket::shutdown_send, error);
    if (gone >= most) {  // a cut, not an end
      from.shutdown(tcp::socket::shutdown_both, error);
      to.shutdown(tcp::socket::shutdown_both, error);
    }
  }

  void serve() {
    for (const Cut& cut : cuts_) {
      tcp::socket client = acceptor_.accept();
      if (closing_) return;
      tcp::socket server(context_);
      server.connect({asio::ip::address_v4::loopback(), port_});
      std::thread up([&] { pump(client, server, cut.up, up_); });
      pump(server, client, cut.down, down_);
      up.join();
    }
  }

  asio::io_context context_;
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_;
  std::vector<Cut> cuts_;
  std::atomic<bool> closing_ = false;
  std::atomic<std::size_t> down_ = 0;
  std::atomic<std::size_t> up_ = 0;
  std::thread thread_;
};

/// A coordinator and an artifact of 3 MB.
class ALineThatBreaks : public ::testing::Test {
 protected:
  ALineThatBreaks() { std::ofstream(folder_ / "file", std::ios::binary) << bytes_; }
  HttpClient client(const BrokenLine& line) const {
    Access access = read_access(access_file(folder_ / "state"));
    access.port = line.port();
    access.lock.clear();  // it is of the coordinator's own port
    return HttpClient(access);
  }
  /// The first bytes arrive, and no more.
  void cut_after(std::size_t bytes) {
    BrokenLine line(coordinator_.port(), {{}, {.up = bytes}, {.up = 10}});
    EXPECT_THROW(client(line).put_artifact(digest_, folder_ / "file"), NetworkError);
    while (uploaded() + 2000 < static_cast<std::int64_t>(bytes)) std::this_thread::yield();
  }
  std::int64_t uploaded() const {
    const auto reply =
        coordinator_.send({.method = "HEAD", .target = "/artifacts/" + digest_.hex()});
    return reply.upload_offset;
  }
  given::Reply put_part(const std::string& range, const std::string& bytes) const {
    return coordinator_.send({.method = "PUT",
                              .target = "/artifacts/" + digest_.hex(),
                              .body = bytes,
                              .content_range = range});
  }
  std::ptrdiff_t stored() const {
    using Walk = fs::directory_iterator;
    return std::distance(Walk(artifact_folder(folder_ / "state")), Walk());
  }
  static std::string noise() {
    std::string bytes(3'000'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
    return bytes;
  }

  const std::string bytes_ = noise();
  const Digest digest_ = sha256(bytes_);
  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(ALineThatBreaks, DoesNotMakeADownloadBeginAgain) {
  coordinator_.put(digest_, bytes_);
  BrokenLine line(coordinator_.port(), {{.down = 1'000'000}, {.down = 500'000}, {}});
  client(line).get_artifact(digest_, folder_ / "back");
  EXPECT_EQ(digest_of_file(folder_ / "back"), digest_);
  EXPECT_LT(line.bytes_down(), bytes_.size() + 2000);  // with three headers
}

TEST_F(ALineThatBreaks, EndsADownloadThatGetsNowhereAndLeavesNothing) {
  coordinator_.put(digest_, bytes_);
  BrokenLine line(coordinator_.port(), {{.down = 1'000'000}, {.down = 20}});
  EXPECT_THROW(client(line).get_artifact(digest_, folder_ / "back"), NetworkError);
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_FALSE(entry.path().filename().string().starts_with("back")) << entry.path();
}

TEST_F(ALineThatBreaks, DoesNotMakeAnUploadBeginAgain) {
  cut_after(1'000'000);
  const auto part = uploaded();
  EXPECT_LT(part, 1'000'000);  // with the header
  {
    BrokenLine line(coordinator_.port(), {{}, {}});
    client(line).put_artifact(digest_, folder_ / "file");
    EXPECT_LT(line.bytes_up(), bytes_.size() - static_cast<std::size_t>(part) + 2000);
  }
  EXPECT_EQ(coordinator_.get("/artifacts/" + digest_.hex()).body.size(), bytes_.size());
  EXPECT_EQ(stored(), 1);
}

TEST_F(ALineThatBreaks, IsMadeAnewWithinOneUpload) {
  // After the cut the coordinator is asked until it has read what came: how often is a race.
  std::vector<BrokenLine::Cut> cuts(40);
  cuts[1].up = 2'000'000;
  BrokenLine line(coordinator_.port(), cuts);
  client(line).put_artifact(digest_, folder_ / "file");
  EXPECT_EQ(stored(), 1);
  EXPECT_LT(line.bytes_up(), bytes_.size() + 5000);
}

TEST_F(ALineThatBreaks, LetsAnUploadGoOnOnlyWhereItStands) {
  cut_after(1'000'000);
  const auto part = uploaded();
  const auto range = [&](std::int64_t first) {
    return "bytes " + std::to_string(first) + "-2999999/3000000";
  };
  const auto wrong = put_part(range(2'999'990), bytes_.substr(2'999'990));
  EXPECT_EQ(wrong.status, 409U);
  EXPECT_THAT(wrong.body, ::testing::HasSubstr("goes on at byte " + std::to_string(part)));
  for (const std::string& senseless :
       {std::string("bytes 5-2/3"), std::string("bytes 0-0/2"), std::string("5-9/10"),
        std::string("bytes -/"), range(part) + "0", range(part - 1)})
    EXPECT_EQ(put_part(senseless, "no").status, 400U) << senseless;
  EXPECT_EQ(uploaded(), part);  // none of that did it any harm
  EXPECT_EQ(put_part(range(part), bytes_.substr(static_cast<std::size_t>(part))).status, 201U);
}

TEST_F(ALineThatBreaks, LetsOtherBytesGoOnToNothing) {
  cut_after(1'000'000);
  const auto part = uploaded();
  const std::string range = "bytes " + std::to_string(part) + "-2999999/3000000";
  const std::string other(bytes_.size() - static_cast<std::size_t>(part), 'x');
  EXPECT_EQ(put_part(range, other).status, 422U);
  EXPECT_EQ(uploaded(), 0);
  EXPECT_EQ(stored(), 0);
}

TEST_F(ALineThatBreaks, LetsTwoSendTheSameAtOnce) {
  cut_after(1'000'000);
  std::thread other([&] {
    HttpClient(read_access(access_file(folder_ / "state"))).put_artifact(digest_, folder_ / "file");
  });
  HttpClient(read_access(access_file(folder_ / "state"))).put_artifact(digest_, folder_ / "file");
  other.join();
  EXPECT_EQ(sha256(coordinator_.get("/artifacts/" + digest_.hex()).body), digest_);
  EXPECT_EQ(stored(), 1);
}

/// The process's peak of resident memory so far, in KiB.
std::int64_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6);
  return 0;
}

// Coordinator and client are both in this process. HONE_LARGE_MIB=1024 for a gigabyte.
TEST(ALargeArtifact, TravelsBothWaysInLittleMemory) {
  const char* const wish = std::getenv("HONE_LARGE_MIB");
  const std::uint64_t mib = wish == nullptr ? 192 : std::strtoull(wish, nullptr, 10);
  const testing::TemporaryFolder folder;
  const Running coordinator(folder / "state");
  std::ofstream(folder / "large") << "not all zeros";
  fs::resize_file(folder / "large", mib << 20U);
  const Digest digest = digest_of_file(folder / "large");
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
  const std::int64_t before = peak_kib();
  HttpClient client(read_access(access_file(folder / "state")));
  client.put_artifact(digest, folder / "large");
  client.get_artifact(digest, folder / "back");
  const std::int64_t more = (peak_kib() - before) / 1024;
  std::printf("%llu MiB there and back: peak of memory +%lld MiB\n",
              static_cast<unsigned long long>(mib), static_cast<long long>(more));
  EXPECT_EQ(fs::file_size(folder / "back"), mib << 20U);
  // AddressSanitizer keeps what was freed, to catch whoever comes back to it.
  if (given::sanitizer() != "asan") {
    EXPECT_LT(more, 32);
  }
}

}  // namespace
}  // namespace hone
