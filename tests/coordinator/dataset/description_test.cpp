#include "coordinator/dataset/description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    read_description(text, "x.json");
  } catch (const IngestError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Description, OfEveryBuiltInDataSetIsRead) {
  std::vector<std::string> names;
  for (const auto& [name, text] : built_in_descriptions()) {
    const DatasetDescription description = find_description(name);
    EXPECT_NE(description.title, "") << name;
    EXPECT_NE(description.citation, "") << name;
    EXPECT_NE(description.source, "") << name;
    names.push_back(name);
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"ph2", "isbi2017", "teeth-ucv", "breast-aesthetics",
                                            "cervix-huc", "cervix-mobileodt"}));
}

TEST(Description, SaysEverythingAboutPairs) {
  const PairsOptions pairs = read_description(R"j({
    "title": "T", "images": "i", "masks": "m", "image_suffix": "_i", "mask_suffix": "_m",
    "image_extension": ".jpg", "mask_extension": ".PNG", "recursive": true, "group": "^(.)",
    "prefixes": ["a_", "b_"], "foreground": {"scale": 60, "levels": [3, 1, 3]},
    "border": 4, "margin": 0, "shrink": 0.5})j",
                                              "x.json")
                                 .pairs;
  EXPECT_EQ(pairs.images + pairs.masks + pairs.image_suffix + pairs.mask_suffix, "im_i_m");
  EXPECT_EQ(pairs.image_extension + pairs.mask_extension + pairs.group, ".jpg.PNG^(.)");
  EXPECT_TRUE(pairs.recursive);
  EXPECT_THAT(pairs.prefixes, ElementsAre("a_", "b_"));
  EXPECT_THAT(pairs.pixels.foreground.levels, ElementsAre(1, 3));
  EXPECT_EQ(pairs.pixels.foreground.scale, 60);
  EXPECT_EQ(pairs.pixels.border, 4);
  EXPECT_EQ(pairs.pixels.margin, 0);
  EXPECT_EQ(pairs.pixels.shrink, 0.5);
}

TEST(Description, IsRefusedWhenItIsNotAnObject) {
  EXPECT_THAT(refusal("{\n\"title\": }"), HasSubstr("x.json:2: not JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal(R"({"title": "a", "title": "b"})"),
              HasSubstr("x.json:1: /title: the key is there twice"));
}

TEST(Description, IsRefusedByPathAndWithWhatWouldBeRight) {
  const std::map<std::string, std::string> faults = {
      {R"({"imges": "x"})", "x.json:1: /imges: unknown key; did you mean 'images'?"},
      {R"({"layout": "ph3"})", "/layout: expected 'pairs', 'ph2' or 'isic2017', found 'ph3'"},
      {R"({"layout": "ph2", "border": 3})", "/border: unknown key"},
      {R"({"border": -1})", "/border: expected an integer in [0, 10000], found -1"},
      {R"({"border": 1.5})", "/border: expected an integer"},
      {R"({"margin": "wide"})", "/margin: expected a number in [0, 10], found \"wide\""},
      {R"({"shrink": 0})", "/shrink: expected a number above 0"},
      {R"({"recursive": 1})", "/recursive: expected true or false"},
      {R"({"prefixes": []})", "/prefixes: expected a list of strings, found []"},
      {R"({"prefixes": [""]})", "/prefixes: expected a list of strings"},
      {R"({"image_extension": ".gif"})", "/image_extension: '.gif' is not decoded"},
      {R"({"group": "x"})", "/group: group 'x': has no capture"},
      {R"({"foreground": 128})", "/foreground: expected an object, found 128"},
      {R"({"foreground": {}})", "/foreground: expected either 'at_least' or 'levels'"},
      {R"({"foreground": {"at_least": 1, "levels": [1]}})", "/foreground: expected either"},
      {R"({"foreground": {"scale": 0, "at_least": 1}})", "/foreground/scale: expected an integer"},
      {R"({"foreground": {"scale": 85, "at_least": 4}})", "/foreground/at_least: there is no such"},
      {R"({"foreground": {"labels": ["a", "b"], "levels": [2]}})", "no level 2; the last is 1"},
      {R"({"foreground": {"scale": 200, "labels": ["a", "b", "c"], "levels": [2]}})", "above 255"},
      {R"({"foreground": {"treshold": 3}})", "/foreground/treshold: unknown key"},
      {R"({"border": 3, "allow_aspect": true})", "/allow_aspect: crops need"}};
  for (const auto& [text, message] : faults) EXPECT_THAT(refusal(text), HasSubstr(message));
}

TEST(Description, IsRefusedWithTheLineOfAFileOnly) {
  const std::string text = "{\n \"foreground\":\n {\n  \"at_least\": 0}}";
  EXPECT_THAT(refusal(text), HasSubstr("x.json:4: /foreground/at_least: expected an integer"));
  EXPECT_THAT(refusal("{\n \"foreground\": {\n  \"scale\": 2}}"),
              HasSubstr("x.json:2: /foreground"));
  try {
    read_description("{\n\"border\": -1}", "description");
    FAIL();
  } catch (const IngestError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("description: /border: expected"));
  }
}

/// The words between quotes of "unknown key; known are 'a', 'b'".
std::set<std::string> known_keys(const std::string& message) {
  std::set<std::string> keys;
  std::istringstream words(message.substr(message.find("known are")));
  for (std::string word; std::getline(words, word, '\'') && std::getline(words, word, '\'');)
    keys.insert(word);
  return keys;
}

std::set<std::string> names_of(const nlohmann::json& properties) {
  std::set<std::string> names;
  for (const auto& [name, property] : properties.items()) names.insert(name);
  return names;
}

TEST(Description, HasASchemaOfTheKeysThatAreRead) {
  std::ifstream file(HONE_SOURCE_DIR "/experiments/dataset-schema.json");
  const auto properties = nlohmann::json::parse(file).at("properties");
  const std::string stranger = "\"nobody reads this key\": 1}";
  EXPECT_EQ(known_keys(refusal("{" + stranger)), names_of(properties));
  EXPECT_EQ(known_keys(refusal("{\"foreground\": {" + stranger + "}")),
            names_of(properties.at("foreground").at("properties")));
}

TEST(Description, IsFoundByNameOrPath) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "seventh.json").string();
  EXPECT_THROW(find_description(file), IngestError);
  write_text(file, R"({"title": "Seventh"})");
  EXPECT_EQ(find_description(file).title, "Seventh");
  EXPECT_TRUE(is_description_path("seventh.json"));
  EXPECT_TRUE(is_description_path("sets/seventh"));
  EXPECT_FALSE(is_description_path("cervix-huc"));
  try {
    find_description("cervix");
    FAIL();
  } catch (const IngestError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'cervix'"), HasSubstr("'cervix-huc'")));
  }
}

}  // namespace
}  // namespace hone
