/* order.c -- orders and results as JSON.
 *
 * Invariants:  1. What was written is read back the same.
 *              2. A complaint names a member of ours, never a value: it goes to logs and letters.
 *              3. A member that is not known here refuses the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/order_inside.h"

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

/* ---- orders ---- */

enum status stop_letter_read(struct slice json, struct arena *request, struct stop_letter *out,
                             struct text *why)
{
    struct members members;
    struct stop_letter letter = {0};
    TRY(members_open(&members, json, "stop", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &letter.order));
    TRY(member_whole(&members, "round", 1, ORDER_ROUNDS_MAX, &letter.round));
    TRY(member_text(&members, "account", ORDER_ID_MAX, true, &letter.account));
    TRY(member_text(&members, "name", ORDER_TEXT_MAX, true, &letter.name));
    TRY(member_whole(&members, "amount", 1, AMOUNT_MAX, &letter.amount));
    TRY(member_moment(&members, "paid_at", true, &letter.paid_at));
    TRY(member_text(&members, "bank", ORDER_TEXT_MAX, false, &letter.bank));
    TRY(member_text(&members, "document", ORDER_TEXT_MAX, false, &letter.document));
    TRY(member_text(&members, "law", ORDER_TEXT_MAX, false, &letter.law));
    TRY(member_whole(&members, "level", 1, 99, &letter.level));
    TRY(member_whole(&members, "term_ms", 1, 366LL * DAY_MS, &letter.term_ms));
    TRY(members_end(&members));
    *out = letter;
    return STATUS_OK;
}

enum status lift_letter_read(struct slice json, struct arena *request, struct slice *order,
                             struct text *why)
{
    struct members members;
    struct slice read;
    TRY(members_open(&members, json, "lift", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &read));
    TRY(members_end(&members));
    *order = read;
    return STATUS_OK;
}

/* ---- results ---- */

static enum status moved_read(struct members *outer, struct slice item, struct order_moved *out)
{
    struct members members;
    TRY(members_of(&members, item, outer->request, outer->why));
    TRY(member_text(&members, "account", ORDER_ID_MAX, true, &out->account));
    TRY(member_text(&members, "name", ORDER_TEXT_MAX, false, &out->name));
    TRY(member_text(&members, "bank", ORDER_TEXT_MAX, false, &out->bank));
    TRY(member_whole(&members, "amount", 1, AMOUNT_MAX, &out->amount));
    TRY(member_moment(&members, "at", true, &out->at));
    return members_end(&members);
}

static enum status moved_take(struct members *members, struct order_result *result)
{
    struct slice list = member_of(members, "moved"), item;
    if (list.size == 0)
        return STATUS_OK;
    if (paper_type(list) != PAPER_LIST)
        return order_wrong(members->why, "moved");
    while (paper_next(&list, NULL, &item)) {
        if (result->moved_count == ORDER_MOVED_MAX)
            return order_wrong(members->why, "moved");
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
        return order_wrong(why, "stopped_at");
    if ((result->outcome == ORDER_mismatch) != (result->fault != ORDER_FIELD_none))
        return order_wrong(why, "fault");
    if (result->outcome == ORDER_moved_on && result->moved_count == 0)
        return order_wrong(why, "moved");
    if (result->moved_count != 0 && !stopped && result->outcome != ORDER_moved_on)
        return order_wrong(why, "moved");
    if (result->round == 0 && result->outcome != ORDER_lifted)
        return order_wrong(why, "round");
    return STATUS_OK;
}

enum status order_result_read(struct slice json, struct arena *request, struct order_result *out,
                              struct text *why)
{
    struct members members;
    struct order_result result = {.balance = -1};
    unsigned outcome, fault, reason;
    TRY(members_open(&members, json, "result", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &result.order));
    TRY(member_whole(&members, "round", 0, ORDER_ROUNDS_MAX, &result.round));
    TRY(member_word(&members, "outcome", ORDER_OUTCOMES, ORDER_OUTCOMES_COUNT, &outcome));
    TRY(member_word(&members, "fault", ORDER_FIELDS, ORDER_FIELDS_COUNT, &fault));
    TRY(member_word(&members, "reason", ORDER_REASONS, ORDER_REASONS_COUNT, &reason));
    TRY(member_moment(&members, "stopped_at", false, &result.stopped_at));
    if (paper_member(members.object, "balance").size != 0)
        TRY(member_whole(&members, "balance", 0, AMOUNT_MAX, &result.balance));
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

void text_add_stop_letter(struct text *text, const struct stop_letter *letter)
{
    text_add_string(text, "{\"account\":");
    text_add_json(text, letter->account);
    text_add_member_whole(text, "amount", letter->amount);
    text_add_member(text, "bank", letter->bank);
    text_add_member(text, "document", letter->document);
    text_add_member(text, "law", letter->law);
    text_add_member_whole(text, "level", letter->level);
    text_add_member(text, "name", letter->name);
    text_add_member(text, "order", letter->order);
    text_add_member_moment(text, "paid_at", letter->paid_at);
    text_add_member_whole(text, "round", letter->round);
    text_add_member_whole(text, "stop", 1);
    text_add_member_whole(text, "term_ms", letter->term_ms);
    text_add_char(text, '}');
}

void text_add_lift_letter(struct text *text, struct slice order)
{
    text_add_string(text, "{\"lift\":1");
    text_add_member(text, "order", order);
    text_add_char(text, '}');
}

static void add_moved(struct text *text, const struct order_result *result)
{
    text_add_string(text, ",\"moved\":[");
    for (unsigned i = 0; i < result->moved_count; i++) {
        const struct order_moved *moved = &result->moved[i];
        text_add_string(text, i == 0 ? "{\"account\":" : ",{\"account\":");
        text_add_json(text, moved->account);
        text_add_member_whole(text, "amount", moved->amount);
        text_add_member_moment(text, "at", moved->at);
        text_add_member(text, "bank", moved->bank);
        text_add_member(text, "name", moved->name);
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
    text_add_member(text, "order", result->order);
    text_addf(text, ",\"outcome\":\"%s\",\"reason\":\"%s\"", ORDER_OUTCOMES[result->outcome].name,
              ORDER_REASONS[result->reason].name);
    text_add_member_whole(text, "result", 1);
    text_add_member_whole(text, "round", result->round);
    if (result->stopped_at.ms != MOMENT_NONE.ms)
        text_add_member_moment(text, "stopped_at", result->stopped_at);
    text_add_char(text, '}');
}
