/* view.c -- reading the index: ledgers and runs as one sequence.
 *
 * Each ledger and each run has the payments of an account in order; a walk gives the least of those
 * ahead.  What a view pins it pins when it is opened: the generation, and how many rows of its
 * ledgers count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

struct money_walk {
    struct money_view *view;
    struct payment_key from;
    bool back;
    struct ledger_walk ledger[2];
    uint32_t runs_count;
    struct run_walk *run;
    struct payment payment;
};

enum status money_view_open(struct money_view **out, struct money *money, struct arena *request)
{
    struct money_view *view;
    TRY(ARENA_NEW(request, 1, &view));
    must(pthread_mutex_lock(&money->lock) == 0);
    struct generation *generation = money->now;
    generation->readers++;
    must(pthread_mutex_unlock(&money->lock) == 0);
    *view = (struct money_view){money, request, generation, {0, 0}, 0};
    view->resume = generation->runs_count == 0
                       ? 0
                       : run_about(generation->run[generation->runs_count - 1])->through;
    for (unsigned i = 0; i < 2; i++)
        if (generation->ledger[i] != NULL)
            view->pinned[i] =
                atomic_load_explicit(&generation->ledger[i]->rows_count, memory_order_acquire);
    *out = view;
    return STATUS_OK;
}

void money_view_close(struct money_view *view)
{
    if (view != NULL)
        generation_leave(view->money, view->generation);
}

struct arena *money_view_arena(struct money_view *view)
{
    return view->request;
}

enum status money_find(struct money_view *view, uint64_t name, struct payment *out)
{
    const struct generation *generation = view->generation;
    for (unsigned i = 0; i < 2; i++) {
        const struct ledger *ledger = generation->ledger[i];
        uint32_t row = ledger == NULL ? 0 : ledger_find_name(ledger, name, view->pinned[i]);
        if (row != 0) {
            ledger_payment(ledger, row, out);
            return STATUS_OK;
        }
    }
    for (uint32_t i = generation->runs_count; i > 0; i--) {
        enum status status = run_find_name(generation->run[i - 1], name, out);
        if (status != STATUS_ABSENT)
            return status;
    }
    return STATUS_ABSENT;
}

uint64_t money_view_position(const struct money_view *view)
{
    uint64_t position = view->resume;
    for (unsigned i = 0; i < 2; i++) {
        const struct ledger *ledger = view->generation->ledger[i];
        if (ledger != NULL && view->pinned[i] != 0 &&
            ledger->row[view->pinned[i]].position > position)
            position = ledger->row[view->pinned[i]].position;
    }
    return position;
}

enum status money_tells(struct money_view *view, ident account, bool *out)
{
    const struct generation *generation = view->generation;
    *out = false;
    for (unsigned i = 0; i < 2 && !*out; i++) {
        const struct ledger *ledger = generation->ledger[i];
        uint32_t holder = ledger == NULL ? 0 : ledger_find_holder(ledger, account);
        *out = holder != 0 &&
               atomic_load_explicit(&ledger->holder[holder].tells, memory_order_relaxed);
    }
    for (uint32_t i = 0; i < generation->runs_count && !*out; i++) {
        enum status status = run_tells(generation->run[i], account, out);
        if (status != STATUS_ABSENT)
            TRY(status);
    }
    return STATUS_OK;
}

enum status money_spelling(struct money_view *view, ident name, struct text *out)
{
    const struct generation *generation = view->generation;
    if (ident_is_packed(name)) {
        text_add_ident(out, name);
        return STATUS_OK;
    }
    struct slice spelling = words_spelling(&view->money->currencies, name);
    if (spelling.size == 0)
        spelling = words_spelling(&view->money->banks, name);
    for (unsigned i = 0; i < 2 && spelling.size == 0; i++)
        if (generation->ledger[i] != NULL)
            spelling = ledger_spelling(generation->ledger[i],
                                       ledger_find_holder(generation->ledger[i], name));
    if (spelling.size != 0) {
        text_add(out, spelling);
        return STATUS_OK;
    }
    for (uint32_t i = generation->runs_count; i > 0; i--) {
        enum status status = run_spelling(generation->run[i - 1], name, out);
        if (status != STATUS_ABSENT)
            return status;
    }
    return STATUS_ABSENT;
}

enum status money_id(struct money_view *view, const struct payment *payment, struct text *out)
{
    const struct generation *generation = view->generation;
    ident name = {payment->name};
    if (!ident_valid(name))
        return STATUS_ABSENT; /* it goes by its content */
    if (ident_is_packed(name)) {
        text_add_ident(out, name);
        return STATUS_OK;
    }
    for (unsigned i = 0; i < 2; i++) {
        const struct ledger *ledger = generation->ledger[i];
        uint32_t row =
            ledger == NULL ? 0 : ledger_find_name(ledger, payment->name, view->pinned[i]);
        struct slice id = row == 0 ? SLICE("") : ledger_id(ledger, row);
        if (id.size != 0) {
            text_add(out, id);
            return STATUS_OK;
        }
    }
    for (uint32_t i = generation->runs_count; i > 0; i--) {
        enum status status = run_id(generation->run[i - 1], name, out);
        if (status != STATUS_ABSENT)
            return status;
    }
    return STATUS_ABSENT;
}

bool money_reverses(const struct money_view *view)
{
    const struct generation *generation = view->generation;
    for (unsigned i = 0; i < 2; i++)
        if (generation->ledger[i] != NULL &&
            atomic_load_explicit(&generation->ledger[i]->reversals_count, memory_order_acquire) !=
                0)
            return true;
    for (uint32_t i = 0; i < generation->runs_count; i++)
        if (run_about(generation->run[i])->reversals != 0)
            return true;
    return false;
}

enum status money_walk_open(struct money_walk **out, struct money_view *view, ident account,
                            struct payment_key from, bool back)
{
    struct money_walk *walk;
    const struct generation *generation = view->generation;
    TRY(ARENA_NEW(view->request, 1, &walk));
    walk->view = view;
    walk->from = from;
    walk->back = back;
    for (unsigned i = 0; i < 2; i++)
        if (generation->ledger[i] != NULL)
            ledger_walk_init(&walk->ledger[i], generation->ledger[i], view->pinned[i], account,
                             back);
    if (generation->runs_count != 0)
        TRY(ARENA_NEW(view->request, generation->runs_count, &walk->run));
    for (uint32_t i = 0; i < generation->runs_count; i++) {
        struct run_walk *run = &walk->run[walk->runs_count];
        const struct run_head *head = run_about(generation->run[i]);
        if (back ? payment_key_compare(head->first, from) >= 0
                 : payment_key_compare(head->last, from) <= 0)
            continue; /* all of it is on the other side */
        enum status status = run_walk_init(run, generation->run[i], account, from, back);
        if (status != STATUS_OK && status != STATUS_ABSENT)
            return status;
        walk->runs_count += status == STATUS_OK;
    }
    *out = walk;
    return STATUS_OK;
}

static bool is_nearer(const struct money_walk *walk, struct payment_key a, struct payment_key b)
{
    int order = payment_key_compare(a, b);
    return walk->back ? order > 0 : order < 0;
}

/* The payment ahead in the ledgers. */
static bool peek_ledgers(struct money_walk *walk)
{
    uint32_t best = 0;
    const struct ledger *of = NULL;
    for (unsigned i = 0; i < 2; i++) {
        struct ledger_walk *ledger = &walk->ledger[i];
        uint32_t row = ledger_walk_next(ledger, walk->from);
        if (row == 0)
            continue;
        if (best == 0 ||
            is_nearer(walk, row_key(&ledger->ledger->row[row]), row_key(&of->row[best]))) {
            best = row;
            of = ledger->ledger;
        }
    }
    if (best != 0)
        ledger_payment(of, best, &walk->payment);
    return best != 0;
}

enum status money_walk_next(struct money_walk *walk, const struct payment **out)
{
    bool found = peek_ledgers(walk);
    struct run_walk *from_run = NULL;
    for (uint32_t i = 0; i < walk->runs_count; i++) {
        struct run_walk *run = &walk->run[i];
        enum status status = run_walk_peek(run);
        if (status == STATUS_END)
            continue;
        TRY(status);
        if (found && !is_nearer(walk, run->payment.key, walk->payment.key))
            continue;
        walk->payment = run->payment;
        from_run = run;
        found = true;
    }
    if (!found)
        return STATUS_END;
    if (from_run != NULL)
        from_run->ready = false;
    walk->from = walk->payment.key;
    *out = &walk->payment;
    return STATUS_OK;
}

enum status money_knows(struct money_view *view, ident account, bool *out)
{
    struct money_walk *walk;
    const struct payment *payment;
    TRY(money_walk_open(&walk, view, account, PAYMENT_KEY_FIRST, false));
    enum status status = money_walk_next(walk, &payment);
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    *out = status == STATUS_OK;
    return STATUS_OK;
}
