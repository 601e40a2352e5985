#include "tests/bench/coordinator/fleet.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <random>
#include <stdexcept>
#include <string>

#include "common/message.hpp"
#include "common/net/secure.hpp"
#include "common/wire.hpp"

namespace hone::bench {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::use_awaitable;
using Clock = std::chrono::steady_clock;
using Stream = websocket::stream<WireStream>;

constexpr int images = 100;  // of a report's rows; then the iteration counts on

/// Rows and frames are the same for every trial but for the ticket: written once, since the load
/// must not cost more than what it measures.
struct Script {
  explicit Script(const FleetSettings& settings) {
    std::vector<Measurement> all;
    for (int report = 0; report < settings.reports; ++report) {
      Report frame;
      frame.sequence = report;
      for (int row = 0; row < settings.rows; ++row) {
        const auto number = static_cast<std::int32_t>(report * settings.rows + row);
        const Split split = number % 2 == 0 ? Split::validation : Split::test;
        const std::int32_t place = number / 2;
        frame.rows.push_back(
            {split, place % images, place / images, Metric::dice, 0.5 + 1e-6 * number});
      }
      frame.epochs.push_back({report + 1, 0.5, 0.5, 0.1, 100});
      all.insert(all.end(), frame.rows.begin(), frame.rows.end());
      reports.push_back(encode(FromWorker{frame}));
    }
    Done end;
    end.rows = static_cast<std::int64_t>(all.size());
    end.rows_digest = digest_of_rows(std::move(all));
    end.artifacts = {{"weights", settings.artifact}, {"masks", settings.artifact}};
    end.summary = "{}";
    done = encode(FromWorker{end});
  }

  std::vector<std::string> reports;
  std::string done;
};

constexpr std::string_view no_ticket = R"("ticket":{"attempt":0,"trial":0})";

/// The frame with the ticket in it.
std::string with_ticket(const std::string& frame, const std::string& ticket) {
  std::string text = frame;
  return text.replace(text.find(no_ticket), no_ticket.size(), ticket);
}

bool is_type(const std::string& frame, std::string_view type) {
  return frame.ends_with("\"type\":\"" + std::string(type) + "\"}");
}

/// What all workers share.
struct Fleet {
  FleetSettings settings;
  Script script{settings};
  FleetResult result;
  std::int64_t asked = 0;  // trials that are done, under way or asked for
  int greeted = 0;         // workers that are connected
  Clock::time_point start = {};
  asio::io_context context{1};
  asio::steady_timer all_there{context, asio::steady_timer::time_point::max()};
};

/// One worker's connection.
struct Line {
  explicit Line(Fleet& of) : fleet(of), stream(of.context) {}
  Fleet& fleet;
  Stream stream;
  beast::flat_buffer buffer = {};
  bool done_waits = false;  // for its Ack
  std::mt19937 random = {};
  bool asked = false;
};

asio::awaitable<void> send(Line* line, std::string frame) {
  co_await line->stream.async_write(asio::buffer(frame), use_awaitable);
}

asio::awaitable<std::string> next(Line* line) {
  line->buffer.clear();
  co_await line->stream.async_read(line->buffer, use_awaitable);
  std::string frame = beast::buffers_to_string(line->buffer.data());
  if (is_type(frame, "drop") || is_type(frame, "refuse")) throw std::runtime_error(frame);
  if (frame.starts_with(R"({"sequence":-1,)")) line->done_waits = false;
  co_return frame;
}

asio::awaitable<void> greet(Line* line, int number) {
  const Access access = line->fleet.settings.access;
  const asio::ip::tcp::endpoint there(asio::ip::make_address(access.host), access.port);
  auto& socket = beast::get_lowest_layer(line->stream).socket();
  co_await socket.async_connect(there, use_awaitable);
  socket.set_option(asio::ip::tcp::no_delay(true));
  co_await secure(&line->stream.next_layer(), &access);
  line->stream.set_option(websocket::stream_base::decorator([access](auto& request) {
    request.set(beast::http::field::authorization, "Bearer " + access.token);
  }));
  const std::string host = access.host + ":" + std::to_string(access.port);
  const std::string target = "/worker";
  co_await line->stream.async_handshake(host, target, use_awaitable);
  line->stream.text(true);
  Hello hello;
  hello.instance = "bench-" + std::to_string(number) + "-" +
                   std::to_string(Clock::now().time_since_epoch().count());
  hello.host = "here";
  hello.device = "cpu";
  hello.precisions = {Precision::fp32};
  std::string frame = encode(FromWorker{hello});
  co_await send(line, std::move(frame));
  co_await next(line);  // Welcome
}

/// The ticket of the lease, as it stands in the frame; '' when nothing will come.
asio::awaitable<std::string> leased(Line* line) {
  while (true) {
    const std::string frame = co_await next(line);
    const bool idle = is_type(frame, "idle");
    if (idle && frame.find("\"drained\":true") != std::string::npos) co_return "";
    if (!is_type(frame, "assign")) continue;
    const auto begin = frame.rfind("\"ticket\":{");
    co_return frame.substr(begin, frame.find('}', begin) + 1 - begin);
  }
}

asio::awaitable<void> train(Line* line, std::string ticket) {
  const FleetSettings& settings = line->fleet.settings;
  if (settings.work.count() > 0) {
    std::uniform_int_distribution<std::int64_t> until(0, 2 * settings.work.count());
    asio::steady_timer work(line->fleet.context, std::chrono::milliseconds(until(line->random)));
    co_await work.async_wait(use_awaitable);
  }
  for (const std::string& report : line->fleet.script.reports) {
    std::string frame = with_ticket(report, ticket);
    co_await send(line, std::move(frame));
  }
  std::string frame = with_ticket(line->fleet.script.done, ticket);
  co_await send(line, std::move(frame));
  line->done_waits = true;
  ++line->fleet.result.trials;
}

/// Waits until every worker is connected, so that connecting is not measured.
asio::awaitable<void> wait_for_all(Fleet* fleet) {
  if (++fleet->greeted == fleet->settings.workers) {
    fleet->start = Clock::now();
    fleet->all_there.cancel();
    co_return;
  }
  boost::system::error_code cancelled;
  co_await fleet->all_there.async_wait(asio::redirect_error(use_awaitable, cancelled));
}

asio::awaitable<std::string> ask(Line* line) {
  Fleet& fleet = line->fleet;
  if (fleet.asked == fleet.settings.trials) co_return "";
  ++fleet.asked;
  const auto start = Clock::now();
  std::string frame = encode(FromWorker{Ask{1}});
  co_await send(line, std::move(frame));
  std::string ticket = co_await leased(line);
  const std::chrono::duration<double, std::milli> waited = Clock::now() - start;
  auto& times = line->asked ? fleet.result.lease_ms : fleet.result.first_lease_ms;
  if (!ticket.empty()) times.push_back(waited.count());
  line->asked = true;
  co_return ticket;
}

asio::awaitable<void> work(Fleet* fleet, int number) {
  Line line(*fleet);
  line.random.seed(static_cast<unsigned>(number) + 1);
  co_await greet(&line, number);
  co_await wait_for_all(fleet);
  while (true) {
    std::string ticket = co_await ask(&line);
    if (ticket.empty()) break;
    co_await train(&line, std::move(ticket));
  }
  while (line.done_waits) co_await next(&line);
}

}  // namespace

FleetResult run_fleet(const FleetSettings& settings) {
  Fleet fleet{.settings = settings, .script = Script(settings), .result = {}};
  for (int number = 0; number < settings.workers; ++number) {
    asio::co_spawn(fleet.context, work(&fleet, number), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  fleet.context.run();
  fleet.result.seconds = std::chrono::duration<double>(Clock::now() - fleet.start).count();
  fleet.result.rows = fleet.result.trials * settings.reports * settings.rows;
  return fleet.result;
}

}  // namespace hone::bench
