/* traced.c -- the accounts and edges of a trace by name, and the heap of payments ahead. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace_inside.h"

#include "ground/checksum.h"

uint32_t traced_find(const struct tracing *tracing, ident account)
{
    uint32_t mask = tracing->account_slots - 1;
    if (!ident_known(account) || tracing->account_slots == 0)
        return TRACE_START;
    for (uint32_t i = (uint32_t)hash_word(account.bits) & mask;; i = (i + 1) & mask) {
        const struct account_slot *slot = &tracing->account_slot[i];
        if (slot->number == 0)
            return TRACE_START;
        if (slot->name == account.bits)
            return slot->number - 1;
    }
}

/* Twice the room, at most edges_max.  What was there before stays in the arena until its reset. */
static uint32_t more_room(const struct tracing *tracing, uint32_t room)
{
    uint32_t more = room == 0 ? 4 : 2 * room;
    return more < tracing->asked->edges_max ? more : tracing->asked->edges_max;
}

static enum status reserve_account(struct tracing *tracing)
{
    struct trace *trace = tracing->trace;
    struct trace_account *account;
    struct traced *traced;
    struct waiting *heap;
    uint32_t count = trace->accounts_count;
    if (count < tracing->accounts_room)
        return STATUS_OK;
    uint32_t room = more_room(tracing, tracing->accounts_room);
    TRY(ARENA_NEW(tracing->request, room, &account));
    TRY(ARENA_NEW(tracing->request, room, &traced));
    TRY(ARENA_NEW(tracing->request, room + 1, &heap)); /* and the start */
    if (count != 0) {
        memcpy(account, trace->account, count * sizeof *account);
        memcpy(traced, tracing->traced, count * sizeof *traced);
    }
    if (tracing->heap_count != 0)
        memcpy(heap, tracing->heap, tracing->heap_count * sizeof *heap);
    trace->account = account;
    tracing->traced = traced;
    tracing->heap = heap;
    tracing->accounts_room = room;
    return STATUS_OK;
}

/* A table of which half stays free. */
static enum status grow_slots(struct tracing *tracing, uint32_t count, uint32_t *slots,
                              uint32_t **slot)
{
    uint32_t more = *slots == 0 ? 8 : *slots;
    while (more < 2 * (count + 1))
        more *= 2;
    if (more == *slots)
        return STATUS_OK;
    TRY(ARENA_NEW(tracing->request, more, slot));
    *slots = more;
    return STATUS_OK;
}

static void enter_slot(uint32_t *slot, uint32_t slots, uint64_t name, uint32_t number)
{
    uint32_t i = (uint32_t)hash_word(name) & (slots - 1);
    while (slot[i] != 0)
        i = (i + 1) & (slots - 1);
    slot[i] = number + 1;
}

static void enter_account(struct tracing *tracing, uint64_t name, uint32_t number)
{
    uint32_t mask = tracing->account_slots - 1;
    uint32_t i = (uint32_t)hash_word(name) & mask;
    while (tracing->account_slot[i].number != 0)
        i = (i + 1) & mask;
    tracing->account_slot[i] = (struct account_slot){name, number + 1};
}

/* A table of which half stays free. */
static enum status reserve_slots(struct tracing *tracing)
{
    struct trace *trace = tracing->trace;
    uint32_t more = tracing->account_slots == 0 ? 8 : tracing->account_slots;
    while (more < 2 * (trace->accounts_count + 1))
        more *= 2;
    if (more == tracing->account_slots)
        return STATUS_OK;
    TRY(ARENA_NEW(tracing->request, more, &tracing->account_slot));
    tracing->account_slots = more;
    for (uint32_t i = 0; i < trace->accounts_count; i++)
        enter_account(tracing, trace->account[i].name.bits, i);
    return STATUS_OK;
}

enum status traced_add(struct tracing *tracing, ident account, ident bank, uint32_t *out)
{
    struct trace *trace = tracing->trace;
    must(trace->accounts_count < tracing->asked->edges_max);
    TRY(reserve_account(tracing));
    TRY(reserve_slots(tracing));
    uint32_t number = trace->accounts_count++;
    trace->account[number] = (struct trace_account){
        .name = account, .bank = bank, .last_out_ms = INT64_MIN, .contact = tracing->now};
    purse_init(&tracing->traced[number].purse, tracing->asked->method);
    enter_account(tracing, account.bits, number);
    *out = number;
    return STATUS_OK;
}

struct trace_edge *edge_find(struct tracing *tracing, uint64_t name)
{
    uint32_t mask = tracing->edge_slots - 1;
    if (tracing->edge_slots == 0)
        return NULL;
    for (uint32_t i = (uint32_t)hash_word(name) & mask;; i = (i + 1) & mask) {
        uint32_t number = tracing->edge_slot[i];
        if (number == 0)
            return NULL;
        if (tracing->trace->edge[number - 1].payment.name == name)
            return &tracing->trace->edge[number - 1];
    }
}

static void enter_edge(struct tracing *tracing, uint32_t edge)
{
    const struct payment *payment = &tracing->trace->edge[edge].payment;
    enter_slot(tracing->edge_slot, tracing->edge_slots, payment->name, edge);
    if (payment->reverses != 0 && tracing->asked->backward)
        enter_slot(tracing->back_slot, tracing->edge_slots, payment->reverses, edge);
}

enum status edge_reserve(struct tracing *tracing)
{
    struct trace *trace = tracing->trace;
    struct trace_edge *edge;
    uint32_t before = tracing->edge_slots;
    if (trace->edges_count == tracing->edges_room) {
        uint32_t room = more_room(tracing, tracing->edges_room);
        must(room > trace->edges_count);
        TRY(ARENA_NEW(tracing->request, room, &edge));
        if (trace->edges_count != 0)
            memcpy(edge, trace->edge, trace->edges_count * sizeof *edge);
        trace->edge = edge;
        tracing->edges_room = room;
    }
    TRY(grow_slots(tracing, trace->edges_count, &tracing->edge_slots, &tracing->edge_slot));
    if (tracing->edge_slots == before)
        return STATUS_OK;
    if (tracing->asked->backward)
        TRY(ARENA_NEW(tracing->request, tracing->edge_slots, &tracing->back_slot));
    for (uint32_t i = 0; i < trace->edges_count; i++)
        enter_edge(tracing, i);
    return STATUS_OK;
}

void edge_enter(struct tracing *tracing, uint32_t edge)
{
    enter_edge(tracing, edge);
}

/* ---- ahead ---- */

static bool is_inside(const struct tracing *tracing, struct payment_key key)
{
    const struct trace_request *asked = tracing->asked;
    if (asked->backward)
        return asked->since.ms == MOMENT_NONE.ms || key.ms >= asked->since.ms;
    return asked->until.ms == MOMENT_NONE.ms || key.ms <= asked->until.ms;
}

enum status ahead_read(struct tracing *tracing, uint32_t account)
{
    struct traced *traced = traced_at(tracing, account);
    const struct payment *payment;
    traced->more = false;
    for (;;) {
        if (traced->events == TRACE_EVENTS_MAX) {
            traced->worn_out = true;
            return STATUS_OK;
        }
        enum status status = money_walk_next(traced->walk, &payment);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
        traced->events++;
        tracing->trace->steps++;
        if (!is_inside(tracing, payment->key)) {
            traced->ahead = *payment;
            traced->beyond = true;
            return STATUS_OK;
        }
        if (ident_equal(payment->currency, tracing->trace->currency))
            break;
    }
    traced->ahead = *payment;
    traced->more = true;
    return STATUS_OK;
}

static bool comes_before(const struct tracing *tracing, const struct waiting *a,
                         const struct waiting *b)
{
    int order = tracing_compare(tracing, a->key, b->key);
    return order != 0 ? order < 0 : a->account < b->account;
}

void heap_push(struct tracing *tracing, uint32_t account)
{
    uint32_t at = tracing->heap_count++;
    struct traced *traced = traced_at(tracing, account);
    struct waiting new = {traced->ahead.key, account};
    traced->on_heap = true;
    for (; at > 0 && comes_before(tracing, &new, &tracing->heap[(at - 1) / 2]); at = (at - 1) / 2)
        tracing->heap[at] = tracing->heap[(at - 1) / 2];
    tracing->heap[at] = new;
}

uint32_t heap_pop(struct tracing *tracing)
{
    uint32_t top = tracing->heap[0].account;
    struct waiting last = tracing->heap[--tracing->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= tracing->heap_count)
            break;
        if (child + 1 < tracing->heap_count &&
            comes_before(tracing, &tracing->heap[child + 1], &tracing->heap[child]))
            child++;
        if (!comes_before(tracing, &tracing->heap[child], &last))
            break;
        tracing->heap[at] = tracing->heap[child];
        at = child;
    }
    tracing->heap[at] = last;
    return top;
}
