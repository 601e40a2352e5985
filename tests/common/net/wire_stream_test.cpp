#include "common/net/wire_stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Two ends of one connection.
class WireStreamTest : public ::testing::Test {
 protected:
  WireStreamTest() {
    tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    tcp::socket socket(io_);
    socket.connect(acceptor.local_endpoint());
    near_.emplace(std::move(socket));
    far_.emplace(acceptor.accept());
  }

  asio::io_context io_{1};
  std::optional<WireStream> near_, far_;
};

constexpr std::size_t pieces = 100;  // more than one transfer takes

std::vector<std::string> many_pieces() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < pieces; ++i)
    texts.emplace_back(i % 3, static_cast<char>('a' + i % 26));
  return texts;
}

TEST_F(WireStreamTest, BringsAllOfManyPieces) {
  const std::vector<std::string> said = many_pieces();
  std::vector<asio::const_buffer> sent;
  for (const std::string& each : said) sent.push_back(asio::buffer(each));
  std::string heard(asio::buffer_size(sent), '\0');
  std::vector<asio::mutable_buffer> places;
  for (std::size_t i = 0; i < heard.size(); ++i) places.push_back(asio::buffer(&heard[i], 1));
  std::size_t written = 0, read = 0;
  asio::async_write(*near_, sent, [&](auto, std::size_t bytes) { written = bytes; });
  asio::async_read(*far_, places, [&](auto, std::size_t bytes) { read = bytes; });
  io_.run();
  EXPECT_EQ(written, heard.size());
  EXPECT_EQ(read, heard.size());
  std::string all;
  for (const std::string& each : said) all += each;
  EXPECT_EQ(heard, all);
}

TEST_F(WireStreamTest, SaysThatTheOtherSideIsGone) {
  far_->close();
  char byte = 0;
  boost::system::error_code said;
  near_->async_read_some(asio::buffer(&byte, 1), [&](auto error, std::size_t) { said = error; });
  io_.run();
  EXPECT_EQ(said, asio::error::eof);
}

TEST_F(WireStreamTest, FreesAHandlerBeforeItsCall) {
  const auto token = std::make_shared<int>();
  long holders = 0;
  const std::string text = "a";
  near_->async_write_some(asio::buffer(text),
                          [token, &holders](auto, std::size_t) { holders = token.use_count(); });
  io_.run();
  EXPECT_EQ(holders, 2);  // the test's and the handler's that runs
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace

}  // namespace hone
