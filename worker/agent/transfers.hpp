#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "common/message.hpp"
#include "common/net/access.hpp"
#include "common/net/http_client.hpp"
#include "worker/agent/artifact_cache.hpp"
#include "worker/agent/shared_folder.hpp"

namespace hone {

/// Where an agent keeps artifacts.
struct ArtifactPlace {
  std::filesystem::path cache;
  std::uint64_t limit = 0;       // bytes that the cache may take, see ArtifactCache
  std::string coordinator;       // whose artifacts they are, in a word, likewise
  std::filesystem::path shared;  // the coordinator's own folder where this host sees it; '' if not
};

/// Moves artifacts between the coordinator, the cache and trainers' folders on a thread of its own,
/// so that a large file delays no renewal. One job at a time, in order.
class Transfers {
 public:
  template <class Result>
  struct Answer {
    Result result{};
    std::string error;  // empty: it went well
    bool lost = false;  // trying again is of no use
  };
  template <class Result>
  using Hear = std::function<void(Answer<Result>)>;

  using Paths = std::map<std::string, std::string>;
  struct Fetched {
    Paths paths;
    // As long as these live the files stay. Shared, since answers are copied.
    std::shared_ptr<std::vector<PinnedArtifact>> pins;
  };
  using Digests = std::map<std::string, Digest>;

  /// `io` runs what hears the answers; it outlives this object.
  Transfers(boost::asio::io_context& io, const ArtifactPlace& place);

  /// Waits for the running job; those that have not begun are forgotten.
  ~Transfers();

  /// Finds all inputs in the shared folder, or brings them into the cache; hears their paths.
  void fetch(Access access, std::vector<Input> inputs, Hear<Fetched> hear);

  /// Moves files into the cache; hears their digests.
  void keep(Paths files, Hear<Digests> hear);

  /// Sends those of the cached artifacts that the coordinator lacks. Lost: so is one here.
  void upload(Access access, Digests artifacts, Hear<bool> hear);

  /// The cached artifact is not to be sent any more: it may go like any other.
  void give_up(const Digest& artifact);

 private:
  template <class Result, class Job>
  void run(Job job, Hear<Result> hear);

  Fetched fetch_all(const Access& access, const std::vector<Input>& inputs);
  void upload_one(HttpClient& client, const Digest& digest);

  boost::asio::io_context& io_;
  ArtifactCache cache_;  // like what follows, of the pool's one thread
  SharedFolder shared_;
  bool said_full_ = false;
  boost::asio::thread_pool pool_{1};
};

}  // namespace hone
