/* wire.h -- a record in few bytes, for the journal.
 *
 * What was decoded behaves exactly as what intake made: the same kind, known fields, values,
 * spellings and digest.  The position is the reader's, because it is where the record stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/record.h"

/* Bytes that are always enough for this record. */
size_t wire_room(const struct record *record);
/* Writes the record into `into`, which has wire_room() bytes; returns how many it took. */
size_t wire_encode(const struct record *record, unsigned char *into);
/* All of `bytes` as one record.  Its texts are lent from `bytes`, its lists of names are taken from
 * scratch; its position is 0.  STATUS_MALFORMED: it is not a record that intake could have made.
 * STATUS_FULL: scratch. */
enum status wire_decode(struct slice bytes, struct arena *scratch, struct record *out);
