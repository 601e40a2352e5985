#include "coordinator/report/tables.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "coordinator/report/choices.hpp"
#include "coordinator/report/folds.hpp"
#include "coordinator/report/results.hpp"

namespace hone {

namespace {

constexpr std::string_view macros = "macros";

std::optional<TableFormat> written(const std::string& format) {
  if (format == "text") return TableFormat::text;
  if (format == "markdown") return TableFormat::markdown;
  if (format == "csv") return TableFormat::csv;
  if (format == "latex") return TableFormat::latex;
  return {};
}

std::string rendered(const Table& table, TableFormat format) {
  return render(table, format);
}

std::string rendered(const std::vector<Table>& tables, TableFormat format) {
  std::string text;
  for (const Table& table : tables) text += (text.empty() ? "" : "\n") + render(table, format);
  return text;
}

template <class Source>
TableText text_of(const Source& source, const std::string& format) {
  const auto table_format = written(format);
  if (format == macros) {
    if constexpr (std::is_same_v<Source, ResultTable>)
      return {to_macros(source), source.complete()};
    throw std::invalid_argument("macros are of tables II, III and variants");
  }
  return {table_format ? rendered(layout(source), *table_format) : to_json(source) + "\n",
          source.complete()};
}

}  // namespace

const std::vector<std::string>& table_names() {
  static const std::vector<std::string> names = {"I", "lambda", "II", "III", "variants", "folds"};
  return names;
}

std::vector<std::string> tables_of(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT w.value FROM sweep s, json_each(s.experiment, '$.tables') w WHERE s.id = ? "
      "ORDER BY w.key");
  query.bind(sweep.value);
  std::vector<std::string> names;
  while (query.step()) names.push_back(query.text(0));
  return names;
}

bool is_table_format(const std::string& format) {
  return format == "json" || format == macros || written(format).has_value();
}

TableText table_text(Database& database, SweepId sweep, const std::string& name,
                     const std::string& format) {
  for (const ResultTableKind kind :
       {ResultTableKind::table_ii, ResultTableKind::table_iii, ResultTableKind::variants})
    if (name == name_of(kind)) return text_of(read_results(database, sweep, kind), format);
  if (name == "I") return text_of(read_choices(database, sweep, "hyperparameters"), format);
  if (name == "lambda") return text_of(read_choices(database, sweep, "lambda"), format);
  if (name == "folds") return text_of(read_folds(database, sweep), format);
  throw std::invalid_argument("there is no table '" + name +
                              "'; there are I, lambda, II, III, variants and folds");
}

}  // namespace hone
