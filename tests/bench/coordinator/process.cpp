#include "tests/bench/coordinator/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/net/http_client.hpp"
#include "coordinator/dataset/ingest.hpp"
#include "coordinator/server/server.hpp"
#include "coordinator/server/state_folder.hpp"
#include "tests/bench/coordinator/figure.hpp"

namespace hone::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void serve(const std::filesystem::path& state, TlsSettings::Mode tls) {
  spdlog::set_level(spdlog::level::err);
  try {
    Server server({.state = state, .tls = {.mode = tls}});
    server.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the coordinator failed: %s\n", error.what());
  }
  ::_exit(1);
}

bool answers(const Access& access) {
  try {
    return HttpClient(access).get("/api/v1/status").ok();
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

Scratch::Scratch(const std::filesystem::path& parent) {
  std::string name = (parent / "hone-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<double> fsync_ms(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "fsync";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::vector<char> page(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 2000; ++i) {
    const auto start = Clock::now();
    if (::pwrite(descriptor, page.data(), page.size(), i * 4096L) < 0 ||
        ::fdatasync(descriptor) != 0)
      throw std::runtime_error("cannot write to " + file.string());
    times.push_back(1000 * seconds_since(start));
  }
  ::close(descriptor);
  std::filesystem::remove(file);
  return times;
}

Coordinator::Coordinator(const std::filesystem::path& state, TlsSettings::Mode tls) {
  const auto start = Clock::now();
  process_ = ::fork();
  if (process_ == 0) serve(state, tls);
  while (seconds_since(start) < 600) {
    if (std::filesystem::exists(access_file(state))) {
      access_ = read_access(access_file(state));
      if (answers(access_)) {
        start_seconds_ = seconds_since(start);
        return;
      }
    }
    if (::waitpid(process_, nullptr, WNOHANG) != 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("the coordinator does not answer");
}

Coordinator::~Coordinator() {
  ::kill(process_, SIGKILL);  // what it acknowledged must be there all the same
  ::waitpid(process_, nullptr, 0);
}

double Coordinator::status_mib(const std::string& key) const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  std::string word;
  while (status >> word) {
    if (word != key) continue;
    double kib = 0;
    status >> kib;
    return kib / 1024;
  }
  return 0;
}

double Coordinator::resident_mib() const {
  return status_mib("VmRSS:");
}

double Coordinator::peak_mib() const {
  return status_mib("VmHWM:");
}

double Coordinator::processor_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(process_) + "/stat");
  std::string word;
  for (int i = 0; i < 13; ++i) stat >> word;
  double user = 0, system = 0;
  stat >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Digest Coordinator::add_pack() const {
  const Scratch scratch;
  IngestRequest request;
  request.layout = "lesions";
  request.image_size = 32;
  request.threads = 1;
  request.lesions.count = 25;
  const IngestResult pack = ingest(request, scratch / "pack");
  HttpClient client(access_);
  client.put_artifact(pack.pack, pack.file);
  const auto answer = client.post("/api/v1/packs", R"({"digest": ")" + pack.pack.hex() + "\"}");
  if (!answer.ok()) throw std::runtime_error(answer.body);
  return pack.pack;
}

std::string Coordinator::submit(const std::string& name, std::int64_t trials,
                                const Digest& pack) const {
  std::string seeds;
  for (std::int64_t seed = 1; (seed - 1) * trials_of_seed < trials; ++seed)
    seeds += (seed == 1 ? "" : ",") + std::to_string(seed);
  return post_sweep(name,
                    R"("tables": ["lambda"], "inner_folds": 4, "lambdas": [0.03, 0.1, 0.3, 1, 3],
      "rotations": [0, 1, 2, 3, 4], "seeds": [)" +
                        seeds + "]",
                    pack);
}

std::string Coordinator::submit_tables(const std::string& name, int block,
                                       const Digest& pack) const {
  constexpr int seeds_of_block = 6;
  std::string seeds;
  for (int seed = 1; seed <= seeds_of_block; ++seed)
    seeds += (seed == 1 ? "" : ",") + std::to_string(seed + block * seeds_of_block);
  return post_sweep(name,
                    R"("tables": ["II", "III"], "inner_folds": 4, "lambdas": [0.03, 0.1, 0.3, 1, 3],
      "rotations": [0, 1, 2, 3, 4], "seeds": [)" +
                        seeds + "]",
                    pack);
}

std::string Coordinator::post_sweep(const std::string& name, const std::string& keys,
                                    const Digest& pack) const {
  HttpClient client(access_);
  const auto answer =
      client.post("/api/v1/sweeps",
                  R"({"experiment": {"name": ")" + name + R"(", "profile": "smoke", )" + keys +
                      R"(, "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]},
          "packs": {"toy": ")" +
                      pack.hex() + "\"}}");
  if (!answer.ok()) throw std::runtime_error(answer.body);
  return answer.body;
}

}  // namespace hone::bench
