#include "worker/agent/time_left.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "common/duration.hpp"

namespace hone {

namespace {

using std::chrono::seconds;

constexpr seconds margin{15};  // for trials to be stopped and the coordinator to hear of it

[[noreturn]] void refuse(const std::string& what) {
  throw TimeLeftError("--time-left: " + what);
}

std::optional<long long> number(std::string_view text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

// What `squeue` says of a job. The number has been checked: it is digits alone.
std::string ask_squeue(long long job) {
  const std::string command = "squeue --noheader --format %L --jobs " + std::to_string(job);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 128> line{};
  if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) {
    refuse("'" + command + "' gives no answer; give the seconds");
  }
  std::string text = line.data();
  std::erase_if(text, [](char c) { return c == '\n' || c == ' '; });
  return text;
}

std::optional<seconds> time_left_of_job() {
  if (const char* const end = std::getenv("SLURM_JOB_END_TIME"); end != nullptr) {
    const auto instant = number(end);
    if (!instant) refuse("SLURM_JOB_END_TIME is '" + std::string(end) + "', which is no time");
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::max(seconds(0), seconds(*instant) - std::chrono::ceil<seconds>(now));
  }
  const char* const job = std::getenv("SLURM_JOB_ID");
  if (job == nullptr) {
    refuse("'auto' works in a Slurm job, and SLURM_JOB_ID is not set; give the seconds");
  }
  const auto id = number(job);
  if (!id) refuse("SLURM_JOB_ID is '" + std::string(job) + "', which is no number");
  return parse_slurm_time(ask_squeue(*id));
}

}  // namespace

std::optional<seconds> parse_slurm_time(const std::string& text) {
  if (text == "UNLIMITED" || text == "NOT_SET") return {};
  constexpr std::array<int, 3> units{1, 60, 3600};
  std::string_view rest = text;
  long long total = 0;
  const std::size_t dash = rest.find('-');
  if (dash != std::string_view::npos) {
    const auto days = number(rest.substr(0, dash));
    if (!days) refuse("'" + text + "' is no time");
    total = *days * 24 * 3600;
    rest.remove_prefix(dash + 1);
  }
  for (const int unit : units) {
    const std::size_t colon = rest.rfind(':');
    const bool is_first = colon == std::string_view::npos;
    const auto value = number(is_first ? rest : rest.substr(colon + 1));
    if (!value) refuse("'" + text + "' is no time");
    total += *value * unit;
    if (is_first) return seconds(total);
    rest = rest.substr(0, colon);
  }
  refuse("'" + text + "' is no time");
}

std::optional<seconds> time_left(const std::string& text) {
  if (text == "auto") return time_left_of_job();
  try {
    const auto given = std::chrono::floor<seconds>(parse_duration(text));
    if (given >= seconds(1)) return given;
  } catch (const std::invalid_argument&) {
    // said below, with the other word that is possible
  }
  refuse("'" + text +
         "' is neither 'auto' nor a duration of a second or more, as 3600 or 2h 30min");
}

TimeLeft::TimeLeft(boost::asio::io_context& io, std::optional<Instant> end, TimeLeftEvents events)
    : events_(std::move(events)), last_start_timer_(io), checkpoint_timer_(io), stop_timer_(io) {
  if (!end) return;
  const Instant::duration none{}, left = std::max(*end - std::chrono::steady_clock::now(), none);
  stop_ = *end - std::min<Instant::duration>(left / 4, margin);
  checkpoint_ = *stop_ - std::min<Instant::duration>(left / 8, margin);
}

void TimeLeft::call_at(boost::asio::steady_timer& timer, Instant time,
                       const std::function<void()>& event) {
  timer.expires_at(time);
  timer.async_wait([&event](boost::system::error_code error) {
    if (!error) event();
  });
}

void TimeLeft::start() {
  if (!stop_) return;
  call_at(checkpoint_timer_, *checkpoint_, events_.on_last_checkpoint);
  call_at(stop_timer_, *stop_, events_.on_end);
  watch_last_start();
}

void TimeLeft::learn(std::chrono::milliseconds duration) {
  if (!stop_ || duration <= longest_) return;
  longest_ = duration;
  watch_last_start();
}

void TimeLeft::watch_last_start() {
  if (*stop_ - longest_ <= std::chrono::steady_clock::now()) {
    last_start_timer_.cancel();
    return events_.on_last_start();
  }
  call_at(last_start_timer_, *stop_ - longest_, events_.on_last_start);
}

}  // namespace hone
