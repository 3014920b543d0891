/* show_json.c -- a trace as one JSON document, as trace.schema.json says.
 *
 * Amounts are decimals in strings, so that no reader turns them into binary fractions.  What was
 * asked stands in the answer: method, direction and limits belong to the figures. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/show_inside.h"

static void add_name(struct text *text, const char *name)
{
    text_addf(text, "\"%s\":", name);
}

static void add_amount(struct text *text, const struct trace_view *view, const char *name,
                       int64_t amount)
{
    add_name(text, name);
    text_add_char(text, '"');
    show_add_amount(text, view, amount);
    text_add_char(text, '"');
}

static void add_time(struct text *text, const struct trace_view *view, const char *name, int64_t ms)
{
    add_name(text, name);
    if (ms == INT64_MIN) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    show_add_time(text, view, ms);
    text_add_char(text, '"');
}

static void add_shown(struct text *text, const struct trace_view *view, const char *name,
                      ident account)
{
    char bytes[256];
    struct text shown = text_over(bytes, sizeof bytes);
    add_name(text, name);
    if (!ident_known(account)) {
        text_add_string(text, "null");
        return;
    }
    show_add_account(&shown, view, account);
    text_add_json(text, text_slice(&shown));
}

static void add_bank(struct text *text, const struct trace_view *view, ident bank)
{
    char bytes[256];
    struct text shown = text_over(bytes, sizeof bytes);
    show_add_bank(&shown, view, bank);
    if (shown.size == 0)
        text_add_string(text, "null");
    else
        text_add_json(text, text_slice(&shown));
}

static void add_bool(struct text *text, const char *name, bool value)
{
    text_addf(text, "\"%s\":%s", name, value ? "true" : "false");
}

static void add_ends(struct text *text, const struct trace_view *view, const int64_t *ended)
{
    bool comma = false;
    text_add_string(text, "\"ends\":{");
    for (unsigned i = 0; i < ENDS_COUNT; i++) {
        if (ended[i] == 0)
            continue;
        text_add_string(text, comma ? "," : "");
        add_amount(text, view, trace_end_word(i), ended[i]);
        comma = true;
    }
    text_add_char(text, '}');
}

static void add_cuts(struct text *text, const struct trace_view *view, const int64_t *cut,
                     const uint32_t *payments)
{
    bool comma = false;
    text_add_string(text, "\"cuts\":{");
    for (unsigned i = 0; i < CUTS_COUNT; i++) {
        if (payments[i] == 0)
            continue;
        text_addf(text, "%s\"%s\":{", comma ? "," : "", trace_cut_word(i));
        add_amount(text, view, "amount", cut[i]);
        text_addf(text, ",\"payments\":%u}", payments[i]);
        comma = true;
    }
    text_add_char(text, '}');
}

static void add_top(struct text *text, const struct trace_view *view)
{
    const struct trace *trace = view->trace;
    const struct trace_request *asked = &trace->request;
    text_addf(text, "{\"version\":1,\"direction\":\"%s\",\"method\":\"%s\",",
              asked->backward ? "backward" : "forward", trace_method_word(asked->method));
    add_bool(text, "masked", view->masked);
    text_add_char(text, ',');
    add_shown(text, view, "start", trace->start);
    text_add_string(text, ",\"currency\":");
    if (view->currency.size == 0)
        text_add_string(text, "null");
    else
        text_add_json(text, view->currency);
    text_addf(text, ",\"origins\":%u,\"other_currency\":%u,\"limits\":{\"depth\":%u,\"fan\":%u,",
              trace->origins_count, trace->other_currency, asked->depth_max, asked->fan_max);
    text_addf(text, "\"payments\":%u,\"reads\":%u,", asked->edges_max, asked->steps_max);
    add_amount(text, view, "amount_min", asked->amount_min);
    text_add_char(text, ',');
    add_time(text, view, "since", asked->since.ms);
    text_add_char(text, ',');
    add_time(text, view, "until", asked->until.ms);
    text_add_string(text, "},\"sums\":{");
    add_amount(text, view, "started", trace->started);
    text_add_char(text, ',');
    add_amount(text, view, "touched", trace->touched);
    text_add_char(text, ',');
    add_amount(text, view, "held", trace->held);
    text_add_char(text, ',');
    add_ends(text, view, trace->ended);
    text_add_char(text, ',');
    add_cuts(text, view, trace->cut, trace->cut_payments);
    text_add_string(text, "},\n\"accounts\":[");
}

static void add_account(struct text *text, const struct trace_view *view, uint32_t number)
{
    const struct trace_account *account = &view->trace->account[number];
    text_addf(text, "%s\n{\"number\":%u,", number == 0 ? "" : ",", number);
    add_shown(text, view, "account", account->name);
    text_add_string(text, ",\"bank\":");
    add_bank(text, view, account->bank);
    text_addf(text, ",\"level\":%u,", account->level);
    add_time(text, view, "contact", account->contact.ms);
    text_add_char(text, ',');
    add_amount(text, view, "in", account->in);
    text_add_char(text, ',');
    add_amount(text, view, "out", account->out);
    text_add_char(text, ',');
    add_amount(text, view, "held", account->held);
    text_add_char(text, ',');
    add_amount(text, view, "other", account->other);
    text_add_char(text, ',');
    if (account->opening_known)
        add_amount(text, view, "opening", account->opening);
    else
        text_add_string(text, "\"opening\":null");
    text_add_char(text, ',');
    add_amount(text, view, "uncovered", account->uncovered);
    text_add_char(text, ',');
    add_amount(text, view, "touched", account->touched);
    text_add_char(text, ',');
    add_bool(text, "mixed", account->mixed);
    text_add_char(text, ',');
    add_time(text, view, "last_out", account->last_out_ms);
    text_add_char(text, ',');
    add_ends(text, view, account->ended);
    text_add_char(text, ',');
    add_cuts(text, view, account->cut, account->cut_payments);
    text_add_char(text, '}');
}

static void add_number(struct text *text, const char *name, uint32_t number)
{
    if (number == TRACE_START)
        text_addf(text, "\"%s\":null,", name);
    else
        text_addf(text, "\"%s\":%u,", name, number);
}

static void add_record(struct text *text, const struct trace_view *view, uint64_t position)
{
    if (view->naming.path_of == NULL) {
        text_addf(text, "\"record\":{\"position\":%llu}", (unsigned long long)position);
        return;
    }
    text_add_string(text, "\"record\":{\"file\":");
    text_add_json(text, view->naming.path_of(view->naming.self, position_file(position)));
    text_addf(text, ",\"line\":%llu}", (unsigned long long)position_line(position));
}

static void add_edge(struct text *text, const struct trace_view *view, uint32_t number)
{
    const struct trace_edge *edge = &view->trace->edge[number];
    const struct payment *payment = &edge->payment;
    const char *channel = show_channel(payment);
    char bytes[256];
    struct text id = text_over(bytes, sizeof bytes);
    text_addf(text, "%s\n{", number == 0 ? "" : ",");
    view->naming.add_payment(view->naming.self, &id, payment);
    if (id.size == 0)
        text_add_string(text, "\"id\":null,");
    else {
        text_add_string(text, "\"id\":");
        text_add_json(text, text_slice(&id));
        text_add_char(text, ',');
    }
    add_time(text, view, "time", payment->key.ms);
    text_add_char(text, ',');
    add_shown(text, view, "payer", payment->payer);
    text_add_char(text, ',');
    add_shown(text, view, "payee", payment->payee);
    text_add_char(text, ',');
    add_number(text, "from", edge->from);
    add_number(text, "to", edge->to);
    add_amount(text, view, "amount", payment->amount);
    text_add_char(text, ',');
    add_amount(text, view, "traced", edge->traced);
    text_addf(text, ",\"level\":%u,\"delay_ms\":", edge->level);
    if (edge->delay_ms < 0)
        text_add_string(text, "null,");
    else
        text_addf(text, "%lld,", (long long)edge->delay_ms);
    text_addf(text, edge->end == ENDS_COUNT ? "\"end\":null," : "\"end\":\"%s\",",
              edge->end == ENDS_COUNT ? "" : trace_end_word(edge->end));
    add_bool(text, "own", edge->own);
    text_addf(text, channel == NULL ? ",\"channel\":null," : ",\"channel\":\"%s\",",
              channel == NULL ? "" : channel);
    add_record(text, view, payment->key.position);
    text_add_char(text, '}');
}

static void add_median(struct text *text, const char *name, int64_t ms)
{
    text_addf(text, "\"%s\":", name);
    if (ms < 0)
        text_add_string(text, "null");
    else
        text_add_whole(text, ms);
}

static void add_proposal(struct text *text, const struct trace_view *view, uint32_t nth)
{
    const struct stop_proposal *proposal = &view->proposals->at[nth];
    text_addf(text, "%s\n{\"account\":%u,", nth == 0 ? "" : ",", proposal->account);
    add_amount(text, view, "held", proposal->held);
    text_add_char(text, ',');
    add_amount(text, view, "expected", proposal->expected);
    text_addf(text, ",\"stays\":%u.%06u,\"age_ms\":%lld,\"answer_ms\":%lld,",
              proposal->stays / 1000000, proposal->stays % 1000000, (long long)proposal->age_ms,
              (long long)proposal->answer_ms);
    text_addf(text, "\"seen\":{\"chain\":%u,\"own\":%u,", proposal->chain_seen, proposal->own_seen);
    add_median(text, "chain_median_ms", proposal->chain_median_ms);
    text_add_char(text, ',');
    add_median(text, "own_median_ms", proposal->own_median_ms);
    text_add_string(text, "},\"reason\":{");
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char bytes[512];
        struct text reason = text_over(bytes, sizeof bytes);
        text_add_stop_reason(&reason, proposal, tongue);
        text_addf(text, "%s\"%s\":", tongue == 0 ? "" : ",", tongue == TONGUE_ZH ? "zh" : "en");
        text_add_json(text, text_slice(&reason));
    }
    text_add_string(text, "}}");
}

enum status trace_show_json(const struct trace_view *view, struct trace_outlet outlet)
{
    char bytes[SHOW_LINE_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    add_top(&text, view);
    TRY(show_flush(&text, outlet));
    for (uint32_t i = 0; i < view->trace->accounts_count; i++) {
        add_account(&text, view, i);
        TRY(show_flush(&text, outlet));
    }
    text_add_string(&text, "],\n\"payments\":[");
    for (uint32_t i = 0; i < view->trace->edges_count; i++) {
        add_edge(&text, view, i);
        TRY(show_flush(&text, outlet));
    }
    text_add_string(&text, "],\n\"stops\":");
    text_add_string(&text, view->proposals == NULL ? "null" : "[");
    for (uint32_t i = 0; view->proposals != NULL && i < view->proposals->count; i++) {
        add_proposal(&text, view, i);
        TRY(show_flush(&text, outlet));
    }
    text_add_string(&text, view->proposals == NULL ? "}\n" : "]}\n");
    return show_flush(&text, outlet);
}
