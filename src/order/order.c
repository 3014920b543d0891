/* order.c -- orders and results as JSON.
 *
 * Invariants:  1. What was written is read back the same.
 *              2. A complaint names a member of ours, never a value: it goes to logs and letters.
 *              3. A member that is not known here refuses the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/order.h"

#include "partner/paper.h"

#define WORD(name, en, zh) {#name, {{(en), (zh)}}},

const struct order_word ORDER_OUTCOMES[ORDER_OUTCOMES_COUNT] = {
#define ORDER_OUTCOME WORD
#include "order/words.inc"
#undef ORDER_OUTCOME
};
const struct order_word ORDER_FIELDS[ORDER_FIELDS_COUNT] = {
#define ORDER_FIELD WORD
#include "order/words.inc"
#undef ORDER_FIELD
};
const struct order_word ORDER_REASONS[ORDER_REASONS_COUNT] = {
#define ORDER_REASON WORD
#include "order/words.inc"
#undef ORDER_REASON
};

static enum status wrong(struct text *why, const char *member)
{
    text_addf(why, "`%s` is missing or has not its form", member);
    return STATUS_MALFORMED;
}

/* ---- members ---- */

struct members {
    struct slice object;
    unsigned used;
    struct arena *request;
    struct text *why;
};

static enum status members_of(struct members *members, struct slice object, struct arena *request,
                              struct text *why)
{
    *members = (struct members){.object = object, .request = request, .why = why};
    return paper_type(object) == PAPER_OBJECT ? STATUS_OK : wrong(why, "body");
}

static struct slice member_of(struct members *members, const char *name)
{
    struct slice value = paper_member(members->object, name);
    members->used += value.size != 0;
    return value;
}

static bool clean(struct slice value)
{
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7F)
            return false;
    return true;
}

/* A copy; empty if it is not there. */
static enum status text_take(struct members *members, const char *name, size_t size_max, bool must,
                             struct slice *out)
{
    struct slice value = member_of(members, name);
    *out = SLICE("");
    if (value.size == 0)
        return must ? wrong(members->why, name) : STATUS_OK;
    enum status status = paper_text(value, members->request, out);
    if (status == STATUS_MALFORMED)
        return wrong(members->why, name);
    TRY(status);
    bool fine = out->size != 0 && out->size <= size_max && clean(*out);
    return fine ? STATUS_OK : wrong(members->why, name);
}

static enum status whole_take(struct members *members, const char *name, int64_t least,
                              int64_t most, int64_t *out)
{
    if (paper_whole(member_of(members, name), out) != STATUS_OK || *out < least || *out > most)
        return wrong(members->why, name);
    return STATUS_OK;
}

static enum status moment_take(struct members *members, const char *name, bool must, moment *out)
{
    struct slice text;
    *out = MOMENT_NONE;
    TRY(text_take(members, name, ORDER_ID_MAX, must, &text));
    if (text.size != 0 && moment_parse(text, out) != STATUS_OK)
        return wrong(members->why, name);
    return STATUS_OK;
}

static enum status word_take(struct members *members, const char *name,
                             const struct order_word *list, unsigned count, unsigned *out)
{
    struct slice word;
    TRY(text_take(members, name, ORDER_ID_MAX, true, &word));
    for (*out = 0; *out < count; ++*out)
        if (slice_equal(slice_of(list[*out].name), word))
            return STATUS_OK;
    return wrong(members->why, name);
}

/* Every member of the object was asked for. */
static enum status members_end(const struct members *members)
{
    struct slice rest = members->object, name, value;
    unsigned count = 0;
    while (paper_next(&rest, &name, &value))
        count++;
    if (count == members->used)
        return STATUS_OK;
    text_add_string(members->why, "it holds a member that is not ordered or answered here");
    return STATUS_MALFORMED;
}

static enum status body_open(struct members *members, struct slice json, const char *version,
                             struct arena *request, struct text *why)
{
    int64_t number;
    if (json.size == 0 || json.size > ORDER_BYTES_MAX || paper_check(json) != STATUS_OK)
        return wrong(why, "body");
    TRY(members_of(members, paper_trim(json), request, why));
    return whole_take(members, version, 1, 1, &number);
}

/* ---- orders ---- */

#define AMOUNT_MAX ((int64_t)1 << 52)

enum status stop_letter_read(struct slice json, struct arena *request, struct stop_letter *out,
                             struct text *why)
{
    struct members members;
    struct stop_letter letter = {0};
    TRY(body_open(&members, json, "stop", request, why));
    TRY(text_take(&members, "order", ORDER_ID_MAX, true, &letter.order));
    TRY(whole_take(&members, "round", 1, ORDER_ROUNDS_MAX, &letter.round));
    TRY(text_take(&members, "account", ORDER_ID_MAX, true, &letter.account));
    TRY(text_take(&members, "name", ORDER_TEXT_MAX, true, &letter.name));
    TRY(whole_take(&members, "amount", 1, AMOUNT_MAX, &letter.amount));
    TRY(moment_take(&members, "paid_at", true, &letter.paid_at));
    TRY(text_take(&members, "bank", ORDER_TEXT_MAX, false, &letter.bank));
    TRY(text_take(&members, "document", ORDER_TEXT_MAX, false, &letter.document));
    TRY(text_take(&members, "law", ORDER_TEXT_MAX, false, &letter.law));
    TRY(whole_take(&members, "level", 1, 99, &letter.level));
    TRY(whole_take(&members, "term_ms", 1, 366LL * DAY_MS, &letter.term_ms));
    TRY(members_end(&members));
    *out = letter;
    return STATUS_OK;
}

enum status lift_letter_read(struct slice json, struct arena *request, struct slice *order,
                             struct text *why)
{
    struct members members;
    struct slice read;
    TRY(body_open(&members, json, "lift", request, why));
    TRY(text_take(&members, "order", ORDER_ID_MAX, true, &read));
    TRY(members_end(&members));
    *order = read;
    return STATUS_OK;
}

/* ---- results ---- */

static enum status moved_read(struct members *outer, struct slice item, struct order_moved *out)
{
    struct members members;
    TRY(members_of(&members, item, outer->request, outer->why));
    TRY(text_take(&members, "account", ORDER_ID_MAX, true, &out->account));
    TRY(text_take(&members, "name", ORDER_TEXT_MAX, false, &out->name));
    TRY(text_take(&members, "bank", ORDER_TEXT_MAX, false, &out->bank));
    TRY(whole_take(&members, "amount", 1, AMOUNT_MAX, &out->amount));
    TRY(moment_take(&members, "at", true, &out->at));
    return members_end(&members);
}

static enum status moved_take(struct members *members, struct order_result *result)
{
    struct slice list = member_of(members, "moved"), item;
    if (list.size == 0)
        return STATUS_OK;
    if (paper_type(list) != PAPER_LIST)
        return wrong(members->why, "moved");
    while (paper_next(&list, NULL, &item)) {
        if (result->moved_count == ORDER_MOVED_MAX)
            return wrong(members->why, "moved");
        TRY(moved_read(members, item, &result->moved[result->moved_count]));
        result->moved_count++;
    }
    return STATUS_OK;
}

/* What an outcome must come with, and with what it may not. */
static enum status result_holds(const struct order_result *result, struct text *why)
{
    bool stopped = result->outcome == ORDER_stopped;
    if (stopped != (result->stopped_at.ms != MOMENT_NONE.ms))
        return wrong(why, "stopped_at");
    if ((result->outcome == ORDER_mismatch) != (result->fault != ORDER_FIELD_none))
        return wrong(why, "fault");
    if (result->outcome == ORDER_moved_on && result->moved_count == 0)
        return wrong(why, "moved");
    if (result->moved_count != 0 && !stopped && result->outcome != ORDER_moved_on)
        return wrong(why, "moved");
    if (result->round == 0 && result->outcome != ORDER_lifted)
        return wrong(why, "round");
    return STATUS_OK;
}

enum status order_result_read(struct slice json, struct arena *request, struct order_result *out,
                              struct text *why)
{
    struct members members;
    struct order_result result = {.balance = -1};
    unsigned outcome, fault, reason;
    TRY(body_open(&members, json, "result", request, why));
    TRY(text_take(&members, "order", ORDER_ID_MAX, true, &result.order));
    TRY(whole_take(&members, "round", 0, ORDER_ROUNDS_MAX, &result.round));
    TRY(word_take(&members, "outcome", ORDER_OUTCOMES, ORDER_OUTCOMES_COUNT, &outcome));
    TRY(word_take(&members, "fault", ORDER_FIELDS, ORDER_FIELDS_COUNT, &fault));
    TRY(word_take(&members, "reason", ORDER_REASONS, ORDER_REASONS_COUNT, &reason));
    TRY(moment_take(&members, "stopped_at", false, &result.stopped_at));
    if (paper_member(members.object, "balance").size != 0)
        TRY(whole_take(&members, "balance", 0, AMOUNT_MAX, &result.balance));
    TRY(moved_take(&members, &result));
    TRY(members_end(&members));
    result.outcome = (enum order_outcome)outcome;
    result.fault = (enum order_field)fault;
    result.reason = (enum order_reason)reason;
    TRY(result_holds(&result, why));
    *out = result;
    return STATUS_OK;
}

/* ---- written, in the order of names (RFC 8785) ---- */

static void add_text(struct text *text, const char *name, struct slice value)
{
    if (value.size == 0)
        return;
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void add_whole(struct text *text, const char *name, int64_t value)
{
    text_addf(text, ",\"%s\":", name);
    text_add_whole(text, value);
}

static void add_moment(struct text *text, const char *name, moment at)
{
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

void text_add_stop_letter(struct text *text, const struct stop_letter *letter)
{
    text_add_string(text, "{\"account\":");
    text_add_json(text, letter->account);
    add_whole(text, "amount", letter->amount);
    add_text(text, "bank", letter->bank);
    add_text(text, "document", letter->document);
    add_text(text, "law", letter->law);
    add_whole(text, "level", letter->level);
    add_text(text, "name", letter->name);
    add_text(text, "order", letter->order);
    add_moment(text, "paid_at", letter->paid_at);
    add_whole(text, "round", letter->round);
    add_whole(text, "stop", 1);
    add_whole(text, "term_ms", letter->term_ms);
    text_add_char(text, '}');
}

void text_add_lift_letter(struct text *text, struct slice order)
{
    text_add_string(text, "{\"lift\":1");
    add_text(text, "order", order);
    text_add_char(text, '}');
}

static void add_moved(struct text *text, const struct order_result *result)
{
    text_add_string(text, ",\"moved\":[");
    for (unsigned i = 0; i < result->moved_count; i++) {
        const struct order_moved *moved = &result->moved[i];
        text_add_string(text, i == 0 ? "{\"account\":" : ",{\"account\":");
        text_add_json(text, moved->account);
        add_whole(text, "amount", moved->amount);
        add_moment(text, "at", moved->at);
        add_text(text, "bank", moved->bank);
        add_text(text, "name", moved->name);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

void text_add_order_result(struct text *text, const struct order_result *result)
{
    text_add_char(text, '{');
    if (result->balance >= 0)
        text_addf(text, "\"balance\":%lld,", (long long)result->balance);
    text_addf(text, "\"fault\":\"%s\"", ORDER_FIELDS[result->fault].name);
    if (result->moved_count != 0)
        add_moved(text, result);
    add_text(text, "order", result->order);
    text_addf(text, ",\"outcome\":\"%s\",\"reason\":\"%s\"", ORDER_OUTCOMES[result->outcome].name,
              ORDER_REASONS[result->reason].name);
    add_whole(text, "result", 1);
    add_whole(text, "round", result->round);
    if (result->stopped_at.ms != MOMENT_NONE.ms)
        add_moment(text, "stopped_at", result->stopped_at);
    text_add_char(text, '}');
}
