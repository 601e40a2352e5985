#include <set>

#include "tests/coordinator/state/deferred.hpp"

// Choices that serve more than their own cell: of another seed, or of all data sets.
namespace hone {
namespace {

using given::Deferred;
using given::dice_rows;

TEST_F(Deferred, OtherSeedsTrainTheirFinalNetsWithTheFirstSeedsLambda) {
  submit(both_tables({"seeds=[1,2]", "selection_seeds=first"}));
  const auto leases = finish_all();
  const auto second = those(leases, [](const TrialSpec& spec) { return spec.seed == 2; });
  std::set<std::string> trained;
  std::string quality;
  for (const Lease& lease : second) {
    EXPECT_EQ(lease.spec.fold, 0);
    if (lease.spec.role == Role::evaluate) continue;
    const std::string mode(name_of(lease.spec.refine.mode));
    const bool has_head = lease.spec.refine.lambda == 0.3;
    trained.insert(lease.spec.role == Role::segment ? "base" : mode + (has_head ? "+" : ""));
    if (lease.spec.role == Role::refine && mode == "plain" && has_head) quality = weights_of(lease);
  }
  EXPECT_EQ(trained, (std::set<std::string>{"base", "plain", "plain+", "scratch+", "warm+"}));
  const auto warm = those(second, is_warm);
  ASSERT_EQ(warm.size(), 1U);
  EXPECT_EQ(input(warm[0], "weights"), quality);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM choice WHERE name = 'lambda'"), 1);
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
  EXPECT_GT(desk_.number("SELECT count(*) FROM table_cell"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM table_cell WHERE nets <> 2 OR done <> 2"), 0);
}

class SharedChoice : public Deferred {
 protected:
  static ExperimentSpec two_data_sets() {
    return given::small_experiment(
        {R"(tables=["II","variants"])",
         R"(datasets=[{"name":"toy","layout":"lesions"},{"name":"more","layout":"lesions"}])",
         R"(variants=[{"name":"one for all","lambda_scope":"global"}])"});
  }

  /// Each data set's own choice is another: 0.1 by 0.05 for one, 0.3 by 0.2 for the other.
  static std::vector<Measurement> rows_of(const TrialSpec& spec) {
    const bool small = spec.refine.lambda == 0.1;
    if (spec.dataset == "toy") return dice_rows(small ? 0.75 : 0.7, 0.5);
    return dice_rows(small ? 0.6 : 0.8, 0.5);
  }
};

TEST_F(SharedChoice, IsTheHighestMeanOverDataSetsAndTrainsNothing) {
  submit(two_data_sets());
  const auto leases = desk_.finish_all(worker_, rows_of);
  const auto chosen = [&](const std::string& name, const std::string& dataset) {
    return desk_.text("SELECT value ->> '$.refine.lambda' FROM choice WHERE name = '" + name +
                      "' AND dataset = '" + dataset + "'");
  };
  EXPECT_EQ(chosen("lambda", "toy"), "0.1");
  EXPECT_EQ(chosen("lambda", "more"), "0.3");
  EXPECT_EQ(chosen("global-lambda", "toy"), "0.3");
  EXPECT_EQ(chosen("global-lambda", "more"), "0.3");
  const auto trained =
      those(leases, [](const TrialSpec& spec) { return spec.role == Role::refine; });
  EXPECT_EQ(trained.size(), 2U * 2 * 3);  // data sets, folds, lambdas
  std::string weights;
  for (const Lease& lease : trained)
    if (lease.spec.dataset == "toy" && lease.spec.fold == 0 && lease.spec.refine.lambda == 0.3)
      weights = weights_of(lease);
  const auto curves = those(leases, [](const TrialSpec& spec) {
    return spec.role == Role::evaluate && spec.dataset == "toy" && spec.refine.lambda == 0.3;
  });
  ASSERT_EQ(curves.size(), 2U);
  for (const Lease& lease : curves) EXPECT_EQ(input(lease, "weights"), weights);
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM table_cell WHERE tab = 'variants' AND nets = 1 "
                         "AND done = 1 AND dice IS NOT NULL"),
            2 * 5);
}

TEST_F(SharedChoice, LosesACandidateThatFailsOnAnyDataSet) {
  submit(two_data_sets());
  for (auto leases = desk_.ask(worker_); !leases.empty(); leases = desk_.ask(worker_)) {
    for (const Lease& lease : leases) {
      const TrialSpec& spec = lease.spec;
      const bool fails = spec.role == Role::refine && spec.dataset == "more" &&
                         spec.refine.lambda == 0.3 && spec.fold == 1;
      if (fails) {
        desk_.fail(worker_, lease.ticket, Failure::diverged);
      } else {
        desk_.finish(worker_, lease, rows_of(spec));
      }
    }
  }
  EXPECT_EQ(desk_.text("SELECT value ->> '$.refine.lambda' FROM choice "
                       "WHERE name = 'global-lambda' AND dataset = 'toy'"),
            "0.1");
  EXPECT_EQ(desk_.number("SELECT min(excluded) FROM choice WHERE name = 'global-lambda'"), 1);
}

}  // namespace
}  // namespace hone
