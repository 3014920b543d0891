/* ladders.c -- the records around an alert, masked; or unmasked, with a reason; and where its money
 * went.
 *
 * The positions are those that the alert names.  They are read and their neighbours looked for by
 * the ladder's own thread, before anything is written down: no transaction waits for the journal.
 *
 * Beside each party stands how many alerts there are on it, and only then its pseudonym, by which
 * the list finds them: "the same payee elsewhere".
 *
 * The trace of an alert's account is made, shown masked, and not kept: it is what one sees before
 * one decides.  Whoever acts on it asks for one that is kept, with a reason (traces.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"
#include "casework/flow/flow.h"
#include "ladder/ladder.h"

enum { MORE_BYTES = 160 }; /* what `more` adds to a party */

/* The positions that the alert names; 0: none that can be looked for. */
static size_t positions_of(const struct alert_row *row, uint64_t out[POSITIONS_MAX])
{
    json_t *alert = json_loadb(row->masked.at, row->masked.size, 0, NULL);
    const json_t *records = json_object_get(alert, "records");
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(records) && count < POSITIONS_MAX; i++) {
        const json_t *record = json_array_get(records, i);
        const json_t *file = json_object_get(record, "file"), *line;
        line = json_object_get(record, "line");
        if (json_is_integer(file) && json_is_integer(line))
            out[count++] =
                position_of((uint32_t)json_integer_value(file), (uint64_t)json_integer_value(line));
    }
    json_decref(alert);
    return count;
}

/* What alerts say of a party. */
struct telling {
    struct visit *visit;
    const struct alert_row *row;
};

static void add_alerts(void *self, const struct ladder_party *party, struct text *text)
{
    const struct telling *telling = self;
    const struct visit *visit = telling->visit;
    char pseudonym[BULLETIN_SUBJECT_SIZE];
    uint64_t alerts = 0;
    bulletin_pseudonym(visit->rooms->bulletin, party->type, party->text, pseudonym);
    struct slice name = slice_of(pseudonym);
    enum status status = bulletin_count_subject(visit->reader, name, LADDER_ALERTS_TOLD, &alerts);
    bool subject = slice_equal(name, telling->row->subject);
    if (!subject &&
        party->person[0] != '\0') { /* the number or the account of a suspected person */
        char person[BULLETIN_SUBJECT_SIZE];
        bulletin_pseudonym(visit->rooms->bulletin, FIELD_PERSON, slice_of(party->person), person);
        subject = slice_equal(slice_of(person), telling->row->subject);
    }
    text_addf(text, ",\"subject\":%s", subject ? "true" : "false");
    if (status != STATUS_OK)
        text_add_string(text, ",\"alerts\":null"); /* nobody knows, which is not none */
    else if (alerts > 0)
        text_addf(text, ",\"alerts\":%llu,\"pseudonym\":\"%s\"", (unsigned long long)alerts,
                  pseudonym);
    else
        text_add_string(text, ",\"alerts\":0");
}

/* The ladder of the alert in the path; false: answered. */
static bool ladder_made(struct visit *visit, struct alert_row *row, bool own_only,
                        struct ladder_view *view)
{
    uint64_t position[POSITIONS_MAX] = {0};
    if (visit->rooms->ladder == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return false;
    }
    size_t count = positions_of(row, position);
    const struct ladder_wish wish = {.position = position,
                                     .positions_count = count == 0 ? 1 : count,
                                     .at = row->time,
                                     .own_only = own_only};
    enum status status = ladder_read(visit->rooms->ladder, &wish, visit->arena, view);
    if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_too_much, 1);
    else if (status == STATUS_LATE)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    else if (status != STATUS_OK)
        visit_problem(visit, PROBLEM_broken, NULL);
    return status == STATUS_OK;
}

static void answer(struct visit *visit, const struct alert_row *row, const struct ladder_view *view,
                   bool unmask)
{
    struct telling telling = {visit, row};
    const struct ladder_show show = {.unmask = unmask,
                                     .zone_minutes = bulletin_zone(visit->rooms->bulletin),
                                     .more = add_alerts,
                                     .self = &telling};
    struct text text =
        visit_paper(visit, ladder_bytes_max(view) + (size_t)view->parties_count * MORE_BYTES);
    text_add_string(&text, "{\"alert\":");
    text_add_json(&text, row->id);
    text_add_char(&text, ',');
    text_add_ladder(&text, view, &show);
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

void handle_alerts_records(struct visit *visit)
{
    struct alert_row row;
    struct ladder_view view;
    if (bulletin_there(visit) && alert_found(visit, &row) && ladder_made(visit, &row, false, &view))
        answer(visit, &row, &view, false);
}

void handle_alerts_records_reveal(struct visit *visit)
{
    struct alert_row row;
    struct ladder_view view;
    if (!visit_body(visit))
        return;
    if (visit_text(visit, "reason").size == 0) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
        return;
    }
    if (!bulletin_there(visit) || !alert_found(visit, &row) ||
        !ladder_made(visit, &row, false, &view) || !visit_begin(visit))
        return;
    enum status status = bulletin_reveal(visit->rooms->bulletin, slice_of(visit->identity.user));
    if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_reveal_limit, 600);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        answer(visit, &row, &view, true);
        visit->object_kind = SLICE("alert");
        visit->object_id = row.id;
        visit->reason = visit_text(visit, "reason");
    }
}

/* ---- its money ---- */

enum {
    MONEY_DEPTH = 4,
    MONEY_FAN = 24,
    MONEY_PAYMENTS = 150,
    MONEY_READS = 20000,
    MONEY_HOURS_BEFORE = 72,
    MONEY_ANSWER_MS = 60000, /* from an order to the stop, as traces are asked for usually */
    MONEY_HEAD_BYTES = 512,
};

/* The alert's subject, unmasked; empty: it cannot be opened. */
static struct slice subject_of(struct visit *visit, const struct alert_row *row)
{
    struct slice unmasked, subject = SLICE("");
    if (bulletin_unseal(visit->rooms->bulletin, row, visit->arena, &unmasked) != STATUS_OK)
        return subject;
    json_t *alert = json_loadb(unmasked.at, unmasked.size, 0, NULL);
    const char *text = json_string_value(json_object_get(alert, "subject"));
    if (text != NULL && slice_copy(visit->arena, slice_of(text), &subject) != STATUS_OK)
        subject = SLICE("");
    json_decref(alert);
    return subject;
}

/* The account whose money is followed: the subject, or who paid in the record that raised the
 * alert.  `*account` empty: there is none.  false: answered. */
static bool account_of(struct visit *visit, struct alert_row *row, struct slice *account,
                       moment *since)
{
    struct ladder_view view;
    *account = SLICE("");
    *since = (moment){row->time.ms - (int64_t)MONEY_HOURS_BEFORE * HOUR_MS};
    if (slice_equal(row->subject_kind, slice_of(field_type_name(FIELD_ACCOUNT)))) {
        *account = subject_of(visit, row);
        return true;
    }
    if (!ladder_made(visit, row, true, &view))
        return false;
    for (uint32_t i = 0; i < view.records_count; i++) {
        const struct record *record = &view.record[i].record;
        unsigned payer = FIELD_OF(payment, payer);
        if (record->kind != RECORD_payment || record->position != view.trigger ||
            !record_knows(record, payer))
            continue;
        *account = record->text[payer];
        *since = record->at;
    }
    return true;
}

static void answer_money(struct visit *visit, const struct alert_row *row,
                         const struct flow_answer *trace)
{
    struct text text = visit_paper(visit, trace->masked.size + MONEY_HEAD_BYTES);
    text_add_string(&text, "{\"alert\":");
    text_add_json(&text, row->id);
    text_addf(&text, ",\"position\":%llu,\"trace\":", (unsigned long long)trace->position);
    text_add(&text, trace->masked);
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

void handle_alerts_money(struct visit *visit)
{
    struct alert_row row;
    struct flow_answer trace;
    struct flow_question question = {.asked = trace_request_usual(), .answer_ms = MONEY_ANSWER_MS};
    struct slice account;
    if (!bulletin_there(visit) || !alert_found(visit, &row))
        return;
    if (visit->rooms->flow == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    if (!account_of(visit, &row, &account, &question.asked.since))
        return;
    struct text from = visit_paper(visit, IDENT_BYTES_MAX + 16);
    text_add_string(&from, "account:");
    text_add(&from, account);
    question.from = text_slice(&from);
    question.asked.depth_max = MONEY_DEPTH;
    question.asked.fan_max = MONEY_FAN;
    question.asked.edges_max = MONEY_PAYMENTS;
    question.asked.steps_max = MONEY_READS;
    enum status status = account.size == 0
                             ? STATUS_ABSENT
                             : flow_ask(visit->rooms->flow, &question, visit->arena, &trace);
    if (status == STATUS_ABSENT && account.size != 0) { /* nothing left it: whose is what came? */
        question.asked.backward = true;
        status = flow_ask(visit->rooms->flow, &question, visit->arena, &trace);
    }
    if (status == STATUS_OK)
        answer_money(visit, &row, &trace);
    else if (status == STATUS_ABSENT)
        visit_problem(
            visit, PROBLEM_not_found,
            &SAYING("no account of this alert moved money", "该预警没有发生过资金流动的账户"));
    else if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_too_much, 1);
    else if (status == STATUS_LATE)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    else
        visit_problem(visit, PROBLEM_broken, NULL);
}
