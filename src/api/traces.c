/* traces.c -- traces of money: asked for, looked at, turned into orders.
 *
 * The room casework/flow does all of it; here a request becomes its question.  A trace is made
 * outside any transaction, and kept in one with its audit entry. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "casework/flow/flow.h"

enum { PAYMENTS_USUAL = 1000, ANSWER_SECONDS_USUAL = 60, HEAD_BYTES = 1024, ORDERS_BYTES = 16384 };

static bool flow_there(struct visit *visit)
{
    if (visit->rooms->flow == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->flow != NULL;
}

/* ---- what is asked ---- */

static bool moment_asked(struct visit *visit, const char *name, moment *out)
{
    struct slice text = visit_text(visit, name);
    struct saying detail = SAYING(name, name);
    if (text.size == 0 || moment_parse(text, out) == STATUS_OK)
        return true;
    visit_problem(visit, PROBLEM_value_refused, &detail);
    return false;
}

static bool word_asked(struct visit *visit, struct flow_question *question)
{
    struct slice method = visit_text(visit, "method");
    struct slice direction = visit_text(visit, "direction");
    question->asked.backward = slice_equal(direction, SLICE("backward"));
    if (method.size != 0 && !trace_method_find(method, &question->asked.method)) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("method", "method"));
        return false;
    }
    if (direction.size != 0 && !question->asked.backward &&
        !slice_equal(direction, SLICE("forward"))) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("direction", "direction"));
        return false;
    }
    return true;
}

static bool numbers_asked(struct visit *visit, struct flow_question *question)
{
    static const char *const NUMBERS[] = {"depth", "fan",        "payments",
                                          "reads", "amount_min", "answer"};
    struct trace_request *asked = &question->asked;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        struct saying detail = SAYING(NUMBERS[i], NUMBERS[i]);
        if (visit_whole(visit, NUMBERS[i], 1) < 1) {
            visit_problem(visit, PROBLEM_value_refused, &detail);
            return false;
        }
    }
    asked->depth_max = (uint32_t)visit_whole(visit, "depth", asked->depth_max);
    asked->fan_max = (uint32_t)visit_whole(visit, "fan", asked->fan_max);
    asked->edges_max = (uint32_t)visit_whole(visit, "payments", PAYMENTS_USUAL);
    asked->steps_max = (uint32_t)visit_whole(visit, "reads", asked->steps_max);
    asked->amount_min = visit_whole(visit, "amount_min", asked->amount_min);
    question->answer_ms = visit_whole(visit, "answer", ANSWER_SECONDS_USUAL) * SECOND_MS;
    return true;
}

/* The reason that has to be there; false: answered. */
static bool reason_given(struct visit *visit)
{
    visit->reason = visit_text(visit, "reason");
    if (visit->reason.size == 0)
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
    return visit->reason.size != 0;
}

/* ---- answers ---- */

static struct slice kept_id(struct visit *visit, struct slice id)
{
    visit->object_kind = SLICE("trace");
    visit->object_id = id;
    return id;
}

static void answer_row(struct visit *visit, int status, const struct flow_row *row)
{
    struct text text = visit_paper(visit, row->json.size + HEAD_BYTES + ORDERS_BYTES);
    text_add_string(&text, "{\"id\":");
    text_add_json(&text, slice_of(row->id));
    text_add_string(&text, ",\"made\":\"");
    text_add_moment(&text, row->made, visit->rooms->zone_minutes);
    text_add_string(&text, "\",\"by\":");
    text_add_json(&text, slice_of(row->by));
    text_addf(&text, ",\"position\":%llu,\"orders\":[", (unsigned long long)row->position);
    struct store *reader = visit->begun ? visit->rooms->store : visit->reader;
    enum status told = flow_orders(reader, slice_of(row->id), visit->arena, &text);
    if (told != STATUS_OK) {
        visit_problem_of(visit, told);
        return;
    }
    text_add_string(&text, "],\"trace\":");
    text_add(&text, row->json);
    text_add_char(&text, '}');
    visit_answer_json(visit, status, &text);
}

static void answer_refused(struct visit *visit, enum status status)
{
    switch (status) {
    case STATUS_ABSENT:
        visit_problem(visit, PROBLEM_not_found,
                      &SAYING("no payment or account of that name moved money in that time",
                              "该时段内没有该名称的交易或账户"));
        return;
    case STATUS_REFUSED:
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("the payment is not between since and until",
                              "该交易不在 since 与 until 之间"));
        return;
    case STATUS_LATE:
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    case STATUS_FULL:
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return;
    default:
        visit_problem(visit, PROBLEM_broken, NULL);
    }
}

/* ---- routes ---- */

void handle_traces_ask(struct visit *visit)
{
    struct flow_question question = {.asked = trace_request_usual()};
    struct flow_answer answer;
    struct flow_row row = {.position = 0};
    if (!visit_body(visit) || !flow_there(visit) || !reason_given(visit) ||
        !word_asked(visit, &question) || !numbers_asked(visit, &question) ||
        !moment_asked(visit, "since", &question.asked.since) ||
        !moment_asked(visit, "until", &question.asked.until))
        return;
    question.from = visit_text(visit, "from");
    enum status status = flow_ask(visit->rooms->flow, &question, visit->arena, &answer);
    if (status != STATUS_OK) {
        answer_refused(visit, status);
        return;
    }
    if (!visit_begin(visit))
        return;
    status = flow_keep(visit->rooms->flow, &answer, &visit->identity, visit->arena, row.id);
    struct slice id = SLICE("");
    if (status == STATUS_OK)
        status = slice_copy(visit->arena, slice_of(row.id), &id);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text by = text_over(row.by, sizeof row.by);
    text_add_string(&by, visit->identity.id);
    row.made = visit->api->clock.now(visit->api->clock.self);
    row.position = answer.position;
    row.json = answer.masked;
    (void)kept_id(visit, id);
    answer_row(visit, 201, &row);
}

void handle_traces_show(struct visit *visit)
{
    struct flow_row row;
    if (!flow_there(visit))
        return;
    enum status status = flow_show(visit->reader, visit->parameter[0], visit->arena, &row);
    if (status == STATUS_OK)
        answer_row(visit, 200, &row);
    else
        visit_problem_of(visit, status);
}

void handle_traces_reveal(struct visit *visit)
{
    struct flow_row row;
    if (!visit_body(visit) || !flow_there(visit) || !reason_given(visit) || !visit_begin(visit))
        return;
    enum status status =
        flow_reveal(visit->rooms->flow, visit->parameter[0], &visit->identity, visit->arena, &row);
    (void)kept_id(visit, visit->parameter[0]);
    if (status == STATUS_OK)
        answer_row(visit, 200, &row);
    else if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_reveal_limit, 600);
    else if (status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_forbidden, NULL);
    else
        visit_problem_of(visit, status);
}

/* "3", as an account's number; false: it is none. */
static bool read_number(struct slice word, uint32_t *out)
{
    uint32_t number = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(word.at[i] - '0');
    }
    *out = number;
    return word.size > 0 && word.size <= 6;
}

/* The next of "3,5"; false: there is none. */
static bool next_word(struct slice *words, struct slice *out)
{
    const char *comma = words->size == 0 ? NULL : memchr(words->at, ',', words->size);
    size_t size = comma == NULL ? words->size : (size_t)(comma - words->at);
    *out = (struct slice){words->at, size};
    words->at += comma == NULL ? size : size + 1;
    words->size -= comma == NULL ? size : size + 1;
    return out->size > 0;
}

void handle_traces_order(struct visit *visit)
{
    struct slice word;
    if (!visit_body(visit) || !flow_there(visit) || !reason_given(visit) || !visit_begin(visit))
        return;
    struct slice words = visit_words(visit, "accounts");
    struct text text = visit_paper(visit, ORDERS_BYTES);
    text_add_string(&text, "{\"orders\":[");
    for (bool first = true; next_word(&words, &word); first = false) {
        char item[WORK_ID_SIZE];
        uint32_t account;
        enum status status = STATUS_ABSENT;
        if (read_number(word, &account))
            status = flow_order(visit->rooms->flow, visit->parameter[0], account, &visit->identity,
                                visit->arena, item);
        if (status != STATUS_OK) {
            visit_problem_of(visit, status);
            return;
        }
        text_addf(&text, "%s{\"account\":%u,\"item\":", first ? "" : ",", account);
        text_add_json(&text, slice_of(item));
        text_add_char(&text, '}');
    }
    text_add_string(&text, "]}");
    (void)kept_id(visit, visit->parameter[0]);
    visit_answer_json(visit, 200, &text);
}
