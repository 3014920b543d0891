/* records.c -- POST /v1/records: a body becomes a delivery, and the answer its receipt.
 *
 *     body ─> delivery ─> offer ──(writer: appended, synced)──> receipt ─> answer
 *                 └─ Idempotency-Key: the receipt is an entry of the same frame
 *
 * A thread of bulk reads and offers; the answer is given from the writer's thread when
 * everything is durable.  What cannot be taken now is told so at once: 429 with Retry-After, 507.
 *
 * Invariants:  1. An answer with "accepted" is sent after these records are durable.
 *              2. A key makes its delivery once, also across a crash: the receipt is durable with
 *                 the records, or neither is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "intake/shipped.h"
#include "receipt/delivery.h"
#include "receipt/keys.h"

enum { WHY_BYTES_MAX = 1024, MAPPINGS_MAX = 32 };

/* One request on its way; lies in the delivery's arena. */
struct handing {
    struct visit *visit;
    struct delivery *delivery;
    bool keyed;
    struct key key;
    struct slice receipt; /* the answer without positions */
};

/* ---- the mapping ---- */

/* Shipped mappings only: a name is not a path of ours to be opened.  Made for this request, in its
 * arena. */
static bool mapping_of(struct visit *visit, const struct mapping **out)
{
    struct slice name = visit_query_text(visit, "mapping");
    *out = NULL;
    if (name.size == 0)
        return true;
    bool shipped = shipped_find(name) != NULL;
    struct text en = visit_paper(visit, WHY_BYTES_MAX);
    struct text zh = visit_paper(visit, WHY_BYTES_MAX);
    struct text why[TONGUES_COUNT] = {[TONGUE_EN] = en, [TONGUE_ZH] = zh};
    struct mapping *mapping;
    struct slice path = {0};
    if (!shipped || en.full || zh.full || slice_copy(visit->arena, name, &path) != STATUS_OK ||
        mapping_read(&mapping, path.at, visit->arena, why) != STATUS_OK) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("mapping", "mapping"));
        return false;
    }
    *out = mapping;
    return true;
}

/* ---- the key ---- */

static struct key key_of(const struct visit *visit, struct slice name)
{
    const struct slice who[] = {slice_of(visit->identity.organisation),
                                slice_of(visit->identity.id), name};
    const struct slice what[] = {visit_query_text(visit, "kind"),
                                 visit_query_text(visit, "mapping"), http_body(visit->request)};
    return (struct key){digest_of(who, 3), digest_of(what, 3)};
}

static moment now(const struct visit *visit)
{
    return visit->api->clock.now(visit->api->clock.self);
}

/* True: go on with a new key. */
static bool key_is_new(struct visit *visit, const struct key *key)
{
    enum key_verdict verdict;
    struct text answer = visit_paper(visit, RECEIPT_BYTES_MAX + 64);
    if (answer.full ||
        keys_ask(visit->rooms->keys, key, now(visit), &verdict, &answer) != STATUS_OK) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return false;
    }
    switch (verdict) {
    case KEY_NEW:
        return true;
    case KEY_WAITING:
        visit_problem_wait(visit, PROBLEM_key_in_use, 1);
        return false;
    case KEY_OTHER:
        visit_problem(visit, PROBLEM_key_reused, NULL);
        return false;
    case KEY_ANSWERED:
    default:
        visit_answer_json(visit, 200, &answer);
        visit_header(visit, "Idempotent-Replayed", SLICE("true"));
        return false;
    }
}

/* ---- the receipt ---- */

static enum status receipt_write(struct delivery *delivery, struct slice *out)
{
    char *bytes;
    size_t room = RECEIPT_BYTES_MAX + 1;
    TRY(ARENA_NEW(delivery->arena, room, &bytes));
    struct text text = text_over(bytes, room);
    text_addf(&text, "\"accepted\":%llu,\"rejected\":%llu,\"rejects\":[",
              (unsigned long long)delivery->accepted, (unsigned long long)delivery->rejected);
    text_add(&text, delivery->rejects);
    text_add_char(&text, ']');
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}

/* The receipt as an entry behind the records. */
static enum status receipt_attach(struct handing *handing)
{
    char *bytes;
    size_t room = handing->receipt.size + 256;
    TRY(ARENA_NEW(handing->delivery->arena, room, &bytes));
    struct text text = text_over(bytes, room);
    text_add_key_entry(&text, &handing->key, now(handing->visit), handing->receipt);
    must(!text.full);
    return delivery_add(handing->delivery, text_slice(&text));
}

static void answer_receipt(struct visit *visit, uint64_t first, struct slice receipt)
{
    struct text text = visit_paper(visit, receipt.size + 128);
    if (!text.full)
        text_add_answer(&text, first, receipt);
    visit_answer_json(visit, 200, &text);
}

/* ---- durable ---- */

/* On the writer's thread. */
static void handed(struct offer *offer, enum status status, uint64_t first)
{
    struct delivery *delivery = (struct delivery *)offer; /* its first member */
    struct handing handing = *(struct handing *)delivery->owner;
    struct visit *visit = handing.visit;
    const struct api_rooms *rooms = visit->rooms;
    if (status == STATUS_OK) {
        if (handing.keyed)
            keys_answer(rooms->keys, &handing.key, now(visit), first, handing.receipt);
        rooms->process.acknowledged(rooms->process.self, first + offer->count);
        answer_receipt(visit, first, handing.receipt);
    } else {
        if (handing.keyed)
            keys_forget(rooms->keys, &handing.key);
        visit_problem(visit, PROBLEM_unavailable, NULL);
    }
    delivery_settle(delivery, status);
    delivery_give_back(delivery);
    visit_end(visit);
}

/* ---- handed in ---- */

static void refuse_status(struct visit *visit, const struct delivery *delivery, enum status status,
                          const struct text *why)
{
    struct saying detail = SAYING(why[TONGUE_EN].at, why[TONGUE_ZH].at);
    if (delivery->starved)
        visit_problem_wait(visit, PROBLEM_too_much, 1);
    else if (status == STATUS_FULL)
        visit_problem(visit, PROBLEM_too_large, NULL);
    else
        visit_problem(visit, PROBLEM_records_unreadable, &detail);
}

static bool read_body(struct visit *visit, struct delivery *delivery)
{
    const struct mapping *mapping;
    if (!mapping_of(visit, &mapping))
        return false;
    struct text why[TONGUES_COUNT] = {visit_paper(visit, WHY_BYTES_MAX),
                                      visit_paper(visit, WHY_BYTES_MAX)};
    if (why[TONGUE_EN].full || why[TONGUE_ZH].full) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return false;
    }
    enum status status = delivery_read(delivery, "body", http_body(visit->request),
                                       visit_query_text(visit, "kind"), mapping, why);
    if (status != STATUS_OK)
        refuse_status(visit, delivery, status, why);
    return status == STATUS_OK;
}

/* Not offered after all: everything is as it was before. */
static void take_back(struct handing *handing, enum status status)
{
    struct visit *visit = handing->visit;
    bool keyed = handing->keyed;
    struct key key = handing->key;
    delivery_settle(handing->delivery, status);
    delivery_give_back(handing->delivery);
    if (keyed)
        keys_forget(visit->rooms->keys, &key);
    if (status == STATUS_IO)
        visit_problem(visit, PROBLEM_disk_full, NULL);
    else
        visit_problem_wait(visit, status == STATUS_REFUSED ? PROBLEM_unavailable : PROBLEM_too_much,
                           1);
}

/* True: the visit is the writer's. */
static bool offer(struct handing *handing)
{
    struct visit *visit = handing->visit;
    struct delivery *delivery = handing->delivery;
    const struct api_process *process = &visit->rooms->process;
    enum status status = receipt_write(delivery, &handing->receipt);
    if (status == STATUS_OK && handing->keyed)
        status = receipt_attach(handing);
    if (status == STATUS_OK && delivery->offer.count == 0) { /* nothing to be kept */
        answer_receipt(visit, 0, handing->receipt);
        delivery_settle(delivery, STATUS_OK);
        delivery_give_back(delivery);
        return false;
    }
    delivery->owner = handing;
    delivery->offer.done = handed;
    if (status == STATUS_OK)
        status = process->offer(process->self, &delivery->offer);
    if (status != STATUS_OK)
        take_back(handing, status);
    return status == STATUS_OK;
}

static bool hand_in(struct handing *handing)
{
    struct visit *visit = handing->visit;
    struct delivery *delivery = handing->delivery;
    bool read = read_body(visit, delivery);
    visit_charge(visit, delivery->read);
    if (read)
        return offer(handing);
    if (handing->keyed)
        keys_forget(visit->rooms->keys, &handing->key);
    delivery_give_back(delivery);
    return false;
}

/* On a thread of bulk. */
static void go(struct visit *visit)
{
    struct handing *handing = visit->bulk;
    struct slice name = http_header(visit->request, "Idempotency-Key");
    bool is_new = true;
    handing->keyed = name.size != 0;
    if (handing->keyed) {
        handing->key = key_of(visit, name);
        is_new = key_is_new(visit, &handing->key);
        if (!is_new)
            delivery_give_back(handing->delivery);
    }
    if (!is_new || !hand_in(handing))
        visit_end(visit);
}

void handle_records(struct visit *visit)
{
    const struct api_rooms *rooms = visit->rooms;
    struct delivery *delivery;
    struct handing *handing = NULL;
    if (rooms->process.offer == NULL || rooms->deliveries == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    if (http_header(visit->request, "Idempotency-Key").size > API_KEY_BYTES_MAX) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("Idempotency-Key", "Idempotency-Key"));
        return;
    }
    enum status taken =
        delivery_take(rooms->deliveries, http_body(visit->request).size, &delivery);
    gate_came(visit);
    if (taken != STATUS_OK) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return;
    }
    if (ARENA_NEW(delivery->arena, 1, &handing) != STATUS_OK) {
        delivery_give_back(delivery);
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return;
    }
    *handing = (struct handing){.visit = visit, .delivery = delivery};
    visit_bulk(visit, go, handing);
}
