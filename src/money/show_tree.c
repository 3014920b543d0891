/* show_tree.c -- a trace as lines on a terminal: each account under the one that first paid it.
 *
 *   ├─ 09:05:12  +5m8s  60.00 of 80.00 → 6222****0001 (ICBC)  level 2, holds 20.00
 *   │  └─ 09:20:00  +14m48s  40.00 → cash
 *   └─ …
 *
 * An account that is paid again is not unfolded again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/show_inside.h"

struct tree {
    const struct trace_view *view;
    struct trace_outlet outlet;
    struct text *text;
    uint32_t *first, *last, *next; /* edges of an account, in order; numbers from 1, 0: no more */
    bool *unfolded;
    uint32_t *way; /* the edges in hand, one a level of the tree */
    uint32_t way_count;
};

/* Lists of edges by the account that they leave; behind all accounts, the start's. */
static enum status link_edges(struct tree *tree, struct arena *request)
{
    const struct trace *trace = tree->view->trace;
    TRY(ARENA_NEW(request, trace->accounts_count + 1, &tree->first));
    TRY(ARENA_NEW(request, trace->accounts_count + 1, &tree->last));
    TRY(ARENA_NEW(request, trace->accounts_count + 1, &tree->unfolded));
    TRY(ARENA_NEW(request, trace->edges_count + 1, &tree->next));
    TRY(ARENA_NEW(request, trace->edges_count + 2, &tree->way));
    for (uint32_t i = 0; i < trace->edges_count; i++) {
        uint32_t from = trace->edge[i].from;
        if (from == TRACE_START)
            from = trace->accounts_count;
        if (tree->last[from] == 0)
            tree->first[from] = i + 1;
        else
            tree->next[tree->last[from] - 1] = i + 1;
        tree->last[from] = i + 1;
    }
    return STATUS_OK;
}

static void add_branch(struct tree *tree)
{
    for (uint32_t i = 0; i + 1 < tree->way_count; i++)
        text_add_string(tree->text, tree->next[tree->way[i] - 1] != 0 ? "│  " : "   ");
    bool more = tree->next[tree->way[tree->way_count - 1] - 1] != 0;
    text_add_string(tree->text, more ? "├─ " : "└─ ");
}

static void add_target(struct tree *tree, const struct trace_edge *edge)
{
    const struct trace_view *view = tree->view;
    struct text *text = tree->text;
    bool backward = view->trace->request.backward;
    enum tongue tongue = view->tongue;
    ident name = backward ? edge->payment.payer : edge->payment.payee;
    text_add_string(text, backward ? " ← " : " → ");
    if (edge->end != ENDS_COUNT) {
        text_add_string(text, trace_end_says(edge->end).in[tongue]);
        if (!ident_known(name))
            return;
        text_add_string(text, tongue == TONGUE_ZH ? "：" : ": ");
    }
    show_add_account(text, view, name);
    ident bank = backward ? edge->payment.payer_bank : edge->payment.payee_bank;
    if (ident_known(bank)) {
        text_add_string(text, " (");
        show_add_bank(text, view, bank);
        text_add_char(text, ')');
    }
}

static void add_figure(struct tree *tree, enum show_word word, int64_t amount)
{
    if (amount == 0)
        return;
    text_addf(tree->text, ", %s ", show_word(word, tree->view->tongue));
    show_add_amount(tree->text, tree->view, amount);
}

/* What an account has, when it is unfolded. */
static void add_account(struct tree *tree, const struct trace_account *account)
{
    const struct trace_view *view = tree->view;
    bool backward = view->trace->request.backward;
    text_addf(tree->text, "  %s %u", show_word(SHOW_LEVEL, view->tongue), account->level);
    add_figure(tree, backward ? SHOW_SOURCE : SHOW_STOPPABLE, account->held);
    if (account->mixed)
        text_addf(tree->text, ", %s", show_word(SHOW_MIXED, view->tongue));
    for (unsigned i = 0; i < CUTS_COUNT; i++) {
        if (account->cut_payments[i] == 0)
            continue;
        text_addf(tree->text, ", %s ", trace_cut_says(i).in[view->tongue]);
        show_add_amount(tree->text, view, account->cut[i]);
    }
    if (account->ended[END_UNSEEN] != 0) {
        text_addf(tree->text, ", %s ", trace_end_says(END_UNSEEN).in[view->tongue]);
        show_add_amount(tree->text, view, account->ended[END_UNSEEN]);
    }
}

static enum status add_edge(struct tree *tree, const struct trace_edge *edge)
{
    const struct trace_view *view = tree->view;
    struct text *text = tree->text;
    add_branch(tree);
    show_add_time(text, view, edge->payment.key.ms);
    if (edge->delay_ms >= 0) {
        text_add_string(text, view->trace->request.backward ? "  -" : "  +");
        show_add_delay(text, edge->delay_ms);
    }
    text_add_string(text, "  ");
    show_add_amount(text, view, edge->traced);
    if (edge->traced != edge->payment.amount) {
        text_addf(text, " %s ", show_word(SHOW_OF, view->tongue));
        show_add_amount(text, view, edge->payment.amount);
    }
    add_target(tree, edge);
    if (edge->own)
        text_addf(text, "  [%s]", show_word(SHOW_OWN, view->tongue));
    if (edge->to != TRACE_START && tree->unfolded[edge->to])
        text_addf(text, "  (%s)", show_word(SHOW_SHOWN, view->tongue));
    else if (edge->to != TRACE_START)
        add_account(tree, &view->trace->account[edge->to]);
    text_add_char(text, '\n');
    return show_flush(text, tree->outlet);
}

/* Depth first, without recursion: a chain may be as long as the answer. */
static enum status add_edges(struct tree *tree)
{
    const struct trace *trace = tree->view->trace;
    uint32_t edge = tree->first[trace->accounts_count];
    if (edge != 0)
        tree->way[tree->way_count++] = edge;
    while (tree->way_count != 0) {
        edge = tree->way[tree->way_count - 1];
        uint32_t to = trace->edge[edge - 1].to;
        bool unfold = to != TRACE_START && !tree->unfolded[to];
        if (tree->way_count <= TRACE_DEPTH_MAX)
            TRY(add_edge(tree, &trace->edge[edge - 1]));
        if (to != TRACE_START)
            tree->unfolded[to] = true;
        if (unfold && tree->first[to] != 0) {
            tree->way[tree->way_count++] = tree->first[to];
            continue;
        }
        while (tree->way_count != 0 && tree->next[tree->way[tree->way_count - 1] - 1] == 0)
            tree->way_count--;
        if (tree->way_count != 0)
            tree->way[tree->way_count - 1] = tree->next[tree->way[tree->way_count - 1] - 1];
    }
    return STATUS_OK;
}

static void add_top(struct tree *tree)
{
    const struct trace_view *view = tree->view;
    const struct trace *trace = view->trace;
    struct text *text = tree->text;
    text_addf(text, "%s (%s): ", show_word(SHOW_TITLE, view->tongue),
              show_word(trace->request.backward ? SHOW_BACKWARD : SHOW_FORWARD, view->tongue));
    show_add_amount(text, view, trace->started);
    text_add_char(text, ' ');
    text_add(text, view->currency);
    text_addf(text, ", %u %s, %s ", trace->origins_count,
              show_word(SHOW_PAYMENTS_COUNT, view->tongue), show_word(SHOW_START, view->tongue));
    if (ident_known(trace->start))
        show_add_account(text, view, trace->start);
    else
        text_add_string(text, show_word(SHOW_CASH, view->tongue));
    text_addf(text, "\n%s: %s\n", show_word(SHOW_METHOD, view->tongue),
              trace_method_says(trace->request.method).in[view->tongue]);
    if (trace->other_currency != 0)
        text_addf(text, "%u %s\n", trace->other_currency,
                  show_word(SHOW_OTHER_CURRENCY, view->tongue));
}

static void add_sum(struct tree *tree, const char *says, int64_t amount)
{
    text_add_string(tree->text, "  ");
    show_add_amount(tree->text, tree->view, amount);
    text_addf(tree->text, "  %s\n", says);
}

static void add_sums(struct tree *tree)
{
    const struct trace *trace = tree->view->trace;
    enum tongue tongue = tree->view->tongue;
    bool backward = trace->request.backward;
    text_add_char(tree->text, '\n');
    add_sum(tree, show_word(backward ? SHOW_SOURCE : SHOW_HELD, tongue), trace->held);
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (trace->ended[i] != 0)
            add_sum(tree, trace_end_says(i).in[tongue], trace->ended[i]);
    for (unsigned i = 0; i < CUTS_COUNT; i++) {
        if (trace->cut_payments[i] == 0)
            continue;
        text_add_string(tree->text, "  ");
        show_add_amount(tree->text, tree->view, trace->cut[i]);
        text_addf(tree->text, "  %s: %s (%u)\n", show_word(SHOW_CUTS, tongue),
                  trace_cut_says(i).in[tongue], trace->cut_payments[i]);
    }
    if (trace->touched != 0)
        add_sum(tree, show_word(SHOW_TOUCHED, tongue), trace->touched);
}

static enum status add_stops(struct tree *tree)
{
    enum { STOPS_SHOWN = 20 };
    const struct trace_view *view = tree->view;
    struct text *text = tree->text;
    if (view->proposals == NULL || view->proposals->count == 0)
        return STATUS_OK;
    text_addf(text, "\n%s (%s):\n", show_word(SHOW_STOPS, view->tongue),
              show_word(SHOW_PROPOSAL_NOTE, view->tongue));
    for (uint32_t i = 0; i < view->proposals->count && i < STOPS_SHOWN; i++) {
        const struct stop_proposal *proposal = &view->proposals->at[i];
        const struct trace_account *account = &view->trace->account[proposal->account];
        text_addf(text, "%3u. ", i + 1);
        show_add_account(text, view, account->name);
        if (ident_known(account->bank)) {
            text_add_string(text, " (");
            show_add_bank(text, view, account->bank);
            text_add_char(text, ')');
        }
        text_add_string(text, "  ");
        show_add_amount(text, view, proposal->expected);
        text_addf(text, " %s ", show_word(SHOW_OF, view->tongue));
        show_add_amount(text, view, proposal->held);
        text_add_string(text, view->tongue == TONGUE_ZH ? "：" : ": ");
        text_add_stop_reason(text, proposal, view->tongue);
        text_add_char(text, '\n');
        TRY(show_flush(text, tree->outlet));
    }
    return STATUS_OK;
}

enum status trace_show_tree(const struct trace_view *view, struct trace_outlet outlet,
                            struct arena *request)
{
    char bytes[SHOW_LINE_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct tree tree = {.view = view, .outlet = outlet, .text = &text};
    TRY(link_edges(&tree, request));
    add_top(&tree);
    TRY(show_flush(&text, outlet));
    TRY(add_edges(&tree));
    add_sums(&tree);
    TRY(show_flush(&text, outlet));
    TRY(add_stops(&tree));
    return show_flush(&text, outlet);
}
