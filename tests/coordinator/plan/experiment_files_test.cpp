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
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".json") || name.ends_with("schema.json")) continue;
    for (const char* profile : {"", "paper", "desk", "smoke"})
      EXPECT_NO_THROW(parse_experiment(text_of(entry), entry.path().string(), profile)) << entry;
    // Its base masks are out of fold: it needs all folds, whatever the file says.
    EXPECT_NO_THROW(parse_experiment(text_of(entry), "file", "rigor", {"inner_folds=4"})) << entry;
    ++read;
  }
  EXPECT_GE(read, 10);
}

/// The schema's properties of an object of experiment_objects(): "variants.refine" too.
json properties_of(const json& schema, std::string_view path) {
  const json* object = &schema;
  std::istringstream names{std::string(path)};
  for (std::string name; std::getline(names, name, '.');) {
    object = &object->at("properties").at(name);
    if (object->contains("items")) object = &object->at("items");
  }
  return object->at("properties");
}

/// Where another property says all about this one, that one.
json followed(const json& schema, const json& property) {
  if (!property.contains("$ref")) return property;
  const std::string reference = property.at("$ref");
  return schema.at(json::json_pointer(reference.substr(1)));
}

void expect_same_range(const json& property, const ExperimentKey& key) {
  const bool list = key.kind == KeyKind::integers || key.kind == KeyKind::numbers;
  const json& number = list ? property.at("items") : property;
  const bool integral = key.kind == KeyKind::integer || key.kind == KeyKind::integers;
  EXPECT_EQ(number.at("type"), integral ? "integer" : "number");
  EXPECT_EQ(number.at(key.above ? "exclusiveMinimum" : "minimum"), key.low);
  EXPECT_EQ(number.at("maximum"), key.high);
}

/// Each row of a grid is a list of values of the base net's key.
void expect_grid(const json& property) {
  std::size_t rows = 0;
  for (const std::string table : {"network", "training"}) {
    for (const ExperimentKey& key : experiment_object(table).keys) {
      if (key.name.starts_with("quality_")) continue;  // base nets have no such head
      const std::string name(key.name);
      const json& row = property.at("properties").at(table + "." + name);
      EXPECT_EQ(row.at("items").at("$ref"), "#/properties/" + table + "/properties/" + name);
      ++rows;
    }
  }
  EXPECT_EQ(property.at("properties").size(), rows);
  EXPECT_EQ(property.at("additionalProperties"), false);
}

const char* type_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::flag:
      return "boolean";
    case KeyKind::text:
      return "string";
    case KeyKind::object:
    case KeyKind::text_object:
    case KeyKind::grid:
      return "object";
    case KeyKind::objects:
    case KeyKind::names:
      return "array";
    default:
      return nullptr;
  }
}

/// The schema counts characters, the reader bytes.
void expect_one_line(const json& property) {
  EXPECT_LE(property.at("maxLength"), 1024);
  EXPECT_NE(property.at("pattern").get<std::string>().find("\\u0000-\\u001f"), std::string::npos);
}

void expect_same(const json& property, const ExperimentKey& key) {
  if (key.kind == KeyKind::grid) expect_grid(property);
  if (key.kind == KeyKind::names) {
    EXPECT_EQ(property.at("items").at("enum"), json(key.names));
    EXPECT_EQ(property.at("uniqueItems"), true);
  }
  if (key.kind == KeyKind::object && !key.names.empty()) {
    EXPECT_EQ(property.at("type"), json({"object", "string"}));
    EXPECT_EQ(property.at("pattern"), "^" + std::string(key.names.front()) + "$");
  } else if (const char* type = type_of(key.kind); type != nullptr) {
    EXPECT_EQ(property.at("type"), type);
    if (key.kind == KeyKind::text) expect_one_line(property);
  } else if (key.kind == KeyKind::name) {
    EXPECT_EQ(property.at("enum"), json(key.names));
  } else if (key.odd) {
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
      const json& property = properties.at(std::string(key.name));
      EXPECT_FALSE(property.at("description").empty());
      expect_same(followed(schema, property), key);
    }
  }
}

TEST(Schema, DefaultsAreTheReaders) {
  const json schema = json::parse(text_of(folder / "schema.json"));
  const json defaults = json::parse(to_json(ExperimentSpec{}));
  int compared = 0;
  for (const ExperimentObject& object : experiment_objects()) {
    if (object.path == "datasets" || object.path.starts_with("variants")) continue;
    const json values = object.path.empty() ? defaults : defaults.at(std::string(object.path));
    const json properties = properties_of(schema, object.path);
    for (const auto& [name, property] : properties.items()) {
      if (!property.contains("default")) continue;
      EXPECT_EQ(property.at("default"), values.at(name)) << name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 45);
}

TEST(Schema, DefaultsOfListsAreTheReaders) {
  const json schema = json::parse(text_of(folder / "schema.json"));
  const DatasetSpec dataset;
  const json datasets = properties_of(schema, "datasets");
  EXPECT_EQ(datasets.at("split_by").at("default"), dataset.split_by);
  EXPECT_EQ(datasets.at("images").at("default"), dataset.images);
  EXPECT_EQ(datasets.at("count").at("default"), dataset.count);
  const VariantSpec variant;
  const json variants = properties_of(schema, "variants");
  EXPECT_EQ(variants.at("net").at("default"), name_of(variant.net));
  EXPECT_EQ(variants.at("base").at("default"), name_of(variant.base));
  EXPECT_EQ(variants.at("members").at("default"), variant.members);
  const json refine = properties_of(schema, "variants.refine");
  EXPECT_EQ(refine.at("mode").at("default"), name_of(RefineSpec{}.mode));
  EXPECT_EQ(refine.at("self_steps").at("default"), RefineSpec{}.self_steps);
}

}  // namespace
}  // namespace hone
