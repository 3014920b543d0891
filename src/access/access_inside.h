/* access_inside.h -- what the files of this room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "ground/limits.h"

#include <pthread.h>
#include <stdatomic.h>

enum { ACCESS_CACHE = 4096 }; /* identities remembered; a power of two */

/* An identity as it was found, good while nothing changed since. */
struct remembered {
    struct identity identity;
    uint64_t generation; /* 0: nothing here */
    moment until;        /* its token or session ends, or its step-up */
    moment written;      /* of a session: the last use that the store knows */
    moment used;
};

struct access {
    struct store *store, *reader;
    struct audit *audit;
    struct access_keys keys;
    struct seal_chance chance;
    struct clock clock;
    pthread_mutex_t reading; /* the reader, and its arena */
    struct arena *scratch;
    pthread_mutex_t memory; /* of who was here */
    struct remembered *remembered;
    _Atomic uint64_t generation;
    pthread_mutex_t hashing; /* one password at a time takes its 64 MiB */
};

moment access_now(const struct access *access);
void lock_take(pthread_mutex_t *lock);
void lock_give(pthread_mutex_t *lock);
/* "u_" and 16 hex digits, by chance.  STATUS_IO. */
enum status id_draw(struct access *access, const char *letter, char out[ACCESS_ID_SIZE]);
/* 32 bytes of chance as base64url behind `prefix`, and the digest by which it is found again. */
enum status secret_make(struct access *access, const char *prefix, char out[ACCESS_SECRET_SIZE],
                        struct digest *digest);
struct digest secret_found_by(const struct access *access, struct slice secret);
void id_copy(char out[ACCESS_ID_SIZE], struct slice from);
#define STORE_OF_ID(id) STORE_OF_TEXT(slice_of(id))
#define STORE_OF_DIGEST(digest) \
    STORE_OF_BYTES(((struct slice){(const char *)(digest).bytes, DIGEST_SIZE}))
/* Lower case for ASCII, so that a login is one whatever its case. */
bool login_fold(struct slice login, char out[ACCESS_LOGIN_MAX + 1]);
bool name_holds(struct slice name);
/* A one-time code for a user, or (user empty) for the first administrator. */
enum status code_add(struct access *access, struct slice user, char code[ACCESS_SECRET_SIZE]);
/* Inside a transaction: all sessions of a user end. */
enum status sessions_end(struct access *access, struct slice user);
/* Inside a transaction: whether home has an active administrator. */
enum status home_administered(struct access *access, bool *out);
