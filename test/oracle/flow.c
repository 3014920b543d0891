/* flow.c -- where money came from, how long it stayed, who is a stranger: docs/language.md, section
 * 3a, worked out anew from all that was told each time it is asked.
 *
 * The engine walks back through its windows; here everything that was said of an account lies in
 * one list, is put in order, and added up by the words of the page. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_inside.h"

#include <math.h>

enum { DEPTH = FLOW_DEPTH_MAX };

/* ---- what is remembered ---- */

static bool plays(const struct said *said, enum said_of of, ident name)
{
    return said->of == of && ident_equal(said->name, name);
}

static bool before(const struct said *a, const struct said *b)
{
    if (a->record->at.ms != b->record->at.ms)
        return a->record->at.ms < b->record->at.ms;
    return a->arrival < b->arrival;
}

static enum status remember(struct view *view, enum said_of of, ident name)
{
    struct oracle *oracle = view->oracle;
    size_t kept = 0;
    struct said *oldest = NULL;
    for (size_t i = 0; i < oracle->said_count; i++)
        if (plays(&oracle->said[i], of, name) && oracle->said[i].arrival == view->arrival)
            return STATUS_OK; /* an account that a report names twice, or that pays itself */
    if (oracle->said_count == oracle->said_max) {
        size_t max = oracle->said_max * 2 + 64;
        struct said *more;
        TRY(ARENA_NEW(oracle->scratch, max, &more));
        if (oracle->said_count > 0)
            memcpy(more, oracle->said, oracle->said_count * sizeof *more);
        oracle->said = more;
        oracle->said_max = max;
    }
    oracle->said[oracle->said_count++] = (struct said){
        .of = of, .name = name, .arrival = view->arrival, .record = view->record};
    for (size_t i = 0; i < oracle->said_count; i++) {
        struct said *said = &oracle->said[i];
        if (!plays(said, of, name) || said->fallen)
            continue;
        kept++;
        if (oldest == NULL || before(said, oldest))
            oldest = said;
    }
    if (kept > oracle->options.flow_events_max)
        oldest->fallen = true;
    return STATUS_OK;
}

static ident name_in(const struct record *record, unsigned field)
{
    return record_knows(record, field) ? record->field[field].name : IDENT_UNKNOWN;
}

enum status flow_hear(struct view *view)
{
    const struct record *record = view->record;
    const struct registry *registry = view->oracle->options.registry;
    if (record->kind == RECORD_payment) {
        struct answer amount = record_answer(view->oracle, record, FIELD_OF(payment, amount));
        ident payer = name_in(record, FIELD_OF(payment, payer));
        ident payee = name_in(record, FIELD_OF(payment, payee));
        if (!amount.known || !(amount.number > 0))
            return STATUS_OK;
        if (ident_known(payer))
            TRY(remember(view, SAID_PAYMENT, payer));
        if (ident_known(payee))
            TRY(remember(view, SAID_PAYMENT, payee));
    }
    unsigned accounts = FIELD_OF(report, accounts);
    if (record->kind != RECORD_report || !record_knows(record, accounts))
        return STATUS_OK;
    const struct ident_list *named = record->field[accounts].names;
    for (uint32_t i = 0; i < named->count; i++) {
        ident holder = registry_through(registry, RECORD_person, FIELD_OF(person, account),
                                        named->at[i]);
        TRY(remember(view, SAID_REPORT, named->at[i]));
        if (ident_known(holder))
            TRY(remember(view, SAID_HOLDER, holder));
    }
    return STATUS_OK;
}

/* ---- an account's payments ---- */

struct payment {
    const struct said *said;
    bool in;
    ident other;
    double amount; /* left of it */
    double part;
    bool weighed, counted;
};

struct payments {
    size_t count;
    struct payment *at;
};

struct asking {
    const struct view *view;
    const struct expr *flow;
    int64_t now_ms;
    unsigned accounts;
    bool bounded;
    struct payments answer; /* of the account asked about */
};

static struct payment payment_of(const struct said *said, ident account)
{
    const struct record *record = said->record;
    ident payer = name_in(record, FIELD_OF(payment, payer));
    ident payee = name_in(record, FIELD_OF(payment, payee));
    bool in = ident_equal(payee, account);
    return (struct payment){.said = said,
                            .in = in,
                            .other = in ? payer : payee,
                            .amount = (double)record->field[FIELD_OF(payment, amount)].whole};
}

static bool reverses(const struct payment *payment)
{
    return ident_known(name_in(payment->said->record, FIELD_OF(payment, reverses)));
}

/* Of the latest FLOW_REVERSALS_MAX that take something back, those that take back this one. */
static void take_back(const struct payments *all, size_t i)
{
    struct payment *payment = &all->at[i];
    ident id = name_in(payment->said->record, FIELD_OF(payment, id));
    unsigned looked = 0;
    for (size_t k = all->count; k-- > i + 1 && looked < FLOW_REVERSALS_MAX;) {
        const struct payment *back = &all->at[k];
        if (!reverses(back))
            continue;
        looked++;
        ident of = name_in(back->said->record, FIELD_OF(payment, reverses));
        if (back->in != payment->in && ident_known(id) && ident_equal(of, id))
            payment->amount -= back->amount;
    }
    payment->amount = payment->amount < 0 ? 0 : payment->amount;
}

/* All that the account remembers of the time after `after_ms` up to now, in order; with `until`
 * nothing behind it, and nothing at all if it is not remembered. */
static struct payments list(struct asking *asking, unsigned depth, ident account,
                            const struct said *until, int64_t after_ms)
{
    static struct payment room[DEPTH + 1][FLOW_EVENTS_MAX]; /* as many as an account remembers */
    const struct oracle *oracle = asking->view->oracle;
    struct payments all = {.at = room[depth]}, left = {0};
    for (size_t i = 0; i < oracle->said_count; i++) {
        const struct said *said = &oracle->said[i];
        if (!plays(said, SAID_PAYMENT, account))
            continue;
        asking->bounded |= said->fallen && said->record->at.ms > after_ms;
        bool own = ident_equal(name_in(said->record, FIELD_OF(payment, payer)),
                               name_in(said->record, FIELD_OF(payment, payee)));
        if (said->fallen || own || said->record->at.ms <= after_ms ||
            said->record->at.ms > asking->now_ms)
            continue;
        size_t at = all.count++;
        must(at < FLOW_EVENTS_MAX);
        for (; at > 0 && before(said, all.at[at - 1].said); at--)
            all.at[at] = all.at[at - 1];
        all.at[at] = payment_of(said, account);
    }
    for (size_t i = 0; i < all.count; i++)
        take_back(&all, i);
    bool there = until == NULL;
    for (size_t i = 0; i < all.count; i++)
        there |= until != NULL && all.at[i].said->arrival == until->arrival;
    left.at = all.at;
    for (size_t i = 0; there && i < all.count; i++) {
        if (until != NULL && before(until, all.at[i].said))
            break;
        if (!reverses(&all.at[i]) && all.at[i].amount > 0)
            left.at[left.count++] = all.at[i];
    }
    return left;
}

/* ---- whose money ---- */

static ident holder_of(const struct asking *asking, ident account)
{
    return registry_person(asking->view->oracle->options.registry, account, FIELD_ACCOUNT);
}

static bool same_holder(const struct asking *asking, ident a, ident b)
{
    if (!ident_known(a) || !ident_known(b))
        return false;
    ident holder = holder_of(asking, a);
    return ident_known(holder) && ident_equal(holder, holder_of(asking, b));
}

static bool was_named(const struct asking *asking, enum said_of of, ident name)
{
    const struct oracle *oracle = asking->view->oracle;
    for (size_t i = 0; i < oracle->said_count; i++) {
        const struct said *said = &oracle->said[i];
        int64_t at_ms = said->record->at.ms;
        if (plays(said, of, name) && !said->fallen && at_ms <= asking->now_ms &&
            at_ms > asking->now_ms - SPAN_DAYS_MAX * (int64_t)DAY_MS)
            return true;
    }
    return false;
}

static bool is_source(const struct asking *asking, ident account)
{
    const struct oracle *oracle = asking->view->oracle;
    ident holder = holder_of(asking, account);
    moment now = {asking->now_ms};
    struct slice word = asking->flow->string;
    switch (flow_asks(asking->flow->flow)) {
    case FLOW_REPORTED:
        return was_named(asking, SAID_REPORT, account) ||
               (ident_known(holder) && was_named(asking, SAID_HOLDER, holder));
    case FLOW_LISTED:
        return registry_lists(oracle->options.registry, word, account, FIELD_ACCOUNT, now) ||
               (ident_known(holder) &&
                registry_lists(oracle->options.registry, word, holder, FIELD_PERSON, now));
    case FLOW_MARKED:
        return told_mark(oracle, word, FIELD_ACCOUNT, account, now) != NULL;
    default:
        must(!"a source");
        return false;
    }
}

/* What had come of it, among these, before that payment was made. */
static double had_before(const struct payments *payments, const struct said *said)
{
    double had = 0;
    for (size_t i = 0; i < payments->count; i++)
        if (payments->at[i].in && before(payments->at[i].said, said))
            had += payments->at[i].part;
    return had;
}

static bool is_there(const struct payments *payments, const struct said *said)
{
    for (size_t i = 0; i < payments->count; i++)
        if (payments->at[i].said->arrival == said->arrival)
            return true;
    return false;
}

/* Sets the parts of the account's receipts. */
static struct payments weigh(struct asking *asking, ident account, const struct said *until,
                             unsigned hops, unsigned depth)
{
    int64_t after_ms = asking->now_ms - asking->flow->span_ms;
    struct payments payments = list(asking, depth, account, until, after_ms);
    asking->accounts++;
    for (size_t last = payments.count; last-- > 0;) { /* whoever paid last is looked at first */
        ident payer = payments.at[last].other;
        if (!payments.at[last].in || payments.at[last].weighed || !ident_known(payer))
            continue;
        for (size_t k = 0; k <= last; k++)
            payments.at[k].weighed |=
                payments.at[k].in && ident_equal(payments.at[k].other, payer);
        bool source = is_source(asking, payer);
        unsigned left = same_holder(asking, account, payer) ? hops : hops - 1;
        bool follow = !source && left > 0;
        if (follow && (depth == DEPTH ||
                       asking->accounts >= asking->view->oracle->options.flow_accounts_max)) {
            asking->bounded = true;
            follow = false;
        }
        if (!source && !follow)
            continue;
        struct payments theirs = {0};
        if (follow)
            theirs = weigh(asking, payer, payments.at[last].said, left, depth + 1);
        double carried = 0;
        for (size_t k = 0; k <= last; k++) {
            struct payment *payment = &payments.at[k];
            if (!payment->in || !ident_equal(payment->other, payer))
                continue;
            double most = carried + payment->amount;
            if (follow && !is_there(&theirs, payment->said))
                continue;
            if (follow)
                most = fmin(most, had_before(&theirs, payment->said));
            payment->part = most - carried;
            carried = most;
            asking->view->oracle->counts->seen.carried += follow && payment->part > 0;
        }
    }
    return payments;
}

static double from_source(struct asking *asking, ident account, bool count)
{
    asking->answer = weigh(asking, account, NULL, asking->flow->hops, 1);
    double sum = 0;
    for (size_t i = 0; i < asking->answer.count; i++) {
        struct payment *payment = &asking->answer.at[i];
        payment->counted = payment->part > 0;
        sum += !payment->counted ? 0 : count ? 1 : payment->part;
    }
    return sum;
}

/* ---- what stays, what goes, who is new ---- */

static void list_others(struct asking *asking, ident account, int64_t span_ms)
{
    struct payments all = list(asking, 1, account, NULL, asking->now_ms - span_ms);
    asking->answer = (struct payments){.at = all.at};
    for (size_t i = 0; i < all.count; i++)
        if (!same_holder(asking, account, all.at[i].other))
            asking->answer.at[asking->answer.count++] = all.at[i];
}

/* Cent by cent would be the plainest; piece by piece is the same.  `stayed` gets for each piece how
 * long, `much` how much. */
static size_t pieces(struct asking *asking, double *stayed, double *much)
{
    struct payments *payments = &asking->answer;
    size_t count = 0;
    for (size_t i = 0; i < payments->count; i++)
        payments->at[i].counted = true;
    for (size_t out = 0; out < payments->count; out++) {
        for (size_t in = 0; in < out && !payments->at[out].in; in++) {
            struct payment *from = &payments->at[in], *to = &payments->at[out];
            double piece = fmin(from->amount, to->amount);
            if (!from->in || piece == 0)
                continue;
            stayed[count] = (double)(to->said->record->at.ms - from->said->record->at.ms);
            much[count++] = piece;
            from->amount -= piece;
            to->amount -= piece;
        }
    }
    return count;
}

static struct answer residence(struct asking *asking, ident account, bool mean)
{
    static double stayed[2 * FLOW_EVENTS_MAX], much[2 * FLOW_EVENTS_MAX];
    double all = 0, product = 0;
    list_others(asking, account, asking->flow->span_ms);
    size_t count = pieces(asking, stayed, much);
    for (size_t i = 0; i < count; i++) {
        all += much[i];
        product += much[i] * stayed[i];
    }
    if (count == 0)
        return UNKNOWN;
    if (mean)
        return (struct answer){.known = true, .number = product / all};
    /* The least time that half of the money did not stay longer than. */
    double least = HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        double within = 0;
        for (size_t k = 0; k < count; k++)
            within += stayed[k] <= stayed[i] ? much[k] : 0;
        if (2 * within >= all && stayed[i] < least)
            least = stayed[i];
    }
    return (struct answer){.known = true, .number = least};
}

static struct answer in_out(struct asking *asking, ident account)
{
    double in = 0, out = 0;
    list_others(asking, account, asking->flow->span_ms);
    for (size_t i = 0; i < asking->answer.count; i++) {
        struct payment *payment = &asking->answer.at[i];
        payment->counted = true;
        in += payment->in ? payment->amount : 0;
        out += payment->in ? 0 : payment->amount;
    }
    return in == 0 ? UNKNOWN : (struct answer){.known = true, .number = out / in};
}

static struct answer strangers(struct asking *asking, ident account, bool in)
{
    double count = 0;
    list_others(asking, account, asking->flow->met_ms);
    for (size_t i = 0; i < asking->answer.count; i++) {
        struct payment *payment = &asking->answer.at[i];
        bool met = !ident_known(payment->other) || payment->in != in ||
                   payment->said->record->at.ms <= asking->now_ms - asking->flow->span_ms;
        for (size_t k = 0; k < asking->answer.count && !met; k++) {
            const struct payment *other = &asking->answer.at[k];
            if (!ident_equal(other->other, payment->other))
                continue;
            bool long_ago =
                other->said->record->at.ms <= asking->now_ms - asking->flow->span_ms;
            met = long_ago || (k < i && other->in == in);
        }
        payment->counted = !met;
        count += !met;
    }
    return (struct answer){.known = true, .number = count};
}

/* ---- */

static struct answer ask(struct asking *asking, ident account)
{
    double sum = 0;
    if (!ident_known(account))
        return UNKNOWN;
    switch (asking->flow->flow) {
    case FLOW_from_reported:
    case FLOW_from_listed:
    case FLOW_from_marked:
        sum = from_source(asking, account, false);
        break;
    case FLOW_receipts_reported:
    case FLOW_receipts_listed:
    case FLOW_receipts_marked:
        sum = from_source(asking, account, true);
        break;
    case FLOW_residence:
        return residence(asking, account, false);
    case FLOW_residence_mean:
        return residence(asking, account, true);
    case FLOW_in_out:
        return in_out(asking, account);
    case FLOW_strangers_in:
        return strangers(asking, account, true);
    case FLOW_strangers_out:
        return strangers(asking, account, false);
    default:
        must(!"a flow");
    }
    return (struct answer){.known = true, .number = sum};
}

struct answer flow_answer(const struct view *view, const struct expr *flow)
{
    struct asking asking = {.view = view, .flow = flow, .now_ms = view->record->at.ms};
    struct answer answer = ask(&asking, answer_of(view, flow->arg[0]).name);
    view->oracle->counts->seen.flows[flow->flow] += answer.known && answer.number > 0;
    if (answer.known && !isfinite(answer.number))
        return UNKNOWN;
    return answer;
}

size_t flow_rests_on(const struct view *view, const struct expr *flow, const struct said **out,
                     size_t out_max, bool *bounded)
{
    struct asking asking = {.view = view, .flow = flow, .now_ms = view->record->at.ms};
    size_t count = 0;
    (void)ask(&asking, answer_of(view, flow->arg[0]).name);
    *bounded |= asking.bounded;
    for (size_t i = 0; i < asking.answer.count; i++)
        if (asking.answer.at[i].counted && count < out_max)
            out[count++] = asking.answer.at[i].said;
    return count;
}
