/* penalty.c -- the table of `penalty`, what must hold before its steps, and what follows them.
 *
 *      holds ── are the facts whole, the days over, the measure within the range
 *      after ── is it the right organ and the right person; what follows from the law is written
 *               down; the company is told
 *
 * A decision is looked at twice, when it is asked for and when the second person says yes: a day
 * may lie between, and another pack. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/penalty/penalty_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DESK    (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD    WORK_ROLE(supervisor)
#define ANYBODY (DESK | WORK_ROLE(liaison))
#define FIRM    (TO(carrier) | TO(bank) | TO(payment) | TO(internet))
#define UNDECIDED \
    (IN(filed) | IN(told) | IN(noticed) | IN(ready) | IN(hearing) | IN(called) | IN(heard))
#define OPEN_TO_DEFENCE (IN(noticed) | IN(ready) | IN(hearing) | IN(called) | IN(heard))
#define PROPOSAL \
    (F(grade) | F(fine) | F(confiscated) | F(warning) | F(detention) | F(first_time) | F(nursing))
#define FOUND                                                                                  \
    (F(number) | F(name) | F(document) | F(born) | F(gains) | F(last_act) | F(discovered_on) | \
     F(safety) | F(facts) | F(reason) | F(evidence) | F(device) | F(phone) | F(account) |      \
     F(things))
#define FACTS    (FOUND | PROPOSAL | F(act) | F(target))
#define NOTICE   (F(noticed_at) | F(noticed_how) | F(proof) | F(said))
#define DECISION (PROPOSAL | F(late_why))
#define NOTED                                                                           \
    (F(noticed_fine) | F(noticed_detention) | F(ask_until) | F(decide_until) | F(law) | \
     F(article) | F(range) | F(doubt) | F(investigator))
#define STAMPED (F(article) | F(range) | F(doubt) | F(decided_on) | F(executes) | F(spared))

enum { LEASE_MS = 30 * MINUTE_MS, ASKING_MS = 2 * DAY_MS, RANGE_BYTES = 256, DOUBT_BYTES = 2048 };
enum { DOCUMENT_SIZE = 18, BORN_AT = 6, MOMENT_BYTES = 48 };

static int64_t span_hearing(void *self, const struct work_item *item);
static int64_t span_decide(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);

#define WORK_TABLE "casework/penalty/penalty.inc"
#include "casework/work/table.inc"

const struct work_kind PENALTY_KIND = {
    .name = "penalty",
    .says = SAYING("administrative penalty", "行政处罚"),
    WORK_KIND_ARRAYS,
    .first_must = F(target) | F(act),
    .first_may = FOUND | F(grade) | F(filed_at) | F(case_id) | F(company) | F(inspection),
    .creators = DESK,
    .lease_ms = LEASE_MS,
    .kept_ms = kept,
};

static int64_t kept(void *self, const struct work_item *item)
{
    const struct penalty_desk *desk = self;
    return law_keeps(desk->law, "retention.penalty", item->closed, steady_now(desk->steady),
                     desk->zone_minutes);
}

/* ---- values, as they will be after the step ---- */

struct look {
    struct penalty_desk *desk;
    const struct work_item *item; /* NULL: a new one */
    const struct work_value *brought;
    unsigned count;
    int field; /* the one that is wrong */
};

static struct slice looked(const struct look *look, int field)
{
    for (unsigned i = 0; i < look->count; i++)
        if (look->brought[i].field == field)
            return look->brought[i].value;
    return look->item == NULL ? SLICE("") : work_value_of(look->item, FIELDS[field].name);
}

static bool yes(struct slice flag)
{
    return slice_equal(flag, SLICE("true"));
}

static int64_t whole(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size && i < 18; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

static int64_t number_in(const struct look *look, int field)
{
    return whole(looked(look, field));
}

static enum work_fault wrong(struct look *look, int field, enum work_fault fault)
{
    look->field = field;
    return fault;
}

static enum work_fault need(struct look *look, int field)
{
    return looked(look, field).size > 0 ? WORK_FAULT_NONE : wrong(look, field, WORK_FAULT_MISSING);
}

static moment now_of(const struct look *look)
{
    return steady_now(look->desk->steady);
}

static moment filed_of(const struct work_item *item)
{
    moment at;
    return moment_parse(work_value_of(item, "filed_at"), &at) == STATUS_OK ? at : item->created;
}

/* Says the moment that a refusal is about. */
static void explain_moment(const struct look *look, struct saying says, moment at)
{
    char room[TONGUES_COUNT][WORK_EXPLAINED_MAX];
    struct text text[TONGUES_COUNT];
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        text[tongue] = text_over(room[tongue], sizeof room[tongue]);
        text_add_string(&text[tongue], says.in[tongue]);
        text_add_moment(&text[tongue], at, look->desk->zone_minutes);
    }
    work_explain(look->desk->work, text);
}

/* ---- spans ---- */

/* From the change that starts the clock: the time has gone on since. */
static int64_t left_until(const struct work_item *item, moment end)
{
    int64_t left = end.ms - item->changed.ms;
    return left > 1 ? left : 1;
}

static int64_t span_hearing(void *self, const struct work_item *item)
{
    moment end;
    (void)self;
    /* Without an end nobody may ask any more, and then nothing could be decided by that pack. */
    return moment_parse(work_value_of(item, "ask_until"), &end) == STATUS_OK ? left_until(item, end)
                                                                             : -1;
}

static int64_t span_decide(void *self, const struct work_item *item)
{
    moment end;
    return penalty_decide_ends(self, filed_of(item), &end) == STATUS_OK ? left_until(item, end)
                                                                        : -1;
}

/* ---- facts ---- */

static enum work_fault moment_holds(struct look *look, int field, moment least, moment *out)
{
    moment at;
    if (moment_parse(looked(look, field), &at) != STATUS_OK)
        return wrong(look, field, WORK_FAULT_MISSING);
    if (at.ms > now_of(look).ms + MINUTE_MS || at.ms < least.ms - MINUTE_MS) /* as people write */
        return wrong(look, field, WORK_FAULT_VALUE);
    *out = at;
    return WORK_FAULT_NONE;
}

/* A day that has come, if it is said. */
static enum work_fault day_holds(struct look *look, int field)
{
    law_date day;
    struct slice said = looked(look, field);
    if (said.size > 0 &&
        (law_date_parse(said, &day) != STATUS_OK || day.days > penalty_today(look->desk).days))
        return wrong(look, field, WORK_FAULT_VALUE);
    return WORK_FAULT_NONE;
}

static enum work_fault facts_hold(struct look *look)
{
    static const int DAYS[] = {FIELD_last_act, FIELD_discovered_on, FIELD_born};
    moment filed;
    for (unsigned i = 0; i < 3; i++) {
        enum work_fault fault = day_holds(look, DAYS[i]);
        if (fault != WORK_FAULT_NONE)
            return fault;
    }
    if (looked(look, FIELD_filed_at).size == 0)
        return WORK_FAULT_NONE;
    return moment_holds(look, FIELD_filed_at, (moment){0}, &filed);
}

/* Discovered within the years of the pack, counted from the end of the act. */
static enum work_fault limit_holds(struct look *look)
{
    law_date act, found, last;
    if (law_date_parse(looked(look, FIELD_last_act), &act) != STATUS_OK)
        return wrong(look, FIELD_last_act, WORK_FAULT_MISSING);
    if (law_date_parse(looked(look, FIELD_discovered_on), &found) != STATUS_OK)
        return wrong(look, FIELD_discovered_on, WORK_FAULT_MISSING);
    if (penalty_limit(look->desk, act, yes(looked(look, FIELD_safety)), &last) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    return found.days <= last.days ? WORK_FAULT_NONE
                                   : wrong(look, FIELD_discovered_on, WORK_FAULT_BARRED);
}

/* ---- the measure ---- */

static struct penalty_measure measure_of(const struct look *look, enum law_code organ)
{
    return (struct penalty_measure){
        .act = looked(look, FIELD_act),
        .grade = looked(look, FIELD_grade),
        .person = slice_equal(looked(look, FIELD_target), SLICE("person")),
        .warning = yes(looked(look, FIELD_warning)),
        .organ = organ,
        .gains_fen = number_in(look, FIELD_gains),
        .fine_fen = number_in(look, FIELD_fine),
        .fine_said = looked(look, FIELD_fine).size > 0,
        .confiscated_fen = number_in(look, FIELD_confiscated),
        .detention_days = number_in(look, FIELD_detention),
    };
}

/* Within the range, or the refusal says the range. */
static enum work_fault measure_holds(struct look *look, enum law_code organ,
                                     const struct law_fine_row **row, struct text *range)
{
    static const int FIELD_OF[] = {
        [PENALTY_NO_LINE] = FIELD_grade,       [PENALTY_ORGAN] = FIELD_act,
        [PENALTY_FINE] = FIELD_fine,           [PENALTY_CONFISCATED] = FIELD_confiscated,
        [PENALTY_DETENTION] = FIELD_detention,
    };
    char room[TONGUES_COUNT][RANGE_BYTES];
    struct text says[TONGUES_COUNT];
    const struct law_pack *pack = penalty_pack(look->desk);
    if (pack == NULL)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
        says[tongue] = text_over(room[tongue], RANGE_BYTES);
    struct penalty_measure measure = measure_of(look, organ);
    enum penalty_flaw flaw = penalty_weigh(pack, &measure, row, says);
    if (range != NULL)
        text_add(range, text_slice(&says[TONGUE_ZH]));
    if (flaw == PENALTY_FITS)
        return WORK_FAULT_NONE;
    if (flaw != PENALTY_NO_LINE)
        work_explain(look->desk->work, says);
    look->field = FIELD_OF[flaw];
    if (flaw == PENALTY_NO_LINE)
        return looked(look, FIELD_grade).size == 0 ? WORK_FAULT_MISSING : WORK_FAULT_LEGAL;
    return flaw == PENALTY_ORGAN ? WORK_FAULT_HAND : WORK_FAULT_RANGE;
}

static bool harsher(const struct look *look)
{
    return number_in(look, FIELD_fine) > number_in(look, FIELD_noticed_fine) ||
           number_in(look, FIELD_detention) > number_in(look, FIELD_noticed_detention);
}

/* ---- detention ---- */

static law_date born_of(const struct look *look)
{
    char bytes[16];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice document = looked(look, FIELD_document);
    law_date born;
    if (document.size == DOCUMENT_SIZE) {
        const char *at = document.at + BORN_AT;
        text_addf(&text, "%.4s-%.2s-%.2s", at, at + 4, at + 6);
    }
    struct slice said =
        document.size == DOCUMENT_SIZE ? text_slice(&text) : looked(look, FIELD_born);
    return law_date_parse(said, &born) == STATUS_OK ? born : LAW_DATE_NONE;
}

struct sparing {
    bool spared, open;
    enum law_code why;
};

/* Somebody has to ask what decides whether detention is executed; both answers are answers. */
static enum work_fault detention_holds(struct look *look, struct sparing *out)
{
    struct penalty_person person = {.born = born_of(look), .today = penalty_today(look->desk)};
    *out = (struct sparing){0};
    if (number_in(look, FIELD_detention) == 0)
        return WORK_FAULT_NONE;
    enum work_fault fault = need(look, FIELD_first_time);
    if (fault == WORK_FAULT_NONE)
        fault = need(look, FIELD_nursing);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (law_date_parse(looked(look, FIELD_last_act), &person.act) != STATUS_OK)
        return wrong(look, FIELD_last_act, WORK_FAULT_MISSING);
    person.first_time = yes(looked(look, FIELD_first_time));
    person.nursing = yes(looked(look, FIELD_nursing));
    enum status status =
        penalty_spares(penalty_pack(look->desk), &person, &out->spared, &out->why, &out->open);
    if (status == STATUS_ABSENT)
        return wrong(look, FIELD_born, WORK_FAULT_MISSING);
    return status == STATUS_OK ? WORK_FAULT_NONE : wrong(look, FIELD_detention, WORK_FAULT_LEGAL);
}

/* ---- the notice ---- */

static bool lists(struct slice list, struct slice item)
{
    char bytes[64];
    struct text wanted = text_over(bytes, sizeof bytes);
    text_addf(&wanted, "\"item\":\"%.*s\"", (int)item.size, item.at);
    for (size_t at = 0; at + wanted.size <= list.size; at++)
        if (memcmp(list.at + at, wanted.at, wanted.size) == 0)
            return true;
    return false;
}

static enum work_fault said_holds(struct look *look)
{
    const struct law_pack *pack = penalty_pack(look->desk);
    struct law_codes items;
    if (pack == NULL || law_list(pack, "notice.before", &items, NULL) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    for (uint32_t i = 0; i < items.count; i++)
        if (!lists(looked(look, FIELD_said), slice_of(law_code_word(items.at[i])->name)))
            return wrong(look, FIELD_said, WORK_FAULT_UNTOLD);
    return WORK_FAULT_NONE;
}

static enum work_fault notice_holds(struct look *look, bool again)
{
    static const int NEEDED[] = {FIELD_facts, FIELD_reason, FIELD_grade};
    const struct law_fine_row *row = NULL;
    struct sparing sparing;
    moment at, least = filed_of(look->item);
    enum work_fault fault = facts_hold(look);
    for (unsigned i = 0; i < 3 && fault == WORK_FAULT_NONE; i++)
        fault = need(look, NEEDED[i]);
    if (fault == WORK_FAULT_NONE)
        fault = limit_holds(look);
    if (fault == WORK_FAULT_NONE)
        fault = said_holds(look);
    if (again) /* not before the notice that it replaces */
        (void)moment_parse(work_value_of(look->item, "noticed_at"), &least);
    if (fault == WORK_FAULT_NONE)
        fault = moment_holds(look, FIELD_noticed_at, least, &at);
    if (fault == WORK_FAULT_NONE)
        fault = measure_holds(look, LAW_CODES_COUNT, &row, NULL);
    if (fault == WORK_FAULT_NONE)
        fault = detention_holds(look, &sparing);
    if (fault != WORK_FAULT_NONE || !again || !harsher(look))
        return fault;
    struct look brought = {look->desk, NULL, look->brought, look->count, -1};
    return looked(&brought, FIELD_new_facts).size > 0 ? WORK_FAULT_NONE
                                                      : wrong(look, FIELD_fine, WORK_FAULT_HARSHER);
}

/* ---- the hearing ---- */

static enum work_fault asked_holds(struct look *look)
{
    moment noticed = {0}, until = {0}, asked;
    (void)moment_parse(looked(look, FIELD_noticed_at), &noticed);
    enum work_fault fault = moment_holds(look, FIELD_asked_at, noticed, &asked);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (moment_parse(looked(look, FIELD_ask_until), &until) == STATUS_OK && asked.ms <= until.ms)
        return WORK_FAULT_NONE;
    explain_moment(look, (struct saying)SAYING("It could be asked for until ", "申请截止于"),
                   until);
    return wrong(look, FIELD_asked_at, WORK_FAULT_OVER);
}

static enum work_fault call_holds(struct look *look)
{
    moment asked = {0}, called, hearing, least;
    (void)moment_parse(looked(look, FIELD_asked_at), &asked);
    enum work_fault fault = moment_holds(look, FIELD_called_at, asked, &called);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (penalty_call_ends(look->desk, called, &least) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    if (moment_parse(looked(look, FIELD_hearing_at), &hearing) != STATUS_OK)
        return wrong(look, FIELD_hearing_at, WORK_FAULT_VALUE);
    if (hearing.ms >= least.ms)
        return WORK_FAULT_NONE;
    explain_moment(look, (struct saying)SAYING("Not before ", "不得早于"), least);
    return wrong(look, FIELD_hearing_at, WORK_FAULT_SOON);
}

static enum work_fault hear_holds(struct look *look)
{
    moment hearing;
    if (moment_parse(looked(look, FIELD_hearing_at), &hearing) == STATUS_OK &&
        hearing.ms <= now_of(look).ms + MINUTE_MS)
        return WORK_FAULT_NONE;
    return wrong(look, FIELD_hearing_at, WORK_FAULT_SOON);
}

/* ---- the decision ---- */

static enum work_fault decision_holds(struct look *look)
{
    const struct law_fine_row *row = NULL;
    struct sparing sparing;
    moment until;
    if (yes(looked(look, FIELD_defence_open)))
        return wrong(look, FIELD_defence_found, WORK_FAULT_UNHEARD);
    enum work_fault fault = said_holds(look);
    if (fault == WORK_FAULT_NONE)
        fault = measure_holds(look, LAW_CODES_COUNT, &row, NULL);
    if (fault == WORK_FAULT_NONE)
        fault = detention_holds(look, &sparing);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (harsher(look))
        return wrong(look, FIELD_fine, WORK_FAULT_HARSHER);
    if (penalty_decide_ends(look->desk, filed_of(look->item), &until) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    if (now_of(look).ms <= until.ms)
        return WORK_FAULT_NONE;
    explain_moment(look, (struct saying)SAYING("It was to be decided until ", "应于此前作出决定："),
                   until);
    return need(look, FIELD_late_why);
}

static enum work_fault execution_holds(struct look *look)
{
    int64_t owed = number_in(look, FIELD_fine) + number_in(look, FIELD_confiscated);
    int64_t detained = number_in(look, FIELD_detained);
    if (number_in(look, FIELD_paid) > owed)
        return wrong(look, FIELD_paid, WORK_FAULT_VALUE);
    if (detained > 0 && !yes(looked(look, FIELD_executes)))
        return wrong(look, FIELD_detained, WORK_FAULT_SPARED);
    return detained > number_in(look, FIELD_detention)
               ? wrong(look, FIELD_detained, WORK_FAULT_VALUE)
               : WORK_FAULT_NONE;
}

static enum work_fault serve_holds(struct look *look)
{
    law_date decided;
    moment served, least = {0};
    if (law_date_parse(looked(look, FIELD_decided_on), &decided) == STATUS_OK)
        least = law_date_begin(decided, look->desk->zone_minutes);
    return moment_holds(look, FIELD_served_at, least, &served);
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *brought, unsigned count, int *field)
{
    struct look look = {self, item, brought, count, -1};
    enum work_fault fault = WORK_FAULT_NONE;
    if (step < 0 || step == STEP_edit)
        fault = facts_hold(&look);
    else if (step == STEP_notice || step == STEP_notice_again)
        fault = notice_holds(&look, step == STEP_notice_again);
    else if (step == STEP_ask_hearing)
        fault = asked_holds(&look);
    else if (step == STEP_call)
        fault = call_holds(&look);
    else if (step == STEP_hear)
        fault = hear_holds(&look);
    else if (step == STEP_decide)
        fault = decision_holds(&look);
    else if (step == STEP_serve)
        fault = serve_holds(&look);
    else if (step == STEP_pay || step == STEP_finish)
        fault = execution_holds(&look);
    *field = look.field;
    return fault;
}

/* ---- what follows ---- */

static enum status refuse_for(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = field};
    return STATUS_REFUSED;
}

static enum status machine(struct penalty_desk *desk, const char *id, const char *step,
                           const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    const struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &out);
}

static_assert((int)ORGANISATION_LEVEL_county == LAW_RANK_county + 1, "one ladder");
static_assert((int)ORGANISATION_LEVEL_ministry == LAW_RANK_ministry + 1, "one ladder");

/* Police of the level that the pack asks for or above ("decide.rank") and the supervising authority
 * punish; a centre if an organ runs it. */
static enum status organ_ranks(struct penalty_desk *desk, const struct work_item *item,
                               struct arena *request, bool *out)
{
    const struct law_pack *pack = penalty_pack(desk);
    struct access_organisation found;
    enum law_rank least;
    TRY(access_organisation_find(desk->store, slice_of(item->owner), request, &found));
    *out = found.kind == ORGANISATION_regulator ||
           (pack != NULL && law_rank_of(pack, "decide.rank", &least, NULL) == STATUS_OK &&
            (int)found.level >= (int)least + 1);
    return STATUS_OK;
}

static enum status organ_of(struct penalty_desk *desk, const struct work_item *item,
                            struct arena *request, enum law_code *out)
{
    struct access_organisation found;
    TRY(access_organisation_find(desk->store, slice_of(item->owner), request, &found));
    bool police = found.kind == ORGANISATION_police || found.kind == ORGANISATION_centre;
    if (found.disabled || (police && found.level == ORGANISATION_LEVEL_none) ||
        (!police && found.kind != ORGANISATION_regulator))
        return STATUS_REFUSED;
    *out = police ? LAW_CODE_police : LAW_CODE_regulator;
    return STATUS_OK;
}

/* ---- writing down ---- */

struct stamping {
    struct penalty_desk *desk;
    struct arena *request;
    struct work_value value[FIELDS_COUNT];
    unsigned count;
};

static enum status paper(struct stamping *stamping, size_t size, struct text *out)
{
    char *bytes = NULL;
    TRY(arena_take(stamping->request, size, (void **)&bytes));
    *out = text_over(bytes, size);
    return STATUS_OK;
}

static enum status put(struct stamping *stamping, int field, struct slice value)
{
    struct text text;
    TRY(paper(stamping, value.size + 1, &text));
    text_add(&text, value);
    if (value.size > 0)
        stamping->value[stamping->count++] = (struct work_value){field, text_slice(&text)};
    return text.full ? STATUS_FULL : STATUS_OK;
}

static enum status put_moment(struct stamping *stamping, int field, moment at)
{
    char bytes[MOMENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_moment(&text, at, stamping->desk->zone_minutes);
    return put(stamping, field, text_slice(&text));
}

/* What is not surely known of the line, and who is spared where the pack leaves it open. */
static enum status put_doubt(struct stamping *stamping, const struct law_fine_row *row, bool open)
{
    const struct law_pack *pack = penalty_pack(stamping->desk);
    const struct law_gap *gap = law_gap_find(pack, SLICE("detention.exceptions"));
    struct text text;
    TRY(paper(stamping, DOUBT_BYTES, &text));
    if (law_mark_doubtful(row->mark))
        text_addf(&text, "%s %s [%s] ", law_act_word(row->act)->name,
                  law_grade_word(row->grade)->name, law_mark_word(row->mark)->name);
    if (open && gap != NULL) {
        text_addf(&text, "%s: ", gap->name);
        text_add(&text, gap->why[TONGUE_EN]);
        text_add_char(&text, ' ');
        text_add(&text, gap->why[TONGUE_ZH]);
    }
    return put(stamping, FIELD_doubt, text_slice(&text));
}

static enum status put_law(struct stamping *stamping, const struct law_fine_row *row,
                           const struct text *range)
{
    char bytes[LAW_STAMP_MAX];
    struct text law = text_over(bytes, sizeof bytes);
    text_add_law_stamp(&law, penalty_pack(stamping->desk));
    TRY(put(stamping, FIELD_law, text_slice(&law)));
    TRY(put(stamping, FIELD_article, row->article));
    return put(stamping, FIELD_range, text_slice(range));
}

static struct slice or_zero(struct slice number)
{
    return number.size > 0 ? number : SLICE("0");
}

static enum status tell_company(struct penalty_desk *desk, const struct work_item *item,
                                struct arena *request)
{
    uint64_t fields = 0;
    struct slice company = work_value_of(item, "company");
    if (company.size == 0)
        return STATUS_OK;
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if (FIELDS[i].told != 0)
            fields |= WORK_BIT(i);
    return work_send(desk->work, item->id, company, fields, request);
}

static enum status noticed(struct penalty_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    const struct work_item *item = done->item;
    struct look look = {desk, item, NULL, 0, -1};
    struct stamping stamping = {.desk = desk, .request = request};
    char bytes[RANGE_BYTES];
    struct text range = text_over(bytes, sizeof bytes);
    const struct law_fine_row *row = NULL;
    struct sparing sparing;
    enum law_code organ;
    bool ranks = false;
    moment at, until, decide;
    if (organ_of(desk, item, request, &organ) != STATUS_OK)
        return refuse_for(done, WORK_FAULT_HAND, -1);
    TRY(organ_ranks(desk, item, request, &ranks));
    if (!ranks)
        return refuse_for(done, WORK_FAULT_RANK, -1);
    enum work_fault fault = measure_holds(&look, organ, &row, &range);
    if (fault == WORK_FAULT_NONE)
        fault = detention_holds(&look, &sparing);
    if (fault != WORK_FAULT_NONE)
        return refuse_for(done, fault, look.field);
    TRY(moment_parse(work_value_of(item, "noticed_at"), &at));
    TRY(penalty_ask_ends(desk, at, &until));
    TRY(penalty_decide_ends(desk, filed_of(item), &decide));
    TRY(put_law(&stamping, row, &range));
    TRY(put_doubt(&stamping, row, sparing.open));
    TRY(put_moment(&stamping, FIELD_ask_until, until));
    TRY(put_moment(&stamping, FIELD_decide_until, decide));
    TRY(put(&stamping, FIELD_noticed_fine, or_zero(work_value_of(item, "fine"))));
    TRY(put(&stamping, FIELD_noticed_detention, or_zero(work_value_of(item, "detention"))));
    TRY(put(&stamping, FIELD_investigator, slice_of(done->by->user)));
    TRY(machine(desk, item->id, "stamp_notice", stamping.value, stamping.count, request));
    return tell_company(desk, item, request);
}

static enum status decided(struct penalty_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    const struct work_item *item = done->item;
    struct look look = {desk, item, NULL, 0, -1};
    struct stamping stamping = {.desk = desk, .request = request};
    char bytes[RANGE_BYTES], today[16];
    struct text range = text_over(bytes, sizeof bytes), day = text_over(today, sizeof today);
    const struct law_fine_row *row = NULL;
    struct sparing sparing = {0};
    enum law_code organ;
    bool ranks = false;
    if (slice_equal(work_value_of(item, "investigator"), slice_of(done->by->user)))
        return refuse_for(done, WORK_FAULT_INVESTIGATED, -1);
    if (organ_of(desk, item, request, &organ) != STATUS_OK)
        return refuse_for(done, WORK_FAULT_HAND, -1);
    TRY(organ_ranks(desk, item, request, &ranks));
    if (!ranks)
        return refuse_for(done, WORK_FAULT_RANK, -1);
    enum work_fault fault = decision_holds(&look);
    if (fault == WORK_FAULT_NONE)
        fault = measure_holds(&look, organ, &row, &range);
    if (fault == WORK_FAULT_NONE)
        fault = detention_holds(&look, &sparing);
    if (fault != WORK_FAULT_NONE)
        return refuse_for(done, fault, look.field);
    text_add_law_date(&day, penalty_today(desk));
    TRY(put_law(&stamping, row, &range));
    TRY(put_doubt(&stamping, row, sparing.open));
    TRY(put(&stamping, FIELD_decided_on, text_slice(&day)));
    if (number_in(&look, FIELD_detention) > 0)
        TRY(put(&stamping, FIELD_executes, sparing.spared ? SLICE("false") : SLICE("true")));
    if (sparing.spared)
        TRY(put(&stamping, FIELD_spared, slice_of(law_code_word(sparing.why)->name)));
    return machine(desk, item->id, "stamp_decision", stamping.value, stamping.count, request);
}

/* ---- a new one ---- */

static enum status added(struct penalty_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    const struct work_item *item = done->item;
    struct slice company = work_value_of(item, "company"), about = work_value_of(item, "case_id");
    struct access_organisation found;
    char id[WORK_ID_SIZE];
    enum law_code organ;
    if (item->version != 1)
        return refuse_for(done, WORK_FAULT_STEP, -1); /* two penalties are never one */
    if (organ_of(desk, item, request, &organ) != STATUS_OK)
        return refuse_for(done, WORK_FAULT_HAND, -1);
    if (done->by != NULL && work_value_of(item, "inspection").size > 0)
        return refuse_for(done, WORK_FAULT_UNKNOWN, FIELD_inspection); /* inspections say it */
    if (company.size > 0 &&
        access_organisation_find(desk->store, company, request, &found) != STATUS_OK)
        return refuse_for(done, WORK_FAULT_VALUE, FIELD_company);
    if (about.size == 0 || done->by == NULL)
        return STATUS_OK;
    (void)snprintf(id, sizeof id, "%.*s", (int)about.size, about.at);
    enum status status = work_link(desk->work, item->id, id, "part_of", done->by, SLICE(""));
    return status == STATUS_ABSENT || status == STATUS_MALFORMED
               ? refuse_for(done, WORK_FAULT_VALUE, FIELD_case_id)
               : status;
}

/* The owner, or the company that it is about. */
static enum status by_party(const struct work_done *done)
{
    struct slice who = slice_of(done->by->organisation);
    bool party = slice_equal(who, slice_of(done->item->owner)) ||
                 slice_equal(who, work_value_of(done->item, "company"));
    return party ? STATUS_OK : refuse_for(done, WORK_FAULT_HAND, -1);
}

static enum status defence(struct penalty_desk *desk, const struct work_done *done, bool open,
                           struct arena *request)
{
    const struct work_value value = {FIELD_defence_open, open ? SLICE("true") : SLICE("false")};
    return machine(desk, done->item->id, "defence_came", &value, 1, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct penalty_desk *desk = self;
    switch (done->step) {
    case -1:
        return added(desk, done, request);
    case STEP_notice:
    case STEP_notice_again:
        return noticed(desk, done, request);
    case STEP_defend:
        TRY(by_party(done));
        return defence(desk, done, true, request);
    case STEP_check_defence:
        return defence(desk, done, false, request);
    case STEP_ask_hearing:
    case STEP_waive:
        return by_party(done);
    case STEP_hear:
        return slice_equal(work_value_of(done->item, "investigator"), slice_of(done->by->user))
                   ? refuse_for(done, WORK_FAULT_INVESTIGATED, -1)
                   : STATUS_OK;
    case STEP_decide:
        return decided(desk, done, request);
    default:
        return STATUS_OK;
    }
}

struct work_plug penalty_plug(struct penalty_desk *desk)
{
    return (struct work_plug){&PENALTY_KIND, holds, after, desk};
}

/* ---- from an inspection ---- */

enum status penalty_from(struct penalty_desk *desk, const struct penalty_cause *cause,
                         struct arena *request, struct work_refusal *refusal, struct work_item *out)
{
    const struct work_value given[] = {
        {FIELD_target, SLICE("unit")},     {FIELD_inspection, slice_of(cause->inspection)},
        {FIELD_company, cause->company},   {FIELD_name, cause->name},
        {FIELD_act, cause->act},           {FIELD_grade, cause->grade},
        {FIELD_facts, cause->facts},       {FIELD_reason, cause->reason},
        {FIELD_last_act, cause->last_act}, {FIELD_discovered_on, cause->discovered_on},
    };
    struct work_value value[sizeof given / sizeof given[0]];
    char bytes[128];
    struct text source = text_over(bytes, sizeof bytes);
    unsigned count = 0;
    bool joined = false;
    for (unsigned i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].value.size > 0)
            value[count++] = given[i];
    text_addf(&source, "penalty of %s ", cause->inspection);
    text_add(&source, cause->finding);
    const struct work_draft draft = {
        .kind = &PENALTY_KIND,
        .owner = cause->owner,
        .detected = MOMENT_NONE,
        .value = value,
        .values_count = count,
        .source = text_slice(&source),
        .parent = cause->inspection,
    };
    return source.full ? STATUS_FULL : work_add(desk->work, &draft, request, refusal, out, &joined);
}
