/* entry.h -- what an entry of the journal says: a first byte, then as below.  Little-endian.
 *
 *   R  record         the record in the bytes of record/wire.h
 *   H  heartbeat      time i64 ms
 *   D  decision       JSON: what screening was asked and answered
 *   S  change         of rules: image 32 bytes, that of the rules before 32 bytes, base u64,
 *                     version in the book u64 (0: of the folder).  The old rules speak about what
 *                     is before this entry, the new ones about what is behind it; these remember
 *                     what the snapshot at `base` and the journal up to here gave them
 *   K  key            digest of an Idempotency-Key 32 bytes, then the answer that was given, JSON
 *   T  tail           JSON: a followed file, its identity and the offset behind its last record
 *
 * Entries of one offer are one frame: there whole or not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/moment.h"
#include "record/wire.h"

enum entry_type {
    ENTRY_RECORD = 'R',
    ENTRY_HEARTBEAT = 'H',
    ENTRY_DECISION = 'D',
    ENTRY_RULES = 'S',
    ENTRY_KEY = 'K',
    ENTRY_TAIL = 'T',
};

enum { ENTRY_HEARTBEAT_SIZE = 1 + 8, ENTRY_CHANGE_SIZE = 1 + 2 * DIGEST_SIZE + 2 * 8 };

/* Other rules: whose, instead of whose, brought up from where. */
struct entry_change {
    struct digest image, was;
    uint64_t base, version;
};

/* An entry taken apart; everything is lent from its bytes. */
struct entry {
    enum entry_type type;
    struct slice body;    /* behind the first byte; of a key: the answer */
    moment time;          /* of a heartbeat */
    struct digest digest; /* of a key */
    struct entry_change change;
};

/* STATUS_MALFORMED: no such type, or too short for it.  The record in `body` is not looked at: that
 * is entry_record's work. */
enum status entry_read(struct slice bytes, struct entry *out);
/* The record of an entry of that type at its place in the journal; as wire_decode. */
enum status entry_record(const struct entry *entry, uint64_t position, struct arena *scratch,
                         struct record *out);

/* Each makes an entry in the arena, or in the caller's bytes.  STATUS_FULL: the arena. */
enum status entry_of_record(const struct record *record, struct arena *arena, struct slice *out);
void entry_heartbeat_write(moment time, char into[ENTRY_HEARTBEAT_SIZE]);
enum status entry_of_heartbeat(moment time, struct arena *arena, struct slice *out);
enum status entry_of_key(const struct digest *digest, struct slice answer, struct arena *arena,
                         struct slice *out);
void entry_change_write(const struct entry_change *change, char into[ENTRY_CHANGE_SIZE]);
/* Decision, tail. */
enum status entry_of_json(enum entry_type type, struct slice json, struct arena *arena,
                          struct slice *out);
