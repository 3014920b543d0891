/* freezing.c -- freezes at a bank: letters come in, the core is asked, terms end, turns come.
 *
 *     ASKED ── core ──> HELD ── the term, a lift ──> LIFTING ── core ──> LIFTED
 *       ^                │ ^                                               │
 *       │ its turn       v │ renewed                                       v
 *     WAITING <──────── RENEWING                        the first that waits becomes ASKED
 *
 * Each step is a transaction with the core between two of them, as in carry.c.
 *
 * Not chosen:  freezing beside a freeze that is there, and letting the core sort it out.  The law
 *              knows no second freeze of the same money (art. 242), only a place in the row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/frozen.h"

enum { TAIL_SIZE = 32, ASK_AGAIN_MS = 250 };

/* ---- said ---- */

static struct freeze_result result_of(const struct frozen *row, enum freeze_outcome outcome)
{
    return (struct freeze_result){.order = row->work,
                                  .outcome = outcome,
                                  .at = MOMENT_NONE,
                                  .until = MOMENT_NONE,
                                  .frozen = -1,
                                  .balance = -1,
                                  .document = SLICE(""),
                                  .prior_organ = SLICE(""),
                                  .prior_amount = -1,
                                  .prior_until = MOMENT_NONE};
}

static enum status body_of(const struct freeze_result *result, struct arena *request,
                           struct slice *out)
{
    char *bytes;
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text text = text_over(bytes, ORDER_BYTES_MAX);
    text_add_freeze_result(&text, result);
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}

/* To the letter while that may be answered, else unasked. */
static enum status say(struct teller *teller, const struct frozen *row, struct slice letter,
                       moment expires, struct slice body, struct arena *request)
{
    bool over = letter.size == 0 || expires.ms <= teller_now(teller).ms;
    const struct teller_answer answer = {"freeze.result", row->asker, over ? SLICE("") : letter,
                                         body, expires};
    return teller_say(teller, &answer, request);
}

/* What is said of the freeze itself is kept with it (not written here), and said again. */
static enum status say_kept(struct teller *teller, struct frozen *row,
                            const struct freeze_result *result, struct arena *request)
{
    TRY(body_of(result, request, &row->result));
    return say(teller, row, row->letter, row->expires, row->result, request);
}

static enum status say_lifted(struct teller *teller, const struct frozen *row,
                              struct arena *request)
{
    const struct freeze_result result = result_of(row, FREEZE_lifted);
    struct slice body;
    if (row->lift_letter.size == 0)
        return STATUS_OK;
    TRY(body_of(&result, request, &body));
    return say(teller, row, row->lift_letter, row->lift_expires, body, request);
}

static enum status say_renewal(struct teller *teller, const struct frozen *row,
                               const struct freeze_result *said, struct arena *request)
{
    struct freeze_result result = *said;
    struct slice body;
    result.document = row->renew_document;
    TRY(body_of(&result, request, &body));
    return say(teller, row, row->renew_letter, row->renew_expires, body, request);
}

static enum status entry(struct teller *teller, const struct frozen *row, const char *action,
                         const char *outcome)
{
    const struct teller_event event = {row->asker, row->account, row->work, action, outcome};
    return teller_entry(teller, &event);
}

/* ---- terms and turns ---- */

static enum status ends(struct teller *teller, const struct teller_term *term, moment from,
                        moment *end)
{
    const struct teller_options *options = &teller->options;
    if (options->freeze_ends == NULL)
        return STATUS_ABSENT;
    TRY(options->freeze_ends(options->self, term, from, end));
    return end->ms > from.ms ? STATUS_OK : STATUS_ABSENT;
}

static struct teller_term term_of(const struct frozen *row, bool renewal)
{
    return (struct teller_term){row->asset, renewal ? row->renew_months : row->months, renewal};
}

/* The freeze is over; the first that waits for the account has its turn. */
static enum status next_turn(struct teller *teller, struct slice account, struct arena *request)
{
    struct frozen next;
    if (account.size == 0)
        return STATUS_OK;
    enum status status = frozen_first(teller, account, INT64_MAX, request, &next);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (next.state != FROZEN_WAITING)
        return STATUS_OK;
    next.state = FROZEN_ASKED;
    next.turned = true;
    next.tries = 0;
    next.next = teller_now(teller);
    TRY(frozen_put(teller, &next, request));
    return entry(teller, &next, "freeze.turn", "asked");
}

/* ---- an order ---- */

static enum status not_frozen(struct teller *teller, struct frozen *row,
                              const struct freeze_result *result, struct arena *request)
{
    bool waited = row->number != 0, person = result->outcome == FREEZE_held;
    row->state = person ? FROZEN_PERSON : FROZEN_NOT;
    TRY(say_kept(teller, row, result, request));
    TRY(frozen_put(teller, row, request));
    TRY(entry(teller, row, "freeze.answer", FREEZE_OUTCOMES[result->outcome].name));
    if (!person)
        TRY(say_lifted(teller, row, request));
    return waited ? next_turn(teller, row->account, request) : STATUS_OK;
}

static enum status refuse(struct teller *teller, struct frozen *row, enum freeze_fault fault,
                          enum order_reason reason, struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_refused);
    result.fault = fault;
    result.reason = reason;
    return not_frozen(teller, row, &result, request);
}

static enum status hold(struct teller *teller, struct frozen *row, enum order_reason reason,
                        struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_held);
    result.reason = reason;
    return not_frozen(teller, row, &result, request);
}

static enum status wait(struct teller *teller, struct frozen *row, const struct frozen *before,
                        struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_waiting);
    result.prior_organ = before->asker;
    result.prior_amount = before->frozen;
    result.prior_until = before->until;
    row->state = FROZEN_WAITING;
    TRY(say_kept(teller, row, &result, request));
    TRY(frozen_put(teller, row, request));
    return entry(teller, row, "freeze.take", "waiting");
}

static enum status account_looks(struct teller *teller, const struct freeze_letter *letter,
                                 struct arena *request, enum freeze_fault *out)
{
    struct book_account account;
    enum status status = books_account(teller->options.books, letter->account, request, &account);
    *out = FREEZE_FAULT_no_account;
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    *out = FREEZE_FAULT_none;
    if (account.closed)
        *out = FREEZE_FAULT_closed;
    else if (!teller_same_name(account.name, letter->name))
        *out = FREEZE_FAULT_name;
    return STATUS_OK;
}

static enum status consider(struct teller *teller, struct frozen *row,
                            const struct freeze_letter *letter, struct arena *request)
{
    const struct teller_term term = term_of(row, false);
    enum freeze_fault fault;
    struct frozen before;
    moment end;
    enum order_reason reason = teller_admits(teller, row->asker);
    if (reason != ORDER_REASON_none)
        return refuse(teller, row, FREEZE_FAULT_papers, reason, request);
    enum status status = ends(teller, &term, teller_now(teller), &end);
    if (status == STATUS_ABSENT || status == STATUS_MALFORMED)
        return refuse(teller, row, FREEZE_FAULT_papers, ORDER_REASON_law, request);
    TRY(status);
    status = account_looks(teller, letter, request, &fault);
    if (status == STATUS_IO)
        return hold(teller, row, ORDER_REASON_books, request);
    TRY(status);
    if (fault != FREEZE_FAULT_none)
        return refuse(teller, row, fault, ORDER_REASON_none, request);
    if (stop_policy_wants_person(teller->options.policy, row->account, row->amount))
        return hold(teller, row, ORDER_REASON_person, request);
    status = frozen_first(teller, row->account, INT64_MAX, request, &before);
    if (status == STATUS_OK)
        return wait(teller, row, &before, request);
    if (status != STATUS_ABSENT)
        return status;
    TRY(frozen_put(teller, row, request));
    return entry(teller, row, "freeze.take", "asked");
}

static struct frozen row_new(struct teller *teller, const struct teller_letter *letter,
                             struct slice work)
{
    struct frozen row = {
        .asker = letter->asker,
        .work = work,
        .state = FROZEN_ASKED,
        .account = SLICE(""),
        .frozen = -1,
        .frozen_at = MOMENT_NONE,
        .until = MOMENT_NONE,
        .letter = letter->id,
        .lift_letter = SLICE(""),
        .renew_letter = SLICE(""),
        .renew_document = SLICE(""),
        .expires = letter->expires,
        .lift_expires = MOMENT_NONE,
        .renew_expires = MOMENT_NONE,
        .renew_until = MOMENT_NONE,
        .next = teller_now(teller),
        .result = SLICE(""),
    };
    frozen_name(row.key, row.asker, row.work);
    return row;
}

enum status teller_freeze(struct teller *teller, const struct teller_letter *letter,
                          struct arena *request)
{
    struct freeze_letter order;
    struct frozen known;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(freeze_letter_read(letter->body, request, &order, &why));
    struct frozen row = row_new(teller, letter, order.order);
    row.account = order.account;
    row.asset = order.asset;
    row.method = order.method;
    row.amount = order.amount;
    row.months = order.months;
    enum status status = frozen_find(teller, row.key, request, &known);
    if (status == STATUS_ABSENT)
        return consider(teller, &row, &order, request);
    TRY(status);
    if (known.state == FROZEN_NOT) {
        row.lift_letter = known.lift_letter;
        row.lift_expires = known.lift_expires;
        row.wants_lift = known.wants_lift;
        return row.wants_lift /* lifted before it came */
                   ? refuse(teller, &row, FREEZE_FAULT_papers, ORDER_REASON_over, request)
                   : consider(teller, &row, &order, request);
    }
    known.letter = letter->id;
    known.expires = letter->expires;
    TRY(frozen_put(teller, &known, request));
    return known.result.size == 0
               ? STATUS_OK
               : say(teller, &known, letter->id, letter->expires, known.result, request);
}

/* Of what a person decides, a person says the rest. */
static enum status say_person(struct teller *teller, const struct frozen *row, struct slice letter,
                              moment expires, struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_held);
    struct slice body;
    result.reason = row->number == 0 ? ORDER_REASON_unknown : ORDER_REASON_person;
    TRY(body_of(&result, request, &body));
    return say(teller, row, letter, expires, body, request);
}

/* ---- its turn ---- */

enum status teller_turn_of(struct teller *teller, const struct teller_letter *letter,
                           struct arena *request)
{
    struct slice work;
    struct frozen row;
    char bytes[160], key[ROW_KEY_SIZE];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(turn_letter_read(letter->body, request, &work, &why));
    frozen_name(key, letter->asker, work);
    enum status status = frozen_find(teller, key, request, &row);
    if (status == STATUS_ABSENT) {
        row = row_new(teller, letter, work);
        return say_person(teller, &row, letter->id, letter->expires, request);
    }
    TRY(status);
    row.letter = letter->id;
    row.expires = letter->expires;
    TRY(frozen_put(teller, &row, request));
    if (row.state == FROZEN_ASKED || row.result.size == 0)
        return STATUS_OK; /* the core's word is the answer */
    return say(teller, &row, row.letter, row.expires, row.result, request);
}

/* ---- a renewal ---- */

static enum status not_renewed(struct teller *teller, const struct frozen *row,
                               enum order_reason reason, struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_not_renewed);
    result.reason = reason;
    TRY(say_renewal(teller, row, &result, request));
    return entry(teller, row, "freeze.renew", "refused");
}

/* It was renewed by this notice: said again. */
static enum status renewed_again(struct teller *teller, const struct frozen *row,
                                 struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_renewed);
    result.at = row->frozen_at;
    result.until = row->until;
    return say_renewal(teller, row, &result, request);
}

enum status teller_renew(struct teller *teller, const struct teller_letter *letter,
                         struct arena *request)
{
    struct renew_letter order;
    struct frozen row;
    char bytes[160], key[ROW_KEY_SIZE];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(renew_letter_read(letter->body, request, &order, &why));
    frozen_name(key, letter->asker, order.order);
    enum status status = frozen_find(teller, key, request, &row);
    bool known = status == STATUS_OK;
    if (status != STATUS_ABSENT)
        TRY(status);
    if (!known)
        row = row_new(teller, letter, order.order);
    bool same = known && slice_equal(row.renew_document, order.document);
    row.renew_letter = letter->id;
    row.renew_expires = letter->expires;
    row.renew_document = order.document;
    row.renew_months = order.months;
    if (!known || row.state == FROZEN_PERSON)
        return say_person(teller, &row, letter->id, letter->expires, request);
    if (same && row.state == FROZEN_HELD && row.renew_until.ms == row.until.ms) {
        TRY(frozen_put(teller, &row, request));
        return renewed_again(teller, &row, request);
    }
    if (row.state == FROZEN_HELD && row.until.ms > teller_now(teller).ms && !row.wants_lift) {
        row.state = FROZEN_RENEWING;
        row.next = teller_now(teller);
        row.tries = 0;
    } else if (row.state != FROZEN_RENEWING) {
        return not_renewed(teller, &row, ORDER_REASON_over, request);
    }
    TRY(frozen_put(teller, &row, request));
    return entry(teller, &row, "freeze.renew", "asked");
}

/* ---- a lift ---- */

enum status teller_unfreeze(struct teller *teller, const struct teller_letter *letter,
                            struct arena *request)
{
    struct slice work;
    struct frozen row;
    char bytes[160], key[ROW_KEY_SIZE];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(lift_letter_read(letter->body, request, &work, &why));
    frozen_name(key, letter->asker, work);
    enum status status = frozen_find(teller, key, request, &row);
    if (status == STATUS_ABSENT) { /* its order is on the way: it will find this, and be nothing */
        row = row_new(teller, letter, work);
        row.letter = SLICE("");
        row.state = FROZEN_NOT;
        status = STATUS_OK;
    }
    TRY(status);
    row.wants_lift = true;
    row.lift_letter = letter->id;
    row.lift_expires = letter->expires;
    if (row.state == FROZEN_WAITING)
        row.state = FROZEN_NOT;
    if (row.state == FROZEN_HELD || row.state == FROZEN_RENEWING) {
        row.state = FROZEN_LIFTING;
        row.next = teller_now(teller);
        row.tries = 0;
    }
    TRY(frozen_put(teller, &row, request));
    TRY(entry(teller, &row, "freeze.lift", "asked"));
    if (row.state == FROZEN_PERSON)
        return say_person(teller, &row, letter->id, letter->expires, request);
    return row.state >= FROZEN_LIFTED ? say_lifted(teller, &row, request) : STATUS_OK;
}

/* ---- what the core said ---- */

static enum status freeze_done(struct teller *teller, struct frozen *row,
                               const struct core_said *said, struct arena *request)
{
    const struct teller_term term = term_of(row, false);
    struct freeze_result result = result_of(row, FREEZE_frozen);
    bool limited = row->method == FREEZE_METHOD_limited;
    moment end;
    /* by the core's own moment, if that makes it shorter: asked for was what is in `until` */
    if (ends(teller, &term, said->at, &end) == STATUS_OK && end.ms < row->until.ms)
        row->until = end;
    row->frozen_at = said->at;
    row->frozen = said->frozen;
    if (said->frozen < 0)
        row->frozen = said->balance >= 0 && (!limited || said->balance < row->amount)
                          ? said->balance
                          : (limited ? row->amount : 0);
    if (limited && row->frozen > row->amount)
        row->frozen = row->amount;
    row->state = row->wants_lift ? FROZEN_LIFTING : FROZEN_HELD;
    row->next = row->wants_lift ? teller_now(teller) : row->until;
    row->tries = 0;
    result.at = row->frozen_at;
    result.until = row->until;
    result.frozen = row->frozen;
    result.balance = said->balance;
    if (limited && row->frozen < row->amount)
        result.reason = ORDER_REASON_balance;
    TRY(say_kept(teller, row, &result, request));
    TRY(frozen_put(teller, row, request));
    return entry(teller, row, "freeze.done", "frozen");
}

static enum status renew_done(struct teller *teller, struct frozen *row,
                              const struct core_said *said, struct arena *request)
{
    struct freeze_result result = result_of(row, FREEZE_renewed);
    row->state = FROZEN_HELD;
    row->tries = 0;
    row->renews++;
    if (said->done)
        row->until = row->renew_until;
    row->next = row->until;
    TRY(frozen_put(teller, row, request));
    if (!said->done)
        return not_renewed(teller, row, ORDER_REASON_core, request);
    result.at = said->at;
    result.until = row->until;
    TRY(say_renewal(teller, row, &result, request));
    return entry(teller, row, "freeze.renew", "done");
}

static enum status lift_done(struct teller *teller, struct frozen *row, struct arena *request)
{
    const struct freeze_result result = result_of(row, FREEZE_ended);
    struct slice body;
    row->state = FROZEN_LIFTED;
    TRY(frozen_put(teller, row, request));
    TRY(entry(teller, row, "freeze.lifted", row->wants_lift ? "ordered" : "term"));
    TRY(say_lifted(teller, row, request));
    if (!row->wants_lift) {
        TRY(body_of(&result, request, &body));
        TRY(say(teller, row, SLICE(""), MOMENT_NONE, body, request));
    }
    return next_turn(teller, row->account, request);
}

static enum status settle(struct teller *teller, const struct frozen *asked, enum status status,
                          const struct core_said *said, struct arena *request)
{
    struct frozen row;
    TRY(frozen_find(teller, asked->key, request, &row));
    if (row.state != asked->state)
        return STATUS_OK; /* letters may have come while the core was asked */
    if (status == STATUS_OK && row.state == FROZEN_ASKED)
        return said->done ? freeze_done(teller, &row, said, request)
                          : refuse(teller, &row, FREEZE_FAULT_other, ORDER_REASON_core, request);
    if (status == STATUS_OK && row.state == FROZEN_RENEWING)
        return renew_done(teller, &row, said, request);
    if (status == STATUS_OK && row.state == FROZEN_LIFTING && said->done)
        return lift_done(teller, &row, request);
    row.next.ms = teller_now(teller).ms + teller_patience_ms(row.tries);
    if (row.state == FROZEN_RENEWING && row.next.ms > row.until.ms)
        row.next = row.until; /* its term goes on running */
    row.tries++;
    return frozen_put(teller, &row, request);
}

/* ---- what is due ---- */

/* Before the core is asked the first time: until when it will be asked to freeze. */
static enum status first_ask(struct teller *teller, struct frozen *row, bool *ask,
                             struct arena *request)
{
    const struct teller_term term = term_of(row, row->state == FROZEN_RENEWING);
    moment now = teller_now(teller), end;
    enum status status = ends(teller, &term, now, &end);
    bool over = row->state == FROZEN_ASKED &&
                (row->wants_lift || (!row->turned && row->expires.ms <= now.ms));
    bool none = status == STATUS_ABSENT || status == STATUS_MALFORMED;
    if (!none)
        TRY(status);
    if (over || (none && row->state == FROZEN_ASKED)) {
        *ask = false;
        return refuse(teller, row, FREEZE_FAULT_papers, over ? ORDER_REASON_over : ORDER_REASON_law,
                      request);
    }
    if (row->state == FROZEN_ASKED) {
        row->until = end;
    } else if (none) {
        *ask = false;
        row->state = FROZEN_HELD;
        row->next = row->until;
        TRY(frozen_put(teller, row, request));
        return not_renewed(teller, row, ORDER_REASON_law, request);
    } else {
        row->renew_until = end.ms > row->until.ms ? end : row->until;
    }
    row->tries = 1; /* from now on the core may have heard of it */
    return STATUS_OK;
}

static enum status prepare(struct teller *teller, struct frozen *row, bool *ask,
                           struct arena *request)
{
    moment now = teller_now(teller);
    bool runs = row->state == FROZEN_HELD || row->state == FROZEN_RENEWING;
    *ask = true;
    if (runs && row->until.ms <= now.ms) {
        if (row->state == FROZEN_RENEWING) /* late is lifted */
            TRY(not_renewed(teller, row, ORDER_REASON_over, request));
        row->state = FROZEN_LIFTING;
        row->tries = 0;
    }
    if (row->state == FROZEN_HELD) { /* its end has moved since */
        *ask = false;
        row->next = row->until;
        return frozen_put(teller, row, request);
    }
    if (row->tries == 0 && row->state != FROZEN_LIFTING)
        TRY(first_ask(teller, row, ask, request));
    if (!*ask)
        return STATUS_OK;
    row->next.ms = now.ms + ASK_AGAIN_MS;
    return frozen_put(teller, row, request);
}

static enum status ask_core(struct teller *teller, const struct frozen *row, struct arena *request,
                            struct core_said *said)
{
    char tail[ROW_KEY_SIZE + TAIL_SIZE];
    struct text name = text_over(tail, sizeof tail);
    struct core_op op = {.act = CORE_FREEZE,
                         .account = row->account,
                         .amount = row->amount,
                         .limited = row->method == FREEZE_METHOD_limited,
                         .until = row->until};
    text_add_string(&name, row->key);
    if (row->state == FROZEN_RENEWING) {
        op.act = CORE_RENEW;
        op.until = row->renew_until;
        text_addf(&name, "-renew%lld", (long long)row->renews);
    } else if (row->state == FROZEN_LIFTING) {
        op.act = CORE_UNFREEZE;
        text_add_string(&name, "-lift");
    }
    op.about = op.act == CORE_FREEZE ? SLICE("") : slice_of(row->key);
    op.id = text_slice(&name);
    if (teller->options.core.ask == NULL)
        return STATUS_IO;
    return teller->options.core.ask(teller->options.core.self, &op, request, said);
}

enum status freeze_one(struct teller *teller, struct arena *scratch)
{
    struct store *store = teller->options.store;
    struct core_said said;
    struct frozen row;
    bool ask = false;
    TRY(store_begin(store));
    enum status status = frozen_due(teller, teller_now(teller), scratch, &row);
    if (status == STATUS_OK)
        status = prepare(teller, &row, &ask, scratch);
    TRY(teller_settled(teller, status));
    if (!ask)
        return STATUS_OK;
    enum status asked = ask_core(teller, &row, scratch, &said);
    TRY(store_begin(store));
    return teller_settled(teller, settle(teller, &row, asked, &said, scratch));
}
