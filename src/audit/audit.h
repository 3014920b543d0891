/* audit.h -- who did what, in a log that cannot be changed unseen.
 *
 * The log lies in the tables of a store.  An action and its entry are one transaction: whoever acts
 * opens it, does the thing, calls audit_append() and commits.  Every entry is a leaf of the tree of
 * merkle.h; checkpoints sign the tree's root (note.h), and whoever keeps a checkpoint elsewhere can
 * prove any later change of what it covers.  docs/audit.md lays out every byte.
 *
 * An entry carries no raw personal data: a phone, a name or an account number enters as a keyed
 * pseudonym or as an internal id, also in `reason` and `detail`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/note.h"
#include "ground/moment.h"
#include "ground/tongue.h"
#include "store/store.h"

/* Bytes of one entry's texts: a longer one is a mistake of the caller or wants a document. */
enum {
    AUDIT_WORD_MAX = 64,     /* action, object_kind, outcome */
    AUDIT_ID_MAX = 128,      /* actor, organisation, object_id: a digest in hex is 64 */
    AUDIT_REASON_MAX = 4096, /* what a person types into a box */
    AUDIT_DETAIL_MAX = 65536,
    AUDIT_NOTES_MAX = 64, /* checkpoints from outside in one audit_verify() */
    AUDIT_ENTRIES_SIGNED = 1000,
};

/* The schema steps of this room, for main/ to put into its list for store_open(). */
enum { AUDIT_MIGRATIONS_COUNT = 2 };
extern const struct store_migration AUDIT_MIGRATIONS[AUDIT_MIGRATIONS_COUNT];

struct audit;

struct audit_entry {
    uint64_t sequence;         /* 0, 1, 2 … without a gap: the index of the leaf */
    moment time;               /* years 1970 to 9999 */
    struct slice actor;        /* who: an opaque id, ASCII without blanks */
    struct slice organisation; /* for whom; the same form */
    struct slice action;       /* what: a word, a-z 0-9 . _ - */
    struct slice object_kind;  /* of what kind of thing; a word, or empty with an empty object_id */
    struct slice object_id;    /* of which: keyed pseudonym or internal id */
    struct slice outcome;      /* how it ended; a word */
    struct slice reason;       /* why, in the actor's words; UTF-8, may be empty */
    struct slice detail;       /* JSON of the caller, not looked into; UTF-8, may be empty */
};

/* Where an export goes: whole lines, each with its newline, lent for the call. */
struct audit_sink {
    enum status (*take)(void *self, struct slice line);
    void *self;
};

/* The log in `store`, under the name `origin` (a key name of note.h) and the key that signs it.
 * Lends `store`, which may be a reader.  STATUS_MALFORMED: the tables do not fit together, `why`
 * says how; the whole truth is audit_verify()'s.  STATUS_REFUSED: no possible origin. */
enum status audit_open(struct audit **out, struct store *store, struct slice origin,
                       const struct seal_key *key, struct arena *boot, struct text *why);

/* From now on each AUDIT_ENTRIES_SIGNED-th entry brings a checkpoint with it, in the transaction of
 * whoever adds it: however many come in a second, no more than that are unprotected.  Lends
 * `keypair`, for the life of the log. */
void audit_sign(struct audit *audit, const struct seal_keypair *keypair);

/* Adds an entry inside the open transaction of the caller; `entry->sequence` is not looked at, the
 * new one goes to `*sequence` (NULL: not wanted).  After any other status the transaction can only
 * be rolled back, so there is no action without its entry.  STATUS_MALFORMED: a text has not its
 * form; STATUS_FULL: it is too long, or the disk is full; STATUS_IO. */
enum status audit_append(struct audit *audit, const struct audit_entry *entry, uint64_t *sequence);

/* Entries in the log, as the store sees it now: the caller's open transaction included. */
enum status audit_size(struct audit *audit, uint64_t *out);

/* Signs the root of all committed entries, in a transaction of its own, and adds the note to
 * `note` (NOTE_BYTES_MAX is enough) once it is durable.  If the newest checkpoint stands there
 * already, that one is handed out.  STATUS_MALFORMED: the log no longer fits its newest checkpoint,
 * nothing is signed. STATUS_FULL; STATUS_IO. */
enum status audit_checkpoint(struct audit *audit, const struct seal_keypair *keypair,
                             struct text *note);

/* One JSON object, for the life of `request`: that entry `sequence` is in the log of `size` entries
 * (its entry, its path), or that the log of `size` begins with the log of `old_size`.
 * STATUS_ABSENT: no such entry or size; STATUS_MALFORMED: the tree is damaged. */
enum status audit_prove_entry(struct audit *audit, uint64_t sequence, uint64_t size,
                              struct arena *request, struct slice *out);
enum status audit_prove_growth(struct audit *audit, uint64_t old_size, uint64_t size,
                               struct arena *request, struct slice *out);

/* Entries [from, to) as JSON lines, with their leaf hashes; all checkpoints as notes, one after
 * another. tools/audit/verify.mjs reads both.  STATUS_ABSENT: `to` is beyond the end;
 * STATUS_MALFORMED: an entry is not there or has not its form.  Else what the sink said. */
enum status audit_export(struct audit *audit, uint64_t from, uint64_t to, struct audit_sink sink,
                         struct arena *scratch);
enum status audit_export_checkpoints(struct audit *audit, struct audit_sink sink);

struct audit_filter {
    uint64_t before; /* entries of a smaller sequence; at most INT64_MAX */
    size_t count_max;
    struct slice actor, action, object_id; /* empty: any */
};

/* The newest entries that fit, newest first, each as a JSON object without a newline. */
enum status audit_search(struct audit *audit, const struct audit_filter *filter,
                         struct audit_sink sink, struct arena *scratch);
/* The newest checkpoint and its text.  STATUS_ABSENT: none yet; as note_read. */
enum status audit_newest(struct audit *audit, struct note *out, struct text *text);

/* clang-format off */
enum audit_fault {
#define FAULT(name, en, zh) AUDIT_FAULT_##name,
#include "audit/faults.inc"
#undef FAULT
};
/* clang-format on */

struct audit_verdict {
    enum audit_fault fault; /* the one that lies furthest back; NONE: everything fits */
    uint64_t first, last;   /* it lies in one of the entries first..last */
    bool outside;           /* a checkpoint from outside found it */
    uint64_t entries;       /* recomputed and found as they were hashed, from 0 on */
    uint64_t checkpoints;   /* found right, those from outside included */
    uint64_t signed_size;   /* entries that a right checkpoint covers; later ones are unprotected */
};

/* Recomputes every leaf, node and checkpoint, and compares `notes`: checkpoints that somebody
 * else kept.  Sees one state of the store, also beside a writer.  STATUS_MALFORMED: `out` says what
 * does not fit, and where.  STATUS_FULL: more than AUDIT_NOTES_MAX notes; STATUS_IO. */
enum status audit_verify(struct audit *audit, const struct slice *notes, size_t notes_count,
                         struct audit_verdict *out);
/* The verdict in one sentence. */
void audit_verdict_say(const struct audit_verdict *verdict, enum tongue tongue, struct text *text);
