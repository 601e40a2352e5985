#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "coordinator/plan/experiment.hpp"
#include "coordinator/plan/experiment_keys.hpp"

namespace hone {
namespace {

using nlohmann::json;

const std::filesystem::path folder = std::filesystem::path(HONE_SOURCE_DIR) / "experiments";

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(ExperimentFiles, EveryOneIsReadInEveryProfile) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "schema.json") continue;
    for (const char* profile : {"", "paper", "desk", "smoke"})
      EXPECT_NO_THROW(parse_experiment(text_of(entry), entry.path().string(), profile)) << entry;
    ++read;
  }
  EXPECT_GE(read, 4);
}

/// The schema's properties of an object of experiment_objects().
json properties_of(const json& schema, std::string_view path) {
  if (path.empty()) return schema.at("properties");
  const json& object = schema.at("properties").at(std::string(path));
  return (path == "datasets" ? object.at("items") : object).at("properties");
}

void expect_same_range(const json& property, const ExperimentKey& key) {
  const bool list = key.kind == KeyKind::integers || key.kind == KeyKind::numbers;
  const json& number = list ? property.at("items") : property;
  const bool integral = key.kind == KeyKind::integer || key.kind == KeyKind::integers;
  EXPECT_EQ(number.at("type"), integral ? "integer" : "number");
  EXPECT_EQ(number.at(key.above ? "exclusiveMinimum" : "minimum"), key.low);
  EXPECT_EQ(number.at("maximum"), key.high);
}

void expect_same(const json& property, const ExperimentKey& key) {
  switch (key.kind) {
    case KeyKind::name:
      EXPECT_EQ(property.at("enum"), json(key.names));
      return;
    case KeyKind::flag:
      EXPECT_EQ(property.at("type"), "boolean");
      return;
    case KeyKind::text:
      EXPECT_EQ(property.at("type"), "string");
      return;
    case KeyKind::object:
      EXPECT_EQ(property.at("type"), "object");
      return;
    case KeyKind::objects:
      EXPECT_EQ(property.at("type"), "array");
      return;
    default:
      break;
  }
  if (key.odd) {
    EXPECT_EQ(property.at("enum"), json({1, 3, 5, 7}));
  } else {
    expect_same_range(property, key);
  }
}

TEST(Schema, SaysWhatTheReaderAccepts) {
  const json schema = json::parse(text_of(folder / "schema.json"));
  for (const ExperimentObject& object : experiment_objects()) {
    const json properties = properties_of(schema, object.path);
    EXPECT_EQ(properties.size(), object.keys.size()) << object.path;
    for (const ExperimentKey& key : object.keys) {
      SCOPED_TRACE(std::string(object.path) + "." + std::string(key.name));
      ASSERT_TRUE(properties.contains(key.name));
      EXPECT_FALSE(properties.at(std::string(key.name)).at("description").empty());
      expect_same(properties.at(std::string(key.name)), key);
    }
  }
}

TEST(Schema, DefaultsAreTheReaders) {
  const json schema = json::parse(text_of(folder / "schema.json"));
  const json defaults = json::parse(to_json(ExperimentSpec{}));
  for (const ExperimentObject& object : experiment_objects()) {
    if (object.path == "datasets") continue;
    const json values = object.path.empty() ? defaults : defaults.at(std::string(object.path));
    const json properties = properties_of(schema, object.path);
    for (const auto& [name, property] : properties.items()) {
      if (!property.contains("default")) continue;
      EXPECT_EQ(property.at("default"), values.at(name)) << name;
    }
  }
}

}  // namespace
}  // namespace hone
