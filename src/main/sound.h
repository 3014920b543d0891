/* sound.h -- whether a data directory is whole: journal, tables, audit log. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "journal/journal.h"

struct soundness {
    uint64_t first, entries; /* of the journal */
    uint64_t audited;        /* entries of the audit log */
    uint64_t snapshots;      /* files */
    int64_t torn_bytes;      /* behind the last whole frame: never acknowledged */
};

/* Reads and checks everything below `folder`.  With `mend` a torn tail is set aside, as a start
 * does.  STATUS_MALFORMED, STATUS_IO, STATUS_ABSENT (no data directory): `why` says what and where,
 * in both tongues. */
enum status folder_is_sound(const char *folder, bool mend, struct soundness *out,
                            struct text why[TONGUES_COUNT]);
