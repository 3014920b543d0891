/* telling.h -- a bank's side of orders in `cutline answer`: policy, books and core from their
 * files, letters in and out, and the thread that carries orders out. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "command.h"
#include "partner/outbox.h"
#include "teller/teller.h"

struct telling;

struct telling_options {
    const struct command *command;
    const char *path;   /* of the terms for orders */
    const char *folder; /* of the program's data */
    struct store *store;
    struct audit *audit;
    const struct access_keys *keys;
    struct clock clock;
    struct arena *boot;
};

/* Before the outbox is open.  EXIT_…: said. */
enum exit_code telling_open(struct telling **out, const struct telling_options *options);
enum { TELLING_PLUGS = 3 };
void telling_plugs_of(struct telling *telling, struct outbox_plug out[TELLING_PLUGS]);
/* Once it is. */
enum exit_code telling_start(struct telling *telling, struct outbox *outbox,
                             const struct partner_list *partners);
/* Now and then, on the keeping thread: reads changed books again, complains about what should have
 * been lifted. */
void telling_keep(struct telling *telling);
/* The thread ends; before the outbox is closed. */
void telling_stop(struct telling *telling);
/* After it is. */
void telling_close(struct telling *telling);
