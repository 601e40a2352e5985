#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/message.hpp"
#include "worker/agent/spool.hpp"

namespace hone {

/// How a trial ended, as the coordinator shall hear it.
using Ending = std::variant<Done, Failed>;

/// Everything there is to say about one ticket, on disk before it may be sent, kept until it is
/// acknowledged.
///
/// 1. What `unacknowledged` gives is in the spool file, durably.
/// 2. No report is added after the ending. A failure may take the place of a Done whose artifacts
///    are lost, or a Done with fewer of them.
class Outbox {
 public:
  /// Takes up what the file already holds. Throws SpoolError; a record that is not a message about
  /// this ticket is a SpoolError too.
  Outbox(const Ticket& ticket, SpoolFile file);

  /// Writes rows and epochs down as one or several reports and returns them, encoded.
  std::vector<std::string> report(std::vector<Measurement> rows, std::vector<EpochRecord> epochs);

  /// Writes the ending down. Of a failure no rows are wanted any more: its reports are forgotten.
  void end(const Ending& ending);

  /// The ending, if it is written down.
  const std::optional<Ending>& ending() const { return ending_; }
  std::string encoded_ending() const;

  /// The reports to send (again), encoded, in their order.
  std::vector<std::string> unacknowledged() const;

  void acknowledge(std::int64_t sequence);

  /// Count and digest of all rows reported, as Done states them.
  std::int64_t row_count() const { return static_cast<std::int64_t>(rows_.size()); }
  Digest rows_digest() const { return digest_of_rows(rows_); }

  /// Removes the spool file.
  void forget() { file_.remove(); }

 private:
  void take_up(const std::string& record);

  Ticket ticket_;
  SpoolFile file_;
  std::vector<Measurement> rows_;
  std::deque<std::pair<std::int64_t, std::string>> reports_;  // sequence and text
  std::int64_t next_sequence_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace hone
