#include "coordinator/cli/open_page.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

extern char** environ;

namespace hone::cli {

namespace {

/// A page that leads to the address at once. Tokens and hosts have no character that HTML minds.
std::string redirecting(const std::string& address) {
  return "<!doctype html><meta charset=\"utf-8\"><title>Hone</title><meta http-equiv=\"refresh\" "
         "content=\"0;url=" +
         address + "\"><a href=\"" + address + "\">Hone's dashboard</a>\n";
}

bool write_private(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::remove(file);  // another's file, or a link, is not written through
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  return written;
}

/// Starts xdg-open with nothing of ours for its output. It ends as soon as a browser has the file.
bool start_browser(const std::string& file) {
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&quiet, descriptor, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_addclosefrom_np(&quiet, STDERR_FILENO + 1);  // a port that listens
  posix_spawnattr_t attributes;  // signals that we wait for ourselves are blocked here, not there
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string program = "xdg-open";
  std::string word = file;
  const std::array<char*, 3> words = {program.data(), word.data(), nullptr};
  pid_t child = 0;
  const int failure =
      ::posix_spawnp(&child, program.c_str(), &quiet, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
  posix_spawnattr_destroy(&attributes);
  return failure == 0;
}

}  // namespace

std::string page_address(const Access& access) {
  const std::string scheme = access.certificate.empty() ? "http://" : "https://";
  return scheme + access.host + ":" + std::to_string(access.port) + "/#token=" + access.token;
}

bool has_screen() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

bool open_page(const std::string& address, const std::filesystem::path& redirect) {
  return write_private(redirect, redirecting(address)) &&
         start_browser(std::filesystem::absolute(redirect).string());
}

}  // namespace hone::cli
