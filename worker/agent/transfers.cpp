#include "worker/agent/transfers.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "common/net/network_error.hpp"

namespace hone {

namespace {

/// An artifact that neither side has.
class LostArtifact : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace

Transfers::Transfers(boost::asio::io_context& io, const ArtifactPlace& place)
    : io_(io), cache_(place.cache, place.limit, place.coordinator), shared_(place.shared) {}

Transfers::~Transfers() {
  pool_.stop();
  pool_.join();
}

void Transfers::give_up(const Digest& artifact) {
  boost::asio::post(pool_, [this, artifact] { cache_.mark_sent(artifact); });
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
    } catch (const NotThereError& error) {
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

Transfers::Fetched Transfers::fetch_all(const Access& access, const std::vector<Input>& inputs) {
  HttpClient client(access);
  Fetched fetched{.paths = {}, .pins = std::make_shared<std::vector<PinnedArtifact>>()};
  for (const Input& input : inputs) {
    if (const auto file = shared_.find(input.content)) {
      fetched.paths[input.name] = file->string();
      continue;
    }
    const auto file = cache_.path_of(input.content);
    auto pin = cache_.pin(input.content);
    if (!pin) {
      client.get_artifact(input.content, file);
      pin = cache_.pin(input.content);
    }
    // Another agent made room in that very moment, say.
    if (!pin) throw std::runtime_error("artifact " + input.content.hex() + " went from the cache");
    fetched.pins->push_back(std::move(*pin));
    fetched.paths[input.name] = file.string();
  }
  const std::uint64_t over = cache_.make_room();
  if (over > 0 && !std::exchange(said_full_, true)) {
    spdlog::warn("cache-over-limit bytes={}: what runs or is not sent yet needs more", over);
  }
  return fetched;
}

void Transfers::fetch(Access access, std::vector<Input> inputs, Hear<Fetched> hear) {
  run<Fetched>([this, access = std::move(access),
                inputs = std::move(inputs)] { return fetch_all(access, inputs); },
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

void Transfers::upload_one(HttpClient& client, const Digest& digest) {
  if (!client.has_artifact(digest)) {
    const auto pin = cache_.pin(digest);
    if (!pin) throw LostArtifact("artifact " + digest.hex() + " is in no cache");
    // A shared folder that turns out to be another coordinator's is of no use.
    const bool shared = shared_.put(digest, cache_.path_of(digest)) && client.has_artifact(digest);
    if (!shared) client.put_artifact(digest, cache_.path_of(digest));
  }
  cache_.mark_sent(digest);
}

void Transfers::upload(Access access, Digests artifacts, Hear<bool> hear) {
  run<bool>(
      [this, access = std::move(access), artifacts = std::move(artifacts)] {
        HttpClient client(access);
        for (const auto& [name, digest] : artifacts) upload_one(client, digest);
        return true;
      },
      std::move(hear));
}

}  // namespace hone
