/* postgres.h -- prepared questions to a PostgreSQL that belongs to somebody else, in a session that
 * cannot write; for registers and books. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/text.h"

enum { POSTGRES_QUESTIONS_MAX = 4 };

struct postgres;

/* `file`: libpq's words, in a file that only its owner reads.  STATUS_LATE: it is not, or not
 * there; STATUS_IO: the database does not answer; STATUS_REFUSED: this build has no PostgreSQL. */
enum status postgres_open(struct postgres **out, struct slice file, const char *const *question,
                          unsigned count, struct arena *boot);
void postgres_close(struct postgres *postgres);

/* Each row; its values are lent until the call returns. */
struct postgres_sink {
    enum status (*take)(void *self, const struct slice *value);
    void *self;
};
/* A question with one value; rows of at most `columns`.  A connection that was lost is made again
 * once.  STATUS_IO: it cannot be asked at the moment. */
struct postgres_asked {
    unsigned question;
    struct slice value;
    unsigned columns;
};
enum status postgres_ask(struct postgres *postgres, const struct postgres_asked *asked,
                         struct arena *request, struct postgres_sink sink);
