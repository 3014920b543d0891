/* console.h -- the pages that people see, as files inside the program.
 *
 * `console/` at the project's root is built by node into a folder; what came out stands here as a
 * table of bytes.  A program that was built without node has an empty table and serves everything
 * else.  The room knows no HTTP: it lends bytes, api/ words the answer.
 *
 * Invariants:  1. The name of every file but the first page holds a digest of its content, so a
 *                 name means the same bytes for ever.
 *              2. A compressed copy is there only if it is smaller. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

struct console_file {
    const char *path;         /* "/assets/main-4F7Q.js"; the page itself: "/" */
    const char *type;         /* of its content */
    const char *etag;         /* in quotes, from its digest */
    struct slice plain, gzip; /* `gzip` is empty if it would not be smaller */
};

/* NULL: there is no such file.  "/" is absent only where there is no console at all. */
const struct console_file *console_file_find(struct slice path);
