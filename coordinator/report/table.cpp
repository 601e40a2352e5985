#include "coordinator/report/table.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace hone {

namespace {

using Line = std::vector<std::string>;

/// Display width of UTF-8 text whose every code point is one column wide.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string latex_text(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      safe += std::string("\\") + c + "{}";
    } else {
      if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) safe += '\\';
      safe += c;
    }
  }
  for (std::size_t at = 0; (at = safe.find("λ", at)) != std::string::npos; at += 9) {
    safe.replace(at, std::string_view("λ").size(), "$\\lambda$");
  }
  return safe;
}

/// No name makes markup: of HTML, emphasis, code, links and pictures.
std::string markdown_text(const std::string& text, std::string_view signs = "\\<&`*") {
  std::string safe;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool link = text[at] == '(' && at > 0 && text[at - 1] == ']';
    if (link || signs.find(text[at]) != std::string_view::npos) safe += '\\';
    safe += text[at];
  }
  return safe;
}

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string escaped(const std::string& text, TableFormat format) {
  if (format == TableFormat::latex) return latex_text(text);
  if (format == TableFormat::csv) return csv_text(text);
  if (format == TableFormat::markdown) return markdown_text(text, "|\\<&`*");
  return text;
}

std::string decorated(const TableCell& cell, TableFormat format) {
  std::string text = cell_text(cell);
  if (!cell.best) return escaped(text + cell.suffix, format);
  if (format == TableFormat::text) return text + "*" + cell.suffix;
  if (format == TableFormat::markdown) return "**" + text + "**" + cell.suffix;
  if (format == TableFormat::latex) return "\\textbf{" + text + "}" + cell.suffix;
  return text + cell.suffix;
}

Line header_of(const Table& table, TableFormat format) {
  Line line;
  for (const std::string& each : table.label_headers) line.push_back(escaped(each, format));
  for (const std::string& each : table.column_headers) line.push_back(escaped(each, format));
  return line;
}

Line line_of(const TableRow& row, TableFormat format) {
  Line line;
  for (const std::string& each : row.labels) line.push_back(escaped(each, format));
  for (const TableCell& each : row.cells) line.push_back(decorated(each, format));
  return line;
}

std::string joined(const Line& line, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i > 0) text += separator;
    text += line[i];
  }
  return text;
}

std::string render_text(const Table& table, const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text = table.title + "\n\n";
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      const bool label = i < table.label_headers.size();
      row += (i > 0 ? "  " : "") + (label ? line[i] + padding : padding + line[i]);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += note + "\n";
  return text;
}

std::string render_markdown(const Table& table, const std::vector<Line>& lines) {
  std::string text = "**" + markdown_text(table.title) + "**\n\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += "| " + joined(lines[i], " | ") + " |\n";
    if (i > 0) continue;
    for (std::size_t c = 0; c < lines[i].size(); ++c) {
      text += c < table.label_headers.size() ? "| --- " : "| ---: ";
    }
    text += "|\n";
  }
  for (const std::string& note : table.notes) text += "\n" + markdown_text(note) + "\n";
  return text;
}

std::string render_latex(const Table& table, const std::vector<Line>& lines) {
  std::string text = "% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{" +
                     latex_text(table.title) + "}\n\\begin{tabular}{" +
                     std::string(table.label_headers.size(), 'l') +
                     std::string(table.column_headers.size(), 'r') + "}\n\\toprule\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += joined(lines[i], " & ") + " \\\\\n" + (i == 0 ? "\\midrule\n" : "");
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes)
    text += "\\par\\footnotesize " + latex_text(note) + "\n";
  return text + "\\end{table}\n";
}

/// Every line says all that it is about: a label left out means the one above.
std::string render_csv(std::vector<Line> lines, std::size_t labels) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (std::size_t c = 0; c < labels && i > 1; ++c) {
      if (lines[i][c].empty()) lines[i][c] = lines[i - 1][c];
    }
    text += joined(lines[i], ",") + "\n";
  }
  return text;
}

}  // namespace

std::string cell_text(const TableCell& cell) {
  if (!cell.value) return cell.word;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, cell.signed_value ? "%+.2f" : "%.2f", *cell.value);
  return buffer;
}

std::string render(const Table& table, TableFormat format) {
  std::vector<Line> lines = {header_of(table, format)};
  for (const TableRow& row : table.rows) {
    lines.push_back(line_of(row, format));
    if (lines.back().size() != lines.front().size()) {
      throw std::invalid_argument("a table row is not as long as its header");
    }
  }
  switch (format) {
    case TableFormat::text:
      return render_text(table, lines);
    case TableFormat::markdown:
      return render_markdown(table, lines);
    case TableFormat::latex:
      return render_latex(table, lines);
    case TableFormat::csv:
      break;
  }
  return render_csv(lines, table.label_headers.size());
}

}  // namespace hone
