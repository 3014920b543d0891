/* sanctions.c -- what executors ask and hand in, and the form of the public.
 *
 *     check (FAST)      question ─> index in memory ─> answer and receipt, on this thread
 *     batch             JSON lines ─> answer lines, one receipt
 *     customers         JSON lines of keys ─> kept; those that stand become orders to this executor
 *     register, key     signed deltas, heads and parts, and what is needed to read them
 *     appeals           anybody ─> kept, whatever the number ─> the same answer
 *
 * An executor is told what its kind restricts, and nothing of other kinds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "casework/sanction/sanction.h"
#include "record/phone.h"
#include "standing/standing.h"

enum {
    ANSWER_BYTES = 8192,
    BATCH_BYTES_LEAST = 1 << 20,
    BATCH_BYTES_MAX = 12 << 20, /* what a request's memory bears beside the work on it */
    CHECKS_BYTES = 1 << 18,
    REGISTER_BYTES_MAX = 12 << 20, /* the same: some 100,000 entries */
    PART_NUMBERS = 32768,
    PART_NUMBERS_LEAST = 64,
    PART_BYTES = 7 << 20, /* twice in the memory of a request: 65,536 lines of at most 107 bytes */
    KEYS_A_TURN = 1024,
    ITEMS_MAX = 4096,
    PHONE_BYTES = 32,
};

static bool standing_there(struct visit *visit)
{
    if (visit->rooms->standing == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->standing != NULL;
}

static moment now_of(const struct visit *visit)
{
    return visit->api->clock.now(visit->api->clock.self);
}

/* As which executors of a law pack this organisation may ask; police and centres, as the house. */
static void executors_of(const struct visit *visit, struct standing_question *question)
{
    static const enum law_code BANK[] = {LAW_CODE_bank, LAW_CODE_wallet_operator};
    static const enum law_code PAYMENT[] = {LAW_CODE_payment_institution, LAW_CODE_wallet_operator};
    static const enum law_code CARRIER[] = {LAW_CODE_carrier};
    static const enum law_code INTERNET[] = {LAW_CODE_internet_provider};
    static const enum law_code REGULATOR[] = {LAW_CODE_ndrc, LAW_CODE_credit_centre};
    static const struct {
        const enum law_code *at;
        unsigned count;
    } OF[ORGANISATION_KINDS_COUNT] = {
        [ORGANISATION_bank] = {BANK, 2},           [ORGANISATION_payment] = {PAYMENT, 2},
        [ORGANISATION_carrier] = {CARRIER, 1},     [ORGANISATION_internet] = {INTERNET, 1},
        [ORGANISATION_regulator] = {REGULATOR, 2},
    };
    question->executor = OF[visit->identity.kind].at;
    question->executors_count = OF[visit->identity.kind].count;
}

static bool value_refused(struct visit *visit, const char *name)
{
    visit_problem(visit, PROBLEM_value_refused, &SAYING(name, name));
    return false;
}

/* ---- one ---- */

static bool card_read(struct visit *visit, const struct secret *join, uint64_t *out)
{
    struct slice written = visit_text(visit, "phone");
    struct text phone = visit_paper(visit, PHONE_BYTES);
    *out = 0;
    if (written.size == 0)
        return true;
    if (phone_canonical(written, visit->rooms->home_country, &phone) != STATUS_OK || phone.full)
        return value_refused(visit, "phone");
    *out = standing_card_of(join, text_slice(&phone));
    return true;
}

/* The person and the question of the body; false: answered. */
static bool asking_read(struct visit *visit, struct standing_asking *out)
{
    struct slice document = visit_text(visit, "document"), hash = visit_text(visit, "hash");
    const struct secret join = standing_join_of(visit->rooms->standing);
    out->asker = slice_of(visit->identity.organisation);
    out->who = slice_of(visit->identity.id);
    if (hash.size > 0 ? !standing_key_read(hash, &out->key) : document.size == 0)
        return value_refused(visit, hash.size > 0 ? "hash" : "document");
    if (hash.size == 0)
        out->key = standing_key_of(&join, document);
    if (standing_question_read(visit_text(visit, "act"), visit_text(visit, "object"),
                               visit_text(visit, "way"), visit_text(visit, "purpose"),
                               &out->question) != STATUS_OK)
        return value_refused(visit, "act, object, way, purpose");
    executors_of(visit, &out->question);
    return card_read(visit, &join, &out->question.card);
}

void handle_sanction_check(struct visit *visit)
{
    struct standing_asking asking;
    if (!standing_there(visit) || !visit_body_of_texts(visit) || !asking_read(visit, &asking))
        return;
    struct slice form = visit_text(visit, "receipt");
    bool counted = slice_equal(form, SLICE("counted"));
    if (!counted && form.size > 0 && !slice_equal(form, SLICE("signed"))) {
        (void)value_refused(visit, "receipt");
        return;
    }
    struct text text = visit_paper(visit, ANSWER_BYTES);
    if (text_add_standing_answer(&text, visit->rooms->standing, &asking,
                                 counted ? STANDING_COUNTED : STANDING_SIGNED,
                                 now_of(visit)) == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_wait(visit, PROBLEM_too_much, 1);
}

/* ---- what was checked ---- */

/* A whole number in the path; 0: none. */
static uint64_t number_of(struct slice digits)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9' || i == 16)
            return 0;
        number = number * 10 + (uint64_t)(digits.at[i] - '0');
    }
    return number;
}

void handle_sanction_receipt(struct visit *visit)
{
    if (!standing_there(visit))
        return;
    struct text text = visit_paper(visit, ANSWER_BYTES);
    enum status status = standing_proof(visit->reader, slice_of(visit->identity.organisation),
                                        number_of(visit->parameter[0]), visit->arena, &text);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        visit_answer_json(visit, 200, &text);
}

static bool moment_said(struct visit *visit, const char *name, moment otherwise, moment *out)
{
    struct slice said = visit_text(visit, name);
    *out = otherwise;
    return said.size == 0 || moment_parse(said, out) == STATUS_OK || value_refused(visit, name);
}

/* Who checked a person: for the auditor, and through the auditor for the person. */
void handle_sanction_asked(struct visit *visit)
{
    moment from, to;
    struct standing_key key;
    uint64_t count = 0;
    if (!standing_there(visit) || !visit_body(visit))
        return;
    struct slice document = visit_text(visit, "document"), hash = visit_text(visit, "hash");
    const struct secret join = standing_join_of(visit->rooms->standing);
    if (hash.size > 0 ? !standing_key_read(hash, &key) : document.size == 0) {
        (void)value_refused(visit, hash.size > 0 ? "hash" : "document");
        return;
    }
    if (hash.size == 0)
        key = standing_key_of(&join, document);
    if (!moment_said(visit, "from", (moment){0}, &from) ||
        !moment_said(visit, "to", now_of(visit), &to))
        return;
    struct text text = visit_paper(visit, CHECKS_BYTES);
    text_add_string(&text, "{\"checks\":[");
    enum status status = standing_checks_of(visit->reader, key, from, to, &text, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    text_addf(&text, "],\"count\":%llu,\"more\":%s}", (unsigned long long)count,
              count == STANDING_CHECKS_MAX ? "true" : "false");
    visit->reason = visit_text(visit, "reason");
    visit_answer_json(visit, 200, &text);
}

/* ---- many ---- */

static void line_refused(struct visit *visit, uint64_t line)
{
    struct text en = visit_paper(visit, 64), zh = visit_paper(visit, 64);
    text_addf(&en, "line %llu", (unsigned long long)line);
    text_addf(&zh, "第 %llu 行", (unsigned long long)line);
    struct saying says = SAYING(en.at, zh.at);
    visit_problem(visit, PROBLEM_value_refused, &says);
}

void handle_sanction_batch(struct visit *visit)
{
    struct standing_question question;
    uint64_t line = 0;
    if (!standing_there(visit))
        return;
    if (standing_question_read(visit_query_text(visit, "act"), visit_query_text(visit, "object"),
                               visit_query_text(visit, "way"), visit_query_text(visit, "purpose"),
                               &question) != STATUS_OK) {
        (void)value_refused(visit, "act, object, way, purpose");
        return;
    }
    executors_of(visit, &question);
    struct slice body = http_body(visit->request);
    size_t size =
        BATCH_BYTES_LEAST + body.size * 16; /* a shortest line of which something stands */
    struct text text = visit_paper(visit, size < BATCH_BYTES_MAX ? size : BATCH_BYTES_MAX);
    enum status status =
        standing_batch(visit->rooms->standing, slice_of(visit->identity.organisation), &question,
                       body, now_of(visit), visit->arena, &text, &line);
    visit_charge(visit, line);
    if (status == STATUS_MALFORMED)
        line_refused(visit, line);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        visit_answer_text(visit, 200, "application/x-ndjson", &text);
}

/* ---- customers ---- */

/* Of a turn's customers those that stand become orders to their executor. */
static enum status reach(struct visit *visit, const struct standing_key *keys, size_t count,
                         uint64_t *told)
{
    char(*item)[STANDING_ITEM_SIZE] = NULL;
    size_t items = 0;
    TRY(arena_take(visit->arena, ITEMS_MAX * sizeof *item, (void **)&item));
    TRY(standing_items_of(visit->rooms->standing, keys, count, item, ITEMS_MAX, &items,
                          visit->arena));
    for (size_t i = 0; i < items; i++)
        TRY(sanction_reach(visit->rooms->sanctions, item[i], slice_of(visit->identity.organisation),
                           visit->arena));
    *told += items;
    return STATUS_OK;
}

static enum status keys_take(struct visit *visit, const struct standing_key *keys, size_t count,
                             uint64_t *told)
{
    TRY(standing_customers_add(visit->rooms->standing, slice_of(visit->identity.organisation), keys,
                               count));
    return reach(visit, keys, count, told);
}

static enum status customers_take(struct visit *visit, uint64_t *line, uint64_t *told)
{
    struct standing_key *key = NULL;
    struct slice body = http_body(visit->request), hash;
    size_t count = 0;
    TRY(ARENA_NEW(visit->arena, KEYS_A_TURN, &key));
    for (struct slice next; standing_line_next(&body, &next);) {
        ++*line;
        if (!standing_line_hash(next, &hash) || !standing_key_read(hash, &key[count]))
            return STATUS_MALFORMED;
        if (++count < KEYS_A_TURN)
            continue;
        TRY(keys_take(visit, key, count, told));
        count = 0;
    }
    return keys_take(visit, key, count, told);
}

void handle_sanction_customers(struct visit *visit)
{
    uint64_t line = 0, told = 0;
    struct slice organisation = slice_of(visit->identity.organisation);
    if (!standing_there(visit) || !visit_begin(visit))
        return;
    enum status status = STATUS_OK;
    if (visit_query_whole(visit, "replace", 0) != 0)
        status = standing_customers_forget(visit->rooms->standing, organisation);
    if (status == STATUS_OK)
        status = customers_take(visit, &line, &told);
    if (status == STATUS_MALFORMED) {
        line_refused(visit, line);
        return;
    }
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, 128);
    text_addf(&text, "{\"customers\":%llu,\"told\":%llu}", (unsigned long long)line,
              (unsigned long long)told);
    visit_answer_json(visit, 200, &text);
}

/* ---- copies ---- */

void handle_sanction_register(struct visit *visit)
{
    uint64_t count = 0;
    if (!standing_there(visit))
        return;
    count = standing_size(visit->rooms->standing);
    size_t size = BATCH_BYTES_LEAST + (size_t)count * 256;
    struct text text = visit_paper(visit, size < REGISTER_BYTES_MAX ? size : REGISTER_BYTES_MAX);
    enum status status = standing_export(
        visit->rooms->standing, visit->reader, slice_of(visit->identity.organisation),
        (uint64_t)visit_query_whole(visit, "since", 0), visit->arena, &text);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        visit_answer_text(visit, 200, "text/plain; charset=utf-8", &text);
}

void handle_sanction_register_head(struct visit *visit)
{
    int64_t numbers = visit_query_whole(visit, "numbers", PART_NUMBERS);
    if (!standing_there(visit))
        return;
    if (numbers < PART_NUMBERS_LEAST || numbers > STANDING_PART_NUMBERS_MAX) {
        (void)value_refused(visit, "numbers");
        return;
    }
    struct text text = visit_paper(visit, ANSWER_BYTES);
    enum status status = standing_export_head(visit->rooms->standing, visit->reader,
                                              slice_of(visit->identity.organisation),
                                              (uint64_t)numbers, &text);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        visit_answer_text(visit, 200, "text/plain; charset=utf-8", &text);
}

void handle_sanction_register_part(struct visit *visit)
{
    if (!standing_there(visit))
        return;
    struct text text = visit_paper(visit, PART_BYTES);
    enum status status = standing_export_part(
        visit->rooms->standing, visit->reader, slice_of(visit->identity.organisation),
        http_body(visit->request), (uint64_t)visit_query_whole(visit, "part", 0), visit->arena,
        &text);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        visit_answer_text(visit, 200, "text/plain; charset=utf-8", &text);
}

void handle_sanction_key(struct visit *visit)
{
    if (!standing_there(visit))
        return;
    const struct secret join = standing_join_of(visit->rooms->standing);
    struct secret own = standing_export_key(&join, slice_of(visit->identity.organisation));
    struct text text = visit_paper(visit, 1024), vkey = visit_paper(visit, NOTE_KEY_BYTES_MAX);
    note_key_write(&vkey, visit->rooms->audit_origin, &visit->rooms->seal->key);
    text_add_string(&text, "{\"join\":\"");
    text_add_hex(&text, (struct slice){(const char *)join.bytes, sizeof join.bytes});
    text_add_string(&text, "\",\"export\":\"");
    text_add_hex(&text, (struct slice){(const char *)own.bytes, sizeof own.bytes});
    text_add_string(&text, "\",\"key\":");
    text_add_json(&text, text_slice(&vkey));
    text_add_char(&text, '}');
    secret_wipe(&own, sizeof own);
    visit_answer_json(visit, 200, &text);
}

/* ---- the public ---- */

/* Whatever is wrong but its form, the answer is the same. */
void handle_sanction_appeal(struct visit *visit)
{
    if (visit->rooms->sanctions == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    int64_t wait_s = rates_ask_form(&visit->api->rates, visit);
    if (wait_s > 0) {
        visit_problem_wait(visit, PROBLEM_too_fast, wait_s);
        return;
    }
    if (!visit_body(visit) || !visit_begin(visit))
        return;
    const struct sanction_form form = {
        .reference = visit_text(visit, "reference"),
        .ground = visit_text(visit, "ground"),
        .statement = visit_text(visit, "statement"),
        .contact = visit_text(visit, "contact"),
    };
    enum status status = sanction_form_take(visit->rooms->sanctions, &form, visit->arena);
    if (status == STATUS_MALFORMED) {
        (void)value_refused(visit, "ground, statement, contact");
        return;
    }
    if (status != STATUS_OK) {
        visit_problem_wait(visit, PROBLEM_too_much, 600);
        return;
    }
    struct text text = visit_paper(visit, 64);
    text_add_string(&text, "{\"received\":true}");
    visit_answer_json(visit, 202, &text);
}
