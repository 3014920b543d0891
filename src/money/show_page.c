/* show_page.c -- a trace as one page that can be opened, printed and kept with the case.
 *
 * Headings stand in both tongues beside each other, because the page goes from desk to desk.  No
 * script, no request leaves it.
 *
 * Not chosen:  a drawing of the graph.  Beyond a dozen accounts nobody reads one; GraphML is for
 *              the tools that draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/show_inside.h"

static void add_both(struct text *text, enum show_word word)
{
    text_add_html(text, slice_of(show_word(word, TONGUE_ZH)));
    text_add_string(text, " · ");
    text_add_html(text, slice_of(show_word(word, TONGUE_EN)));
}

static void add_saying(struct text *text, struct saying saying)
{
    text_add_html(text, slice_of(saying.in[TONGUE_ZH]));
    text_add_string(text, " · ");
    text_add_html(text, slice_of(saying.in[TONGUE_EN]));
}

static void add_heads(struct text *text, const enum show_word *words, size_t count)
{
    text_add_string(text, "<div class=\"wide\"><table><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        text_add_string(text, "<th scope=\"col\">");
        add_both(text, words[i]);
        text_add_string(text, "</th>");
    }
    text_add_string(text, "</tr></thead><tbody>\n");
}

static void add_amount_cell(struct text *text, const struct trace_view *view, int64_t amount)
{
    text_add_string(text, "<td class=\"n\">");
    show_add_amount(text, view, amount);
    text_add_string(text, "</td>");
}

static void add_name_cell(struct text *text, const struct trace_view *view, ident account)
{
    char bytes[256];
    struct text name = text_over(bytes, sizeof bytes);
    text_add_string(text, "<td>");
    if (ident_known(account))
        show_add_account(&name, view, account);
    else
        text_add_string(&name, "—");
    text_add_html(text, text_slice(&name));
    text_add_string(text, "</td>");
}

static void add_bank_cell(struct text *text, const struct trace_view *view, ident bank)
{
    char bytes[256];
    struct text name = text_over(bytes, sizeof bytes);
    show_add_bank(&name, view, bank);
    text_add_string(text, "<td>");
    text_add_html(text, text_slice(&name));
    text_add_string(text, "</td>");
}

static void add_top(struct text *text, const struct trace_view *view)
{
    const struct trace *trace = view->trace;
    text_addf(text, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">",
              view->tongue == TONGUE_ZH ? "zh" : "en");
    text_add_string(text,
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                    "style-src 'unsafe-inline'\"><title>Cutline · 资金追踪 · trace</title><style>"
#include "page_style.inc"
                    "</style></head><body><h1>");
    add_both(text, SHOW_TITLE);
    text_add_string(text, "</h1><p>");
    add_both(text, trace->request.backward ? SHOW_BACKWARD : SHOW_FORWARD);
    text_add_string(text, "<br>");
    add_saying(text, trace_method_says(trace->request.method));
    text_add_string(text, "</p>\n<table><tbody>");
}

static void add_sum(struct text *text, const struct trace_view *view, struct saying says,
                    int64_t amount)
{
    int64_t all = view->trace->started + view->trace->touched;
    text_add_string(text, "<tr><th scope=\"row\">");
    add_saying(text, says);
    text_add_string(text, "</th>");
    add_amount_cell(text, view, amount);
    text_addf(text, "<td><span class=\"bar\" style=\"width:%lldpx\"></span></td></tr>\n",
              all <= 0 ? 0LL : (long long)((double)amount / (double)all * 200));
}

static struct saying saying_of(enum show_word word)
{
    return (struct saying){{show_word(word, TONGUE_EN), show_word(word, TONGUE_ZH)}};
}

static void add_sums(struct text *text, const struct trace_view *view)
{
    const struct trace *trace = view->trace;
    bool backward = trace->request.backward;
    add_sum(text, view, saying_of(SHOW_STARTED), trace->started);
    if (trace->touched != 0)
        add_sum(text, view, saying_of(SHOW_TOUCHED), trace->touched);
    add_sum(text, view, saying_of(backward ? SHOW_SOURCE : SHOW_HELD), trace->held);
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (trace->ended[i] != 0)
            add_sum(text, view, trace_end_says(i), trace->ended[i]);
    for (unsigned i = 0; i < CUTS_COUNT; i++)
        if (trace->cut_payments[i] != 0)
            add_sum(text, view, trace_cut_says(i), trace->cut[i]);
    text_add_string(text, "</tbody></table>\n");
}

static enum status add_stops(struct text *text, const struct trace_view *view,
                             struct trace_outlet outlet)
{
    static const enum show_word HEADS[] = {SHOW_ACCOUNT, SHOW_BANK, SHOW_EXPECTED, SHOW_HOLDS,
                                           SHOW_REASON};
    if (view->proposals == NULL || view->proposals->count == 0)
        return STATUS_OK;
    text_add_string(text, "<h2>");
    add_both(text, SHOW_STOPS);
    text_add_string(text, "</h2><p class=\"dim\">");
    add_both(text, SHOW_PROPOSAL_NOTE);
    text_add_string(text, "</p>");
    add_heads(text, HEADS, sizeof HEADS / sizeof HEADS[0]);
    for (uint32_t i = 0; i < view->proposals->count; i++) {
        const struct stop_proposal *proposal = &view->proposals->at[i];
        char bytes[512];
        text_add_string(text, "<tr>");
        add_name_cell(text, view, view->trace->account[proposal->account].name);
        add_bank_cell(text, view, view->trace->account[proposal->account].bank);
        add_amount_cell(text, view, proposal->expected);
        add_amount_cell(text, view, proposal->held);
        text_add_string(text, "<td>");
        for (unsigned tongue = TONGUES_COUNT; tongue > 0; tongue--) {
            struct text reason = text_over(bytes, sizeof bytes);
            text_add_stop_reason(&reason, proposal, tongue - 1);
            text_add_html(text, text_slice(&reason));
            text_add_string(text, tongue == TONGUES_COUNT ? "<br>" : "");
        }
        text_add_string(text, "</td></tr>\n");
        TRY(show_flush(text, outlet));
    }
    text_add_string(text, "</tbody></table></div>\n");
    return STATUS_OK;
}

static enum status add_accounts(struct text *text, const struct trace_view *view,
                                struct trace_outlet outlet)
{
    static const enum show_word HEADS[] = {SHOW_LEVEL, SHOW_ACCOUNT, SHOW_BANK, SHOW_IN,
                                           SHOW_OUT,   SHOW_HOLDS,   SHOW_MIXED};
    text_add_string(text, "<h2>");
    add_both(text, SHOW_ACCOUNTS);
    text_add_string(text, "</h2>");
    add_heads(text, HEADS, sizeof HEADS / sizeof HEADS[0]);
    for (uint32_t i = 0; i < view->trace->accounts_count; i++) {
        const struct trace_account *account = &view->trace->account[i];
        text_addf(text, "<tr><td>%u</td>", account->level);
        add_name_cell(text, view, account->name);
        add_bank_cell(text, view, account->bank);
        add_amount_cell(text, view, account->in);
        add_amount_cell(text, view, account->out);
        add_amount_cell(text, view, account->held);
        text_addf(text, "<td>%s</td></tr>\n", account->mixed ? "✓" : "");
        TRY(show_flush(text, outlet));
    }
    text_add_string(text, "</tbody></table></div>\n");
    return STATUS_OK;
}

static enum status add_payments(struct text *text, const struct trace_view *view,
                                struct trace_outlet outlet)
{
    static const enum show_word HEADS[] = {SHOW_TIME, SHOW_PAYER, SHOW_PAYEE, SHOW_AMOUNT,
                                           SHOW_PART, SHOW_DELAY, SHOW_END};
    text_add_string(text, "<h2>");
    add_both(text, SHOW_PAYMENTS);
    text_add_string(text, "</h2>");
    add_heads(text, HEADS, sizeof HEADS / sizeof HEADS[0]);
    for (uint32_t i = 0; i < view->trace->edges_count; i++) {
        const struct trace_edge *edge = &view->trace->edge[i];
        text_add_string(text, "<tr><td>");
        show_add_time(text, view, edge->payment.key.ms);
        text_add_string(text, "</td>");
        add_name_cell(text, view, edge->payment.payer);
        add_name_cell(text, view, edge->payment.payee);
        add_amount_cell(text, view, edge->payment.amount);
        add_amount_cell(text, view, edge->traced);
        text_add_string(text, "<td>");
        if (edge->delay_ms >= 0)
            show_add_delay(text, edge->delay_ms);
        text_add_string(text, "</td><td>");
        if (edge->end != ENDS_COUNT)
            add_saying(text, trace_end_says(edge->end));
        text_add_string(text, "</td></tr>\n");
        TRY(show_flush(text, outlet));
    }
    text_add_string(text, "</tbody></table></div>\n");
    return STATUS_OK;
}

enum status trace_show_page(const struct trace_view *view, struct trace_outlet outlet)
{
    char bytes[SHOW_LINE_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    add_top(&text, view);
    add_sums(&text, view);
    TRY(show_flush(&text, outlet));
    TRY(add_stops(&text, view, outlet));
    TRY(add_accounts(&text, view, outlet));
    TRY(add_payments(&text, view, outlet));
    text_add_string(&text, "</body></html>\n");
    return show_flush(&text, outlet);
}
