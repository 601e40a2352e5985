// HttpClient: uploads, which go on where a broken connection left them.

#include <boost/asio/write.hpp>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "common/net/http_talk.hpp"

namespace hone {

namespace talk {

/// A PUT of a file's bytes from `from` on.
struct FileRequest {
  http::request<http::empty_body> head;
  std::ifstream file;  // stands at the first of them
  std::uint64_t left = 0;

  auto method_string() const { return head.method_string(); }
  auto target() const { return head.target(); }
};

/// Piece by piece, so that the deadline is one of progress.
static asio::awaitable<void> send(WireStream& stream, FileRequest& request, Milliseconds limit) {
  http::request_serializer<http::empty_body> serializer(request.head);
  stream.expires_after(limit);
  co_await http::async_write_header(stream, serializer, use_awaitable);
  std::vector<char> piece(chunk);
  while (request.left > 0) {
    const std::size_t size = std::min<std::uint64_t>(piece.size(), request.left);
    request.file.read(piece.data(), static_cast<std::streamsize>(size));
    if (!request.file) throw NetworkError("a file became shorter while it was sent");
    stream.expires_after(limit);
    co_await asio::async_write(stream, asio::buffer(piece.data(), size), use_awaitable);
    request.left -= size;
  }
}

}  // namespace talk

namespace {

using namespace talk;  // NOLINT: its own words

constexpr int looks = 5;  // for where it stands, after a break
constexpr Milliseconds look_pause{100};

/// Where an upload of the artifact goes on: the coordinator's Upload-Offset, or 0. Nothing: it is
/// there.
std::optional<std::uint64_t> uploaded(const Access& access, Milliseconds limit,
                                      const Digest& digest) {
  auto request = make_request<http::empty_body>(access, http::verb::head, target_of(digest));
  http::response_parser<http::string_body> parser;
  parser.skip(true);
  converse(access, {limit, limit}, request, parser);
  if (parser.get().result_int() == 200) return {};
  const std::string_view said(parser.get()["Upload-Offset"]);
  std::uint64_t offset = 0;
  std::from_chars(said.data(), said.data() + said.size(), offset);
  return offset;
}

/// After a break the coordinator may not have read yet what had come: it is asked again for a
/// moment.
std::optional<std::uint64_t> uploaded_beyond(const Access& access, Milliseconds limit,
                                             const Digest& digest, std::uint64_t before) {
  std::optional<std::uint64_t> offset = 0;
  for (int look = 0; look < looks && offset && *offset <= before; ++look) {
    if (look > 0) std::this_thread::sleep_for(look_pause);
    offset = uploaded(access, limit, digest);
  }
  return offset;
}

FileRequest request_of(const Access& access, const Digest& digest,
                       const std::filesystem::path& file, std::uint64_t from) {
  FileRequest request{make_request<http::empty_body>(access, http::verb::put, target_of(digest)),
                      std::ifstream(file, std::ios::binary)};
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  request.file.seekg(static_cast<std::streamoff>(from));
  if (error || !request.file) throw NetworkError("cannot read " + file.string());
  request.left = size - from;
  request.head.set(http::field::content_type, "application/octet-stream");
  request.head.content_length(request.left);
  if (from > 0)
    request.head.set(http::field::content_range, "bytes " + std::to_string(from) + "-" +
                                                     std::to_string(size - 1) + "/" +
                                                     std::to_string(size));
  return request;
}

/// What a refusal says: {"error": "..."} of the coordinator, or whatever a proxy wrote.
std::string reason_of(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const bool is_ours = json.is_object() && json.contains("error") && json["error"].is_string();
  return is_ours ? json["error"].get<std::string>() : body;
}

/// False if the upload no longer stands there, as when another sends the same.
bool send_from(const Access& access, Milliseconds limit, FileRequest request) {
  const bool goes_on = !request.head[http::field::content_range].empty();
  http::response_parser<http::string_body> parser;
  converse(access, {limit, limit}, request, parser);
  const unsigned status = parser.get().result_int();
  if (goes_on && status == 409) return false;
  if (status < 300) return true;
  throw NetworkError("PUT " + std::string(request.target()) + ": the coordinator answered " +
                     std::to_string(status) + ": " + reason_of(parser.get().body()));
}

}  // namespace

void HttpClient::put_artifact(const Digest& digest, const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) throw NetworkError("cannot read " + file.string() + ": " + error.message());
  auto from = uploaded(access_, timeout_, digest);
  while (from) {
    if (*from >= size) from = 0;  // of other bytes under this name
    try {
      if (send_from(access_, timeout_, request_of(access_, digest, file, *from))) return;
      from = 0;
    } catch (const BrokenConnection&) {
      const auto now = uploaded_beyond(access_, timeout_, digest, *from);
      if (now && *now <= *from) throw;
      from = now;
    }
  }
}

}  // namespace hone
