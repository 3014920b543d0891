/* api.h -- who may ask us: the routes, and everything a route needs from the other rooms.
 *
 * routes.inc is the one table: method, path, scope, limits, words in both tongues.  The router, the
 * checks, /openapi.json and the tests are made from it.  No decision of the domain lives here: a
 * handler reads the request, asks a room, and words the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "api/http.h"

struct live;
struct screen;
struct bulletin;

/* The rooms behind the routes; NULL where a process does not have one (its routes say 503). */
struct api_rooms {
    struct access *access;
    struct live *live;
    struct screen *screen;
    struct bulletin *bulletin;
};
