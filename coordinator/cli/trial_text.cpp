#include <cstdio>
#include <nlohmann/json.hpp>

#include "coordinator/cli/spec_changes.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/cli/trial.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t name_columns = 90;
constexpr std::size_t trials_shown = 20;

std::string cut(const json& text, std::size_t columns = name_columns) {
  return shortened(text.get<std::string>(), columns);
}

std::string number_text(const json& value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value.get<double>());
  return text;
}

std::string short_line(const std::string& text) {
  return shortened(first_line(text), name_columns);
}

std::string indented(const std::string& table) {
  std::string text;
  for (std::size_t begin = 0; begin < table.size();) {
    const std::size_t end = table.find('\n', begin) + 1;
    text += "  " + table.substr(begin, end - begin);
    begin = end;
  }
  return text;
}

std::string heading(const json& trial) {
  std::string text =
      "trial " + trial.at("trial").dump() + ": " + painted_state(trial.at("state"), has_colours());
  if (const std::string reason = trial.at("reason"); !reason.empty())
    text += ": " + short_line(reason);
  text += "\n";
  if (!trial.at("resolved").is_null())
    text += "its parameters were chosen: it is trial " + trial.at("resolved").dump() + " now\n";
  for (const json& sweep : trial.at("sweeps"))
    text += "sweep " + sweep.at("sweep").dump() + "  " + cut(sweep.at("name")) + "\n";
  text += "identity " + trial.at("identity").get<std::string>() + "\n";
  if (const json& live = trial.at("standing"); !live.is_null())
    text += "epoch " + live.at("epoch").dump() + " of at most " + live.at("epochs").dump() + ", " +
            number_text(live.at("images_per_second"), "%.0f") + " images/s\n";
  return text;
}

/// Candidates of a selection are many and say little: they are counted.
std::string settings(const json& trial) {
  json spec = trial.at("spec");
  std::string text = "\nSettings (" + spec.at("role").get<std::string>() +
                     "; what is not as by default, 'hone trial show --json' has all):\n";
  const auto candidates = spec.value("candidates", json::array()).size();
  spec.erase("candidates");
  std::vector<std::vector<std::string>> rows;
  for (const SpecChange& each : changes_from_default(spec.dump())) {
    if (!each.second.empty()) rows.push_back({each.path, shortened(each.second, name_columns)});
  }
  if (candidates > 0)
    rows.push_back({"/candidates", counted(static_cast<std::int64_t>(candidates), "candidate")});
  return text + indented(text_table(rows, rows.size() + 2, false));
}

std::string neighbours(const json& list, const std::string& title) {
  if (list.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const json& each : list) {
    if (rows.size() == trials_shown) {
      rows.push_back({"...", counted(std::ssize(list), "trial") + " in all"});
      break;
    }
    rows.push_back({"trial " + each.at("trial").dump(), each.at("state"),
                    each.at("input").get<std::string>().empty()
                        ? "its rows"
                        : each.at("input").get<std::string>(),
                    cut(each.at("name"))});
  }
  return "\n" + title + ":\n" + indented(text_table(rows, 1, has_colours()));
}

std::string attempts(const json& trial) {
  if (trial.at("role") == "select") return "\nAttempts: none; the coordinator makes this choice\n";
  if (trial.at("attempts").empty()) return "\nAttempts: none yet\n";
  std::vector<std::vector<std::string>> rows = {
      {"ATTEMPT", "STATE", "WORKER", "HOST", "DEVICE", "STARTED", "ENDED", "REASON"}};
  for (const json& each : trial.at("attempts")) {
    rows.push_back(
        {each.at("attempt").dump() + (each.at("attempt") == trial.at("accepted") ? "*" : ""),
         each.at("state"), each.at("worker").dump(), cut(each.at("host")), cut(each.at("device")),
         each.at("started"), each.at("ended").is_null() ? "-" : each.at("ended").get<std::string>(),
         short_line(each.at("reason"))});
  }
  return "\nAttempts" +
         std::string(trial.at("accepted").is_null() ? "" : " (* the one that counts)") + ":\n" +
         indented(text_table(rows, 1, has_colours()));
}

std::string files(const json& trial) {
  if (trial.at("outputs").empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const json& each : trial.at("outputs"))
    rows.push_back({each.at("name"), each.at("sha256"),
                    each.at("discarded").is_null()
                        ? ""
                        : "let go " + each.at("discarded").get<std::string>()});
  return "\nFiles (in STATE/artifacts):\n" + indented(text_table(rows, 9, false));
}

std::string scores(const json& trial) {
  if (trial.at("scores").empty()) return "";
  std::vector<std::vector<std::string>> rows = {{"SPLIT", "ITERATION", "DICE x 100", "IMAGES"}};
  for (const json& each : trial.at("scores"))
    rows.push_back({each.at("split"), each.at("iteration").dump(),
                    number_text(100 * each.at("dice").get<double>(), "%.2f"),
                    each.at("images").dump()});
  return "\nMean Dice:\n" + indented(text_table(rows, 9, false));
}

std::string summary(const json& trial) {
  for (const json& each : trial.at("attempts")) {
    if (each.at("attempt") != trial.at("accepted") || !each.at("summary").is_object()) continue;
    std::vector<std::vector<std::string>> rows;
    const json flat = each.at("summary").flatten();
    for (const auto& [path, value] : flat.items())
      rows.push_back({path, shortened(value.dump(), name_columns)});
    return rows.empty() ? "" : "\nSummary:\n" + indented(text_table(rows, 9, false));
  }
  return "";
}

/// The newest; 'hone trial logs' has all.
std::string epochs(const json& trial) {
  const json& list = trial.at("epochs");
  if (list.empty()) return "";
  const auto line = [](const json& epoch) {
    return "epoch " + epoch.at(0).dump() + ": loss " + number_text(epoch.at(1), "%.4f") +
           ", validation signal " + number_text(epoch.at(2), "%.4f") + ", " +
           number_text(epoch.at(3), "%.0f") + " images/s";
  };
  return "\nEpochs: " + std::to_string(list.size()) + " recorded; the last is " +
         line(list.back()) + "\n";
}

}  // namespace

std::string trial_text(const std::string& document) {
  const json trial = json::parse(document);
  return heading(trial) + settings(trial) + neighbours(trial.at("needs"), "Needs") +
         neighbours(trial.at("needed_by"), "Needed by") + attempts(trial) + summary(trial) +
         files(trial) + scores(trial) + epochs(trial);
}

}  // namespace hone::cli
