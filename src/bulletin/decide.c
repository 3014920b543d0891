/* decide.c -- what people made of alerts: an outcome with its reason, all that was said before, and
 * how often each rule was right.
 *
 *     open ── outcome, code, words ──> decided ── open: taken up again ──> open ── …
 *
 * The row of the alert has what holds now, alert_said every word that was spoken, and a tally how
 * many alerts of each rule stand under which outcome, by the day of the decision: a rule's
 * precision comes from it, also when the alerts are long forgotten.  All is one transaction with
 * the audit entry of the caller.
 *
 * Invariants:  1. The newest row of the history is what the alert's row says.
 *              2. The tally counts each decided alert once, under its outcome, on the day (UTC) of
 *                 the decision.
 *              3. Words may name somebody: here they are sealed, beside the alert's id.
 *              4. Whoever decides again has seen that it was decided: only what is open can be
 *                 decided, and only what is decided can be opened.
 * Not chosen:  alerts as a kind of work.  Most are looked at once, and need no seat, clock or
 *              second person; what needs them is handed on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

/* clang-format off */
enum outcome {
#define OUTCOME(name, en, zh) OUTCOME_##name,
#include "bulletin/outcomes.inc"
#undef OUTCOME
    OUTCOMES_COUNT
};
/* clang-format on */

static const char *const OUTCOMES[OUTCOMES_COUNT] = {
#define OUTCOME(name, en, zh) #name,
#include "bulletin/outcomes.inc"
#undef OUTCOME
};

enum words { SAYS_ENOUGH, WANTS_WORDS };

#define O(name) ((uint32_t)1 << OUTCOME_##name)

static const struct {
    const char *name;
    uint32_t outcomes;
    enum words words;
} CODES[] = {
#define CODE(name, outcomes, words, en, zh) {#name, outcomes, words},
#include "bulletin/codes.inc"
#undef CODE
};

enum { CODES_COUNT = sizeof CODES / sizeof CODES[0] };

static bool outcome_find(struct slice word, enum outcome *out)
{
    for (unsigned i = 0; i < OUTCOMES_COUNT; i++) {
        if (!slice_equal(word, slice_of(OUTCOMES[i])))
            continue;
        *out = (enum outcome)i;
        return true;
    }
    return false;
}

/* Whether the code stands for that outcome, and what must be said beside it is said. */
static bool reason_holds(const struct bulletin_decision *decision, enum outcome outcome)
{
    for (unsigned i = 0; i < CODES_COUNT; i++)
        if (slice_equal(decision->code, slice_of(CODES[i].name)))
            return (CODES[i].outcomes & ((uint32_t)1 << outcome)) != 0 &&
                   (CODES[i].words == SAYS_ENOUGH || decision->words.size > 0) &&
                   decision->words.size <= BULLETIN_SAID_MAX && utf8_valid(decision->words);
    return false;
}

/* Of an alert what a decision asks, without what the alert says. */
static enum status standing_find(struct store *store, struct slice id, struct arena *scratch,
                                 struct alert_row *out)
{
    static const char FIND[] = "SELECT number, shadow, rule, typology, outcome, decided, holder, "
                               "lease FROM alert WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[8];
    TRY(store_one(store, FIND, &value, 1, at, 8, scratch));
    *out = (struct alert_row){.number = (uint64_t)at[0].whole,
                              .id = id,
                              .shadow = at[1].whole != 0,
                              .rule = at[2].bytes,
                              .typology = at[3].bytes,
                              .outcome = at[4].bytes,
                              .decided = {at[5].whole},
                              .holder = at[6].bytes,
                              .lease = {at[7].whole}};
    return STATUS_OK;
}

bool bulletin_decision_holds(const struct bulletin_decision *decision)
{
    enum outcome outcome;
    return outcome_find(decision->outcome, &outcome) && reason_holds(decision, outcome);
}

/* ---- words, sealed beside the id ---- */

static enum status words_seal(struct bulletin *bulletin, struct slice id, struct slice words,
                              struct arena *scratch, struct store_value *out)
{
    unsigned char *sealed = NULL;
    char *bytes = NULL;
    size_t size = id.size + 1 + words.size;
    if (words.size == 0) {
        *out = STORE_OF_NULL;
        return STATUS_OK;
    }
    TRY(arena_take(scratch, size + 1, (void **)&bytes));
    TRY(arena_take(scratch, size + SECRET_OVERHEAD, (void **)&sealed));
    struct text plain = text_over(bytes, size + 1);
    text_add(&plain, id);
    text_add_char(&plain, '\n');
    text_add(&plain, words);
    TRY(secret_seal(&bulletin->options.sealing, bulletin->options.chance, text_slice(&plain),
                    sealed));
    *out = STORE_OF_BYTES(((struct slice){(const char *)sealed, size + SECRET_OVERHEAD}));
    return STATUS_OK;
}

static enum status words_open(struct bulletin *bulletin, struct slice id, struct store_value sealed,
                              struct arena *arena, struct slice *out)
{
    const struct alert_row as = {.id = id, .sealed = sealed.bytes}; /* the same form */
    *out = SLICE("");
    return sealed.type == STORE_NULL ? STATUS_OK : bulletin_unseal(bulletin, &as, arena, out);
}

/* ---- deciding ---- */

static int64_t day_of(moment at)
{
    return at.ms / DAY_MS;
}

static enum status tally_move(struct store *store, const struct alert_row *row, int64_t day,
                              struct slice outcome, int64_t by)
{
    static const char MOVE[] =
        "INSERT INTO alert_judged (day, shadow, rule, typology, outcome, alerts) VALUES (?1, ?2, "
        "?3, ?4, ?5, ?6) ON CONFLICT (day, shadow, rule, typology, outcome) DO UPDATE SET alerts = "
        "alert_judged.alerts + excluded.alerts";
    const struct store_value values[] = {STORE_OF_WHOLE(day),      STORE_OF_WHOLE(row->shadow),
                                         STORE_OF_TEXT(row->rule), STORE_OF_TEXT(row->typology),
                                         STORE_OF_TEXT(outcome),   STORE_OF_WHOLE(by)};
    if (slice_equal(outcome, slice_of(OUTCOMES[OUTCOME_open])))
        return STATUS_OK;
    return store_run(store, MOVE, values, 6);
}

static enum status said_add(struct bulletin *bulletin, const struct alert_row *row,
                            const struct bulletin_decision *decision, moment now,
                            struct arena *scratch)
{
    static const char ADD[] = "INSERT INTO alert_said (alert, outcome, code, words, actor, time) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    struct store_value words;
    TRY(words_seal(bulletin, row->id, decision->words, scratch, &words));
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)row->number), STORE_OF_TEXT(decision->outcome),
        STORE_OF_TEXT(decision->code),        words,
        STORE_OF_TEXT(decision->actor),       STORE_OF_WHOLE(now.ms)};
    return store_run(bulletin->options.store, ADD, values, 6);
}

static enum status said_room(struct store *store, const struct alert_row *row)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM alert_said WHERE alert = ?1";
    const struct store_value value = STORE_OF_WHOLE((int64_t)row->number);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(store, COUNT, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    bool room = status == STATUS_OK && at[0].whole < BULLETIN_DECISIONS_MAX;
    store_end(rows);
    TRY(status);
    return room ? STATUS_OK : STATUS_REFUSED;
}

bool alert_held_by_other(const struct alert_row *row, struct slice actor, moment now)
{
    return row->holder.size > 0 && row->lease.ms > now.ms && !slice_equal(row->holder, actor);
}

void text_add_decision_detail(struct text *text, const struct bulletin_decision *decision,
                              const char *task)
{
    text_addf(text, "{\"outcome\":\"%.*s\",\"code\":\"%.*s\"", (int)decision->outcome.size,
              decision->outcome.at, (int)decision->code.size, decision->code.at);
    if (task != NULL)
        text_addf(text, ",\"task\":\"%s\"", task);
    text_add_char(text, '}');
}

enum status bulletin_decide(struct bulletin *bulletin, const struct bulletin_decision *decision,
                            struct arena *scratch, moment *at)
{
    static const char DECIDE[] = "UPDATE alert SET outcome = ?2, code = ?3, decided_by = ?4, "
                                 "decided = ?5, holder = '', lease = 0 WHERE number = ?1";
    struct store *store = bulletin->options.store;
    moment now = bulletin->options.clock.now(bulletin->options.clock.self);
    enum outcome outcome;
    struct alert_row row;
    if (!bulletin_decision_holds(decision) || !outcome_find(decision->outcome, &outcome))
        return STATUS_MALFORMED;
    TRY(standing_find(store, decision->id, scratch, &row));
    bool open = slice_equal(row.outcome, slice_of(OUTCOMES[OUTCOME_open]));
    bool seen = decision->seen.ms == MOMENT_NONE.ms || decision->seen.ms == row.decided.ms;
    if (open == (outcome == OUTCOME_open) || !seen)
        return STATUS_REFUSED;
    if (alert_held_by_other(&row, decision->actor, now))
        return STATUS_LATE;
    TRY(said_room(store, &row));
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)row.number), STORE_OF_TEXT(decision->outcome),
        STORE_OF_TEXT(decision->code), STORE_OF_TEXT(decision->actor), STORE_OF_WHOLE(now.ms)};
    TRY(said_add(bulletin, &row, decision, now, scratch));
    TRY(tally_move(store, &row, day_of(row.decided), row.outcome, -1));
    TRY(tally_move(store, &row, day_of(now), decision->outcome, 1));
    if (at != NULL)
        *at = now;
    return store_run(store, DECIDE, values, 5);
}

/* ---- looking back ---- */

enum status bulletin_history(struct bulletin *bulletin, struct store *store,
                             const struct alert_row *row, struct arena *arena,
                             struct bulletin_said_sink sink)
{
    static const char FIND[] = "SELECT outcome, code, words, actor, time FROM alert_said WHERE "
                               "alert = ?1 ORDER BY number LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)row->number),
                                         STORE_OF_WHOLE(BULLETIN_DECISIONS_MAX)};
    struct store_rows *rows = NULL;
    struct store_value at[5];
    TRY(store_query(store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 5);
    while (status == STATUS_OK) {
        struct bulletin_said said = {
            .outcome = at[0].bytes, .code = at[1].bytes, .actor = at[3].bytes, .at = {at[4].whole}};
        status = words_open(bulletin, row->id, at[2], arena, &said.words);
        if (status == STATUS_OK)
            status = sink.take(sink.self, &said);
        if (status == STATUS_OK)
            status = store_next(rows, at, 5);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status bulletin_judgements(struct store *store, int64_t from, int64_t to,
                                struct bulletin_judged_sink sink)
{
    static const char FIND[] =
        "SELECT rule, typology, shadow, outcome, SUM(alerts) FROM alert_judged WHERE day >= ?1 AND "
        "day < ?2 GROUP BY rule, typology, shadow, outcome ORDER BY rule, typology, shadow, "
        "outcome";
    const struct store_value values[] = {STORE_OF_WHOLE(from), STORE_OF_WHOLE(to)};
    struct store_rows *rows = NULL;
    struct store_value at[5];
    TRY(store_query(store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 5);
    while (status == STATUS_OK) {
        const struct bulletin_judged judged = {.rule = at[0].bytes,
                                               .typology = at[1].bytes,
                                               .shadow = at[2].whole != 0,
                                               .outcome = at[3].bytes,
                                               .alerts = at[4].whole};
        status = sink.take(sink.self, &judged);
        if (status == STATUS_OK)
            status = store_next(rows, at, 5);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}
