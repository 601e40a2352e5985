// quick-trainer: stands in for hone-trainer behind its pipes, in every role. What it leaves and
// says is a pure function of the trial's spec and inputs, looks like results (a refiner beats its
// base net, its curve rises and levels off), and comes in milliseconds.
//
// HONE_QUICK_MILLISECONDS=N  a trial takes about so long (also --milliseconds N)
// HONE_QUICK_CRASH=T-A       killed in the middle of attempt A of trial T; or =T: of every attempt
// of it; or =ROLE: of every such trial; or =any: of every trial; or =ROLE+1: in the second part
// that an attempt of such a trial trains HONE_QUICK_HANG=T-A        says nothing more from the
// middle of attempt A of trial T on; or =ROLE HONE_QUICK_CHECKPOINT=1    trainings keep a
// checkpoint after each part, and go on from there HONE_QUICK_SHAKY=T-A       computes wrongly in
// attempt A of trial T: rows and losses differ HONE_QUICK_MUTE=1          never says Ready
// HONE_QUICK_FILM_STRIP=1    leaves a file where a film strip is asked for, which is none

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "common/wire.hpp"
#include "tests/support/quick_scores.hpp"

namespace hone {

namespace {

constexpr int parts = 5;  // a trial says something this often

void say(const FromTrainer& message) {
  std::cout << encode(message) << "\n" << std::flush;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> artifacts_of(Role role) {
  if (role == Role::segment) return {"weights", "masks"};
  if (role == Role::refine) return {"weights"};
  if (role == Role::deform) return {"deformations"};
  return {};
}

bool is_training(Role role) {
  return role == Role::segment || role == Role::refine;
}

std::string leave(const Train& order, const std::string& name) {
  const auto file = std::filesystem::path(order.output) / name;
  std::ofstream out(file, std::ios::binary);
  out << quick::artifact_text(order.spec, name);
  out.close();
  if (!out) throw std::ios_base::failure(file.string() + ": cannot be written");
  return file.string();
}

std::string text_of(const Ticket& ticket) {
  return std::to_string(ticket.trial.value) + "-" + std::to_string(ticket.attempt);
}

bool is_shaky(const Train& order) {
  return variable("HONE_QUICK_SHAKY") == text_of(order.ticket);
}

void tell_epoch(const Train& order, int epoch) {
  say(Progress{.ticket = order.ticket,
               .epochs = parts,
               .epoch = {.epoch = epoch,
                         .train_loss = (is_shaky(order) ? 1.5 : 1.0) / epoch,
                         .validation_signal = 0.8,
                         .seconds = 0.1,
                         .images_per_second = 100}});
}

void keep_checkpoint(const Train& order, int part) {
  if (variable("HONE_QUICK_CHECKPOINT").empty() || order.checkpoint.empty()) return;
  std::ofstream(order.checkpoint) << part << "\n";
  say(Kept{.ticket = order.ticket, .epoch = part});
}

// Where the trial is killed or hangs, if it is to be, in this part.
void fail_if_meant(const Train& order, int part, int first) {
  const std::string crash = variable("HONE_QUICK_CRASH"), role(name_of(order.spec.role));
  const bool meant = crash == "any" || crash == text_of(order.ticket) || crash == role ||
                     crash == std::to_string(order.ticket.trial.value);
  if ((part == 3 && meant) || (part == first + 1 && crash == role + "+1")) ::raise(SIGKILL);
  const std::string hang = variable("HONE_QUICK_HANG");
  if (part == 3 && (hang == text_of(order.ticket) || hang == role)) ::pause();
}

void train(const Train& order, std::chrono::milliseconds time) {
  auto rows = quick::rows_of(order);
  if (is_shaky(order))
    for (Measurement& row : rows) row.value = std::nextafter(row.value, 2.0);
  int behind = 0;  // the part after which the checkpoint was made that it goes on from
  std::ifstream(order.checkpoint) >> behind;
  std::cerr << "training " << text_of(order.ticket) << ", " << rows.size() << " rows\n";
  const auto step = static_cast<std::ptrdiff_t>((rows.size() + parts - 1) / parts);
  for (int part = 1; part <= parts; ++part) {
    if (part > behind) std::this_thread::sleep_for(time / parts);
    if (is_training(order.spec.role)) tell_epoch(order, part);
    const auto end = static_cast<std::ptrdiff_t>(rows.size());
    const auto from = std::min((part - 1) * step, end);
    if (from < end)
      say(Rows{order.ticket, {rows.begin() + from, rows.begin() + std::min(part * step, end)}});
    if (part <= behind) continue;
    fail_if_meant(order, part, behind + 1);
    if (is_training(order.spec.role)) keep_checkpoint(order, part);
  }
  Trained trained{.ticket = order.ticket, .reason = "", .artifacts = {}, .summary = "{}"};
  for (const std::string& name : artifacts_of(order.spec.role))
    trained.artifacts[name] = leave(order, name);
  if (order.film_strip > 0 && !variable("HONE_QUICK_FILM_STRIP").empty())
    trained.artifacts[film_strip_artifact] = leave(order, film_strip_artifact);
  say(trained);
}

std::chrono::milliseconds time_of_a_trial(int argc, char** argv) {
  std::string text = variable("HONE_QUICK_MILLISECONDS");
  if (argc == 3 && std::string(argv[1]) == "--milliseconds") text = argv[2];
  return std::chrono::milliseconds(text.empty() ? 0 : std::stoi(text));
}

void converse(std::chrono::milliseconds time) {
  if (!variable("HONE_QUICK_MUTE").empty()) ::pause();
  say(Ready{.library = "quick", .device = "cpu", .mpi = "", .nccl = ""});
  for (std::string line; std::getline(std::cin, line);) {
    const auto order = std::get<Train>(decode_to_trainer(line));
    try {
      train(order, time);
    } catch (const std::ios_base::failure& error) {
      say(Broken{.ticket = order.ticket, .failure = Failure::crashed, .reason = error.what()});
    } catch (const std::exception& error) {
      say(Broken{.ticket = order.ticket, .failure = Failure::impossible, .reason = error.what()});
    }
  }
}

}  // namespace

}  // namespace hone

int main(int argc, char** argv) {
  try {
    hone::converse(hone::time_of_a_trial(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "quick-trainer: " << error.what() << "\n";
    return 1;
  }
}
