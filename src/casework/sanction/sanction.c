/* sanction.c -- the table of `sanction`, who may do which step at which level, and what follows.
 *
 *     determine ─> decided ─(stamp, by machine)─> determined        law, term, measures, notice
 *         └─ every other determination of the person is counted anew
 *
 * A step names a role and a seat; which organ it is, at which level, and whether the person took
  * part
 * before, is looked at here, in the transaction of the step. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

#include <string.h>

enum { ASKING_MS = 3 * DAY_MS, REFERENCE_BYTES = 10, PAPER_BYTES = 8192 };

#define NOMINATION                                                                         \
    (F(name) | F(document) | F(born) | F(target) | F(whose) | F(category) | F(conduct) |   \
     F(crime) | F(judgment) | F(judgment_on) | F(sentence) | F(released_on) | F(items) |   \
     F(times) | F(recipients) | F(first_act) | F(facts) | F(case_id) | F(involved_cards) | \
     F(minor_reason))
#define COUNTED (F(last) | F(run_start) | F(capped))
#define RESTRICTIONS \
    (F(for_bank) | F(for_payment) | F(for_carrier) | F(for_internet) | F(for_regulator))
#define NOTICE  (F(notice_basis) | F(notice_term) | F(notice_measures) | F(notice_appeal))
#define RECOUNT (COUNTED | RESTRICTIONS | F(dropped_things) | F(latest))

static int64_t span_term(void *self, const struct work_item *item);
static int64_t span_lift(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);
static enum status forgotten(void *self, const struct work_item *item, struct arena *request);

#define WORK_TABLE "casework/sanction/sanction.inc"
#include "casework/work/table.inc"

const struct work_kind SANCTION_KIND = {
    .name = "sanction",
    .says = SAYING("sanction: joint discipline", "联合惩戒"),
    WORK_KIND_ARRAYS,
    .first_must = F(document) | F(category),
    .first_may = NOMINATION,
    .creators = POLICE,
    .lease_ms = SANCTION_LEASE_MS,
    .sealed = IN(lifted) | IN(revoked),
    .kept_ms = kept,
    .forgotten = forgotten,
};

/* ---- how long it is kept ---- */

/* Whom nobody determined is forgotten sooner than whoever was under sanction. */
static int64_t kept(void *self, const struct work_item *item)
{
    const struct sanction_desk *desk = self;
    moment now = desk->clock.now(desk->clock.self);
    if (item->state == STATE_refused || item->state == STATE_dropped)
        return law_keeps(desk->law, "retention.refused", item->closed, now, desk->zone_minutes);
    return law_keeps(desk->law, "retention.discipline", item->closed, now, desk->zone_minutes);
}

/* What the room and the register know of it beside the item. */
static enum status forgotten(void *self, const struct work_item *item, struct arena *request)
{
    static const char *const TABLES[] = {"DELETE FROM sanction_term WHERE item = ?1",
                                         "DELETE FROM sanction_executor WHERE item = ?1",
                                         "DELETE FROM sanction_reference WHERE item = ?1",
                                         "DELETE FROM sanction_hand WHERE item = ?1"};
    struct sanction_desk *desk = self;
    const struct store_value id = STORE_OF_TEXT(slice_of(item->id));
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++)
        TRY(store_run(desk->store, TABLES[i], &id, 1));
    return desk->sink.forget(desk->sink.self, item->id, request);
}

static const int FOR[ORGANISATION_KINDS_COUNT] = {
    [ORGANISATION_bank] = FIELD_for_bank,           [ORGANISATION_payment] = FIELD_for_payment,
    [ORGANISATION_carrier] = FIELD_for_carrier,     [ORGANISATION_internet] = FIELD_for_internet,
    [ORGANISATION_regulator] = FIELD_for_regulator,
};

/* ---- clocks ---- */

static int64_t span_term(void *self, const struct work_item *item)
{
    const struct sanction_desk *desk = self;
    law_date last;
    if (law_date_parse(work_value_of(item, "last"), &last) != STATUS_OK)
        return 1; /* without a last day there is no restriction */
    int64_t left = law_date_end(last, desk->zone_minutes).ms - item->changed.ms;
    return left > 1 ? left : 1;
}

static int64_t span_lift(void *self, const struct work_item *item)
{
    const struct law_pack *pack = sanction_pack(self, LAW_SUBJECT_practice);
    int64_t ms = 0;
    (void)item;
    bool known = pack != NULL && law_span_ms(pack, "lift.confirm", &ms, NULL) == STATUS_OK;
    return known ? ms : DAY_MS;
}

/* ---- what a step must bring ---- */

static const struct law_pack *pack_of(const struct sanction_desk *desk, struct slice stamp)
{
    const struct law_pack *pack = NULL;
    return law_of_stamp(desk->law, stamp, &pack) == STATUS_OK ? pack : NULL;
}

static bool listed(struct slice list, const char *name, struct slice wanted)
{
    struct slice found;
    for (size_t at = 0; sanction_list_next(list, name, &at, &found);)
        if (slice_equal(found, wanted))
            return true;
    return false;
}

/* The written notice says all that the pack lists, in a manner that it allows, and not tomorrow. */
static enum work_fault notice_holds(const struct sanction_desk *desk,
                                    const struct sanction_view *view, int *field)
{
    const struct law_pack *pack = pack_of(desk, sanction_get(view, "law"));
    struct law_codes items, manners;
    enum law_code manner;
    moment served;
    *field = FIELD_said;
    if (pack == NULL || law_list(pack, "notice.items", &items, NULL) != STATUS_OK)
        return WORK_FAULT_LEGAL;
    for (uint32_t i = 0; i < items.count; i++)
        if (!listed(sanction_get(view, "said"), "item", slice_of(law_code_word(items.at[i])->name)))
            return WORK_FAULT_MISSING;
    *field = FIELD_served_how;
    if (law_list(pack, "notice.manner", &manners, NULL) == STATUS_OK &&
        (!sanction_code(sanction_get(view, "served_how"), LAW_GROUP_manner, &manner) ||
         !law_codes_have(manners, manner)))
        return WORK_FAULT_LEGAL;
    *field = FIELD_served_at;
    if (moment_parse(sanction_get(view, "served_at"), &served) != STATUS_OK ||
        served.ms > desk->clock.now(desk->clock.self).ms)
        return WORK_FAULT_VALUE;
    return WORK_FAULT_NONE;
}

static enum work_fault card_holds(const struct sanction_view *view, int *field)
{
    struct slice card = sanction_get(view, "kept_card");
    *field = FIELD_kept_card;
    return card.size > 0 && listed(sanction_get(view, "involved_cards"), "phone", card)
               ? WORK_FAULT_VALUE
               : WORK_FAULT_NONE;
}

static enum work_fault transmit_holds(const struct sanction_desk *desk,
                                      const struct sanction_view *view, int *field)
{
    law_date last;
    *field = FIELD_attempted_at;
    if (view->item->state == STATE_determined && sanction_get(view, "attempted_at").size == 0)
        return WORK_FAULT_MISSING; /* service is tried first */
    *field = FIELD_last;
    if (law_date_parse(sanction_get(view, "last"), &last) != STATUS_OK ||
        last.days < sanction_today(desk).days)
        return WORK_FAULT_OVER;
    return WORK_FAULT_NONE;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    const struct sanction_view view = {&SANCTION_KIND, item, value, count};
    enum work_fault fault = WORK_FAULT_NONE;
    switch (step) {
    case -1:
        *field = FIELD_whose;
        return slice_equal(sanction_get(&view, "whose"), SLICE("relative")) ? WORK_FAULT_RELATIVE
                                                                            : WORK_FAULT_NONE;
    case STEP_nominate:
        return sanction_facts(self, &view, field);
    case STEP_determine:
        return sanction_decision(self, &view, field);
    case STEP_refer:
        *field = FIELD_conduct;
        return slice_equal(sanction_get(&view, "conduct"), SLICE("b5_below_threshold"))
                   ? WORK_FAULT_NONE
                   : WORK_FAULT_VALUE;
    case STEP_serve:
    case STEP_serve_late:
        fault = notice_holds(self, &view, field);
        return fault == WORK_FAULT_NONE ? card_holds(&view, field) : fault;
    case STEP_choose:
        return card_holds(&view, field);
    case STEP_transmit:
        return transmit_holds(self, &view, field);
    default:
        return WORK_FAULT_NONE;
    }
}

/* ---- who ---- */

static enum status refuse(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){fault, field};
    return STATUS_REFUSED;
}

/* Whether the visitor is of the organ that the item names in this field. */
static bool of_organ(const struct work_done *done, const char *field)
{
    return slice_equal(slice_of(done->by->organisation), work_value_of(done->item, field));
}

enum act { NOMINATING, DETERMINING, BELOW };

/* The level that the pack in force asks of an organ for the act. */
static enum status level_of(const struct law_pack *pack, enum act act, enum law_rank *out)
{
    if (pack == NULL)
        return STATUS_ABSENT;
    if (act == NOMINATING)
        return law_rank_of(pack, "nominate.rank", out, NULL);
    if (act == DETERMINING)
        return law_rank_of(pack, "determine.rank", out, NULL);
    return law_rank_of(pack, "below_threshold.rank", out, NULL);
}

static enum status level_is(struct sanction_desk *desk, const struct work_done *done,
                            struct slice organisation, enum act act, int field,
                            struct arena *request)
{
    enum law_rank least;
    bool fits = false;
    if (level_of(sanction_pack(desk, LAW_SUBJECT_discipline), act, &least) != STATUS_OK)
        return refuse(done, WORK_FAULT_LEGAL, field);
    TRY(sanction_level(desk, organisation, least, request, &fits));
    return fits ? STATUS_OK : refuse(done, WORK_FAULT_RANK, field);
}

static bool below(const struct work_item *item)
{
    return slice_equal(work_value_of(item, "conduct"), SLICE("b5_below_threshold"));
}

static enum status tell(struct sanction_desk *desk, const struct work_item *item,
                        struct slice organ, struct arena *request)
{
    uint64_t fields = 0;
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if ((FIELDS[i].told & TO(police)) != 0)
            fields |= WORK_BIT(i);
    return work_send(desk->work, item->id, organ, fields, request);
}

/* ---- nomination ---- */

static enum status nominated(struct sanction_desk *desk, const struct work_done *done,
                             struct arena *request)
{
    struct slice organ = work_value_of(done->item, "organ");
    const struct sanction_view view = {&SANCTION_KIND, done->item, NULL, 0};
    int field = -1;
    enum work_fault fault = sanction_facts(desk, &view, &field);
    if (fault != WORK_FAULT_NONE) /* a day has gone by since it was asked */
        return refuse(done, fault, field);
    TRY(level_is(desk, done, slice_of(done->item->owner), NOMINATING, -1, request));
    TRY(level_is(desk, done, organ, DETERMINING, FIELD_organ, request));
    if (slice_equal(organ, slice_of(done->item->owner)))
        return refuse(done, WORK_FAULT_INVOLVED, FIELD_organ);
    TRY(sanction_hand_add(desk, done->item->id, done->asker, "nominate"));
    TRY(sanction_hand_add(desk, done->item->id, done->by->user, "second"));
    return tell(desk, done->item, organ, request);
}

static enum status referred(struct sanction_desk *desk, const struct work_done *done,
                            struct arena *request)
{
    struct slice higher = work_value_of(done->item, "higher");
    if (!of_organ(done, "organ"))
        return refuse(done, WORK_FAULT_HAND, -1);
    TRY(level_is(desk, done, higher, BELOW, FIELD_higher, request));
    TRY(sanction_hand_add(desk, done->item->id, done->by->user, "refer"));
    return tell(desk, done->item, higher, request);
}

/* ---- determination ---- */

struct stamping {
    struct sanction_desk *desk;
    struct arena *request;
    struct work_value value[FIELDS_COUNT];
    unsigned count;
};

static enum status paper(struct stamping *stamping, struct text *out)
{
    char *bytes = NULL;
    TRY(arena_take(stamping->request, PAPER_BYTES, (void **)&bytes));
    *out = text_over(bytes, PAPER_BYTES);
    return STATUS_OK;
}

static enum status put(struct stamping *stamping, int field, const struct text *text)
{
    if (text->full)
        return STATUS_FULL;
    if (text->size > 0)
        stamping->value[stamping->count++] = (struct work_value){field, text_slice(text)};
    return STATUS_OK;
}

static enum status put_date(struct stamping *stamping, int field, law_date date)
{
    struct text text;
    TRY(paper(stamping, &text));
    text_add_law_date(&text, date);
    return put(stamping, field, &text);
}

static enum status put_measures(struct stamping *stamping, const struct sanction_paper *measures)
{
    struct text text;
    for (unsigned kind = 0; kind < ORGANISATION_KINDS_COUNT; kind++) {
        if (FOR[kind] == 0)
            continue;
        TRY(paper(stamping, &text));
        text_add_sanction_measures(&text, measures, (enum organisation_kind)kind);
        if (text.size == 0 && measures->dropped.size > 0)
            text_add_string(&text, "[]"); /* nothing is left of it */
        TRY(put(stamping, FOR[kind], &text));
    }
    return STATUS_OK;
}

static enum status put_counted(struct stamping *stamping, const struct sanction_part *part)
{
    struct text text;
    TRY(put_date(stamping, FIELD_last, part->last));
    TRY(put_date(stamping, FIELD_run_start, part->run_start));
    TRY(paper(stamping, &text));
    text_add_string(&text, part->capped ? "true" : "false");
    return put(stamping, FIELD_capped, &text);
}

static enum status put_notice(struct stamping *stamping, const struct sanction_decision *decision)
{
    static void (*const SAY[])(struct text *, const struct sanction_decision *,
                               enum tongue) = {text_add_sanction_basis, text_add_sanction_term,
                                               text_add_sanction_said, text_add_sanction_remedy};
    static const int FIELDS_OF[] = {FIELD_notice_basis, FIELD_notice_term, FIELD_notice_measures,
                                    FIELD_notice_appeal};
    struct text text;
    for (unsigned i = 0; i < 4; i++) {
        TRY(paper(stamping, &text));
        SAY[i](&text, decision, stamping->desk->tongue);
        size_t most = FIELDS[FIELDS_OF[i]].size_max;
        if (text.size > most) /* the facts are long: the paper has them, here they are cut */
            text.size = most;
        while (text.size > 0 && !utf8_valid(text_slice(&text)))
            text.size--;
        TRY(put(stamping, FIELDS_OF[i], &text));
    }
    TRY(paper(stamping, &text));
    text_add_sanction_doubt(&text, decision);
    return put(stamping, FIELD_doubt, &text);
}

/* From when the term counts, by the pack.  STATUS_ABSENT: the pack does not say. */
static enum status start_of(const struct sanction_desk *desk, const struct law_pack *pack,
                            const struct work_item *item, law_date *out)
{
    enum law_code code;
    if (!slice_equal(work_value_of(item, "category"), SLICE("criminal")))
        TRY(law_code_of(pack, "term.start.determined", &code, NULL));
    else if (slice_equal(work_value_of(item, "sentence"), SLICE("imprisonment")))
        TRY(law_code_of(pack, "term.start.imprisonment", &code, NULL));
    else
        TRY(law_code_of(pack, "term.start.other_sentence", &code, NULL));
    *out = sanction_today(desk);
    if (code == LAW_CODE_end_of_imprisonment)
        return law_date_parse(work_value_of(item, "released_on"), out);
    if (code == LAW_CODE_judgment_in_force)
        return law_date_parse(work_value_of(item, "judgment_on"), out);
    return code == LAW_CODE_determination_day ? STATUS_OK : STATUS_ABSENT;
}

static enum status part_of(const struct sanction_desk *desk, const struct law_pack *pack,
                           const struct work_item *item, struct sanction_part *out)
{
    enum law_code counting;
    bool adds = false;
    struct sanction_part part = {.latest = LAW_DATE_NONE};
    bool criminal = slice_equal(work_value_of(item, "category"), SLICE("criminal"));
    memcpy(part.item, item->id, sizeof part.item);
    TRY(start_of(desk, pack, item, &part.start));
    if (criminal)
        TRY(law_span_of(pack, "term.criminal", &part.term, NULL));
    else
        TRY(law_span_of(pack, "term.determined", &part.term, NULL));
    if (law_switch(pack, "term.accumulates", &adds, NULL) == STATUS_OK && adds &&
        law_span_of(pack, "term.cap", &part.cap, NULL) != STATUS_OK)
        part.cap.amount = 0;
    if (law_code_of(pack, "term.counting", &counting, NULL) == STATUS_OK &&
        counting == LAW_CODE_first_day)
        part.counting = LAW_COUNTING_FIRST_DAY;
    *out = part;
    return STATUS_OK;
}

static enum status reference_draw(struct sanction_desk *desk, const char *item, struct text *out)
{
    static const char ADD[] = "INSERT INTO sanction_reference (reference, item) VALUES (?1, ?2)";
    struct secret drawn;
    TRY(secret_draw(desk->chance, &drawn));
    text_add_char(out, 'S');
    text_add_base32(out, (struct slice){(const char *)drawn.bytes, REFERENCE_BYTES});
    struct digest digest = secret_digest(&desk->key, "sanction reference", text_slice(out));
    const struct store_value values[] = {
        STORE_OF_BYTES(((struct slice){(const char *)digest.bytes, SANCTION_KEY_BYTES})),
        STORE_OF_TEXT(slice_of(item))};
    return store_run(desk->store, ADD, values, 2);
}

static enum status recount(struct sanction_desk *desk, const struct digest *person,
                           const char *except, struct arena *request);

/* Law, term, measures and notice, written down once and for all. */
static enum status stamp(struct sanction_desk *desk, const struct work_done *done,
                         const struct sanction_part *part, struct arena *request)
{
    const struct law_pack *pack = sanction_pack(desk, LAW_SUBJECT_discipline);
    struct stamping stamping = {.desk = desk, .request = request};
    struct sanction_decision decision = {
        .paper = {.pack = pack, .category = LAW_CODE_determined},
        .facts = work_value_of(done->item, "facts"),
        .decided = sanction_today(desk),
        .start = part->start,
        .last = part->last,
        .run_start = part->run_start,
        .term = part->term,
    };
    struct text law, reference, organ;
    (void)sanction_code(work_value_of(done->item, "category"), LAW_GROUP_category,
                        &decision.paper.category);
    TRY(paper(&stamping, &law));
    TRY(paper(&stamping, &reference));
    TRY(paper(&stamping, &organ));
    text_add_law_stamp(&law, pack);
    TRY(reference_draw(desk, done->item->id, &reference));
    decision.reference = text_slice(&reference);
    text_add_string(&organ, done->by->organisation);
    TRY(put(&stamping, FIELD_law, &law));
    TRY(put(&stamping, FIELD_reference, &reference));
    TRY(put(&stamping, FIELD_determined_by, &organ));
    TRY(put_date(&stamping, FIELD_decided_on, decision.decided));
    TRY(put_date(&stamping, FIELD_starts_on, part->start));
    TRY(put_counted(&stamping, part));
    TRY(put_measures(&stamping, &decision.paper));
    TRY(put_notice(&stamping, &decision));
    return sanction_move(desk, done->item->id, "stamp", stamping.value, stamping.count, request,
                         NULL);
}

static enum status determined(struct sanction_desk *desk, const struct work_done *done,
                              struct arena *request)
{
    const struct law_pack *pack = sanction_pack(desk, LAW_SUBJECT_discipline);
    struct digest person = sanction_person(desk, work_value_of(done->item, "document"));
    struct sanction_part part, *all = NULL;
    bool took = false;
    size_t count = 0;
    if (!of_organ(done, done->from == STATE_province ? "higher" : "organ"))
        return refuse(done, WORK_FAULT_HAND, -1);
    TRY(level_is(desk, done, slice_of(done->by->organisation),
                 below(done->item) ? BELOW : DETERMINING, -1, request));
    TRY(sanction_hand_took(desk, done->item->id, done->by->user, &took));
    if (took)
        return refuse(done, WORK_FAULT_INVOLVED, -1);
    TRY(sanction_hand_add(desk, done->item->id, done->by->user, "determine"));
    enum status status = part_of(desk, pack, done->item, &part);
    if (status == STATUS_ABSENT)
        return refuse(done, WORK_FAULT_LEGAL, FIELD_last);
    TRY(status);
    TRY(sanction_part_add(desk, &person, &part));
    TRY(sanction_parts(desk, &person, request, &all, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].item, part.item) == 0)
            part = all[i];
    TRY(stamp(desk, done, &part, request));
    return recount(desk, &person, done->item->id, request);
}

/* ---- the register and the executors ---- */

static enum status enter(struct sanction_desk *desk, const struct work_item *item,
                         struct arena *request)
{
    struct sanction_entry entry = {
        .item = item->id,
        .document = work_value_of(item, "document"),
        .reference = work_value_of(item, "reference"),
        .category = LAW_CODE_determined,
        .pack = pack_of(desk, work_value_of(item, "law")),
        .suspended = slice_equal(work_value_of(item, "suspended"), SLICE("true")),
        .kept_card = work_value_of(item, "kept_card"),
        .dropped = work_value_of(item, "dropped_things"),
    };
    (void)sanction_code(work_value_of(item, "category"), LAW_GROUP_category, &entry.category);
    if (entry.pack == NULL)
        return STATUS_REFUSED; /* the pack that it was decided under is not here */
    TRY(law_date_parse(work_value_of(item, "starts_on"), &entry.from));
    TRY(law_date_parse(work_value_of(item, "last"), &entry.last));
    bool yes = false;
    if (law_switch(entry.pack, "term.during_imprisonment", &yes, NULL) == STATUS_OK && yes)
        TRY(law_date_parse(work_value_of(item, "decided_on"), &entry.from));
    return desk->sink.enter(desk->sink.self, &entry, request);
}

static bool runs(const struct work_item *item)
{
    return item->state == STATE_in_force || item->state == STATE_amended;
}

/* What every copy is told when something of a running sanction changed. */
static enum status spread(struct sanction_desk *desk, const char *id, struct arena *request)
{
    struct work_item item;
    TRY(sanction_item(desk, id, request, &item));
    if (!runs(&item))
        return STATUS_OK;
    TRY(enter(desk, &item, request));
    return sanction_orders_change(desk, &item, request);
}

static const char *recount_step(const struct work_item *item)
{
    switch (item->state) {
    case STATE_determined:
    case STATE_notified:
        return "recount_early";
    case STATE_in_force:
        return "recount";
    case STATE_amended:
        return "recount_again";
    default:
        return NULL;
    }
}

static enum status recount_one(struct sanction_desk *desk, const struct sanction_part *part,
                               struct arena *request)
{
    struct work_item item;
    struct stamping stamping = {.desk = desk, .request = request};
    TRY(sanction_item(desk, part->item, request, &item));
    const char *step = recount_step(&item);
    TRY(put_counted(&stamping, part));
    bool same = slice_equal(stamping.value[0].value, work_value_of(&item, "last")) &&
                slice_equal(stamping.value[1].value, work_value_of(&item, "run_start"));
    if (same || step == NULL)
        return STATUS_OK;
    TRY(sanction_move(desk, part->item, step, stamping.value, stamping.count, request, NULL));
    return spread(desk, part->item, request);
}

static enum status recount(struct sanction_desk *desk, const struct digest *person,
                           const char *except, struct arena *request)
{
    struct sanction_part *all = NULL;
    size_t count = 0;
    TRY(sanction_parts(desk, person, request, &all, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].item, except) != 0)
            TRY(recount_one(desk, &all[i], request));
    return STATUS_OK;
}

/* ---- what a decision on an appeal does ---- */

enum status sanction_amend(struct sanction_desk *desk, const char *id, struct slice latest,
                           struct slice dropped, struct arena *request)
{
    struct work_item item;
    struct stamping stamping = {.desk = desk, .request = request};
    struct sanction_part *all = NULL;
    size_t count = 0;
    law_date day;
    TRY(sanction_item(desk, id, request, &item));
    const char *step = recount_step(&item);
    struct digest person = sanction_person(desk, work_value_of(&item, "document"));
    if (step == NULL)
        return STATUS_LATE;
    if (latest.size > 0) {
        TRY(law_date_parse(latest, &day));
        TRY(sanction_part_latest(desk, id, day));
        stamping.value[stamping.count++] = (struct work_value){FIELD_latest, latest};
    }
    if (dropped.size > 0) {
        struct sanction_paper measures = {.pack = pack_of(desk, work_value_of(&item, "law")),
                                          .category = LAW_CODE_determined,
                                          .dropped = dropped};
        if (measures.pack == NULL)
            return STATUS_REFUSED;
        (void)sanction_code(work_value_of(&item, "category"), LAW_GROUP_category,
                            &measures.category);
        stamping.value[stamping.count++] = (struct work_value){FIELD_dropped_things, dropped};
        TRY(put_measures(&stamping, &measures));
    }
    TRY(sanction_parts(desk, &person, request, &all, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].item, id) == 0)
            TRY(put_counted(&stamping, &all[i]));
    TRY(sanction_move(desk, id, step, stamping.value, stamping.count, request, NULL));
    TRY(spread(desk, id, request));
    return recount(desk, &person, id, request);
}

enum status sanction_revoke(struct sanction_desk *desk, const char *id, struct arena *request)
{
    const struct work_value why = {FIELD_outcome, SLICE("revoked")};
    struct work_item item;
    TRY(sanction_item(desk, id, request, &item));
    if (item.state == STATE_lifting || item.state == STATE_lifted)
        return STATUS_OK; /* it is on its way */
    bool early = item.state == STATE_determined || item.state == STATE_notified;
    return sanction_move(desk, id, early ? "annul" : "revoke", &why, 1, request, NULL);
}

enum status sanction_suspend(struct sanction_desk *desk, const char *id, struct slice flag,
                             struct arena *request)
{
    const struct work_value value = {FIELD_suspended, flag};
    TRY(sanction_move(desk, id, "suspend", &value, 1, request, NULL));
    return spread(desk, id, request);
}

/* ---- steps ---- */

/* A clock brings no values: why it is lifted is written down by a step of its own. */
static enum status expired(struct sanction_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    const struct work_value why = {FIELD_outcome, SLICE("expired")};
    return sanction_move(desk, done->item->id, "say_expired", &why, 1, request, NULL);
}

/* Nothing of it stays with anybody. */
static enum status end_of(struct sanction_desk *desk, const struct work_done *done, bool revoked,
                          struct arena *request)
{
    struct digest person = sanction_person(desk, work_value_of(done->item, "document"));
    if (revoked) {
        TRY(sanction_part_end(desk, done->item->id));
        TRY(recount(desk, &person, done->item->id, request));
    }
    if (done->step == STEP_annul)
        return STATUS_OK; /* nobody was told */
    TRY(desk->sink.leave(desk->sink.self, done->item->id, request));
    return sanction_orders_lift(desk, done->item, request);
}

static enum status appealed(struct sanction_desk *desk, const struct work_done *done,
                            struct arena *request)
{
    const struct appeal_cause cause = {.ground = work_value_of(done->item, "ground"),
                                       .statement = work_value_of(done->item, "statement"),
                                       .officer = true};
    return appeal_file(desk, done->item, &cause, request);
}

/* What is not made by hand has nobody who could say why a minor is nominated. */
static enum status added(struct sanction_desk *desk, const struct work_done *done)
{
    bool known = false;
    bool minor = sanction_minor(desk, work_value_of(done->item, "document"),
                                work_value_of(done->item, "born"), &known);
    return done->by == NULL && (minor || !known) ? refuse(done, WORK_FAULT_MINOR, FIELD_document)
                                                 : STATUS_OK;
}

/* Steps of the organ that determined. */
static enum status executed(struct sanction_desk *desk, const struct work_done *done,
                            struct arena *request)
{
    if (!of_organ(done, "determined_by"))
        return refuse(done, WORK_FAULT_HAND, -1);
    switch (done->step) {
    case STEP_transmit:
        TRY(enter(desk, done->item, request));
        return sanction_orders_make(desk, done->item, true, request);
    case STEP_reach:
        return sanction_orders_make(desk, done->item, false, request);
    case STEP_serve_late:
    case STEP_choose:
        return spread(desk, done->item->id, request);
    default:
        return STATUS_OK;
    }
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct sanction_desk *desk = self;
    switch (done->step) {
    case -1:
        return added(desk, done);
    case STEP_nominate:
        return nominated(desk, done, request);
    case STEP_refer:
        return referred(desk, done, request);
    case STEP_determine:
        return determined(desk, done, request);
    case STEP_refuse:
        return of_organ(done, done->from == STATE_province ? "higher" : "organ")
                   ? STATUS_OK
                   : refuse(done, WORK_FAULT_HAND, -1);
    case STEP_attempt:
    case STEP_serve:
    case STEP_serve_late:
    case STEP_choose:
    case STEP_transmit:
    case STEP_reach:
        return executed(desk, done, request);
    case STEP_appeal:
        return appealed(desk, done, request);
    case STEP_expire:
        TRY(expired(desk, done, request));
        return end_of(desk, done, false, request);
    case STEP_revoke:
    case STEP_annul:
        return end_of(desk, done, true, request);
    default:
        return STATUS_OK;
    }
}

struct work_plug sanction_plug(struct sanction_desk *desk)
{
    return (struct work_plug){&SANCTION_KIND, holds, after, desk};
}
