#pragma once

#include <optional>

#include "coordinator/server/session.hpp"

/// Who is let in. Every request passes here before anything of it is looked at.
namespace hone {

/// Why the request is not let in, or nothing: its Host is another's (a web page that rebinds its
/// name to this address comes with that), it comes from another site's page, its token is missing
/// or wrong, or is not for this route.
std::optional<ApiResponse> refusal_at_the_door(const RequestHeader& request,
                                               const RouteFound& route,
                                               const SessionContext& context);

/// Of the token in the request's Authorization header, 'Bearer TOKEN'; else of ''.
Digest token_digest(const RequestHeader& request);

}  // namespace hone
