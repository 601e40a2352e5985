#include "tests/coordinator/server/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "common/net/access.hpp"
#include "common/wire.hpp"
#include "coordinator/dataset/ingest.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::given {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

tcp::endpoint endpoint_of(const Running& coordinator) {
  return {boost::asio::ip::address_v4::loopback(), coordinator.port()};
}

http::request<http::string_body> message_of(const Request& request, const Running& coordinator) {
  http::request<http::string_body> message{http::string_to_verb(request.method), request.target,
                                           11};
  const std::string authorization = request.authorization.value_or("Bearer " + coordinator.token());
  message.set(http::field::host,
              request.host.value_or("127.0.0.1:" + std::to_string(coordinator.port())));
  if (!authorization.empty()) message.set(http::field::authorization, authorization);
  if (!request.content_range.empty())
    message.set(http::field::content_range, request.content_range);
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.keep_alive(false);
  message.body() = request.body;
  message.prepare_payload();
  if (request.announced >= 0)
    message.set(http::field::content_length, std::to_string(request.announced));
  return message;
}

}  // namespace

Running::Running(const std::filesystem::path& state) : Running(ServerSettings{.state = state}) {}

Running::Running(const ServerSettings& settings)
    : server_(settings),
      token_(read_access(access_file(settings.state)).token),
      thread_([this] { EXPECT_NO_THROW(server_.run()); }) {}

Running::~Running() {
  server_.stop();
  thread_.join();
}

Reply Running::send(const Request& request) const {
  boost::asio::io_context context;
  tcp::socket socket(context);
  socket.connect(endpoint_of(*this));
  const auto message = message_of(request, *this);
  beast::error_code ignored;
  http::write(socket, message, ignored);  // a refusal may come before all of it was sent
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  if (request.method == "HEAD") parser.skip(true);
  beast::flat_buffer buffer;
  beast::error_code error;
  http::read(socket, buffer, parser, error);
  if (!parser.is_header_done()) return {};
  const std::string offset(parser.get()["Upload-Offset"]);
  Reply reply{
      parser.get().result_int(), parser.get().body(), offset.empty() ? -1 : std::stoll(offset), {}};
  for (const auto& field : parser.get())
    reply.headers[std::string(field.name_string())] = std::string(field.value());
  return reply;
}

Reply Running::post(const std::string& target, const std::string& body) const {
  return send({.method = "POST", .target = target, .body = body});
}

Reply Running::put(const Digest& digest, const std::string& bytes) const {
  return send({.method = "PUT", .target = "/artifacts/" + digest.hex(), .body = bytes});
}

Reply Running::submit(const std::filesystem::path& scratch) const {
  return submit(scratch, experiment_text());
}

Reply Running::submit(const std::filesystem::path& scratch, const std::string& experiment) const {
  IngestRequest request;
  request.layout = "lesions";
  request.image_size = 32;
  request.threads = 1;
  request.lesions.count = 25;
  const IngestResult pack = ingest(request, scratch);
  std::ifstream file(pack.file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(put(pack.pack, bytes).status, 201U);
  EXPECT_EQ(post("/api/v1/packs", R"({"digest": ")" + pack.pack.hex() + "\"}").status, 201U);
  return post("/api/v1/sweeps", R"({"experiment": )" + experiment + R"(, "packs": {"toy": ")" +
                                    pack.pack.hex() + "\"}}");
}

std::string_view sanitizer() {
  const char* const name = std::getenv("HONE_SANITIZED");
  return name == nullptr ? "" : name;
}

std::string experiment_text() {
  return R"({"name": "small", "profile": "smoke", "inner_folds": 2, "lambdas": [0.1, 0.3],
             "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})";
}

std::string every_table() {
  return R"({"name": "every", "profile": "smoke", "inner_folds": 2, "lambdas": [0.1, 0.3],
             "tables": ["I", "lambda", "II", "III", "variants"],
             "hyperparameters": {"search": "one-factor", "grid": {"network.filters": [8]}},
             "variants": [{"name": "other loss", "training": {"loss": "dice"}}],
             "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})";
}

struct WorkerLine::Parts {
  boost::asio::io_context context;
  beast::websocket::stream<tcp::socket> stream{context};
};

WorkerLine::WorkerLine(const Running& coordinator) : WorkerLine(coordinator, coordinator.token()) {}

WorkerLine::WorkerLine(const Running& coordinator, const std::string& token)
    : parts_(std::make_unique<Parts>()) {
  parts_->stream.next_layer().connect(endpoint_of(coordinator));
  parts_->stream.set_option(
      beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
        request.set(http::field::authorization, "Bearer " + token);
      }));
  parts_->stream.handshake("127.0.0.1:" + std::to_string(coordinator.port()), "/worker");
}

WorkerLine::~WorkerLine() = default;

void WorkerLine::say(const std::string& frame) {
  parts_->stream.text(true);
  parts_->stream.write(boost::asio::buffer(frame));
}

void WorkerLine::say(const FromWorker& message) {
  say(encode(message));
}

std::optional<ToWorker> WorkerLine::next() {
  beast::flat_buffer buffer;
  beast::error_code error;
  parts_->stream.read(buffer, error);
  if (error) return {};
  return decode_to_worker(beast::buffers_to_string(buffer.data()));
}

}  // namespace hone::given
