#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <string>

#include "common/fault_point.hpp"
#include "common/net/plain_log.hpp"
#include "worker/agent/agent.hpp"
#include "worker/agent/environment.hpp"
#include "worker/agent/options.hpp"
#include "worker/agent/supervisor.hpp"

namespace {

void log_to_stderr(const char* name) {
  auto logger = spdlog::stderr_logger_mt(name);
  logger->set_formatter(hone::plain_formatter("%Y-%m-%dT%H:%M:%S.%e %l %n[%P] %*"));
  spdlog::set_default_logger(std::move(logger));
}

int supervise_agent(const hone::WorkerOptions& options, int argc, char** argv) {
  if (options.with_parent) {
    const pid_t parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return 0;  // it died before it could be watched
  }
  hone::ChildCommand command{.program = std::filesystem::read_symlink("/proc/self/exe"),
                             .arguments = {argv + 1, argv + argc},
                             .environment = hone::process_environment(),
                             // Whoever kills the supervisor wants the worker to end.
                             .death_signal = SIGTERM};
  command.arguments.emplace_back("--agent");
  command.arguments.insert(command.arguments.end(),
                           {"--gpus", options.gpus.empty() ? "none" : hone::joined(options.gpus)});
  command.arguments.insert(command.arguments.end(),
                           {"--gpu-memory", std::to_string(options.gpu_memory)});
  if (options.ends_at) {  // an agent that is started again has no more time than the first
    const auto end = options.ends_at->time_since_epoch();
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(end).count();
    command.arguments.insert(command.arguments.end(), {"--ends-at", std::to_string(count)});
  }
  return hone::supervise(command);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const hone::WorkerOptions options = hone::parse_command_line(argc, argv);
    log_to_stderr(options.is_agent ? "hone-worker" : "hone-worker-supervisor");
    hone::fault::arm_from_environment();
    return options.is_agent ? hone::run_agent(options) : supervise_agent(options, argc, argv);
  } catch (const hone::CommandLineEnd& end) {
    return end.exit_code;
  } catch (const std::exception& error) {
    spdlog::critical("ended error=\"{}\"", error.what());
    return 1;
  }
}
