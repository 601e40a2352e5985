#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/file_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <vector>

#include "coordinator/server/session.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

constexpr std::size_t piece_size = 256 * 1024;
constexpr std::uint64_t artifact_limit = std::uint64_t{16} << 30U;
constexpr auto piece_deadline = std::chrono::seconds(30);

asio::awaitable<bool> send_artifact(beast::tcp_stream* stream, const RequestHeader* request,
                                    std::string path) {
  beast::error_code error;
  http::response<http::file_body> message{http::status::ok, 11};
  message.body().open(path.c_str(), beast::file_mode::scan, error);
  if (error) {
    ApiResponse failure = api_error(500, error.message());
    co_return co_await send_response(stream, request, std::move(failure));
  }
  message.set(http::field::content_type, "application/octet-stream");
  message.keep_alive(request->keep_alive());
  message.prepare_payload();
  http::response_serializer<http::file_body> serializer(message);
  // Piece by piece, so that the deadline is one of progress and not of the whole file.
  while (!serializer.is_done()) {
    stream->expires_after(piece_deadline);
    co_await http::async_write_some(*stream, serializer, use_awaitable);
  }
  co_return request->keep_alive();
}

asio::awaitable<bool> take_artifact(beast::tcp_stream* stream, beast::flat_buffer* buffer,
                                    HeaderParser* header, const ArtifactStore* artifacts,
                                    Digest digest) {
  const RequestHeader request = header->get();
  http::request_parser<http::buffer_body> parser(std::move(*header));
  parser.body_limit(artifact_limit);
  ArtifactStore::Upload upload(*artifacts, digest);
  std::vector<char> piece(piece_size);
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    stream->expires_after(piece_deadline);
    beast::error_code error;
    co_await http::async_read(*stream, *buffer, parser, asio::redirect_error(use_awaitable, error));
    if (error && error != http::error::need_buffer) throw beast::system_error(error);
    const std::size_t got = piece.size() - parser.get().body().size;
    upload.append(std::as_bytes(std::span(piece.data(), got)));
  }
  ApiResponse answer{201, "{}"};
  if (!upload.finish()) {
    answer = api_error(422, "the bytes do not have the SHA-256 " + digest.hex());
  }
  co_return co_await send_response(stream, &request, std::move(answer));
}

}  // namespace

asio::awaitable<bool> serve_artifact(beast::tcp_stream* stream, beast::flat_buffer* buffer,
                                     HeaderParser* header, SessionContext* context) {
  const RequestHeader request = header->get();
  const std::string name(request.target().substr(std::string_view("/artifacts/").size()));
  const auto digest = Digest::parse(name);
  if (!digest) {
    ApiResponse answer = api_error(400, "an artifact's name is its SHA-256");
    co_await send_response(stream, &request, std::move(answer));
    co_return false;
  }
  if (request.method() == http::verb::put) {
    co_return co_await take_artifact(stream, buffer, header, context->artifacts, *digest);
  }
  const bool there = context->artifacts->claim(*digest);
  if (request.method() == http::verb::head) {
    http::response<http::empty_body> message{there ? http::status::ok : http::status::not_found,
                                             11};
    message.keep_alive(request.keep_alive());
    message.content_length(0);
    co_await http::async_write(*stream, message, use_awaitable);
    co_return request.keep_alive();
  }
  if (request.method() != http::verb::get || !there) {
    const bool known = request.method() == http::verb::get;
    ApiResponse answer = known ? api_error(404, "no artifact " + digest->hex())
                               : api_error(405, "only HEAD, GET and PUT here");
    co_await send_response(stream, &request, std::move(answer));
    co_return false;  // a body that was not read must not become the next request
  }
  std::string path = context->artifacts->path_of(*digest).string();
  co_return co_await send_artifact(stream, &request, std::move(path));
}

}  // namespace hone
