/* teller.c -- orders come in: looked at, checked against the books, taken or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/teller_inside.h"

enum status teller_open(struct teller **out, const struct teller_options *options,
                        struct arena *boot)
{
    struct teller *teller;
    TRY(ARENA_NEW(boot, 1, &teller));
    teller->options = *options;
    *out = teller;
    return STATUS_OK;
}

/* ---- answers and entries ---- */

enum status teller_entry(struct teller *teller, const struct teller_event *event)
{
    char name[2 + DIGEST_HEX_SIZE], hex[DIGEST_HEX_SIZE];
    struct text object = text_over(name, sizeof name);
    struct digest digest = secret_digest(&teller->options.key, "account", event->account);
    digest_hex(&digest, hex);
    text_addf(&object, "a_%.32s", hex);
    const struct audit_entry entry = {
        .time = teller_now(teller),
        .actor = event->asker,
        .organisation = event->asker,
        .action = slice_of(event->action),
        .object_kind = SLICE("account"),
        .object_id = text_slice(&object),
        .outcome = slice_of(event->outcome),
        .reason = event->work,
    };
    return audit_append(teller->options.audit, &entry, NULL);
}

enum status teller_say(struct teller *teller, const struct teller_answer *answer,
                       struct arena *request)
{
    if (answer->letter.size != 0 && answer->expires.ms <= teller_now(teller).ms)
        return STATUS_OK; /* nobody waits any more */
    return teller->options.answer(teller->options.self, answer, request);
}

enum status ordered_entry(struct teller *teller, const struct ordered *row, const char *action,
                          const char *outcome)
{
    const struct teller_event event = {row->asker, row->account, row->work, action, outcome};
    return teller_entry(teller, &event);
}

static enum status answer(struct teller *teller, const struct ordered *row, struct slice letter,
                          struct slice body, moment expires, struct arena *request)
{
    const struct teller_answer given = {"stop.result", row->asker, letter, body, expires};
    return letter.size == 0 ? STATUS_OK : teller_say(teller, &given, request);
}

static enum status body_of(const struct order_result *result, struct arena *request,
                           struct slice *out)
{
    char *bytes;
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text text = text_over(bytes, ORDER_BYTES_MAX);
    text_add_order_result(&text, result);
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}

enum status ordered_answer(struct teller *teller, struct ordered *row,
                           const struct order_result *result, struct arena *request)
{
    TRY(body_of(result, request, &row->result));
    return answer(teller, row, row->letter, row->result, row->expires, request);
}

enum status lift_answer(struct teller *teller, const struct ordered *row, struct arena *request)
{
    const struct order_result result = {
        .order = row->work, .outcome = ORDER_lifted, .stopped_at = MOMENT_NONE, .balance = -1};
    struct slice body;
    int64_t alive;
    TRY(ordered_alive(teller, row->asker, row->work, &alive));
    if (alive != 0 || row->lift_letter.size == 0)
        return STATUS_OK;
    TRY(body_of(&result, request, &body));
    return answer(teller, row, row->lift_letter, body, row->lift_expires, request);
}

/* ---- the four fields ---- */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Letter by letter, blanks left out: "钱 六" is 钱六, and nothing else is. */
bool teller_same_name(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.size && blank(a.at[i]))
            i++;
        while (j < b.size && blank(b.at[j]))
            j++;
        if (i == a.size || j == b.size)
            return i == a.size && j == b.size;
        if (a.at[i++] != b.at[j++])
            return false;
    }
}

/* A transfer of this amount at this time: else what does not match. */
static enum status transfer_match(struct teller *teller, const struct stop_letter *letter,
                                  struct arena *request, enum order_field *out)
{
    int64_t slack_ms = teller->options.policy->slack_ms;
    struct book_question question = {.account = letter->account,
                                     .into = true,
                                     .from = {letter->paid_at.ms - slack_ms - DAY_MS},
                                     .most = MATCHES_MAX};
    TRY(ARENA_NEW(request, MATCHES_MAX, &question.at));
    TRY(books_transfers(teller->options.books, &question, request));
    *out = ORDER_FIELD_amount;
    for (unsigned i = 0; i < question.count; i++) {
        int64_t apart = question.at[i].at.ms - letter->paid_at.ms;
        if (question.at[i].amount != letter->amount)
            continue;
        *out = ORDER_FIELD_time;
        if (apart < -slack_ms || apart > slack_ms)
            continue;
        *out = ORDER_FIELD_none;
        return STATUS_OK;
    }
    return STATUS_OK;
}

static enum status match(struct teller *teller, const struct stop_letter *letter,
                         struct arena *request, enum order_field *out)
{
    struct book_account account;
    enum status status = books_account(teller->options.books, letter->account, request, &account);
    *out = ORDER_FIELD_no_account;
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (account.closed)
        *out = ORDER_FIELD_closed;
    else if (!teller_same_name(account.name, letter->name))
        *out = ORDER_FIELD_name;
    else
        return transfer_match(teller, letter, request, out);
    return STATUS_OK;
}

/* ---- an order ---- */

/* Counts it; false: more than the asker may in a minute. */
static bool rate_take(struct teller *teller, struct slice asker)
{
    const struct stop_policy *policy = teller->options.policy;
    int64_t minute = teller_now(teller).ms / MINUTE_MS;
    if (minute != teller->minute)
        memset(teller->in_minute, 0, sizeof teller->in_minute);
    teller->minute = minute;
    for (unsigned i = 0; i < policy->askers_count; i++)
        if (slice_equal(policy->asker[i], asker))
            return teller->in_minute[i]++ < policy->a_minute;
    return false;
}

enum order_reason teller_admits(struct teller *teller, struct slice asker)
{
    if (!stop_policy_takes(teller->options.policy, asker))
        return ORDER_REASON_stranger;
    return rate_take(teller, asker) ? ORDER_REASON_none : ORDER_REASON_rate;
}

/* What forbids it, before anybody looks at the books. */
static enum status forbidden(struct teller *teller, const struct ordered *row,
                             const struct stop_letter *letter, struct arena *request,
                             enum order_reason *out)
{
    char key[ROW_KEY_SIZE];
    struct ordered earlier;
    int64_t stops;
    *out = teller_admits(teller, row->asker);
    if (*out != ORDER_REASON_none) {
        return STATUS_OK;
    } else if (teller->options.stops_max <= 0 || row->term_ms <= 0) {
        *out = ORDER_REASON_law;
    } else {
        TRY(ordered_stops(teller, letter->account, &stops));
        if (stops >= teller->options.stops_max)
            *out = ORDER_REASON_count;
    }
    if (*out != ORDER_REASON_none || letter->round == 1)
        return STATUS_OK;
    ordered_name(key, row->asker, letter->order, letter->round - 1);
    enum status status = ordered_find(teller, key, request, &earlier);
    bool known = status == STATUS_OK && earlier.stopped_at.ms != MOMENT_NONE.ms;
    if (status != STATUS_ABSENT)
        TRY(status);
    if (!known || !slice_equal(earlier.account, letter->account))
        *out = ORDER_REASON_unknown;
    else if (earlier.wants_lift)
        *out = ORDER_REASON_over;
    return STATUS_OK;
}

static enum status refuse(struct teller *teller, struct ordered *row, enum order_outcome outcome,
                          unsigned why, struct arena *request)
{
    struct order_result result = {.order = row->work,
                                  .round = row->round,
                                  .outcome = outcome,
                                  .stopped_at = MOMENT_NONE,
                                  .balance = -1};
    if (outcome == ORDER_mismatch)
        result.fault = (enum order_field)why;
    else
        result.reason = (enum order_reason)why;
    row->state = ROW_NOT;
    TRY(ordered_answer(teller, row, &result, request));
    TRY(ordered_put(teller, row, request));
    return ordered_entry(teller, row, "stop.answer", ORDER_OUTCOMES[outcome].name);
}

/* A new order, or one that was refused and is given again. */
static enum status consider(struct teller *teller, struct ordered *row,
                            const struct stop_letter *letter, struct arena *request)
{
    enum order_reason reason;
    enum order_field field;
    TRY(forbidden(teller, row, letter, request, &reason));
    if (reason != ORDER_REASON_none)
        return refuse(teller, row, ORDER_refused, reason, request);
    enum status status = match(teller, letter, request, &field);
    if (status == STATUS_IO)
        return refuse(teller, row, ORDER_held, ORDER_REASON_books, request);
    TRY(status);
    if (field != ORDER_FIELD_none)
        return refuse(teller, row, ORDER_mismatch, field, request);
    if (stop_policy_wants_person(teller->options.policy, letter->account, letter->amount))
        return refuse(teller, row, ORDER_held, ORDER_REASON_person, request);
    TRY(ordered_put(teller, row, request));
    return ordered_entry(teller, row, "stop.take", "asked");
}

static struct ordered row_new(const struct teller *teller, const struct teller_letter *letter,
                              const struct stop_letter *order)
{
    int64_t term_ms = teller->options.term_ms;
    struct ordered row = {
        .asker = letter->asker,
        .work = order->order,
        .letter = letter->id,
        .lift_letter = SLICE(""),
        .round = order->round,
        .state = ROW_ASKED,
        .account = order->account,
        .amount = order->amount,
        .paid_at = order->paid_at,
        .expires = letter->expires,
        .lift_expires = MOMENT_NONE,
        .term_ms = order->term_ms < term_ms ? order->term_ms : term_ms,
        .stopped_at = MOMENT_NONE,
        .lift_at = MOMENT_NONE,
        .next = teller_now(teller),
        .result = SLICE(""),
    };
    ordered_name(row.key, row.asker, row.work, row.round);
    return row;
}

enum status teller_order(struct teller *teller, const struct teller_letter *letter,
                         struct arena *request)
{
    struct stop_letter order;
    struct ordered known;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(stop_letter_read(letter->body, request, &order, &why));
    struct ordered row = row_new(teller, letter, &order);
    enum status status = ordered_find(teller, row.key, request, &known);
    if (status == STATUS_ABSENT)
        return consider(teller, &row, &order, request);
    TRY(status);
    if (known.wants_lift && known.stopped_at.ms == MOMENT_NONE.ms) {
        row.wants_lift = true; /* lifted before it came, or before it was done */
        row.lift_letter = known.lift_letter;
        row.lift_expires = known.lift_expires;
        return known.state == ROW_ASKED
                   ? STATUS_OK
                   : refuse(teller, &row, ORDER_refused, ORDER_REASON_over, request);
    }
    if (known.state == ROW_NOT)
        return consider(teller, &row, &order, request);
    known.letter = letter->id;
    known.expires = letter->expires;
    TRY(ordered_put(teller, &known, request));
    return known.result.size == 0
               ? STATUS_OK
               : answer(teller, &known, letter->id, known.result, letter->expires, request);
}

/* ---- a lift ---- */

static enum status lift_row(struct teller *teller, const struct teller_letter *letter,
                            struct ordered *row, struct arena *request)
{
    row->wants_lift = true;
    row->lift_letter = letter->id;
    row->lift_expires = letter->expires;
    if (row->state == ROW_STOPPED) {
        row->state = ROW_LIFTING;
        row->next = teller_now(teller);
        row->tries = 0;
    }
    TRY(ordered_put(teller, row, request));
    return ordered_entry(teller, row, "lift.take", "asked");
}

enum status teller_lift(struct teller *teller, const struct teller_letter *letter,
                        struct arena *request)
{
    struct slice work;
    struct ordered row;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(lift_letter_read(letter->body, request, &work, &why));
    for (int64_t round = 1; round <= ORDER_ROUNDS_MAX; round++) {
        char key[ROW_KEY_SIZE];
        ordered_name(key, letter->asker, work, round);
        enum status status = ordered_find(teller, key, request, &row);
        if (status == STATUS_ABSENT && round == 1) {
            /* its order is still on the way: it will find this, and be nothing */
            const struct stop_letter none = {.order = work, .round = 1, .account = SLICE("")};
            row = row_new(teller, letter, &none);
            row.letter = SLICE("");
            row.state = ROW_NOT;
            status = STATUS_OK;
        }
        if (status == STATUS_ABSENT)
            break;
        TRY(status);
        TRY(lift_row(teller, letter, &row, request));
    }
    row.asker = letter->asker;
    row.work = work;
    row.lift_letter = letter->id;
    row.lift_expires = letter->expires;
    return lift_answer(teller, &row, request);
}

enum status teller_take(struct teller *teller, struct slice kind,
                        const struct teller_letter *letter, struct arena *request)
{
    static const struct {
        const char *kind;
        enum status (*take)(struct teller *teller, const struct teller_letter *letter,
                            struct arena *request);
    } TAKERS[] = {
        {"stop.order", teller_order},    {"stop.lift", teller_lift},
        {"freeze.order", teller_freeze}, {"freeze.renew", teller_renew},
        {"freeze.turn", teller_turn_of}, {"freeze.lift", teller_unfreeze},
        {"return.order", teller_pay},
    };
    for (unsigned i = 0; i < sizeof TAKERS / sizeof TAKERS[0]; i++)
        if (slice_equal(kind, slice_of(TAKERS[i].kind)))
            return TAKERS[i].take(teller, letter, request);
    return STATUS_REFUSED;
}
