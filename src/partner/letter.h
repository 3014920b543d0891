/* letter.h -- a signed message from one organisation to another, and whether it may be believed.
 *
 *     envelope   {"key":"<16 hex>","letter":"<base64>","signature":"<base64>"}
 *     letter     {"body":{…},"expires":"…","from":"…","id":"…","issued":"…","kind":"…","to":"…",
 *                 "version":1}                    and "reply_to":"…" in front of "to" in an answer
 *
 * The signature (Ed25519) is over the very bytes that base64 gives, so nobody has to write JSON
 * twice in the same way.  docs/partner.md says it for whoever builds the other side, with a schema.
 *
 * Invariants:  1. A letter is believed if a key that was configured for its sender signed exactly
 *                 these bytes, it is addressed to us, and now is between its times.  All else has a
 *                 fault with a name.
 *              2. Nothing of a letter is looked at before its signature holds, but its sender's
 *                 name, which says whose keys to try.
 *              3. What letter_write() wrote, letter_open() reads back. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/limits.h"
#include "ground/moment.h"
#include "ground/seal.h"
#include "ground/tongue.h"
#include "partner/paper.h"

enum {
    LETTER_ID_SIZE = 33,     /* 32 hex digits and NUL */
    LETTER_KEY_ID_SIZE = 17, /* 16 hex digits and NUL */
    LETTER_NAME_MAX = 64,    /* bytes of an organisation's name, and of a kind */
    LETTER_KIND_SIZE = LETTER_NAME_MAX + 1,
    LETTER_SKEW_MS = 5 * MINUTE_MS, /* clocks of two houses differ by less */
    LETTER_LIFE_MAX_DAYS = 31,
};

/* Names a letter among those of its sender.  It is made of ids, never of what persons are known by.
 */
struct letter_id {
    char hex[LETTER_ID_SIZE]; /* empty: none */
};

/* Whether it can name an organisation or a kind: a-z 0-9 - _ . and not too long. */
bool letter_name_holds(struct slice name);

/* The same parts (an item, a step, a round) give the same id, so asking twice is asking once. */
struct letter_id letter_id_of(const struct slice *parts, size_t count);
/* STATUS_MALFORMED: not 32 digits of lower-case hex. */
enum status letter_id_parse(struct slice text, struct letter_id *out);

struct letter {
    struct letter_id id;
    struct letter_id reply_to; /* empty: it answers nothing */
    struct slice kind;         /* words with dots: "lead.ask", "stop.order" */
    struct slice from, to;     /* organisations, as the list of partners has them */
    moment issued, expires;    /* an answer after `expires` comes too late */
    struct slice body;         /* a JSON object; its members are the kind's business */
};

/* clang-format off */
enum letter_fault {
#define FAULT(name, en, zh) LETTER_##name,
#include "partner/faults.inc"
#undef FAULT
    LETTER_FAULTS_COUNT
};
/* clang-format on */

const char *letter_fault_name(enum letter_fault fault);
const struct saying *letter_fault_says(enum letter_fault fault);

/* Signs the letter and adds the envelope.  STATUS_MALFORMED: a name, the times or the body have not
 * their form (the body must be canonical, see paper.h); STATUS_FULL: the letter is longer than
 * LETTER_BYTES_MAX, or the text is full. */
enum status letter_write(struct text *text, const struct letter *letter,
                         const struct seal_keypair *keypair);

/* The keys that are trusted for an organisation; NULL: it is unknown. */
struct letter_keys {
    const struct seal_key *(*find)(void *self, struct slice organisation, unsigned *count);
    void *self;
};

/* Reads an envelope that is addressed to `self`, at the moment `now`.  Its texts lie in `request`.
 * STATUS_REFUSED: `*fault`; where the signature held (SELF and later faults), `*out` is filled in
 * all the same.  STATUS_FULL: no memory. */
enum status letter_open(struct slice envelope, const struct letter_keys *keys, struct slice self,
                        moment now, struct arena *request, struct letter *out,
                        enum letter_fault *fault);

/* A key as the configuration and docs spell it: base64 of its 32 bytes. */
enum status letter_key_parse(struct slice text, struct seal_key *out); /* STATUS_MALFORMED */
void text_add_letter_key(struct text *text, const struct seal_key *key);
/* The first 16 hex digits of the SHA-256 of the key: what an envelope names it by. */
void letter_key_id(const struct seal_key *key, char out[LETTER_KEY_ID_SIZE]);
