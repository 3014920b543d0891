/* login.c -- passwords, second factors, sessions and one-time codes.
 *
 *     a try is counted ──> password, code are checked, without the store ──> session, or refusal
 *     (transaction)                                                          (transaction, audited)
 *
 * Invariants:  1. A try is counted before it is checked, so tries at the same time are not more.
 *              2. Whatever is wrong, the answer and its time are the same: an unknown login is
 *                 checked against a password that nobody has.
 *              3. A one-time code holds once: the step that it was of is kept with its user.
 *              4. Beyond the limit nothing is checked and nothing is written, so a flood of tries
 *                 fills no log.
 * Not chosen:  locking an account until somebody unlocks it.  Whoever knows a login could then
 *              keep its owner out; so it is out for a quarter of an hour. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

/* A hash of a password that was drawn and forgotten; what an unknown login is held against. */
static const char NOBODYS_PASSWORD[] = "$argon2id$v=19$m=65536,t=2,p=1$"
                                       "c29tZXNhbHRzb21lc2FsdA$"
                                       "RdescudvJCsgt3ub+b4dWRWJTmaQwVjgXuiBdJ7yOTM";

/* Ends a transaction: commits if all went well. */
static enum status settle(struct access *access, enum status status)
{
    if (status == STATUS_OK)
        status = store_commit(access->store);
    else
        store_rollback(access->store);
    if (status == STATUS_OK)
        access_changed(access);
    return status;
}

/* ---- tries ---- */

struct tries {
    char account[ACCESS_SECRET_SIZE], peer[ACCESS_SECRET_SIZE]; /* pseudonyms */
};

static struct tries tries_of(const struct access *access, struct slice account, struct slice peer)
{
    struct tries tries;
    access_pseudonym(access, "account", account, tries.account);
    access_pseudonym(access, "peer", peer, tries.peer);
    return tries;
}

/* How many tries under this name lie in the last quarter of an hour, and when the first of them is
 * forgotten. */
static enum status tries_count(struct access *access, const char *name, int64_t *count,
                               int64_t *wait_s)
{
    static const char COUNT[] =
        "SELECT COUNT(*), COALESCE(MIN(time), 0) FROM access_try WHERE name = ?1 AND time > ?2";
    int64_t now = access_now(access).ms, span = ACCESS_TRY_MINUTES * MINUTE_MS;
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(name)), STORE_OF_WHOLE(now - span)};
    struct store_value row[2];
    struct store_rows *rows = NULL;
    TRY(store_query(access->store, COUNT, values, 2, &rows));
    enum status status = store_next(rows, row, 2);
    if (status == STATUS_OK) {
        *count = row[0].whole;
        *wait_s = (row[1].whole + span - now) / SECOND_MS + 1;
    }
    store_end(rows);
    return status;
}

static enum status try_add(struct access *access, const char *name)
{
    static const char ADD[] = "INSERT INTO access_try (name, time) VALUES (?1, ?2)";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(name)),
                                         STORE_OF_WHOLE(access_now(access).ms)};
    return store_run(access->store, ADD, values, 2);
}

static enum status tries_forget(struct access *access, const struct tries *tries)
{
    static const char ACCOUNT[] = "DELETE FROM access_try WHERE name = ?1";
    static const char PEER[] = "DELETE FROM access_try WHERE number = (SELECT MAX(number) FROM "
                               "access_try WHERE name = ?1)";
    const struct store_value account[] = {STORE_OF_TEXT(slice_of(tries->account))};
    const struct store_value peer[] = {STORE_OF_TEXT(slice_of(tries->peer))};
    TRY(store_run(access->store, ACCOUNT, account, 1));
    return store_run(access->store, PEER, peer, 1);
}

/* Counts a try before it is made.  STATUS_FULL: there were too many. */
static enum status try_begin(struct access *access, const struct tries *tries, int64_t *wait_s)
{
    int64_t of_account = 0, of_peer = 0, account_wait_s = 0, peer_wait_s = 0;
    TRY(store_begin(access->store));
    enum status status = tries_count(access, tries->account, &of_account, &account_wait_s);
    if (status == STATUS_OK)
        status = tries_count(access, tries->peer, &of_peer, &peer_wait_s);
    if (status == STATUS_OK && of_account >= ACCESS_TRIES_MAX) {
        *wait_s = account_wait_s;
        status = STATUS_FULL;
    } else if (status == STATUS_OK && of_peer >= ACCESS_PEER_TRIES_MAX) {
        *wait_s = peer_wait_s;
        status = STATUS_FULL;
    }
    if (status == STATUS_OK)
        status = try_add(access, tries->account);
    if (status == STATUS_OK)
        status = try_add(access, tries->peer);
    if (status == STATUS_OK)
        return store_commit(access->store);
    store_rollback(access->store);
    return status;
}

/* ---- audit ---- */

static enum status note(struct access *access, const struct identity *who, const char *action,
                        const char *outcome, const struct tries *tries)
{
    char bytes[256];
    struct text detail = text_over(bytes, sizeof bytes);
    struct audit_entry entry = access_entry(access, who, action, outcome);
    text_addf(&detail, "{\"peer\":\"%s\"}", tries->peer);
    entry.object_kind = SLICE("account");
    entry.object_id = slice_of(tries->account);
    entry.detail = text_slice(&detail);
    return audit_append(access->audit, &entry, NULL);
}

/* ---- sessions ---- */

enum status sessions_end(struct access *access, struct slice user)
{
    static const char END[] = "DELETE FROM access_session WHERE user_id = ?1";
    const struct store_value values[] = {STORE_OF_TEXT(user)};
    return store_run(access->store, END, values, 1);
}

static enum status session_begin(struct access *access, struct slice user, moment ends,
                                 struct access_session *out)
{
    static const char ADD[] = "INSERT INTO access_session (digest, user_id, created, used, ends, "
                              "stepped) VALUES (?1, ?2, ?3, ?3, ?4, ?3)";
    static const char FEWER[] =
        "DELETE FROM access_session WHERE user_id = ?1 AND digest NOT IN (SELECT digest FROM "
        "access_session WHERE user_id = ?1 ORDER BY created DESC, digest LIMIT ?2)";
    struct digest digest;
    int64_t now = access_now(access).ms;
    TRY(secret_make(access, "ses_", out->secret, &digest));
    const struct store_value fewer[] = {STORE_OF_TEXT(user),
                                        STORE_OF_WHOLE(ACCESS_SESSIONS_OF_USER_MAX - 1)};
    TRY(store_run(access->store, FEWER, fewer, 2));
    const struct store_value values[] = {STORE_OF_DIGEST(digest), STORE_OF_TEXT(user),
                                         STORE_OF_WHOLE(now), STORE_OF_WHOLE(ends.ms)};
    TRY(store_run(access->store, ADD, values, 4));
    access_csrf(access, slice_of(out->secret), out->csrf);
    id_copy(out->user, user);
    out->ends = ends;
    return STATUS_OK;
}

static enum status session_end(struct access *access, const struct digest *key)
{
    static const char END[] = "DELETE FROM access_session WHERE digest = ?1";
    const struct store_value values[] = {STORE_OF_DIGEST(*key)};
    return store_run(access->store, END, values, 1);
}

/* ---- who a login belongs to ---- */

struct account {
    struct slice id, organisation, state, password, totp;
    int64_t totp_step;
    uint32_t roles;
    bool home;
};

static enum status account_read(struct access *access, struct store *store, const char *sql,
                                struct slice by, struct arena *arena, struct account *out)
{
    const struct store_value values[] = {STORE_OF_TEXT(by)};
    struct store_value row[8];
    TRY(store_one(store, sql, values, 1, row, 8, arena));
    (void)access;
    *out = (struct account){
        row[0].bytes,     row[1].bytes, row[2].bytes, row[3].bytes, row[4].bytes, row[5].whole, 0,
        row[7].whole == 1};
    return roles_read(row[6].bytes, &out->roles);
}

#define ACCOUNT_COLUMNS                                                                       \
    "SELECT u.id, u.organisation, u.state, u.password, u.totp, u.totp_step, u.roles, o.home " \
    "FROM access_user u JOIN access_organisation o ON o.id = u.organisation "
static const char BY_LOGIN[] = ACCOUNT_COLUMNS "WHERE u.folded = ?1 AND o.disabled = 0";
static const char BY_ID[] = ACCOUNT_COLUMNS "WHERE u.id = ?1 AND o.disabled = 0";

static bool second_factor_holds(struct access *access, const struct account *account,
                                struct slice code, uint64_t *step)
{
    unsigned char key[TOTP_KEY_SIZE];
    if (account->totp.size != TOTP_KEY_SIZE + SECRET_OVERHEAD ||
        secret_open(&access->keys.totp, account->totp, key) != STATUS_OK)
        return false;
    uint64_t now = (uint64_t)(access_now(access).ms / SECOND_MS / TOTP_STEP_S);
    bool holds = totp_holds((struct slice){(const char *)key, sizeof key}, now,
                            (uint64_t)account->totp_step, code, step);
    secret_wipe(key, sizeof key);
    return holds;
}

/* Takes the step for used.  STATUS_REFUSED: somebody was faster. */
static enum status second_factor_use(struct access *access, struct slice user, uint64_t step)
{
    static const char USE[] =
        "UPDATE access_user SET totp_step = ?1, state = 'active' WHERE id = ?2 AND totp_step < ?1 "
        "AND state IN ('active', 'invited')";
    static const char CODES[] = "DELETE FROM access_code WHERE user_id = ?1";
    static const char FIRST[] = "DELETE FROM access_code WHERE user_id IS NULL";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)step), STORE_OF_TEXT(user)};
    TRY(store_run(access->store, USE, values, 2));
    if (store_changed(access->store) == 0)
        return STATUS_REFUSED;
    TRY(store_run(access->store, CODES, &values[1], 1));
    return store_run(access->store, FIRST, NULL, 0);
}

static struct identity identity_of(const struct account *account)
{
    struct identity identity = {.by = BY_SESSION, .home = account->home, .roles = account->roles};
    id_copy(identity.id, account->id);
    id_copy(identity.user, account->id);
    id_copy(identity.organisation, account->organisation);
    return identity;
}

static enum status login_end(struct access *access, const struct account *account, uint64_t step,
                             const struct tries *tries, struct access_session *out)
{
    struct identity identity = identity_of(account);
    moment ends = {access_now(access).ms + ACCESS_SESSION_HOURS * HOUR_MS};
    TRY(second_factor_use(access, account->id, step));
    TRY(tries_forget(access, tries));
    TRY(session_begin(access, account->id, ends, out));
    return note(access, &identity, "login", "done", tries);
}

/* In a transaction of its own, whatever the one before ended like. */
static enum status refuse(struct access *access, const struct identity *who, const char *action,
                          const struct tries *tries)
{
    TRY(store_begin(access->store));
    TRY(settle(access, note(access, who, action, "refused", tries)));
    return STATUS_REFUSED;
}

static bool password_checked(struct access *access, const char *hash, struct slice password)
{
    lock_take(&access->hashing);
    bool holds = password_holds(hash, password);
    lock_give(&access->hashing);
    return holds;
}

static enum status account_look(struct access *access, const char *sql, struct slice by,
                                struct arena *arena, struct account *out)
{
    lock_take(&access->reading);
    enum status status = account_read(access, access->reader, sql, by, arena, out);
    lock_give(&access->reading);
    return status;
}

static enum status login(struct access *access, const struct access_login *login,
                         const struct tries *tries, struct arena *scratch,
                         struct access_session *out)
{
    char folded[ACCESS_LOGIN_MAX + 1] = "";
    struct account account = {0};
    uint64_t step = 0;
    bool formed = login_fold(login->login, folded) && login->password.size <= ACCESS_PASSWORD_MAX;
    enum status status = formed
                             ? account_look(access, BY_LOGIN, slice_of(folded), scratch, &account)
                             : STATUS_ABSENT;
    bool known = status == STATUS_OK && account.password.size > 0;
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    bool right = password_checked(access, known ? account.password.at : NOBODYS_PASSWORD,
                                  formed ? login->password : SLICE("x"));
    right = second_factor_holds(access, &account, login->code, &step) && right && known;
    right = right && !slice_equal(account.state, SLICE("disabled"));
    if (!right)
        return refuse(access, &NOBODY, "login", tries);
    TRY(store_begin(access->store));
    status = settle(access, login_end(access, &account, step, tries, out));
    return status == STATUS_REFUSED ? refuse(access, &NOBODY, "login", tries) : status;
}

enum status access_login(struct access *access, const struct access_login *asked,
                         struct access_session *out, int64_t *wait_s)
{
    char folded[ACCESS_LOGIN_MAX + 1] = "";
    (void)login_fold(asked->login, folded);
    struct tries tries = tries_of(access, slice_of(folded), asked->peer);
    struct arena *scratch = NULL;
    TRY(try_begin(access, &tries, wait_s));
    TRY(arena_create(&scratch, ACCESS_SCRATCH_BYTES_MAX));
    enum status status = login(access, asked, &tries, scratch, out);
    arena_destroy(scratch);
    return status;
}

static enum status step_up_end(struct access *access, const struct identity *identity,
                               uint64_t step, const struct tries *tries, struct access_session *out)
{
    static const char ENDS[] = "SELECT ends FROM access_session WHERE digest = ?1";
    const struct store_value values[] = {STORE_OF_DIGEST(identity->key)};
    struct store_value row[1];
    struct store_rows *rows = NULL;
    TRY(store_query(access->store, ENDS, values, 1, &rows));
    enum status status = store_next(rows, row, 1);
    moment ends = {status == STATUS_OK ? row[0].whole : 0};
    store_end(rows);
    if (status == STATUS_END)
        return STATUS_REFUSED; /* ended in the meantime */
    TRY(status);
    TRY(second_factor_use(access, slice_of(identity->user), step));
    TRY(tries_forget(access, tries));
    TRY(session_end(access, &identity->key));
    TRY(session_begin(access, slice_of(identity->user), ends, out));
    return note(access, identity, "session.step-up", "done", tries);
}

static enum status step_up(struct access *access, const struct identity *identity,
                           struct slice code, const struct tries *tries, struct arena *scratch,
                           struct access_session *out)
{
    struct account account = {0};
    uint64_t step = 0;
    TRY(account_look(access, BY_ID, slice_of(identity->user), scratch, &account));
    if (!second_factor_holds(access, &account, code, &step))
        return refuse(access, identity, "session.step-up", tries);
    TRY(store_begin(access->store));
    enum status status = settle(access, step_up_end(access, identity, step, tries, out));
    return status == STATUS_REFUSED ? refuse(access, identity, "session.step-up", tries) : status;
}

enum status access_step_up(struct access *access, const struct identity *identity,
                           struct slice code, struct access_session *out, int64_t *wait_s)
{
    /* counted under the user's id, which is no login: no stranger can use this count up */
    struct tries tries = tries_of(access, slice_of(identity->user), slice_of(identity->user));
    struct arena *scratch = NULL;
    must(identity->by == BY_SESSION);
    TRY(try_begin(access, &tries, wait_s));
    TRY(arena_create(&scratch, ACCESS_SCRATCH_BYTES_MAX));
    enum status status = step_up(access, identity, code, &tries, scratch, out);
    arena_destroy(scratch);
    return status;
}

enum status access_logout(struct access *access, const struct identity *identity)
{
    must(identity->by == BY_SESSION);
    struct audit_entry entry = access_entry(access, identity, "logout", "done");
    TRY(store_begin(access->store));
    enum status status = session_end(access, &identity->key);
    if (status == STATUS_OK)
        status = audit_append(access->audit, &entry, NULL);
    return settle(access, status);
}
