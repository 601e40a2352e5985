#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "common/net/wire_stream.hpp"
#include "coordinator/server/api.hpp"
#include "coordinator/server/artifacts.hpp"
#include "coordinator/server/door.hpp"
#include "coordinator/server/hub.hpp"
#include "coordinator/server/keyring.hpp"
#include "coordinator/server/live_feed.hpp"
#include "coordinator/server/metrics.hpp"
#include "coordinator/server/routes.hpp"
#include "coordinator/server/telemetry.hpp"

/// One connection of a client: who may come in, and which way it goes.
///
/// Every class argument of an awaited call is a named value, moved in: g++ 12 destroys temporaries
/// in such calls twice (GCC bug 99576 and its kin).
namespace hone {

/// What sessions share. Outlives every session; touched on the io_context's thread alone, but for
/// `reading`, which belongs to `reader`'s one thread.
struct SessionContext {
  // These four are nullptr where a finished file is only shown.
  Hub* hub = nullptr;
  Service* service = nullptr;
  Store* store = nullptr;
  ArtifactStore* artifacts = nullptr;
  Database* reading = nullptr;
  boost::asio::thread_pool* reader = nullptr;
  LiveFeed* live = nullptr;
  TrialCounts* counts = nullptr;  // of the reader's thread alone
  Telemetry* telemetry = nullptr;
  std::filesystem::path database_file;
  std::filesystem::path artifact_folder;  // may not exist where a file is only shown
  Keyring* keys = nullptr;
  Door* door = nullptr;
  std::string bind;
  boost::asio::ssl::context* tls = nullptr;  // what it is spoken with; nullptr: in the clear
  bool disk_full = false;                    // no trial begins until there is room
};

using HeaderParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
using RequestHeader = boost::beast::http::request<boost::beast::http::empty_body>;

/// From the connection to the end of its first header, TLS' handshake included; and for later ones
/// from their first byte.
inline constexpr std::chrono::seconds header_deadline{5};

/// A client, and what it was answered last.
struct Connection {
  WireStream stream;
  boost::beast::flat_buffer buffer{64 * 1024};
  unsigned status = 0;
  bool is_first = true;                   // nothing has been asked yet
  bool has_unread = false;                // of the last request's body
  std::optional<Door::Place> place = {};  // there from the beginning
};

/// What the state machine knows at this moment; nothing where a file is only shown.
LiveFacts live_facts(const SessionContext& context);

/// Accepts connections and serves each, for ever: whoever stops the io_context ends it.
boost::asio::awaitable<void> accept_connections(boost::asio::ip::tcp::acceptor* acceptor,
                                                SessionContext* context);

/// Makes TLS of a new connection where the coordinator speaks it. Whoever speaks it where it does
/// not, or not where it does, is told so. Returns false if the connection is to be closed. Sets the
/// deadline for all that comes before the first request's end of header.
boost::asio::awaitable<bool> open_connection(Connection* connection, SessionContext* context);

/// Ends the connection, whatever became of it. Never throws.
boost::asio::awaitable<void> end_connection(Connection* connection);

/// Serves HTTP requests of one connection until it ends; a WebSocket upgrade of /worker makes it a
/// worker's, one of /live a watcher's. Every request needs the token, but for the files of the web
/// application and for /live, whose first frame has it. Throws SqlError when the disk failed under
/// a change; nothing else.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket,
                                              SessionContext* context);

/// Goes on as a worker's WebSocket: one JSON message a frame. Returns when the connection is over.
boost::asio::awaitable<void> serve_worker(WireStream stream, RequestHeader request,
                                          SessionContext* context);

/// Goes on as a watcher's WebSocket. A browser cannot set the header of one, so the first frame has
/// the token: {"token": TOKEN, "sweep": N}; later ones {"sweep": N} choose another sweep. Returns
/// when the connection is over.
boost::asio::awaitable<void> serve_watcher(Connection* connection, RequestHeader request,
                                           SessionContext* context);

/// HEAD, GET and PUT of /artifacts/SHA256; a PUT that was cut goes on with a Content-Range, where
/// HEAD says. Returns false if the connection cannot go on.
boost::asio::awaitable<bool> serve_artifact(Connection* connection, HeaderParser* header,
                                            SessionContext* context);

/// The answer to a request that no route answers: there is no such path, it has other methods, or
/// it is a WebSocket and the request asks for none.
ApiResponse refusal_of(const RequestHeader& request, const RouteFound& route);

/// Sends a complete answer. Returns false if the connection is to be closed.
boost::asio::awaitable<bool> send_response(Connection* connection, const RequestHeader* request,
                                           ApiResponse response);

}  // namespace hone
