/* identify.c -- who shows this secret, and what that one may do.
 *
 * Asked at every request, so what was found is remembered until anything changes.  A slot of the
 * memory belongs to whichever secret came last; two that share one only make each other slower. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

static struct remembered *slot_of(struct access *access, const struct digest *key)
{
    uint64_t word = 0;
    memcpy(&word, key->bytes, sizeof word);
    return &access->remembered[word % ACCESS_CACHE];
}

/* `uses`: somebody does something, which keeps a session from idling. */
static bool recall(struct access *access, const struct digest *key, uint64_t generation, bool uses,
                   struct identity *out)
{
    moment now = access_now(access);
    bool found = false;
    lock_take(&access->memory);
    struct remembered *slot = slot_of(access, key);
    if (slot->generation == generation && now.ms < slot->until.ms &&
        secret_equal((struct slice){(const char *)slot->identity.key.bytes, DIGEST_SIZE},
                     (struct slice){(const char *)key->bytes, DIGEST_SIZE}) &&
        (slot->identity.by != BY_SESSION ||
         now.ms - slot->used.ms < ACCESS_IDLE_MINUTES * MINUTE_MS)) {
        if (uses)
            slot->used = now;
        *out = slot->identity;
        found = true;
    }
    lock_give(&access->memory);
    return found;
}

/* `used`: the last use that the store knows.  STATUS_REFUSED: an idle session. */
static enum status remember(struct access *access, const struct identity *identity,
                            uint64_t generation, bool uses, moment until, moment used)
{
    enum status status = STATUS_OK;
    moment now = access_now(access);
    lock_take(&access->memory);
    struct remembered *slot = slot_of(access, &identity->key);
    bool same = slot->generation != 0 &&
                memcmp(slot->identity.key.bytes, identity->key.bytes, DIGEST_SIZE) == 0;
    if (same && slot->used.ms > used.ms)
        used = slot->used;
    if (identity->by == BY_SESSION && now.ms - used.ms >= ACCESS_IDLE_MINUTES * MINUTE_MS)
        status = STATUS_REFUSED;
    else
        *slot = (struct remembered){*identity, generation, until, same ? slot->written : used,
                                    uses ? now : used};
    lock_give(&access->memory);
    return status;
}

static enum status row_read(struct access *access, const char *sql, const struct digest *key,
                            struct store_value *row, size_t count)
{
    const struct store_value values[] = {STORE_OF_DIGEST(*key)};
    return store_one(access->reader, sql, values, 1, row, count, access->scratch);
}

/* With the reader's lock. */
static enum status token_row(struct access *access, const struct digest *key,
                             struct identity *identity, moment *until, moment *used)
{
    static const char FIND[] =
        "SELECT t.id, t.organisation, t.user_id, t.scopes, t.expires, t.used, o.home, u.roles, "
        "o.level, o.kind "
        "FROM access_token t JOIN access_organisation o ON o.id = t.organisation "
        "LEFT JOIN access_user u ON u.id = t.user_id WHERE t.digest = ?1 AND t.revoked IS NULL "
        "AND o.disabled = 0 AND (t.user_id IS NULL OR u.state = 'active')";
    struct store_value row[10];
    uint64_t scopes = 0;
    uint32_t roles = ROLE_BIT(ROLE_service);
    enum organisation_level level;
    enum organisation_kind kind;
    TRY(row_read(access, FIND, key, row, 10));
    TRY(scopes_read(row[3].bytes, &scopes));
    if (row[2].type != STORE_NULL)
        TRY(roles_read(row[7].bytes, &roles));
    if (!organisation_level_find(row[8].bytes, &level) ||
        !organisation_kind_find(row[9].bytes, &kind))
        return STATUS_MALFORMED;
    *identity = (struct identity){
        .by = BY_TOKEN, .level = level, .kind = kind, .home = row[6].whole == 1, .roles = roles};
    id_copy(identity->token, row[0].bytes);
    id_copy(identity->organisation, row[1].bytes);
    id_copy(identity->user, row[2].bytes);
    id_copy(identity->id, row[2].type == STORE_NULL ? row[0].bytes : row[2].bytes);
    identity->scopes = scopes & scopes_of_roles(roles);
    identity->key = *key;
    *until = (moment){row[4].whole};
    *used = row[5].type == STORE_NULL ? (moment){0} : (moment){row[5].whole};
    return STATUS_OK;
}

static enum status session_row(struct access *access, const struct digest *key,
                               struct identity *identity, moment *until, moment *used)
{
    static const char FIND[] = "SELECT s.user_id, u.organisation, u.roles, s.used, s.ends, "
                               "s.stepped, o.home, o.level, o.kind "
                               "FROM access_session s JOIN access_user u ON u.id = s.user_id "
                               "JOIN access_organisation o ON o.id = u.organisation "
                               "WHERE s.digest = ?1 AND u.state = 'active' AND o.disabled = 0";
    struct store_value row[9];
    uint32_t roles = 0;
    enum organisation_level level;
    enum organisation_kind kind;
    TRY(row_read(access, FIND, key, row, 9));
    TRY(roles_read(row[2].bytes, &roles));
    if (!organisation_level_find(row[7].bytes, &level) ||
        !organisation_kind_find(row[8].bytes, &kind))
        return STATUS_MALFORMED;
    int64_t stepped_until = row[5].whole + ACCESS_STEP_UP_MINUTES * MINUTE_MS;
    *identity = (struct identity){
        .by = BY_SESSION, .level = level, .kind = kind, .home = row[6].whole == 1, .roles = roles};
    id_copy(identity->id, row[0].bytes);
    id_copy(identity->user, row[0].bytes);
    id_copy(identity->organisation, row[1].bytes);
    identity->scopes = scopes_of_roles(roles);
    identity->stepped_up = access_now(access).ms < stepped_until;
    identity->key = *key;
    *until = (moment){row[4].whole};
    if (identity->stepped_up && stepped_until < until->ms)
        until->ms = stepped_until; /* then it is looked up again */
    *used = (moment){row[3].whole};
    return STATUS_OK;
}

static enum status identify(struct access *access, const struct digest *key, enum identity_by by,
                            bool uses, struct identity *out)
{
    uint64_t generation = atomic_load(&access->generation); /* before looking */
    struct identity identity = NOBODY;
    moment until = MOMENT_NONE, used = MOMENT_NONE; /* not every compiler sees that both are set */
    if (recall(access, key, generation, uses, &identity)) {
        *out = identity;
        return identity.by == by ? STATUS_OK : STATUS_REFUSED;
    }
    lock_take(&access->reading);
    arena_reset(access->scratch);
    enum status status = by == BY_TOKEN ? token_row(access, key, &identity, &until, &used)
                                        : session_row(access, key, &identity, &until, &used);
    lock_give(&access->reading);
    if (status == STATUS_ABSENT || status == STATUS_MALFORMED)
        return STATUS_REFUSED;
    TRY(status);
    if (access_now(access).ms >= until.ms)
        return STATUS_REFUSED;
    TRY(remember(access, &identity, generation, uses, until, used));
    *out = identity;
    return STATUS_OK;
}

enum status access_again(struct access *access, struct identity *identity)
{
    struct digest key = identity->key;
    must(identity->by != BY_NOBODY);
    return identify(access, &key, identity->by, false, identity);
}

enum status access_of_token(struct access *access, struct slice bearer, struct identity *out)
{
    if (!slice_starts(bearer, SLICE("cut_")) || bearer.size >= ACCESS_SECRET_SIZE)
        return STATUS_REFUSED;
    struct digest key = secret_found_by(access, bearer);
    return identify(access, &key, BY_TOKEN, true, out);
}

void access_csrf(const struct access *access, struct slice cookie, char out[ACCESS_SECRET_SIZE])
{
    struct digest digest = secret_digest(&access->keys.token, "csrf", cookie);
    struct text text = text_over(out, ACCESS_SECRET_SIZE);
    text_add_base64url(&text, (struct slice){(const char *)digest.bytes, DIGEST_SIZE});
}

enum status access_of_session(struct access *access, struct slice cookie, struct slice csrf,
                              bool changes, struct identity *out)
{
    char expected[ACCESS_SECRET_SIZE];
    if (!slice_starts(cookie, SLICE("ses_")) || cookie.size >= ACCESS_SECRET_SIZE)
        return STATUS_REFUSED;
    access_csrf(access, cookie, expected);
    if (changes && !secret_equal(slice_of(expected), csrf))
        return STATUS_REFUSED;
    struct digest key = secret_found_by(access, cookie);
    return identify(access, &key, BY_SESSION, true, out);
}

enum access_verdict access_may(const struct identity *identity, enum scope scope)
{
    const struct scope_row *row = &SCOPES[scope];
    if (identity->by == BY_NOBODY)
        return ACCESS_UNKNOWN;
    if ((identity->scopes & SCOPE_BIT(scope)) == 0 || (row->roles & identity->roles) == 0)
        return ACCESS_FORBIDDEN;
    if (row->reach == REACH_HOME && !identity->home)
        return ACCESS_FORBIDDEN;
    if (row->strength == STRENGTH_PERSON && identity->user[0] == '\0')
        return ACCESS_FORBIDDEN;
    if (row->strength >= STRENGTH_SESSION && identity->by != BY_SESSION)
        return ACCESS_FORBIDDEN;
    if (row->strength == STRENGTH_SEVERE && !identity->stepped_up)
        return ACCESS_STEP_UP;
    return ACCESS_MAY;
}

bool access_reaches(const struct identity *identity, struct slice organisation)
{
    return identity->by != BY_NOBODY && organisation.size > 0 &&
           (identity->home || slice_equal(slice_of(identity->organisation), organisation));
}
