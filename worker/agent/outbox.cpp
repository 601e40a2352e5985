#include "worker/agent/outbox.hpp"

#include <algorithm>

#include "common/wire.hpp"

namespace hone {

namespace {

constexpr std::size_t most_rows = 4000;  // of one report: a few hundred kilobytes

std::string encode_ending(const Ending& ending) {
  return std::visit([](const auto& message) { return encode(FromWorker(message)); }, ending);
}

}  // namespace

Outbox::Outbox(const Ticket& ticket, SpoolFile file) : ticket_(ticket), file_(std::move(file)) {
  for (const std::string& record : file_.take_records()) take_up(record);
}

void Outbox::take_up(const std::string& record) {
  try {
    FromWorker message = decode_from_worker(record);
    if (auto* report = std::get_if<Report>(&message)) {
      next_sequence_ = report->sequence + 1;
      rows_.insert(rows_.end(), report->rows.begin(), report->rows.end());
      reports_.emplace_back(report->sequence, record);
    } else if (auto* done = std::get_if<Done>(&message)) {
      ending_ = *done;
    } else if (auto* failed = std::get_if<Failed>(&message)) {
      ending_ = *failed;
      reports_.clear();
    }
  } catch (const WireError& error) {
    throw ForeignSpool("spool of ticket " + text_of(ticket_) + ": " + error.what());
  }
}

std::vector<std::string> Outbox::report(std::vector<Measurement> rows,
                                        std::vector<EpochRecord> epochs) {
  for (std::size_t from = 0; from < rows.size() || !epochs.empty(); from += most_rows) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(std::min(from, rows.size()));
    const auto end =
        rows.begin() + static_cast<std::ptrdiff_t>(std::min(from + most_rows, rows.size()));
    const Report report{.ticket = ticket_,
                        .sequence = next_sequence_++,
                        .rows = {begin, end},
                        .epochs = std::exchange(epochs, {})};
    unwritten_.push_back({report.sequence, encode(report)});
    rows_.insert(rows_.end(), begin, end);
  }
  return write_down();
}

std::vector<std::string> Outbox::end(const Ending& ending) {
  ending_ = ending;
  if (std::holds_alternative<Failed>(ending)) {
    reports_.clear();
    unwritten_.clear();
  }
  unwritten_.push_back({{}, encode_ending(ending)});
  return write_down();
}

std::vector<std::string> Outbox::write_down() {
  std::vector<std::string> texts;
  trouble_.clear();
  try {
    for (; !unwritten_.empty(); unwritten_.pop_front()) {
      Record& record = unwritten_.front();
      file_.append(record.text);
      if (!record.sequence) continue;
      texts.push_back(record.text);
      reports_.emplace_back(*record.sequence, std::move(record.text));
    }
  } catch (const SpoolError& error) {
    trouble_ = error.what();
  }
  return texts;
}

std::string Outbox::encoded_ending() const {
  return encode_ending(ending_.value());
}

std::vector<std::string> Outbox::unacknowledged() const {
  std::vector<std::string> texts;
  for (const auto& [sequence, text] : reports_) texts.push_back(text);
  return texts;
}

void Outbox::acknowledge(std::int64_t sequence) {
  std::erase_if(reports_, [&](const auto& report) { return report.first == sequence; });
}

}  // namespace hone
