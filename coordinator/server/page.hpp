#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string_view>

namespace hone {

/// Whether this program has the web application: else every page_response is a sentence that says
/// so.
bool has_page();

/// Whether the path is of the web application: "/", "/favicon.svg" or below "/assets/". Those files
/// are the same for everyone and hold nothing of a sweep, so they need no token.
bool is_page(std::string_view target);

/// Answers GET of such a path: with the file, with 304 where If-None-Match has its tag,
/// with 404 and a sentence where there is none. Files whose names change with their content may be
/// kept for ever; the page itself is asked for again each time. The headers let the page run the
/// scripts and styles of this server alone.
boost::beast::http::response<boost::beast::http::string_body> page_response(
    const boost::beast::http::request<boost::beast::http::empty_body>& request);

}  // namespace hone
