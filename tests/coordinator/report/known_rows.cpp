#include "tests/coordinator/report/fixture.hpp"

// Sums of eighths and their like are exact, so no SQLite rounds them another way.
namespace hone::given {

namespace {

using Rows = std::vector<std::vector<double>>;

Net net(const std::string& name, const Rows& dice, const std::string& state = "done",
        const std::string& reason = {}) {
  return {.name = name, .state = state, .reason = reason, .dice = dice};
}

Net variant(const std::string& variant, const std::string& name, const Rows& dice,
            const std::string& state = "done") {
  return {.name = name, .variant = variant, .state = state, .dice = dice};
}

void add_variants(ResultsFile& results) {
  const auto plain = results.add_net(
      "PH2", variant("No Quality", "variant", {{.75, .5, .625, .5}, {.875, .75, .5, .5}}));
  results.add_choice("PH2", {.name = "iteration/variant",
                             .variant = "No Quality",
                             .candidates = {{R"({"iteration":1})", plain, 1, 1},
                                            {R"({"iteration":2})", plain, 2, 2},
                                            {R"({"iteration":3})", plain, 3, 3}},
                             .chosen = 2});
  results.add_net("PH2", variant("C2 longer base", "base", {{.8125}, {.875}}));
  results.add_net("PH2", variant("C3 mean of two", "base", {{.5}, {.5}}));
  results.add_net("PH2", variant("C3 mean of two", "variant", {{.75}, {.9375}}, ""));
  results.add_net("PH2", variant("Own base", "base", {{.5}, {.5}}));
  const auto bad = results.add_net("PH2", variant("Own base", "variant", {}, "diverged"));
  results.add_choice("PH2", {.name = "iteration/variant",
                             .variant = "Own base",
                             .candidates = {{R"({"iteration":1})", bad, 1, 1}}});
}

void add_ph2(ResultsFile& results) {
  results.add_dataset("PH2");
  results.add_net("PH2", net("base", {{.75}, {.875}}));
  results.add_net("PH2",
                  net("no-quality", {{.75, .8125, .828125, .8125}, {.875, .90625, .9375, .90625}}));
  const auto low = results.add_net(
      "PH2", net("quality", {{.75, .84375, .875, .859375}, {.875, .90625, .953125, .9375}}));
  results.add_scores(low, {.75, .875});
  const auto high = results.add_training("PH2", "lambda=1", {.75, .5});
  results.choose_lambda("PH2", 0, {{.1, low}, {1, high}});
  const auto scratch = results.add_net(
      "PH2", net("scratch-1", {{.75, .875, .90625, .890625}, {.875, .9375, .96875, .953125}}));
  results.choose_self("PH2", "scratch", scratch, 1);
  const auto warm = results.add_net(
      "PH2", net("warm-1", {{.75, .8125, .875, .859375}, {.875, .9375, .96875, .96875}}));
  results.choose_self("PH2", "warm", warm, 3);  // where it ties with Quality 2x
  const auto given = results.add_training("PH2", "as-given", {.75});
  const auto filters = results.add_training("PH2", "filters", {.8125});
  const auto l2 = results.add_training("PH2", "l2", {.875}, "collapsed");
  results.add_choice("PH2", {.name = "hyperparameters",
                             .candidates = {{"{}", given, 0, 0},
                                            {R"({"network":{"filters":16}})", filters, 0, 0},
                                            {R"({"training":{"l2":0}})", l2, 0, 0}},
                             .chosen = 1});
  add_variants(results);
}

void add_blobs(ResultsFile& results) {
  const std::string name = "blobs, made";
  results.add_dataset(name, true);
  results.add_net(name, net("base", {{.5}}));
  results.add_net(name, net("no-quality", {{.5, .625, .75, .75}}));
  const auto only = results.add_net(name, net("quality", {{.5, .75, .6875, .625}}));
  results.add_scores(only, {.5, .75});
  results.choose_lambda(name, 0, {{.3, only}});
  const auto scratch = results.add_net(name, net("scratch-1", {}, "leased"));
  results.add_choice(name, {.name = "steps/scratch",
                            .candidates = {{R"({"refine":{"self_steps":1}})", scratch, 1, 3}}});
  const auto warm =
      results.add_net(name, net("warm-1", {{.5, .25, .25, .25}}, "collapsed", "all the same"));
  results.choose_self(name, "warm", warm, 1);
  const auto plain =
      results.add_net(name, variant("No Quality", "variant", {{.5, .625, .75, .75}}));
  results.add_choice(name, {.name = "iteration/variant",
                            .variant = "No Quality",
                            .candidates = {{R"({"iteration":1})", plain, 1, 1}}});
  const auto late = results.add_training(name, "as-given", {}, "waiting");
  results.add_choice(
      name, {.name = "hyperparameters",
             .candidates = {{"{}", late, 0, 0}, {R"({"network":{"filters":16}})", late, 0, 0}}});
}

void add_isbi(ResultsFile& results) {
  results.add_dataset("ISBI 2017");
  results.add_net("ISBI 2017", net("base", {{.703125}}));
  results.add_net("ISBI 2017", net("no-quality", {}, "waiting"));
  const auto late = results.add_training("ISBI 2017", "lambda=0.1", {}, "leased");
  const auto lambda = results.choose_lambda("ISBI 2017", {}, {{.1, late}});
  for (const char* name : {"quality", "scratch-1", "warm-1"})
    results.add_deferred("ISBI 2017", name, lambda);
  for (const char* mode : {"scratch", "warm"})
    results.add_choice("ISBI 2017",
                       {.name = std::string("steps/") + mode,
                        .candidates = {{R"({"refine":{"self_steps":1}})", lambda, 1, 3}}});
}

}  // namespace

std::string known_keys() {
  return R"("refine": {"iterations": 3}, "lambdas": [0.1, 1],
            "hyperparameters": {"search": "one-factor",
                                "grid": {"network.filters": [16], "training.l2": [0]}},
            "tables": ["I", "II", "III", "lambda", "variants"],
            "variants": [{"name": "No Quality", "lambda": 0},
                         {"name": "C2 longer base", "net": "base"},
                         {"name": "C3 mean of two", "net": "ensemble"},
                         {"name": "Own base", "base": "own"}])";
}

void add_known_rows(ResultsFile& results) {
  Transaction transaction(results.database());  // one write for all is soon done
  add_ph2(results);
  add_blobs(results);
  add_isbi(results);
  const std::string teeth = "teeth_a|b";
  results.add_dataset(teeth);
  results.add_net(teeth, net("base", {{.625}}));
  results.add_net(teeth,
                  net("no-quality", {{.625, .125, .125, .125}}, "collapsed", "one mask for all"));
  const auto fine = results.add_net(teeth, net("quality", {{.625, .65625, .671875, .6875}}));
  results.add_scores(fine, {.625, .65625});
  results.choose_lambda(teeth, 0, {{.1, fine}});
  transaction.commit();
}

}  // namespace hone::given
