/* access.h -- who is asking: organisations, users, roles, tokens and sessions.
 *
 * Deny by default.  An identity is found from a token or a session; access_may() holds it against a
 * scope, access_reaches() against the organisation that a thing belongs to.  Secrets are kept as
 * keyed digests (tokens, sessions, enrolment codes), as Argon2id (passwords) or sealed (TOTP keys);
 * every change and every failed try is one transaction with its audit entry.
 *
 * Two kinds of calls change something.  access_login, _step_up, _logout, _enrol have a transaction
 * of their own; the others (`_add`, `_change`, `_revoke` …) run inside the open transaction of the
 * caller, who writes the audit entry and, after its commit, says access_changed().
 *
 * Not here yet:  OIDC.  Its place is a second way into session_begin() (login.c), after the
 * provider's word has been checked; users have no password then. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"
#include "ground/clock.h"
#include "ground/secret.h"
#include "ground/volume.h"

struct access;

/* clang-format off */
enum role {
#define ROLE(name, en, zh) ROLE_##name,
#include "access/roles.inc"
#undef ROLE
    ROLES_COUNT
};
enum organisation_kind {
#define ORGANISATION_KIND(name, en, zh) ORGANISATION_##name,
#include "access/kinds.inc"
#undef ORGANISATION_KIND
    ORGANISATION_KINDS_COUNT
};
/* Where a public security organ stands; the higher, the larger. */
enum organisation_level {
    ORGANISATION_LEVEL_none, /* is none, or nobody has said yet */
#define ORGANISATION_LEVEL(name, en, zh) ORGANISATION_LEVEL_##name,
#include "access/levels.inc"
#undef ORGANISATION_LEVEL
    ORGANISATION_LEVELS_COUNT
};
enum scope {
#define SCOPE(name, spelling, reach, strength, roles, en, zh) SCOPE_##name,
#include "access/scopes.inc"
#undef SCOPE
    SCOPES_COUNT
};
/* clang-format on */

enum reach { REACH_HOME, REACH_OWN };
enum strength { STRENGTH_PLAIN, STRENGTH_PERSON, STRENGTH_SESSION, STRENGTH_SEVERE };

#define ROLE_BIT(role)     ((uint32_t)1 << (role))
#define SCOPE_BIT(scope)   ((uint64_t)1 << (scope))
#define ROLES_OF_EVERYBODY (ROLE_BIT(ROLES_COUNT) - 1)
#define ROLES_OF_PEOPLE    (ROLES_OF_EVERYBODY & ~ROLE_BIT(ROLE_service))

struct scope_row {
    const char *name;
    enum reach reach;
    enum strength strength;
    uint32_t roles; /* who may have it */
    struct saying says;
};

extern const struct scope_row SCOPES[SCOPES_COUNT];
const char *role_name(enum role role);
const struct saying *role_says(enum role role);
const char *organisation_kind_name(enum organisation_kind kind);
/* "county", "city" …; of none: "". */
const char *organisation_level_name(enum organisation_level level);
/* Police always have a level; an anti-fraud centre may have that of the organ which runs it; nobody
 * else has one. */
bool organisation_level_fits(enum organisation_kind kind, enum organisation_level level);
/* false: there is none of this name. */
bool role_find(struct slice name, enum role *out);
bool organisation_kind_find(struct slice name, enum organisation_kind *out);
bool organisation_level_find(struct slice name, enum organisation_level *out); /* "": none */
bool scope_find(struct slice name, enum scope *out);
/* "analyst,duty" */
void text_add_roles(struct text *text, uint32_t roles);
enum status roles_read(struct slice words, uint32_t *out); /* STATUS_MALFORMED */
void text_add_scopes(struct text *text, uint64_t scopes);
enum status scopes_read(struct slice words, uint64_t *out); /* STATUS_MALFORMED */
/* Every scope that one of the roles may have. */
uint64_t scopes_of_roles(uint32_t roles);

/* ---- keys ---- */

struct access_keys {
    struct seal_keypair seal; /* signs checkpoints of the audit log */
    struct secret pseudonym;  /* names people in logs and alerts without naming them */
    struct secret token;      /* digests of tokens, sessions, codes */
    struct secret totp;       /* seals what second factors are made from */
    struct secret alert;      /* seals what alerts say unmasked */
    struct secret letter;     /* signs letters to partners, and seals them in the store */
};

/* The keys in a directory; those missing are made if `create`, else a missing `alert` or `letter`
 * is all zeros.  STATUS_REFUSED: others may read them, or they have not their size; STATUS_ABSENT;
 * STATUS_IO.  `why`: one sentence. */
enum status access_keys_open(struct volume *keys, bool create, struct seal_chance chance,
                             struct access_keys *out, struct text *why);

/* Keys of one name that follow one another, NAME.1, NAME.2 …: the newest seals, the others open
 * what they sealed until nothing lies under them any more. */
enum { ACCESS_RING_MAX = 7 };
struct access_ring {
    unsigned count;                   /* 0: there was never another key */
    unsigned number[ACCESS_RING_MAX]; /* the newest first */
    struct secret key[ACCESS_RING_MAX];
    bool alone; /* nothing lies under any but the newest */
};
/* STATUS_FULL: so many wait to be given up that there is no room for another. */
enum status access_ring_open(struct volume *keys, const char *name, struct arena *scratch,
                             struct access_ring *out, struct text *why);
/* Another key, the newest from the next opening on. */
enum status access_ring_turn(struct volume *keys, const char *name, struct seal_chance chance,
                             struct arena *scratch, unsigned *number, struct text *why);
/* Nothing lies under any but the newest: written down, so that the next opening is `alone`. */
enum status access_ring_alone(struct volume *keys, const char *name,
                              const struct access_ring *ring);
/* The others are removed for good.  Not when they became needless but at a later start, so that a
 * backup which was made meanwhile has what its tables lie under. */
enum status access_ring_forget(struct volume *keys, const char *name, struct access_ring *ring);

/* A key that others must know of before it is used: NAME.next is made if it is not there, and read.
 * Then NAME.next becomes NAME and that one NAME.old, which opens what waits.  STATUS_ABSENT: there
 * is no next one.  Killed between, it is begun again: NAME is never missing. */
enum status access_key_next(struct volume *keys, const char *name, struct seal_chance chance,
                            struct secret *out, struct text *why);
enum status access_key_follow(struct volume *keys, const char *name, struct text *why);
/* STATUS_ABSENT: there was never another. */
enum status access_key_old(struct volume *keys, const char *name, struct secret *out,
                           struct text *why);

/* ---- opening ---- */

enum { ACCESS_MIGRATIONS_FIRST = 1, ACCESS_MIGRATIONS_COUNT = 2 };
extern const struct store_migration ACCESS_MIGRATIONS[ACCESS_MIGRATIONS_COUNT];

struct access_options {
    struct store *store;    /* the writer */
    const char *store_path; /* for a reader of its own */
    struct audit *audit;
    const struct access_keys *keys;
    struct seal_chance chance;
    struct clock clock;
};

enum status access_open(struct access **out, const struct access_options *options,
                        struct arena *boot, struct text *why);
void access_close(struct access *access);
/* To be called about once a second: writes down who was here, forgets what has expired. */
enum status access_keep(struct access *access);
/* The one-time code that makes the first administrator, while there is no active user: whoever
 * starts the service prints it, once.  An older code of this kind stops working.  STATUS_ABSENT:
 * there are users, so there is no code. */
enum status access_first_code(struct access *access, struct text *code);

/* ---- who ---- */

enum {
    ACCESS_ID_SIZE = 24,      /* "u_0123456789abcdef" */
    ACCESS_SECRET_SIZE = 64,  /* a token, a session, a code, as text */
    ACCESS_LOGIN_MAX = 64,    /* bytes */
    ACCESS_NAME_MAX = 256,    /* bytes of a person's or organisation's name */
    ACCESS_PASSWORD_MAX = 256 /* bytes */
};

enum identity_by { BY_NOBODY, BY_SESSION, BY_TOKEN };

struct identity {
    enum identity_by by;
    char id[ACCESS_ID_SIZE];    /* of the user or of the service's token: the actor */
    char user[ACCESS_ID_SIZE];  /* the person; empty for a service */
    char token[ACCESS_ID_SIZE]; /* empty for a session */
    char organisation[ACCESS_ID_SIZE];
    enum organisation_kind kind;   /* of the organisation */
    enum organisation_level level; /* the same */
    bool home;                     /* of the organisation that runs this installation */
    uint32_t roles;
    uint64_t scopes; /* what it may have: of its roles, cut to those of its token */
    bool stepped_up;
    struct digest key; /* of the secret that it showed */
};

extern const struct identity NOBODY;

/* From "Authorization: Bearer …".  STATUS_REFUSED: unknown, expired, revoked, or its user,
 * organisation is disabled.  STATUS_IO. */
enum status access_of_token(struct access *access, struct slice bearer, struct identity *out);
/* From the session's cookie; `csrf` is looked at if `changes`. */
enum status access_of_session(struct access *access, struct slice cookie, struct slice csrf,
                              bool changes, struct identity *out);

/* The same visitor a while later, without its doing anything.  STATUS_REFUSED: ended in the
 * meantime. */
enum status access_again(struct access *access, struct identity *identity);

enum access_verdict {
    ACCESS_MAY,
    ACCESS_UNKNOWN, /* nobody: 401 */
    ACCESS_FORBIDDEN,
    ACCESS_STEP_UP, /* may, after showing the second factor again */
};

enum access_verdict access_may(const struct identity *identity, enum scope scope);
/* Whether what belongs to `organisation` may be touched: one's own, or anybody's from home. */
bool access_reaches(const struct identity *identity, struct slice organisation);

/* ---- names without naming ---- */

/* "p_" and 32 hex digits: the same for the same kind and value under one key. */
void access_pseudonym(const struct access *access, const char *kind, struct slice value,
                      char out[ACCESS_SECRET_SIZE]);
/* An entry with actor, organisation and time filled in. */
struct audit_entry access_entry(const struct access *access, const struct identity *identity,
                                const char *action, const char *outcome);

/* ---- sessions ---- */

struct access_session {
    char secret[ACCESS_SECRET_SIZE]; /* the cookie's value */
    char csrf[ACCESS_SECRET_SIZE];
    char user[ACCESS_ID_SIZE];
    moment ends;
};

struct access_login {
    struct slice login, password, code, peer;
};

/* STATUS_REFUSED: wrong, whatever it was; STATUS_FULL: too many tries, `*wait_s` says how long;
 * STATUS_IO. */
enum status access_login(struct access *access, const struct access_login *login,
                         struct access_session *out, int64_t *wait_s);
/* The second factor again: a new session in the place of the old one. */
enum status access_step_up(struct access *access, const struct identity *identity,
                           struct slice code, struct access_session *out, int64_t *wait_s);
enum status access_logout(struct access *access, const struct identity *identity);
/* The value that X-CSRF-Token must have. */
void access_csrf(const struct access *access, struct slice cookie, char out[ACCESS_SECRET_SIZE]);

struct access_enrol {
    struct slice code, password, peer;
    /* Of the first administrator only: */
    struct slice login, name, organisation;
    enum organisation_kind kind;
    enum organisation_level level;
};

struct access_enrolled {
    char user[ACCESS_ID_SIZE];
    char totp_key[ACCESS_SECRET_SIZE]; /* base32: shown once */
    char login[ACCESS_LOGIN_MAX + 1];
};

enum access_enrol_fault {
    ENROL_FINE,
    ENROL_CODE,     /* unknown, used, expired */
    ENROL_PASSWORD, /* too short, too long, or holds the login */
    ENROL_LOGIN,    /* has not its form, or is taken */
    ENROL_NAME,
    ENROL_LEVEL, /* one that the kind of organisation cannot have, or none where one is needed */
};

/* Whoever has a code chooses a password and is given the key of the second factor.  The code works
 * until the first login.  Not counted as a try: 256 bits are not guessed.  STATUS_REFUSED:
 * `*fault`; STATUS_FULL: no memory for the password. */
enum status access_enrol(struct access *access, const struct access_enrol *enrol,
                         struct access_enrolled *out, enum access_enrol_fault *fault);

/* ---- inside the caller's transaction ---- */

void access_changed(struct access *access); /* after the commit */

struct access_organisation {
    char id[ACCESS_ID_SIZE];
    enum organisation_kind kind;
    enum organisation_level level; /* police of before there were levels: none, until it is set */
    struct slice name;
    bool home, disabled;
    moment created;
};

struct access_user {
    char id[ACCESS_ID_SIZE];
    char organisation[ACCESS_ID_SIZE];
    struct slice login, name;
    uint32_t roles;
    struct slice state; /* invited, active, disabled */
    moment created;
};

struct access_token {
    char id[ACCESS_ID_SIZE];
    char organisation[ACCESS_ID_SIZE];
    char user[ACCESS_ID_SIZE]; /* empty: of a service */
    struct slice name;
    uint64_t scopes;
    moment created, expires, revoked, used; /* MOMENT_NONE: not */
};

/* STATUS_REFUSED: a name that has not its form; STATUS_MALFORMED: a level that does not fit. */
enum status access_organisation_add(struct access *access, enum organisation_kind kind,
                                    enum organisation_level level, struct slice name,
                                    char id[ACCESS_ID_SIZE]);
/* STATUS_ABSENT; STATUS_MALFORMED: does not fit its kind. */
enum status access_organisation_level(struct access *access, struct slice id,
                                      enum organisation_level level);
/* Its sessions and tokens end.  STATUS_ABSENT; STATUS_REFUSED: home cannot be disabled. */
enum status access_organisation_disable(struct access *access, struct slice id, bool disabled);
/* `code`: the one-time code that the user enrols with.  STATUS_REFUSED: login taken or without its
 * form; STATUS_ABSENT: no such organisation; STATUS_MALFORMED: name or roles. */
enum status access_user_add(struct access *access, struct slice organisation, struct slice login,
                            struct slice name, uint32_t roles, char id[ACCESS_ID_SIZE],
                            char code[ACCESS_SECRET_SIZE]);
/* Sessions of the user end.  STATUS_ABSENT; STATUS_REFUSED: it would leave home without an
 * administrator; STATUS_MALFORMED: roles. */
enum status access_user_roles(struct access *access, struct slice id, uint32_t roles);
enum status access_user_disable(struct access *access, struct slice id, bool disabled);
/* Password and second factor are forgotten, sessions end, personal tokens stay revoked. */
enum status access_user_reset(struct access *access, struct slice id,
                              char code[ACCESS_SECRET_SIZE]);
/* `user` empty: of a service.  Scopes must be ones that the holder may have and that no session is
 * needed for.  STATUS_REFUSED: they are not; STATUS_MALFORMED: name or term. */
enum status access_token_add(struct access *access, struct slice organisation, struct slice user,
                             struct slice name, uint64_t scopes, moment expires,
                             char id[ACCESS_ID_SIZE], char secret[ACCESS_SECRET_SIZE]);
enum status access_token_revoke(struct access *access, struct slice id);

/* ---- looking, through any reader of the store ---- */

/* One by id.  Texts lie in the arena.  STATUS_ABSENT. */
enum status access_organisation_find(struct store *store, struct slice id, struct arena *arena,
                                     struct access_organisation *out);
enum status access_user_find(struct store *store, struct slice id, struct arena *arena,
                             struct access_user *out);
enum status access_token_find(struct store *store, struct slice id, struct arena *arena,
                              struct access_token *out);
/* Those with ids behind `after`, of one organisation (empty: of all), at most `count`; how many to
 * `*count`. */
enum status access_organisations(struct store *store, struct slice organisation, struct slice after,
                                 struct arena *arena, struct access_organisation *out,
                                 size_t *count);
enum status access_users(struct store *store, struct slice organisation, struct slice after,
                         struct arena *arena, struct access_user *out, size_t *count);
/* `user`: only that person's; empty: all. */
enum status access_tokens(struct store *store, struct slice organisation, struct slice user,
                          struct slice after, struct arena *arena, struct access_token *out,
                          size_t *count);
