/* enrol.c -- how somebody gets in for the first time: a one-time code, a password of one's own, and
 * the key of a second factor.
 *
 * The code goes on working until the first login, or until it expires: whoever lost the answer, and
 * with it the key of the second factor, may do it again.  The code of the first start makes the
 * organisation and its administrator, and only while no user is active. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

enum status code_add(struct access *access, struct slice user, char code[ACCESS_SECRET_SIZE])
{
    static const char OLD[] = "DELETE FROM access_code WHERE user_id IS ?1";
    static const char ADD[] =
        "INSERT INTO access_code (digest, user_id, expires) VALUES (?1, ?2, ?3)";
    struct digest digest;
    bool first = user.size == 0;
    int64_t life = first ? ACCESS_FIRST_CODE_MINUTES * MINUTE_MS : ACCESS_CODE_HOURS * HOUR_MS;
    struct store_value whose = first ? STORE_OF_NULL : STORE_OF_TEXT(user);
    TRY(secret_make(access, "enr_", code, &digest));
    TRY(store_run(access->store, OLD, &whose, 1));
    const struct store_value values[] = {STORE_OF_DIGEST(digest), whose,
                                         STORE_OF_WHOLE(access_now(access).ms + life)};
    return store_run(access->store, ADD, values, 3);
}

/* A row with one whole number, inside a transaction. */
static enum status whole_read(struct access *access, const char *sql, int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(access->store, sql, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *out = row[0].whole;
    store_end(rows);
    return status;
}

static enum status anybody_active(struct access *access, bool *out)
{
    int64_t count = 0;
    TRY(whole_read(access, "SELECT COUNT(*) FROM access_user WHERE state <> 'invited'", &count));
    *out = count > 0;
    return STATUS_OK;
}

static enum status first_code(struct access *access, char code[ACCESS_SECRET_SIZE])
{
    bool active = false;
    TRY(anybody_active(access, &active));
    if (active)
        return STATUS_ABSENT;
    TRY(code_add(access, (struct slice){"", 0}, code));
    struct audit_entry entry = access_entry(access, &NOBODY, "enrolment.code", "made");
    entry.actor = SLICE("system");
    return audit_append(access->audit, &entry, NULL);
}

enum status access_first_code(struct access *access, struct text *out)
{
    char code[ACCESS_SECRET_SIZE];
    TRY(store_begin(access->store));
    enum status status = first_code(access, code);
    if (status != STATUS_OK) {
        store_rollback(access->store);
        return status;
    }
    TRY(store_commit(access->store));
    text_add_string(out, code);
    secret_wipe(code, sizeof code);
    return STATUS_OK;
}

static size_t points_count(struct slice slice)
{
    size_t count = 0;
    while (slice.size > 0) {
        (void)utf8_next(&slice);
        count++;
    }
    return count;
}

/* Long enough, and the login does not stand in it. */
static bool password_holds_up(struct slice password, struct slice login)
{
    if (password.size > ACCESS_PASSWORD_MAX || !utf8_valid(password) ||
        points_count(password) < ACCESS_PASSWORD_POINTS_MIN)
        return false;
    for (size_t i = 0; i < password.size; i++)
        if (password.at[i] == '\0')
            return false;
    for (size_t i = 0; login.size >= 4 && i + login.size <= password.size; i++)
        if (strncasecmp(password.at + i, login.at, login.size) == 0)
            return false;
    return true;
}

/* What the code belongs to.  STATUS_ABSENT: nothing. */
static enum status code_find(struct access *access, struct slice code, struct store_value *user,
                             char login[ACCESS_LOGIN_MAX + 1], char id[ACCESS_ID_SIZE])
{
    static const char FIND[] = "SELECT c.user_id, u.login FROM access_code c LEFT JOIN access_user "
                               "u ON u.id = c.user_id WHERE c.digest = ?1 AND c.expires > ?2";
    struct digest digest = secret_found_by(access, code);
    const struct store_value values[] = {STORE_OF_DIGEST(digest),
                                         STORE_OF_WHOLE(access_now(access).ms)};
    struct store_rows *rows = NULL;
    struct store_value row[2];
    TRY(store_query(access->store, FIND, values, 2, &rows));
    enum status status = store_next(rows, row, 2);
    if (status == STATUS_OK) {
        *user = row[0].type == STORE_NULL ? STORE_OF_NULL : STORE_OF_TEXT(slice_of(id));
        id_copy(id, row[0].bytes);
        size_t size = row[1].bytes.size < ACCESS_LOGIN_MAX ? row[1].bytes.size : ACCESS_LOGIN_MAX;
        if (size > 0)
            memcpy(login, row[1].bytes.at, size);
        login[size] = '\0';
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

/* The first organisation and its administrator, in the place of those of an earlier try. */
static enum status first_make(struct access *access, const struct access_enrol *enrol,
                              char id[ACCESS_ID_SIZE])
{
    static const char *const FORGET[] = {"DELETE FROM access_user WHERE state = 'invited'",
                                         "DELETE FROM access_organisation"};
    static const char ORGANISATION[] = "INSERT INTO access_organisation (id, kind, name, home, "
                                       "disabled, created, level) "
                                       "VALUES (?1, ?2, ?3, 1, 0, ?4, ?5)";
    static const char USER[] =
        "INSERT INTO access_user (id, organisation, login, folded, name, roles, state, totp_step, "
        "created) VALUES (?1, ?2, ?3, ?4, ?5, 'administrator', 'invited', 0, ?6)";
    char organisation[ACCESS_ID_SIZE], folded[ACCESS_LOGIN_MAX + 1];
    struct store_value now = STORE_OF_WHOLE(access_now(access).ms);
    bool formed = login_fold(enrol->login, folded);
    must(formed);
    for (size_t i = 0; i < sizeof FORGET / sizeof FORGET[0]; i++)
        TRY(store_run(access->store, FORGET[i], NULL, 0));
    TRY(id_draw(access, "o_", organisation));
    TRY(id_draw(access, "u_", id));
    const struct store_value home[] = {
        STORE_OF_ID(organisation), STORE_OF_TEXT(slice_of(organisation_kind_name(enrol->kind))),
        STORE_OF_TEXT(enrol->organisation), now,
        STORE_OF_TEXT(slice_of(organisation_level_name(enrol->level)))};
    TRY(store_run(access->store, ORGANISATION, home, 5));
    const struct store_value user[] = {
        STORE_OF_ID(id),     STORE_OF_ID(organisation),  STORE_OF_TEXT(enrol->login),
        STORE_OF_ID(folded), STORE_OF_TEXT(enrol->name), now};
    return store_run(access->store, USER, user, 6);
}

static enum status factors_set(struct access *access, const char *hash, const unsigned char *sealed,
                               const char *id)
{
    static const char SET[] = "UPDATE access_user SET password = ?1, totp = ?2, totp_step = 0 "
                              "WHERE id = ?3 AND state = 'invited'";
    struct slice bytes = {(const char *)sealed, TOTP_KEY_SIZE + SECRET_OVERHEAD};
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(hash)), STORE_OF_BYTES(bytes),
                                         STORE_OF_ID(id)};
    TRY(store_run(access->store, SET, values, 3));
    return store_changed(access->store) == 1 ? STATUS_OK : STATUS_REFUSED;
}

static enum access_enrol_fault first_check(const struct access_enrol *enrol)
{
    char folded[ACCESS_LOGIN_MAX + 1];
    if (!login_fold(enrol->login, folded))
        return ENROL_LOGIN;
    if (!organisation_level_fits(enrol->kind, enrol->level))
        return ENROL_LEVEL;
    return name_holds(enrol->name) && name_holds(enrol->organisation) ? ENROL_FINE : ENROL_NAME;
}

/* Inside the transaction; `hash` and `sealed` were made before it. */
static enum status enrol_end(struct access *access, const struct access_enrol *enrol,
                             const char *hash, const unsigned char *sealed,
                             struct access_enrolled *out, enum access_enrol_fault *fault)
{
    struct store_value user = STORE_OF_NULL;
    char login[ACCESS_LOGIN_MAX + 1] = "", id[ACCESS_ID_SIZE] = "";
    bool active = false;
    *fault = ENROL_CODE;
    enum status status = code_find(access, enrol->code, &user, login, id);
    if (status == STATUS_ABSENT)
        return STATUS_REFUSED;
    TRY(status);
    bool first = user.type == STORE_NULL;
    TRY(anybody_active(access, &active));
    if (first && active)
        return STATUS_REFUSED;
    *fault = first ? first_check(enrol) : ENROL_FINE;
    if (*fault == ENROL_FINE &&
        !password_holds_up(enrol->password, first ? enrol->login : slice_of(login)))
        *fault = ENROL_PASSWORD;
    if (*fault != ENROL_FINE)
        return STATUS_REFUSED;
    if (first)
        TRY(first_make(access, enrol, id));
    TRY(factors_set(access, hash, sealed, id));
    struct audit_entry entry = access_entry(access, &NOBODY, "user.enrol", "done");
    entry.actor = slice_of(id);
    entry.object_kind = SLICE("user");
    entry.object_id = slice_of(id);
    TRY(audit_append(access->audit, &entry, NULL));
    id_copy(out->user, slice_of(id));
    struct text name = text_over(out->login, sizeof out->login);
    text_add(&name, first ? enrol->login : slice_of(login));
    return STATUS_OK;
}

static enum status refused_note(struct access *access, const struct access_enrol *enrol)
{
    char peer[ACCESS_SECRET_SIZE], bytes[128];
    struct text detail = text_over(bytes, sizeof bytes);
    struct audit_entry entry = access_entry(access, &NOBODY, "user.enrol", "refused");
    access_pseudonym(access, "peer", enrol->peer, peer);
    text_addf(&detail, "{\"peer\":\"%s\"}", peer);
    entry.detail = text_slice(&detail);
    TRY(store_begin(access->store));
    enum status status = audit_append(access->audit, &entry, NULL);
    if (status == STATUS_OK)
        return store_commit(access->store);
    store_rollback(access->store);
    return status;
}

enum status access_enrol(struct access *access, const struct access_enrol *enrol,
                         struct access_enrolled *out, enum access_enrol_fault *fault)
{
    char hash[PASSWORD_HASH_SIZE];
    unsigned char sealed[TOTP_KEY_SIZE + SECRET_OVERHEAD];
    struct secret key;
    if (enrol->password.size > ACCESS_PASSWORD_MAX) {
        *fault = ENROL_PASSWORD;
        return STATUS_REFUSED;
    }
    TRY(secret_draw(access->chance, &key));
    struct slice totp = {(const char *)key.bytes, TOTP_KEY_SIZE};
    TRY(secret_seal(&access->keys.totp, access->chance, totp, sealed));
    lock_take(&access->hashing);
    enum status status = password_hash(enrol->password, hash);
    lock_give(&access->hashing);
    TRY(status);
    TRY(store_begin(access->store));
    status = enrol_end(access, enrol, hash, sealed, out, fault);
    if (status != STATUS_OK) {
        store_rollback(access->store);
        if (status == STATUS_REFUSED && *fault == ENROL_CODE)
            TRY(refused_note(access, enrol));
        return status;
    }
    TRY(store_commit(access->store));
    access_changed(access);
    struct text text = text_over(out->totp_key, sizeof out->totp_key);
    text_add_base32(&text, totp);
    secret_wipe(&key, sizeof key);
    return STATUS_OK;
}
