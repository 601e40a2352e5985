// hone schema: what editors need to complete and check the files that people write.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/schemas.hpp"

namespace hone::cli {

namespace {

using nlohmann::ordered_json;

constexpr const char* examples = R"(
Examples:
  hone schema > hone.schema.json                  then "$schema": "hone.schema.json" in an experiment file
  hone schema dataset > dataset.schema.json       the same for descriptions of data sets
  hone init ~/polyps --schema                     does it for the file that it writes

Editors that know JSON Schema (VS Code without any extension) then complete keys and values, show what each
means and its default, and underline what hone would refuse. hone itself ignores "$schema".
)";

struct Options {
  std::string of = "experiment";
  bool json = false;
};

void print(const Options& options) {
  const char* const text =
      options.of == "dataset" ? schema_text::dataset_schema : schema_text::schema;
  if (options.json) {
    std::cout << ordered_json{{"schema", "hone.schema.v1"},
                              {"of", options.of},
                              {"json_schema", ordered_json::parse(text)}}
                     .dump()
              << "\n";
  } else {
    std::cout << text;
  }
  require_written(std::cout);
}

}  // namespace

void add_schema(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON Schema of experiment files, for editors");
  command->footer(examples);
  command->add_option("OF", options->of, "experiment, or dataset: a description of a data set")
      ->capture_default_str()
      ->check(CLI::IsMember({"experiment", "dataset"}));
  command->add_flag("--json", options->json, "Print one JSON object around it");
  command->callback([options] { print(*options); });
}

}  // namespace hone::cli
