/* ledger.c -- subjects, each with its cases, each with what was found.
 *
 *      names ──> subject ──> case (mule) ──> case (cash_out) …      bits of `truth`:
 *      its labels
 *                   │           └─> rules that found it
 *                   └─> flows: money in and out, for accounts of the truth
 *
 * Invariants:  1. A subject has at most one case for a label.
 *              2. Truth comes before findings, so `first` is final when the first alert is entered;
 *                 a later row of truth would make `alert_useful` wrong.  backtest.c sees to it.
 *              3. Only accounts that bear a label have flows: memory follows the fraud, not the
 *                 city. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

enum { IMEI_DIGITS = 14 };

enum status ledger_open(struct ledger *ledger, size_t memory_max)
{
    *ledger = (struct ledger){.names = {.memory_max = memory_max / 4},
                              .seen = {.memory_max = memory_max / 4}};
    TRY(arena_create(&ledger->arena, memory_max / 2));
    ledger->subjects_end = &ledger->subjects;
    return STATUS_OK;
}

void ledger_close(struct ledger *ledger)
{
    names_release(&ledger->names);
    names_release(&ledger->seen);
    arena_destroy(ledger->arena);
}

struct subject *ledger_find(const struct ledger *ledger, ident name, enum field_type type)
{
    return names_find(&ledger->names, name, type);
}

static enum status subject_take(struct ledger *ledger, ident name, struct slice spelling,
                                enum field_type type, struct subject **out)
{
    struct name_seat *seat;
    TRY(names_take(&ledger->names, name, type, &seat));
    if (seat->about == NULL) {
        struct subject *subject;
        TRY(ARENA_NEW(ledger->arena, 1, &subject));
        TRY(slice_copy(ledger->arena, spelling, &subject->spelling));
        subject->name = name;
        subject->type = type;
        subject->first = subject->last = subject->alert_useful = MOMENT_NONE;
        *ledger->subjects_end = subject;
        ledger->subjects_end = &subject->next;
        seat->about = subject;
    }
    *out = seat->about;
    return STATUS_OK;
}

enum status ledger_case(struct ledger *ledger, ident name, struct slice spelling, enum label label,
                        struct subject **subject, struct fraud_case **out)
{
    TRY(subject_take(ledger, name, spelling, label_subject(label), subject));
    struct fraud_case **place = &(*subject)->cases;
    while (*place != NULL && (*place)->label != label)
        place = &(*place)->next;
    if (*place == NULL) {
        struct fraud_case *fresh;
        TRY(ARENA_NEW(ledger->arena, 1, &fresh));
        fresh->label = label;
        fresh->first = fresh->last = fresh->alert_first = fresh->alert_useful = MOMENT_NONE;
        *place = fresh;
    }
    *out = *place;
    return STATUS_OK;
}

static bool moment_known(moment at)
{
    return at.ms != MOMENT_NONE.ms;
}

static moment earlier(moment a, moment b)
{
    if (!moment_known(a) || !moment_known(b))
        return moment_known(a) ? a : b;
    return a.ms < b.ms ? a : b;
}

static moment later(moment a, moment b)
{
    return a.ms > b.ms ? a : b; /* MOMENT_NONE is the least */
}

static moment field_moment(const struct record *row, unsigned field)
{
    return record_knows(row, field) ? (moment){row->field[field].whole} : MOMENT_NONE;
}

/* Words of the truth are the names of our typologies and of our field types: compared as words,
 * since their numbers belong to two lists. */
static bool label_of_word(const char *word, enum label *out)
{
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        if (strcmp(word, label_name(label)) == 0) {
            *out = label;
            return true;
        }
    }
    return false;
}

static const char *word_of(const struct record *row, unsigned field)
{
    return kind_schema(row->kind)->fields[field].words[row->field[field].whole];
}

enum status ledger_take_truth(struct ledger *ledger, const struct record *row)
{
    enum label label;
    if (!label_of_word(word_of(row, FIELD_OF(truth, label)), &label))
        return STATUS_REFUSED;
    enum field_type type = label_subject(label);
    if (strcmp(word_of(row, FIELD_OF(truth, subject_kind)), field_type_name(type)) != 0)
        return STATUS_REFUSED;
    struct slice spelling = row->text[FIELD_OF(truth, subject)];
    if (type == FIELD_IMEI && spelling.size > IMEI_DIGITS)
        spelling.size = IMEI_DIGITS;
    struct subject *subject;
    struct fraud_case *fraud;
    TRY(ledger_case(ledger, ident_of(spelling), spelling, label, &subject, &fraud));
    moment first = field_moment(row, FIELD_OF(truth, time_first));
    moment last = field_moment(row, FIELD_OF(truth, time_last));
    fraud->in_truth = true;
    fraud->first = earlier(fraud->first, first);
    fraud->last = later(fraud->last, last);
    subject->truth |= 1u << label;
    subject->first = earlier(subject->first, first);
    subject->last = later(subject->last, last);
    return STATUS_OK;
}

enum status ledger_take_finding(struct ledger *ledger, const struct finding *finding)
{
    struct subject *subject;
    struct fraud_case *fraud;
    TRY(ledger_case(ledger, finding->subject, finding->subject_text, finding->rule->label, &subject,
                    &fraud));
    uint32_t rule = (uint32_t)(finding->rule - finding->set->rule);
    struct rule_hit **place = &fraud->hits;
    while (*place != NULL && (*place)->rule != rule)
        place = &(*place)->next;
    if (*place == NULL) {
        struct rule_hit *hit;
        TRY(ARENA_NEW(ledger->arena, 1, &hit));
        hit->rule = rule;
        *place = hit;
    }
    return STATUS_OK;
}

/* `at` if it is not before `from` and earlier than what is there. */
static void note_useful(moment *useful, moment from, moment at)
{
    if (at.ms >= from.ms)
        *useful = earlier(*useful, at);
}

enum status ledger_take_alert(struct ledger *ledger, const struct alert *alert)
{
    const struct finding *finding = alert->finding;
    struct subject *subject;
    struct fraud_case *fraud;
    TRY(ledger_case(ledger, finding->subject, finding->subject_text, finding->rule->label, &subject,
                    &fraud));
    if (fraud->alerts++ == 0)
        fraud->written = finding->rule;
    fraud->alert_first = earlier(fraud->alert_first, finding->at);
    note_useful(&fraud->alert_useful, fraud->first, finding->at);
    note_useful(&subject->alert_useful, subject->first, finding->at);
    return STATUS_OK;
}

static enum status flow_add(struct ledger *ledger, struct subject *subject, struct flow flow)
{
    struct flow *fresh;
    TRY(ARENA_NEW(ledger->arena, 1, &fresh));
    *fresh = flow;
    fresh->next = subject->flows;
    subject->flows = fresh;
    subject->flows_count++;
    return STATUS_OK;
}

/* The account of the truth that the field names, or NULL. */
static struct subject *fraud_account(const struct ledger *ledger, const struct record *payment,
                                     unsigned field)
{
    if (!record_knows(payment, field))
        return NULL;
    struct subject *account = ledger_find(ledger, payment->field[field].name, FIELD_ACCOUNT);
    return account != NULL && account->truth != 0 ? account : NULL;
}

/* Feeds repeat themselves; money that moved once is entered once. */
static enum status seen_before(struct ledger *ledger, uint64_t digest, bool *seen)
{
    struct name_seat *seat;
    size_t taken = ledger->seen.taken;
    TRY(names_take(&ledger->seen, (ident){digest | 1}, FIELD_RECORD_ID, &seat));
    *seen = ledger->seen.taken == taken;
    return STATUS_OK;
}

enum status ledger_take_payment(struct ledger *ledger, const struct record *payment, uint64_t order)
{
    unsigned payer = FIELD_OF(payment, payer);
    struct subject *to = fraud_account(ledger, payment, FIELD_OF(payment, payee));
    struct subject *from = fraud_account(ledger, payment, payer);
    bool seen = to == NULL && from == NULL;
    if (!seen)
        TRY(seen_before(ledger, payment->digest, &seen));
    if (seen)
        return STATUS_OK;
    struct flow flow = {.at = payment->at,
                        .order = order,
                        .amount = payment->field[FIELD_OF(payment, amount)].whole,
                        .payer = IDENT_UNKNOWN};
    if (record_knows(payment, payer))
        flow.payer = payment->field[payer].name;
    if (to != NULL)
        TRY(flow_add(ledger, to, flow));
    flow.amount = -flow.amount;
    return from == NULL ? STATUS_OK : flow_add(ledger, from, flow);
}
