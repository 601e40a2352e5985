#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "coordinator/server/garbage.hpp"

namespace hone {

namespace {

using nlohmann::json;

struct KindText {
  const char* name;
  const char* what;
};

constexpr KindText kind_texts[garbage_kinds] = {
    {"weights", "of inner folds that only voted for a choice, or of attempts that do not count"},
    {"packs", "that no sweep has"},
    {"unnamed", "that no result names: of attempts that were lost"},
    {"unfinished", "left by uploads and ingestions that were cut short"},
    {"discarded", "let go before, when the removal was cut short"}};

json json_of(const FileCount& count) {
  return {{"files", count.files}, {"bytes", count.bytes}};
}

std::string size_text(std::int64_t bytes) {
  constexpr const char* units[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; size >= 999.95 && unit + 1 < std::size(units); ++unit) size /= 1000;
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << size << ' ' << units[unit];
  return text.str();
}

void add_line(std::ostream& out, const std::string& name, const json& count,
              const std::string& what) {
  const auto files = count.at("files").get<std::int64_t>();
  out << "  " << std::left << std::setw(11) << name << std::right << std::setw(8) << files
      << (files == 1 ? " file  " : " files ") << std::setw(10)
      << size_text(count.at("bytes").get<std::int64_t>());
  if (!what.empty()) out << "  " << what;
  out << '\n';
}

}  // namespace

std::string to_json(const GarbageReport& report, GarbageAction action) {
  json kinds = json::array();
  for (std::size_t i = 0; i < garbage_kinds; ++i) {
    json kind = json_of(report.kinds[i]);
    kind["kind"] = kind_texts[i].name;
    kind["what"] = kind_texts[i].what;
    kinds.push_back(kind);
  }
  return json{{"schema", "hone.gc.v1"},
              {"removed", action == GarbageAction::removed},
              {"kinds", kinds},
              {"total", json_of(report.total())},
              {"kept", json_of(report.kept)},
              {"spared", json_of(report.spared)},
              {"missing", report.missing},
              {"failed", report.failed}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string text_of_garbage(const std::string& report_json) {
  const json report = json::parse(report_json);
  std::ostringstream out;
  const bool removed = report.at("removed");
  const json& total = report.at("total");
  if (total.at("files") == 0) {
    out << "nothing to remove\n";
  } else {
    out << (removed ? "removed\n" : "would remove (nothing was changed)\n");
    for (const json& kind : report.at("kinds"))
      if (kind.at("files") != 0) add_line(out, kind.at("kind"), kind, kind.at("what"));
    add_line(out, "total", total, "");
  }
  out << "kept\n";
  add_line(out, "needed", report.at("kept"), "by trials, cells, hone verify or new evaluations");
  if (report.at("spared").at("files") != 0)
    add_line(out, "spared", report.at("spared"), "young, or perhaps of a trial that runs");
  if (report.at("missing") != 0)
    out << "MISSING: " << report.at("missing")
        << " artifacts that results count on are not in the folder: see 'hone repair'\n";
  for (const json& failed : report.at("failed"))
    out << "not removed: " << failed.get<std::string>() << '\n';
  return out.str();
}

}  // namespace hone
