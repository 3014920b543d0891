/* register_inside.h -- how a registry is laid out: rows, who holds a phone or an account, lists.
 *
 *   rows[kind]     key of a row ─────────────> struct row, of persons also if only events spoke
 *   person_of[i]   phone or account ─────────> the person's ident: what the hot path asks
 *   holding[i]     phone or account ─────────> struct holding: the rows that name it, the tie
 *   spelled        hashed name ──────────────> struct spelled
 *   list_names     name of a list ───────────> its number + 1
 *   members        mix of number and value ──> struct membership: a chain of intervals */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "register/register.h"
#include "register/table.h"

/* What a person can hold: one phone and one account by its row, any number by events. */
enum held_thing { HOLDS_PHONE, HOLDS_ACCOUNT, HOLDS_COUNT };

struct row {
    struct row *newer[HOLDS_COUNT]; /* persons: rows that name the same phone or account */
    struct row *older[HOLDS_COUNT];
    uint64_t order; /* when the row was taken, in takes */
    char *texts;    /* the texts of all its names, one after another */
    size_t texts_size_max;
    bool present;         /* false: a person of whom only events spoke */
    struct record record; /* its last fields are cut off, see row_size */
};

struct spelled {
    size_t size;
    char bytes[];
};

struct holding {
    struct row *main; /* the newest row that names it; NULL: none does */
    struct row *tied; /* the person to whom the latest event gave it; NULL: none did */
    uint64_t tied_order;
};

struct membership {
    struct membership *next;
    ident value;
    uint32_t list;
    bool shortened; /* an IMEI cut to its 14 digits: stands for IMEIs only */
    moment from;    /* MOMENT_NONE: ever since */
    moment until;   /* INT64_MAX: for ever */
    uint64_t order; /* when it was said, in takes */
};

struct registry {
    struct budget budget; /* tables and arena together */
    struct arena *arena;
    uint64_t takes_count;
    struct table rows[RECORD_KINDS_COUNT];
    struct table person_of[HOLDS_COUNT];
    struct table holding[HOLDS_COUNT];
    struct table spelled; /* hashed names in rows that are not their keys */
    struct table list_names;
    uint32_t lists_count;
    struct table members;
};

/* Bytes for the life of the registry.  STATUS_FULL: the budget is spent. */
static inline enum status registry_bytes(struct registry *registry, size_t size, void **out)
{
    size = (size + 15) & ~(size_t)15; /* as the arena will */
    if (size > registry->budget.max - registry->budget.used)
        return STATUS_FULL;
    TRY(arena_take(registry->arena, size, out));
    registry->budget.used += size;
    return STATUS_OK;
}

/* ---- row.c ---- */

/* The row of a key, made empty and not `present` if there is none.  STATUS_FULL. */
enum status row_of_key(struct registry *registry, enum record_kind kind, ident key,
                       struct slice spelling, struct row **out);
struct row *row_find(const struct registry *registry, enum record_kind kind, ident key);
/* Room for the texts of `record`, and the spellings of its hashed names; what the row says stays as
 * it is.  STATUS_FULL. */
enum status row_reserve(struct registry *registry, struct row *row, const struct record *record);
/* Remembers how a name is spelled that does not print from its bits.  STATUS_FULL. */
enum status row_spell(struct registry *registry, ident name, struct slice spelling);
/* The row says what the record says from now on; room was reserved. */
void row_fill(struct registry *registry, struct row *row, const struct record *record);

/* ---- holding.c ---- */

/* A row of the person register: its phone and account lead to its person from now on, and those of
 * the row before it no more.  STATUS_FULL: nothing happened. */
enum status holding_take_row(struct registry *registry, const struct record *record);
/* An event gives `held` to a person.  STATUS_FULL: nothing happened. */
enum status holding_take_tie(struct registry *registry, enum held_thing thing, ident held,
                             ident person, struct slice spelling);

/* ---- list.c ---- */

enum status list_take(struct registry *registry, const struct record *record);
/* One more list, with the next number.  STATUS_FULL.  STATUS_MALFORMED: it has one. */
enum status list_name(struct registry *registry, ident name);
/* One membership, of a list that has its number; what is held already is not held twice.
 * STATUS_FULL: nothing happened. */
enum status list_put(struct registry *registry, const struct membership *wanted);
