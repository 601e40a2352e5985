#include "tests/simulation/plants.hpp"

namespace hone::simulation {

namespace {

/// The attempt that the trial is leased for now, whichever the ticket names.
void forge(Store& store, Ticket& ticket) {
  Statement query = store.database().prepare("SELECT attempt FROM trial WHERE id = ?");
  query.bind(ticket.trial.value);
  if (query.step()) ticket.attempt = query.integer(0);
}

void believe(Store& store, Done& done) {
  Statement query = store.database().prepare(
      "SELECT split, image, iteration, metric, value FROM measurement WHERE trial = ? AND attempt "
      "= ?");
  query.bind(done.ticket.trial.value).bind(done.ticket.attempt);
  std::vector<Measurement> rows;
  while (query.step())
    rows.push_back({static_cast<Split>(query.integer(0)),
                    static_cast<std::int32_t>(query.integer(1)), static_cast<int>(query.integer(2)),
                    static_cast<Metric>(query.integer(3)), query.real(4)});
  done.rows = static_cast<std::int64_t>(rows.size());
  done.rows_digest = digest_of_rows(rows);
}

}  // namespace

bool spoil(Plant plant, Store& store, FromWorker& message) {
  auto* const done = std::get_if<Done>(&message);
  auto* const report = std::get_if<Report>(&message);
  if (plant == Plant::no_fencing && done != nullptr) forge(store, done->ticket);
  if (plant == Plant::no_fencing && report != nullptr) forge(store, report->ticket);
  if (plant == Plant::done_overtakes_rows && done != nullptr) believe(store, *done);
  if (auto* const failed = std::get_if<Failed>(&message);
      plant == Plant::progress_counts && failed != nullptr)
    failed->checkpoint = 0;
  if (plant == Plant::repeated_done_ignored && done != nullptr)
    return !store.is_accepted(done->ticket);
  return true;
}

std::string sql_of(Plant plant) {
  if (plant == Plant::ticket_reused)
    return "CREATE TEMP TRIGGER planted AFTER UPDATE OF state ON main.attempt WHEN new.state = "
           "'lost' "
           "BEGIN DELETE FROM measurement WHERE trial = new.trial AND attempt = new.attempt; "
           "DELETE FROM epoch WHERE trial = new.trial AND attempt = new.attempt; "
           "DELETE FROM attempt WHERE trial = new.trial AND attempt = new.attempt; "
           "UPDATE trial SET attempt = new.attempt - 1 WHERE id = new.trial; END";
  if (plant == Plant::edges_open_early)
    return "CREATE TEMP TRIGGER planted AFTER UPDATE OF state ON main.trial WHEN new.state = "
           "'leased' "
           "BEGIN UPDATE trial SET unmet = unmet - 1 WHERE unmet > 0 "
           "AND id IN (SELECT trial FROM need WHERE needs = new.id); END";
  return {};
}

}  // namespace hone::simulation
