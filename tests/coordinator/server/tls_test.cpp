// A coordinator within TLS, in one process with its clients: what sanitizers see of both sides.
// How it looks from outside: tests/e2e/tls_test.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdlib>
#include <fstream>

#include "common/net/access.hpp"
#include "common/net/http_client.hpp"
#include "common/net/network_error.hpp"
#include "common/net/secure.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using given::Running;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

ServerSettings within_tls(const std::filesystem::path& state) {
  ServerSettings settings{.state = state};
  settings.tls.mode = TlsSettings::Mode::on;
  return settings;
}

/// Says something that is no message on a worker's WebSocket. Returns the answer.
asio::awaitable<std::string> answer_to_nonsense(const Access& access) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::socket socket(executor);
  const asio::ip::tcp::endpoint place(asio::ip::make_address(access.host), access.port);
  co_await socket.async_connect(place, use_awaitable);
  WireStream raw(std::move(socket));
  co_await secure(&raw, &access);
  websocket::stream<WireStream> stream(std::move(raw));
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    request.set(beast::http::field::authorization, "Bearer " + access.token);
  }));
  const std::string host = access.host + ":" + std::to_string(access.port);
  co_await stream.async_handshake(host, "/worker", use_awaitable);
  const std::string nonsense(100'000, 'x');  // several records of TLS
  const asio::const_buffer frame = asio::buffer(nonsense);
  co_await stream.async_write(frame, use_awaitable);
  beast::flat_buffer buffer;
  co_await stream.async_read(buffer, use_awaitable);
  co_return beast::buffers_to_string(buffer.data());
}

/// NAME.pem and NAME-key.pem, of a client.
void make_certificate(const std::filesystem::path& name) {
  const std::string file = name.string() + ".pem", key = name.string() + "-key.pem";
  const std::string command =
      "umask 077; openssl req -x509 -newkey ec -pkeyopt "
      "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=client -keyout " +
      key + " -out " + file + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
}

class WithinTls : public ::testing::Test {
 protected:
  WithinTls() = default;
  ~WithinTls() override { show({}, {}); }

  /// What this process shows when it is asked for a certificate.
  static void show(const std::string& certificate, const std::string& key) {
    ::setenv("HONE_CLIENT_CERTIFICATE", certificate.c_str(), 1);
    ::setenv("HONE_CLIENT_KEY", key.c_str(), 1);
  }

  Access access() const { return read_access(access_file(folder_ / "state")); }

  testing::TemporaryFolder folder_;
};

TEST_F(WithinTls, RequestsAreAnsweredAndFilesTravel) {
  const Running coordinator(within_tls(folder_ / "state"));
  HttpClient client(access());
  EXPECT_EQ(client.get("/api/v1/status").status, 200U);
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
  std::ofstream(folder_ / "file", std::ios::binary) << bytes;
  client.put_artifact(sha256(bytes), folder_ / "file");
  client.get_artifact(sha256(bytes), folder_ / "back");
  std::ifstream back(folder_ / "back", std::ios::binary);
  EXPECT_TRUE((std::string(std::istreambuf_iterator<char>(back), {}) == bytes));
}

TEST_F(WithinTls, AWorkersLineIsHeardAndAnswered) {
  const Running coordinator(within_tls(folder_ / "state"));
  asio::io_context io(1);
  std::string said;
  const Access with = access();
  asio::co_spawn(io, answer_to_nonsense(with), [&](std::exception_ptr failure, std::string answer) {
    EXPECT_FALSE(failure);
    said = std::move(answer);
  });
  io.run();
  EXPECT_THAT(said, HasSubstr("refuse"));
}

TEST_F(WithinTls, AnotherCertificateIsNotTrusted) {
  const Running coordinator(within_tls(folder_ / "state"));
  Access other = access();
  other.certificate = std::string(64, '0');
  EXPECT_THAT([&] { HttpClient(other).get("/api/v1/status"); },
              ThrowsMessage<TrustError>(HasSubstr("another certificate")));
}

TEST_F(WithinTls, WhereClientsAreAskedForOneOnlyTheirsIsTaken) {
  for (const char* name : {"own", "other"}) make_certificate(folder_ / name);
  ServerSettings settings = within_tls(folder_ / "state");
  settings.tls.client_authorities = folder_ / "own.pem";
  const Running coordinator(settings);
  HttpClient client(access());
  const auto ask = [&] { EXPECT_EQ(client.get("/api/v1/status").status, 200U); };
  EXPECT_THAT(ask, ThrowsMessage<TrustError>(HasSubstr("only who shows a certificate")));
  show(folder_ / "other.pem", folder_ / "other-key.pem");
  EXPECT_THAT(ask, ThrowsMessage<TrustError>(HasSubstr("does not take the certificate")));
  show(folder_ / "own.pem", folder_ / "other-key.pem");
  EXPECT_THAT(ask, ThrowsMessage<TrustError>(HasSubstr("is not the key of")));
  show(folder_ / "own.pem", folder_ / "own-key.pem");
  ask();
}

}  // namespace
}  // namespace hone
