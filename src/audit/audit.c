/* audit.c -- the log: its tables, its opening, an entry added, a checkpoint signed.
 *
 * Invariants:  1. An entry, its leaf and the nodes that it completes are written by the caller's
 *                 transaction: with the action, or not at all.
 *              2. A refused entry refuses the action: the transaction can only be rolled back.
 *              3. A note is handed out only after what it signs is durable; so no rollback and no
 *                 power cut makes this log contradict its own signature.  One that is signed by
 *                 the way is a row of the transaction that it signs.
 * Not chosen:  triggers that forbid changes.  Whoever can change the file can drop a trigger; what
 *              cannot be prevented here is proved elsewhere, by those who keep checkpoints. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

const struct store_migration AUDIT_MIGRATIONS[AUDIT_MIGRATIONS_COUNT] = {
    {"audit log", "CREATE TABLE audit_entry (sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, "
                  "actor TEXT NOT NULL, organisation TEXT NOT NULL, action TEXT NOT NULL, "
                  "object_kind TEXT NOT NULL, object_id TEXT NOT NULL, outcome TEXT NOT NULL, "
                  "reason TEXT NOT NULL, detail TEXT NOT NULL);"
                  "CREATE TABLE audit_node (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
                  "CREATE TABLE audit_checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);"},
    {"audit log found by actor and object",
     "CREATE INDEX audit_entry_actor ON audit_entry (actor, sequence);"
     "CREATE INDEX audit_entry_object ON audit_entry (object_id, sequence);"},
};

/* The newest checkpoint, checked against the tree; `size` 0 and no `text` if there is none.
 * STATUS_MALFORMED: it does not fit. */
static enum status newest_check(struct audit *audit, uint64_t size, struct note *out,
                                struct text *text)
{
    static const char NEWEST[] =
        "SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
    struct store_rows *rows = NULL;
    struct store_value row[2];
    struct note note = {0};
    TRY(store_query(audit->store, NEWEST, NULL, 0, &rows));
    enum status status = store_next(rows, row, 2);
    if (status == STATUS_OK) {
        bool held = row[1].type == STORE_TEXT &&
                    note_read(row[1].bytes, audit->origin, &audit->key, &note) == STATUS_OK &&
                    (int64_t)note.size == row[0].whole && note.size <= size;
        if (!held)
            status = STATUS_MALFORMED;
        else if (text != NULL && note.size == size)
            text_add(text, row[1].bytes);
        if (text != NULL && text->full) /* longer than any that we signed */
            status = STATUS_MALFORMED;
    }
    store_end(rows);
    if (status == STATUS_END) {
        *out = note;
        return STATUS_OK;
    }
    TRY(status);
    struct digest root = {0};
    TRY(tree_root(audit->store, note.size, &root));
    if (memcmp(root.bytes, note.root.bytes, DIGEST_SIZE) != 0)
        return STATUS_MALFORMED;
    *out = note;
    return STATUS_OK;
}

enum status audit_open(struct audit **out, struct store *store, struct slice origin,
                       const struct seal_key *key, struct arena *boot, struct text *why)
{
    struct audit *audit = NULL;
    struct digest root = {0};
    struct note newest = {0};
    uint64_t size = 0;
    if (!note_origin_holds(origin)) {
        text_add_string(why, "the audit log needs a name of ASCII without blanks and \"+\"");
        return STATUS_REFUSED;
    }
    TRY(ARENA_NEW(boot, 1, &audit));
    TRY(ARENA_NEW(boot, ENTRY_BYTES_MAX + 1, &audit->encoded));
    TRY(slice_copy(boot, origin, &audit->origin));
    audit->store = store;
    audit->key = *key;
    enum status status = tree_size(store, &size);
    if (status == STATUS_OK)
        status = tree_root(store, size, &root);
    if (status == STATUS_OK)
        status = newest_check(audit, size, &newest, NULL);
    if (status != STATUS_OK) {
        text_addf(why, "the audit log of %llu entries %s", (unsigned long long)size,
                  status == STATUS_MALFORMED ? "does not fit its tree or its newest checkpoint"
                                             : "cannot be read");
        return status;
    }
    *out = audit;
    return STATUS_OK;
}

enum status audit_size(struct audit *audit, uint64_t *out)
{
    return tree_size(audit->store, out);
}

static enum status append(struct audit *audit, struct audit_entry entry, uint64_t *added)
{
    static const char INSERT[] =
        "INSERT INTO audit_entry (sequence, time, actor, organisation, action, object_kind, "
        "object_id, outcome, reason, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct merkle_frontier frontier = {0};
    struct slice encoded = {0};
    uint64_t size = 0;
    TRY(entry_check(&entry));
    TRY(tree_size(audit->store, &size));
    if (size == AUDIT_ENTRIES_MAX)
        return STATUS_FULL;
    entry.sequence = size;
    TRY(entry_encode(&entry, audit->encoded, &encoded));
    const struct store_value row[ENTRY_COLUMNS] = {STORE_OF_WHOLE((int64_t)entry.sequence),
                                                   STORE_OF_WHOLE(entry.time.ms),
                                                   STORE_OF_TEXT(entry.actor),
                                                   STORE_OF_TEXT(entry.organisation),
                                                   STORE_OF_TEXT(entry.action),
                                                   STORE_OF_TEXT(entry.object_kind),
                                                   STORE_OF_TEXT(entry.object_id),
                                                   STORE_OF_TEXT(entry.outcome),
                                                   STORE_OF_TEXT(entry.reason),
                                                   STORE_OF_TEXT(entry.detail)};
    TRY(store_run(audit->store, INSERT, row, ENTRY_COLUMNS));
    /* Of the frontier an append reads the levels that it completes: the low bits that are set. */
    TRY(tree_frontier(audit->store, size, size ^ (size + 1), &frontier));
    struct digest leaf = merkle_leaf(encoded);
    TRY(merkle_append(&frontier, &leaf, (struct merkle_sink){tree_save, audit->store}));
    *added = size;
    return STATUS_OK;
}

/* Inside the transaction: signs and stores, or gives the checkpoint that stands there already. */
static enum status checkpoint_add(struct audit *audit, const struct seal_keypair *keypair,
                                  struct text *text)
{
    static const char INSERT[] = "INSERT INTO audit_checkpoint (size, note) VALUES (?1, ?2)";
    struct note newest = {0};
    struct note note = {0};
    TRY(tree_size(audit->store, &note.size));
    TRY(newest_check(audit, note.size, &newest, text));
    if (text->size > 0)
        return STATUS_OK;
    TRY(tree_root(audit->store, note.size, &note.root));
    note_write(text, audit->origin, &note, keypair);
    must(!text->full);
    const struct store_value row[] = {STORE_OF_WHOLE((int64_t)note.size),
                                      STORE_OF_TEXT(text_slice(text))};
    return store_run(audit->store, INSERT, row, 2);
}

void audit_sign(struct audit *audit, const struct seal_keypair *keypair)
{
    must(memcmp(&keypair->key, &audit->key, sizeof audit->key) == 0);
    audit->keypair = keypair;
}

static enum status sign_by_the_way(struct audit *audit, uint64_t size)
{
    char bytes[NOTE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    if (audit->keypair == NULL || size % AUDIT_ENTRIES_SIGNED != 0)
        return STATUS_OK;
    enum status status = checkpoint_add(audit, audit->keypair, &text);
    /* What no longer fits its past is not signed; whoever asks for a checkpoint is told so. */
    return status == STATUS_MALFORMED ? STATUS_OK : status;
}

enum status audit_append(struct audit *audit, const struct audit_entry *entry, uint64_t *sequence)
{
    /* Breaks a constraint on purpose: after it the store will not commit the action either. */
    static const char POISON[] = "INSERT INTO audit_node (number, hash) VALUES (-1, NULL)";
    uint64_t added = 0;
    enum status status = append(audit, *entry, &added);
    if (status == STATUS_OK)
        status = sign_by_the_way(audit, added + 1);
    if (status != STATUS_OK)
        (void)!(store_run(audit->store, POISON, NULL, 0) == STATUS_OK);
    else if (sequence != NULL)
        *sequence = added;
    return status;
}

enum status audit_checkpoint(struct audit *audit, const struct seal_keypair *keypair,
                             struct text *note)
{
    char bytes[NOTE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    must(memcmp(&keypair->key, &audit->key, sizeof audit->key) == 0);
    TRY(store_begin(audit->store));
    enum status status = checkpoint_add(audit, keypair, &text);
    if (status != STATUS_OK) {
        store_rollback(audit->store);
        return status;
    }
    TRY(store_commit(audit->store));
    text_add(note, text_slice(&text));
    return STATUS_OK;
}
