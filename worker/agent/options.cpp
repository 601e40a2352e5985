#include "worker/agent/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include "common/duration.hpp"
#include "common/net/processor.hpp"
#include "common/version.hpp"
#include "worker/agent/environment.hpp"
#include "worker/agent/time_left.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;

constexpr int wrong_usage = 2;
constexpr std::chrono::minutes give_up_when_draining{30};

constexpr const char* examples = R"(Examples:
  hone-worker                                      on this host, all cores, one thread a trial
  hone-worker --slots 2 --threads 4                two trials at a time, four threads each
  hone-worker --gpus 0,1 --slots 4                 two trials on each of two GPUs
  hone-worker --gpus 0 --gpu-memory 6000           only trials that fit into 6000 MiB
  mpirun -n 2 --bind-to none hone-worker --access run/worker.json --until-drained
  hone-worker --cache /local/hone --cache-limit 50G --artifacts ~/sweeps/artifacts
  hone-worker --slots 1 --hosts h1:1,h2:1          teams of two ranks over two hosts
  srun -N 8 --ntasks-per-node 1 hone-worker --access ~/run/worker.json

Ctrl-C: take no new trials, finish those that run, exit. Ctrl-C again: stop them at once;
the coordinator gives them to others. SIGUSR1, which Slurm's --signal can send before a job's end:
take no new trials; what runs may go on until 15 seconds before the end (--time-left). Either has
trainings keep a checkpoint at the end of their epoch, where the next attempt goes on.

HONE_CLIENT_CERTIFICATE and HONE_CLIENT_KEY name the PEM files that are shown to a coordinator that asks
for them (hone serve --client-ca).)";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

fs::path default_access() {
  if (const std::string file = variable("HONE_ACCESS"); !file.empty()) return file;
  if (const std::string state = variable("HONE_STATE"); !state.empty()) {
    return fs::path(state) / "worker.json";
  }
  return fs::path("hone-state") / "worker.json";
}

fs::path default_cache() {
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    return fs::path(cache) / "hone";
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "hone";
  }
  return fs::temp_directory_path() / "hone-cache";
}

fs::path default_trainer() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "hone-trainer";
}

struct Given {
  int slots = 0;  // 0: as many as there are cores for
  int count = 0;
  std::string grace;
  std::string give_up;
  std::string hosts;
  std::string mpirun_arguments;
  std::string time_left;
  std::string trial_limit;
  std::string silence;
  std::string bf16 = "auto";
  std::string gpus = "all";
  long long gpu_memory = -1;  // MiB; -1: worked out
  std::string checkpoint = "60";
  long long ends_at = -1;  // milliseconds of the steady clock
};

/// Where teams run: on this host's slots, or also on those that --hosts names.
TeamPlace team_place(const Given& given, TeamPlace place, int slots) {
  std::istringstream words(given.mpirun_arguments);
  for (std::string word; words >> word;) place.arguments.push_back(word);
  place.hosts = given.hosts.empty() ? std::vector<TeamHost>{{"localhost", slots}}
                                    : parse_hosts(given.hosts, host_name(), slots);
  return place;
}

void describe_slots(CLI::App& app, WorkerOptions& options, Given& given) {
  app.add_option("--slots", given.slots, "Trials at the same time [one a GPU, or cores / threads]")
      ->check(CLI::Range(1, 1024));
  app.add_option("--threads", options.threads, "Threads of each trial [1]")
      ->check(CLI::Range(1, 1024));
  app.add_option("--bf16", given.bf16,
                 "Whether to take trials with numerics.precision bf16: yes, no, or auto, where the "
                 "processor has instructions for it or there are GPUs [auto]")
      ->check(CLI::IsMember({"auto", "yes", "no"}));
  app.add_option("--gpus", given.gpus,
                 "GPUs for trials with numerics.device cuda: all, none, or UUIDs or numbers "
                 "separated by commas [all]; slots take turns with them");
  app.add_option("--gpu-memory", given.gpu_memory,
                 "MiB of GPU memory for each trial [the GPU's, shared out among its slots]; 0: no "
                 "limit. Trials that are taken to need more are left to other workers")
      ->check(CLI::Range(0LL, 100'000'000LL));
}

void describe_teams(CLI::App& app, WorkerOptions& options, Given& given) {
  app.add_option(
      "--hosts", given.hosts,
      "Hosts for teams of ranks that this host has too few slots for, as mpirun's --host "
      "has them (h1:2,h2:2), or a host file; they are this worker's alone");
  app.add_option("--mpirun", options.team.mpirun, "The mpirun that starts teams [found in PATH]");
  app.add_option(
      "--mpirun-args", given.mpirun_arguments,
      "Further arguments for it, separated by blanks (\"--mca btl_tcp_if_include eth0\")");
}

void describe_files(CLI::App& app, WorkerOptions& options, Given& given) {
  app.add_option("--access", options.access,
                 "The coordinator's access file [HONE_ACCESS, or worker.json in HONE_STATE or in "
                 "./hone-state]; waited for if it is not there");
  app.add_option("--cache", options.cache,
                 "Folder for artifacts and unsent results [XDG_CACHE_HOME/hone or ~/.cache/hone]");
  app.add_option("--cache-limit", options.cache_limit,
                 "Bytes of artifacts kept there, as 500M or 20G [20G]: what was used longest ago "
                 "goes, but never what a trial of any worker on this folder uses or has not sent")
      ->transform(CLI::AsSizeValue(false))
      ->transform(CLI::Validator(  // the last one added looks first
          [](const std::string& text) {
            return text.starts_with('-') ? "expected a size of 0 or more, found " + text : "";
          },
          ""));
  app.add_option("--artifacts", options.shared,
                 "The coordinator's artifact folder (STATE/artifacts) where this host sees it: "
                 "files are read there, and linked from a cache on the same "
                 "file system, instead of sent")
      ->check(CLI::ExistingDirectory);
  app.add_option("--trainer", options.trainer, "The trainer program [hone-trainer beside this]");
  app.add_option(
         "--checkpoint", given.checkpoint,
         "Time at least between checkpoints of a training, kept in the cache: tried again there, "
         "it "
         "goes on from the last one and comes to the same bits. 30 (seconds), 5min; 0: none [60]")
      ->envname("HONE_CHECKPOINT");
}

void describe_end(CLI::App& app, WorkerOptions& options, Given& given) {
  app.add_flag("--until-drained", options.until_drained,
               "Exit when no trial is waiting or running anywhere");
  app.add_option("--count", given.count, "Exit after this many trials")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--grace", given.grace,
                 "Time that running trials get after a first signal, as 20 (seconds) or 5min "
                 "[without end]; 0: none");
  app.add_option("--give-up", given.give_up,
                 "Exit when the coordinator or its access file has been out of reach for so long "
                 "and nothing trains here [30min with --until-drained, else never]; the status is "
                 "0, for mpirun to leave the other workers alone; results not sent stay in the "
                 "cache, and the next worker sends them");
  app.add_option(
      "--time-left", given.time_left,
      "Time until the job ends that this worker is in, as 3600 (seconds) or 2h 30min, or "
      "'auto': what Slurm grants. "
      "No trial is taken that would take longer (as long as the longest so far); what "
      "runs is given back 15 seconds before the end, with a checkpoint of the 15 before that");
  app.add_flag("--with-parent", options.with_parent,
               "Stop when the process that started this one ends, however it ends");
  // Hidden: the supervisor's own.
  app.add_flag("--agent", options.is_agent)->group("");
  app.add_option("--ends-at", given.ends_at)->group("");
}

void describe_limits(CLI::App& app, Given& given) {
  app.add_option(
      "--trial-limit", given.trial_limit,
      "Time that an attempt of a trial may train here, as 90min or 6h [without end]; one "
      "that takes longer is stopped and counts as a crash, and the next goes on from its "
      "checkpoint");
  app.add_option("--silence", given.silence,
                 "Time without an epoch or a row after which a trainer is taken to hang, and "
                 "killed: its trial counts as crashed [20 times its longest epoch, but at least "
                 "10min; 6h until its first]")
      ->envname("HONE_TRAINER_SILENCE");
}

int slots_for(const WorkerOptions& options) {
  if (!options.gpus.empty()) return static_cast<int>(options.gpus.size());
  return std::max(1, own_cores() / options.threads);
}

[[noreturn]] void refuse(const char* why) {
  std::fprintf(stderr, "hone-worker: error: %s; see 'hone-worker --help'\n", why);
  throw CommandLineEnd{wrong_usage};
}

std::optional<std::chrono::steady_clock::time_point> end_of(const Given& given) {
  using Instant = std::chrono::steady_clock::time_point;
  if (given.ends_at >= 0) return Instant(std::chrono::milliseconds(given.ends_at));
  if (given.time_left.empty()) return {};
  const auto left = time_left(given.time_left);
  return left ? std::optional(std::chrono::steady_clock::now() + *left) : std::nullopt;
}

/// Nothing for no words. Throws std::invalid_argument.
std::optional<std::chrono::seconds> limit_of(const std::string& option, const std::string& words) {
  if (words.empty()) return {};
  const auto limit = std::chrono::ceil<std::chrono::seconds>(parse_duration_of(option, words));
  if (limit.count() == 0) throw std::invalid_argument(option + " " + words + ": leaves no time");
  return limit;
}

/// The devices of the slots, and how many there are. Throws std::invalid_argument.
void place_slots(const Given& given, WorkerOptions& options) {
  // The supervisor has asked already, and hands down the answer.
  ChosenGpus chosen = options.is_agent && given.gpus != "none"
                          ? ChosenGpus{.gpus = split_at_commas(given.gpus), .memory_mib = 0}
                          : chosen_gpus(given.gpus, options.trainer);
  options.gpus = std::move(chosen.gpus);
  options.slots = given.slots > 0 ? given.slots : slots_for(options);
  options.gpu_memory =
      given.gpu_memory >= 0
          ? given.gpu_memory
          : memory_of_slot(chosen.memory_mib, options.slots, static_cast<int>(options.gpus.size()));
  options.team = team_place(given, options.team, options.slots);
  options.team.gpus = options.gpus;
}

/// What the words of the command line come to. Throws TimeLeftError and std::invalid_argument.
void settle(const Given& given, WorkerOptions& options) {
  options.ends_at = end_of(given);
  if (!options.team.mpirun.empty()) require_program("--mpirun", options.team.mpirun);
  if (!options.is_agent && options.trainer != default_trainer())
    require_program("--trainer", options.trainer);
  place_slots(given, options);
  options.bf16 = given.bf16 == "yes" ||
                 (given.bf16 == "auto" && (processor_has_bf16() || !options.gpus.empty()));
  if (given.count > 0) options.count = given.count;
  options.checkpoint = parse_duration_of("--checkpoint", given.checkpoint);
  if (!given.grace.empty())
    options.grace =
        std::chrono::floor<std::chrono::seconds>(parse_duration_of("--grace", given.grace));
  if (!given.give_up.empty())
    options.give_up = parse_duration_of("--give-up", given.give_up);
  else if (options.until_drained)
    options.give_up = give_up_when_draining;
  options.trial_limit = limit_of("--trial-limit", given.trial_limit);
  options.patience = limit_of("--silence", given.silence);
}

}  // namespace

WorkerOptions parse_command_line(int argc, const char* const* argv) {
  WorkerOptions options;
  options.access = default_access();
  options.cache = default_cache();
  options.trainer = default_trainer();
  options.team.mpirun = find_program("mpirun");
  Given given;
  CLI::App app{"hone-worker trains the trials that a coordinator (hone serve) gives out.",
               "hone-worker"};
  app.option_defaults()->take_last();  // so that an alias can be overruled
  app.footer(examples);
  app.set_version_flag("--version", code_version());
  describe_files(app, options, given);
  describe_slots(app, options, given);
  describe_teams(app, options, given);
  describe_limits(app, given);
  describe_end(app, options, given);
  try {
    app.parse(argc, argv);
    settle(given, options);
  } catch (const CLI::Success& answered) {  // --help, --version
    throw CommandLineEnd{app.exit(answered)};
  } catch (const CLI::ParseError& error) {
    refuse(error.what());
  } catch (const TimeLeftError& error) {
    refuse(error.what());
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
  return options;
}

}  // namespace hone
