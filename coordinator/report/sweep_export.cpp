#include "coordinator/report/sweep_export.hpp"

#include <utility>
#include <vector>

#include "coordinator/report/results.hpp"

namespace hone {

namespace {

/// All trials that the sweep's trials are, resolve to or need.
constexpr const char* closure =
    "WITH RECURSIVE kept (id) AS (SELECT trial FROM sweep_trial WHERE sweep = ?1 "
    "UNION SELECT t.resolved FROM kept k JOIN trial t ON t.id = k.id WHERE t.resolved IS NOT NULL "
    "UNION SELECT n.needs FROM kept k JOIN need n ON n.trial = k.id) ";

/// In the order of their references; the condition may use `kept` and ?1, the sweep. Rows of
/// attempts that were not accepted count nowhere.
constexpr std::pair<const char*, const char*> facts[] = {
    {"pack", "digest IN (SELECT pack FROM sweep_pack WHERE sweep = ?1)"},
    {"image", "pack IN (SELECT pack FROM sweep_pack WHERE sweep = ?1)"},
    {"sweep", "id = ?1"},
    {"sweep_pack", "sweep = ?1"},
    {"demand", "id IN (SELECT demand FROM trial WHERE id IN (SELECT id FROM kept))"},
    {"trial", "id IN (SELECT id FROM kept)"},
    {"sweep_trial", "sweep = ?1"},
    {"sweep_net", "sweep = ?1"},
    {"need", "trial IN (SELECT id FROM kept)"},
    {"worker", "id IN (SELECT worker FROM attempt WHERE trial IN (SELECT id FROM kept))"},
    {"attempt", "trial IN (SELECT id FROM kept)"},
    {"output", "trial IN (SELECT id FROM kept)"},
    {"difference", "trial IN (SELECT id FROM kept)"},
    {"measurement",
     "(trial, attempt) IN (SELECT t.id, t.accepted FROM kept k JOIN trial t ON t.id = k.id)"},
    {"trial_dice",
     "(trial, attempt) IN (SELECT t.id, t.accepted FROM kept k JOIN trial t ON t.id = k.id)"},
    {"epoch",
     "(trial, attempt) IN (SELECT t.id, t.accepted FROM kept k JOIN trial t ON t.id = k.id)"},
    {"selection", "trial IN (SELECT id FROM kept)"},
    {"halving", "selection IN (SELECT id FROM kept)"},
    {"halving_trial", "selection IN (SELECT id FROM kept)"}};

/// Those that are stored, not generated.
std::vector<std::string> columns_of(Database& database, const std::string& table) {
  Statement query =
      database.prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid");
  query.bind(table);
  std::vector<std::string> columns;
  while (query.step()) columns.push_back(query.text(0));
  return columns;
}

void bind_value(Statement& insert, const Statement& row, int column) {
  switch (row.type(column)) {
    case ValueType::null:
      insert.bind_null();
      return;
    case ValueType::integer:
      insert.bind(row.integer(column));
      return;
    case ValueType::real:
      insert.bind(row.real(column));
      return;
    default:
      insert.bind(row.text(column));
  }
}

void copy(Database& from, Database& to, SweepId sweep,
          const std::pair<const char*, const char*>& what) {
  const std::string table = what.first;
  std::string columns, values, marks;
  const std::vector<std::string> names = columns_of(from, table);
  for (const std::string& name : names) {
    columns += (columns.empty() ? "" : ", ") + quoted_name(name);
    // A trial may stand in the queue of a sweep that stays behind.
    values += (values.empty() ? "" : ", ") +
              (name == "queue" ? "iif(queue IS NULL, NULL, ?1)" : quoted_name(name));
    marks += marks.empty() ? "?" : ", ?";
  }
  Statement rows =
      from.prepare(closure + ("SELECT " + values + " FROM " + table + " WHERE ") + what.second);
  Statement insert =
      to.prepare("INSERT INTO " + table + " (" + columns + ") VALUES (" + marks + ")");
  rows.bind(sweep.value);
  while (rows.step()) {
    for (int i = 0; i < static_cast<int>(names.size()); ++i) bind_value(insert, rows, i);
    insert.run();
  }
}

std::string table_query(Database& database, SweepId sweep, ResultTableKind kind) {
  const std::string name(name_of(kind));
  const bool variants = kind == ResultTableKind::variants;
  Statement columns = database.prepare(
      "SELECT DISTINCT position, column_name FROM cell WHERE tab = ? AND sweep = ? ORDER BY 1");
  columns.bind(name).bind(sweep.value);
  std::string text = "-- Table " + name + "\nSELECT c.dataset AS \"Dataset\"";
  if (variants) text += ", c.variant AS \"Variant\"";
  while (columns.step()) {
    const std::string column = columns.text(1);
    const bool searched = column.ends_with("validation") || column.ends_with("best");
    const std::string iteration =
        " || ' (' || c.first_iteration || CASE WHEN c.last_iteration > c.first_iteration "
        "THEN '-' || c.last_iteration ELSE '' END || ')'";
    text += ",\n  max(CASE c.column_name WHEN '" + column +
            "' THEN coalesce(printf('%.2f', c.dice)" + (searched ? iteration : "") +
            ",\n    CASE WHEN c.collapsed > 0 THEN 'collapsed' WHEN c.diverged > 0 THEN 'diverged' "
            "ELSE 'missing' END) END) AS " +
            quoted_name(column);
  }
  return text +
         "\nFROM table_cell c JOIN sweep s ON s.id = c.sweep\n"
         "LEFT JOIN json_each(s.experiment, '$.datasets') d ON d.value ->> '$.name' = c.dataset\n"
         "LEFT JOIN json_each(s.experiment, '$.variants') v ON v.value ->> '$.name' = c.variant\n"
         "WHERE c.tab = '" +
         name + "' AND c.sweep = " + std::to_string(sweep.value) +
         "\nGROUP BY c.dataset, c.variant ORDER BY d.key, v.key;\n";
}

}  // namespace

void write_sweep_export(Database& database, SweepId sweep, const std::filesystem::path& file) {
  Database exported(file, Database::Mode::read_write);
  install_schema(exported);
  // Trials refer to trials with higher numbers.
  exported.execute("PRAGMA foreign_keys = OFF");
  Transaction transaction(exported);
  for (const auto& what : facts) copy(database, exported, sweep, what);
  transaction.commit();
  exported.execute("PRAGMA journal_mode = DELETE");  // one file, which reading leaves alone
}

std::string tables_sql(Database& database, SweepId sweep) {
  std::string text =
      "-- sqlite3 -header -csv hone.sqlite < tables.sql      needs SQLite 3.38 or newer\n";
  for (const ResultTableKind kind :
       {ResultTableKind::table_ii, ResultTableKind::table_iii, ResultTableKind::variants})
    if (has_table(database, sweep, kind)) text += "\n" + table_query(database, sweep, kind);
  return text +
         "\n-- Choices\nSELECT name, variant, dataset, rotation, seed, patch, score, trials, "
         "chosen\n"
         "FROM candidate_row WHERE sweep = " +
         std::to_string(sweep.value) +
         "\nORDER BY name, variant, dataset, rotation, seed, position;\n";
}

std::string export_readme(Database& database, SweepId sweep) {
  Statement query = database.prepare("SELECT name, submitted FROM sweep WHERE id = ?");
  query.bind(sweep.value).step();
  return "The results of sweep " + std::to_string(sweep.value) + ", " + query.text(0) +
         ", submitted " + query.text(1) + R"(.

tables.sql       queries that print the tables from hone.sqlite
hone.sqlite      all facts behind them: experiment, trials, attempts, rows of results, choices
views.md         what can be asked of hone.sqlite
experiment.json  the experiment with every default
cells.csv        every cell of every table: Dice times 100 over `images` test images
cell_images.csv  the rows behind the cells: one per image and metric, in the metric's own unit
curves.csv       one row per image, iteration and metric of every evaluation
trials.csv       every trial: what it is, its state, its seed, its identity, where it ran
selections.csv   every candidate of every selection with its validation Dice times 100
artifacts        with --pictures: images, truths and film strips, for hone dashboard hone.sqlite
SHA256SUMS       the SHA-256 of every other file

The tables without Hone, with SQLite 3.38 or newer:

  sqlite3 -header -csv hone.sqlite < tables.sql

or with Python 3:

  import sqlite3
  database = sqlite3.connect("hone.sqlite")
  for query in open("tables.sql", encoding="utf-8").read().split(";\n"):
      if query.strip():
          rows = database.execute(query)
          print([column[0] for column in rows.description], *rows, sep="\n")

Whether all is as it was written:

  sha256sum -c SHA256SUMS
)";
}

}  // namespace hone
