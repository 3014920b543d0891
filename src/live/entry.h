/* entry.h -- what an entry of the journal says: a first byte, then as below.  Little-endian.
 *
 *   R  record         the record in the bytes of record/wire.h
 *   H  heartbeat      time i64 ms
 *   D  decision       JSON: what screening was asked and answered
 *   S  rule set       JSON: action, role (live, shadow), image, version in the store
 *   K  key            digest of an Idempotency-Key 32 bytes, then the answer that was given, JSON
 *   T  tail           JSON: a followed file, its identity and the offset behind its last record
 *
 * Entries of one offer are one frame: there whole or not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "record/record.h"

enum entry_type {
    ENTRY_RECORD = 'R',
    ENTRY_HEARTBEAT = 'H',
    ENTRY_DECISION = 'D',
    ENTRY_RULES = 'S',
    ENTRY_KEY = 'K',
    ENTRY_TAIL = 'T',
};
