#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>

#include "common/net/wire_stream.hpp"
#include "coordinator/server/hub.hpp"

namespace hone {

using WebSocket = boost::beast::websocket::stream<WireStream>;

/// Writes what others leave in the outbox, until the outbox is closed and empty; then closes the
/// connection. The socket is shared with the coroutine that reads it. Throws boost's system_error
/// when the connection breaks.
boost::asio::awaitable<void> write_outbox(std::shared_ptr<WebSocket> stream,
                                          std::shared_ptr<Outbox> outbox);

}  // namespace hone
