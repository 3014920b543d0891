/* keys.h -- what was answered, so that a question asked twice gets one answer.
 *
 * A client gives its delivery an Idempotency-Key.  The answer is an entry of the same frame as the
 * records (live/entry.h, K), so both are durable or neither; this table is the entries of the last
 * hours in memory, and can be made again from the journal.
 *
 *   entry:   K   digest of the key, 32 bytes   {"at":MS,"body":"HEX","accepted":N, ...}
 *   answer:  {"first":P,"last":Q,"accepted":N, ...}
 *
 * Positions are not in the entry, because they are known only when it has been appended: the entry
 * stands behind its records, so they follow from its own number. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/checksum.h"
#include "ground/limits.h"
#include "ground/moment.h"

struct keys;

/* Who asked, and for what. */
struct key {
    struct digest name; /* of organisation and Idempotency-Key */
    struct digest body;
};

enum key_verdict {
    KEY_NEW,      /* and now known as waiting */
    KEY_WAITING,  /* the first delivery of this key has not been answered yet */
    KEY_ANSWERED, /* here is the answer */
    KEY_OTHER,    /* the key was used for another body */
};

struct keys_counts {
    uint64_t known, answered_again;
    uint64_t forgotten; /* before their time, because the table was full */
};

/* Remembers at most `count_max` keys for `time_ms` each; a full table forgets its oldest. */
enum status keys_create(struct keys **out, size_t count_max, int64_t time_ms, struct arena *boot);
/* `answer` is filled with KEY_ANSWERED.  STATUS_FULL: the table is full of keys that wait. */
enum status keys_ask(struct keys *keys, const struct key *key, moment now,
                     enum key_verdict *verdict, struct text *answer);
/* The delivery was answered so: `body` as text_add_answer() took it. */
void keys_answer(struct keys *keys, const struct key *key, moment now, uint64_t first,
                 struct slice body);
/* It was not taken; the key is new again. */
void keys_forget(struct keys *keys, const struct key *key);
void keys_count(struct keys *keys, struct keys_counts *out);

/* The entry; `body` is the answer without its positions: "\"accepted\":3,…". */
void text_add_key_entry(struct text *text, const struct key *key, moment now, struct slice body);
/* The answer as the client reads it; without positions where nothing was accepted. */
void text_add_answer(struct text *text, uint64_t first, struct slice body);
/* Takes an entry of the journal, number `sequence`, with its first byte.  MALFORMED: it is none. */
enum status keys_recall(struct keys *keys, struct slice entry, uint64_t sequence);
/* Every answered key, oldest first, as its entry and the number it stands at. */
enum status keys_tell(struct keys *keys,
                      enum status (*take)(void *self, struct slice entry, uint64_t sequence),
                      void *self);
