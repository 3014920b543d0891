/* desk.c -- one alert for one subject, however many findings there are.
 *
 * The desk remembers, for each (typology, subject) it has ever written about, when it last did and
 * the highest grade so far.  A finding then is
 *
 *      not remembered                          -> alert, "first"
 *      graded higher than all before           -> alert, "repeat": somebody must look again
 *      its rule's quiet since the last alert   -> alert, "repeat"
 *      else                                    -> merged, counted, silent
 *
 * The quiet is that of the rule that found it: who writes `quiet 7d` does not want to hear from
 * that rule about that subject for seven days, whoever spoke last.  A late finding, older than the
 * last alert, is within any quiet.
 *
 * Invariants:  1. findings = alerts + repeats + merged.
 *              2. What is written depends on the findings and their order alone, never on memory
 *                 layout.
 *              3. Two alerts of one desk have different ids.  The digest of the record is a part
 *                 of the id, so that nobody who knows all the rest can find a masked subject by
 *                 trying all phones.
 *
 * Not chosen:  forgetting quiet subjects.  A "first" would then sometimes be none; the table says
 *              full. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/desk_inside.h"

#include <stdio.h>

enum { SEATS_FIRST = 1024 };

static enum status desk_take(void *self, const struct finding *finding);
static bool desk_wants(void *self, const struct finding *finding);

enum status alert_desk_create(struct alert_desk **out, const struct rule_set *set,
                              size_t memory_max, struct alert_sink sink, struct arena *boot)
{
    if (memory_max < SEATS_FIRST * sizeof(struct seat))
        return STATUS_FULL;
    struct alert_desk *desk;
    TRY(ARENA_NEW(boot, 1, &desk));
    desk->set = set;
    desk->sink = sink;
    desk->memory_max = memory_max;
    rules_digest(set, boot, &desk->image);
    TRY(pages_take(SEATS_FIRST * sizeof(struct seat), (void **)&desk->seat));
    desk->seats_count = SEATS_FIRST;
    *out = desk;
    return STATUS_OK;
}

void alert_desk_destroy(struct alert_desk *desk)
{
    if (desk != NULL)
        pages_give_back(desk->seat, desk->seats_count * sizeof *desk->seat);
}

struct finding_sink alert_desk_sink(struct alert_desk *desk)
{
    return (struct finding_sink){.take = desk_take, .self = desk, .wants = desk_wants};
}

void alert_desk_count(const struct alert_desk *desk, struct alert_counts *out)
{
    *out = desk->counts;
}

uint64_t seat_hash(unsigned label, ident subject)
{
    return hash_word(subject.bits + label);
}

/* The seat of a subject, or the free one where it would sit. */
struct seat *seat_find(struct seat *seats, size_t count, enum label label, ident subject)
{
    size_t at = (size_t)(((unsigned __int128)seat_hash(label, subject) * count) >> 64);
    while (ident_known(seats[at].subject) &&
           !(ident_equal(seats[at].subject, subject) && seats[at].label == label))
        at = (at + 1) & (count - 1);
    return &seats[at];
}

static enum status desk_double(struct alert_desk *desk)
{
    size_t size = desk->seats_count * sizeof *desk->seat;
    if (size > desk->memory_max / 3) /* old and new live together for a moment */
        return STATUS_FULL;
    struct seat *larger;
    TRY(pages_take(size * 2, (void **)&larger));
    for (size_t i = 0; i < desk->seats_count; i++) {
        struct seat *seat = &desk->seat[i];
        if (ident_known(seat->subject))
            *seat_find(larger, desk->seats_count * 2, seat->label, seat->subject) = *seat;
    }
    pages_give_back(desk->seat, size);
    desk->seat = larger;
    desk->seats_count *= 2;
    return STATUS_OK;
}

enum status desk_grow(struct alert_desk *desk, uint64_t more)
{
    if (more > desk->memory_max)
        return STATUS_FULL;
    while (desk->seats_taken + more > desk->seats_count / 4 * 3)
        TRY(desk_double(desk));
    return STATUS_OK;
}

static void alert_name(const struct alert_desk *desk, const struct finding *finding,
                       char id[ALERT_ID_SIZE])
{
    char numbers[64];
    int size = snprintf(numbers, sizeof numbers, "%lld %llu %d", (long long)finding->at.ms,
                        (unsigned long long)finding->record->digest, (int)finding->grade);
    must(size > 0 && (size_t)size < sizeof numbers);
    const struct slice parts[] = {
        {(const char *)desk->image.bytes, sizeof desk->image.bytes},
        finding->rule->name,
        slice_of(label_name(finding->rule->label)),
        finding->subject_text,
        {numbers, (size_t)size},
    };
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&digest, hex);
    memcpy(id, hex, ALERT_ID_SIZE - 1);
    id[ALERT_ID_SIZE - 1] = '\0';
}

/* Whether a remembered subject is worth a word again. */
static bool speaks_again(const struct seat *seat, const struct finding *finding)
{
    return finding->grade > (enum grade)seat->grade ||
           finding->at.ms - seat->last.ms >= finding->rule->quiet_ms;
}

/* Of what merges silently nobody will read the evidence. */
static bool desk_wants(void *self, const struct finding *finding)
{
    const struct alert_desk *desk = self;
    const struct seat *seat =
        seat_find(desk->seat, desk->seats_count, finding->rule->label, finding->subject);
    return !ident_known(seat->subject) || speaks_again(seat, finding);
}

static enum status desk_take(void *self, const struct finding *finding)
{
    struct alert_desk *desk = self;
    const struct rule *rule = finding->rule;
    size_t index = (size_t)(rule - desk->set->rule);
    must(index < desk->set->rules_count);
    must(ident_known(finding->subject));
    TRY(desk_grow(desk, 1));
    struct seat *seat = seat_find(desk->seat, desk->seats_count, rule->label, finding->subject);
    bool first = !ident_known(seat->subject);
    desk->counts.findings++;
    if (!first && !speaks_again(seat, finding)) {
        seat->merged += seat->merged != UINT32_MAX;
        desk->counts.merged++;
        desk->counts.merged_of[index]++;
        return STATUS_OK;
    }
    struct alert alert = {.finding = finding, .first = first, .merged_before = seat->merged};
    alert_name(desk, finding, alert.id);
    uint8_t grade =
        first || finding->grade > (enum grade)seat->grade ? (uint8_t)finding->grade : seat->grade;
    *seat = (struct seat){finding->subject, finding->at, seat->merged, (uint8_t)rule->label, grade};
    desk->seats_taken += first;
    desk->counts.alerts += first;
    desk->counts.repeats += !first;
    desk->counts.alerts_of[index]++;
    desk->counts.repeats_of[index] += !first;
    desk->counts.subjects_of[rule->label] += first;
    return desk->sink.take(desk->sink.self, &alert);
}
