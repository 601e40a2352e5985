#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "sql/database.hpp"

/// A database of schema version 2, for tests of the way from there.
namespace hone::testing {

inline std::string schema_of_version_2() {
  std::ifstream schema(HONE_SOURCE_DIR "/tests/sql/schema_2.sql");
  return {std::istreambuf_iterator<char>(schema), {}};
}

// A sweep in the middle of its work: a base net is done, a refiner of 4 threads and bf16 waits, a
// choice and a trial that was deferred and is resolved; an earlier choice was made.
inline constexpr const char* rows_of_version_2 = R"(
  UPDATE coordinator SET epoch = 3;
  INSERT INTO pack VALUES ('p', 'ph2', 0, 64, 'white');
  INSERT INTO image VALUES ('p', 0, 'IMD002', 0), ('p', 1, 'IMD003', 1);
  INSERT INTO sweep (id, name, digest, experiment, submitted) VALUES
    (1, 's', 'd', '{"name":"s"}', '2026-01-02T03:04:05Z'), (2, 'later', 'e', '{}', '2026-01-02T03:04:06Z');
  INSERT INTO sweep_pack VALUES (1, 'PH2', 'p'), (2, 'PH2', 'p');
  INSERT INTO worker VALUES (1, 'w', 'here', 2, 1, 'cpu');
  INSERT INTO metric VALUES (0, 'dice');
  INSERT INTO trial (id, identity, spec, image_steps, state, unmet, attempt, accepted, forgiven, reason) VALUES
    (1, 'i1', '{"role":"segment","dataset":"PH2","rotation":1,"fold":3,"seed":7,"numerics":{"threads":1,"precision":"fp32"}}', 500, 'done', 0, 2, 2, 1, ''),
    (2, 'i2', '{"role":"refine","refine":{"mode":"plain","lambda":0.3},"numerics":{"threads":4,"precision":"bf16"}}', 900, 'waiting', 0, 0, NULL, 0, 'r'),
    (3, 'i3', '{"role":"select"}', 0, 'waiting', 1, 0, NULL, 0, ''),
    (5, 'i5', '{"role":"segment","numerics":{"threads":1,"precision":"fp32"}}', 700, 'waiting', 0, 0, NULL, 0, ''),
    (6, 'i6', '{"role":"select"}', 0, 'done', 0, 0, NULL, 0, '');
  INSERT INTO trial (id, identity, spec, image_steps, state, deferred, resolved, unmet) VALUES
    (4, 'i4', '{"role":"refine"}', 0, 'resolved', 1, 2, 0);
  INSERT INTO sweep_trial VALUES (1, 1, 'a'), (2, 2, 'b'), (1, 3, 'c'), (1, 4, 'd'), (2, 5, 'e'), (1, 6, 'f');
  INSERT INTO sweep_net VALUES (1, '', 'base', 1), (2, 'deep', 'variant', 5);
  INSERT INTO need VALUES (2, 1, 'masks', 'masks'), (3, 2, '', '');
  INSERT INTO attempt VALUES
    (1, 1, 1, 'lost', 'r', NULL, NULL, NULL, '2026-01-02T03:04:07Z', '2026-01-02T03:04:08Z'),
    (1, 2, 1, 'done', '', 2, 'x', '{"epochs":2}', '2026-01-02T03:04:09Z', '2026-01-02T03:04:10Z');
  INSERT INTO output VALUES (1, 2, 'weights', 'w'), (1, 2, 'masks', 'm');
  INSERT INTO measurement VALUES (1, 1, 1, 0, 0, 0, 0.25), (1, 2, 1, 0, 0, 0, 0.5), (1, 2, 2, 1, 0, 0, 0.75);
  INSERT INTO epoch VALUES (1, 2, 1, 0.9, 0.1, 1.5, 100.25), (1, 2, 2, 0.8, 0.2, 1.25, 101);
  INSERT INTO selection VALUES (6, 1, '{"refine":{"lambda":0.3}}', 1);
)";

/// Of an empty file.
inline void make_version_2(Database& database) {
  database.execute(schema_of_version_2());
  database.execute("PRAGMA user_version = 2; CREATE VIEW member AS SELECT id FROM trial");
  database.execute(rows_of_version_2);
}

/// Every row of every table that version 2 has, by its columns: what no migration may change. But
/// for the list of metrics, which each version adds to.
inline std::string facts_of_version_2(Database& database) {
  Database empty(":memory:", Database::Mode::read_write);
  empty.execute(schema_of_version_2());
  Statement tables = empty.prepare(
      "SELECT t.name, group_concat('quote(' || c.name || ')', ' || ''|'' || ') FROM sqlite_schema "
      "t, "
      "pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name <> 'metric' GROUP BY t.name "
      "ORDER BY t.name");
  std::string facts;
  while (tables.step()) {
    facts += tables.text(0) + "\n";
    Statement rows =
        database.prepare("SELECT " + tables.text(1) + " FROM " + tables.text(0) + " ORDER BY 1");
    while (rows.step()) facts += "  " + rows.text(0) + "\n";
  }
  return facts;
}

}  // namespace hone::testing
