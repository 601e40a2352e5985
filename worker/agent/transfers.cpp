#include "worker/agent/transfers.hpp"

#include <boost/asio/post.hpp>
#include <exception>

#include "common/net/http_client.hpp"

namespace hone {

namespace {

/// An artifact that neither side has.
class LostArtifact : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void upload_one(ArtifactCache& cache, HttpClient& client, const Digest& digest) {
  if (client.has_artifact(digest)) return;
  if (!cache.has(digest)) throw LostArtifact("artifact " + digest.hex() + " is in no cache");
  client.put_artifact(digest, cache.path_of(digest));
}

}  // namespace

Transfers::Transfers(boost::asio::io_context& io, const std::filesystem::path& folder)
    : io_(io), cache_(folder) {}

Transfers::~Transfers() {
  pool_.stop();
  pool_.join();
}

template <class Result, class Job>
void Transfers::run(Job job, Hear<Result> hear) {
  boost::asio::post(pool_, [this, job = std::move(job), hear = std::move(hear)]() mutable {
    Answer<Result> answer;
    try {
      answer.result = job();
    } catch (const LostArtifact& error) {
      answer.error = error.what();
      answer.lost = true;
    } catch (const std::exception& error) {
      answer.error = error.what();
    }
    boost::asio::post(io_, [hear = std::move(hear), answer = std::move(answer)]() mutable {
      hear(std::move(answer));
    });
  });
}

void Transfers::fetch(Access access, std::vector<Input> inputs, Hear<Paths> hear) {
  run<Paths>(
      [this, access = std::move(access), inputs = std::move(inputs)] {
        HttpClient client(access);
        Paths paths;
        for (const Input& input : inputs) {
          const auto file = cache_.path_of(input.content);
          if (!cache_.has(input.content)) client.get_artifact(input.content, file);
          paths[input.name] = file.string();
        }
        return paths;
      },
      std::move(hear));
}

void Transfers::keep(Paths files, Hear<Digests> hear) {
  run<Digests>(
      [this, files = std::move(files)] {
        Digests digests;
        for (const auto& [name, file] : files) digests[name] = cache_.adopt(file);
        return digests;
      },
      std::move(hear));
}

void Transfers::upload(Access access, Digests artifacts, Hear<bool> hear) {
  run<bool>(
      [this, access = std::move(access), artifacts = std::move(artifacts)] {
        HttpClient client(access);
        for (const auto& [name, digest] : artifacts) upload_one(cache_, client, digest);
        return true;
      },
      std::move(hear));
}

}  // namespace hone
