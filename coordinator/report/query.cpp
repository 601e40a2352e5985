#include "coordinator/report/query.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace hone {

namespace {

using nlohmann::json;
using Line = std::vector<std::string>;

std::string hexadecimal(const std::string& bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string text_at(const Statement& query, int column) {
  return query.type(column) == ValueType::blob ? hexadecimal(query.text(column))
                                               : query.text(column);
}

json json_at(const Statement& query, int column) {
  switch (query.type(column)) {
    case ValueType::null:
      return {};
    case ValueType::integer:
      return query.integer(column);
    case ValueType::real:
      return query.real(column);
    default:
      return text_at(query, column);
  }
}

Line header_of(const Statement& query) {
  Line line;
  for (int i = 0; i < query.columns(); ++i) line.push_back(query.column_name(i));
  return line;
}

Line line_of(const Statement& query) {
  Line line;
  for (int i = 0; i < query.columns(); ++i) line.push_back(text_at(query, i));
  return line;
}

/// Calls `each` for every row up to the limit.
template <class Each>
QueryEnd for_rows(Statement& query, const QueryOutput& output, const Each& each) {
  QueryEnd end;
  while (query.step()) {
    if (output.limit && end.rows == *output.limit) {
      end.more = true;
      break;
    }
    each();
    ++end.rows;
  }
  return end;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + "\"";
}

void write_csv(const Line& line, std::ostream& out) {
  for (std::size_t i = 0; i < line.size(); ++i) out << (i > 0 ? "," : "") << quoted(line[i]);
  out << "\n";
}

/// Columns, of UTF-8 text whose every code point is one column wide.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// Without what would break a line of the table or move a terminal's cursor.
std::string on_one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return text;
}

QueryEnd write_text(Statement& query, const QueryOutput& output, std::ostream& out) {
  std::vector<Line> lines = {header_of(query)};
  std::vector<bool> is_number(lines[0].size(), true);
  const QueryEnd end = for_rows(query, output, [&] {
    lines.push_back(line_of(query));
    for (std::size_t i = 0; i < is_number.size(); ++i) {
      const ValueType type = query.type(static_cast<int>(i));
      if (type == ValueType::text || type == ValueType::blob) is_number[i] = false;
    }
  });
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = on_one_line(std::move(line[i]));
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      row += (i > 0 ? "  " : "") + (is_number[i] ? padding + line[i] : line[i] + padding);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    out << row << "\n";
  }
  return end;
}

QueryEnd write_json(Statement& query, const QueryOutput& output, std::ostream& out) {
  const auto dumped = [](const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  out << "{\"schema\": \"hone.query.v1\", \"columns\": " << dumped(header_of(query))
      << ", \"rows\": [";
  bool first = true;
  const QueryEnd end = for_rows(query, output, [&] {
    json row = json::array();
    for (int i = 0; i < query.columns(); ++i) row.push_back(json_at(query, i));
    out << (first ? "\n" : ",\n") << dumped(row);
    first = false;
  });
  out << "], \"more\": " << (end.more ? "true" : "false") << "}\n";
  return end;
}

}  // namespace

QueryEnd write_query(Database& database, const std::string& sql, const QueryOutput& output,
                     std::ostream& out) {
  Statement query = database.prepare_query(sql);
  if (output.format == "json") return write_json(query, output, out);
  if (output.format == "text") return write_text(query, output, out);
  write_csv(header_of(query), out);
  return for_rows(query, output, [&] { write_csv(line_of(query), out); });
}

}  // namespace hone
