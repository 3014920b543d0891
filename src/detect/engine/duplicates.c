/* duplicates.c -- digests in open tables, a table per six hours of event time.
 *
 * A record named by its content has its time in its digest, so it can only have been seen with the
 * same time: one table is asked, and a table whose hours have passed is dropped whole, without a
 * time beside any digest.  A record named by an `id` may come again with another time; these (the
 * lesser part) stand in one table with their times.
 *
 * Invariants:  1. A table holds digests of the hours of its number alone.
 *              2. A table is at most three quarters full.
 * Not chosen:  a filter that is wrong now and then.  A record dropped for nothing is evidence
 *              lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/duplicates.h"

#include "ground/status.h"
#include <assert.h>

enum { SLICE_HOURS = 6, PLACES_FIRST = 512 };
static_assert(SLICE_HOURS * (DUPLICATE_SLICES - 1) == DUPLICATE_HOURS);

enum status duplicates_init(struct duplicates *duplicates, struct budget *budget)
{
    *duplicates = (struct duplicates){.budget = budget};
    duplicates->hours_from_ms = INT64_MIN / 2;
    for (unsigned i = 0; i < DUPLICATE_SLICES; i++)
        duplicates->slice_from_ms[i] = INT64_MIN;
    return STATUS_OK;
}

static void table_release(struct duplicates *duplicates, struct digest_table *table)
{
    size_t size = table->places * sizeof(uint64_t);
    budget_pages_give_back(duplicates->budget, table->digest, size);
    budget_pages_give_back(duplicates->budget, table->at_ms, size);
    *table = (struct digest_table){0};
}

void duplicates_release(struct duplicates *duplicates)
{
    if (duplicates->budget == NULL)
        return;
    for (unsigned i = 0; i < DUPLICATE_SLICES; i++)
        table_release(duplicates, &duplicates->slice[i]);
    table_release(duplicates, &duplicates->named);
}

static bool named_by_id(const struct record *record)
{
    if (record->kind == RECORD_payment)
        return record_knows(record, FIELD_OF(payment, id));
    return record->kind == RECORD_report && record_knows(record, FIELD_OF(report, id));
}

static const int64_t SLICE_MS = (int64_t)SLICE_HOURS * HOUR_MS;

/* The slice of a time; nearly always that of the time before. */
static unsigned slice_of_time(struct duplicates *duplicates, int64_t at_ms)
{
    if (at_ms - duplicates->hours_from_ms < SLICE_MS && at_ms >= duplicates->hours_from_ms)
        return duplicates->hours_slice;
    int64_t number = at_ms / SLICE_MS - (at_ms % SLICE_MS < 0);
    duplicates->hours_from_ms = number * SLICE_MS;
    duplicates->hours_slice =
        (unsigned)((number % DUPLICATE_SLICES + DUPLICATE_SLICES) % DUPLICATE_SLICES);
    return duplicates->hours_slice;
}

/* A digest is a hash already; 0 stands for an empty place. */
static uint64_t digest_of_record(const struct record *record)
{
    return record->digest == 0 ? 1 : record->digest;
}

static uint64_t home(const struct digest_table *table, uint64_t digest)
{
    return (uint64_t)(((unsigned __int128)digest * table->places) >> 64);
}

/* The place of the digest, or the empty one where it belongs. */
static uint64_t place_of(const struct digest_table *table, uint64_t digest)
{
    uint64_t at = home(table, digest);
    while (table->digest[at] != 0 && table->digest[at] != digest)
        at = at + 1 == table->places ? 0 : at + 1;
    return at;
}

/* A larger table; of digests with times only those later than `past_ms` come along. */
static enum status table_grow(struct duplicates *duplicates, struct digest_table *table,
                              bool with_times, int64_t past_ms)
{
    struct digest_table more = {.places = table->places + table->places / 2};
    if (more.places == 0)
        more.places = PLACES_FIRST;
    size_t size = more.places * sizeof(uint64_t);
    void *pages;
    TRY(budget_pages_take(duplicates->budget, size, &pages));
    more.digest = pages;
    if (with_times) {
        if (budget_pages_take(duplicates->budget, size, &pages) != STATUS_OK) {
            budget_pages_give_back(duplicates->budget, more.digest, size);
            return STATUS_FULL;
        }
        more.at_ms = pages;
    }
    for (uint64_t i = 0; i < table->places; i++) {
        if (table->digest[i] == 0 || (with_times && table->at_ms[i] <= past_ms))
            continue;
        uint64_t at = place_of(&more, table->digest[i]);
        more.digest[at] = table->digest[i];
        if (with_times)
            more.at_ms[at] = table->at_ms[i];
        more.count++;
    }
    table_release(duplicates, table);
    *table = more;
    return STATUS_OK;
}

static bool table_full(const struct digest_table *table, uint64_t more)
{
    return table->count + more > table->places - table->places / 4;
}

/* The table of a slice, emptied of the hours that it held before. */
static struct digest_table *table_of_hours(struct duplicates *duplicates, int64_t at_ms)
{
    unsigned i = slice_of_time(duplicates, at_ms);
    if (duplicates->slice_from_ms[i] != duplicates->hours_from_ms) {
        must(duplicates->slice_from_ms[i] < duplicates->hours_from_ms);
        table_release(duplicates, &duplicates->slice[i]);
        duplicates->slice_from_ms[i] = duplicates->hours_from_ms;
    }
    return &duplicates->slice[i];
}

enum status duplicates_reserve(struct duplicates *duplicates, const struct record *record,
                               uint64_t more)
{
    bool named = named_by_id(record);
    struct digest_table *table =
        named ? &duplicates->named : table_of_hours(duplicates, record->at.ms);
    if (more > duplicates->budget->size_max)
        return STATUS_FULL;
    while (table_full(table, more))
        TRY(table_grow(duplicates, table, named, INT64_MIN));
    return STATUS_OK;
}

static enum status ask_named(struct duplicates *duplicates, const struct record *record,
                             int64_t past_ms, bool *out)
{
    struct digest_table *table = &duplicates->named;
    uint64_t digest = digest_of_record(record);
    if (table_full(table, 1))
        TRY(table_grow(duplicates, table, true, past_ms));
    uint64_t at = place_of(table, digest);
    *out = table->digest[at] != 0 && table->at_ms[at] > past_ms;
    if (*out)
        return STATUS_OK;
    table->count += table->digest[at] == 0;
    table->digest[at] = digest;
    table->at_ms[at] = record->at.ms;
    return STATUS_OK;
}

enum status duplicates_ask(struct duplicates *duplicates, const struct record *record,
                           moment newest, bool *out)
{
    bool begun = newest.ms != INT64_MIN;
    int64_t past_ms = begun ? newest.ms - (int64_t)DUPLICATE_HOURS * HOUR_MS : INT64_MIN;
    if (named_by_id(record))
        return ask_named(duplicates, record, past_ms, out);
    *out = false;
    if (record->at.ms <= past_ms)
        return STATUS_OK; /* a second one will be as late */
    struct digest_table *table = table_of_hours(duplicates, record->at.ms);
    if (table_full(table, 1))
        TRY(table_grow(duplicates, table, false, past_ms));
    uint64_t digest = digest_of_record(record);
    uint64_t at = place_of(table, digest);
    *out = table->digest[at] != 0;
    table->count += !*out;
    table->digest[at] = digest;
    return STATUS_OK;
}

size_t duplicates_growth_max(const struct duplicates *duplicates, uint32_t records)
{
    size_t size = (size_t)PLACES_FIRST * sizeof(uint64_t) * 2;
    for (unsigned i = 0; i < DUPLICATE_SLICES; i++)
        if (table_full(&duplicates->slice[i], records))
            size += duplicates->slice[i].places * 2 * sizeof(uint64_t);
    if (table_full(&duplicates->named, records))
        size += duplicates->named.places * 4 * sizeof(uint64_t);
    return size + records * 64;
}

void duplicates_prefetch(struct duplicates *duplicates, const struct record *record)
{
    const struct digest_table *table = &duplicates->named;
    if (!named_by_id(record))
        table = &duplicates->slice[slice_of_time(duplicates, record->at.ms)];
    if (table->places > 0)
        __builtin_prefetch(&table->digest[home(table, digest_of_record(record))], 1);
}
