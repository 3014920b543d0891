/* freeze_inside.h -- what the files of this room share.
 *
 *      terms.c   what the law pack in force says: ranks, terms, the notice
 *      turn.c    which freeze of an account is in force, and which are behind it
 *      letters.c what the bank's machine is told, and what its answers do
 *      freeze.c  the table and what follows its steps */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/freeze/freeze.h"

#include <stdio.h>

/* ---- terms.c ---- */

/* The pack in force; NULL: none, or one that says what this room cannot keep. */
const struct law_pack *freeze_pack(const struct freeze_desk *desk);
/* Who approves a freeze of this kind of property.  STATUS_ABSENT: the pack leaves it open. */
enum status freeze_rank(const struct law_pack *pack, struct slice asset, enum law_rank *out);
/* Where the organisation stands.  STATUS_REFUSED: it is no public security organ. */
enum status organ_rank(const struct freeze_desk *desk, struct slice organisation,
                       struct arena *arena, enum law_rank *out);

/* When a term begun at `from` ends: what was asked for, or what the pack allows if that is less.
 * STATUS_ABSENT: the pack leaves it open; STATUS_MALFORMED: no such number of months.  `*longer`:
 * more was asked for. */
enum status freeze_ends(const struct freeze_desk *desk, const struct freeze_term *term, moment from,
                        moment *end, bool *longer);
/* When what was found now to be unrelated is to be lifted.  STATUS_ABSENT. */
enum status unrelated_ends(const struct freeze_desk *desk, moment from, moment *end);
/* Within how long a lifting is confirmed. */
int64_t lift_confirmed_ms(const struct freeze_desk *desk);

/* ---- turn.c ---- */

/* The order is under way: its place among the freezes of the account. */
enum status turn_enter(const struct freeze_desk *desk, const struct work_item *item);
/* It is in force.  STATUS_REFUSED: another one is, or waits before it. */
enum status turn_take(const struct freeze_desk *desk, const struct work_item *item);
/* It waits, for one of ours or for `another` organ's.  STATUS_REFUSED: there is nothing to wait
 * for; STATUS_FULL: too many wait. */
enum status turn_wait(const struct freeze_desk *desk, const struct work_item *item, bool another);
/* It waits no longer, is no longer in force. */
enum status turn_leave(const struct freeze_desk *desk, const struct work_item *item);
/* The one whose turn it is on the account of this item.  STATUS_ABSENT: none, or the next one waits
 * for another organ's freeze, of whose end the bank tells. */
enum status turn_next(const struct freeze_desk *desk, const struct work_item *item,
                      char out[WORK_ID_SIZE]);

/* Whether it could be in force now.  STATUS_REFUSED: another one is, or waits before it. */
enum status turn_is_free(const struct freeze_desk *desk, const struct work_item *item);
/* By the word of the bank's machine: for what was ordered before it, though nobody has answered
 * that one, or else for another organ's. */
enum status turn_wait_behind(const struct freeze_desk *desk, const struct work_item *item);

/* Whether a machine answers for its executor. */
bool freeze_by_machine(const struct freeze_desk *desk, const struct work_item *item);

/* ---- letters.c: nothing, if people answer for the executor ---- */

enum status letter_freeze(const struct freeze_desk *desk, const struct work_item *item,
                          struct arena *request);
enum status letter_renew(const struct freeze_desk *desk, const struct work_item *item,
                         struct arena *request);
enum status letter_turn(const struct freeze_desk *desk, const struct work_item *item,
                        struct arena *request);
enum status letter_unfreeze(const struct freeze_desk *desk, const struct work_item *item,
                            struct arena *request);
