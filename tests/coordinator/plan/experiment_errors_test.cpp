#include <gtest/gtest.h>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

struct Wrong {
  const char* text;  // what stands on line 3 of an otherwise good file
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.text;
}

std::string message_of(const std::string& text, const std::vector<Setting>& settings = {},
                       const std::string& profile = "") {
  try {
    parse_experiment(text, "a.json", profile, settings);
  } catch (const ExperimentError& error) {
    return error.what();
  }
  return "accepted";
}

class WrongExperiment : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExperiment, SaysWhereAndWhatWouldBeRight) {
  const std::string text =
      "{\"name\": \"x\",\n \"datasets\": [{\"name\": \"a\", \"layout\": "
      "\"lesions\"}],\n" +
      std::string(GetParam().text) + "}\n";
  EXPECT_EQ(message_of(text), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, WrongExperiment,
    testing::Values(
        Wrong{R"("sedes": [1])", "a.json:3: /sedes: unknown key; did you mean 'seeds'?"},
        Wrong{R"("training": {"epocs": 1})",
              "a.json:3: /training/epocs: unknown key; did you mean 'epochs'?"},
        Wrong{R"("epochs": 1)", "a.json:3: /epochs: unknown key; did you mean '/training/epochs'?"},
        Wrong{R"("refine": {"colour": 1})",
              "a.json:3: /refine/colour: unknown key; known are 'base_fraction', 'augmentation', "
              "'base_masks', 'quality_target', 'mask_input', 'improve_beta', 'base_mask_values', "
              "'feedback', 'mask_dropout', 'image_augmentation', 'iterations'"},
        Wrong{R"("seeds": [1], "seeds": [2])", "a.json:3: /seeds: the key is there twice"},
        Wrong{R"("training": {"l2": 0, "l2": 0})",
              "a.json:3: /training/l2: the key is there twice"}));

INSTANTIATE_TEST_SUITE_P(
    Values, WrongExperiment,
    testing::Values(
        Wrong{R"("training": {"epochs": "many"})",
              "a.json:3: /training/epochs: expected an integer in [1, 100000], found \"many\""},
        Wrong{R"("training": {"epochs": 2.9})",
              "a.json:3: /training/epochs: expected an integer in [1, 100000], found 2.9"},
        Wrong{R"("training": {"epochs": 0})",
              "a.json:3: /training/epochs: expected an integer in [1, 100000], found 0"},
        Wrong{R"("training": {"learning_rate": 0})",
              "a.json:3: /training/learning_rate: expected a number in (0, 1], found 0"},
        Wrong{R"("training": [])", "a.json:3: /training: expected an object, found []"},
        Wrong{R"("network": {"filter_size": 4})",
              "a.json:3: /network/filter_size: expected an odd integer in [1, 7], found 4"},
        Wrong{R"("network": {"norm": "groop"})",
              "a.json:3: /network/norm: unknown value 'groop'; did you mean 'group'?"},
        Wrong{R"("refine": {"augmentation": "fited"})",
              "a.json:3: /refine/augmentation: unknown value 'fited'; did you mean 'fitted'?"},
        Wrong{R"("refine": {"iterations": 0})",
              "a.json:3: /refine/iterations: expected an integer in [2, 1000], found 0"},
        Wrong{R"("lambdas": [-1])",
              "a.json:3: /lambdas/0: expected a number in (0, 1000], found -1"},
        Wrong{R"("tables": ["IV"])", "a.json:3: /tables/0: unknown value 'IV'; did you mean 'I'?"},
        Wrong{R"("tables": ["II", "II"])",
              "a.json:3: /tables/1: there twice; expected different names"},
        Wrong{R"("profile": "dask")",
              "a.json:3: /profile: unknown value 'dask'; did you mean 'desk'?"},
        Wrong{R"("seeds": [])", "a.json:3: /seeds: an empty list; expected at least one entry"},
        Wrong{R"("rotations": [0, 5])",
              "a.json:3: /rotations/1: expected an integer in [0, 4], found 5"},
        Wrong{R"("seeds": [99999999999999999999])",
              "a.json:3: /seeds/0: expected an integer in [0, 9007199254740991], found 1e+20"}));

INSTANTIATE_TEST_SUITE_P(
    Sense, WrongExperiment,
    testing::Values(
        Wrong{R"("image_size": 100)",
              "a.json:3: /image_size: 100 cannot be halved 4 times (network.levels); expected a "
              "multiple of 16, 112 say"},
        Wrong{R"("lambdas": [1, 0.3])",
              "a.json:3: /lambdas/1: not larger than the one before; expected ascending numbers"},
        Wrong{R"("tables": [])",
              "a.json:3: /tables: an empty list; expected what to fill in, [\"II\", \"III\"] say"},
        Wrong{R"("tables": ["I"])",
              "a.json:3: /tables: 'I' needs hyperparameters.search; expected 'one-factor', 'grid' "
              "or 'random' there, or a list without 'I'"},
        Wrong{R"("tables": ["variants"])",
              "a.json: /variants: missing, but 'tables' asks for 'variants'"},
        Wrong{R"("self_refinement": {"modes": []})",
              "a.json:3: /self_refinement/modes: an empty list, but 'tables' asks for 'III'; "
              "expected 'scratch', 'warm' or both"},
        Wrong{R"("self_refinement": {"steps": [2, 1]})",
              "a.json:3: /self_refinement/steps/1: not larger than the one before; expected "
              "ascending numbers"},
        Wrong{R"("self_refinement": {"depth": "random"})",
              "a.json:3: /self_refinement/steps/1: with depth 'random' every entry is the same "
              "net, of depths 0 to 6; expected one entry"},
        Wrong{R"("refine": {"mask_input": "zero", "mask_dropout": 0.1})",
              "a.json:3: /refine/mask_dropout: contradicts mask_input 'zero': no mask is left to "
              "be dropped"},
        Wrong{R"("inner_folds": 2, "refine": {"base_masks": "out_of_fold"})",
              "a.json:3: /refine/base_masks: 'out_of_fold' needs the base nets of all four inner "
              "folds; expected inner_folds 4 or 'in_sample'"},
        Wrong{R"("seeds": [4, 4])", "a.json:3: /seeds/1: there twice; expected different numbers"},
        Wrong{R"("name2": )",
              "a.json:3: not JSON: syntax error while parsing value - unexpected '}'; expected "
              "'[', '{', or a literal"}));

INSTANTIATE_TEST_SUITE_P(
    Search, WrongExperiment,
    testing::Values(
        Wrong{R"("hyperparameters": {"apply": true})",
              "a.json:3: /hyperparameters/apply: contradicts search 'fixed': nothing is searched "
              "that could be applied"},
        Wrong{R"("hyperparameters": {"budget": 3})",
              "a.json:3: /hyperparameters/budget: contradicts search 'fixed': only 'random' has a "
              "budget"},
        Wrong{R"("hyperparameters": {"search": "one-factor", "budget": 3,
                  "grid": {"network.levels": [3]}})",
              "a.json:3: /hyperparameters/budget: contradicts search 'one-factor': only 'random' "
              "has a budget"},
        Wrong{R"("hyperparameters": {"grid": {"network.levels": [3]}})",
              "a.json:3: /hyperparameters/grid: contradicts search 'fixed': nothing is searched"},
        Wrong{R"("hyperparameters": {"epochs": 3})",
              "a.json:3: /hyperparameters/epochs: contradicts search 'fixed': nothing is "
              "searched"},
        Wrong{R"("hyperparameters": {"search": "grid"})",
              "a.json:3: /hyperparameters/grid: empty; expected values to try, "
              "{\"network.levels\": [3]} say"},
        Wrong{R"("hyperparameters": {"search": "grid", "grid": {"network.levels": [3]},
                  "apply": true})",
              "a.json:4: /hyperparameters/apply: nothing is searched that could be applied; "
              "expected 'I' in 'tables'"},
        Wrong{R"("hyperparameters": {"grid": {"network.levls": [3]}})",
              "a.json:3: /hyperparameters/grid/network.levls: not a key of the base net; did you "
              "mean 'network.levels'?"},
        Wrong{R"("hyperparameters": {"grid": {"network.levels": []}})",
              "a.json:3: /hyperparameters/grid/network.levels: expected a list of values to hold "
              "against the experiment's own"},
        Wrong{R"("hyperparameters": {"grid": {"network.levels": [3, 9]}})",
              "a.json:3: /hyperparameters/grid/network.levels/1: expected an integer in [1, 6], "
              "found 9"},
        Wrong{R"("hyperparameters": {"grid": {"network.levels": [3, 3]}})",
              "a.json:3: /hyperparameters/grid/network.levels/1: there twice; expected different "
              "values"},
        Wrong{R"("image_size": 16, "hyperparameters": {"grid": {"network.levels": [3, 5]}})",
              "a.json:3: /hyperparameters/grid/network.levels/1: an image_size of 16 cannot be "
              "halved 5 times (network.levels); expected a multiple of 32, 32 say"},
        Wrong{R"("hyperparameters": {"search": "grid", "grid": {
                  "network.filters": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21],
                  "training.batch": [1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22],
                  "training.epochs": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}})",
              "a.json:3: /hyperparameters/grid: more than 10000 combinations; expected fewer "
              "values, or search 'one-factor'"}));

INSTANTIATE_TEST_SUITE_P(
    Variants, WrongExperiment,
    testing::Values(
        Wrong{R"("variants": [{"lambda": 0}])",
              "a.json:3: /variants/0: the key 'name' is missing: what the table calls this row"},
        Wrong{R"("variants": [{"name": "v"}, {"name": "v"}])",
              "a.json:3: /variants/1/name: there twice; expected different names"},
        Wrong{
            R"("variants": [{"name": "v", "net": "base", "lambda": 1}])",
            "a.json:3: /variants/0/lambda: only for rows with net 'refine'; this one's is 'base'"},
        Wrong{R"("variants": [{"name": "v", "lambda": -1}])",
              "a.json:3: /variants/0/lambda: expected a number in [0, 1000], found -1"},
        Wrong{R"("variants": [{"name": "v", "members": 3}])",
              "a.json:3: /variants/0/members: only for rows with net 'ensemble'; this one's is "
              "'refine'"},
        Wrong{R"("variants": [{"name": "v", "refine": {"self_steps": 1}}])",
              "a.json:3: /variants/0/refine/self_steps: only for the modes 'scratch' and 'warm'"},
        Wrong{R"("variants": [{"name": "v", "refine": {"mode": "scratch"}}])",
              "a.json:3: /variants/0/refine/mode: 'scratch' needs self_steps, 1 say"},
        Wrong{R"("variants": [{"name": "v", "refine": {"mode": "warm"}}])",
              "a.json:3: /variants/0/refine/mode: 'warm' needs self_steps, 1 say"},
        Wrong{R"("variants": [{"name": "v", "lambda": 1,
                  "refine": {"mode": "warm", "self_steps": 1}}])",
              "a.json:3: /variants/0/lambda: not for mode 'warm', which goes on with the Quality "
              "net's own"},
        Wrong{R"("variants": [{"name": "v", "network": {"filters": 4},
                  "refine": {"mode": "warm", "self_steps": 1}}])",
              "a.json:3: /variants/0/network: not for mode 'warm', which starts from the "
              "experiment's Quality net"},
        Wrong{R"("variants": [{"name": "v", "lambda": 1, "lambda_scope": "global"}])",
              "a.json:3: /variants/0/lambda_scope: contradicts lambda: nothing is chosen"},
        Wrong{R"("variants": [{"name": "v", "net": "base", "lambda_scope": "global"}])",
              "a.json:3: /variants/0/lambda_scope: only for rows with net 'refine'; this one's is "
              "'base'"},
        Wrong{R"("variants": [{"name": "v", "lambda_scope": "global",
                  "refine": {"mode": "ascent"}}])",
              "a.json:3: /variants/0/lambda_scope: 'global' is not for mode 'ascent'"},
        Wrong{R"("variants": [{"name": "v", "lambda": 1, "refine": {"mode": "ascent"}}])",
              "a.json:3: /variants/0/lambda: read by nobody: mode 'ascent' has no loss but that of "
              "the quality"},
        Wrong{R"("variants": [{"name": "v", "refine": {"mode": "ascent", "improve_beta": 1}}])",
              "a.json:3: /variants/0/refine/improve_beta: read by nobody: mode 'ascent' has no "
              "loss but that of the quality"},
        Wrong{R"("variants": [{"name": "v", "refine": {"mode": "scratch", "self_steps": 1,
                  "base_fraction": 0.3}}])",
              "a.json:4: /variants/0/refine/base_fraction: read by nobody: in mode 'scratch' every "
              "source is equally likely"},
        Wrong{R"("variants": [{"name": "v", "segment": {"epochs": 3}}])",
              "a.json:3: /variants/0/segment: read by nobody: this row refines the experiment's "
              "base net's masks; expected \"base\": \"own\""},
        Wrong{R"("refine": {"feedback": "hard"},
                  "variants": [{"name": "v", "refine": {"mode": "ascent"}}])",
              "a.json:4: /variants/0/refine/feedback: 'hard' would undo every step of mode "
              "'ascent', which moves a mask by a tenth"},
        Wrong{R"("variants": [{"name": "v", "refine": {"iterations": 1001}}])",
              "a.json:3: /variants/0/refine/iterations: expected an integer in [2, 1000], found "
              "1001"},
        Wrong{R"("image_size": 16, "variants": [{"name": "v", "network": {"levels": 6}}])",
              "a.json:3: /variants/0/network/levels: an image_size of 16 cannot be halved 6 times "
              "(network.levels); expected a multiple of 64, 64 say"},
        Wrong{R"("tables": ["I", "variants"], "variants": [{"name": "network.levels=3"}],
                  "hyperparameters": {"search": "grid", "grid": {"network.levels": [3]}})",
              "a.json:3: /variants/0/name: there twice; expected different names"}));

std::string with_dataset(const std::string& dataset) {
  return "{\"name\": \"x\",\n \"datasets\": [\n" + dataset + "]}";
}

TEST(WrongDataset, SaysWhereAndWhatWouldBeRight) {
  EXPECT_EQ(message_of(with_dataset(R"({"layout": "ph2", "path": "p"})")),
            "a.json:3: /datasets/0: the key 'name' is missing");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "layout": "ph2"})")),
            "a.json:3: /datasets/0: the key 'path' is missing: the folder below --data");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "layout": "ph2", "path": "p", "count": 9})")),
            "a.json:3: /datasets/0/count: only for the layout 'lesions'; this data set's is 'ph2'");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "layout": "ph3", "path": "p"})")),
            "a.json:3: /datasets/0/layout: unknown value 'ph3'; did you mean 'ph2'?");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "path": "p"})")),
            "a.json:3: /datasets/0: the key 'layout' is missing, or 'use' with the name of a "
            "description in experiments/datasets");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "layout": "ph2", "use": "b", "path": "p"})")),
            "a.json:3: /datasets/0: only one of 'layout', 'use' and 'description' can say how the "
            "folder is laid out");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a", "use": "", "path": "p"})")),
            "a.json:3: /datasets/0/use: empty; expected a name of experiments/datasets or a file");
  EXPECT_EQ(message_of(with_dataset(R"({"name": "a/b", "layout": "lesions"})")),
            "a.json:3: /datasets/0/name: expected a name of 1 to 64 characters without '/'");
  EXPECT_EQ(message_of(with_dataset("{\"name\": \"a\", \"layout\": \"lesions\"},\n"
                                    "{\"name\": \"a\", \"layout\": \"lesions\"}")),
            "a.json:4: /datasets/1/name: two data sets are called 'a'; names must differ");
}

TEST(WrongExperimentText, SaysWhatIsMissing) {
  EXPECT_EQ(message_of("{}"),
            "a.json: /name: missing or empty; expected what tables call the "
            "experiment");
  EXPECT_EQ(message_of(R"({"name": "x"})"),
            "a.json: /datasets: missing; expected at least one data set");
  EXPECT_EQ(message_of("[]"), "a.json: /: expected an object with the keys of an experiment");
  EXPECT_EQ(message_of(std::string(100000, '[')), "a.json:1: nested deeper than 32 levels");
}

TEST(WrongExperimentText, CutAtAnyByteIsRefused) {
  const std::string text = given::ph2_text;
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    EXPECT_NE(message_of(text.substr(0, cut)), "accepted") << cut;
}

TEST(WrongSetting, IsNamedAsTyped) {
  EXPECT_EQ(message_of(given::ph2_text, {"training.epocs=3"}),
            "-S training.epocs=3: /training/epocs: unknown key; did you mean 'epochs'?");
  EXPECT_EQ(message_of(given::ph2_text, {"image_size=65"}),
            "-S image_size=65: /image_size: 65 cannot be halved 4 times (network.levels); expected "
            "a multiple of 16, 80 say");
  EXPECT_EQ(message_of(given::ph2_text, {"epochs"}),
            "-S epochs: expected KEY=VALUE, training.epochs=3 say");
  EXPECT_EQ(message_of(given::ph2_text, {}, "smok"),
            "--profile smok: /profile: unknown profile 'smok'; did you mean 'smoke'?");
  EXPECT_EQ(message_of(given::ph2_text, {"datasets.2.cases=9"}),
            "-S datasets.2.cases=9: there is no entry 2 of 'datasets'; it has 1, counted from 0");
  EXPECT_NE(message_of(given::ph2_text, {"datasets.x.cases=9"}), "accepted");
  EXPECT_NE(message_of(given::ph2_text, {"a..b=1"}), "accepted");
  EXPECT_NE(message_of(given::ph2_text, {"a~b=1"}), "accepted");
  EXPECT_NE(message_of(given::ph2_text, {"training=null"}), "accepted");
}

}  // namespace
}  // namespace hone
