/* screening.c -- POST /v1/screen/…: a body becomes questions, and the answers come at once, or, if
 * the memory is in use, as soon as it is free.
 *
 *     body ─> records ─> question ──(memory, between two batches)──> answers ─> reply
 *
 * Values stand as records.md writes them: phones with country code or as dialled at home, amounts
 * as decimal texts, times in RFC 3339.  A request without a time is about now.
 *
 * Invariants:  1. A reply with an answer has its decision in the journal's queue.
 *              2. Of a batch all are answered from one moment of the memory, or none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "presence/presence.h"
#include "record/phone.h"
#include "screen/screen.h"
#include "standing/standing.h"

enum { SANCTION_BYTES = 2048, IMEI_DIGITS = 14, IMEI_DIGITS_MAX = 16, PHONE_SIZE = 32 };

/* One request on its way; lies in the visit's arena. */
struct screening {
    struct visit *visit;
    struct screen_asking asking;
    struct record *record;
    struct screen_request *request;
};

/* ---- values ---- */

/* A decimal with at most so many digits behind the point, in the smallest unit. */
static enum status money_read(struct slice text, int digits, int64_t *out)
{
    int64_t minor = 0;
    int behind = -1;
    if (text.size == 0 || text.size > 15)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        if (c == '.' && behind < 0 && i > 0 && i + 1 < text.size) {
            behind = 0;
            continue;
        }
        if (c < '0' || c > '9')
            return STATUS_MALFORMED;
        minor = minor * 10 + (c - '0');
        behind += behind >= 0;
    }
    if (behind > digits)
        return STATUS_MALFORMED;
    for (int i = behind < 0 ? 0 : behind; i < digits; i++)
        minor *= 10;
    *out = minor;
    return STATUS_OK;
}

static enum status name_read(struct visit *visit, enum field_type type, struct slice *text)
{
    if (type == FIELD_PHONE) {
        struct text phone = visit_paper(visit, PHONE_SIZE);
        if (phone.full) /* no paper */
            return STATUS_FULL;
        TRY(phone_canonical(*text, visit->rooms->home_country, &phone));
        *text = text_slice(&phone);
        return phone.full ? STATUS_FULL : STATUS_OK;
    }
    if (type == FIELD_IMEI && text->size > IMEI_DIGITS && text->size <= IMEI_DIGITS_MAX)
        text->size = IMEI_DIGITS; /* the check digit names nobody */
    return text->size <= IDENT_BYTES_MAX && utf8_valid(*text) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status value_read(struct visit *visit, struct record *record, unsigned field,
                              struct slice text)
{
    enum field_type type = kind_schema(record->kind)->fields[field].type;
    union value *value = &record->field[field];
    switch (type) {
    case FIELD_TIME: {
        moment at;
        TRY(moment_parse(text, &at));
        value->whole = at.ms;
        break;
    }
    case FIELD_MONEY: {
        struct slice currency = visit_text(visit, "currency");
        if (currency.size == 0)
            currency = visit->rooms->home_currency;
        TRY(money_read(text, currency_digits(currency), &value->whole));
        break;
    }
    case FIELD_CHOICE:
        if (!choice_find(record->kind, field, text, &value->whole))
            return STATUS_MALFORMED;
        break;
    default:
        if (field_held(type) != HELD_NAME)
            return STATUS_MALFORMED;
        TRY(name_read(visit, type, &text));
        value->name = ident_of(text);
        record->text[field] = text;
        break;
    }
    record->known |= 1u << field;
    return STATUS_OK;
}

/* ---- one request ---- */

static bool value_refused(struct visit *visit, const char *name)
{
    visit_problem(visit, PROBLEM_value_refused, &SAYING(name, name));
    return false;
}

/* A new card, or a new account. */
static enum record_kind kind_of(const struct visit *visit, enum screen_kind screening)
{
    if (screening == SCREEN_OF_call)
        return RECORD_call;
    if (screening == SCREEN_OF_payment)
        return RECORD_payment;
    return visit_text(visit, "account").size > 0 ? RECORD_account : RECORD_sim;
}

static void event_imply(struct record *record)
{
    if (record->kind == RECORD_sim) {
        record->field[FIELD_OF(sim, event)].whole = CHOICE_OF(sim, event, activated);
        record->known |= 1u << FIELD_OF(sim, event);
    } else if (record->kind == RECORD_account) {
        record->field[FIELD_OF(account, event)].whole = CHOICE_OF(account, event, opened);
        record->known |= 1u << FIELD_OF(account, event);
    }
}

/* What stands against a new customer: from memory, on this thread.  false: it was answered with a
 * problem. */
static bool sanction_ask(struct visit *visit, struct screen_request *request)
{
    struct slice document = visit_text(visit, "document");
    const struct standing *standing = visit->rooms->standing;
    struct standing_asking asking = {
        .asker = slice_of(visit->identity.organisation),
        .who = slice_of(visit->identity.id),
        .question = {.act = STANDING_open, .purpose = STANDING_NOTHING_CLAIMED}};
    struct standing_verdict verdict;
    if (document.size == 0 || standing == NULL)
        return true;
    const struct secret join = standing_join_of(standing);
    asking.key = standing_key_of(&join, document);
    asking.question.object =
        request->record->kind == RECORD_account ? LAW_CODE_bank_account : LAW_CODE_phone_card;
    moment now = visit->api->clock.now(visit->api->clock.self);
    struct text text = visit_paper(visit, SANCTION_BYTES);
    if (standing_concerns(standing, &asking, now, &verdict)) {
        text_add_standing_verdict(&text, standing, &verdict, asking.key);
        request->sanction = text_slice(&text);
        request->barred = !verdict.may;
    }
    if (standing_note(standing, &asking, text_slice(&text), now) == STATUS_OK)
        return true;
    visit_problem_wait(visit, PROBLEM_too_much, 1);
    return false;
}

/* From the visit's JSON object; false: it was answered with a problem. */
static bool request_read(struct visit *visit, enum screen_kind screening, struct record *record,
                         struct screen_request *request)
{
    *record = (struct record){.kind = kind_of(visit, screening)};
    const struct kind_schema *schema = kind_schema(record->kind);
    moment now = visit->api->clock.now(visit->api->clock.self);
    record->field[0].whole = now.ms;
    record->known = 1;
    event_imply(record);
    for (unsigned f = 0; f < schema->fields_count; f++) {
        struct slice text = visit_text(visit, schema->fields[f].name);
        enum status status = text.size > 0 ? value_read(visit, record, f, text) : STATUS_OK;
        if (status == STATUS_FULL) {
            visit_problem_of(visit, status);
            return false;
        }
        if (status != STATUS_OK)
            return value_refused(visit, schema->fields[f].name);
        if (schema->fields[f].must && !record_knows(record, f))
            return value_refused(visit, schema->fields[f].name);
    }
    record->at = (moment){record->field[0].whole};
    record_seal(record);
    *request = (struct screen_request){
        .organisation = slice_of(visit->identity.organisation),
        .reference = visit_text(visit, "reference"),
        .record = record,
    };
    return sanction_ask(visit, request);
}

/* ---- the answer ---- */

static void answer_word(struct visit *visit, struct screening *screening)
{
    const struct screen_asking *asking = &screening->asking;
    size_t reasons = 0;
    bool refused = false;
    for (size_t i = 0; i < asking->count; i++) {
        reasons += asking->answer[i].reasons_count;
        refused |= asking->answer[i].refused;
    }
    if (refused) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return;
    }
    struct text text =
        visit_paper(visit, 64 + asking->count * (640 + SANCTION_BYTES) + reasons * 2048);
    text_add_string(&text, screening->asking.batch ? "{\"answers\":[" : "");
    for (size_t i = 0; i < asking->count; i++) {
        text_add_string(&text, i > 0 ? "," : "");
        text_add_screen_answer(&text, &asking->answer[i]);
    }
    text_add_string(&text, screening->asking.batch ? "]}" : "");
    visit_answer_json(visit, 200, &text);
}

/* A call that was let through has begun, as far as anybody knows. */
static void tell_presence(const struct screening *screening)
{
    struct presence *presence = screening->visit->rooms->presence;
    const struct screen_asking *asking = &screening->asking;
    for (size_t i = 0; presence != NULL && i < asking->count; i++) {
        const struct record *record = asking->request[i].record;
        bool through =
            asking->answer[i].word == SCREEN_allow || asking->answer[i].word == SCREEN_warn;
        if (record->kind == RECORD_call && through && !asking->answer[i].refused)
            presence_rang(presence, record->field[FIELD_OF(call, caller)].name,
                          record->field[FIELD_OF(call, callee)].name, record->at);
    }
}

/* On this thread, before screen_ask returns, or on another's. */
static void answered(struct screen_asking *asking)
{
    struct screening *screening =
        (struct screening *)((char *)asking - offsetof(struct screening, asking));
    answer_word(screening->visit, screening);
    tell_presence(screening);
    visit_end(screening->visit);
}

static void ask_them(struct visit *visit, struct screening *screening)
{
    visit->later = true; /* from a successful question on it belongs to who answers */
    enum status status = screen_ask(visit->rooms->screen, &screening->asking);
    if (status == STATUS_OK)
        return;
    visit->later = false;
    visit_problem_wait(visit, PROBLEM_too_much, 1);
}

/* Room for so many; false: it was answered with a problem. */
static bool screening_create(struct visit *visit, size_t count, struct screening **out)
{
    struct screening *screening;
    struct screen_answer *answer;
    if (ARENA_NEW(visit->arena, 1, &screening) != STATUS_OK ||
        ARENA_NEW(visit->arena, count, &screening->record) != STATUS_OK ||
        ARENA_NEW(visit->arena, count, &screening->request) != STATUS_OK ||
        ARENA_NEW(visit->arena, count, &answer) != STATUS_OK) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return false;
    }
    screening->visit = visit;
    screening->asking = (struct screen_asking){
        .request = screening->request, .answer = answer, .count = count, .done = answered};
    *out = screening;
    return true;
}

static bool room_is_there(struct visit *visit)
{
    if (visit->rooms->screen == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->screen != NULL;
}

static void one(struct visit *visit, enum screen_kind kind)
{
    struct screening *screening;
    if (room_is_there(visit) && visit_body_of_texts(visit) &&
        screening_create(visit, 1, &screening) &&
        request_read(visit, kind, screening->record, screening->request))
        ask_them(visit, screening);
}

/* Each item is the visit's object while it is read. */
static bool items_read(struct visit *visit, enum screen_kind kind, const json_t *items,
                       struct screening *screening)
{
    json_t *body = visit->json;
    enum route_name of_one = (enum route_name)(visit->route - ROUTES) - 1;
    bool fine = true;
    for (size_t i = 0; fine && i < screening->asking.count; i++) {
        visit->json = json_array_get(items, i);
        fine = json_is_object(visit->json);
        if (!fine)
            visit_problem(visit, PROBLEM_body_malformed, NULL);
        fine = fine && visit_members_hold(visit, of_one) &&
               request_read(visit, kind, &screening->record[i], &screening->request[i]);
    }
    visit->json = body;
    return fine;
}

static void many(struct visit *visit, enum screen_kind kind)
{
    struct screening *screening;
    if (!room_is_there(visit) || !visit_body(visit))
        return;
    const json_t *items = json_object_get(visit->json, "requests");
    if (!screening_create(visit, json_array_size(items), &screening))
        return;
    screening->asking.batch = true;
    visit_charge(visit, screening->asking.count);
    if (items_read(visit, kind, items, screening))
        ask_them(visit, screening);
}

void handle_screen_call(struct visit *visit)
{
    one(visit, SCREEN_OF_call);
}

void handle_screen_call_batch(struct visit *visit)
{
    many(visit, SCREEN_OF_call);
}

void handle_screen_payment(struct visit *visit)
{
    one(visit, SCREEN_OF_payment);
}

void handle_screen_payment_batch(struct visit *visit)
{
    many(visit, SCREEN_OF_payment);
}

void handle_screen_onboarding(struct visit *visit)
{
    one(visit, SCREEN_OF_onboarding);
}

void handle_screen_onboarding_batch(struct visit *visit)
{
    many(visit, SCREEN_OF_onboarding);
}
