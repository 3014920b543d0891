/* carry.c -- orders are carried out: the core is asked, again and again, until it has done it.
 *
 * One row after another, each in two transactions with the core between them; the core knows an op
 * by its name, so whatever is lost between the two is had again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/teller_inside.h"

enum { AGAIN_MS = 250, AGAIN_MAX_MS = 5000, LIFT_TAIL = 5, TURN_MAX = 64 };

int64_t teller_patience_ms(int64_t tries)
{
    int64_t wait_ms = AGAIN_MS;
    for (int64_t i = 0; i < tries && wait_ms < AGAIN_MAX_MS; i++)
        wait_ms += wait_ms / 2;
    return wait_ms < AGAIN_MAX_MS ? wait_ms : AGAIN_MAX_MS;
}

static void later(struct teller *teller, struct ordered *row)
{
    row->next.ms = teller_now(teller).ms + teller_patience_ms(row->tries);
    row->tries++;
}

/* ---- done ---- */

/* Where the money went: transfers out since it came, until they make up its amount. */
static enum status moved_add(struct teller *teller, const struct ordered *row,
                             struct arena *request, struct order_result *result)
{
    struct book_question question = {.account = row->account,
                                     .from = {row->paid_at.ms - teller->options.policy->slack_ms},
                                     .most = ORDER_MOVED_MAX};
    int64_t sum = 0;
    TRY(ARENA_NEW(request, ORDER_MOVED_MAX, &question.at));
    enum status status = books_transfers(teller->options.books, &question, request);
    if (status == STATUS_IO)
        return STATUS_OK; /* the stop is told all the same */
    TRY(status);
    for (unsigned i = 0; i < question.count && sum < row->amount; i++) {
        const struct book_transfer *out = &question.at[i];
        if (out->account.size == 0 || out->account.size > ORDER_ID_MAX || out->amount <= 0)
            continue;
        sum += out->amount;
        result->moved[result->moved_count++] =
            (struct order_moved){out->account, out->name, out->bank, out->amount, out->at};
    }
    return STATUS_OK;
}

static enum status stop_done(struct teller *teller, struct ordered *row,
                             const struct core_said *said, struct arena *request)
{
    struct order_result *result;
    TRY(ARENA_NEW(request, 1, &result));
    *result = (struct order_result){.order = row->work,
                                    .round = row->round,
                                    .outcome = ORDER_stopped,
                                    .stopped_at = said->at,
                                    .balance = said->balance};
    TRY(moved_add(teller, row, request, result));
    row->stopped_at = said->at;
    row->lift_at.ms = said->at.ms + row->term_ms;
    row->state = row->wants_lift ? ROW_LIFTING : ROW_STOPPED;
    row->next = row->wants_lift ? teller_now(teller) : row->lift_at;
    row->tries = 0;
    TRY(ordered_answer(teller, row, result, request));
    TRY(ordered_put(teller, row, request));
    return ordered_entry(teller, row, "stop.done", "stopped");
}

static enum status not_done(struct teller *teller, struct ordered *row, enum order_reason reason,
                            struct arena *request)
{
    const struct order_result result = {.order = row->work,
                                        .round = row->round,
                                        .outcome = ORDER_refused,
                                        .reason = reason,
                                        .stopped_at = MOMENT_NONE,
                                        .balance = -1};
    row->state = ROW_NOT;
    TRY(ordered_answer(teller, row, &result, request));
    TRY(ordered_put(teller, row, request));
    TRY(ordered_entry(teller, row, "stop.done", "refused"));
    return lift_answer(teller, row, request);
}

static enum status lift_done(struct teller *teller, struct ordered *row, struct arena *request)
{
    row->state = ROW_LIFTED;
    TRY(ordered_put(teller, row, request));
    TRY(ordered_entry(teller, row, "lift.done", row->wants_lift ? "ordered" : "term"));
    return lift_answer(teller, row, request);
}

/* ---- a turn ---- */

/* The row as it is by now: letters may have come while the core was asked. */
static enum status settle(struct teller *teller, const struct ordered *asked, enum status status,
                          const struct core_said *said, struct arena *request)
{
    struct ordered row;
    TRY(ordered_find(teller, asked->key, request, &row));
    if (row.state != asked->state)
        return STATUS_OK;
    if (status == STATUS_OK && row.state == ROW_ASKED)
        return said->done ? stop_done(teller, &row, said, request)
                          : not_done(teller, &row, ORDER_REASON_core, request);
    if (status == STATUS_OK && said->done)
        return lift_done(teller, &row, request);
    later(teller, &row); /* not yet, or nobody there, or a lift that is refused: asked again */
    return ordered_put(teller, &row, request);
}

/* What needs no core: a term that is over begins to be lifted; an order that was lifted or is over
 * before the core heard of it is nothing. */
static enum status prepare(struct teller *teller, struct ordered *row, bool *ask,
                           struct arena *request)
{
    moment now = teller_now(teller);
    *ask = true;
    if (row->state == ROW_STOPPED) {
        row->state = ROW_LIFTING;
        row->tries = 0;
    }
    if (row->state == ROW_ASKED && row->tries == 0 &&
        (row->wants_lift || row->expires.ms <= now.ms)) {
        *ask = false;
        return not_done(teller, row, ORDER_REASON_over, request);
    }
    if (row->state == ROW_ASKED && row->tries == 0)
        row->tries = 1; /* from now on the core may have heard of it */
    row->next.ms = now.ms + AGAIN_MS;
    return ordered_put(teller, row, request);
}

enum status teller_settled(struct teller *teller, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(teller->options.store);
    store_rollback(teller->options.store);
    return status;
}

static enum status ask_core(struct teller *teller, const struct ordered *row, struct arena *request,
                            struct core_said *said)
{
    char lift[ROW_KEY_SIZE + LIFT_TAIL];
    struct text name = text_over(lift, sizeof lift);
    text_addf(&name, "%s-lift", row->key);
    const struct core_op op = {
        .id = row->state == ROW_LIFTING ? text_slice(&name) : slice_of(row->key),
        .act = row->state == ROW_LIFTING ? CORE_LIFT : CORE_STOP,
        .account = row->account,
        .about = slice_of(row->key),
        .term_ms = row->term_ms,
    };
    if (teller->options.core.ask == NULL)
        return STATUS_IO;
    return teller->options.core.ask(teller->options.core.self, &op, request, said);
}

static enum status one(struct teller *teller, struct arena *scratch)
{
    struct store *store = teller->options.store;
    struct core_said said;
    struct ordered row;
    bool ask = false;
    TRY(store_begin(store));
    enum status status = ordered_due(teller, teller_now(teller), scratch, &row);
    if (status == STATUS_OK)
        status = prepare(teller, &row, &ask, scratch);
    TRY(teller_settled(teller, status));
    if (!ask)
        return STATUS_OK;
    enum status asked = ask_core(teller, &row, scratch, &said);
    TRY(store_begin(store));
    return teller_settled(teller, settle(teller, &row, asked, &said, scratch));
}

/* The kinds of orders take turns: none keeps another waiting. */
enum status teller_turn(struct teller *teller, struct arena *scratch, bool *more)
{
    static enum status (*const ONES[])(struct teller *, struct arena *) = {one, freeze_one,
                                                                           payment_one};
    enum { KINDS = sizeof ONES / sizeof ONES[0] };
    *more = false;
    for (unsigned i = 0; i < TURN_MAX; i++) {
        bool did = false;
        for (unsigned kind = 0; kind < KINDS; kind++) {
            arena_reset(scratch);
            enum status status = ONES[kind](teller, scratch);
            if (status != STATUS_OK && status != STATUS_ABSENT)
                return status;
            did |= status == STATUS_OK;
        }
        *more = did;
        if (!did)
            return STATUS_OK;
    }
    return STATUS_OK;
}
