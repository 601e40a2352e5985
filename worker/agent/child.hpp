#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace hone {

/// A program to start: no shell, no search of PATH.
struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;    // without the program's name
  std::vector<std::string> environment;  // "NAME=value"
  int death_signal = 0;                  // sent to the child when the thread that starts it ends
  std::chrono::milliseconds mercy{0};    // between SIGTERM and SIGKILL for its end; 0: SIGKILL only
};

/// The three ends of a child's standard streams that stay with its parent; the caller closes them.
struct ChildPipes {
  int in = -1;   // to write to
  int out = -1;  // to read from
  int err = -1;  // to read from
};

/// Starts a child in a process group of its own. With `pipes` its standard streams are pipes, else
/// they are the parent's; it gets no other descriptor. Throws std::system_error if there are no
/// processes or descriptors left; a program that cannot be run shows as exit status 127 and a line
/// on its standard error.
pid_t start_child(const ChildCommand& command, ChildPipes* pipes);

/// "exit status 3" or "signal 9 (SIGKILL)", from what waitpid gave.
std::string text_of_status(int status);

}  // namespace hone
