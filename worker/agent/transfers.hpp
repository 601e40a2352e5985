#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "common/message.hpp"
#include "common/net/access.hpp"
#include "worker/agent/artifact_cache.hpp"

namespace hone {

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
  using Digests = std::map<std::string, Digest>;

  /// `io` runs what hears the answers; it outlives this object.
  Transfers(boost::asio::io_context& io, const std::filesystem::path& folder);

  /// Waits for the running job; those that have not begun are forgotten.
  ~Transfers();

  /// Brings all inputs into the cache; hears their paths.
  void fetch(Access access, std::vector<Input> inputs, Hear<Paths> hear);

  /// Moves files into the cache; hears their digests.
  void keep(Paths files, Hear<Digests> hear);

  /// Sends those of the cached artifacts that the coordinator lacks. Lost: so is one here.
  void upload(Access access, Digests artifacts, Hear<bool> hear);

 private:
  template <class Result, class Job>
  void run(Job job, Hear<Result> hear);

  boost::asio::io_context& io_;
  ArtifactCache cache_;  // of the pool's one thread
  boost::asio::thread_pool pool_{1};
};

}  // namespace hone
