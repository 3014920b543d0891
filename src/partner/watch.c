/* watch.c -- deadlines that pass, ids that may be forgotten, and looking at letters.
 *
 * Invariants:  1. `missed` is said once of a letter: its state changes in the same transaction.
 *              2. Alarms are given in the order of their instants, many in one transaction; when
 *                 one fails, each by itself, and the failing one again later.
 *              3. If the wall clock was set back, what was due before it is due now. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/outbox_inside.h"

enum { WATCH_BATCH = 64 };

/* A letter whose time is over. */
struct overdue {
    int64_t number;
    struct outbox_missed missed;
};

struct watching {
    struct outbox *outbox;
    moment now;
    unsigned count;
    struct overdue overdue[WATCH_BATCH];
};

static enum status overdue_of_row(struct watching *watching, const struct store_value row[8],
                                  struct overdue *out)
{
    struct arena *scratch = watching->outbox->scratch;
    struct overdue overdue = {
        .number = row[0].whole,
        .missed = {.to = partner_find(watching->outbox->options.list, row[2].bytes),
                   .arrived = row[5].type != STORE_NULL,
                   .attempts = row[6].whole,
                   .deadline = {row[7].whole},
                   .now = watching->now}};
    TRY(letter_id_parse(row[1].bytes, &overdue.missed.id));
    TRY(slice_copy(scratch, row[3].bytes, &overdue.missed.kind));
    TRY(slice_copy(scratch, row[4].bytes, &overdue.missed.object));
    *out = overdue;
    return STATUS_OK;
}

static enum status overdue_read(struct watching *watching)
{
    static const char OVER[] =
        "SELECT number, id, partner, kind, object, arrived, attempts, deadline FROM partner_letter "
        "WHERE state < 2 AND alarm <= ?1 ORDER BY alarm, number LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(watching->now.ms),
                                         STORE_OF_WHOLE(WATCH_BATCH)};
    struct store_rows *rows = NULL;
    struct store_value row[8];
    watching->count = 0;
    arena_reset(watching->outbox->scratch);
    TRY(store_query(watching->outbox->options.store, OVER, values, 2, &rows));
    enum status status = store_next(rows, row, 8);
    while (status == STATUS_OK) {
        status = overdue_of_row(watching, row, &watching->overdue[watching->count]);
        if (status == STATUS_OK) {
            watching->count++;
            status = store_next(rows, row, 8);
        }
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status missed_write(struct watching *watching, const struct overdue *overdue)
{
    static const char MISSED[] = "UPDATE partner_letter SET state = ?2 WHERE number = ?1";
    struct outbox *outbox = watching->outbox;
    const struct outbox_missed *missed = &overdue->missed;
    const struct outbox_plug *plug = outbox_plug_find(outbox, missed->kind);
    const struct store_value values[] = {STORE_OF_WHOLE(overdue->number),
                                         STORE_OF_WHOLE(OUTBOX_MISSED)};
    const struct outbox_entry entry = {.action = "letter.miss",
                                       .outcome = missed->arrived ? "unanswered" : "undelivered",
                                       .id = &missed->id,
                                       .kind = missed->kind,
                                       .partner = missed->to == NULL ? SLICE("") : missed->to->id,
                                       .object = missed->object};
    TRY(store_run(outbox->options.store, MISSED, values, 2));
    if (plug != NULL && plug->missed != NULL)
        TRY(plug->missed(plug->self, missed, outbox->scratch));
    return outbox_entry_append(outbox, &entry);
}

/* The alarms [from, to) of the batch, in one transaction. */
static enum status missed_say(struct watching *watching, unsigned from, unsigned to)
{
    struct store *store = watching->outbox->options.store;
    enum status status = STATUS_OK;
    TRY(store_begin(store));
    for (unsigned i = from; i < to && status == STATUS_OK; i++)
        status = missed_write(watching, &watching->overdue[i]);
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    TRY(store_commit(store));
    atomic_fetch_add(&watching->outbox->figures.missed, to - from);
    return STATUS_OK;
}

static enum status missed_later(struct watching *watching, const struct overdue *overdue)
{
    static const char LATER[] = "UPDATE partner_letter SET alarm = ?2 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(overdue->number),
                                         STORE_OF_WHOLE(watching->now.ms + OUTBOX_ALARM_AGAIN_MS)};
    struct store *store = watching->outbox->options.store;
    TRY(store_begin(store));
    enum status status = store_run(store, LATER, values, 2);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* All at once; or each by itself, and those that fail again later. */
static enum status missed_say_all(struct watching *watching, unsigned *missed)
{
    if (missed_say(watching, 0, watching->count) == STATUS_OK) {
        *missed += watching->count;
        return STATUS_OK;
    }
    for (unsigned i = 0; i < watching->count; i++) {
        if (missed_say(watching, i, i + 1) == STATUS_OK)
            ++*missed;
        else
            TRY(missed_later(watching, &watching->overdue[i]));
    }
    return STATUS_OK;
}

static enum status overdue_find(struct watching *watching)
{
    struct store *store = watching->outbox->options.store;
    TRY(store_begin(store));
    enum status status = overdue_read(watching);
    store_rollback(store);
    return status;
}

/* ---- housekeeping ---- */

/* What could not be due so late is due now. */
static enum status clock_mend(struct watching *watching)
{
    static const char MEND[] = "UPDATE partner_letter SET next = ?1 WHERE state < 2 AND next > ?2";
    const struct store_value values[] = {
        STORE_OF_WHOLE(watching->now.ms),
        STORE_OF_WHOLE(watching->now.ms + OUTBOX_ASK_MAX_MS + OUTBOX_CLAIM_MS)};
    return store_run(watching->outbox->options.store, MEND, values, 2);
}

static enum status forget(struct watching *watching)
{
    static const char TAKEN[] =
        "DELETE FROM partner_taken WHERE (sender, id) IN (SELECT sender, id FROM partner_taken "
        "WHERE expires < ?1 ORDER BY expires LIMIT ?2)";
    static const char LETTERS[] =
        "DELETE FROM partner_letter WHERE number IN (SELECT number FROM partner_letter WHERE state "
        ">= 2 AND deadline < ?1 ORDER BY deadline LIMIT ?2)";
    const struct store_value taken[] = {STORE_OF_WHOLE(watching->now.ms - DAY_MS),
                                        STORE_OF_WHOLE(OUTBOX_FORGET_ROWS)};
    const struct store_value letters[] = {
        STORE_OF_WHOLE(watching->now.ms - (int64_t)OUTBOX_KEPT_DAYS * DAY_MS),
        STORE_OF_WHOLE(OUTBOX_FORGET_ROWS)};
    TRY(store_run(watching->outbox->options.store, TAKEN, taken, 2));
    return store_run(watching->outbox->options.store, LETTERS, letters, 2);
}

/* Some rows every second are more than a day's letters in a day. */
static enum status keep_house(struct watching *watching)
{
    struct outbox *outbox = watching->outbox;
    struct store *store = outbox->options.store;
    bool back = watching->now.ms < outbox->watched.ms;
    bool again = outbox->forgot.ms == MOMENT_NONE.ms || back ||
                 watching->now.ms - outbox->forgot.ms >= SECOND_MS;
    bool first = outbox->watched.ms == MOMENT_NONE.ms;
    outbox->watched = watching->now;
    if (!again)
        return STATUS_OK;
    outbox->forgot = watching->now;
    TRY(store_begin(store));
    enum status status = forget(watching);
    if (status == STATUS_OK && (back || first))
        status = clock_mend(watching);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

enum status outbox_watch(struct outbox *outbox, unsigned *missed)
{
    struct watching watching = {.outbox = outbox, .now = outbox_now(outbox)};
    *missed = 0;
    TRY(keep_house(&watching));
    TRY(overdue_find(&watching));
    return watching.count == 0 ? STATUS_OK : missed_say_all(&watching, missed);
}

/* ---- looking ---- */

static moment moment_of(const struct store_value *value)
{
    return value->type == STORE_NULL ? MOMENT_NONE : (moment){value->whole};
}

enum status outbox_find(const struct outbox *outbox, struct store *reader,
                        const struct letter_id *id, struct arena *request, struct outbox_row *out)
{
    static const char FIND[] =
        "SELECT id, reply_to, partner, kind, object, state, added, deadline, arrived, answered, "
        "attempts, refusals, failures, answers FROM partner_letter WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(id->hex));
    struct store_value row[14];
    TRY(store_one(reader, FIND, &value, 1, row, 14, request));
    struct outbox_row found = {.to = partner_find(outbox->options.list, row[2].bytes),
                               .kind = row[3].bytes,
                               .object = row[4].bytes,
                               .state = (enum outbox_state)row[5].whole,
                               .added = {row[6].whole},
                               .deadline = {row[7].whole},
                               .arrived = moment_of(&row[8]),
                               .answered = moment_of(&row[9]),
                               .attempts = row[10].whole,
                               .refusals = row[11].whole,
                               .failures = row[12].whole,
                               .answers = row[13].whole};
    TRY(letter_id_parse(row[0].bytes, &found.id));
    if (row[1].bytes.size > 0)
        TRY(letter_id_parse(row[1].bytes, &found.reply_to));
    *out = found;
    return STATUS_OK;
}

void outbox_figures(struct outbox *outbox, struct outbox_figures *out)
{
    *out = (struct outbox_figures){.added = atomic_load(&outbox->figures.added),
                                   .attempts = atomic_load(&outbox->figures.attempts),
                                   .handed = atomic_load(&outbox->figures.handed),
                                   .refusals = atomic_load(&outbox->figures.refusals),
                                   .failures = atomic_load(&outbox->figures.failures),
                                   .answered = atomic_load(&outbox->figures.answered),
                                   .missed = atomic_load(&outbox->figures.missed),
                                   .taken = atomic_load(&outbox->figures.taken),
                                   .doubles = atomic_load(&outbox->figures.doubles)};
    for (unsigned i = 0; i < LETTER_FAULTS_COUNT; i++)
        out->refused[i] = atomic_load(&outbox->figures.refused[i]);
}

enum status outbox_health(struct outbox *outbox, struct store *reader,
                          const struct partner *partner, struct outbox_health *out)
{
    static const char OPEN[] =
        "SELECT count(*), count(CASE WHEN deadline <= ?2 THEN 1 END) FROM partner_letter WHERE "
        "partner = ?1 AND state < 2";
    moment now = outbox->options.clock.now(outbox->options.clock.self);
    const struct store_value values[] = {STORE_OF_TEXT(partner->id), STORE_OF_WHOLE(now.ms)};
    struct lane *lane = &outbox->lane[partner->index];
    struct store_rows *rows = NULL;
    struct store_value row[2];
    TRY(store_query(reader, OPEN, values, 2, &rows));
    enum status status = store_next(rows, row, 2);
    int64_t open = status == STATUS_OK ? row[0].whole : 0;
    int64_t overdue = status == STATUS_OK ? row[1].whole : 0;
    store_end(rows);
    TRY(status);
    *out = (struct outbox_health){.open = open,
                                  .overdue = overdue,
                                  .reached = {atomic_load(&lane->reached)},
                                  .failures = atomic_load(&lane->failures)};
    return STATUS_OK;
}
