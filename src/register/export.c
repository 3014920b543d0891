/* export.c -- what was said, told again in its order.
 *
 * Tables are in the order of their hashes and of their growing, which means nothing to anybody.  So
 * what they hold is gathered as (word, pointer) and sorted by the word: the number of the take, or
 * the name.
 *
 * Invariant:   a registry that was told all this again gives the same answers, and the same bytes.
 * Not chosen:  the rows as they lie, with their orders.  A reader would have to believe chains of
 *              pointers; told again, they are made by the code that always makes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/export_inside.h"

/* Something that was said, and when, or what it is called. */
struct item {
    uint64_t word;
    enum saying saying;
    enum held_thing thing; /* TIE … */
    ident held;
    const void *what; /* row, holding, membership, spelled */
};

struct items {
    struct item *at;
    struct item *spare; /* as many again, for sorting */
    size_t count;
    size_t size; /* of the pages, both halves */
};

static enum status items_take(struct items *items, size_t count_max)
{
    *items = (struct items){.size = (count_max + 1) * 2 * sizeof(struct item)};
    void *pages;
    TRY(pages_take(items->size, &pages));
    items->at = pages;
    items->spare = items->at + count_max + 1;
    return STATUS_OK;
}

static void items_give_back(struct items *items)
{
    pages_give_back(items->at < items->spare ? items->at : items->spare, items->size);
}

/* By their words, a byte at a time, the low ones first; bytes that are all the same are skipped. */
static void items_sort(struct items *items)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t first[257] = {0};
        for (size_t i = 0; i < items->count; i++)
            first[(items->at[i].word >> shift & 0xFF) + 1]++;
        size_t most = 0;
        for (unsigned b = 1; b <= 256; b++)
            most = first[b] > most ? first[b] : most;
        if (most == items->count)
            continue;
        for (unsigned b = 0; b < 256; b++)
            first[b + 1] += first[b];
        for (size_t i = 0; i < items->count; i++)
            items->spare[first[items->at[i].word >> shift & 0xFF]++] = items->at[i];
        struct item *sorted = items->spare;
        items->spare = items->at;
        items->at = sorted;
    }
}

static struct item *item_add(struct items *items, enum saying saying, uint64_t word,
                             const void *what)
{
    struct item *item = &items->at[items->count++];
    *item = (struct item){.word = word, .saying = saying, .what = what};
    return item;
}

/* ---- what there is ---- */

static const void *pointer_of(uint64_t value)
{
    return (const void *)(uintptr_t)value;
}

static enum status lists_export(const struct registry *registry, struct dump *dump)
{
    struct items items;
    const struct table *names = &registry->list_names;
    TRY(items_take(&items, names->count));
    for (size_t i = 0; i < names->places_count; i++)
        if (names->place[i].key != 0)
            item_add(&items, SAID_NOTHING, names->place[i].value, NULL)->held.bits =
                names->place[i].key;
    items_sort(&items);
    for (size_t i = 0; i < items.count; i++)
        dump_u64(dump, items.at[i].held.bits);
    dump_u64(dump, 0);
    items_give_back(&items);
    return STATUS_OK;
}

static enum status persons_export(const struct registry *registry, struct dump *dump)
{
    struct items items;
    const struct table *rows = &registry->rows[RECORD_person];
    TRY(items_take(&items, rows->count));
    for (size_t i = 0; i < rows->places_count; i++) {
        const struct row *row = pointer_of(rows->place[i].value);
        if (rows->place[i].key != 0 && !row->present)
            item_add(&items, SAID_NOTHING, rows->place[i].key, row);
    }
    items_sort(&items);
    for (size_t i = 0; i < items.count; i++) {
        const struct row *row = items.at[i].what;
        dump_u64(dump, items.at[i].word);
        dump_text(dump, row->record.text[0]);
    }
    dump_u64(dump, 0);
    items_give_back(&items);
    return STATUS_OK;
}

static enum status spelled_export(const struct registry *registry, struct dump *dump)
{
    struct items items;
    const struct table *names = &registry->spelled;
    TRY(items_take(&items, names->count));
    for (size_t i = 0; i < names->places_count; i++)
        if (names->place[i].key != 0)
            item_add(&items, SAID_NOTHING, names->place[i].key, pointer_of(names->place[i].value));
    items_sort(&items);
    for (size_t i = 0; i < items.count; i++) {
        const struct spelled *spelled = items.at[i].what;
        dump_u64(dump, items.at[i].word);
        dump_text(dump, (struct slice){spelled->bytes, spelled->size});
    }
    dump_u64(dump, 0);
    items_give_back(&items);
    return STATUS_OK;
}

/* ---- what was said ---- */

static void row_export(const struct row *row, struct dump *dump)
{
    const struct record *record = &row->record;
    const struct kind_schema *schema = kind_schema(record->kind);
    dump_u8(dump, (uint8_t)record->kind);
    dump_varint(dump, record->known);
    dump_u64(dump, record->position);
    dump_u64(dump, record->digest);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (!record_knows(record, i))
            continue;
        if (field_held(schema->fields[i].type) == HELD_NAME) {
            dump_u64(dump, record->field[i].name.bits);
            dump_text(dump, record->text[i]);
        } else {
            dump_u64(dump, (uint64_t)record->field[i].whole); /* or the bits of a real */
        }
    }
}

static void tie_export(const struct item *item, struct dump *dump)
{
    const struct holding *holding = item->what;
    const struct row *person = holding->tied;
    bool later = person->present && person->order > holding->tied_order;
    dump_u8(dump, (uint8_t)item->thing);
    dump_u64(dump, item->held.bits);
    dump_u64(dump, person->record.field[0].name.bits);
    dump_text(dump, later ? person->record.text[0] : (struct slice){NULL, 0});
}

static void member_export(const struct membership *member, struct dump *dump)
{
    dump_varint(dump, member->list);
    dump_u64(dump, member->value.bits);
    dump_u8(dump, member->shortened);
    dump_u64(dump, (uint64_t)member->from.ms);
    dump_u64(dump, (uint64_t)member->until.ms);
}

static size_t said_max(const struct registry *registry)
{
    size_t count = 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        count += registry->rows[kind].count;
    for (unsigned t = 0; t < HOLDS_COUNT; t++)
        count += registry->holding[t].count;
    const struct table *members = &registry->members;
    for (size_t i = 0; i < members->places_count; i++)
        if (members->place[i].key != 0)
            for (const struct membership *m = pointer_of(members->place[i].value); m != NULL;
                 m = m->next)
                count++;
    return count;
}

static void said_gather(const struct registry *registry, struct items *items)
{
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        const struct table *rows = &registry->rows[kind];
        for (size_t i = 0; i < rows->places_count; i++) {
            const struct row *row = pointer_of(rows->place[i].value);
            if (rows->place[i].key != 0 && row->present)
                item_add(items, SAID_ROW, row->order, row);
        }
    }
    for (unsigned t = 0; t < HOLDS_COUNT; t++) {
        const struct table *holdings = &registry->holding[t];
        for (size_t i = 0; i < holdings->places_count; i++) {
            const struct holding *holding = pointer_of(holdings->place[i].value);
            if (holdings->place[i].key == 0 || holding->tied == NULL)
                continue;
            struct item *item = item_add(items, SAID_TIE, holding->tied_order, holding);
            item->thing = (enum held_thing)t;
            item->held.bits = holdings->place[i].key;
        }
    }
    const struct table *members = &registry->members;
    for (size_t i = 0; i < members->places_count; i++)
        if (members->place[i].key != 0)
            for (const struct membership *m = pointer_of(members->place[i].value); m != NULL;
                 m = m->next)
                item_add(items, SAID_MEMBER, m->order, m);
}

static enum status said_export(const struct registry *registry, struct dump *dump)
{
    struct items items;
    TRY(items_take(&items, said_max(registry)));
    said_gather(registry, &items);
    items_sort(&items);
    for (size_t i = 0; i < items.count; i++) {
        const struct item *item = &items.at[i];
        dump_u8(dump, (uint8_t)item->saying);
        if (item->saying == SAID_ROW)
            row_export(item->what, dump);
        else if (item->saying == SAID_TIE)
            tie_export(item, dump);
        else
            member_export(item->what, dump);
    }
    dump_u8(dump, SAID_NOTHING);
    items_give_back(&items);
    return STATUS_OK;
}

enum status registry_export(const struct registry *registry, struct dump *dump)
{
    dump_u8(dump, REGISTRY_FORM);
    TRY(lists_export(registry, dump));
    TRY(persons_export(registry, dump));
    TRY(spelled_export(registry, dump));
    return said_export(registry, dump);
}
