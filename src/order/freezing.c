/* freezing.c -- letters of a freeze as JSON.
 *
 * Invariants:  1. What was written is read back the same.
 *              2. An order without the number of a filed case is none: nobody reads one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/freezing.h"
#include "order/order_inside.h"

#define WORD(name, en, zh) {#name, {{(en), (zh)}}},

const struct order_word FREEZE_OUTCOMES[FREEZE_OUTCOMES_COUNT] = {
#define FREEZE_OUTCOME WORD
#include "order/words.inc"
#undef FREEZE_OUTCOME
};
const struct order_word FREEZE_FAULTS[FREEZE_FAULTS_COUNT] = {
#define FREEZE_FAULT WORD
#include "order/words.inc"
#undef FREEZE_FAULT
};
const struct order_word FREEZE_ASSETS[FREEZE_ASSETS_COUNT] = {
#define FREEZE_ASSET WORD
#include "order/words.inc"
#undef FREEZE_ASSET
};
const struct order_word FREEZE_METHODS[FREEZE_METHODS_COUNT] = {
#define FREEZE_METHOD WORD
#include "order/words.inc"
#undef FREEZE_METHOD
};

/* ---- read ---- */

enum status freeze_letter_read(struct slice json, struct arena *request, struct freeze_letter *out,
                               struct text *why)
{
    struct members members;
    struct freeze_letter letter = {.months = 0};
    unsigned asset, method;
    TRY(members_open(&members, json, "freeze", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &letter.order));
    TRY(member_text(&members, "account", ORDER_ID_MAX, true, &letter.account));
    TRY(member_text(&members, "name", ORDER_TEXT_MAX, true, &letter.name));
    TRY(member_whole(&members, "amount", 1, AMOUNT_MAX, &letter.amount));
    TRY(member_word(&members, "asset", FREEZE_ASSETS, FREEZE_ASSETS_COUNT, &asset));
    TRY(member_word(&members, "method", FREEZE_METHODS, FREEZE_METHODS_COUNT, &method));
    TRY(member_whole(&members, "months", 1, FREEZE_MONTHS_MAX, &letter.months));
    TRY(member_flag(&members, "yields", &letter.yields));
    TRY(member_text(&members, "case", ORDER_TEXT_MAX, true, &letter.of_case));
    TRY(member_text(&members, "document", ORDER_TEXT_MAX, true, &letter.document));
    TRY(member_text(&members, "scope", ORDER_TEXT_MAX, false, &letter.scope));
    TRY(member_text(&members, "bank", ORDER_TEXT_MAX, false, &letter.bank));
    TRY(member_text(&members, "law", ORDER_TEXT_MAX, false, &letter.law));
    TRY(members_end(&members));
    letter.asset = (enum freeze_asset)asset;
    letter.method = (enum freeze_method)method;
    *out = letter;
    return STATUS_OK;
}

enum status renew_letter_read(struct slice json, struct arena *request, struct renew_letter *out,
                              struct text *why)
{
    struct members members;
    struct renew_letter letter = {.months = 0};
    TRY(members_open(&members, json, "renew", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &letter.order));
    TRY(member_text(&members, "document", ORDER_TEXT_MAX, true, &letter.document));
    TRY(member_text(&members, "law", ORDER_TEXT_MAX, false, &letter.law));
    TRY(member_whole(&members, "months", 1, FREEZE_MONTHS_MAX, &letter.months));
    TRY(members_end(&members));
    *out = letter;
    return STATUS_OK;
}

enum status turn_letter_read(struct slice json, struct arena *request, struct slice *order,
                             struct text *why)
{
    struct members members;
    struct slice read;
    TRY(members_open(&members, json, "turn", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &read));
    TRY(members_end(&members));
    *order = read;
    return STATUS_OK;
}

/* What an outcome must come with, and with what it may not. */
static enum status result_holds(const struct freeze_result *result, struct text *why)
{
    bool dated = result->outcome == FREEZE_frozen || result->outcome == FREEZE_renewed;
    bool noticed = result->outcome == FREEZE_renewed || result->outcome == FREEZE_not_renewed;
    if (dated != (result->at.ms != MOMENT_NONE.ms))
        return order_wrong(why, "at");
    if (dated != (result->until.ms != MOMENT_NONE.ms) ||
        (dated && result->until.ms <= result->at.ms))
        return order_wrong(why, "until");
    if ((result->outcome == FREEZE_frozen) != (result->frozen >= 0))
        return order_wrong(why, "frozen");
    if ((result->outcome == FREEZE_refused) != (result->fault != FREEZE_FAULT_none))
        return order_wrong(why, "fault");
    if (noticed != (result->document.size != 0))
        return order_wrong(why, "document");
    if (result->outcome != FREEZE_waiting &&
        (result->prior_organ.size != 0 || result->prior_amount >= 0 ||
         result->prior_until.ms != MOMENT_NONE.ms))
        return order_wrong(why, "prior_organ");
    return STATUS_OK;
}

enum status freeze_result_read(struct slice json, struct arena *request, struct freeze_result *out,
                               struct text *why)
{
    struct members members;
    struct freeze_result result = {.frozen = -1};
    unsigned outcome, fault, reason;
    TRY(members_open(&members, json, "result", request, why));
    TRY(member_text(&members, "order", ORDER_ID_MAX, true, &result.order));
    TRY(member_word(&members, "outcome", FREEZE_OUTCOMES, FREEZE_OUTCOMES_COUNT, &outcome));
    TRY(member_word(&members, "fault", FREEZE_FAULTS, FREEZE_FAULTS_COUNT, &fault));
    TRY(member_word(&members, "reason", ORDER_REASONS, ORDER_REASONS_COUNT, &reason));
    TRY(member_moment(&members, "at", false, &result.at));
    TRY(member_moment(&members, "until", false, &result.until));
    TRY(member_amount(&members, "frozen", &result.frozen));
    TRY(member_amount(&members, "balance", &result.balance));
    TRY(member_text(&members, "document", ORDER_TEXT_MAX, false, &result.document));
    TRY(member_text(&members, "prior_organ", ORDER_TEXT_MAX / 2, false, &result.prior_organ));
    TRY(member_amount(&members, "prior_amount", &result.prior_amount));
    TRY(member_moment(&members, "prior_until", false, &result.prior_until));
    TRY(members_end(&members));
    result.outcome = (enum freeze_outcome)outcome;
    result.fault = (enum freeze_fault)fault;
    result.reason = (enum order_reason)reason;
    TRY(result_holds(&result, why));
    *out = result;
    return STATUS_OK;
}

/* ---- written ---- */

void text_add_freeze_letter(struct text *text, const struct freeze_letter *letter)
{
    text_add_string(text, "{\"account\":");
    text_add_json(text, letter->account);
    text_add_member_whole(text, "amount", letter->amount);
    text_add_member(text, "asset", slice_of(FREEZE_ASSETS[letter->asset].name));
    text_add_member(text, "bank", letter->bank);
    text_add_member(text, "case", letter->of_case);
    text_add_member(text, "document", letter->document);
    text_add_member_whole(text, "freeze", 1);
    text_add_member(text, "law", letter->law);
    text_add_member(text, "method", slice_of(FREEZE_METHODS[letter->method].name));
    text_add_member_whole(text, "months", letter->months);
    text_add_member(text, "name", letter->name);
    text_add_member(text, "order", letter->order);
    text_add_member(text, "scope", letter->scope);
    text_addf(text, ",\"yields\":%s}", letter->yields ? "true" : "false");
}

void text_add_renew_letter(struct text *text, const struct renew_letter *letter)
{
    text_add_string(text, "{\"document\":");
    text_add_json(text, letter->document);
    text_add_member(text, "law", letter->law);
    text_add_member_whole(text, "months", letter->months);
    text_add_member(text, "order", letter->order);
    text_add_string(text, ",\"renew\":1}");
}

void text_add_turn_letter(struct text *text, struct slice order)
{
    text_add_string(text, "{\"order\":");
    text_add_json(text, order);
    text_add_string(text, ",\"turn\":1}");
}

void text_add_freeze_result(struct text *text, const struct freeze_result *result)
{
    char room[ORDER_TEXT_MAX * 8];
    struct text body = text_over(room, sizeof room);
    text_add_member_moment(&body, "at", result->at);
    text_add_member_amount(&body, "balance", result->balance);
    text_add_member(&body, "document", result->document);
    text_add_member(&body, "fault", slice_of(FREEZE_FAULTS[result->fault].name));
    text_add_member_amount(&body, "frozen", result->frozen);
    text_add_member(&body, "order", result->order);
    text_add_member(&body, "outcome", slice_of(FREEZE_OUTCOMES[result->outcome].name));
    text_add_member_amount(&body, "prior_amount", result->prior_amount);
    text_add_member(&body, "prior_organ", result->prior_organ);
    text_add_member_moment(&body, "prior_until", result->prior_until);
    text_add_member(&body, "reason", slice_of(ORDER_REASONS[result->reason].name));
    text_add_member_whole(&body, "result", 1);
    text_add_member_moment(&body, "until", result->until);
    struct slice members = text_slice(&body);
    must(!body.full && members.size > 0);
    text_add_char(text, '{'); /* the first comma is none */
    text_add(text, (struct slice){members.at + 1, members.size - 1});
    text_add_char(text, '}');
}
