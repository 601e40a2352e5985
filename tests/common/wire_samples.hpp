#pragma once

#include <string>
#include <vector>

#include "common/wire.hpp"

/// One message of every kind with every field set to something of its own.
namespace hone::samples {

inline TrialSpec spec() {
  TrialSpec spec;
  spec.role = Role::refine;
  spec.dataset = "PH\xc2\xb2";
  spec.pack = sha256("pack");
  spec.refine.lambda = 0.03;
  return spec;
}

inline const Ticket ticket{TrialId{7}, 3};
inline const std::vector<Measurement> rows = {{Split::test, 4, 1, Metric::dice, 0.1},
                                              {Split::validation, 0, 20, Metric::agreement, 1}};
inline const EpochRecord epoch{3, -0.25, 0.875, 1.5, 96.25};

inline const Particulars about{std::chrono::milliseconds(1'700'000'000'123),
                               "0.5.0",
                               "LibTorch 2.13.0 (AVX2)",
                               "Open MPI v4.1.4",
                               "2.21.5",
                               "535.104.05"};

inline std::vector<FromWorker> from_worker() {
  return {Hello{protocol_version,
                trainer_version,
                "i-1",
                "host",
                2,
                4,
                8,
                "cuda:0",
                {Precision::bf16, Precision::fp32},
                4096,
                {ticket},
                about},
          Ask{2, 1, "LibTorch 2.13.0 (AVX2), Xeon"},
          Report{ticket, 12, rows, {epoch}},
          Renew{{{ticket, 5, 60, 96.5}}, about},
          Done{ticket,
               Outcome::collapsed,
               "one mask for all",
               2,
               digest_of_rows(rows),
               {{"weights", sha256("w")}},
               R"({"best_epoch":3})"},
          Failed{ticket, Failure::impossible, "no\nsuch \"pack\"", 12}};
}

inline std::vector<ToWorker> to_worker() {
  return {Welcome{WorkerId{5}, 9, std::chrono::milliseconds(30000)},
          Assign{{{ticket, spec(), {{"pack", sha256("pack")}, {"masks", sha256("m")}}, 24}}},
          Idle{std::chrono::milliseconds(250), true},
          Ack{ticket, -1},
          Drop{ticket, "leased to another"},
          Refuse{"protocol 2, expected 1"}};
}

inline std::vector<ToTrainer> to_trainer() {
  return {Train{.ticket = ticket,
                .spec = spec(),
                .inputs = {{"pack", "/a/b"}},
                .output = "/out",
                .film_strip = 24}};
}

inline std::vector<FromTrainer> from_trainer() {
  return {Ready{2, "LibTorch 2.13.0", "cpu", "Open MPI v4.1.4", "2.21.5"},
          Progress{ticket, 60, epoch},
          Rows{ticket, rows},
          Kept{ticket, 12},
          Trained{ticket, Outcome::finished, "", {{"masks", "/out/masks"}}, "{}"},
          Broken{ticket, Failure::diverged, "loss is not finite"}};
}

}  // namespace hone::samples
