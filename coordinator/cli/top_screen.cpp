#include "coordinator/cli/top_screen.hpp"

#include <langinfo.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>

#include "coordinator/cli/command.hpp"

// Last: its macros are words that others use.
#define NCURSES_NOMACROS
#include <ncurses.h>

namespace hone::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_ms = 100;  // for a key
constexpr int ctrl_c = 3;

/// Numbers stay as they are: only characters follow the locale.
void speak_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

/// The terminal while it is ours.
class Screen {
 public:
  Screen() {
    speak_utf8();
    terminal_ = newterm(nullptr, stdout, stdin);
    if (terminal_ == nullptr)
      throw CommandError("this terminal (TERM) cannot be drawn on; 'hone top --once' prints");
    raw();  // Ctrl-C is a key like q: the terminal is given back
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    timeout(look_ms);
    const char* const refused = std::getenv("NO_COLOR");
    colours_ = has_colors() && (refused == nullptr || *refused == '\0');
    if (!colours_) return;
    start_color();
    use_default_colors();
    for (const int colour : {COLOR_GREEN, COLOR_CYAN, COLOR_RED})
      init_pair(static_cast<short>(colour), static_cast<short>(colour), -1);
  }
  ~Screen() {
    endwin();
    delscreen(terminal_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void draw(const std::vector<TopLine>& lines, std::size_t first) const {
    erase();
    const auto rows = static_cast<std::size_t>(std::max(LINES, 2));
    write(0, lines.front());
    for (std::size_t row = 1; row + 1 < rows && first + row < lines.size(); ++row)
      write(static_cast<int>(row), lines[first + row]);
    const std::size_t below = lines.size() > first + rows - 1 ? lines.size() - first - rows + 1 : 0;
    const std::string foot = "q quits, arrows and Page keys move" +
                             (below > 0 ? "; " + std::to_string(below) + " lines below" : "");
    write(LINES - 1, {foot, Emphasis::dim});
    refresh();
  }

 private:
  int attributes(Emphasis emphasis) const {
    const auto colour = [this](short number) {
      return colours_ ? static_cast<int>(COLOR_PAIR(number)) : 0;
    };
    switch (emphasis) {
      case Emphasis::title:
        return static_cast<int>(A_BOLD);
      case Emphasis::heading:
        return static_cast<int>(A_UNDERLINE);
      case Emphasis::good:
        return colour(COLOR_GREEN);
      case Emphasis::busy:
        return colour(COLOR_CYAN);
      case Emphasis::bad:
        return colour(COLOR_RED);
      case Emphasis::dim:
        return static_cast<int>(A_DIM);
      case Emphasis::none:
        break;
    }
    return 0;
  }

  void write(int row, const TopLine& line) const {
    attrset(attributes(line.emphasis));
    mvaddstr(row, 0, line.text.c_str());
    attrset(0);
  }

  SCREEN* terminal_ = nullptr;
  bool colours_ = false;
};

/// Where the picture begins after a key, given how many lines there are.
std::size_t moved(std::size_t first, int key, std::size_t lines) {
  const auto page = static_cast<std::size_t>(std::max(LINES - 2, 1));
  const std::size_t last = lines > page + 1 ? lines - page - 1 : 0;  // the first line stays
  if (key == KEY_DOWN) ++first;
  if (key == KEY_UP && first > 0) --first;
  if (key == KEY_NPAGE) first += page;
  if (key == KEY_PPAGE) first -= std::min(first, page);
  if (key == KEY_HOME) first = 0;
  if (key == KEY_END) first = last;
  return std::min(first, last);
}

}  // namespace

void show_full_screen(const std::function<std::vector<TopLine>(std::size_t columns)>& read,
                      std::chrono::milliseconds period) {
  const Screen screen;
  std::vector<TopLine> lines;
  std::size_t first = 0;
  for (auto next = Clock::now();;) {
    if (Clock::now() >= next) {
      lines = read(static_cast<std::size_t>(std::max(COLS, 1)));
      next = Clock::now() + period;
    }
    first = moved(first, ERR, lines.size());
    screen.draw(lines, first);
    const int key = getch();
    if (key == 'q' || key == 'Q' || key == ctrl_c) return;
    if (key == KEY_RESIZE) next = Clock::now();
    first = moved(first, key, lines.size());
  }
}

}  // namespace hone::cli
