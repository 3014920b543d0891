/* dissuasion.c -- the table of `dissuasion`, its spans by grade, and what follows from its steps.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/dissuasion/dissuasion_inside.h"
#include "casework/dissuasion/wording.h"

enum { MERGE_MS = DAY_MS, LEASE_MS = 10 * MINUTE_MS, SMS_BYTES_MAX = 512 };

static int64_t span_first_contact(void *self, const struct work_item *item);
static int64_t span_no_answer(void *self, const struct work_item *item);
static int64_t span_meeting(void *self, const struct work_item *item);
static int64_t span_seven_days(void *self, const struct work_item *item);
static int64_t span_follow_answer(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);

#define WORK_TABLE "casework/dissuasion/dissuasion.inc"
#include "casework/work/table.inc"

const struct work_kind DISSUASION_KIND = {
    .name = "dissuasion",
    .says = SAYING("dissuasion", "劝阻"),
    WORK_KIND_ARRAYS,
    .first_must = F(source) | F(grade),
    .first_may = F(person) | F(phone) | F(document) | F(birth_year) | F(area) | F(address) |
                 F(scam) | F(reason) | F(involved_number) | F(at_risk) | F(account) | F(on_call),
    .creators = DESK,
    .creator_services = true,
    .lease_ms = LEASE_MS,
    .merge_ms = MERGE_MS,
    .key_fields = F(phone) | F(scam),
    .kept_ms = kept,
};

/* ---- spans ---- */

static const char *const GRADES[WARNINGS_COUNT] = {"extreme", "high", "medium", "low"};

static enum dissuasion_grade grade_of(const struct work_item *item)
{
    struct slice grade = work_value_of(item, "grade");
    for (int i = 0; i < WARNINGS_COUNT; i++)
        if (slice_equal(grade, slice_of(GRADES[i])))
            return (enum dissuasion_grade)i;
    return WARNING_EXTREME; /* not graded yet: the shortest clock runs */
}

static int64_t span_first_contact(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    return dissuasion->spans.first_contact_ms[grade_of(item)];
}

static int64_t span_no_answer(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    return dissuasion->spans.no_answer_ms[grade_of(item)];
}

static int64_t span_meeting(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    return dissuasion->spans.meeting_ms[grade_of(item)];
}

static int64_t span_seven_days(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    (void)item;
    return dissuasion->spans.follow_up_ms;
}

static int64_t span_follow_answer(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    (void)item;
    return dissuasion->spans.follow_answer_ms;
}

/* ---- how long it is kept ---- */

/* A false alarm is shorter kept than what was one. */
static int64_t kept(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    struct slice outcome = work_value_of(item, "outcome");
    int64_t ms = dissuasion->kept.other_ms;
    if (item->state == STATE_withdrawn || slice_equal(outcome, SLICE("D20")) ||
        slice_equal(outcome, SLICE("D21")))
        ms = dissuasion->kept.false_ms;
    else if (grade_of(item) == WARNING_LOW)
        ms = dissuasion->kept.low_ms;
    return ms == 0 ? -1 : ms;
}

/* ---- before and after a step ---- */

static struct slice brought(const struct work_value *value, unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return SLICE("");
}

static enum work_fault fault_at(int *field, int at, enum work_fault fault)
{
    *field = at;
    return fault;
}

/* A text without anything to dial or follow; a relative only with the necessity written down; an
 * outcome that fits how the person was found. */
static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice message = brought(value, count, FIELD_message);
    struct slice channel = brought(value, count, FIELD_channel);
    (void)self;
    if (message.size > 0 && wording_check(message) != WORDING_FINE)
        return fault_at(field, FIELD_message, WORK_FAULT_LINK_IN_TEXT);
    bool family = slice_equal(channel, SLICE("family"));
    if (family && (brought(value, count, FIELD_relative_why).size == 0 ||
                   (brought(value, count, FIELD_relative).size == 0 && item != NULL &&
                    work_value_of(item, "relative").size == 0)))
        return fault_at(field, FIELD_relative_why, WORK_FAULT_MISSING);
    if (step < 0 && brought(value, count, FIELD_phone).size == 0 &&
        brought(value, count, FIELD_document).size == 0)
        return fault_at(field, FIELD_phone, WORK_FAULT_MISSING);
    if (step == STEP_outcome && slice_equal(brought(value, count, FIELD_outcome), SLICE("D10")))
        return fault_at(field, FIELD_outcome, WORK_FAULT_VALUE); /* that is the step `paid` */
    return WORK_FAULT_NONE;
}

/* Ways that a gateway goes, in the order in which they are tried. */
static const char *const RUNGS[] = {"sms", "flash_sms", "voice"};
enum { RUNGS_COUNT = sizeof RUNGS / sizeof RUNGS[0] };

/* RUNGS_COUNT: a person's way. */
static unsigned rung_of(struct slice channel)
{
    unsigned at = 0;
    while (at < RUNGS_COUNT && !slice_equal(channel, slice_of(RUNGS[at])))
        at++;
    return at;
}

/* The item now says what was handed over, how often, and that nothing is known of it yet. */
static enum status note_sent(const struct dissuasion *dissuasion, const struct work_item *item,
                             struct slice channel, int64_t tries, const char *letter,
                             struct arena *request)
{
    char number[24];
    struct text text = text_over(number, sizeof number);
    struct work_item moved;
    text_add_whole(&text, tries);
    const struct work_value value[] = {{FIELD_letter, slice_of(letter)},
                                       {FIELD_channel, channel},
                                       {FIELD_tries, text_slice(&text)},
                                       {FIELD_receipt, SLICE("waiting")}};
    const struct work_move move = {
        .id = item->id, .step = "sent", .version = -1, .value = value, .values_count = 4};
    return work_step(dissuasion->work, &move, request, NULL, &moved);
}

/* What is sent: the text that was typed, or the script of the type; what is read out is what would
 * be written. */
static enum status send(const struct dissuasion *dissuasion, const struct work_item *item,
                        struct slice channel, struct slice text, int64_t tries,
                        struct arena *request)
{
    struct slice to = work_value_of(item, "phone"), scam = work_value_of(item, "scam");
    struct slice way = slice_equal(channel, SLICE("voice")) ? SLICE("sms") : channel;
    char letter[DISSUASION_LETTER_SIZE] = "";
    if (rung_of(channel) == RUNGS_COUNT || dissuasion->sinks.post.send == NULL)
        return STATUS_OK;
    if (text.size == 0) {
        const struct saying *script = script_find(scam.size == 0 ? SLICE("T00") : scam, way);
        text = slice_of(script->in[dissuasion->tongue]);
    }
    must(wording_check(text) == WORDING_FINE);
    if (to.size == 0)
        return STATUS_REFUSED;
    TRY(dissuasion->sinks.post.send(dissuasion->sinks.post.self, item, channel, to, text, request,
                                    letter));
    return letter[0] == '\0' ? STATUS_OK
                             : note_sent(dissuasion, item, channel, tries, letter, request);
}

/* It failed, or was silent: the same way once more, the next way, or a person goes there. */
static enum status climb(struct dissuasion *dissuasion, const struct work_item *item,
                         struct arena *request)
{
    struct slice channel = work_value_of(item, "channel");
    struct slice text = work_value_of(item, "message");
    struct work_item moved;
    int64_t tries = 0;
    unsigned rung = rung_of(channel);
    if (item->state != STATE_contacting)
        return STATUS_OK;                             /* somebody is on the way */
    struct slice said = work_value_of(item, "tries"); /* canonical: digits only */
    for (size_t i = 0; i < said.size && i < 9; i++)
        tries = tries * 10 + (said.at[i] - '0');
    if (slice_equal(work_value_of(item, "receipt"), SLICE("silent")) &&
        tries < dissuasion->tries_max)
        return send(dissuasion, item, channel, text, tries + 1, request);
    if (rung + 1 < RUNGS_COUNT)
        return send(dissuasion, item, slice_of(RUNGS[rung + 1]), text, 1, request);
    if (span_no_answer(dissuasion, item) < 0)
        return STATUS_OK; /* nobody goes there for this grade; the desk sees it */
    const struct work_move move = {.id = item->id, .step = "escalate", .version = -1};
    return work_step(dissuasion->work, &move, request, NULL, &moved);
}

/* Officers of the area are told what the table lets them know and is there; the address only from
 * the visit on. */
static enum status tell_officers(const struct dissuasion *dissuasion, const struct work_done *done,
                                 struct arena *request)
{
    struct slice officers = work_value_of(done->item, "officers");
    uint64_t fields = 0;
    if (officers.size == 0)
        return STATUS_OK;
    for (unsigned i = 0; i < done->item->values_count; i++) {
        int field = done->item->value[i].field;
        if ((FIELDS[field].told & TO(police)) != 0 &&
            (field != FIELD_address || done->item->state == STATE_visiting))
            fields |= WORK_BIT(field);
    }
    return work_send(dissuasion->work, done->item->id, officers, fields, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct dissuasion *dissuasion = self;
    if (done->step == STEP_assign || done->step == STEP_move || done->step == STEP_visit)
        TRY(tell_officers(dissuasion, done, request));
    if (done->step == STEP_contact || done->step == STEP_try)
        return send(dissuasion, done->item,
                    brought(done->brought, done->brought_count, FIELD_channel),
                    brought(done->brought, done->brought_count, FIELD_message), 1, request);
    if (done->step == STEP_unheard)
        return climb(dissuasion, done->item, request);
    if (done->step == STEP_paid && dissuasion->sinks.paid != NULL)
        return dissuasion->sinks.paid(dissuasion->sinks.self, done->item, request);
    return STATUS_OK;
}

struct work_plug dissuasion_plug(struct dissuasion *dissuasion)
{
    return (struct work_plug){&DISSUASION_KIND, holds, after, dissuasion};
}

/* ---- receipts ---- */

static const char *const RECEIPTS[RECEIPTS_COUNT] = {"delivered", "read", "acknowledged", "failed",
                                                     "silent"};

bool dissuasion_receipt_find(struct slice name, enum dissuasion_receipt *out)
{
    for (unsigned i = 0; i < RECEIPTS_COUNT; i++) {
        if (!slice_equal(name, slice_of(RECEIPTS[i])))
            continue;
        *out = (enum dissuasion_receipt)i;
        return true;
    }
    return false;
}

/* Whether it is about the last text, and tells something that is not known yet: gateways repeat
 * themselves, and letters overtake each other.  An acknowledgement counts for whichever text, and
 * also when nobody waits for it any more. */
static bool receipt_counts(const struct work_item *item, struct slice letter,
                           enum dissuasion_receipt receipt)
{
    uint64_t open = IN(contacting) | IN(unreached) | IN(visiting);
    enum dissuasion_receipt known;
    if (item->kind != &DISSUASION_KIND || item->into[0] != '\0' ||
        (open & WORK_BIT(item->state)) == 0)
        return false;
    if (receipt == RECEIPT_acknowledged)
        return true;
    if (!slice_equal(work_value_of(item, "letter"), letter))
        return false;
    return !dissuasion_receipt_find(work_value_of(item, "receipt"), &known) || known < receipt;
}

enum status dissuasion_heard(struct dissuasion *dissuasion, const char *id, struct slice letter,
                             enum dissuasion_receipt receipt, struct arena *request)
{
    static const char *const MOVES[RECEIPTS_COUNT] = {"heard", "heard", "acknowledge", "unheard",
                                                      "unheard"};
    struct work_item item, moved;
    enum status status = work_find(dissuasion->work, dissuasion->store, id, NULL, request, &item);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (!receipt_counts(&item, letter, receipt))
        return STATUS_OK;
    const struct work_value value = {FIELD_receipt, slice_of(RECEIPTS[receipt])};
    const struct work_move move = {
        .id = id, .step = MOVES[receipt], .version = -1, .value = &value, .values_count = 1};
    return work_step(dissuasion->work, &move, request, NULL, &moved);
}

/* ---- from an alert ---- */

/* domain.md 4.2: EXTREME while the call goes on or money is on its way, the rest by score. */
enum dissuasion_grade dissuasion_grade_of(const struct dissuasion_cause *cause)
{
    if (cause->on_call || cause->at_risk > 0)
        return WARNING_EXTREME;
    if (cause->score >= 0.8)
        return WARNING_HIGH;
    return cause->score >= 0.5 ? WARNING_MEDIUM : WARNING_LOW;
}

static void add(struct work_value *value, unsigned *count, int field, struct slice text)
{
    if (text.size > 0)
        value[(*count)++] = (struct work_value){field, text};
}

enum status dissuasion_from_alert(struct work *work, struct slice owner,
                                  const struct dissuasion_cause *cause, struct arena *request,
                                  struct work_item *out, bool *joined)
{
    struct work_value value[FIELDS_COUNT];
    struct work_refusal refusal = {.field = -1};
    char whole[24];
    unsigned count = 0;
    struct text amount = text_over(whole, sizeof whole);
    enum dissuasion_grade grade = dissuasion_grade_of(cause);
    text_add_whole(&amount, cause->at_risk);
    add(value, &count, FIELD_source, SLICE("alert"));
    add(value, &count, FIELD_grade, slice_of(GRADES[grade]));
    add(value, &count, FIELD_phone, cause->phone);
    add(value, &count, FIELD_document, cause->document);
    add(value, &count, FIELD_area, cause->area);
    add(value, &count, FIELD_involved_number, cause->involved);
    add(value, &count, FIELD_scam, cause->scam.size > 0 ? cause->scam : SLICE("T00"));
    add(value, &count, FIELD_reason, cause->reason);
    add(value, &count, FIELD_on_call, cause->on_call ? SLICE("true") : SLICE("false"));
    if (cause->at_risk >= 0)
        add(value, &count, FIELD_at_risk, text_slice(&amount));
    const struct work_draft draft = {
        .kind = &DISSUASION_KIND,
        .owner = owner,
        .place = cause->area,
        .priority = WARNINGS_COUNT - (int32_t)grade,
        .detected = cause->detected,
        .value = value,
        .values_count = count,
        .source = cause->alert,
    };
    return work_add(work, &draft, request, &refusal, out, joined);
}
