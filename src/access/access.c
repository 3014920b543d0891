/* access.c -- the tables of this room, its opening and its keeping.
 *
 * Invariants:  1. A secret that somebody shows us is found by its keyed digest; the store alone is
 *                 not enough to be let in, nor to try passwords against TOTP.
 *              2. What was remembered of an identity is forgotten at once when anything changes
 *                 (`generation`), so whoever is disabled is out with the answer that says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

const struct store_migration ACCESS_MIGRATIONS[ACCESS_MIGRATIONS_COUNT] = {
    {"access",
     "CREATE TABLE access_organisation (id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT "
     "NULL, home INTEGER NOT NULL, disabled INTEGER NOT NULL, created INTEGER NOT NULL);"
     "CREATE UNIQUE INDEX access_organisation_home ON access_organisation (home) WHERE home = 1;"
     "CREATE TABLE access_user (id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES "
     "access_organisation (id), login TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, name TEXT NOT "
     "NULL, roles TEXT NOT NULL, state TEXT NOT NULL, password TEXT, totp BLOB, totp_step INTEGER "
     "NOT NULL, created INTEGER NOT NULL);"
     "CREATE INDEX access_user_organisation ON access_user (organisation, id);"
     "CREATE TABLE access_session (digest BLOB PRIMARY KEY, user_id TEXT NOT NULL REFERENCES "
     "access_user (id), created INTEGER NOT NULL, used INTEGER NOT NULL, ends INTEGER NOT NULL, "
     "stepped INTEGER NOT NULL);"
     "CREATE INDEX access_session_user ON access_session (user_id);"
     "CREATE TABLE access_token (id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, organisation "
     "TEXT NOT NULL REFERENCES access_organisation (id), user_id TEXT REFERENCES access_user (id), "
     "name TEXT NOT NULL, scopes TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT "
     "NULL, revoked INTEGER, used INTEGER);"
     "CREATE INDEX access_token_organisation ON access_token (organisation, id);"
     "CREATE TABLE access_code (digest BLOB PRIMARY KEY, user_id TEXT REFERENCES access_user (id), "
     "expires INTEGER NOT NULL);"
     "CREATE TABLE access_try (number INTEGER PRIMARY KEY, name TEXT NOT NULL, time INTEGER NOT "
     "NULL);"
     "CREATE INDEX access_try_name ON access_try (name, time);"},
    {"access levels", "ALTER TABLE access_organisation ADD COLUMN level TEXT NOT NULL DEFAULT '';"},
};

const struct identity NOBODY = {.by = BY_NOBODY};

moment access_now(const struct access *access)
{
    return access->clock.now(access->clock.self);
}

void lock_take(pthread_mutex_t *lock)
{
    int code = pthread_mutex_lock(lock);
    must(code == 0);
}

void lock_give(pthread_mutex_t *lock)
{
    int code = pthread_mutex_unlock(lock);
    must(code == 0);
}

void id_copy(char out[ACCESS_ID_SIZE], struct slice from)
{
    size_t size = from.size < ACCESS_ID_SIZE ? from.size : ACCESS_ID_SIZE - 1;
    if (size > 0)
        memcpy(out, from.at, size);
    out[size] = '\0';
}

enum status id_draw(struct access *access, const char *letter, char out[ACCESS_ID_SIZE])
{
    struct secret drawn;
    struct text text = text_over(out, ACCESS_ID_SIZE);
    TRY(secret_draw(access->chance, &drawn));
    text_add_string(&text, letter);
    text_add_hex(&text, (struct slice){(const char *)drawn.bytes, 8});
    return STATUS_OK;
}

struct digest secret_found_by(const struct access *access, struct slice secret)
{
    return secret_digest(&access->keys.token, "found by", secret);
}

enum status secret_make(struct access *access, const char *prefix, char out[ACCESS_SECRET_SIZE],
                        struct digest *digest)
{
    struct secret drawn;
    struct text text = text_over(out, ACCESS_SECRET_SIZE);
    TRY(secret_draw(access->chance, &drawn));
    text_add_string(&text, prefix);
    text_add_base64url(&text, (struct slice){(const char *)drawn.bytes, SECRET_SIZE});
    *digest = secret_found_by(access, text_slice(&text));
    secret_wipe(&drawn, sizeof drawn);
    return STATUS_OK;
}

bool login_fold(struct slice login, char out[ACCESS_LOGIN_MAX + 1])
{
    if (login.size == 0 || login.size > ACCESS_LOGIN_MAX)
        return false;
    for (size_t i = 0; i < login.size; i++) {
        char c = login.at[i];
        bool upper = c >= 'A' && c <= 'Z';
        bool lower = c >= 'a' && c <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@';
        if (!upper && !lower && !other)
            return false;
        out[i] = upper ? (char)(c | 0x20) : c;
    }
    out[login.size] = '\0';
    return true;
}

/* UTF-8 without control characters, neither empty nor too long. */
bool name_holds(struct slice name)
{
    if (name.size == 0 || name.size > ACCESS_NAME_MAX || !utf8_valid(name))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7F)
            return false;
    return true;
}

void access_pseudonym(const struct access *access, const char *kind, struct slice value,
                      char out[ACCESS_SECRET_SIZE])
{
    struct digest digest = secret_digest(&access->keys.pseudonym, kind, value);
    struct text text = text_over(out, ACCESS_SECRET_SIZE);
    text_add_string(&text, "p_");
    text_add_hex(&text, (struct slice){(const char *)digest.bytes, 16});
}

struct audit_entry access_entry(const struct access *access, const struct identity *identity,
                                const char *action, const char *outcome)
{
    bool known = identity->by != BY_NOBODY;
    return (struct audit_entry){
        .time = access_now(access),
        .actor = known ? slice_of(identity->id) : SLICE("nobody"),
        .organisation = known ? slice_of(identity->organisation) : SLICE("nobody"),
        .action = slice_of(action),
        .outcome = slice_of(outcome),
    };
}

enum status access_open(struct access **out, const struct access_options *options,
                        struct arena *boot, struct text *why)
{
    struct access *access = NULL;
    TRY(ARENA_NEW(boot, 1, &access));
    TRY(ARENA_NEW(boot, ACCESS_CACHE, &access->remembered));
    *access = (struct access){.store = options->store,
                              .audit = options->audit,
                              .keys = *options->keys,
                              .chance = options->chance,
                              .clock = options->clock,
                              .remembered = access->remembered};
    atomic_store(&access->generation, 1);
    (void)pthread_mutex_init(&access->reading, NULL);
    (void)pthread_mutex_init(&access->memory, NULL);
    (void)pthread_mutex_init(&access->hashing, NULL);
    TRY(arena_create(&access->scratch, ACCESS_SCRATCH_BYTES_MAX));
    enum status status = store_open_reader(&access->reader, options->store_path, boot, why);
    if (status != STATUS_OK) {
        arena_destroy(access->scratch);
        return status;
    }
    *out = access;
    return STATUS_OK;
}

void access_close(struct access *access)
{
    if (access == NULL)
        return;
    store_close(access->reader);
    arena_destroy(access->scratch);
    secret_wipe(&access->keys, sizeof access->keys);
}

void access_changed(struct access *access)
{
    atomic_fetch_add(&access->generation, 1);
}

/* Sessions that were used since the store heard of it, a minute ago or longer. */
static size_t used_collect(struct access *access, struct remembered *out, size_t count)
{
    size_t found = 0;
    moment now = access_now(access);
    lock_take(&access->memory);
    for (size_t i = 0; i < ACCESS_CACHE && found < count; i++) {
        struct remembered *at = &access->remembered[i];
        if (at->generation == 0 || at->used.ms <= at->written.ms ||
            now.ms - at->written.ms < MINUTE_MS)
            continue;
        at->written = at->used;
        out[found++] = *at;
    }
    lock_give(&access->memory);
    return found;
}

static enum status keep(struct access *access, const struct remembered *used, size_t count)
{
    static const char SESSION[] = "UPDATE access_session SET used = ?1 WHERE digest = ?2";
    static const char TOKEN[] = "UPDATE access_token SET used = ?1 WHERE digest = ?2";
    static const char *const EXPIRE[] = {
        "DELETE FROM access_session WHERE ends < ?1", "DELETE FROM access_session WHERE used < ?1",
        "DELETE FROM access_code WHERE expires < ?1", "DELETE FROM access_try WHERE time < ?1"};
    int64_t now = access_now(access).ms;
    const int64_t before[] = {now, now - ACCESS_IDLE_MINUTES * MINUTE_MS, now,
                              now - ACCESS_TRY_MINUTES * MINUTE_MS};
    for (size_t i = 0; i < count; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(used[i].used.ms),
                                             STORE_OF_DIGEST(used[i].identity.key)};
        TRY(store_run(access->store, used[i].identity.by == BY_SESSION ? SESSION : TOKEN, values,
                      2));
    }
    for (size_t i = 0; i < sizeof EXPIRE / sizeof EXPIRE[0]; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(before[i])};
        TRY(store_run(access->store, EXPIRE[i], values, 1));
    }
    return STATUS_OK;
}

/* Whether anything has expired: looked up first, so that a quiet second writes nothing. */
static enum status expired_any(struct access *access, bool *out)
{
    static const char ANY[] =
        "SELECT EXISTS (SELECT 1 FROM access_session WHERE ends < ?1 OR used < ?2) + "
        "EXISTS (SELECT 1 FROM access_code WHERE expires < ?1) + "
        "EXISTS (SELECT 1 FROM access_try WHERE time < ?3)";
    int64_t now = access_now(access).ms;
    const struct store_value values[] = {STORE_OF_WHOLE(now),
                                         STORE_OF_WHOLE(now - ACCESS_IDLE_MINUTES * MINUTE_MS),
                                         STORE_OF_WHOLE(now - ACCESS_TRY_MINUTES * MINUTE_MS)};
    struct store_value row[1];
    lock_take(&access->reading);
    arena_reset(access->scratch);
    enum status status = store_one(access->reader, ANY, values, 3, row, 1, access->scratch);
    lock_give(&access->reading);
    if (status == STATUS_OK)
        *out = row[0].whole > 0;
    return status;
}

enum status access_keep(struct access *access)
{
    struct remembered used[64];
    bool expired = false;
    size_t count = used_collect(access, used, sizeof used / sizeof used[0]);
    TRY(expired_any(access, &expired));
    if (count == 0 && !expired)
        return STATUS_OK;
    TRY(store_begin(access->store));
    enum status status = keep(access, used, count);
    if (status != STATUS_OK) {
        store_rollback(access->store);
        return status;
    }
    return store_commit(access->store);
}
