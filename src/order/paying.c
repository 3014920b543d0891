/* paying.c -- letters of a return of funds as JSON.
 *
 * Invariants:  1. What was written is read back the same.
 *              2. What is read makes up its amount to the cent, in payments of at least one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/paying.h"
#include "order/order_inside.h"

#define WORD(name, en, zh) {#name, {{(en), (zh)}}},

const struct order_word RETURN_OUTCOMES[RETURN_OUTCOMES_COUNT] = {
#define RETURN_OUTCOME WORD
#include "order/words.inc"
#undef RETURN_OUTCOME
};

/* ---- read ---- */

static enum status payment_read(struct members *outer, struct slice item, struct order_payment *out)
{
    struct members members;
    TRY(members_of(&members, item, outer->request, outer->why));
    TRY(member_text(&members, "account", ORDER_ID_MAX, true, &out->account));
    TRY(member_whole(&members, "amount", 1, AMOUNT_MAX, &out->amount));
    TRY(member_text(&members, "bank", ORDER_TEXT_MAX, false, &out->bank));
    TRY(member_text(&members, "claim", ORDER_ID_MAX, true, &out->claim));
    TRY(member_text(&members, "name", ORDER_TEXT_MAX, true, &out->name));
    return members_end(&members);
}

static enum status payments_take(struct members *members, struct return_letter *letter)
{
    struct slice list = member_of(members, "payments"), item;
    int64_t left = letter->amount;
    if (paper_type(list) != PAPER_LIST)
        return order_wrong(members->why, "payments");
    while (paper_next(&list, NULL, &item)) {
        if (letter->payments_count == ORDER_PAYMENTS_MAX)
            return order_wrong(members->why, "payments");
        struct order_payment *payment = &letter->payment[letter->payments_count++];
        TRY(payment_read(members, item, payment));
        if (payment->amount > left)
            return order_wrong(members->why, "amount");
        left -= payment->amount;
    }
    return left == 0 ? STATUS_OK : order_wrong(members->why, "amount");
}

enum status return_letter_read(struct slice json, struct arena *request, struct return_letter *out,
                               struct text *why)
{
    struct members members;
    struct return_letter *letter;
    TRY(ARENA_NEW(request, 1, &letter));
    TRY(members_open(&members, json, "return", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &letter->order));
    TRY(member_text(&members, "freeze", ORDER_ID_MAX, true, &letter->freeze));
    TRY(member_whole(&members, "round", 1, ORDER_ROUND_MAX, &letter->round));
    TRY(member_text(&members, "account", ORDER_ID_MAX, true, &letter->account));
    TRY(member_whole(&members, "amount", 1, AMOUNT_MAX, &letter->amount));
    TRY(member_text(&members, "decision", ORDER_TEXT_MAX, true, &letter->decision));
    TRY(member_text(&members, "law", ORDER_TEXT_MAX, false, &letter->law));
    TRY(member_moment(&members, "until", false, &letter->until));
    TRY(payments_take(&members, letter));
    TRY(members_end(&members));
    *out = *letter;
    return STATUS_OK;
}

enum status return_result_read(struct slice json, struct arena *request, struct return_result *out,
                               struct text *why)
{
    struct members members;
    struct return_result result = {.paid = -1};
    unsigned outcome, reason;
    TRY(members_open(&members, json, "result", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &result.order));
    TRY(member_whole(&members, "round", 1, ORDER_ROUND_MAX, &result.round));
    TRY(member_word(&members, "outcome", RETURN_OUTCOMES, RETURN_OUTCOMES_COUNT, &outcome));
    TRY(member_word(&members, "reason", ORDER_REASONS, ORDER_REASONS_COUNT, &reason));
    TRY(member_moment(&members, "at", false, &result.at));
    TRY(member_amount(&members, "paid", &result.paid));
    TRY(member_text(&members, "serial", ORDER_SERIAL_MAX, false, &result.serial));
    TRY(members_end(&members));
    result.outcome = (enum return_outcome)outcome;
    result.reason = (enum order_reason)reason;
    bool paid = result.outcome == RETURN_paid;
    if (paid != (result.at.ms != MOMENT_NONE.ms))
        return order_wrong(why, "at");
    if (paid != (result.paid > 0))
        return order_wrong(why, "paid");
    if (paid != (result.serial.size != 0))
        return order_wrong(why, "serial");
    *out = result;
    return STATUS_OK;
}

/* ---- written ---- */

static void add_payments(struct text *text, const struct return_letter *letter)
{
    text_add_string(text, ",\"payments\":[");
    for (unsigned i = 0; i < letter->payments_count; i++) {
        const struct order_payment *payment = &letter->payment[i];
        text_add_string(text, i == 0 ? "{\"account\":" : ",{\"account\":");
        text_add_json(text, payment->account);
        text_add_member_whole(text, "amount", payment->amount);
        text_add_member(text, "bank", payment->bank);
        text_add_member(text, "claim", payment->claim);
        text_add_member(text, "name", payment->name);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

void text_add_return_letter(struct text *text, const struct return_letter *letter)
{
    text_add_string(text, "{\"account\":");
    text_add_json(text, letter->account);
    text_add_member_whole(text, "amount", letter->amount);
    text_add_member(text, "decision", letter->decision);
    text_add_member(text, "freeze", letter->freeze);
    text_add_member(text, "law", letter->law);
    text_add_member(text, "order", letter->order);
    add_payments(text, letter);
    text_add_member_whole(text, "return", 1);
    text_add_member_whole(text, "round", letter->round);
    text_add_member_moment(text, "until", letter->until);
    text_add_char(text, '}');
}

void text_add_return_result(struct text *text, const struct return_result *result)
{
    text_add_char(text, '{');
    if (result->at.ms != MOMENT_NONE.ms) {
        text_add_string(text, "\"at\":\"");
        text_add_moment(text, result->at, 0);
        text_add_string(text, "\",");
    }
    text_add_string(text, "\"order\":");
    text_add_json(text, result->order);
    text_add_member(text, "outcome", slice_of(RETURN_OUTCOMES[result->outcome].name));
    text_add_member_amount(text, "paid", result->paid);
    text_add_member(text, "reason", slice_of(ORDER_REASONS[result->reason].name));
    text_add_member_whole(text, "result", 1);
    text_add_member_whole(text, "round", result->round);
    text_add_member(text, "serial", result->serial);
    text_add_char(text, '}');
}
