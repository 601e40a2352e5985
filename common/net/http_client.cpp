#include "common/net/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <vector>

#include "common/net/durable.hpp"
#include "common/net/file_digest.hpp"
#include "common/net/http_talk.hpp"
#include "common/net/partial_file.hpp"

namespace hone {

namespace {

using namespace talk;  // NOLINT: its own words

constexpr std::uint64_t longest_answer = 1ULL << 30U;  // bytes of a body that is kept in memory

HttpResponse converse_text(const Access& access, Limits limits,
                           http::request<http::string_body>& request) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(longest_answer);
  if (request.method() == http::verb::head) parser.skip(true);
  converse(access, limits, request, parser);
  return {.status = parser.get().result_int(), .body = std::move(parser.get().body())};
}

// Removes the half-written file however the download ends.
struct Removed {
  std::filesystem::path file;
  ~Removed() {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
};

void require_ok(unsigned status, const std::string& doing) {
  if (status >= 200 && status < 300) return;
  throw NetworkError(doing + ": the coordinator answered " + std::to_string(status));
}

/// Of what the coordinator should have and has not.
std::string lost(std::string_view artifact, const std::string& how) {
  return std::string(artifact) + " " + how + ": see 'hone repair' on the coordinator's machine";
}

/// Asks for what the file lacks and appends it as it comes: never more than a piece is in memory.
asio::awaitable<void> receive_rest(WireStream& stream, http::request<http::empty_body>& request,
                                   PartialFile& file, Milliseconds limit) {
  co_await send(stream, request, limit);
  beast::flat_buffer buffer(chunk);
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  stream.expires_after(limit);
  co_await http::async_read_header(stream, buffer, parser, use_awaitable);
  const unsigned status = parser.get().result_int();
  if (status == 500)
    throw NetworkError(lost(request.target(), "cannot be read by the coordinator"));
  if (status == 404) throw NotThereError(lost(request.target(), "is not there any more"));
  require_ok(status, "GET " + std::string(request.target()));
  const std::string from = "bytes " + std::to_string(file.size()) + "-";
  const bool goes_on = parser.get()[http::field::content_range].starts_with(from);
  if (status != 206 || !goes_on) file.restart();  // all of it comes
  if (status == 206 && !goes_on) {
    throw NetworkError("GET " + std::string(request.target()) + ": another part was sent");
  }
  std::vector<char> piece(chunk);
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    stream.expires_after(limit);
    beast::error_code error;
    co_await http::async_read_some(stream, buffer, parser,
                                   asio::redirect_error(use_awaitable, error));
    file.append({piece.data(), piece.size() - parser.get().body().size});
    if (error && error != http::error::need_buffer) throw boost::system::system_error(error);
  }
}

void download_rest(const Access& access, Milliseconds limit, const Digest& digest,
                   PartialFile& file) {
  auto request = make_request<http::empty_body>(access, http::verb::get, target_of(digest));
  if (file.size() > 0) {
    request.set(http::field::range, "bytes=" + std::to_string(file.size()) + "-");
  }
  with_connection(access, limit, request,
                  [&](WireStream& stream) { return receive_rest(stream, request, file, limit); });
}

/// A connection that breaks is made anew and goes on where it was, as long as each brings
/// something.
void download(const Access& access, Milliseconds limit, const Digest& digest,
              const std::filesystem::path& name) {
  PartialFile file(name);
  while (true) {
    const std::uint64_t before = file.size();
    try {
      return download_rest(access, limit, digest, file);
    } catch (const BrokenConnection&) {
      if (file.size() <= before) throw;
    }
  }
}

}  // namespace

HttpClient::HttpClient(Access access, std::chrono::milliseconds timeout,
                       std::chrono::milliseconds patience)
    : access_(std::move(access)), timeout_(timeout), patience_(patience) {}

HttpResponse HttpClient::get(const std::string& target) {
  auto request = make_request<http::string_body>(access_, http::verb::get, target);
  return converse_text(access_, {timeout_, timeout_}, request);
}

HttpResponse HttpClient::post(const std::string& target, const std::string& json) {
  auto request = make_request<http::string_body>(access_, http::verb::post, target);
  request.set(http::field::content_type, "application/json");
  request.body() = json;
  request.prepare_payload();
  return converse_text(access_, {timeout_, patience_}, request);
}

bool HttpClient::has_artifact(const Digest& digest) {
  auto request = make_request<http::string_body>(access_, http::verb::head, target_of(digest));
  const HttpResponse response = converse_text(access_, {timeout_, timeout_}, request);
  if (response.status == 404) return false;
  require_ok(response.status, "HEAD " + target_of(digest));
  return true;
}

void HttpClient::get_artifact(const Digest& digest, const std::filesystem::path& file) {
  // Several processes may fetch the same artifact into the same cache, so each has its own name.
  const Removed beside{file.string() + "." + random_token().substr(0, 16) + ".part"};
  download(access_, timeout_, digest, beside.file);
  if (digest_of_file(beside.file) != digest) {
    throw NetworkError(lost(target_of(digest), "has other bytes than its SHA-256 says"));
  }
  make_durable(beside.file);
  std::error_code error;
  // Another process may have been quicker, and be reading its file by now: that one stays.
  std::filesystem::create_hard_link(beside.file, file, error);
  if (error == std::errc::file_exists) return;
  if (error) std::filesystem::rename(beside.file, file, error);
  if (error) throw NetworkError("cannot write " + file.string() + ": " + error.message());
}

}  // namespace hone
