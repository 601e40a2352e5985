#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "sql/database.hpp"

namespace hone {

struct QueryOutput {
  std::string format = "text";        // text, csv, json
  std::optional<std::int64_t> limit;  // rows at most; nothing: all
};

struct QueryEnd {
  std::int64_t rows = 0;  // written
  bool more = false;      // there were more than the limit
};

/// Writes the rows of one query. As text all rows are held at once for the widths of the columns;
/// csv and json ("schema": "hone.query.v1") are written row by row. NULL is nothing in text and
/// csv, a blob its bytes in hexadecimal. Throws QueryError, SqlError.
QueryEnd write_query(Database& database, const std::string& sql, const QueryOutput& output,
                     std::ostream& out);

}  // namespace hone
