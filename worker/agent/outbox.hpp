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
/// acknowledged. What a full disk does not take waits in memory, in its order.
///
/// 1. What `unacknowledged` and `write_down` give is in the spool file, durably.
/// 2. No report is added after the ending. A failure may take the place of a Done whose artifacts
///    are lost, or a Done with fewer of them.
class Outbox {
 public:
  /// Takes up what the file already holds. Throws ForeignSpool for a record that is not a message
  /// of this version.
  Outbox(const Ticket& ticket, SpoolFile file);

  /// Makes one or several reports of rows and epochs; what write_down() gives.
  std::vector<std::string> report(std::vector<Measurement> rows, std::vector<EpochRecord> epochs);

  /// Likewise the ending. Of a failure no rows are wanted any more: its reports are forgotten.
  std::vector<std::string> end(const Ending& ending);

  /// Writes down what is not yet, as far as the disk takes it. The reports among it, encoded: they
  /// may be sent now.
  std::vector<std::string> write_down();

  /// Why something is not written down; '' when all is.
  const std::string& trouble() const { return trouble_; }

  /// The ending, if there is one. It may be sent when all is written down.
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
  struct Record {
    std::optional<std::int64_t> sequence;  // of a report; of an ending none
    std::string text;
  };
  void take_up(const std::string& record);

  Ticket ticket_;
  SpoolFile file_;
  std::vector<Measurement> rows_;
  std::deque<std::pair<std::int64_t, std::string>> reports_;  // sequence and text
  std::deque<Record> unwritten_;
  std::string trouble_;
  std::int64_t next_sequence_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace hone
