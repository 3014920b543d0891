/* people.c -- organisations, users and tokens: added, changed, ended, looked at.
 *
 * Whatever changes here happens inside the caller's transaction, which also holds its audit entry.
 * Nobody is deleted: the log names them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

/* Nothing changed: there is no such thing. */
static enum status changed_one(struct access *access)
{
    return store_changed(access->store) > 0 ? STATUS_OK : STATUS_ABSENT;
}

enum status access_organisation_add(struct access *access, enum organisation_kind kind,
                                    enum organisation_level level, struct slice name,
                                    char id[ACCESS_ID_SIZE])
{
    static const char ADD[] = "INSERT INTO access_organisation (id, kind, name, home, disabled, "
                              "created, level) VALUES (?1, ?2, ?3, 0, 0, ?4, ?5)";
    if (!organisation_level_fits(kind, level))
        return STATUS_MALFORMED;
    if (!name_holds(name))
        return STATUS_REFUSED;
    TRY(id_draw(access, "o_", id));
    const struct store_value values[] = {STORE_OF_ID(id),
                                         STORE_OF_TEXT(slice_of(organisation_kind_name(kind))),
                                         STORE_OF_TEXT(name), STORE_OF_WHOLE(access_now(access).ms),
                                         STORE_OF_TEXT(slice_of(organisation_level_name(level)))};
    return store_run(access->store, ADD, values, 5);
}

enum status access_organisation_level(struct access *access, struct slice id,
                                      enum organisation_level level)
{
    static const char KIND[] = "SELECT kind FROM access_organisation WHERE id = ?1";
    static const char SET[] = "UPDATE access_organisation SET level = ?1 WHERE id = ?2";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(organisation_level_name(level))),
                                         STORE_OF_TEXT(id)};
    enum organisation_kind kind = ORGANISATION_KINDS_COUNT;
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(access->store, KIND, &values[1], 1, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK &&
        (!organisation_kind_find(row[0].bytes, &kind) || !organisation_level_fits(kind, level)))
        status = STATUS_MALFORMED;
    store_end(rows);
    if (status == STATUS_END)
        return STATUS_ABSENT;
    TRY(status);
    return store_run(access->store, SET, values, 2);
}

enum status access_organisation_disable(struct access *access, struct slice id, bool disabled)
{
    static const char HOME[] = "SELECT home FROM access_organisation WHERE id = ?1";
    static const char SET[] = "UPDATE access_organisation SET disabled = ?1 WHERE id = ?2";
    static const char END[] = "DELETE FROM access_session WHERE user_id IN (SELECT id FROM "
                              "access_user WHERE organisation = ?1)";
    const struct store_value values[] = {STORE_OF_WHOLE(disabled), STORE_OF_TEXT(id)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(access->store, HOME, &values[1], 1, &rows));
    enum status status = store_next(rows, row, 1);
    bool home = status == STATUS_OK && row[0].whole == 1;
    store_end(rows);
    if (status == STATUS_END)
        return STATUS_ABSENT;
    TRY(status);
    if (home)
        return STATUS_REFUSED;
    TRY(store_run(access->store, SET, values, 2));
    return store_run(access->store, END, &values[1], 1);
}

/* Whether a row answers the query with a number above 0. */
static enum status any(struct access *access, const char *sql, const struct store_value *values,
                       size_t count, bool *out)
{
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(access->store, sql, values, count, &rows));
    enum status status = store_next(rows, row, 1);
    *out = status == STATUS_OK && row[0].whole > 0;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status access_user_add(struct access *access, struct slice organisation, struct slice login,
                            struct slice name, uint32_t roles, char id[ACCESS_ID_SIZE],
                            char code[ACCESS_SECRET_SIZE])
{
    static const char ADD[] =
        "INSERT INTO access_user (id, organisation, login, folded, name, roles, state, totp_step, "
        "created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'invited', 0, ?7)";
    static const char THERE[] =
        "SELECT COUNT(*) FROM access_organisation WHERE id = ?1 AND disabled = 0";
    static const char TAKEN[] = "SELECT COUNT(*) FROM access_user WHERE folded = ?1";
    char folded[ACCESS_LOGIN_MAX + 1], words[256];
    struct text said = text_over(words, sizeof words);
    bool there = false, taken = false;
    if (!name_holds(name) || roles == 0 || (roles & ~ROLES_OF_PEOPLE) != 0)
        return STATUS_MALFORMED;
    if (!login_fold(login, folded))
        return STATUS_REFUSED;
    const struct store_value of[] = {STORE_OF_TEXT(organisation), STORE_OF_ID(folded)};
    TRY(any(access, THERE, &of[0], 1, &there));
    TRY(any(access, TAKEN, &of[1], 1, &taken));
    if (!there || taken)
        return there ? STATUS_REFUSED : STATUS_ABSENT;
    TRY(id_draw(access, "u_", id));
    text_add_roles(&said, roles);
    const struct store_value values[] = {STORE_OF_ID(id),
                                         STORE_OF_TEXT(organisation),
                                         STORE_OF_TEXT(login),
                                         STORE_OF_ID(folded),
                                         STORE_OF_TEXT(name),
                                         STORE_OF_TEXT(text_slice(&said)),
                                         STORE_OF_WHOLE(access_now(access).ms)};
    TRY(store_run(access->store, ADD, values, 7));
    return code_add(access, slice_of(id), code);
}

enum status home_administered(struct access *access, bool *out)
{
    static const char ANY[] =
        "SELECT COUNT(*) FROM access_user u JOIN access_organisation o ON o.id = u.organisation "
        "WHERE o.home = 1 AND u.state = 'active' AND ',' || u.roles || ',' LIKE "
        "'%,administrator,%'";
    return any(access, ANY, NULL, 0, out);
}

/* After a change: home must still have somebody who can undo it. */
static enum status change_end(struct access *access, struct slice user)
{
    bool administered = false;
    TRY(changed_one(access));
    TRY(home_administered(access, &administered));
    if (!administered)
        return STATUS_REFUSED;
    return sessions_end(access, user);
}

enum status access_user_roles(struct access *access, struct slice id, uint32_t roles)
{
    static const char SET[] = "UPDATE access_user SET roles = ?1 WHERE id = ?2";
    char words[256];
    struct text said = text_over(words, sizeof words);
    if (roles == 0 || (roles & ~ROLES_OF_PEOPLE) != 0)
        return STATUS_MALFORMED;
    text_add_roles(&said, roles);
    const struct store_value values[] = {STORE_OF_TEXT(text_slice(&said)), STORE_OF_TEXT(id)};
    TRY(store_run(access->store, SET, values, 2));
    return change_end(access, id);
}

enum status access_user_disable(struct access *access, struct slice id, bool disabled)
{
    /* whoever comes back and never had a password is invited again */
    static const char SET[] =
        "UPDATE access_user SET state = CASE WHEN ?1 = 1 THEN 'disabled' WHEN password IS NULL OR "
        "totp_step = 0 THEN 'invited' ELSE 'active' END WHERE id = ?2";
    static const char CODES[] = "DELETE FROM access_code WHERE user_id = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(disabled), STORE_OF_TEXT(id)};
    TRY(store_run(access->store, SET, values, 2));
    TRY(change_end(access, id));
    return disabled ? store_run(access->store, CODES, &values[1], 1) : STATUS_OK;
}

enum status access_user_reset(struct access *access, struct slice id, char code[ACCESS_SECRET_SIZE])
{
    static const char SET[] = "UPDATE access_user SET state = 'invited', password = NULL, totp = "
                              "NULL, totp_step = 0 WHERE id = ?1 AND state <> 'disabled'";
    static const char TOKENS[] =
        "UPDATE access_token SET revoked = ?2 WHERE user_id = ?1 AND revoked IS NULL";
    const struct store_value values[] = {STORE_OF_TEXT(id), STORE_OF_WHOLE(access_now(access).ms)};
    TRY(store_run(access->store, SET, values, 1));
    TRY(change_end(access, id));
    TRY(store_run(access->store, TOKENS, values, 2));
    return code_add(access, id, code);
}

/* Scopes that a token may carry at all. */
static uint64_t token_scopes(uint32_t roles, bool person)
{
    uint64_t scopes = scopes_of_roles(roles);
    for (unsigned i = 0; i < SCOPES_COUNT; i++)
        if (SCOPES[i].strength >= STRENGTH_SESSION ||
            (SCOPES[i].strength == STRENGTH_PERSON && !person))
            scopes &= ~SCOPE_BIT(i);
    return scopes;
}

static enum status holder_roles(struct access *access, struct slice organisation, struct slice user,
                                uint32_t *out)
{
    static const char ROLES[] = "SELECT roles FROM access_user WHERE id = ?1 AND organisation = ?2 "
                                "AND state = 'active'";
    const struct store_value values[] = {STORE_OF_TEXT(user), STORE_OF_TEXT(organisation)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(access->store, ROLES, values, 2, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        status = roles_read(row[0].bytes, out);
    store_end(rows);
    return status == STATUS_END ? STATUS_REFUSED : status;
}

enum status access_token_add(struct access *access, struct slice organisation, struct slice user,
                             struct slice name, uint64_t scopes, moment expires,
                             char id[ACCESS_ID_SIZE], char secret[ACCESS_SECRET_SIZE])
{
    static const char ADD[] = "INSERT INTO access_token (id, digest, organisation, user_id, name, "
                              "scopes, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    char words[1024];
    struct text said = text_over(words, sizeof words);
    struct digest digest;
    uint32_t roles = ROLE_BIT(ROLE_service);
    int64_t life = expires.ms - access_now(access).ms;
    if (!name_holds(name) || life <= 0 || life > ACCESS_TOKEN_DAYS_MAX * (int64_t)DAY_MS)
        return STATUS_MALFORMED;
    if (user.size > 0)
        TRY(holder_roles(access, organisation, user, &roles));
    if (scopes == 0 || (scopes & ~token_scopes(roles, user.size > 0)) != 0)
        return STATUS_REFUSED;
    text_add_scopes(&said, scopes);
    must(!said.full);
    TRY(id_draw(access, "t_", id));
    TRY(secret_make(access, "cut_", secret, &digest));
    const struct store_value values[] = {STORE_OF_ID(id),
                                         STORE_OF_DIGEST(digest),
                                         STORE_OF_TEXT(organisation),
                                         user.size > 0 ? STORE_OF_TEXT(user) : STORE_OF_NULL,
                                         STORE_OF_TEXT(name),
                                         STORE_OF_TEXT(text_slice(&said)),
                                         STORE_OF_WHOLE(access_now(access).ms),
                                         STORE_OF_WHOLE(expires.ms)};
    return store_run(access->store, ADD, values, 8);
}

enum status access_token_revoke(struct access *access, struct slice id)
{
    static const char SET[] =
        "UPDATE access_token SET revoked = ?1 WHERE id = ?2 AND revoked IS NULL";
    const struct store_value values[] = {STORE_OF_WHOLE(access_now(access).ms), STORE_OF_TEXT(id)};
    TRY(store_run(access->store, SET, values, 2));
    return changed_one(access);
}

/* ---- looking ---- */

static moment moment_or_none(const struct store_value *value)
{
    return value->type == STORE_NULL ? MOMENT_NONE : (moment){value->whole};
}

/* A row of the store as one of the structs of this room. */
typedef enum status fill_fn(const struct store_value *row, struct arena *arena, void *out);

static enum status organisation_fill(const struct store_value *row, struct arena *arena, void *out)
{
    struct access_organisation *organisation = out;
    id_copy(organisation->id, row[0].bytes);
    if (!organisation_kind_find(row[1].bytes, &organisation->kind) ||
        !organisation_level_find(row[6].bytes, &organisation->level))
        return STATUS_MALFORMED;
    organisation->home = row[3].whole == 1;
    organisation->disabled = row[4].whole == 1;
    organisation->created = (moment){row[5].whole};
    return slice_copy(arena, row[2].bytes, &organisation->name);
}

static enum status user_fill(const struct store_value *row, struct arena *arena, void *out)
{
    struct access_user *user = out;
    id_copy(user->id, row[0].bytes);
    id_copy(user->organisation, row[1].bytes);
    TRY(roles_read(row[4].bytes, &user->roles));
    user->created = (moment){row[6].whole};
    TRY(slice_copy(arena, row[2].bytes, &user->login));
    TRY(slice_copy(arena, row[3].bytes, &user->name));
    return slice_copy(arena, row[5].bytes, &user->state);
}

static enum status token_fill(const struct store_value *row, struct arena *arena, void *out)
{
    struct access_token *token = out;
    id_copy(token->id, row[0].bytes);
    id_copy(token->organisation, row[1].bytes);
    id_copy(token->user, row[2].bytes);
    TRY(scopes_read(row[4].bytes, &token->scopes));
    token->created = (moment){row[5].whole};
    token->expires = (moment){row[6].whole};
    token->revoked = moment_or_none(&row[7]);
    token->used = moment_or_none(&row[8]);
    return slice_copy(arena, row[3].bytes, &token->name);
}

enum { ORGANISATION_COLUMNS = 7, USER_COLUMNS = 7, TOKEN_COLUMNS = 9, COLUMNS_WIDEST = 9 };

#define SELECT_ORGANISATION \
    "SELECT id, kind, name, home, disabled, created, level FROM access_organisation "
#define SELECT_USER "SELECT id, organisation, login, name, roles, state, created FROM access_user "
#define SELECT_TOKEN                                                                        \
    "SELECT id, organisation, user_id, name, scopes, created, expires, revoked, used FROM " \
    "access_token "

/* Rows into an array of structs of `size` bytes, at most `*count`. */
static enum status rows_fill(struct store_rows *rows, size_t columns, fill_fn *fill,
                             struct arena *arena, void *out, size_t size, size_t *count)
{
    struct store_value row[COLUMNS_WIDEST];
    size_t found = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && found < *count) {
        status = store_next(rows, row, columns);
        if (status == STATUS_OK)
            status = fill(row, arena, (char *)out + found * size);
        found += status == STATUS_OK;
    }
    store_end(rows);
    *count = found;
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status find_one(struct store *store, const char *sql, struct slice id, size_t columns,
                            fill_fn *fill, struct arena *arena, void *out)
{
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_rows *rows = NULL;
    size_t count = 1;
    TRY(store_query(store, sql, &value, 1, &rows));
    TRY(rows_fill(rows, columns, fill, arena, out, 0, &count));
    return count == 1 ? STATUS_OK : STATUS_ABSENT;
}

enum status access_organisation_find(struct store *store, struct slice id, struct arena *arena,
                                     struct access_organisation *out)
{
    static const char FIND[] = SELECT_ORGANISATION "WHERE id = ?1";
    return find_one(store, FIND, id, ORGANISATION_COLUMNS, organisation_fill, arena, out);
}

enum status access_user_find(struct store *store, struct slice id, struct arena *arena,
                             struct access_user *out)
{
    static const char FIND[] = SELECT_USER "WHERE id = ?1";
    return find_one(store, FIND, id, USER_COLUMNS, user_fill, arena, out);
}

enum status access_token_find(struct store *store, struct slice id, struct arena *arena,
                              struct access_token *out)
{
    static const char FIND[] = SELECT_TOKEN "WHERE id = ?1";
    return find_one(store, FIND, id, TOKEN_COLUMNS, token_fill, arena, out);
}

enum status access_organisations(struct store *store, struct slice organisation, struct slice after,
                                 struct arena *arena, struct access_organisation *out,
                                 size_t *count)
{
    static const char LIST[] =
        SELECT_ORGANISATION "WHERE (?1 = '' OR id = ?1) AND id > ?2 ORDER BY id LIMIT ?3";
    const struct store_value values[] = {STORE_OF_TEXT(organisation), STORE_OF_TEXT(after),
                                         STORE_OF_WHOLE((int64_t)*count)};
    struct store_rows *rows = NULL;
    TRY(store_query(store, LIST, values, 3, &rows));
    return rows_fill(rows, ORGANISATION_COLUMNS, organisation_fill, arena, out, sizeof *out, count);
}

enum status access_users(struct store *store, struct slice organisation, struct slice after,
                         struct arena *arena, struct access_user *out, size_t *count)
{
    static const char LIST[] =
        SELECT_USER "WHERE (?1 = '' OR organisation = ?1) AND id > ?2 ORDER BY id LIMIT ?3";
    const struct store_value values[] = {STORE_OF_TEXT(organisation), STORE_OF_TEXT(after),
                                         STORE_OF_WHOLE((int64_t)*count)};
    struct store_rows *rows = NULL;
    TRY(store_query(store, LIST, values, 3, &rows));
    return rows_fill(rows, USER_COLUMNS, user_fill, arena, out, sizeof *out, count);
}

enum status access_tokens(struct store *store, struct slice organisation, struct slice user,
                          struct slice after, struct arena *arena, struct access_token *out,
                          size_t *count)
{
    static const char LIST[] =
        SELECT_TOKEN "WHERE (?1 = '' OR organisation = ?1) AND (?2 = '' OR user_id = ?2) AND id > "
                     "?3 ORDER BY id LIMIT ?4";
    const struct store_value values[] = {STORE_OF_TEXT(organisation), STORE_OF_TEXT(user),
                                         STORE_OF_TEXT(after), STORE_OF_WHOLE((int64_t)*count)};
    struct store_rows *rows = NULL;
    TRY(store_query(store, LIST, values, 4, &rows));
    return rows_fill(rows, TOKEN_COLUMNS, token_fill, arena, out, sizeof *out, count);
}
