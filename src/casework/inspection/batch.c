/* batch.c -- the table of `inspection_batch`: companies listed or drawn by lot, the start with an
 * inspection of each, and the results as they are published.
 *
 *     lot of a company = SHA-256("inspection lots\n" seed "\n" id); the lowest are drawn
 *
 * Invariants:  1. Whoever has the seed and the pool draws the same: `sha256sum` is enough.
 *              2. Lots are drawn once; what was drawn is what is inspected.
 *              3. A publication names companies, how it ended and how many breaches: no person, no
 *                 fact, and not before every inspection has ended.
 *
 * Not chosen:  a seed of our own.  Whoever draws could draw again until the lots please; a number
 *              that is published elsewhere (a lottery, an index) nobody here can choose. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAN (F(number) | F(title) | F(plan) | F(basis) | F(checklist) | F(companies))

enum { ASKING_MS = INSPECTION_ASKING_MS, POOL_MAX = 1000, SEED_LEAST = 6 };
enum { COMPANY_BYTES = 48, RESULTS_BYTES = 49152 };

#define WORK_TABLE "casework/inspection/batch.inc"
#include "casework/work/table.inc"

const struct work_kind INSPECTION_BATCH_KIND = {
    .name = "inspection_batch",
    .says = SAYING("batch of inspections", "检查批次"),
    WORK_KIND_ARRAYS,
    .first_must = F(number),
    .first_may = PLAN,
    .creators = DESK,
    .lease_ms = INSPECTION_LEASE_MS,
    .kept_ms = inspection_kept,
};

static struct slice brought_or_kept(const struct work_item *item, const struct work_value *value,
                                    unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return item == NULL ? SLICE("") : work_value_of(item, FIELDS[field].name);
}

/* How many companies are on the list, each once; -1: it has not its form, or more than `most`. */
static int64_t companies_count(struct slice list, int64_t most)
{
    struct slice object, id, other;
    int64_t count = 0;
    for (size_t at = 0; list_object(list, &at, &object); count++) {
        if (!object_text(object, "id", &id) || id.size == 0 || id.size >= ACCESS_ID_SIZE)
            return -1;
        for (size_t behind = at; list_object(list, &behind, &object);)
            if (object_text(object, "id", &other) && slice_equal(id, other))
                return -1;
    }
    return count <= most ? count : -1;
}

static int64_t whole(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size && i < 9; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

static bool was_drawn(const struct work_item *item)
{
    return item != NULL && slice_equal(work_value_of(item, "drawn"), SLICE("true"));
}

static enum work_fault draw_holds(const struct work_item *item, const struct work_value *value,
                                  unsigned count, int *field)
{
    int64_t pool = companies_count(brought_or_kept(item, value, count, FIELD_pool), POOL_MAX);
    int64_t wanted = whole(brought_or_kept(item, value, count, FIELD_draw_count));
    *field = FIELD_drawn;
    if (was_drawn(item))
        return WORK_FAULT_STATE; /* a second try is no lot */
    *field = FIELD_pool;
    if (pool <= 0)
        return WORK_FAULT_VALUE;
    *field = FIELD_draw_count;
    if (wanted < 1 || wanted > pool || wanted > COMPANIES_MAX)
        return WORK_FAULT_VALUE;
    *field = FIELD_seed;
    return brought_or_kept(item, value, count, FIELD_seed).size < SEED_LEAST ? WORK_FAULT_VALUE
                                                                             : WORK_FAULT_NONE;
}

static enum work_fault publish_holds(const struct work_item *item, const struct work_value *value,
                                     unsigned count, int *field)
{
    law_date day;
    *field = FIELD_published_on;
    return law_date_parse(brought_or_kept(item, value, count, FIELD_published_on), &day) ==
                   STATUS_OK
               ? WORK_FAULT_NONE
               : WORK_FAULT_VALUE;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice checklist = brought_or_kept(item, value, count, FIELD_checklist);
    struct slice companies = brought_or_kept(item, value, count, FIELD_companies);
    uint32_t checks = 0;
    (void)self;
    if (step == STEP_draw)
        return draw_holds(item, value, count, field);
    if (step == STEP_publish)
        return publish_holds(item, value, count, field);
    *field = FIELD_checklist;
    if (checklist.size > 0 && !checklist_holds(checklist, SLICE(""), &checks))
        return WORK_FAULT_VALUE;
    *field = FIELD_companies;
    int64_t listed = companies_count(companies, COMPANIES_MAX);
    if (was_drawn(item) && (step == STEP_edit || step == STEP_start) &&
        !slice_equal(companies, work_value_of(item, "companies")))
        return WORK_FAULT_STATE; /* what was drawn is inspected */
    if (companies.size > 0 && listed <= 0)
        return WORK_FAULT_VALUE;
    return step == STEP_start && listed <= 0 ? WORK_FAULT_MISSING : WORK_FAULT_NONE;
}

static enum status refuse_for(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = field};
    return STATUS_REFUSED;
}

static enum status started(struct inspection_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    struct slice companies = work_value_of(done->item, "companies"), object, id;
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    for (size_t at = 0; list_object(companies, &at, &object);) {
        if (!object_text(object, "id", &id))
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_companies);
        enum status status = inspection_make(desk, done->item, id, request);
        if (status == STATUS_REFUSED || status == STATUS_ABSENT || status == STATUS_MALFORMED)
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_companies);
        TRY(status);
    }
    text_add_whole(&text, companies_count(companies, COMPANIES_MAX));
    const struct work_value value = {FIELD_count, text_slice(&text)};
    const struct work_move move = {.id = done->item->id,
                                   .step = "count_up",
                                   .version = -1,
                                   .value = &value,
                                   .values_count = 1};
    return work_step(desk->work, &move, request, &refusal, &out);
}

/* ---- lots ---- */

struct lot {
    struct digest digest;
    struct slice id;
};

static int by_lot(const void *a, const void *b)
{
    return memcmp(((const struct lot *)a)->digest.bytes, ((const struct lot *)b)->digest.bytes,
                  DIGEST_SIZE);
}

static enum status machine(struct inspection_desk *desk, const char *id, const char *step,
                           const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    const struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &out);
}

static enum status drawn(struct inspection_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    struct slice seed = work_value_of(done->item, "seed"), object;
    struct slice pool = work_value_of(done->item, "pool");
    struct lot *lot = NULL;
    size_t count = 0, wanted = (size_t)whole(work_value_of(done->item, "draw_count"));
    char *bytes = NULL;
    TRY(ARENA_NEW(request, POOL_MAX, &lot));
    TRY(arena_take(request, COMPANIES_MAX * COMPANY_BYTES, (void **)&bytes));
    struct text list = text_over(bytes, COMPANIES_MAX * COMPANY_BYTES);
    for (size_t at = 0; count < POOL_MAX && list_object(pool, &at, &object); count++) {
        if (!object_text(object, "id", &lot[count].id))
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_pool);
        enum status status = inspection_company(desk, lot[count].id, request);
        if (status == STATUS_REFUSED || status == STATUS_ABSENT || status == STATUS_MALFORMED)
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_pool);
        TRY(status);
        const struct slice ball[] = {SLICE("inspection lots\n"), seed, SLICE("\n"), lot[count].id};
        lot[count].digest = sha256_of(ball, sizeof ball / sizeof ball[0]);
    }
    qsort(lot, count, sizeof *lot, by_lot);
    for (size_t i = 0; i < wanted && i < count; i++) {
        text_add_string(&list, i == 0 ? "[{\"id\":\"" : ",{\"id\":\"");
        text_add(&list, lot[i].id);
        text_add_string(&list, "\"}");
    }
    text_add_char(&list, ']');
    const struct work_value value[] = {{FIELD_companies, text_slice(&list)},
                                       {FIELD_drawn, SLICE("true")}};
    return list.full ? STATUS_FULL : machine(desk, done->item->id, "lots", value, 2, request);
}

/* ---- ends ---- */

/* Whether an inspection of it has not ended. */
struct still {
    bool open;
};

static enum status still_open(void *self, const struct work_item *item, struct slice cursor)
{
    struct still *still = self;
    (void)cursor;
    if (item->kind == &INSPECTION_KIND && !item->kind->state[item->state].end)
        still->open = true;
    return STATUS_OK;
}

static enum status closed(struct inspection_desk *desk, const struct work_done *done,
                          struct arena *request)
{
    struct still still = {false};
    const struct work_query query = {.kind = &INSPECTION_KIND,
                                     .state = -1,
                                     .open = true,
                                     .identifier = slice_of(done->item->id),
                                     .count_max = COMPANIES_MAX};
    TRY(work_list(desk->work, desk->store, &query, done->by, request,
                  (struct work_sink){still_open, &still}));
    return still.open ? refuse_for(done, WORK_FAULT_STATE, -1) : STATUS_OK;
}

/* ---- publication ---- */

struct publishing {
    struct text *list;
    bool open;
};

static enum status add_result(void *self, const struct work_item *item, struct slice cursor)
{
    struct publishing *publishing = self;
    const struct work_state *state = &item->kind->state[item->state];
    struct text *list = publishing->list;
    struct slice breaches = work_value_of(item, "breaches");
    (void)cursor;
    if (item->kind != &INSPECTION_KIND)
        return STATUS_OK;
    publishing->open = publishing->open || !state->end;
    text_add_string(list, list->size == 1 ? "{\"company\":" : ",{\"company\":");
    text_add_json(list, work_value_of(item, "company_name"));
    text_addf(list, ",\"result\":\"%s\",\"breaches\":", state->name);
    text_add(list, breaches.size > 0 ? breaches : SLICE("0"));
    text_add_char(list, '}');
    return list->full ? STATUS_FULL : STATUS_OK;
}

static enum status published(struct inspection_desk *desk, const struct work_done *done,
                             struct arena *request)
{
    const struct work_query query = {.kind = &INSPECTION_KIND,
                                     .state = -1,
                                     .identifier = slice_of(done->item->id),
                                     .count_max = COMPANIES_MAX};
    char *bytes = NULL;
    TRY(arena_take(request, RESULTS_BYTES, (void **)&bytes));
    struct text list = text_over(bytes, RESULTS_BYTES);
    struct publishing publishing = {.list = &list};
    text_add_char(&list, '[');
    TRY(work_list(desk->work, desk->store, &query, done->by, request,
                  (struct work_sink){add_result, &publishing}));
    text_add_char(&list, ']');
    if (publishing.open)
        return refuse_for(done, WORK_FAULT_STATE, -1);
    const struct work_value value = {FIELD_results, text_slice(&list)};
    return machine(desk, done->item->id, "results", &value, 1, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct inspection_desk *desk = self;
    switch (done->step) {
    case -1:
        if (done->item->version != 1)
            return refuse_for(done, WORK_FAULT_STEP, -1);
        return inspection_may(desk, done->item, request) == STATUS_OK
                   ? STATUS_OK
                   : refuse_for(done, WORK_FAULT_HAND, -1);
    case STEP_draw:
        return drawn(desk, done, request);
    case STEP_start:
        return started(desk, done, request);
    case STEP_publish:
        return published(desk, done, request);
    case STEP_close:
        return closed(desk, done, request);
    default:
        return STATUS_OK;
    }
}

struct work_plug batch_plug(struct inspection_desk *desk)
{
    return (struct work_plug){&INSPECTION_BATCH_KIND, holds, after, desk};
}
