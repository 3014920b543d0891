/* view.h -- views that people keep: what they look at, filtered, sorted, in which columns.
 *
 * A view is one person's, or its organisation shares it.  What somebody types into a filter may
 * name somebody, and so may a view's name: both lie sealed, and a view is spoken of by an id that
 * says nothing.  The room keeps; whether a filter can be understood, and who may share, others
 * know. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "ground/secret.h"
#include "store/store.h"

enum { VIEW_MIGRATIONS_COUNT = 1, VIEW_ID_SIZE = 24 };
extern const struct store_migration VIEW_MIGRATIONS[VIEW_MIGRATIONS_COUNT];

struct view_keeper {
    struct store *store; /* the writer */
    struct secret key;   /* seals names and filters */
    struct seal_chance chance;
};

struct view {
    char id[VIEW_ID_SIZE];            /* "v_0123456789abcdef" */
    struct slice organisation, owner; /* ids */
    bool shared;
    struct slice what;                        /* "alerts", or a kind of work */
    struct slice name, filter, sort, columns; /* without control characters; columns with commas */
    int64_t refresh_s;                        /* 0: by hand */
    moment created, changed;
};

/* Whether the texts have their form and size. */
bool view_holds(const struct view *view);

/* In the caller's transaction; texts of `*out` in the arena.  `view_add` gives the id.
 * STATUS_MALFORMED: not view_holds(); STATUS_FULL: as many as one may keep, or share. */
enum status view_add(const struct view_keeper *keeper, struct view *view, moment now,
                     struct arena *request);
/* All but organisation, owner and times.  STATUS_ABSENT. */
enum status view_change(const struct view_keeper *keeper, const struct view *view, moment now,
                        struct arena *request);
enum status view_remove(const struct view_keeper *keeper, struct slice id);

/* Through any reader.  STATUS_ABSENT; STATUS_MALFORMED: another key, or it was changed. */
enum status view_find(const struct view_keeper *keeper, struct store *reader, struct slice id,
                      struct arena *request, struct view *out);
struct view_sink {
    enum status (*take)(void *self, const struct view *view);
    void *self;
};
/* Those of the owner and those that the organisation shares, in the order of their making; `what`
 * empty: any. */
enum status view_list(const struct view_keeper *keeper, struct store *reader,
                      struct slice organisation, struct slice owner, struct slice what,
                      struct arena *request, struct view_sink sink);
