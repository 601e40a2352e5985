#pragma once

#include <string>

#include "coordinator/report/table.hpp"

namespace hone {

/// The table in the format text, markdown, csv or latex. Throws std::invalid_argument for another.
std::string rendered(const Table& table, const std::string& format);

/// Whatever has layout() and to_json(), in one of those formats or json, with a newline at its end.
template <class Source>
std::string written(const Source& source, const std::string& format) {
  return format == "json" ? to_json(source) + "\n" : rendered(layout(source), format);
}

}  // namespace hone
