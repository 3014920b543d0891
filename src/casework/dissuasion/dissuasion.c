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

static bool is_sent(struct slice channel)
{
    return slice_equal(channel, SLICE("sms")) || slice_equal(channel, SLICE("flash_sms"));
}

/* What a step that contacts somebody sends: the text that was typed, or the script of the type. */
static enum status send(const struct dissuasion *dissuasion, const struct work_done *done,
                        struct arena *request)
{
    struct slice channel = brought(done->brought, done->brought_count, FIELD_channel);
    struct slice text = brought(done->brought, done->brought_count, FIELD_message);
    struct slice to = work_value_of(done->item, "phone");
    struct slice scam = work_value_of(done->item, "scam");
    if (!is_sent(channel) || dissuasion->sinks.post.send == NULL)
        return STATUS_OK;
    if (text.size == 0) {
        const struct saying *script = script_find(scam.size == 0 ? SLICE("T00") : scam, channel);
        text = slice_of(script->in[dissuasion->tongue]);
    }
    must(wording_check(text) == WORDING_FINE);
    return to.size == 0 ? STATUS_REFUSED
                        : dissuasion->sinks.post.send(dissuasion->sinks.post.self, done->item,
                                                      channel, to, text, request);
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
    const struct dissuasion *dissuasion = self;
    if (done->step == STEP_assign || done->step == STEP_move || done->step == STEP_visit)
        TRY(tell_officers(dissuasion, done, request));
    if (done->step == STEP_contact || done->step == STEP_try)
        return send(dissuasion, done, request);
    if (done->step == STEP_paid && dissuasion->sinks.paid != NULL)
        return dissuasion->sinks.paid(dissuasion->sinks.self, done->item, request);
    return STATUS_OK;
}

struct work_plug dissuasion_plug(struct dissuasion *dissuasion)
{
    return (struct work_plug){&DISSUASION_KIND, holds, after, dissuasion};
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
