#include "common/net/plain_log.hpp"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace hone {
namespace {

TEST(PlainLog, HasOneLineForEachEventWhateverIsInIt) {
  std::ostringstream out;
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
  spdlog::logger logger("log", sink);
  logger.set_formatter(plain_formatter("%l %*"));
  logger.info("event=x why=\"{}\"", "a\nerror event=forged\r\x1b[2J\x7f");
  EXPECT_EQ(out.str(), "info event=x why=\"a\\nerror event=forged\\x0d\\x1b[2J\\u007f\"\n");
}

TEST(PlainLog, LeavesTextAlone) {
  EXPECT_EQ(without_controls("λ = 0.1, \"Zoë\\\""), "λ = 0.1, \"Zoë\\\"");
  EXPECT_EQ(without_controls("\xc2\x9b"
                             "2J"),
            "\\u009b2J");
  EXPECT_EQ(without_controls("a\xe2\x80\xae"
                             "b\xe2\x81\xa9\xe2\x80"),
            "a\\u202eb\\u2069\xe2\x80");
  EXPECT_EQ(without_controls("\tone\ntwo\r", "\t\n"), "\tone\ntwo\\x0d");
  EXPECT_EQ(without_controls({"\0", 1}), "\\x00");
}

}  // namespace
}  // namespace hone
