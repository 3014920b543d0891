/* list.c -- named lists: who is on them, and when.
 *
 * One table for the members of all lists, by a mix of the list's number and the value; a chain
 * behind each place holds the intervals, and tells apart what the mix did not.
 *
 * Invariants:  1. A value is on a list at t if one of its rows has from <= t < until; nothing else
 *                 counts.
 *              2. The same row twice is remembered once.
 *              3. Lists are numbered from 0 in the order in which rows first named them.
 * Not chosen:  a table for each list.  Most lists are short, and one of them is of a million
 *              numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/register_inside.h"

enum { IMEI_DIGITS = 14, IMEI_DIGITS_MAX = 16 };

static uint64_t mix_of(uint32_t list, ident value)
{
    uint64_t mix = hash_word(value.bits) + list * 0x9E3779B97F4A7C15u;
    return mix == 0 ? 1 : mix;
}

static struct membership *members_of(const struct registry *registry, uint64_t mix)
{
    return (struct membership *)(uintptr_t)table_find(&registry->members, mix);
}

static bool is_held(const struct registry *registry, const struct membership *wanted)
{
    const struct membership *m = members_of(registry, mix_of(wanted->list, wanted->value));
    for (; m != NULL; m = m->next)
        if (ident_equal(m->value, wanted->value) && m->list == wanted->list &&
            m->shortened == wanted->shortened && m->from.ms == wanted->from.ms &&
            m->until.ms == wanted->until.ms)
            return true;
    return false;
}

/* Both or none. */
static enum status add(struct registry *registry, const struct membership *wanted, size_t count)
{
    TRY(table_reserve(&registry->members, count, &registry->budget));
    void *bytes;
    TRY(registry_bytes(registry, count * sizeof *wanted, &bytes));
    struct membership *fresh = bytes;
    for (size_t i = 0; i < count; i++) {
        uint64_t mix = mix_of(wanted[i].list, wanted[i].value);
        fresh[i] = wanted[i];
        fresh[i].next = members_of(registry, mix);
        fresh[i].order = ++registry->takes_count;
        table_set(&registry->members, mix, (uintptr_t)&fresh[i]);
    }
    return STATUS_OK;
}

/* The number of a list, made if no row named it before. */
static enum status number_of(struct registry *registry, ident name, uint32_t *out)
{
    uint64_t found = table_find(&registry->list_names, name.bits);
    if (found == 0) {
        TRY(table_reserve(&registry->list_names, 1, &registry->budget));
        found = ++registry->lists_count;
        table_set(&registry->list_names, name.bits, found);
    }
    *out = (uint32_t)found - 1;
    return STATUS_OK;
}

/* Whether the value is an IMEI that is compared by less than it says. */
static bool has_check_digit(struct slice value)
{
    bool digits = value.size > IMEI_DIGITS && value.size <= IMEI_DIGITS_MAX;
    for (size_t i = 0; digits && i < value.size; i++)
        digits = value.at[i] >= '0' && value.at[i] <= '9';
    return digits;
}

enum status list_take(struct registry *registry, const struct record *record)
{
    unsigned from = FIELD_OF(list, from), until = FIELD_OF(list, until);
    struct slice spelled = record->text[FIELD_OF(list, value)];
    struct membership wanted[2] = {{
        .value = record->field[FIELD_OF(list, value)].name,
        .from = record_knows(record, from) ? (moment){record->field[from].whole} : MOMENT_NONE,
        .until = {record_knows(record, until) ? record->field[until].whole : INT64_MAX},
    }};
    TRY(number_of(registry, record->field[FIELD_OF(list, list)].name, &wanted[0].list));
    if (is_held(registry, &wanted[0]))
        return STATUS_OK;
    if (!has_check_digit(spelled))
        return add(registry, wanted, 1);
    wanted[1] = wanted[0];
    wanted[1].value = ident_of((struct slice){spelled.at, IMEI_DIGITS});
    wanted[1].shortened = true;
    return add(registry, wanted, 2);
}

enum status list_name(struct registry *registry, ident name)
{
    uint32_t number;
    if (table_find(&registry->list_names, name.bits) != 0)
        return STATUS_MALFORMED;
    return number_of(registry, name, &number);
}

enum status list_put(struct registry *registry, const struct membership *wanted)
{
    must(wanted->list < registry->lists_count);
    return is_held(registry, wanted) ? STATUS_OK : add(registry, wanted, 1);
}

uint32_t registry_list_number(const struct registry *registry, struct slice list)
{
    uint64_t found = table_find(&registry->list_names, ident_of(list).bits);
    return found == 0 ? UINT32_MAX : (uint32_t)found - 1;
}

bool registry_lists_number(const struct registry *registry, uint32_t list, ident name,
                           enum field_type type, moment at)
{
    if (!ident_known(name))
        return false;
    for (const struct membership *m = members_of(registry, mix_of(list, name)); m != NULL;
         m = m->next)
        if (ident_equal(m->value, name) && m->list == list &&
            (!m->shortened || type == FIELD_IMEI) && m->from.ms <= at.ms && at.ms < m->until.ms)
            return true;
    return false;
}

bool registry_lists(const struct registry *registry, struct slice list, ident name,
                    enum field_type type, moment at)
{
    return registry_lists_number(registry, registry_list_number(registry, list), name, type, at);
}
