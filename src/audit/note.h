/* note.h -- the checkpoint as a text: C2SP tlog-checkpoint in a C2SP signed-note.
 *
 *     cutline.example/audit                              origin: the name of the log and of its key
 *     300                                                entries
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=       root of the tree, base64
 *                                                        (empty line)
 *     — cutline.example/audit Az3grlgtzPIC…    key id (4 bytes) and signature (64), base64
 *
 * What is signed ends with the newline before the empty line.  Lines of other keys (cosignatures)
 * are passed over, as the specification asks.  Pure: no disk, no memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/merkle.h"
#include "ground/seal.h"

enum {
    NOTE_ORIGIN_MAX = 128,
    NOTE_BYTES_MAX = 1024, /* one that we sign: twice the longest */
    NOTE_READ_MAX = 65536, /* one that we are given, with cosignatures */
    NOTE_KEY_BYTES_MAX = 256,
    BASE64_DIGEST_SIZE = 44,
};

struct note {
    uint64_t size;
    struct digest root;
};

/* RFC 4648, section 4, with padding. */
void text_add_base64(struct text *text, struct slice bytes);
/* Canonical base64 of exactly `size` bytes.  STATUS_MALFORMED. */
enum status base64_read(struct slice text, unsigned char *out, size_t size);

/* Whether the text can name a log: printable ASCII without blanks and `+`. */
bool note_origin_holds(struct slice origin);
/* origin+id+base64: the key as a verifier is given it (signed-note "vkey"). */
void note_key_write(struct text *text, struct slice origin, const struct seal_key *key);
/* Any signed note: `body` ends in a newline. */
void note_sign(struct text *text, struct slice body, struct slice origin,
               const struct seal_keypair *keypair);
/* The signed body in front of the empty line.  STATUS_MALFORMED: no note; STATUS_REFUSED: no
 * signature of the key, or a wrong one. */
enum status note_check(struct slice bytes, struct slice origin, const struct seal_key *key,
                       struct slice *body);
void note_write(struct text *text, struct slice origin, const struct note *note,
                const struct seal_keypair *keypair);
/* STATUS_MALFORMED: no checkpoint of this log; STATUS_REFUSED: as note_check. */
enum status note_read(struct slice bytes, struct slice origin, const struct seal_key *key,
                      struct note *out);
