#include "coordinator/report/written.hpp"

#include <stdexcept>

namespace hone {

std::string rendered(const Table& table, const std::string& format) {
  if (format == "text") return render(table, TableFormat::text);
  if (format == "markdown") return render(table, TableFormat::markdown);
  if (format == "csv") return render(table, TableFormat::csv);
  if (format == "latex") return render(table, TableFormat::latex);
  throw std::invalid_argument("'" + format + "' is not a format of tables");
}

}  // namespace hone
