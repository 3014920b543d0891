/* recall_work.c -- the table of `recall`, its request, and what answers do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/recall/recall_work.h"

#include <stdio.h>

#define DESK   (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define SECOND (WORK_ROLE(duty) | WORK_ROLE(supervisor))

enum { LEASE_MS = 10 * MINUTE_MS, ASKING_MS = 2 * HOUR_MS, VALUES_MAX = 4 };
enum { NAME_BYTES = 16, AGAIN_MS = 2000, AGAIN_MAX_MS = 10 * MINUTE_MS, TEXT_MAX = 200 };
#define ANSWER_USUAL_MS (21LL * DAY_MS) /* fifteen banking days, and their weekends */

static int64_t span_answer(void *self, const struct work_item *item);

#define WORK_TABLE "casework/recall/recall.inc"
#include "casework/work/table.inc"

const struct work_kind RECALL_KIND = {
    .name = "recall",
    .says = SAYING("request for return", "退回请求"),
    WORK_KIND_ARRAYS,
    .first_must = F(amount) | F(currency) | F(to_bank),
    .first_may = F(uetr) | F(tx_id) | F(instruction_id) | F(end_to_end_id) | F(message_id) |
                 F(message_name) | F(day) | F(from_bank) | F(payer_account) | F(payee_account) |
                 F(payee_name) | F(case_number) | F(about) | F(note),
    .creators = DESK,
    .creator_services = true,
    .lease_ms = LEASE_MS,
};

const struct store_migration RECALL_MIGRATIONS[RECALL_MIGRATIONS_COUNT] = {
    {"casework: requests for return, and what came of them",
     "CREATE TABLE recall_out (id TEXT PRIMARY KEY, item TEXT NOT NULL, xml BLOB NOT NULL, tries "
     "INTEGER NOT NULL, next INTEGER NOT NULL, handed INTEGER NOT NULL) WITHOUT ROWID;"
     "CREATE INDEX recall_out_next ON recall_out (next) WHERE handed = 0;"
     "CREATE TABLE recall_ref (ref BLOB NOT NULL, item TEXT NOT NULL, PRIMARY KEY (ref, item)) "
     "WITHOUT ROWID;"
     "CREATE TABLE recall_heard (item TEXT NOT NULL, answer BLOB NOT NULL, amount INTEGER NOT "
     "NULL, "
     "PRIMARY KEY (item, answer)) WITHOUT ROWID;"},
};

static int64_t span_answer(void *self, const struct work_item *item)
{
    const struct recall_desk *desk = self;
    (void)item;
    return desk->answer_ms > 0 ? desk->answer_ms : ANSWER_USUAL_MS;
}

static int64_t whole_of(struct slice text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.size && i < 18; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

/* ---- the order that an item is ---- */

/* "CNAPS:102100099996", or a BIC. */
static struct recall_bank bank_of(struct slice text)
{
    struct recall_bank bank = {.bic = text};
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] == ':')
            bank = (struct recall_bank){.clearing = {text.at, i},
                                        .member = {text.at + i + 1, text.size - i - 1}};
    return bank;
}

static int64_t day_of(struct slice text)
{
    char bytes[32];
    struct text whole = text_over(bytes, sizeof bytes);
    moment at;
    if (text.size == 0)
        return RECALL_DAY_NONE;
    text_add(&whole, text);
    text_add_string(&whole, "T00:00:00Z");
    return moment_parse(text_slice(&whole), &at) == STATUS_OK ? at.ms / DAY_MS : RECALL_DAY_NONE;
}

static struct recall_order order_of(const struct recall_desk *desk, const struct work_item *item,
                                    struct slice id)
{
    struct slice from = work_value_of(item, "from_bank");
    struct slice case_number = work_value_of(item, "case_number");
    return (struct recall_order){
        .id = id,
        .case_id = case_number.size != 0 ? case_number : id,
        .at = desk->clock.now(desk->clock.self),
        .from = bank_of(from.size != 0 ? from : desk->from),
        .to = bank_of(work_value_of(item, "to_bank")),
        .reason = RECALL_FOR_FRAD,
        .note = work_value_of(item, "note"),
        .message_id = work_value_of(item, "message_id"),
        .message_name = work_value_of(item, "message_name"),
        .instruction_id = work_value_of(item, "instruction_id"),
        .end_to_end_id = work_value_of(item, "end_to_end_id"),
        .tx_id = work_value_of(item, "tx_id"),
        .uetr = work_value_of(item, "uetr"),
        .amount = whole_of(work_value_of(item, "amount")),
        .currency = work_value_of(item, "currency"),
        .day = day_of(work_value_of(item, "day")),
        .payer_account = work_value_of(item, "payer_account"),
        .payee_account = work_value_of(item, "payee_account"),
        .payee_name = work_value_of(item, "payee_name"),
    };
}

/* Made of the item's id, which nobody else has: "w_0123456789abcdef" becomes R0123456789ABCDEF. */
static void request_id(const struct work_item *item, char out[RECALL_ID_MAX + 1])
{
    size_t size = 0;
    out[size++] = 'R';
    for (const char *at = item->id + 2; *at != '\0' && size < RECALL_ID_MAX; at++)
        out[size++] = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
    out[size] = '\0';
}

/* Which field is at fault, for whoever reads the refusal. */
static int field_of(enum recall_fault fault)
{
    switch (fault) {
    case RECALL_NO_PAYMENT:
    case RECALL_BAD_UETR:
        return FIELD_uetr;
    case RECALL_BAD_BANK:
        return FIELD_to_bank;
    case RECALL_BAD_AMOUNT:
        return FIELD_amount;
    default:
        return FIELD_currency;
    }
}

/* What cannot be written is refused before anybody approves it. */
static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    static _Thread_local char bytes[RECALL_BYTES_MAX];
    const struct recall_desk *desk = self;
    char id[RECALL_ID_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    enum recall_fault fault = RECALL_NO_PAYMENT;
    (void)value;
    (void)count;
    if (step != STEP_send)
        return WORK_FAULT_NONE;
    request_id(item, id);
    const struct recall_order order = order_of(desk, item, slice_of(id));
    if (recall_write(&text, &order, &fault) == STATUS_OK)
        return WORK_FAULT_NONE;
    *field = field_of(fault);
    return WORK_FAULT_VALUE;
}

/* ---- out ---- */

static enum status seal(const struct recall_desk *desk, struct slice open, struct arena *request,
                        struct slice *out)
{
    unsigned char *bytes;
    TRY(ARENA_NEW(request, open.size + SECRET_OVERHEAD, &bytes));
    TRY(secret_seal(&desk->key, desk->chance, open, bytes));
    *out = (struct slice){(const char *)bytes, open.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

static struct slice ref_of(const struct recall_desk *desk, const char *what, struct slice text,
                           struct digest *digest)
{
    *digest = secret_digest(&desk->key, what, text);
    return (struct slice){(const char *)digest->bytes, NAME_BYTES};
}

static enum status ref_put(const struct recall_desk *desk, const struct work_item *item,
                           const char *what, struct slice text)
{
    struct digest digest;
    const struct store_value row[] = {STORE_OF_BYTES(ref_of(desk, what, text, &digest)),
                                      STORE_OF_TEXT(slice_of(item->id))};
    if (text.size == 0)
        return STATUS_OK;
    return store_run(desk->store,
                     "INSERT INTO recall_ref (ref, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                     row, 2);
}

static enum status step(const struct recall_desk *desk, const char *id, const char *name,
                        const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    const struct work_move move = {
        .id = id, .step = name, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &moved);
}

static enum status send(const struct recall_desk *desk, const struct work_item *item,
                        struct arena *request)
{
    char id[RECALL_ID_MAX + 1], *bytes;
    struct slice sealed;
    enum recall_fault fault;
    request_id(item, id);
    const struct recall_order order = order_of(desk, item, slice_of(id));
    TRY(arena_take(request, RECALL_BYTES_MAX, (void **)&bytes));
    struct text text = text_over(bytes, RECALL_BYTES_MAX);
    enum status status = recall_write(&text, &order, &fault);
    if (status != STATUS_OK)
        return status == STATUS_MALFORMED ? STATUS_REFUSED : status;
    TRY(seal(desk, text_slice(&text), request, &sealed));
    const struct store_value row[] = {STORE_OF_TEXT(slice_of(id)),
                                      STORE_OF_TEXT(slice_of(item->id)), STORE_OF_BYTES(sealed),
                                      STORE_OF_WHOLE(order.at.ms)};
    TRY(store_run(desk->store,
                  "INSERT INTO recall_out (id, item, xml, tries, next, handed) VALUES (?1, ?2, ?3, "
                  "0, ?4, 0) ON CONFLICT DO NOTHING",
                  row, 4));
    TRY(ref_put(desk, item, "request", slice_of(id)));
    TRY(ref_put(desk, item, "uetr", order.uetr));
    TRY(ref_put(desk, item, "tx", order.tx_id));
    const struct work_value value = {FIELD_request, slice_of(id)};
    return step(desk, item->id, "named", &value, 1, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    return done->step == STEP_send ? send(self, done->item, request) : STATUS_OK;
}

struct work_plug recall_plug(struct recall_desk *desk)
{
    return (struct work_plug){&RECALL_KIND, holds, after, desk};
}

enum status recall_due(struct recall_desk *desk, struct arena *request, struct recall_letter *out)
{
    const struct store_value now = STORE_OF_WHOLE(desk->clock.now(desk->clock.self).ms);
    struct store_value at[3];
    unsigned char *open;
    TRY(store_one(desk->store,
                  "SELECT id, xml, tries FROM recall_out WHERE handed = 0 AND next <= ?1 ORDER BY "
                  "next LIMIT 1",
                  &now, 1, at, 3, request));
    if (at[0].bytes.size > RECALL_ID_MAX || at[1].bytes.size <= SECRET_OVERHEAD)
        return STATUS_IO;
    size_t size = at[1].bytes.size - SECRET_OVERHEAD;
    TRY(ARENA_NEW(request, size + 1, &open));
    if (secret_open(&desk->key, at[1].bytes, open) != STATUS_OK)
        return STATUS_IO;
    *out = (struct recall_letter){.xml = {(const char *)open, size}, .tries = at[2].whole};
    memcpy(out->id, at[0].bytes.at, at[0].bytes.size);
    return STATUS_OK;
}

enum status recall_handed(struct recall_desk *desk, const struct recall_letter *letter, bool taken)
{
    int64_t wait_ms = AGAIN_MS;
    for (int64_t i = 0; i < letter->tries && wait_ms < AGAIN_MAX_MS; i++)
        wait_ms *= 2;
    const struct store_value row[] = {
        STORE_OF_TEXT(slice_of(letter->id)), STORE_OF_WHOLE(taken),
        STORE_OF_WHOLE(desk->clock.now(desk->clock.self).ms +
                       (wait_ms < AGAIN_MAX_MS ? wait_ms : AGAIN_MAX_MS))};
    return store_run(
        desk->store,
        "UPDATE recall_out SET handed = ?2, next = ?3, tries = tries + 1 WHERE id = ?1", row, 3);
}

/* ---- in ---- */

struct taking {
    struct recall_desk *desk;
    struct arena *request;
    struct recall_taken *out;
};

/* The first reason only, in our own words: it goes to the log. */
static void say(struct taking *taking, const char *why)
{
    if (taking->out->why[0] == '\0')
        (void)snprintf(taking->out->why, sizeof taking->out->why, "%s", why);
}

/* The items that a name stands for; the first one's id to `id`. */
static enum status items_of(struct taking *taking, const char *what, struct slice text,
                            char id[WORK_ID_SIZE], unsigned *count)
{
    const struct recall_desk *desk = taking->desk;
    struct digest digest;
    const struct store_value ref = STORE_OF_BYTES(ref_of(desk, what, text, &digest));
    struct store_value at[1];
    struct store_rows *rows;
    *count = 0;
    if (text.size == 0)
        return STATUS_OK;
    TRY(store_query(desk->store, "SELECT item FROM recall_ref WHERE ref = ?1 LIMIT 2", &ref, 1,
                    &rows));
    enum status status;
    while ((status = store_next(rows, at, 1)) == STATUS_OK) {
        if ((*count)++ == 0 && at[0].bytes.size < WORK_ID_SIZE) {
            memcpy(id, at[0].bytes.at, at[0].bytes.size);
            id[at[0].bytes.size] = '\0';
        }
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* By UETR, else by the payment's id, else by the request that it names.  STATUS_ABSENT: none, or
 * more than one, or two names that are of different items. */
static enum status pair(struct taking *taking, const struct recall_answer *answer,
                        struct work_item *out)
{
    const char *const what[] = {"uetr", "tx", "request"};
    const struct slice name[] = {answer->uetr, answer->tx_id, answer->message_id};
    char id[WORK_ID_SIZE] = "", other[WORK_ID_SIZE];
    for (unsigned i = 0; i < sizeof what / sizeof what[0]; i++) {
        unsigned count;
        TRY(items_of(taking, what[i], name[i], other, &count));
        if (count == 0)
            continue;
        if (count > 1 || (id[0] != '\0' && strcmp(id, other) != 0))
            return STATUS_ABSENT;
        memcpy(id, other, sizeof id);
    }
    return id[0] == '\0'
               ? STATUS_ABSENT
               : work_find(taking->desk->work, taking->desk->store, id, NULL, taking->request, out);
}

static const char *step_of(enum recall_verdict verdict)
{
    switch (verdict) {
    case RECALL_ACCEPTED:
    case RECALL_PARTLY:
        return "accepted_in";
    case RECALL_REFUSED:
        return "refused_in";
    case RECALL_PENDING:
        return "pending_in";
    case RECALL_FAILED:
        return "failed_in";
    default:
        return "said_in";
    }
}

static bool may(const struct work_item *item, const char *name)
{
    int index = work_step_find(&RECALL_KIND, slice_of(name));
    must(index >= 0);
    return (STEPS[index].from & WORK_BIT(item->state)) != 0;
}

static enum status whole_text(struct taking *taking, int64_t number, struct slice *out)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_whole(&text, number);
    return slice_copy(taking->request, text_slice(&text), out);
}

/* Codes, with blanks between. */
static enum status reasons_of(struct taking *taking, const struct recall_answer *answer,
                              struct slice *out)
{
    char bytes[TEXT_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    for (unsigned i = 0; i < answer->reasons_count; i++) {
        text_add_string(&text, i == 0 ? "" : " ");
        text_add(&text, answer->reason[i]);
    }
    *out = SLICE("");
    return text.size == 0 || text.full ? STATUS_OK
                                       : slice_copy(taking->request, text_slice(&text), out);
}

/* Remembered once, by the name that the other bank gave this part; a message that is sent anew has
 * another id, and is the same answer.  `*again`: it was here before. */
static enum status hear(struct taking *taking, const struct work_item *item,
                        const struct recall_answer *answer, int64_t amount, bool *again)
{
    char bytes[24];
    struct text number = text_over(bytes, sizeof bytes);
    text_add_whole(&number, answer->has_amount ? answer->amount : -1);
    const struct slice parts[] = {answer->part.size != 0 ? answer->part : answer->id, SLICE("\n"),
                                  answer->code, SLICE("\n"), text_slice(&number)};
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    const struct store_value row[] = {
        STORE_OF_TEXT(slice_of(item->id)),
        STORE_OF_BYTES(((struct slice){(const char *)digest.bytes, NAME_BYTES})),
        STORE_OF_WHOLE(amount)};
    TRY(store_run(taking->desk->store,
                  "INSERT INTO recall_heard (item, answer, amount) VALUES (?1, ?2, ?3) ON CONFLICT "
                  "DO NOTHING",
                  row, 3));
    *again = store_changed(taking->desk->store) == 0;
    return STATUS_OK;
}

static enum status amiss(struct taking *taking, const struct work_item *item, const char *why)
{
    const struct work_value value = {FIELD_why, slice_of(why)};
    return may(item, "amiss") ? step(taking->desk, item->id, "amiss", &value, 1, taking->request)
                              : STATUS_OK;
}

/* Money: the sum so far, and whether it is all. */
static enum status returned(struct taking *taking, const struct work_item *item,
                            const struct recall_answer *answer)
{
    struct work_value value[2] = {{.field = FIELD_returned}, {.field = FIELD_reasons}};
    int64_t asked = whole_of(work_value_of(item, "amount"));
    int64_t before = whole_of(work_value_of(item, "returned"));
    bool again, fits = answer->has_amount &&
                       slice_equal(answer->currency, work_value_of(item, "currency")) &&
                       answer->amount <= asked - before && may(item, "returned_in");
    TRY(hear(taking, item, answer, fits ? answer->amount : 0, &again));
    if (again) {
        taking->out->again++;
        return STATUS_OK;
    }
    taking->out->used++;
    if (!fits)
        return amiss(taking, item, "it is more than was asked for, or of another currency");
    TRY(whole_text(taking, before + answer->amount, &value[0].value));
    TRY(reasons_of(taking, answer, &value[1].value));
    TRY(step(taking->desk, item->id, "returned_in", value, value[1].value.size != 0 ? 2 : 1,
             taking->request));
    return before + answer->amount == asked
               ? step(taking->desk, item->id, "matched_in", NULL, 0, taking->request)
               : STATUS_OK;
}

static enum status said(struct taking *taking, const struct work_item *item,
                        const struct recall_answer *answer)
{
    struct work_value value[2] = {{FIELD_answer, answer->code}, {.field = FIELD_reasons}};
    const char *name = step_of(answer->verdict);
    bool again;
    TRY(hear(taking, item, answer, 0, &again));
    taking->out->again += again;
    taking->out->used += !again;
    TRY(reasons_of(taking, answer, &value[1].value));
    if (again || !may(item, may(item, name) ? name : "said_in"))
        return STATUS_OK;
    return step(taking->desk, item->id, may(item, name) ? name : "said_in", value,
                value[1].value.size != 0 ? 2 : 1, taking->request);
}

static enum status take(void *self, const struct recall_answer *answer)
{
    struct taking *taking = self;
    struct work_item item;
    enum status status = pair(taking, answer, &item);
    if (status == STATUS_ABSENT) {
        taking->out->unpaired++;
        say(taking, "it answers no request of ours, or more than one");
        return STATUS_OK;
    }
    TRY(status);
    return answer->verdict == RECALL_RETURNED ? returned(taking, &item, answer)
                                              : said(taking, &item, answer);
}

static enum status wrong(void *self, const struct recall_wrong *wrong)
{
    struct taking *taking = self;
    taking->out->wrong++;
    say(taking, recall_fault_says(wrong->fault)->in[TONGUE_EN]);
    return STATUS_OK;
}

enum status recall_take(struct recall_desk *desk, struct slice bytes, struct arena *request,
                        struct recall_taken *out)
{
    struct markup_trouble trouble = {0};
    *out = (struct recall_taken){0};
    struct taking taking = {desk, request, out};
    enum status status = recall_read(bytes, desk->zone_minutes,
                                     (struct recall_sink){take, wrong, &taking}, request, &trouble);
    if (status == STATUS_MALFORMED)
        say(&taking, "it is no message of these kinds");
    return status;
}
