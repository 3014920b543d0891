/* order.c -- the table of `sanction_order`: what each executor is told, confirms, and lifts.
 *
 * An executor is told because it was named, or because it said that the person is its customer;
  * nobody
 * else learns that there is such a person.  It gets the measures of its own kind, the last day
  * and the
 * law; of facts and reasons nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

#include <string.h>

static int64_t span_confirm(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);

#define WORK_TABLE "casework/sanction/order.inc"
#include "casework/work/table.inc"

const struct work_kind SANCTION_ORDER_KIND = {
    .name = "sanction_order",
    .says = SAYING("sanction at one executor", "惩戒执行单"),
    WORK_KIND_ARRAYS,
    .first_must = F(about) | F(executor) | F(document) | F(measures) | F(last),
    .first_may =
        F(name) | F(number) | F(from) | F(suspended) | F(law) | F(kept_card) | F(involved_cards),
    .lease_ms = SANCTION_LEASE_MS,
    .sealed = IN(lifted) | IN(stranger),
    .kept_ms = kept,
};

static int64_t kept(void *self, const struct work_item *item)
{
    const struct sanction_desk *desk = self;
    moment now = desk->clock.now(desk->clock.self);
    if (item->state == STATE_stranger)
        return law_keeps(desk->law, "retention.no_customer", item->closed, now, desk->zone_minutes);
    return law_keeps(desk->law, "retention.discipline", item->closed, now, desk->zone_minutes);
}

static int64_t span_confirm(void *self, const struct work_item *item)
{
    const struct law_pack *pack = sanction_pack(self, LAW_SUBJECT_practice);
    int64_t ms = 0;
    (void)item;
    bool known = pack != NULL && law_span_ms(pack, "lift.confirm", &ms, NULL) == STATUS_OK;
    return known ? ms : DAY_MS;
}

/* ---- making ---- */

struct making {
    struct work_value value[FIELDS_COUNT];
    unsigned count;
};

static void put(struct making *making, int field, struct slice value)
{
    if (value.size > 0)
        making->value[making->count++] = (struct work_value){field, value};
}

static struct slice measures_of(const struct work_item *sanction, enum organisation_kind kind)
{
    static const char *const OF[ORGANISATION_KINDS_COUNT] = {
        [ORGANISATION_bank] = "for_bank",           [ORGANISATION_payment] = "for_payment",
        [ORGANISATION_carrier] = "for_carrier",     [ORGANISATION_internet] = "for_internet",
        [ORGANISATION_regulator] = "for_regulator",
    };
    return OF[kind] == NULL ? SLICE("") : work_value_of(sanction, OF[kind]);
}

static bool wants_card(struct slice measures)
{
    static const char CARD[] = "one_clean_phone_card";
    for (size_t at = 0; at + sizeof CARD - 1 <= measures.size; at++)
        if (memcmp(measures.at + at, CARD, sizeof CARD - 1) == 0)
            return true;
    return false;
}

static enum status executor_add(const struct sanction_desk *desk, const struct work_item *order,
                                const char *sanction, const char *executor)
{
    static const char ADD[] = "INSERT INTO sanction_executor (order_item, item, executor, stands) "
                              "VALUES (?1, ?2, ?3, 1)";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(order->id)),
                                         STORE_OF_TEXT(slice_of(sanction)),
                                         STORE_OF_TEXT(slice_of(executor))};
    return store_run(desk->store, ADD, values, 3);
}

static enum status known(const struct sanction_desk *desk, const char *sanction,
                         struct slice executor, bool *out)
{
    static const char FIND[] =
        "SELECT order_item FROM sanction_executor WHERE item = ?1 AND executor = ?2 LIMIT 1";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(sanction)),
                                         STORE_OF_TEXT(executor)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    store_end(rows);
    *out = status == STATUS_OK;
    return status == STATUS_END ? STATUS_OK : status;
}

static void fill(struct making *making, const struct work_item *sanction,
                 const struct access_organisation *executor, struct slice measures)
{
    put(making, FIELD_about, slice_of(sanction->id));
    put(making, FIELD_executor, slice_of(executor->id));
    put(making, FIELD_name, work_value_of(sanction, "name"));
    put(making, FIELD_document, work_value_of(sanction, "document"));
    put(making, FIELD_measures, measures);
    put(making, FIELD_from, work_value_of(sanction, "starts_on"));
    put(making, FIELD_last, work_value_of(sanction, "last"));
    put(making, FIELD_suspended, work_value_of(sanction, "suspended"));
    put(making, FIELD_law, work_value_of(sanction, "law"));
    if (executor->kind != ORGANISATION_carrier)
        return;
    put(making, FIELD_kept_card, work_value_of(sanction, "kept_card"));
    put(making, FIELD_involved_cards, work_value_of(sanction, "involved_cards"));
}

static enum status order_make(struct sanction_desk *desk, const struct work_item *sanction,
                              struct slice organisation, struct arena *request)
{
    struct access_organisation executor;
    struct making making = {.count = 0};
    struct work_refusal refusal = {.field = -1};
    struct work_item order;
    bool there = false, joined = false;
    TRY(known(desk, sanction->id, organisation, &there));
    if (there)
        return STATUS_OK;
    TRY(access_organisation_find(desk->store, organisation, request, &executor));
    struct slice measures = measures_of(sanction, executor.kind);
    if (measures.size <= 2) /* nothing for its kind */
        return STATUS_OK;
    fill(&making, sanction, &executor, measures);
    const struct work_draft draft = {.kind = &SANCTION_ORDER_KIND,
                                     .owner = work_value_of(sanction, "determined_by"),
                                     .place = sanction->place,
                                     .detected = MOMENT_NONE,
                                     .value = making.value,
                                     .values_count = making.count,
                                     .parent = sanction->id};
    TRY(work_add(desk->work, &draft, request, &refusal, &order, &joined));
    TRY(executor_add(desk, &order, sanction->id, executor.id));
    uint64_t fields = 0;
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if ((FIELDS[i].told & ((uint32_t)1 << executor.kind)) != 0)
            fields |= WORK_BIT(i);
    return work_send(desk->work, order.id, organisation, fields, request);
}

enum status sanction_orders_make(struct sanction_desk *desk, const struct work_item *sanction,
                                 bool match, struct arena *request)
{
    char(*matched)[ACCESS_ID_SIZE] = NULL;
    struct slice id, list = work_value_of(sanction, "executors");
    size_t count = 0;
    for (size_t at = 0; sanction_list_next(list, "id", &at, &id);)
        TRY(order_make(desk, sanction, id, request));
    if (!match)
        return STATUS_OK;
    TRY(arena_take(request, SANCTION_MATCHES_MAX * sizeof *matched, (void **)&matched));
    TRY(desk->sink.match(desk->sink.self, work_value_of(sanction, "document"), matched, &count));
    for (size_t i = 0; i < count; i++)
        TRY(order_make(desk, sanction, slice_of(matched[i]), request));
    return STATUS_OK;
}

enum status sanction_reach(struct sanction_desk *desk, const char *item, struct slice organisation,
                           struct arena *request)
{
    struct work_item sanction;
    TRY(sanction_item(desk, item, request, &sanction));
    const char *state = sanction.kind->state[sanction.state].name;
    if (strcmp(state, "in_force") != 0 && strcmp(state, "amended") != 0)
        return STATUS_OK;
    return order_make(desk, &sanction, organisation, request);
}

/* ---- changing and lifting ---- */

struct orders {
    char (*id)[WORK_ID_SIZE];
    size_t count;
};

/* Those that have not ended. */
static enum status orders_of(const struct sanction_desk *desk, const char *sanction,
                             struct arena *request, struct orders *out)
{
    static const char LIST[] = "SELECT order_item FROM sanction_executor WHERE item = ?1 AND "
                               "stands = 1 ORDER BY order_item";
    const struct store_value value = STORE_OF_TEXT(slice_of(sanction));
    struct store_rows *rows = NULL;
    struct store_value at[1];
    out->count = 0;
    TRY(arena_take(request, SANCTION_MATCHES_MAX * sizeof *out->id, (void **)&out->id));
    TRY(store_query(desk->store, LIST, &value, 1, &rows));
    enum status status = STATUS_OK;
    while ((status = store_next(rows, at, 1)) == STATUS_OK && out->count < SANCTION_MATCHES_MAX) {
        struct text id = text_over(out->id[out->count++], WORK_ID_SIZE);
        text_add(&id, at[0].bytes);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status == STATUS_OK ? STATUS_FULL : status;
}

static bool same(const struct work_item *order, const struct making *making)
{
    for (unsigned i = 0; i < making->count; i++)
        if (!slice_equal(making->value[i].value,
                         work_value_of(order, FIELDS[making->value[i].field].name)))
            return false;
    return true;
}

static enum status order_change(struct sanction_desk *desk, const struct work_item *sanction,
                                const char *id, struct arena *request)
{
    struct work_item order;
    struct access_organisation executor;
    struct making making = {.count = 0};
    TRY(sanction_item(desk, id, request, &order));
    TRY(access_organisation_find(desk->store, work_value_of(&order, "executor"), request,
                                 &executor));
    struct slice measures = measures_of(sanction, executor.kind);
    if (measures.size <= 2) /* nothing is left for its kind */
        return sanction_move(desk, id, "lift", NULL, 0, request, NULL);
    put(&making, FIELD_measures, measures);
    put(&making, FIELD_last, work_value_of(sanction, "last"));
    put(&making, FIELD_suspended, work_value_of(sanction, "suspended"));
    if (executor.kind == ORGANISATION_carrier)
        put(&making, FIELD_kept_card, work_value_of(sanction, "kept_card"));
    return same(&order, &making)
               ? STATUS_OK
               : sanction_move(desk, id, "change", making.value, making.count, request, NULL);
}

static bool lifting(struct sanction_desk *desk, const char *id, struct arena *request)
{
    struct work_item order;
    return sanction_item(desk, id, request, &order) != STATUS_OK || order.state == STATE_lifting;
}

enum status sanction_orders_change(struct sanction_desk *desk, const struct work_item *sanction,
                                   struct arena *request)
{
    struct orders orders;
    TRY(orders_of(desk, sanction->id, request, &orders));
    for (size_t i = 0; i < orders.count; i++)
        if (!lifting(desk, orders.id[i], request))
            TRY(order_change(desk, sanction, orders.id[i], request));
    return STATUS_OK;
}

enum status sanction_orders_lift(struct sanction_desk *desk, const struct work_item *sanction,
                                 struct arena *request)
{
    struct orders orders;
    TRY(orders_of(desk, sanction->id, request, &orders));
    for (size_t i = 0; i < orders.count; i++)
        if (!lifting(desk, orders.id[i], request))
            TRY(sanction_move(desk, orders.id[i], "lift", NULL, 0, request, NULL));
    return sanction_orders_done(desk, slice_of(sanction->id), request);
}

enum status sanction_orders_done(struct sanction_desk *desk, struct slice sanction,
                                 struct arena *request)
{
    struct work_item item;
    struct orders orders;
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    text_add(&text, sanction);
    TRY(sanction_item(desk, id, request, &item));
    TRY(orders_of(desk, id, request, &orders));
    bool waits = strcmp(item.kind->state[item.state].name, "lifting") == 0;
    if (!waits || orders.count > 0)
        return STATUS_OK;
    return sanction_move(desk, id, "done", NULL, 0, request, NULL);
}

/* ---- steps ---- */

static struct slice value_of(const struct work_item *item, const struct work_value *value,
                             unsigned count, const char *field)
{
    const struct sanction_view view = {&SANCTION_ORDER_KIND, item, value, count};
    return sanction_get(&view, field);
}

/* Nobody is left without a phone: a card stays, or the carrier says that there is none to stay. */
static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice card, involved, phone;
    moment done;
    const struct sanction_desk *desk = self;
    if (step != STEP_confirm && step != STEP_confirm_lift)
        return WORK_FAULT_NONE;
    *field = FIELD_done_at;
    if (moment_parse(value_of(item, value, count, "done_at"), &done) != STATUS_OK ||
        done.ms > desk->clock.now(desk->clock.self).ms + MINUTE_MS)
        return WORK_FAULT_VALUE;
    if (step != STEP_confirm || !wants_card(work_value_of(item, "measures")))
        return WORK_FAULT_NONE;
    *field = FIELD_kept_card;
    card = value_of(item, value, count, "kept_card");
    involved = work_value_of(item, "involved_cards");
    if (card.size == 0 &&
        !slice_equal(value_of(item, value, count, "no_clean_card"), SLICE("true")))
        return WORK_FAULT_MISSING;
    struct slice chosen = work_value_of(item, "kept_card");
    if (chosen.size > 0 && !slice_equal(chosen, card))
        return WORK_FAULT_VALUE; /* the person chose another one */
    for (size_t at = 0; card.size > 0 && sanction_list_next(involved, "phone", &at, &phone);)
        if (slice_equal(phone, card))
            return WORK_FAULT_VALUE;
    return WORK_FAULT_NONE;
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    static const char END[] = "UPDATE sanction_executor SET stands = 0 WHERE order_item = ?1";
    struct sanction_desk *desk = self;
    const struct store_value value = STORE_OF_TEXT(slice_of(done->item->id));
    if (done->step != STEP_confirm_lift && done->step != STEP_unknown)
        return STATUS_OK;
    TRY(store_run(desk->store, END, &value, 1));
    return sanction_orders_done(desk, work_value_of(done->item, "about"), request);
}

struct work_plug sanction_order_plug(struct sanction_desk *desk)
{
    return (struct work_plug){&SANCTION_ORDER_KIND, holds, after, desk};
}
