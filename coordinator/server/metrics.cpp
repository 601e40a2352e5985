#include "coordinator/server/metrics.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <map>

#include "common/version.hpp"
#include "coordinator/server/exposition.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int rest_factor = 19;  // times as long as counting took

std::int64_t version_of_data(Database& database) {
  Statement query = database.prepare("PRAGMA data_version");
  query.step();
  return query.integer(0);
}

/// Bytes; 0 if there is no such file.
double size_of(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : static_cast<double>(size);
}

void write_sweeps(Exposition& page, Database& database, const std::vector<TrialCounts::Row>& rows,
                  std::chrono::duration<double> age) {
  Statement query = database.prepare("SELECT id, name, state, priority FROM sweep ORDER BY id");
  page.family("hone_sweep_info", "gauge", "1 for each sweep, with its name and state.");
  while (query.step())
    page.sample({{"sweep", query.text(0)}, {"name", query.text(1)}, {"state", query.text(2)}}, 1);
  query.reset();
  page.family("hone_sweep_priority", "gauge", "Priority of the sweep: the greater goes first.");
  while (query.step()) page.sample({{"sweep", query.text(0)}}, query.real(3));
  page.family("hone_trials", "gauge", "Trials of the sweep in the state.");
  for (const TrialCounts::Row& row : rows)
    page.sample({{"sweep", std::to_string(row.sweep)}, {"state", row.state}},
                static_cast<double>(row.trials));
  page.family("hone_trials_age_seconds", "gauge",
              "Age of hone_trials; 0 while nothing has changed since it was counted.");
  page.sample(age.count());
}

void write_workers(Exposition& page, const MetricsInput& input) {
  double rate = 0;
  for (const auto& [trial, standing] : input.live.standings) rate += standing.images_per_second;
  page.family("hone_workers", "gauge", "Connected workers.");
  page.sample(static_cast<double>(input.live.workers));
  page.family("hone_slots", "gauge", "Slots of the connected workers.");
  page.sample(static_cast<double>(input.slots));
  page.family("hone_leases", "gauge", "Trials that are leased to workers.");
  page.sample(static_cast<double>(input.leases));
  page.family("hone_images_per_second", "gauge",
              "Images that running trainings pass, by their last sign of life.");
  page.sample(rate);
  page.family("hone_watchers", "gauge", "Open dashboards.");
  page.sample(static_cast<double>(input.watchers));
}

void write_work(Exposition& page, const MetricsInput& input) {
  const Service::Tally& tally = input.tally;
  page.family("hone_leases_granted_total", "counter", "Leases given to workers.");
  page.sample(static_cast<double>(tally.leases));
  page.family("hone_attempts_total", "counter", "Attempts that have ended, by how.");
  for (const auto& [end, count] : {std::pair{"done", tally.done},
                                   {"diverged", tally.diverged},
                                   {"failed", tally.failed},
                                   {"lost", tally.lost}})
    page.sample({{"end", end}}, static_cast<double>(count));
  page.family("hone_rows_total", "counter",
              "Rows of measurements and epochs that workers reported and that were stored.");
  page.sample(static_cast<double>(tally.rows));
  page.family("hone_stale_messages_total", "counter",
              "Messages of workers that were refused because their lease was over.");
  page.sample(static_cast<double>(input.live.refused_stale));
}

void write_disagreements(Exposition& page, Database& database) {
  Statement query = database.prepare("SELECT count(*) FROM disagreement");
  query.step();
  page.family("hone_disagreements", "gauge",
              "Attempts that gave other rows on an equal processor; 'hone doctor' says more.");
  page.sample(query.real(0));
}

void write_files(Exposition& page, const MetricsInput& input) {
  const Telemetry& telemetry = input.telemetry;
  page.family("hone_database_size_bytes", "gauge", "The database file.");
  page.sample(size_of(input.database));
  page.family("hone_database_wal_size_bytes", "gauge", "The write-ahead log beside it.");
  page.sample(size_of(input.database.string() + "-wal"));
  std::error_code none;
  const fs::space_info space = fs::space(input.artifacts, none);
  page.family("hone_state_free_bytes", "gauge", "Free space of the state folder's file system.");
  page.sample(none ? 0 : static_cast<double>(space.available));
  page.family("hone_artifact_uploads", "gauge", "Uploads of artifacts under way.");
  page.sample(static_cast<double>(telemetry.uploads));
  page.family("hone_artifact_received_bytes_total", "counter", "Bytes of artifacts that came in.");
  page.sample(static_cast<double>(telemetry.received_bytes));
  page.family("hone_artifact_sent_bytes_total", "counter", "Bytes of artifacts that went out.");
  page.sample(static_cast<double>(telemetry.sent_bytes));
}

void write_requests(Exposition& page, const Telemetry& telemetry) {
  page.family("hone_http_requests_total", "counter",
              "Requests by method, route and status; route \"\": there is none, code 0: cut off.");
  std::map<std::string_view, Telemetry::Answered> by_route;
  for (const auto& [key, answered] : telemetry.answered) {
    page.sample(
        {{"method", key.method}, {"route", key.route}, {"code", std::to_string(key.status)}},
        static_cast<double>(answered.requests));
    by_route[key.route].requests += answered.requests;
    by_route[key.route].seconds += answered.seconds;
  }
  page.family("hone_http_request_duration_seconds", "summary",
              "From a request's header to the end of its answer; sockets count 0.");
  for (const auto& [route, answered] : by_route)
    page.summary({{"route", route}}, answered.seconds, answered.requests);
}

void write_process(Exposition& page, const Telemetry& telemetry) {
  page.family("hone_build_info", "gauge", "1, with the version of this coordinator.");
  page.sample({{"version", code_version()},
               {"protocol", std::to_string(protocol_version)},
               {"trainer", std::to_string(trainer_version)}},
              1);
  page.family("process_start_time_seconds", "gauge", "Start of the process, since 1970.");
  page.sample(std::chrono::duration<double>(telemetry.started.time_since_epoch()).count());
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  page.family("process_cpu_seconds_total", "counter", "Processor time of the process.");
  page.sample(seconds(used.ru_utime) + seconds(used.ru_stime));
  double pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;  // the second number
  page.family("process_resident_memory_bytes", "gauge", "Memory of the process that is resident.");
  page.sample(pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace

const std::vector<TrialCounts::Row>& TrialCounts::look(Database& database, Clock::time_point now) {
  seen_ = version_of_data(database);
  if (seen_ == version_ || now < not_before_) return rows_;
  const auto begin = Clock::now();
  Statement query =
      database.prepare("SELECT sweep, state, sum(trials) FROM sweep_state GROUP BY sweep, state");
  rows_.clear();
  while (query.step()) rows_.push_back({query.integer(0), query.text(1), query.integer(2)});
  version_ = seen_;
  counted_ = now;
  not_before_ = now + (1 + rest_factor) * (Clock::now() - begin);
  return rows_;
}

std::chrono::duration<double> TrialCounts::age(Clock::time_point now) const {
  if (seen_ == version_) return {};
  return now - counted_;
}

std::string metrics_text(Database& database, TrialCounts& counts, const MetricsInput& input) {
  const auto now = Clock::now();
  const std::vector<TrialCounts::Row>& rows = counts.look(database, now);
  Exposition page;
  write_process(page, input.telemetry);
  write_sweeps(page, database, rows, counts.age(now));
  write_workers(page, input);
  write_work(page, input);
  write_disagreements(page, database);
  write_files(page, input);
  write_requests(page, input.telemetry);
  return page.text();
}

}  // namespace hone
