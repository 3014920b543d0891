/* traced.c -- the accounts and edges of a trace by name, and the heap of payments ahead. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace_inside.h"

#include "ground/checksum.h"

uint32_t traced_find(const struct tracing *tracing, ident account)
{
    uint32_t mask = tracing->account_slots - 1;
    if (!ident_known(account))
        return TRACE_START;
    for (uint32_t i = (uint32_t)hash_word(account.bits) & mask;; i = (i + 1) & mask) {
        uint32_t number = tracing->account_slot[i];
        if (number == 0)
            return TRACE_START;
        if (ident_equal(tracing->trace->account[number - 1].name, account))
            return number - 1;
    }
}

enum status traced_add(struct tracing *tracing, ident account, ident bank, uint32_t *out)
{
    struct trace *trace = tracing->trace;
    uint32_t mask = tracing->account_slots - 1;
    uint32_t i = (uint32_t)hash_word(account.bits) & mask;
    while (tracing->account_slot[i] != 0)
        i = (i + 1) & mask;
    must(trace->accounts_count < tracing->asked->edges_max);
    uint32_t number = trace->accounts_count++;
    trace->account[number] = (struct trace_account){
        .name = account, .bank = bank, .last_out_ms = INT64_MIN, .contact = tracing->now};
    tracing->traced[number] = (struct traced){.events = 0};
    purse_init(&tracing->traced[number].purse, tracing->asked->method);
    tracing->account_slot[i] = number + 1;
    *out = number;
    return STATUS_OK;
}

struct trace_edge *edge_find(struct tracing *tracing, uint64_t name)
{
    uint32_t mask = tracing->edge_slots - 1;
    for (uint32_t i = (uint32_t)hash_word(name) & mask;; i = (i + 1) & mask) {
        uint32_t number = tracing->edge_slot[i];
        if (number == 0)
            return NULL;
        if (tracing->trace->edge[number - 1].payment.name == name)
            return &tracing->trace->edge[number - 1];
    }
}

static void enter_slot(const struct tracing *tracing, uint32_t *slot, uint64_t name, uint32_t edge)
{
    uint32_t mask = tracing->edge_slots - 1;
    uint32_t i = (uint32_t)hash_word(name) & mask;
    while (slot[i] != 0)
        i = (i + 1) & mask;
    slot[i] = edge + 1;
}

void edge_enter(struct tracing *tracing, uint32_t edge)
{
    const struct payment *payment = &tracing->trace->edge[edge].payment;
    enter_slot(tracing, tracing->edge_slot, payment->name, edge);
    if (payment->reverses != 0 && tracing->asked->backward)
        enter_slot(tracing, tracing->back_slot, payment->reverses, edge);
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
    struct traced *traced = &tracing->traced[account];
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

static bool comes_before(const struct tracing *tracing, uint32_t a, uint32_t b)
{
    int order =
        tracing_compare(tracing, tracing->traced[a].ahead.key, tracing->traced[b].ahead.key);
    return order != 0 ? order < 0 : a < b;
}

void heap_push(struct tracing *tracing, uint32_t account)
{
    uint32_t at = tracing->heap_count++;
    tracing->traced[account].on_heap = true;
    for (; at > 0 && comes_before(tracing, account, tracing->heap[(at - 1) / 2]); at = (at - 1) / 2)
        tracing->heap[at] = tracing->heap[(at - 1) / 2];
    tracing->heap[at] = account;
}

uint32_t heap_pop(struct tracing *tracing)
{
    uint32_t top = tracing->heap[0];
    uint32_t last = tracing->heap[--tracing->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= tracing->heap_count)
            break;
        if (child + 1 < tracing->heap_count &&
            comes_before(tracing, tracing->heap[child + 1], tracing->heap[child]))
            child++;
        if (!comes_before(tracing, tracing->heap[child], last))
            break;
        tracing->heap[at] = tracing->heap[child];
        at = child;
    }
    tracing->heap[at] = last;
    return top;
}
