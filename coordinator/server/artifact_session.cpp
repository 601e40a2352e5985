#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
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

ApiResponse no_room(const ArtifactStore& artifacts) {
  return api_error(507, "the disk of " + artifacts.folder().string() +
                            " is too full: free some, as with 'hone gc', or lower --reserve");
}

/// What a request wants of a file: from `first` on; nothing if its Range is not of the one form
/// that is answered, "bytes=N-", or of no byte that there is.
std::optional<std::uint64_t> first_byte(const RequestHeader& request, std::uint64_t size) {
  std::string_view range(request[http::field::range]);
  if (range.empty()) return 0;
  constexpr std::string_view unit = "bytes=";
  if (!range.starts_with(unit) || !range.ends_with('-')) return {};
  range = range.substr(unit.size(), range.size() - unit.size() - 1);
  std::uint64_t first = 0;
  const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), first);
  if (error != std::errc() || end != range.data() + range.size() || first >= size) return {};
  return first;
}

/// Where an upload goes on: Content-Range is "bytes FIRST-LAST/TOTAL", up to the last byte of the
/// artifact. 0 without one; nothing if it is of another form or not as long as the body.
std::optional<std::uint64_t> upload_start(const RequestHeader& request, std::uint64_t length) {
  std::string_view range(request[http::field::content_range]);
  if (range.empty()) return 0;
  constexpr std::string_view unit = "bytes ";
  if (!range.starts_with(unit)) return {};
  range.remove_prefix(unit.size());
  const auto number = [&](std::string_view after) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), value);
    if (error != std::errc()) return {};
    range.remove_prefix(static_cast<std::size_t>(end - range.data()));
    if (!range.starts_with(after)) return {};
    range.remove_prefix(after.size());
    return value;
  };
  const auto first = number("-");
  const auto last = first ? number("/") : first;
  const auto total = last ? number("") : last;
  if (!total || !range.empty() || *total > artifact_limit || *last >= *total ||
      *last + 1 != *total || *first > *last || *last - *first + 1 != length)
    return {};
  return first;
}

/// Why a body is not taken from `first` on, before any of it is read.
std::optional<ApiResponse> refusal_of_upload(const ArtifactStore& artifacts, const Digest& digest,
                                             std::optional<std::uint64_t> first,
                                             std::uint64_t length) {
  if (!first)
    return api_error(400,
                     "Content-Range is 'bytes FIRST-LAST/TOTAL', LAST the artifact's last byte");
  const std::uint64_t there = artifacts.uploaded(digest);
  if (*first > 0 && *first != there)
    return api_error(409, "the upload goes on at byte " + std::to_string(there) + ", not at " +
                              std::to_string(*first) + ": HEAD says where, as Upload-Offset");
  if (!artifacts.has_room(length)) return no_room(artifacts);
  return {};
}

class ReadFile {
 public:
  explicit ReadFile(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (file_ < 0 || ::fstat(file_, &status) != 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~ReadFile() { ::close(file_); }
  ReadFile(const ReadFile&) = delete;
  ReadFile& operator=(const ReadFile&) = delete;

  std::uint64_t size() const { return size_; }

  /// Throws at the end too: a file of the store does not become shorter.
  std::size_t read(std::uint64_t from, std::vector<char>& piece) const {
    const ssize_t got = ::pread(file_, piece.data(), piece.size(), static_cast<off_t>(from));
    if (got <= 0) throw std::system_error(got < 0 ? errno : EIO, std::generic_category(), "read");
    return static_cast<std::size_t>(got);
  }

 private:
  int file_;
  std::uint64_t size_ = 0;
};

/// Piece by piece, so that no file is in memory and the deadline is one of progress.
asio::awaitable<bool> send_artifact(Connection* connection, const RequestHeader* request,
                                    std::string path, Telemetry* telemetry) {
  const ReadFile file(path);
  const auto first = first_byte(*request, file.size());
  if (!first) {
    ApiResponse refused = api_error(416, "Range is 'bytes=N-', N below the artifact's " +
                                             std::to_string(file.size()) + " bytes");
    co_return co_await send_response(connection, request, std::move(refused));
  }
  const bool partial = !(*request)[http::field::range].empty();
  http::response<http::empty_body> head{partial ? http::status::partial_content : http::status::ok,
                                        11};
  head.set(http::field::content_type, "application/octet-stream");
  head.set(http::field::accept_ranges, "bytes");
  head.set("X-Content-Type-Options", "nosniff");
  if (partial) {
    const std::string size = std::to_string(file.size());
    head.set(http::field::content_range, "bytes " + std::to_string(*first) + "-" +
                                             std::to_string(file.size() - 1) + "/" + size);
  }
  connection->status = head.result_int();
  head.keep_alive(request->keep_alive());
  head.content_length(file.size() - *first);
  connection->stream.expires_after(piece_deadline);
  co_await http::async_write(connection->stream, head, use_awaitable);
  std::vector<char> piece(piece_size);
  for (std::uint64_t at = *first; at < file.size();) {
    const std::size_t got = file.read(at, piece);
    connection->stream.expires_after(piece_deadline);
    co_await asio::async_write(connection->stream, asio::buffer(piece.data(), got), use_awaitable);
    at += got;
    telemetry->sent_bytes += static_cast<std::int64_t>(got);
  }
  co_return request->keep_alive();
}

asio::awaitable<bool> take_artifact(Connection* connection, HeaderParser* header,
                                    SessionContext* context, Digest digest) {
  ArtifactStore* const artifacts = context->artifacts;
  const RequestHeader request = header->get();
  const std::uint64_t length = header->content_length().value_or(0);
  const auto first = upload_start(request, length);
  if (auto refused = refusal_of_upload(*artifacts, digest, first, length)) {
    co_return co_await send_response(connection, &request, std::move(*refused));
  }
  http::request_parser<http::buffer_body> parser(std::move(*header));
  parser.body_limit(artifact_limit);
  const CountedUpload counted(*context->telemetry);
  ArtifactStore::Upload upload(*artifacts, digest, *first);
  std::vector<char> piece(piece_size);
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    connection->stream.expires_after(piece_deadline);
    beast::error_code error;
    co_await http::async_read(connection->stream, connection->buffer, parser,
                              asio::redirect_error(use_awaitable, error));
    const std::size_t got = piece.size() - parser.get().body().size;
    context->telemetry->received_bytes += static_cast<std::int64_t>(got);
    const bool taken = upload.append(std::as_bytes(std::span(piece.data(), got)));
    if (error && error != http::error::need_buffer) throw beast::system_error(error);
    if (taken) continue;
    ApiResponse refused = no_room(*artifacts);  // it has no length, or others were quicker
    co_await send_response(connection, &request, std::move(refused));
    co_return false;
  }
  connection->has_unread = false;
  ApiResponse answer{201, "{}"};
  switch (upload.finish()) {
    case ArtifactStore::Finish::done:
      break;
    case ArtifactStore::Finish::other_bytes:
      answer = api_error(422, "the bytes do not have the SHA-256 " + digest.hex());
      break;
    case ArtifactStore::Finish::no_room:
      answer = no_room(*artifacts);
      break;
  }
  co_return co_await send_response(connection, &request, std::move(answer));
}

}  // namespace

asio::awaitable<bool> serve_artifact(Connection* connection, HeaderParser* header,
                                     SessionContext* context) {
  const RequestHeader request = header->get();
  std::string_view name(request.target());
  name = name.substr(0, name.find('?')).substr(std::string_view("/artifacts/").size());
  const auto digest = Digest::parse(name);
  if (!digest) {
    ApiResponse answer = api_error(400, "an artifact's name is its SHA-256");
    co_return co_await send_response(connection, &request, std::move(answer));
  }
  const RouteFound route = find_route(std::string_view(request.method_string()), request.target());
  if (!route.allowed) {
    ApiResponse answer = refusal_of(request, route);
    co_return co_await send_response(connection, &request, std::move(answer));
  }
  if (request.method() == http::verb::put) {
    co_return co_await take_artifact(connection, header, context, *digest);
  }
  const bool there = context->artifacts->claim(*digest);
  if (request.method() == http::verb::head) {
    http::response<http::empty_body> message{there ? http::status::ok : http::status::not_found,
                                             11};
    connection->status = message.result_int();
    message.keep_alive(request.keep_alive());
    message.content_length(0);
    if (!there) message.set("Upload-Offset", std::to_string(context->artifacts->uploaded(*digest)));
    co_await http::async_write(connection->stream, message, use_awaitable);
    co_return request.keep_alive();
  }
  if (!there) {
    ApiResponse answer = api_error(404, "no artifact " + digest->hex());
    co_return co_await send_response(connection, &request, std::move(answer));
  }
  std::string path = context->artifacts->path_of(*digest).string();
  if (::access(path.c_str(), R_OK) != 0) {
    spdlog::error("event=artifact_unreadable file={} why=\"{}\"", path, std::strerror(errno));
    ApiResponse answer = api_error(500, "the artifact " + digest->hex() + " cannot be read");
    co_return co_await send_response(connection, &request, std::move(answer));
  }
  co_return co_await send_artifact(connection, &request, std::move(path), context->telemetry);
}

}  // namespace hone
