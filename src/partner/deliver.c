/* deliver.c -- letters on their way: claimed, handed over, and what became of it written down.
 *
 *     claim   (transaction)   attempts + 1, due again in half a minute, should we die with them
 *     hand                    outside of any transaction, as long as it takes
 *     note    (transaction)   arrived, handed, refused, nobody there; due again when
 *
 * Invariants:  1. An attempt is counted, and that is durable, before it is made.
 *              2. What a receiver said never takes a letter back from a state it reached meanwhile.
 *              3. One letter that a partner refuses, or breaks over, holds no other one up; a
 *                 partner that nobody answers for is tried a few times, and then left alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/outbox_inside.h"

#include <assert.h>

static_assert(OUTBOX_WAITING == 0 && OUTBOX_ARRIVED == 1 && OUTBOX_HANDED == 2,
              "texts of SQL say these numbers; below 2 a letter is open");

/* A letter in hand. */
struct errand {
    int64_t number;
    struct letter_id id;
    struct slice envelope; /* sealed, until it is handed over */
    bool wanted, tried;
    int64_t added_ms, refusals, failures;
    enum status status;
};

struct round {
    struct outbox *outbox;
    struct lane *lane;
    unsigned count;
    struct errand errand[OUTBOX_BATCH];
};

int64_t outbox_wait_ms(int64_t failures, int64_t most_ms)
{
    int64_t wait_ms = failures < 1    ? OUTBOX_RETRY_MS
                      : failures > 16 ? most_ms
                                      : (int64_t)OUTBOX_RETRY_MS << (failures - 1);
    return wait_ms < most_ms ? wait_ms : most_ms;
}

/* An answer that does not come is asked for more and more seldom. */
static int64_t ask_ms(int64_t waited_ms)
{
    int64_t wait_ms = waited_ms / 4;
    return wait_ms < OUTBOX_ASK_MS       ? OUTBOX_ASK_MS
           : wait_ms > OUTBOX_ASK_MAX_MS ? OUTBOX_ASK_MAX_MS
                                         : wait_ms;
}

/* ---- claiming ---- */

static enum status errand_read(const struct store_value row[7], struct arena *scratch,
                               struct errand *out)
{
    struct errand errand = {.number = row[0].whole,
                            .wanted = row[3].whole != 0,
                            .added_ms = row[4].whole,
                            .refusals = row[5].whole,
                            .failures = row[6].whole};
    TRY(letter_id_parse(row[1].bytes, &errand.id));
    TRY(slice_copy(scratch, row[2].bytes, &errand.envelope));
    *out = errand;
    return STATUS_OK;
}

static enum status due_read(struct round *round, moment now)
{
    static const char DUE[] =
        "SELECT number, id, envelope, wanted, added, refusals, failures FROM partner_letter WHERE "
        "partner = ?1 AND state < 2 AND next <= ?2 AND deadline > ?2 ORDER BY next, number LIMIT "
        "?3";
    const struct store_value values[] = {STORE_OF_TEXT(round->lane->partner->id),
                                         STORE_OF_WHOLE(now.ms), STORE_OF_WHOLE(OUTBOX_BATCH)};
    struct store_rows *rows = NULL;
    struct store_value row[7];
    TRY(store_query(round->outbox->options.store, DUE, values, 3, &rows));
    enum status status = store_next(rows, row, 7);
    while (status == STATUS_OK) {
        must(round->count < OUTBOX_BATCH);
        status = errand_read(row, round->lane->scratch, &round->errand[round->count]);
        if (status == STATUS_OK) {
            round->count++;
            status = store_next(rows, row, 7);
        }
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status due_claim(struct round *round, moment now)
{
    static const char CLAIM[] =
        "UPDATE partner_letter SET attempts = attempts + 1, next = ?2 WHERE number = ?1";
    TRY(due_read(round, now));
    for (unsigned i = 0; i < round->count; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(round->errand[i].number),
                                             STORE_OF_WHOLE(now.ms + OUTBOX_CLAIM_MS)};
        TRY(store_run(round->outbox->options.store, CLAIM, values, 2));
    }
    return STATUS_OK;
}

static enum status claim(struct round *round)
{
    struct store *store = round->outbox->options.store;
    TRY(store_begin(store));
    enum status status = due_claim(round, outbox_now(round->outbox));
    if (status == STATUS_OK && round->count > 0)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* ---- handing over ---- */

/* What came back at once may be the answer; whatever else it is, the letter has arrived.  An answer
 * that its room could not take is asked for again.  STATUS_IO: the store failed. */
static enum status answer_take(struct round *round, struct slice answer, struct arena *request)
{
    struct outbox_received received;
    if (paper_check(answer) != STATUS_OK ||
        paper_type(paper_member(paper_trim(answer), "letter")) != PAPER_TEXT)
        return STATUS_OK;
    enum status status = outbox_receive(round->outbox, answer, false, request, &received);
    return status == STATUS_IO ? status : STATUS_OK;
}

static enum status hand(struct round *round, struct errand *errand, struct arena *request)
{
    const struct outbox_way *way = round->lane->way;
    char *bytes = NULL;
    struct slice envelope;
    TRY(outbox_unseal(round->outbox, errand->envelope, request, &envelope));
    TRY(ARENA_NEW(request, LETTER_ENVELOPE_MAX + 1, &bytes));
    struct text answer = text_over(bytes, LETTER_ENVELOPE_MAX + 1);
    atomic_fetch_add(&round->outbox->figures.attempts, 1);
    errand->tried = true;
    errand->status = way->hand(way->self, &errand->id, envelope, &answer);
    if (errand->status != STATUS_OK || answer.full || answer.size == 0)
        return STATUS_OK;
    return answer_take(round, text_slice(&answer), request);
}

/* Nobody is there, or it is busy: sooner or later the partner is left alone for a while. */
static bool lane_rests(struct outbox *outbox, struct lane *lane, bool busy)
{
    unsigned failures = atomic_fetch_add(&lane->failures, 1) + 1;
    if (!busy && failures < OUTBOX_TRIES)
        return false;
    int64_t wait_ms = outbox_wait_ms((int64_t)failures - OUTBOX_TRIES + 1, OUTBOX_PAUSE_MAX_MS);
    lane->pause_ms = outbox_ticks(outbox) + wait_ms;
    return true;
}

/* Whether the next letter may be tried. */
static bool goes_on(struct round *round, enum status status)
{
    struct lane *lane = round->lane;
    if (status != STATUS_OK && status != STATUS_REFUSED)
        return !lane_rests(round->outbox, lane, status == STATUS_LATE);
    atomic_store(&lane->failures, 0);
    if (status == STATUS_OK)
        atomic_store(&lane->reached, outbox_now(round->outbox).ms);
    return true;
}

static enum status hand_all(struct round *round)
{
    struct arena *request = NULL;
    enum status status = STATUS_OK;
    TRY(arena_create(&request, OUTBOX_SCRATCH));
    for (unsigned i = 0; i < round->count && status == STATUS_OK; i++) {
        arena_reset(request);
        status = hand(round, &round->errand[i], request);
        if (status == STATUS_OK && !goes_on(round, round->errand[i].status))
            break;
    }
    arena_destroy(request);
    return status;
}

/* ---- noting ---- */

static enum status note_arrived(struct round *round, const struct errand *errand, moment now)
{
    static const char ARRIVED[] =
        "UPDATE partner_letter SET state = CASE WHEN state = 0 THEN ?2 ELSE state END, arrived = "
        "COALESCE(arrived, ?3), next = ?4 WHERE number = ?1";
    const struct store_value values[] = {
        STORE_OF_WHOLE(errand->number),
        STORE_OF_WHOLE(errand->wanted ? OUTBOX_ARRIVED : OUTBOX_HANDED), STORE_OF_WHOLE(now.ms),
        STORE_OF_WHOLE(now.ms + ask_ms(now.ms - errand->added_ms))};
    atomic_fetch_add(&round->outbox->figures.handed, 1);
    return store_run(round->outbox->options.store, ARRIVED, values, 4);
}

static enum status note_failed(struct round *round, const struct errand *errand, moment now)
{
    static const char REFUSED[] =
        "UPDATE partner_letter SET refusals = refusals + 1, next = ?2 WHERE number = ?1";
    static const char FAILED[] =
        "UPDATE partner_letter SET failures = failures + 1, next = ?2 WHERE number = ?1";
    bool refused = errand->status == STATUS_REFUSED;
    int64_t before = refused ? errand->refusals : errand->failures;
    int64_t wait_ms = outbox_wait_ms(before + 1, OUTBOX_RETRY_MAX_MS);
    const struct store_value values[] = {STORE_OF_WHOLE(errand->number),
                                         STORE_OF_WHOLE(now.ms + wait_ms)};
    atomic_fetch_add(refused ? &round->outbox->figures.refusals : &round->outbox->figures.failures,
                     1);
    return store_run(round->outbox->options.store, refused ? REFUSED : FAILED, values, 2);
}

/* It was claimed, but its turn did not come. */
static enum status note_untried(struct round *round, const struct errand *errand, moment now)
{
    static const char UNTRIED[] =
        "UPDATE partner_letter SET attempts = attempts - 1, next = ?2 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(errand->number), STORE_OF_WHOLE(now.ms)};
    return store_run(round->outbox->options.store, UNTRIED, values, 2);
}

static enum status note_all(struct round *round)
{
    struct store *store = round->outbox->options.store;
    moment now = outbox_now(round->outbox);
    enum status status = STATUS_OK;
    TRY(store_begin(store));
    for (unsigned i = 0; i < round->count && status == STATUS_OK; i++) {
        const struct errand *errand = &round->errand[i];
        status = !errand->tried                ? note_untried(round, errand, now)
                 : errand->status == STATUS_OK ? note_arrived(round, errand, now)
                                               : note_failed(round, errand, now);
    }
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

static enum status send(struct round *round, unsigned *done)
{
    arena_reset(round->lane->scratch);
    TRY(claim(round));
    if (round->count == 0)
        return STATUS_OK;
    enum status handed = hand_all(round);
    TRY(note_all(round));
    for (unsigned i = 0; i < round->count; i++)
        *done += round->errand[i].tried && round->errand[i].status == STATUS_OK;
    return handed;
}

/* ---- fetching ---- */

/* The next letter that lies there, taken or set aside.  STATUS_END: none, or not now; STATUS_IO:
 * the store failed. */
static enum status fetch_one(struct outbox *outbox, struct lane *lane)
{
    struct outbox_received received;
    struct slice envelope;
    arena_reset(lane->scratch);
    enum status status = lane->way->fetch(lane->way->self, lane->scratch, &envelope);
    bool refused = status == STATUS_MALFORMED; /* no letter is so long */
    if (status == STATUS_END)
        return STATUS_END;
    if (status == STATUS_OK) {
        status = outbox_receive(outbox, envelope, false, lane->scratch, &received);
        refused = status == STATUS_REFUSED;
        if (status == STATUS_IO)
            return STATUS_IO;
    }
    if ((status == STATUS_OK || refused) && lane->way->taken(lane->way->self, refused) == STATUS_OK)
        return STATUS_OK;
    (void)lane_rests(outbox, lane,
                     true); /* it lies there still, and is known when it comes again */
    return STATUS_END;
}

static enum status fetch(struct outbox *outbox, struct lane *lane, unsigned *done)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < OUTBOX_BATCH && status == STATUS_OK; i++) {
        status = fetch_one(outbox, lane);
        *done += status == STATUS_OK;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status outbox_step(struct outbox *outbox, const struct partner *partner, unsigned *done)
{
    struct lane *lane = &outbox->lane[partner->index];
    struct round round = {.outbox = outbox, .lane = lane};
    *done = 0;
    if (lane->way == NULL)
        return STATUS_OK;
    if (outbox_ticks(outbox) < lane->pause_ms)
        return STATUS_OK;
    if (lane->way->fetch != NULL)
        TRY(fetch(outbox, lane, done));
    return send(&round, done);
}

enum status outbox_next(struct outbox *outbox, const struct lane *lane, moment *out)
{
    static const char NEXT[] =
        "SELECT next FROM partner_letter WHERE partner = ?1 AND state < 2 AND deadline > ?2 ORDER "
        "BY next LIMIT 1";
    const struct store_value values[] = {STORE_OF_TEXT(lane->partner->id),
                                         STORE_OF_WHOLE(outbox_now(outbox).ms)};
    struct store *store = outbox->options.store;
    struct store_rows *rows = NULL;
    struct store_value row[1];
    *out = MOMENT_NONE;
    TRY(store_begin(store));
    enum status status = store_query(store, NEXT, values, 2, &rows);
    if (status == STATUS_OK) {
        status = store_next(rows, row, 1);
        if (status == STATUS_OK)
            out->ms = row[0].whole;
        store_end(rows);
    }
    store_rollback(store);
    return status == STATUS_END ? STATUS_OK : status;
}
