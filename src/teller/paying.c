/* paying.c -- returns of funds at a bank: what is frozen here is paid out to its victims, once.
 *
 *     return.order ─> the freeze holds as much ─┬─ cannot, held: at once
 *                                               └─ asked ── core ──> paid
 *
 * Invariants:  1. What is paid out of one freeze is, over all orders, at most what it froze: the
 *                 sum is taken from it in the transaction that asks the core, and given back if the
 *                 core refuses.
 *              2. A return is paid once, however often it is ordered: the same payments again are
 *                 answered as before, others are a person's business. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/paying.h"
#include "teller/frozen.h"

enum payment_state { PAYMENT_ASKED, PAYMENT_PAID, PAYMENT_NOT };
enum { COLUMNS_COUNT = 12, ASK_AGAIN_MS = 250 };

struct payout {
    char key[ROW_KEY_SIZE], freeze[ROW_KEY_SIZE];
    struct slice asker, work, letter;
    moment expires;
    enum payment_state state;
    int64_t amount, tries;
    moment next;
    struct slice body, result; /* sealed in the store */
};

#define COLUMNS \
    "key, asker, work, state, freeze, letter, expires, amount, body, result, tries, next"

/* ---- rows ---- */

static void key_of(char key[ROW_KEY_SIZE], struct slice asker, struct slice work, int64_t round)
{
    char bytes[24], hex[DIGEST_HEX_SIZE];
    struct text number = text_over(bytes, sizeof bytes);
    text_add_whole(&number, round);
    const struct slice parts[] = {SLICE("return\n"),  asker, SLICE("\n"), work, SLICE("\n"),
                                  text_slice(&number)};
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    digest_hex(&digest, hex);
    memcpy(key, hex, ROW_KEY_SIZE - 1);
    key[ROW_KEY_SIZE - 1] = '\0';
}

static enum status row_read(struct teller *teller, const char *sql, const struct store_value *value,
                            size_t count, struct arena *request, struct payout *out)
{
    struct store_value at[COLUMNS_COUNT];
    struct payout row = {.state = PAYMENT_NOT};
    TRY(store_one(teller->options.store, sql, value, count, at, COLUMNS_COUNT, request));
    if (at[0].bytes.size != ROW_KEY_SIZE - 1 || at[4].bytes.size >= ROW_KEY_SIZE)
        return STATUS_IO;
    memcpy(row.key, at[0].bytes.at, at[0].bytes.size);
    memcpy(row.freeze, at[4].bytes.at, at[4].bytes.size);
    row.asker = at[1].bytes;
    row.work = at[2].bytes;
    row.state = (enum payment_state)at[3].whole;
    row.letter = at[5].bytes;
    row.expires = (moment){at[6].whole};
    row.amount = at[7].whole;
    row.tries = at[10].whole;
    row.next = (moment){at[11].whole};
    TRY(row_unseal(teller, at[8].bytes, request, &row.body));
    TRY(row_unseal(teller, at[9].bytes, request, &row.result));
    *out = row;
    return STATUS_OK;
}

static enum status row_find(struct teller *teller, const char *key, struct arena *request,
                            struct payout *out)
{
    const struct store_value value = STORE_OF_TEXT(slice_of(key));
    return row_read(teller, "SELECT " COLUMNS " FROM teller_payment WHERE key = ?1", &value, 1,
                    request, out);
}

/* Another order of the same return that was paid, or may be. */
static enum status row_before(struct teller *teller, const struct payout *row,
                              struct arena *request, struct payout *out)
{
    const struct store_value value[] = {STORE_OF_TEXT(row->asker), STORE_OF_TEXT(row->work),
                                        STORE_OF_TEXT(slice_of(row->key))};
    return row_read(teller,
                    "SELECT " COLUMNS " FROM teller_payment WHERE asker = ?1 AND work = ?2 AND key "
                    "<> ?3 AND state < 2 ORDER BY state DESC LIMIT 1",
                    value, 3, request, out);
}

static enum status row_put(struct teller *teller, const struct payout *row, struct arena *request)
{
    struct slice body, result;
    TRY(row_seal(teller, row->body, request, &body));
    TRY(row_seal(teller, row->result, request, &result));
    const struct store_value value[] = {
        STORE_OF_TEXT(slice_of(row->key)),
        STORE_OF_TEXT(row->asker),
        STORE_OF_TEXT(row->work),
        STORE_OF_WHOLE(row->state),
        STORE_OF_TEXT(slice_of(row->freeze)),
        STORE_OF_TEXT(row->letter),
        STORE_OF_WHOLE(row->expires.ms),
        STORE_OF_WHOLE(row->amount),
        STORE_OF_BYTES(body),
        STORE_OF_BYTES(result),
        STORE_OF_WHOLE(row->tries),
        STORE_OF_WHOLE(row->next.ms),
    };
    return store_run(teller->options.store,
                     "INSERT OR REPLACE INTO teller_payment (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, "
                     "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                     value, COLUMNS_COUNT);
}

/* ---- said ---- */

static enum status entry(struct teller *teller, const struct payout *row, struct slice account,
                         const char *outcome)
{
    const struct teller_event event = {row->asker, account, row->work, "return.pay", outcome};
    return teller_entry(teller, &event);
}

static enum status say(struct teller *teller, const struct payout *row, struct arena *request)
{
    bool over = row->letter.size == 0 || row->expires.ms <= teller_now(teller).ms;
    const struct teller_answer answer = {"return.result", row->asker,
                                         over ? SLICE("") : row->letter, row->result, row->expires};
    return teller_say(teller, &answer, request);
}

static enum status say_kept(struct teller *teller, struct payout *row,
                            const struct return_result *result, struct arena *request)
{
    char *bytes;
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text text = text_over(bytes, ORDER_BYTES_MAX);
    text_add_return_result(&text, result);
    row->result = text_slice(&text);
    if (text.full)
        return STATUS_FULL;
    TRY(row_put(teller, row, request));
    return say(teller, row, request);
}

/* Nothing is paid. */
static enum status not_paid(struct teller *teller, struct payout *row,
                            const struct return_letter *letter, enum order_reason reason,
                            struct arena *request)
{
    bool person = reason == ORDER_REASON_person || reason == ORDER_REASON_unknown;
    const struct return_result result = {.order = row->work,
                                         .round = letter->round,
                                         .outcome = person ? RETURN_held : RETURN_cannot,
                                         .reason = reason,
                                         .at = MOMENT_NONE,
                                         .paid = -1};
    row->state = PAYMENT_NOT;
    TRY(say_kept(teller, row, &result, request));
    return entry(teller, row, letter->account, RETURN_OUTCOMES[result.outcome].name);
}

/* ---- an order ---- */

/* What the freeze has not given yet covers it. */
static enum status freeze_looks(struct teller *teller, const struct payout *row,
                                const struct return_letter *letter, struct arena *request,
                                struct frozen *freeze, enum order_reason *out)
{
    enum status status = frozen_find(teller, row->freeze, request, freeze);
    *out = ORDER_REASON_unknown;
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (freeze->state == FROZEN_PERSON)
        return STATUS_OK;
    *out = ORDER_REASON_unfrozen;
    if ((freeze->state != FROZEN_HELD && freeze->state != FROZEN_RENEWING) ||
        !slice_equal(freeze->account, letter->account))
        return STATUS_OK;
    *out = ORDER_REASON_sum;
    if (freeze->frozen - freeze->paid >= letter->amount)
        *out = ORDER_REASON_none;
    return STATUS_OK;
}

static bool same_payments(const struct return_letter *a, const struct return_letter *b)
{
    bool same = a->payments_count == b->payments_count && slice_equal(a->account, b->account);
    for (unsigned i = 0; same && i < a->payments_count; i++)
        same = a->payment[i].amount == b->payment[i].amount &&
               slice_equal(a->payment[i].account, b->payment[i].account) &&
               slice_equal(a->payment[i].claim, b->payment[i].claim);
    return same;
}

/* It was paid under another number: said again, of this one. */
static enum status paid_before(struct teller *teller, struct payout *row,
                               const struct return_letter *letter, const struct payout *before,
                               struct arena *request)
{
    struct return_letter *earlier;
    struct return_result result;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(ARENA_NEW(request, 1, &earlier));
    TRY(return_letter_read(before->body, request, earlier, &why));
    if (before->state != PAYMENT_PAID || !same_payments(earlier, letter))
        return not_paid(teller, row, letter, ORDER_REASON_person, request);
    TRY(return_result_read(before->result, request, &result, &why));
    result.round = letter->round;
    row->state = PAYMENT_NOT; /* this one paid nothing */
    return say_kept(teller, row, &result, request);
}

static enum status consider(struct teller *teller, struct payout *row,
                            const struct return_letter *letter, struct arena *request)
{
    struct frozen freeze;
    struct payout before;
    enum order_reason reason = teller_admits(teller, row->asker);
    if (reason != ORDER_REASON_none)
        return not_paid(teller, row, letter, reason, request);
    enum status status = row_before(teller, row, request, &before);
    if (status == STATUS_OK)
        return paid_before(teller, row, letter, &before, request);
    if (status != STATUS_ABSENT)
        return status;
    TRY(freeze_looks(teller, row, letter, request, &freeze, &reason));
    if (reason == ORDER_REASON_none &&
        stop_policy_wants_person(teller->options.policy, letter->account, letter->amount))
        reason = ORDER_REASON_person;
    if (reason != ORDER_REASON_none)
        return not_paid(teller, row, letter, reason, request);
    freeze.paid += letter->amount;
    TRY(frozen_put(teller, &freeze, request));
    TRY(row_put(teller, row, request));
    return entry(teller, row, letter->account, "asked");
}

enum status teller_pay(struct teller *teller, const struct teller_letter *letter,
                       struct arena *request)
{
    struct return_letter *order;
    struct payout known;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(ARENA_NEW(request, 1, &order));
    TRY(return_letter_read(letter->body, request, order, &why));
    struct payout row = {.asker = letter->asker,
                         .work = order->order,
                         .letter = letter->id,
                         .expires = letter->expires,
                         .state = PAYMENT_ASKED,
                         .amount = order->amount,
                         .next = teller_now(teller),
                         .body = letter->body,
                         .result = SLICE("")};
    key_of(row.key, row.asker, row.work, order->round);
    frozen_name(row.freeze, row.asker, order->freeze);
    enum status status = row_find(teller, row.key, request, &known);
    if (status == STATUS_ABSENT)
        return consider(teller, &row, order, request);
    TRY(status);
    known.letter = letter->id;
    known.expires = letter->expires;
    TRY(row_put(teller, &known, request));
    return known.result.size == 0 ? STATUS_OK : say(teller, &known, request);
}

/* ---- carried out ---- */

static enum status give_back(struct teller *teller, const struct payout *row, struct arena *request)
{
    struct frozen freeze;
    TRY(frozen_find(teller, row->freeze, request, &freeze));
    freeze.paid -= row->amount;
    return frozen_put(teller, &freeze, request);
}

static enum status refused(struct teller *teller, struct payout *row,
                           const struct return_letter *letter, enum order_reason reason,
                           struct arena *request)
{
    TRY(give_back(teller, row, request));
    return not_paid(teller, row, letter, reason, request);
}

static enum status settle(struct teller *teller, const struct payout *asked,
                          const struct return_letter *letter, enum status status,
                          const struct core_said *said, struct arena *request)
{
    struct payout row;
    TRY(row_find(teller, asked->key, request, &row));
    if (status != STATUS_OK) { /* not yet, or nobody there */
        row.next.ms = teller_now(teller).ms + teller_patience_ms(row.tries);
        row.tries++;
        return row_put(teller, &row, request);
    }
    if (!said->done)
        return refused(teller, &row, letter, ORDER_REASON_core, request);
    const struct return_result result = {.order = row.work,
                                         .round = letter->round,
                                         .outcome = RETURN_paid,
                                         .at = said->at,
                                         .paid = row.amount,
                                         .serial = said->serial.size != 0 ? said->serial
                                                                          : slice_of(row.key)};
    row.state = PAYMENT_PAID;
    TRY(say_kept(teller, &row, &result, request));
    return entry(teller, &row, letter->account, "paid");
}

static enum status prepare(struct teller *teller, struct payout *row,
                           const struct return_letter *letter, bool *ask, struct arena *request)
{
    moment now = teller_now(teller);
    *ask = row->tries != 0 || row->expires.ms > now.ms;
    if (!*ask)
        return refused(teller, row, letter, ORDER_REASON_over, request);
    if (row->tries == 0)
        row->tries = 1; /* from now on the core may have heard of it */
    row->next.ms = now.ms + ASK_AGAIN_MS;
    return row_put(teller, row, request);
}

static enum status due(struct teller *teller, struct arena *scratch, struct payout *row,
                       struct return_letter *letter, bool *ask)
{
    const struct store_value now = STORE_OF_WHOLE(teller_now(teller).ms);
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(row_read(teller,
                 "SELECT " COLUMNS " FROM teller_payment WHERE state = 0 AND next <= ?1 ORDER BY "
                 "next LIMIT 1",
                 &now, 1, scratch, row));
    TRY(return_letter_read(row->body, scratch, letter, &why));
    return prepare(teller, row, letter, ask, scratch);
}

static enum status ask_core(struct teller *teller, const struct payout *row,
                            const struct return_letter *letter, struct arena *scratch,
                            struct core_said *said)
{
    struct core_payment *payment;
    TRY(ARENA_NEW(scratch, ORDER_PAYMENTS_MAX, &payment));
    for (unsigned i = 0; i < letter->payments_count; i++)
        payment[i] = (struct core_payment){letter->payment[i].account, letter->payment[i].name,
                                           letter->payment[i].bank, letter->payment[i].amount};
    const struct core_op op = {.id = slice_of(row->key),
                               .act = CORE_PAY,
                               .account = letter->account,
                               .about = slice_of(row->freeze),
                               .amount = letter->amount,
                               .payment = payment,
                               .payments_count = letter->payments_count};
    if (teller->options.core.ask == NULL)
        return STATUS_IO;
    return teller->options.core.ask(teller->options.core.self, &op, scratch, said);
}

enum status payment_one(struct teller *teller, struct arena *scratch)
{
    struct store *store = teller->options.store;
    struct return_letter *letter;
    struct core_said said;
    struct payout row;
    bool ask = false;
    TRY(ARENA_NEW(scratch, 1, &letter));
    TRY(store_begin(store));
    TRY(teller_settled(teller, due(teller, scratch, &row, letter, &ask)));
    if (!ask)
        return STATUS_OK;
    enum status asked = ask_core(teller, &row, letter, scratch, &said);
    TRY(store_begin(store));
    return teller_settled(teller, settle(teller, &row, letter, asked, &said, scratch));
}
