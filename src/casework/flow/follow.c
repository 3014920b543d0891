/* follow.c -- one trace, from the question to what is kept of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/flow/flow_inside.h"

#include "alert/alert.h"
#include "live/live.h"
#include "money/trace_show.h"

enum { ROUNDS_MAX = 16, MEMORY_MAX = 1 << 30, KNOWN_BYTES = 32 << 20, JSON_FIRST = 1 << 16 };

struct following {
    struct flow *flow;
    const struct flow_question *question;
    struct arena *arena; /* of a round */
    struct knowing knowing;
    struct trace_request asked;
    struct money_view *view;
    struct trace *trace;
    struct stop_proposals stops;
    bool masked;
};

/* ---- what is known of accounts ---- */

static bool same_holder(void *self, ident a, ident b)
{
    struct following *following = self;
    ident one = knowing_of(&following->knowing, a, KNOWN_PERSON)->person;
    ident two = knowing_of(&following->knowing, b, KNOWN_PERSON)->person;
    return ident_known(one) && ident_equal(one, two);
}

static enum trace_end end_of(void *self, ident account, const struct payment *payment)
{
    struct following *following = self;
    bool backward = following->asked.backward;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text bank = text_over(bytes, sizeof bytes);
    enum trace_end end = knowing_of(&following->knowing, account, payment->key.ms)->end;
    if (end != ENDS_COUNT)
        return end;
    if (!backward && payment->channel == CHOICE_OF(payment, channel, pos))
        return END_MERCHANT;
    ident name = backward ? payment->payer_bank : payment->payee_bank;
    bool told = following->flow->options.home && ident_known(name) &&
                money_spelling(following->view, name, &bank) == STATUS_OK;
    return told && flow_bank_abroad(text_slice(&bank)) ? END_FOREIGN : ENDS_COUNT;
}

/* ---- a round ---- */

static bool is_prefixed(struct slice *from, struct slice prefix)
{
    if (!slice_starts(*from, prefix))
        return false;
    from->at += prefix.size;
    from->size -= prefix.size;
    return true;
}

static enum status trace_from(struct following *following)
{
    struct slice from = following->question->from;
    bool payment_only = is_prefixed(&from, SLICE("payment:"));
    bool account_only = !payment_only && is_prefixed(&from, SLICE("account:"));
    struct payment payment;
    if (from.size == 0 || from.size > IDENT_BYTES_MAX)
        return STATUS_ABSENT;
    if (!account_only) {
        enum status status = money_find(following->view, payment_name(ident_of(from), 0), &payment);
        if (status == STATUS_OK)
            return trace_payments(&following->trace, following->view, &following->asked, &payment,
                                  1);
        if (status != STATUS_ABSENT || payment_only)
            return status;
    }
    return trace_account_of(&following->trace, following->view, &following->asked, ident_of(from));
}

/* A view of one moment serves all rounds, so that they see the same payments. */
static enum status rounds(struct following *following)
{
    for (int i = 0; i < ROUNDS_MAX; i++) {
        TRY(trace_from(following));
        if (following->knowing.full)
            return STATUS_FULL;
        if (following->knowing.unanswered == 0)
            return STATUS_OK;
        TRY(knowing_ask(&following->knowing));
    }
    return STATUS_FULL;
}

static moment now_of(const struct following *following)
{
    struct clock clock = following->flow->options.clock;
    moment now = clock.now(clock.self), until = following->asked.until;
    for (uint32_t i = 0; i < following->trace->edges_count; i++)
        if (following->trace->edge[i].payment.key.ms > now.ms)
            now.ms = following->trace->edge[i].payment.key.ms;
    return until.ms != MOMENT_NONE.ms && until.ms < now.ms ? until : now;
}

static enum status propose(struct following *following)
{
    const struct proposal_request order = {.trace = following->trace,
                                           .now = now_of(following),
                                           .answer_usual_ms = following->question->answer_ms};
    if (following->asked.backward)
        return STATUS_OK;
    return stop_propose(&following->stops, following->view, &order);
}

/* ---- as text ---- */

struct growing {
    struct arena *arena;
    struct text text;
};

static enum status take_piece(void *self, struct slice bytes)
{
    struct growing *growing = self;
    struct text *text = &growing->text;
    if (text->size_max - text->size <= bytes.size) {
        size_t size = text->size_max * 2 > text->size_max + bytes.size + 1
                          ? text->size_max * 2
                          : text->size_max + bytes.size + 1;
        char *more;
        if (size > FLOW_JSON_BYTES_MAX)
            return STATUS_FULL;
        TRY(arena_take(growing->arena, size, (void **)&more));
        struct text larger = text_over(more, size);
        text_add(&larger, text_slice(text));
        *text = larger;
    }
    text_add(text, bytes);
    return text->full ? STATUS_FULL : STATUS_OK;
}

static void add_name(struct following *following, struct text *text, ident name,
                     enum field_type type)
{
    char bytes[IDENT_BYTES_MAX + 1];
    struct text spelled = text_over(bytes, sizeof bytes);
    if (money_spelling(following->view, name, &spelled) != STATUS_OK)
        text_add_ident(&spelled, name);
    if (following->masked)
        text_add_masked(text, text_slice(&spelled), type);
    else
        text_add(text, text_slice(&spelled));
}

static void add_account(void *self, struct text *text, ident account)
{
    add_name(self, text, account, FIELD_ACCOUNT);
}

static void add_bank(void *self, struct text *text, ident bank)
{
    struct following *following = self;
    if (money_spelling(following->view, bank, text) != STATUS_OK)
        text_add_ident(text, bank);
}

static void add_payment(void *self, struct text *text, const struct payment *payment)
{
    struct following *following = self;
    char bytes[IDENT_BYTES_MAX + 1];
    struct text id = text_over(bytes, sizeof bytes);
    if (money_id(following->view, payment, &id) != STATUS_OK)
        return; /* it has none: it is found by the record's position */
    if (following->masked)
        text_add_masked(text, text_slice(&id), FIELD_RECORD_ID);
    else
        text_add(text, text_slice(&id));
}

static enum status write_json(struct following *following, bool masked, struct slice *out)
{
    char bytes[IDENT_BYTES_MAX + 1], *first;
    struct text currency = text_over(bytes, sizeof bytes);
    struct growing growing = {.arena = following->arena};
    TRY(arena_take(following->arena, JSON_FIRST, (void **)&first));
    growing.text = text_over(first, JSON_FIRST);
    following->masked = masked;
    if (ident_known(following->trace->currency))
        (void)money_spelling(following->view, following->trace->currency, &currency);
    const struct trace_view view = {
        .trace = following->trace,
        .proposals = following->asked.backward ? NULL : &following->stops,
        .now = now_of(following),
        .tongue = TONGUE_EN,
        .zone_minutes = following->flow->options.zone_minutes,
        .currency = text_slice(&currency),
        .digits = currency_digits(text_slice(&currency)),
        .masked = masked,
        .naming = {add_account, add_bank, add_payment, NULL, following},
    };
    TRY(trace_show_json(&view, (struct trace_outlet){take_piece, &growing}));
    *out = text_slice(&growing.text);
    return STATUS_OK;
}

/* ---- orders to be ---- */

/* The payment that brought most of the money: the bank holds its amount and time against its
 * books. */
static const struct trace_edge *largest_to(const struct trace *trace, uint32_t account)
{
    const struct trace_edge *largest = NULL;
    for (uint32_t i = 0; i < trace->edges_count; i++)
        if (trace->edge[i].to == account &&
            (largest == NULL || trace->edge[i].traced > largest->traced))
            largest = &trace->edge[i];
    return largest;
}

static enum status name_of(struct following *following, ident name, struct arena *request,
                           struct slice *out)
{
    char bytes[IDENT_BYTES_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    *out = SLICE("");
    if (!ident_known(name) || money_spelling(following->view, name, &text) != STATUS_OK)
        return STATUS_OK; /* nobody can write it on an order */
    return slice_copy(request, text_slice(&text), out);
}

static enum status fill_stop(struct following *following, uint32_t number, struct arena *request,
                             struct flow_stop *out)
{
    const struct trace_account *account = &following->trace->account[number];
    const struct trace_edge *edge = largest_to(following->trace, number);
    char bytes[64];
    struct text amount = text_over(bytes, 24), time = text_over(bytes + 24, 40);
    *out = (struct flow_stop){.account = number, .level = account->level};
    if (edge == NULL)
        return STATUS_OK;
    text_add_whole(&amount, edge->payment.amount);
    text_add_moment(&time, (moment){edge->payment.key.ms}, following->flow->options.zone_minutes);
    TRY(slice_copy(request, text_slice(&amount), &out->amount));
    TRY(slice_copy(request, text_slice(&time), &out->paid_at));
    TRY(name_of(following, account->name, request, &out->payee));
    TRY(name_of(following, account->bank, request, &out->bank));
    return name_of(following, edge->payment.payer, request, &out->payer);
}

static enum status fill_stops(struct following *following, struct arena *request,
                              struct flow_answer *out)
{
    uint32_t count = following->asked.backward ? 0 : following->stops.count;
    if (count > FLOW_STOPS_MAX)
        count = FLOW_STOPS_MAX;
    TRY(ARENA_NEW(request, count + 1, &out->stop));
    for (uint32_t i = 0; i < count; i++) {
        struct flow_stop *stop = &out->stop[out->stops_count];
        TRY(fill_stop(following, following->stops.at[i].account, request, stop));
        out->stops_count += stop->payee.size != 0;
    }
    return STATUS_OK;
}

/* ---- all of it ---- */

static enum status follow(struct following *following, struct arena *request,
                          struct flow_answer *out)
{
    struct slice masked, unmasked;
    TRY(rounds(following));
    TRY(propose(following));
    TRY(write_json(following, true, &masked));
    TRY(write_json(following, false, &unmasked));
    out->position = money_view_position(following->view);
    TRY(slice_copy(request, masked, &out->masked));
    TRY(slice_copy(request, unmasked, &out->unmasked));
    return fill_stops(following, request, out);
}

static enum status ask(struct flow *flow, const struct flow_question *question,
                       struct arena *request, struct flow_answer *out)
{
    struct following following = {.flow = flow, .question = question, .asked = question->asked};
    struct money *money = flow->options.money(flow->options.self);
    struct arena *known = NULL;
    if (money == NULL)
        return STATUS_LATE;
    following.asked.judge =
        (struct trace_judge){.same_holder = same_holder, .end_of = end_of, .self = &following};
    enum status status = arena_create(&following.arena, MEMORY_MAX);
    if (status == STATUS_OK)
        status = arena_create(&known, KNOWN_BYTES);
    if (status == STATUS_OK)
        status = knowing_create(&following.knowing, flow->options.live, known);
    if (status == STATUS_OK)
        status = money_view_open(&following.view, money, following.arena);
    if (status == STATUS_OK) {
        status = follow(&following, request, out);
        money_view_close(following.view);
    }
    arena_destroy(known);
    arena_destroy(following.arena);
    return status;
}

enum status flow_ask(struct flow *flow, const struct flow_question *question, struct arena *request,
                     struct flow_answer *out)
{
    *out = (struct flow_answer){.position = 0};
    if (atomic_fetch_add(&flow->asking, 1) >= FLOW_AT_ONCE) {
        (void)atomic_fetch_sub(&flow->asking, 1);
        (void)atomic_fetch_add(&flow->refused, 1);
        return STATUS_FULL;
    }
    int64_t before = flow->options.clock.ticks_ms(flow->options.clock.self);
    enum status status = ask(flow, question, request, out);
    int64_t took = flow->options.clock.ticks_ms(flow->options.clock.self) - before;
    if (took * 1000 > atomic_load(&flow->slowest_us))
        atomic_store(&flow->slowest_us, took * 1000);
    (void)atomic_fetch_sub(&flow->asking, 1);
    (void)atomic_fetch_add(status == STATUS_OK ? &flow->traces : &flow->refused, 1);
    return status;
}
