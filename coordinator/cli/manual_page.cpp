// Manual pages, made of the command tree.
#include <algorithm>
#include <cctype>
#include <sstream>

#include "coordinator/cli/command_tree.hpp"

namespace hone::cli {

namespace {

/// Text that roff sets as it is: its own signs are taken away.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";  // a minus, which can be copied into a shell
    } else {
      safe += c;
    }
  }
  return safe;
}

/// A line that does not begin a request, whatever it begins with.
std::string line_of(const std::string& text) {
  const bool request = !text.empty() && (text[0] == '.' || text[0] == '\'');
  return (request ? "\\&" : "") + plain(text) + "\n";
}

std::string bold(const std::string& text) {
  return "\\fB" + plain(text) + "\\fR";
}

std::string names_of(const CommandOption& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + bold(name);
  if (!option.value.empty() && !option.positional) text += " \\fI" + plain(option.value) + "\\fR";
  return text;
}

std::string synopsis(const CommandTree& command) {
  std::string text = bold(command.path) + " [options]";
  if (!command.commands.empty()) text += " \\fIcommand\\fR ...";
  for (const CommandOption& option : command.options) {
    if (!option.positional) continue;
    const std::string name = "\\fI" + plain(option.names[0]) + "\\fR";
    text += option.required ? " " + name : " [" + name + "]";
  }
  return text + "\n";
}

std::string options_of(const CommandTree& command) {
  std::string text;
  for (const CommandOption& option : command.options) {
    text += ".TP\n" + names_of(option) + "\n" + line_of(option.description);
    std::string choices;
    for (const std::string& each : option.choices) choices += (choices.empty() ? "" : ", ") + each;
    if (!choices.empty()) text += line_of("One of " + choices + ".");
  }
  return text.empty() ? "" : ".SH OPTIONS\n" + text;
}

std::string commands_of(const CommandTree& command) {
  std::string text;
  for (const CommandTree& each : command.commands)
    text += ".TP\n" + bold(each.path) + "\n" + line_of(each.description);
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

/// The footer of --help as it stands there: examples, and words on them.
std::string examples_of(const CommandTree& command) {
  std::istringstream lines(command.footer);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (!(text.empty() && line.empty())) text += line_of(line);
  }
  return text.empty() ? "" : ".SH NOTES\n.nf\n" + text + ".fi\n";
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string see_also(const std::string& own, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (name != own) text += (text.empty() ? "" : ",\n") + bold(name) + "(1)";
  }
  return ".SH SEE ALSO\n" + text + "\n";
}

constexpr const char* environment = R"(.SH EXIT STATUS
0 done, 1 failed, 2 wrong usage or input, 3 finished but results are missing, 130 stopped by Ctrl\-C.
.SH ENVIRONMENT
.TP
\fBHONE_STATE\fR
Folder of results where \fB\-\-state\fR is not given.
.TP
\fBHONE_ACCESS\fR
The coordinator's access file where neither \fB\-\-access\fR nor \fB\-\-state\fR is given.
.TP
\fBHONE_CLIENT_CERTIFICATE\fR, \fBHONE_CLIENT_KEY\fR
PEM files to show to a coordinator that asks for them (\fBhone serve \-\-client\-ca\fR).
.TP
\fBNO_COLOR\fR
Not empty: no colours.
)";

}  // namespace

std::string page_name(const CommandTree& command) {
  std::string name = command.path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manual_page(const CommandTree& command, const std::string& version,
                        const std::vector<std::string>& names) {
  const std::string name = page_name(command);
  return ".TH \"" + plain(upper(name)) + "\" 1 \"\" \"hone " + plain(version) + "\" \"Hone\"\n" +
         ".SH NAME\n" + plain(name) + " \\- " + plain(command.description) + "\n" +
         ".SH SYNOPSIS\n" + synopsis(command) + commands_of(command) + options_of(command) +
         examples_of(command) + environment + see_also(name, names);
}

}  // namespace hone::cli
