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
              "'iterations'"},
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
        Wrong{R"("refine": {"augmentation": "fitted"})",
              "a.json:3: /refine/augmentation: 'fitted', the augmentation with a fitted "
              "distribution (A13), does not exist yet; expected one of 'none', 'simple'"},
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
        Wrong{R"("seeds": [4, 4])", "a.json:3: /seeds/1: there twice; expected different numbers"},
        Wrong{R"("name2": )",
              "a.json:3: not JSON: syntax error while parsing value - unexpected '}'; expected "
              "'[', '{', or a literal"}));

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
  EXPECT_NE(message_of(given::ph2_text, {"a..b=1"}), "accepted");
  EXPECT_NE(message_of(given::ph2_text, {"a~b=1"}), "accepted");
  EXPECT_NE(message_of(given::ph2_text, {"training=null"}), "accepted");
}

}  // namespace
}  // namespace hone
