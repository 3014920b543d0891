/* lead_inside.h -- what the files of this room share.
 *
 *      lead.c       opening; where leads come from; answers by letter
 *      check.c      the kind lead_check: what its steps do besides moving
 *      cluster.c    signs in common; which leads stand at which site
 *      site.c       the kind site_task
 *      directory.c  who is asked, who is sent       place.c  one house, however written */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/lead/directory.h"
#include "casework/lead/lead.h"
#include "ground/limits.h"

#include <pthread.h>
#include <stdatomic.h>

struct lead {
    struct lead_options options;
    struct work *work;
    char home[ACCESS_ID_SIZE];
    pthread_rwlock_t lock; /* the directory */
    struct directory *directory;
    struct arena *directory_arena;
    _Atomic uint64_t asked, answered_machine, answered_person, declined, held, overdue, cleared,
        notices, sites, joined_sites;
};

/* clang-format off */
enum sign {
#define SIGN(name, relation, en, zh) SIGN_##name,
#include "casework/lead/signs.inc"
#undef SIGN
    SIGNS_COUNT
};
/* clang-format on */

/* The machine does a step of an item.  `done` NULL: it must be possible; else whether it was. */
enum status lead_step(struct lead *lead, const char *id, const char *step,
                      const struct work_value *value, unsigned count, struct arena *request,
                      bool *done);
/* The item as it is, with everything; by the machine's right. */
enum status lead_find(struct lead *lead, const char *id, struct arena *request,
                      struct work_item *out);
/* A value by the field's name. */
struct work_value lead_value(const struct work_kind *kind, const char *field, struct slice value);
enum status lead_moment_text(struct arena *request, moment at, struct slice *out);

/* ---- check.c ---- */

enum status check_after(void *self, const struct work_done *done, struct arena *request);
enum work_fault check_holds(void *self, const struct work_item *item, int step,
                            const struct work_value *brought, unsigned count, int *field);
/* Finds the carrier of a lead and writes it down. */
enum status check_route(struct lead *lead, const struct work_item *item, struct slice carrier,
                        struct arena *request);
/* One word about the line, to all that were asked about it and to whoever pushed it. */
enum status check_notice(struct lead *lead, const struct work_item *item, enum notice_what what,
                         struct arena *request);

/* ---- site.c ---- */

enum status site_after(void *self, const struct work_done *done, struct arena *request);
enum work_fault site_holds(void *self, const struct work_item *item, int step,
                           const struct work_value *brought, unsigned count, int *field);

/* ---- cluster.c ---- */

/* An answer came: its signs are written down and held against those of others.  The lead becomes
 * single, or part of a cluster. */
enum status cluster_find(struct lead *lead, const struct work_item *item, moment now,
                         struct arena *request);
/* A site task for this one alone, because somebody says so. */
enum status cluster_alone(struct lead *lead, const struct work_item *item, struct arena *request);
/* Its signs no longer count; a site task whose leads are all cleared is cancelled. */
enum status cluster_leave(struct lead *lead, const struct work_item *item, struct arena *request);
/* Each lead at a site. */
enum status cluster_each(struct lead *lead, const char *site, struct arena *request,
                         enum status (*take)(struct lead *lead, const char *id, const void *what,
                                             struct arena *request),
                         const void *what);
/* No more leads join it. */
enum status cluster_close(struct lead *lead, const char *site);
