/* proposal.c -- residence times seen, and what they say about the next minutes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/proposal.h"

#include "money/purse_inside.h"
#include "money/show_inside.h"

#include <stdlib.h>

enum { MILLION = 1000000 };

struct stays { /* in ascending order */
    uint32_t count;
    int64_t *ms;
};

static int compare_ms(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

static uint32_t count_longer(const struct stays *stays, int64_t ms)
{
    uint32_t low = 0, high = stays->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (stays->ms[middle] <= ms)
            low = middle + 1;
        else
            high = middle;
    }
    return stays->count - low;
}

static int64_t median_of(const struct stays *stays)
{
    return stays->count == 0 ? -1 : stays->ms[stays->count / 2];
}

/* Each step of the trace: from the coming of the money to its going on, own transfers left out. */
static enum status chain_stays(const struct trace *trace, struct arena *request, struct stays *out)
{
    TRY(ARENA_NEW(request, trace->edges_count + 1, &out->ms));
    out->count = 0;
    for (uint32_t i = 0; i < trace->edges_count; i++)
        if (trace->edge[i].delay_ms >= 0 && !trace->edge[i].own)
            out->ms[out->count++] = trace->edge[i].delay_ms;
    qsort(out->ms, out->count, sizeof *out->ms, compare_ms);
    return STATUS_OK;
}

/* What the account did before this money came: from each payment in to the next one out. */
static enum status own_stays(struct money_view *view, const struct trace_account *account,
                             struct stays *out)
{
    struct money_walk *walk;
    const struct payment *payment;
    int64_t next_out = INT64_MIN;
    out->count = 0;
    TRY(money_walk_open(&walk, view, account->name, account->contact, true));
    for (uint32_t i = 0; i < MONEY_ANCHOR_STEPS_MAX && out->count < TRACE_SAMPLES_MAX; i++) {
        enum status status = money_walk_next(walk, &payment);
        if (status == STATUS_END)
            break;
        TRY(status);
        if (ident_equal(payment->payer, account->name))
            next_out = payment->key.ms;
        else if (next_out != INT64_MIN)
            out->ms[out->count++] = next_out - payment->key.ms;
    }
    qsort(out->ms, out->count, sizeof *out->ms, compare_ms);
    return STATUS_OK;
}

static void reckon(struct stop_proposal *proposal, const struct stays *chain,
                   const struct stays *own)
{
    int64_t until = proposal->age_ms + proposal->answer_ms;
    uint32_t now = 1 + count_longer(chain, proposal->age_ms) + count_longer(own, proposal->age_ms);
    uint32_t then = 1 + count_longer(chain, until) + count_longer(own, until);
    proposal->chain_seen = chain->count;
    proposal->own_seen = own->count;
    proposal->chain_median_ms = median_of(chain);
    proposal->own_median_ms = median_of(own);
    proposal->stays = (uint32_t)((uint64_t)then * MILLION / now);
    proposal->expected = money_share(proposal->held, then, now);
}

static int compare_proposals(const void *a, const void *b)
{
    const struct stop_proposal *one = a, *two = b;
    if (one->expected != two->expected)
        return one->expected > two->expected ? -1 : 1;
    if (one->held != two->held)
        return one->held > two->held ? -1 : 1;
    return (one->account > two->account) - (one->account < two->account);
}

enum status stop_propose(struct stop_proposals *out, struct money_view *view,
                         const struct proposal_request *asked)
{
    const struct trace *trace = asked->trace;
    struct arena *request = money_view_arena(view);
    struct stays chain, own;
    struct stop_proposals all = {.count = 0};
    must(!trace->request.backward);
    TRY(chain_stays(trace, request, &chain));
    TRY(ARENA_NEW(request, TRACE_SAMPLES_MAX, &own.ms));
    TRY(ARENA_NEW(request, trace->accounts_count + 1, &all.at));
    for (uint32_t i = 0; i < trace->accounts_count; i++) {
        const struct trace_account *account = &trace->account[i];
        int64_t held = account->held + account->cut[CUT_TIME] + account->unread;
        if (held == 0)
            continue;
        int64_t age = asked->now.ms - account->arrived_ms;
        int64_t answer = asked->answer_ms == NULL ? asked->answer_usual_ms
                                                  : asked->answer_ms(asked->self, account->bank);
        struct stop_proposal *proposal = &all.at[all.count++];
        *proposal = (struct stop_proposal){.account = i,
                                           .held = held,
                                           .age_ms = age > 0 ? age : 0,
                                           .answer_ms = answer,
                                           .mixed = account->mixed || account->other > 0};
        TRY(own_stays(view, account, &own));
        reckon(proposal, &chain, &own);
        TRY(money_sum(all.held, held, &all.held));
        TRY(money_sum(all.expected, proposal->expected, &all.expected));
    }
    qsort(all.at, all.count, sizeof *all.at, compare_proposals);
    *out = all;
    return STATUS_OK;
}

/* ---- in words ---- */

enum word {
#define WORD(name, en, zh) WORD_##name,
#include "proposal_words.inc"
#undef WORD
};

static const struct saying WORDS[] = {
#define WORD(name, en, zh) SAYING(en, zh),
#include "proposal_words.inc"
#undef WORD
};

/* One part, with its figure in place of the `%`. */
static void add_part(struct text *text, enum word word, struct slice figure, enum tongue tongue)
{
    struct slice says = slice_of(WORDS[word].in[tongue]);
    if (text->size != 0)
        text_add_string(text, tongue == TONGUE_ZH ? "，" : ", ");
    for (size_t i = 0; i < says.size; i++) {
        if (says.at[i] == '%')
            text_add(text, figure);
        else
            text_add_char(text, says.at[i]);
    }
}

static void add_span_part(struct text *text, enum word word, int64_t ms, enum tongue tongue)
{
    char bytes[32];
    struct text figure = text_over(bytes, sizeof bytes);
    show_add_delay(&figure, ms);
    add_part(text, word, text_slice(&figure), tongue);
}

void text_add_stop_reason(struct text *text, const struct stop_proposal *proposal,
                          enum tongue tongue)
{
    char bytes[512];
    struct text reason = text_over(bytes, sizeof bytes);
    char percent[16];
    struct text stays = text_over(percent, sizeof percent);
    text_addf(&stays, "%u %%", proposal->stays / 10000);
    add_span_part(&reason, WORD_AGE, proposal->age_ms, tongue);
    if (proposal->chain_seen != 0)
        add_span_part(&reason, WORD_CHAIN, proposal->chain_median_ms, tongue);
    if (proposal->own_seen != 0)
        add_span_part(&reason, WORD_OWN, proposal->own_median_ms, tongue);
    if (proposal->chain_seen + proposal->own_seen == 0)
        add_part(&reason, WORD_NOTHING, (struct slice){0}, tongue);
    add_span_part(&reason, WORD_ANSWER, proposal->answer_ms, tongue);
    add_part(&reason, WORD_STAYS, text_slice(&stays), tongue);
    if (proposal->mixed)
        add_part(&reason, WORD_MIXED, (struct slice){0}, tongue);
    text_add(text, text_slice(&reason));
}
