/* register.h -- who is who: persons, cells, regions and lists.
 *
 * Rows of registers are loaded before the events (the latest row for a key wins); `account opened`
 * and `sim activated` or `swapped` events then tie accounts and phones to persons from their
 * arrival on.  Whatever is asked is answered in constant time and without a lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/dump.h"
#include "record/record.h"

struct registry;

/* At most `memory_max` bytes for rows, their texts and the tables.  STATUS_FULL. */
enum status registry_create(struct registry **out, size_t memory_max, struct arena *boot);
void registry_destroy(struct registry *registry);
/* A record of group REGISTER, or a sim or account event.  Others are ignored.  Copies what it
 * keeps.  STATUS_FULL: nothing of the record was taken. */
enum status registry_take(struct registry *registry, const struct record *record);

/* The person behind a person, phone or account name; unknown if none.  A person is its own. */
ident registry_person(const struct registry *registry, ident name, enum field_type type);
/* The key of the register row whose `field` equals `value` (`through`); unknown if none.  For
 * person.phone and person.account the ties made by events count too.  Only these two and the keys
 * themselves name one row; every other field gives unknown. */
ident registry_through(const struct registry *registry, enum record_kind kind, unsigned field,
                       ident value);
/* The row of a register, by key; NULL if absent.  Lent until the next registry_take.  A row holds
 * the fields of its kind and none behind them: read it in place. */
const struct record *registry_find(const struct registry *registry, enum record_kind kind,
                                   ident key);

/* Whether `name`, as a `type`, is on the list at that moment.  A list's values are compared as the
 * type: an IMEI by the first 14 of its 14 to 16 digits. */
bool registry_lists(const struct registry *registry, struct slice list, ident name,
                    enum field_type type, moment at);
/* A number for a list's name, for use in place of the name in a hot path; UINT32_MAX if no row
 * names it (yet). */
uint32_t registry_list_number(const struct registry *registry, struct slice list);
/* The same by number; no list has the number UINT32_MAX. */
bool registry_lists_number(const struct registry *registry, uint32_t list, ident name,
                           enum field_type type, moment at);

/* Canonical spelling of a person, cell or region key that is held here; empty if unknown. */
struct slice registry_spelling(const struct registry *registry, enum record_kind kind, ident key);
/* The same for any name that a row has held, a key or not (a main account, the name of a region),
 * of those that do not print from their bits; empty if none held it. */
struct slice registry_spelled(const struct registry *registry, ident name);

/* All that was said and still stands, in the order in which it was said; equal registries write
 * equal bytes.  Takes pages for the order, and gives them back: its status is STATUS_FULL without
 * them, else that of dump_end. */
enum status registry_export(const struct registry *registry, struct dump *dump);
/* Into an empty registry, or into nothing (NULL) to read past it.  STATUS_MALFORMED; STATUS_FULL:
 * the registry is good for nothing but registry_destroy. */
enum status registry_import(struct registry *registry, struct undump *undump);
