/* match.c -- whom both sides spoke of, whom only one.
 *
 * Subjects go by typology and pseudonym, as the bulletin keeps them: no name is held.  Detection's
 * alerts are read twice: before the pass, so that a trial's alert is known to be the same at once
 * and its example kept; and behind it, when it is known how far the trial came.
 *
 * Invariants:  1. new + same = subjects of the trial; gone + same = subjects of detection, of what
 *                 was reached.
 *              2. Which examples are kept depends on the order of the journal alone.
 *              3. What was decided counts once for a subject; nobody decided about what is new. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hindsight/hindsight_inside.h"

enum { TABLES_MEMORY = 64 << 20, PAGE_ROWS = 64 };

enum status match_open(struct trial *trial)
{
    struct arena *image = trial->image;
    char *result = NULL;
    TRY(ARENA_NEW(image, PAIR_SLOTS, &trial->pair));
    TRY(ARENA_NEW(image, ROWS_MAX, &trial->row));
    TRY(arena_take(image, ALERT_BYTES_MAX, (void **)&trial->json));
    TRY(arena_take(image, RESULT_BYTES_MAX, (void **)&result));
    trial->result = text_over(result, RESULT_BYTES_MAX);
    return STATUS_OK;
}

/* ---- tables ---- */

static enum status full(struct trial *trial)
{
    trial->cut = HINDSIGHT_CUT_subjects;
    return STATUS_FULL;
}

/* The pair of a pseudonym, made if there is none.  STATUS_FULL. */
static enum status pair_of(struct trial *trial, struct slice subject, enum label label,
                           struct pair **out)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)label;
    if (subject.size == 0 || subject.size >= BULLETIN_SUBJECT_SIZE)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < subject.size; i++)
        hash = (hash ^ (unsigned char)subject.at[i]) * 1099511628211u;
    for (uint64_t slot = hash;; slot++) {
        struct pair *pair = &trial->pair[slot & (PAIR_SLOTS - 1)];
        if (pair->subject[0] == '\0') {
            if (trial->pairs_count == HINDSIGHT_SUBJECTS_MAX)
                return full(trial);
            trial->pairs_count++;
            memcpy(pair->subject, subject.at, subject.size);
            pair->label = (uint8_t)label;
        } else if (pair->label != label || !slice_equal(slice_of(pair->subject), subject)) {
            continue;
        }
        *out = pair;
        return STATUS_OK;
    }
}

static enum status row_of(struct trial *trial, struct slice name, enum label label, uint16_t *out)
{
    for (uint32_t i = 0; i < trial->rows_count; i++) {
        if (trial->row[i].label == label && slice_equal(trial->row[i].name, name)) {
            *out = (uint16_t)i;
            return STATUS_OK;
        }
    }
    if (trial->rows_count == ROWS_MAX)
        return full(trial);
    struct rule_row *row = &trial->row[trial->rows_count];
    *row = (struct rule_row){.label = label};
    TRY(slice_copy(trial->image, name, &row->name));
    *out = (uint16_t)trial->rows_count++;
    return STATUS_OK;
}

/* The counts of a day, of the trial or of detection; the days are kept in order. */
static uint64_t *day_of(struct trial *trial, moment at, bool live)
{
    int64_t ms = at.ms + (int64_t)trial->options.zone_minutes * MINUTE_MS;
    int64_t day = ms / (24 * HOUR_MS) - (ms % (24 * HOUR_MS) < 0);
    uint32_t i = 0;
    while (i < trial->days_count && trial->day[i].day < day)
        i++;
    if (i == trial->days_count || trial->day[i].day != day) {
        if (trial->days_count == HINDSIGHT_DAYS_MAX)
            return live ? &trial->other_days_live : &trial->other_days;
        memmove(&trial->day[i + 1], &trial->day[i], (trial->days_count - i) * sizeof *trial->day);
        trial->day[i] = (struct day_row){.day = day};
        trial->days_count++;
    }
    return live ? &trial->day[i].alerts_live : &trial->day[i].alerts;
}

static enum status example_keep(struct trial *trial, struct examples *examples, struct pair *pair,
                                struct slice json)
{
    if (examples->count == HINDSIGHT_EXAMPLES_MAX || json.size > EXAMPLE_BYTES_MAX)
        return STATUS_OK;
    struct example *example = &examples->at[examples->count];
    TRY(slice_copy(trial->image, json, &example->json));
    example->pair = pair;
    pair->shown = true;
    examples->count++;
    return STATUS_OK;
}

/* ---- the trial's alerts ---- */

enum status match_tried(void *self, const struct alert *alert)
{
    struct trial *trial = self;
    const struct finding *finding = alert->finding;
    char subject[BULLETIN_SUBJECT_SIZE];
    struct pair *pair = NULL;
    uint64_t position = finding->positions_count == 0 ? 0 : finding->position[0];
    uint16_t row = 0;
    if (position < atomic_load(&trial->from))
        return STATUS_OK; /* it only remembers yet */
    bulletin_subject(trial->options.bulletin, finding, subject);
    TRY(pair_of(trial, slice_of(subject), finding->rule->label, &pair));
    TRY(row_of(trial, finding->rule->name, finding->rule->label, &row));
    trial->alerts++;
    trial->row[row].alerts++;
    (*day_of(trial, finding->at, false))++;
    if (pair->tried != 0)
        return STATUS_OK;
    pair->tried = position == 0 ? 1 : position;
    pair->row = row;
    struct examples *examples = pair->alerted == 0 ? &trial->fresh : &trial->same;
    if (examples->count == HINDSIGHT_EXAMPLES_MAX)
        return STATUS_OK;
    struct text json = text_over(trial->json, ALERT_BYTES_MAX);
    const struct alert_view view = {.zone_minutes = trial->options.zone_minutes,
                                    .image = trial->digest};
    text_add_alert_json(&json, alert, &view);
    return example_keep(trial, examples, pair, text_slice(&json));
}

/* ---- those of detection ---- */

struct reading {
    struct trial *trial;
    enum status (*take)(struct trial *trial, const struct alert_row *row, enum label label);
    uint64_t below, number;
    size_t seen;
    enum status status;
};

/* A typology that this program does not know any more is nobody's match. */
static enum label label_of(struct slice name)
{
    unsigned label = 0;
    while (label < LABELS_COUNT && !slice_equal(slice_of(label_name((enum label)label)), name))
        label++;
    return (enum label)label;
}

static enum status row_take(void *self, const struct alert_row *row)
{
    struct reading *reading = self;
    reading->number = row->number;
    reading->seen++;
    if (row->shadow || row->position >= reading->below ||
        row->position < atomic_load(&reading->trial->from))
        return STATUS_OK;
    reading->status = reading->take(reading->trial, row, label_of(row->typology));
    return reading->status;
}

/* Every alert of the window below `reading->below`, oldest first. */
static enum status alerts_read(struct trial *trial, struct reading *reading)
{
    char bytes[128];
    struct text words = text_over(bytes, sizeof bytes);
    struct filter *filter = NULL;
    struct filter_complaint complaint;
    struct arena *arena = NULL;
    text_addf(&words, "position:>=%llu shadow:no", (unsigned long long)atomic_load(&trial->from));
    TRY(arena_create(&arena, TABLES_MEMORY));
    enum status status =
        filter_read(text_slice(&words), trial->options.zone_minutes, arena, &filter, &complaint);
    must(status != STATUS_MALFORMED);
    do {
        reading->seen = 0;
        arena_reset(trial->scratch);
        const struct bulletin_query query = {
            .filter = filter, .after = reading->number, .count_max = PAGE_ROWS};
        if (status == STATUS_OK)
            status = bulletin_look(trial->reader, &query, trial->scratch,
                                   (struct bulletin_sink){row_take, reading});
        if (status == STATUS_OK)
            status = reading->status;
        if (atomic_load(&trial->stop))
            status = STATUS_STOPPED;
    } while (status == STATUS_OK && reading->seen == PAGE_ROWS);
    arena_destroy(arena);
    return status;
}

static enum status alerted_note(struct trial *trial, const struct alert_row *row, enum label label)
{
    struct pair *pair = NULL;
    enum status status = pair_of(trial, row->subject, label, &pair);
    if (status == STATUS_FULL) /* the window ends here */
        atomic_store(&trial->to, row->position);
    TRY(status);
    if (pair->alerted == 0)
        pair->alerted = row->position == 0 ? 1 : row->position;
    return STATUS_OK;
}

enum status match_alerted(struct trial *trial)
{
    struct reading reading = {trial, alerted_note, atomic_load(&trial->to), 0, 0, STATUS_OK};
    enum status status = alerts_read(trial, &reading);
    return status == STATUS_FULL && trial->cut == HINDSIGHT_CUT_subjects ? STATUS_OK : status;
}

/* ---- what came of it ---- */

/* Work that was made of an alert, and alerts on what was known, say nothing of whether it holds. */
static enum hindsight_verdict verdict_of(struct slice outcome)
{
    static const struct {
#define OUTCOME(name, en, zh) const char *name;
#include "bulletin/outcomes.inc"
#undef OUTCOME
    } SAYS = {
#define OUTCOME(name, en, zh) #name,
#include "bulletin/outcomes.inc"
#undef OUTCOME
    };
    if (slice_equal(outcome, slice_of(SAYS.confirmed)))
        return VERDICT_TRUE;
    return slice_equal(outcome, slice_of(SAYS.false_alarm)) ? VERDICT_FALSE : VERDICT_NONE;
}

static enum status alerted_count(struct trial *trial, const struct alert_row *row, enum label label)
{
    struct pair *pair = NULL;
    uint16_t at = 0;
    TRY(pair_of(trial, row->subject, label, &pair));
    TRY(row_of(trial, row->rule, label, &at));
    trial->alerts_live++;
    trial->row[at].alerts_live++;
    (*day_of(trial, row->time, true))++;
    if (pair->verdict < verdict_of(row->outcome))
        pair->verdict = (uint8_t)verdict_of(row->outcome);
    if (pair->counted)
        return STATUS_OK;
    pair->counted = true;
    pair->row_live = at;
    if (pair->tried != 0) {
        trial->row[pair->row].same++;
    } else {
        trial->row[at].gone++;
        TRY(example_keep(trial, &trial->gone, pair, row->masked));
    }
    return pair->shown ? slice_copy(trial->image, row->id, &pair->live) : STATUS_OK;
}

static void pair_count(struct trial *trial, const struct pair *pair)
{
    bool tried = pair->tried != 0;
    if (tried && !pair->counted)
        trial->row[pair->row].fresh++;
    if (!pair->counted)
        return;
    trial->row[pair->row_live].decided_live[pair->verdict]++;
    if (tried)
        trial->row[pair->row].decided[pair->verdict]++;
}

enum status match_count(struct trial *trial)
{
    struct reading reading = {trial, alerted_count, atomic_load(&trial->reached), 0, 0, STATUS_OK};
    TRY(alerts_read(trial, &reading));
    for (uint32_t i = 0; i < PAIR_SLOTS; i++)
        pair_count(trial, &trial->pair[i]);
    return STATUS_OK;
}
