#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "common/digest.hpp"
#include "common/ids.hpp"
#include "common/measurement.hpp"
#include "common/spec.hpp"

/// What the programs say to each other: two variants between worker and coordinator, two between
/// agent and trainer, one a direction. Plain values; common/wire.hpp turns them into JSON.
/// Durations, not times: nothing goes by two clocks. The one time, Particulars::clock, is for
/// people to see.
namespace hone {

/// Raised whenever a message changes; the coordinator refuses any other number.
inline constexpr int protocol_version = 7;

/// What an evaluation leaves to be looked at: masks of a few images at each iteration. A result
/// counts without it.
inline constexpr const char* film_strip_artifact = "film_strip";

// ---- worker -> coordinator ---------------------------------------------------------------------

/// What a worker says of its host, for people: nothing is decided by it. '' where it does not know.
struct Particulars {
  std::chrono::milliseconds clock{0};  // its wall clock, since 1970 UTC, when it said this
  std::string code;                    // of hone-worker, as code_version()
  std::string library;                 // of its trainers, "LibTorch 2.13.0 (AVX512)"
  std::string mpi;                     // likewise, "Open MPI v4.1.4"
  std::string nccl;                    // likewise, "2.21.5"
  std::string driver;                  // of its GPUs, "535.104.05"
  bool operator==(const Particulars&) const = default;
};

/// The first message of a connection.
struct Hello {
  int protocol = protocol_version;
  int trainer = trainer_version;
  std::string instance;  // random, made once per agent process
  std::string host;
  int slots = 1;
  int threads = 1;     // of each slot: trials that want more are not leased to this worker
  int ranks = 1;       // of the largest team that it can start, on its own slots or on more hosts
  std::string device;  // "cpu", or "cuda:" and its GPUs' UUIDs separated by commas
  std::vector<Precision> precisions;  // of trials that it takes
  std::int64_t memory_mib = 0;        // of its GPU that each slot may fill; 0: not limited
  std::vector<Ticket> holding;        // what this agent still works on or has spooled
  Particulars about = {};
  bool has_gpu() const { return device.starts_with("cuda"); }
  bool can(Precision precision) const {
    return std::find(precisions.begin(), precisions.end(), precision) != precisions.end();
  }
  bool operator==(const Hello&) const = default;
};

/// Offers `slots` free slots, instead of what was offered before. Answered by Assign or Idle; 0,
/// which asks for nothing any more, by nothing. All free slots are offered however few trials are
/// wanted: one may take several.
struct Ask {
  int slots = 1;
  int trials = 0;  // to be leased at most; 0: no limit
  /// What bits depend on besides a trial's numerics, as its trainers say: LibTorch and processor.
  /// Trials of one rank have the same bits wherever it is the same. '' where that is not known yet.
  std::string arithmetic = {};
  bool operator==(const Ask&) const = default;
};

/// New rows of a trial. Sent again until acknowledged; the same row twice is stored once.
struct Report {
  Ticket ticket;
  std::int64_t sequence = 0;  // echoed by Ack; counts up per ticket
  std::vector<Measurement> rows;
  std::vector<EpochRecord> epochs;
  bool operator==(const Report&) const = default;
};

/// "I am still at it": renews the leases. Carries where each trial stands, and what may have
/// changed since Hello.
struct Renew {
  struct Standing {
    Ticket ticket;
    int epoch = 0;
    int epochs = 0;
    double images_per_second = 0;
    bool operator==(const Standing&) const = default;
  };
  std::vector<Standing> trials;
  Particulars about = {};
  bool operator==(const Renew&) const = default;
};

/// Free slots that a trial takes of a worker with so many: one a rank, or all where its team is
/// larger and spreads over more hosts.
inline int slots_taken(const Numerics& numerics, int slots) {
  return std::min(numerics.ranks, slots);
}

enum class Outcome : std::uint8_t {
  finished,
  collapsed,  // trained, but the net gives (nearly) the same mask for every image (A37)
};

/// The trial is finished and everything it left is in the coordinator's hands.
struct Done {
  Ticket ticket;
  Outcome outcome = Outcome::finished;
  std::string reason;  // of a collapse, else empty
  std::int64_t rows = 0;
  Digest rows_digest;                       // digest_of_rows over all rows reported
  std::map<std::string, Digest> artifacts;  // "weights", "masks", film_strip_artifact
  std::string summary;                      // JSON object of facts worth keeping (best epoch, ...)
  bool operator==(const Done&) const = default;
};

enum class Failure : std::uint8_t {
  diverged,    // a loss that is not finite: final, the same spec would diverge again
  crashed,     // the trainer died or said something senseless: tried again
  impossible,  // the inputs or the spec cannot work here: final
  returned     // the worker gives the trial back, by no fault of the trial's: never counted
};

struct Failed {
  Ticket ticket;
  Failure failure = Failure::crashed;
  std::string reason;  // for people: signal, last log lines
  int checkpoint = 0;  // epoch of the newest checkpoint that the attempt made; 0: it made none
  bool operator==(const Failed&) const = default;
};

using FromWorker = std::variant<Hello, Ask, Report, Renew, Done, Failed>;

// ---- coordinator -> worker ---------------------------------------------------------------------

struct Welcome {
  WorkerId worker;
  std::int64_t epoch = 0;  // of the coordinator: +1 at each of its starts
  std::chrono::milliseconds lease{0};
  bool operator==(const Welcome&) const = default;
};

/// One input file of a trial: "pack", "masks" or "weights".
struct Input {
  std::string name;
  Digest content;
  bool operator==(const Input&) const = default;
};

struct Lease {
  Ticket ticket;
  TrialSpec spec;
  std::vector<Input> inputs;
  int film_strip = 0;  // images, at most, whose masks an evaluation leaves; no part of the result
  bool operator==(const Lease&) const = default;
};

struct Assign {
  std::vector<Lease> leases;  // never empty
  bool operator==(const Assign&) const = default;
};

/// Nothing to do now. The coordinator sends another Idle or an Assign when that changes, so a
/// worker need not ask again before `again` has passed.
struct Idle {
  std::chrono::milliseconds again{0};
  bool drained = false;  // no trial is waiting or running at all
  bool operator==(const Idle&) const = default;
};

/// `sequence` of `ticket` (or its Done or Failed, where sequence is -1) is durable.
struct Ack {
  Ticket ticket;
  std::int64_t sequence = 0;
  bool operator==(const Ack&) const = default;
};

/// Stop working on the trial and forget what is spooled of it: the lease is another's now.
struct Drop {
  Ticket ticket;
  std::string reason;
  bool operator==(const Drop&) const = default;
};

/// The connection is of no use; the coordinator closes it after this.
struct Refuse {
  std::string reason;
  bool operator==(const Refuse&) const = default;
};

using ToWorker = std::variant<Welcome, Assign, Idle, Ack, Drop, Refuse>;

// ---- agent -> trainer and back (one JSON object a line, over the trainer's stdin and stdout) ----

struct Train {
  Ticket ticket;
  TrialSpec spec;
  std::map<std::string, std::string> inputs;  // name -> path of a file
  std::string output;                         // an empty directory for what the trial leaves
  std::string checkpoint = {};                // where a training's checkpoints are; '' : none
  std::chrono::milliseconds checkpoint_interval{60'000};
  int film_strip = 0;  // as in Lease
  bool operator==(const Train&) const = default;
};

using ToTrainer = std::variant<Train>;

struct Ready {
  int trainer = trainer_version;
  std::string library;    // "LibTorch 2.13.0"
  std::string device;     // "cpu", or the name of the GPU
  std::string mpi = {};   // as in Particulars
  std::string nccl = {};  // likewise
  bool operator==(const Ready&) const = default;
};

struct Progress {
  Ticket ticket;
  int epochs = 0;  // planned at most
  EpochRecord epoch;
  bool operator==(const Progress&) const = default;
};

struct Rows {
  Ticket ticket;
  std::vector<Measurement> rows;
  bool operator==(const Rows&) const = default;
};

/// A checkpoint of the training after this epoch is on disk.
struct Kept {
  Ticket ticket;
  int epoch = 0;
  bool operator==(const Kept&) const = default;
};

struct Trained {
  Ticket ticket;
  Outcome outcome = Outcome::finished;
  std::string reason;
  std::map<std::string, std::string> artifacts;  // name -> path of a file in Train::output
  std::string summary;                           // JSON object
  bool operator==(const Trained&) const = default;
};

struct Broken {
  Ticket ticket;
  Failure failure = Failure::crashed;
  std::string reason;
  bool operator==(const Broken&) const = default;
};

using FromTrainer = std::variant<Ready, Progress, Rows, Kept, Trained, Broken>;

}  // namespace hone
