/* visit.c -- answers, problems, and the transaction around whatever a visit changes.
 *
 *     handler: visit_begin ─> rooms change ──> answer < 400 ─> entry, kept answer, commit ─> sent
 *                                          └─> answer ≥ 400 ─> rollback ───────────────────> sent
 *
 * Invariants:  1. An answer below 400 is sent after its transaction is durable.
 *              2. No action of a route that has a word for it is without its entry.
 *              3. An Idempotency-Key belongs to one visitor and one request, and makes it once: its
 *                 row is in the transaction of the action. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

#include <stdio.h>

struct problem_row {
    const char *name;
    int status;
    struct saying says;
};

static const struct problem_row PROBLEMS[PROBLEMS_COUNT] = {
#define PROBLEM(name, status, en, zh) {#name, status, SAYING(en, zh)},
#include "api/problems.inc"
#undef PROBLEM
};

const struct store_migration API_MIGRATIONS[API_MIGRATIONS_COUNT] = {
    {"answers kept for idempotency keys",
     "CREATE TABLE api_answer (digest BLOB PRIMARY KEY, request BLOB NOT NULL, status INTEGER NOT "
     "NULL, type TEXT NOT NULL, body BLOB, time INTEGER NOT NULL);"
     "CREATE INDEX api_answer_time ON api_answer (time);"},
};

/* ---- answers ---- */

struct text visit_paper(struct visit *visit, size_t size_max)
{
    static char none[1];
    char *bytes = NULL;
    if (arena_take(visit->arena, size_max + 1, (void **)&bytes) != STATUS_OK)
        return (struct text){.at = none, .full = true}; /* no room at all: the answer will say so */
    return text_over(bytes, size_max + 1);
}

void visit_answer_text(struct visit *visit, int status, const char *type, const struct text *text)
{
    if (text->full) {
        visit_problem(visit, PROBLEM_broken, NULL);
        return;
    }
    visit->answer.status = status;
    visit->answer.type = type;
    visit->answer.body = text_slice(text);
}

void visit_answer_json(struct visit *visit, int status, const struct text *text)
{
    visit_answer_text(visit, status, "application/json", text);
}

void visit_header(struct visit *visit, const char *name, struct slice value)
{
    must(visit->answer.headers_count < HTTP_ANSWER_HEADERS_MAX);
    visit->answer.header[visit->answer.headers_count++] = (struct http_header){name, value};
}

void problem_word(struct http_answer *answer, enum problem problem, const struct saying *detail,
                  enum tongue tongue, struct arena *arena)
{
    const struct problem_row *row = &PROBLEMS[problem];
    char *bytes = NULL;
    *answer = (struct http_answer){.status = row->status};
    if (row->status == 401)
        answer->header[answer->headers_count++] =
            (struct http_header){"WWW-Authenticate", SLICE("Bearer realm=\"cutline\"")};
    if (arena_take(arena, 2048, (void **)&bytes) != STATUS_OK)
        return;
    struct text text = text_over(bytes, 2048);
    text_addf(&text, "{\"type\":\"urn:cutline:problem:%s\",\"title\":", row->name);
    text_add_json(&text, slice_of(row->says.in[tongue]));
    text_addf(&text, ",\"status\":%d", row->status);
    if (detail != NULL) {
        text_add_string(&text, ",\"detail\":");
        text_add_json(&text, slice_of(detail->in[tongue]));
    }
    text_add_char(&text, '}');
    if (text.full)
        return;
    answer->type = "application/problem+json";
    answer->body = text_slice(&text);
    answer->header[answer->headers_count++] =
        (struct http_header){"Content-Language", tongue == TONGUE_ZH ? SLICE("zh") : SLICE("en")};
}

void visit_problem(struct visit *visit, enum problem problem, const struct saying *detail)
{
    problem_word(&visit->answer, problem, detail, visit->tongue, visit->arena);
}

void visit_problem_wait(struct visit *visit, enum problem problem, int64_t seconds)
{
    struct text text = visit_paper(visit, 24);
    visit_problem(visit, problem, NULL);
    text_add_whole(&text, seconds < 1 ? 1 : seconds);
    if (!text.full)
        visit_header(visit, "Retry-After", text_slice(&text));
}

void visit_problem_of(struct visit *visit, enum status status)
{
    switch (status) {
    case STATUS_ABSENT:
        visit_problem(visit, PROBLEM_not_found, NULL);
        return;
    case STATUS_MALFORMED:
        visit_problem(visit, PROBLEM_value_refused, NULL);
        return;
    case STATUS_REFUSED:
        visit_problem(visit, PROBLEM_conflict, NULL);
        return;
    case STATUS_FULL:
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return;
    default:
        visit_problem(visit, PROBLEM_broken, NULL);
    }
}

/* ---- what is kept for an Idempotency-Key ---- */

static struct slice key_of(const struct visit *visit)
{
    if (visit->route->repeat != REPEAT_KEYED && visit->route->repeat != REPEAT_SECRET)
        return (struct slice){"", 0};
    return http_header(visit->request, "Idempotency-Key");
}

/* Of visitor and key. */
static struct digest key_digest(const struct visit *visit)
{
    const struct slice parts[] = {slice_of(visit->identity.id), key_of(visit)};
    return digest_of(parts, 2);
}

static struct digest request_digest(const struct visit *visit)
{
    const struct slice parts[] = {http_method(visit->request), http_path(visit->request),
                                  http_body(visit->request)};
    return digest_of(parts, 3);
}

#define STORE_OF_SEEN(digest) \
    STORE_OF_BYTES(((struct slice){(const char *)(digest).bytes, DIGEST_SIZE}))

bool visit_repeated(struct visit *visit)
{
    static const char FIND[] =
        "SELECT request, status, type, body FROM api_answer WHERE digest = ?1";
    struct slice key = key_of(visit);
    if (key.size == 0)
        return false;
    if (key.size > API_KEY_BYTES_MAX) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("Idempotency-Key", "Idempotency-Key"));
        return true;
    }
    struct digest mine = key_digest(visit), request = request_digest(visit);
    const struct store_value value = STORE_OF_SEEN(mine);
    struct store_value row[4];
    enum status status = store_one(visit->reader, FIND, &value, 1, row, 4, visit->arena);
    if (status == STATUS_ABSENT)
        return false;
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else if (!slice_equal(row[0].bytes, (struct slice){(char *)request.bytes, DIGEST_SIZE}))
        visit_problem(visit, PROBLEM_key_reused, NULL);
    else if (row[3].type == STORE_NULL)
        visit_problem(visit, PROBLEM_key_answered, NULL);
    else {
        visit->answer = (struct http_answer){
            .status = (int)row[1].whole, .type = row[2].bytes.at, .body = row[3].bytes};
        visit_header(visit, "Idempotent-Replayed", SLICE("true"));
        visit->replayed = true;
    }
    return true;
}

/* STATUS_REFUSED: somebody else keeps one under this key already. */
static enum status answer_keep(struct visit *visit)
{
    static const char KEEP[] = "INSERT INTO api_answer (digest, request, status, type, body, time) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    if (key_of(visit).size == 0)
        return STATUS_OK;
    struct digest mine = key_digest(visit), request = request_digest(visit);
    bool kept =
        visit->route->repeat == REPEAT_KEYED && visit->answer.body.size <= API_ANSWER_KEPT_MAX;
    const char *type = visit->answer.type == NULL ? "" : visit->answer.type;
    const struct store_value values[] = {
        STORE_OF_SEEN(mine),
        STORE_OF_SEEN(request),
        STORE_OF_WHOLE(visit->answer.status),
        STORE_OF_TEXT(slice_of(type)),
        kept ? STORE_OF_BYTES(visit->answer.body) : STORE_OF_NULL,
        STORE_OF_WHOLE(visit->api->clock.now(visit->api->clock.self).ms)};
    return store_run(visit->rooms->store, KEEP, values, 6);
}

enum status answers_forget(struct api *api)
{
    static const char OLD[] = "DELETE FROM api_answer WHERE time < ?1";
    int64_t before = api->clock.now(api->clock.self).ms - API_ANSWER_HOURS * HOUR_MS;
    const struct store_value values[] = {STORE_OF_WHOLE(before)};
    TRY(store_begin(api->rooms.store));
    enum status status = store_run(api->rooms.store, OLD, values, 1);
    if (status == STATUS_OK)
        return store_commit(api->rooms.store);
    store_rollback(api->rooms.store);
    return status;
}

/* ---- transaction ---- */

bool visit_begin(struct visit *visit)
{
    must(!visit->begun && visit->route->lane == LANE_SLOW);
    enum status status = store_begin(visit->rooms->store);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return false;
    }
    visit->begun = true;
    return true;
}

static enum status entry_append(struct visit *visit, const char *action, const char *outcome)
{
    struct audit_entry entry =
        access_entry(visit->rooms->access, &visit->identity, action, outcome);
    entry.object_kind = visit->object_kind;
    entry.object_id = visit->object_id;
    entry.reason = visit->reason;
    entry.detail = visit->detail;
    TRY(audit_append(visit->rooms->audit, &entry, NULL));
    atomic_fetch_add(&visit->api->entries, 1);
    return STATUS_OK;
}

static void commit(struct visit *visit)
{
    enum status status = STATUS_OK;
    if (visit->route->action[0] != '\0')
        status = entry_append(visit, visit->route->action, "done");
    enum status kept = status == STATUS_OK ? answer_keep(visit) : status;
    if (kept == STATUS_OK) {
        visit->begun = false;
        kept = store_commit(visit->rooms->store);
        access_changed(visit->rooms->access);
    } else {
        store_rollback(visit->rooms->store);
        visit->begun = false;
    }
    if (kept == STATUS_OK)
        return;
    if (status == STATUS_OK && kept == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_key_in_use, NULL);
    else
        visit_problem(visit, PROBLEM_broken, NULL);
}

/* Who found no memory on its way may have taken a parameter for absent, or a value for wrong: what
 * it says is not trusted, and nothing of it is kept. */
static void distrust(struct visit *visit)
{
    int status = visit->answer.status;
    if (arena_was_starved(visit->arena) && status < 500 && status != 429)
        visit_problem_wait(visit, PROBLEM_too_much, 1);
}

void visit_end(struct visit *visit)
{
    distrust(visit);
    bool fine = visit->answer.status != 0 && visit->answer.status < 400;
    if (visit->answer.status == 0)
        visit_problem(visit, PROBLEM_broken, NULL);
    if (fine && !visit->begun && !visit->replayed && visit->route != NULL &&
        visit->route->action[0] != '\0')
        (void)visit_begin(visit); /* a read that is written down, too */
    if (visit->begun && fine)
        commit(visit);
    else if (visit->begun) {
        store_rollback(visit->rooms->store);
        visit->begun = false;
    }
    json_decref(visit->json);
    visit->json = NULL;
    http_respond(visit->request, &visit->answer);
}

/* ---- denials ---- */

/* Whether this one is written, and how many were not since the last. */
static bool denial_counts(struct api *api, unsigned *skipped)
{
    int64_t minute = api->clock.now(api->clock.self).ms / MINUTE_MS;
    bool counts = false;
    (void)pthread_mutex_lock(&api->lock);
    if (minute != api->denials_minute) {
        api->denials_minute = minute;
        api->denials = 0;
    }
    if (api->denials < API_DENIALS_A_MINUTE) {
        api->denials++;
        *skipped = api->denials_skipped;
        api->denials_skipped = 0;
        counts = true;
    } else {
        api->denials_skipped++;
    }
    (void)pthread_mutex_unlock(&api->lock);
    return counts;
}

void denial_skip(struct api *api)
{
    (void)pthread_mutex_lock(&api->lock);
    api->denials_skipped++;
    (void)pthread_mutex_unlock(&api->lock);
}

void visit_denied(struct visit *visit)
{
    char peer[ACCESS_SECRET_SIZE];
    unsigned skipped = 0;
    struct text detail = visit_paper(visit, 256);
    if (!denial_counts(visit->api, &skipped))
        return;
    access_pseudonym(visit->rooms->access, "peer", http_peer(visit->request), peer);
    text_addf(&detail, "{\"route\":\"%s\",\"peer\":\"%s\",\"unwritten\":%u}", visit->route->name,
              peer, skipped);
    visit->detail = text_slice(&detail);
    if (store_begin(visit->rooms->store) != STATUS_OK) {
        visit_problem(visit, PROBLEM_broken, NULL);
        return;
    }
    enum status status = entry_append(visit, "access", "denied");
    if (status == STATUS_OK)
        status = store_commit(visit->rooms->store);
    else
        store_rollback(visit->rooms->store);
    if (status != STATUS_OK)
        visit_problem(visit, PROBLEM_broken, NULL);
}
