/* verify.c -- the whole log computed again, and the first thing named that does not fit.
 *
 *     entries ──> leaf, nodes ──> compared with the stored ones, entry by entry
 *     nodes   ──> none that no entry made
 *     checkpoints, ours and those kept elsewhere ──> signature, and root of as many entries
 *
 * What a leaf hash shows is known to the entry.  Where somebody rewrote entry and tree alike, only
 * a checkpoint shows it, and then it lies between the last checkpoint that fits and this one.
 *
 * Invariants:  1. The fault that lies furthest back is the one reported.
 *              2. A checkpoint is held only against entries that were recomputed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

struct walk {
    struct audit *audit;
    struct audit_verdict *verdict;
    uint64_t sequence; /* of the entry that is being looked at */
    uint64_t trusted;  /* entries that the last checkpoint that fits covers */
    bool outside;      /* at the checkpoints that others kept */
};

/* Keeps the fault whose last entry lies furthest back. */
static void fault_take(struct walk *walk, enum audit_fault fault, uint64_t first, uint64_t last)
{
    struct audit_verdict *verdict = walk->verdict;
    if (verdict->fault != AUDIT_FAULT_NONE && verdict->last <= last)
        return;
    verdict->fault = fault;
    verdict->first = first;
    verdict->last = last;
    verdict->outside = walk->outside;
}

/* A sink of merkle_append(): compares instead of storing. */
static enum status node_compare(void *self, unsigned level, uint64_t position,
                                const struct digest *hash)
{
    struct walk *walk = self;
    enum status status = tree_compare(walk->audit->store, level, position, hash);
    if (status == STATUS_REFUSED)
        fault_take(walk, level == 0 ? AUDIT_FAULT_LEAF : AUDIT_FAULT_NODE, walk->sequence,
                   walk->sequence);
    return status;
}

/* One row.  STATUS_REFUSED: it does not fit, the verdict says how. */
static enum status entry_verify(struct walk *walk, const struct store_value *row,
                                struct merkle_frontier *frontier)
{
    struct audit_entry entry = {0};
    struct slice encoded = {0};
    uint64_t sequence = walk->sequence;
    if (row[0].whole != (int64_t)sequence) {
        fault_take(walk, AUDIT_FAULT_MISSING, sequence, sequence);
        return STATUS_REFUSED;
    }
    if (entry_of_row(row, &entry) != STATUS_OK ||
        entry_encode(&entry, walk->audit->encoded, &encoded) != STATUS_OK) {
        fault_take(walk, AUDIT_FAULT_FORM, sequence, sequence);
        return STATUS_REFUSED;
    }
    struct digest leaf = merkle_leaf(encoded);
    return merkle_append(frontier, &leaf, (struct merkle_sink){node_compare, walk});
}

static enum status entries_verify(struct walk *walk)
{
    const struct store_value all[] = {STORE_OF_WHOLE(INT64_MIN), STORE_OF_WHOLE(INT64_MAX)};
    struct merkle_frontier frontier = {0};
    struct store_rows *rows = NULL;
    struct store_value row[ENTRY_COLUMNS];
    TRY(store_query(walk->audit->store, ENTRY_SELECT, all, 2, &rows));
    enum status status = store_next(rows, row, ENTRY_COLUMNS);
    while (status == STATUS_OK) {
        status = entry_verify(walk, row, &frontier);
        if (status == STATUS_OK) {
            walk->sequence++;
            status = store_next(rows, row, ENTRY_COLUMNS);
        }
    }
    store_end(rows);
    walk->verdict->entries = walk->sequence;
    return status == STATUS_END || status == STATUS_REFUSED ? STATUS_OK : status;
}

/* Nodes that no entry made: their entries were taken away, or never were. */
static enum status nodes_verify(struct walk *walk)
{
    static const char NUMBERS[] = "SELECT number FROM audit_node ORDER BY number";
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(walk->audit->store, NUMBERS, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    for (; status == STATUS_OK; status = store_next(rows, row, 1)) {
        uint64_t first = 0;
        uint64_t count = 0;
        if (row[0].whole >= 0)
            tree_span((uint64_t)row[0].whole, &first, &count);
        if (count == 0 || first + count > walk->sequence) {
            fault_take(walk, AUDIT_FAULT_NODE_EXTRA, walk->sequence, walk->sequence);
            break;
        }
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* A checkpoint against the tree.  Where the walk stopped before its size, the fault that stopped us
 * lies further back and stays.  STATUS_REFUSED: it does not fit. */
static enum status note_verify(struct walk *walk, const struct note *note)
{
    struct audit_verdict *verdict = walk->verdict;
    struct digest root = {0};
    if (note->size > verdict->entries) {
        fault_take(walk, AUDIT_FAULT_TRUNCATED, verdict->entries, note->size - 1);
        return STATUS_REFUSED;
    }
    TRY(tree_root(walk->audit->store, note->size, &root));
    if (memcmp(root.bytes, note->root.bytes, DIGEST_SIZE) != 0) {
        uint64_t last = note->size > 0 ? note->size - 1 : 0;
        fault_take(walk, AUDIT_FAULT_ROOT, walk->trusted <= last ? walk->trusted : 0, last);
        return STATUS_REFUSED;
    }
    verdict->checkpoints++;
    walk->trusted = note->size;
    if (verdict->signed_size < note->size)
        verdict->signed_size = note->size;
    return STATUS_OK;
}

static enum audit_fault fault_of_reading(enum status status)
{
    return status == STATUS_REFUSED ? AUDIT_FAULT_SIGNATURE : AUDIT_FAULT_NOTE;
}

/* A stored checkpoint.  STATUS_REFUSED: it does not fit. */
static enum status checkpoint_verify(struct walk *walk, const struct store_value row[2])
{
    struct slice bytes = row[1].type == STORE_TEXT ? row[1].bytes : (struct slice){0};
    struct note note = {0};
    enum status status = note_read(bytes, walk->audit->origin, &walk->audit->key, &note);
    if (status == STATUS_OK && (int64_t)note.size == row[0].whole)
        return note_verify(walk, &note);
    uint64_t last = row[0].whole > 0 ? (uint64_t)row[0].whole - 1 : 0;
    fault_take(walk, fault_of_reading(status), walk->trusted <= last ? walk->trusted : last, last);
    return STATUS_REFUSED;
}

static enum status checkpoints_verify(struct walk *walk)
{
    static const char NOTES[] = "SELECT size, note FROM audit_checkpoint ORDER BY size";
    struct store_rows *rows = NULL;
    struct store_value row[2];
    TRY(store_query(walk->audit->store, NOTES, NULL, 0, &rows));
    enum status status = store_next(rows, row, 2);
    while (status == STATUS_OK) {
        status = checkpoint_verify(walk, row);
        if (status == STATUS_OK)
            status = store_next(rows, row, 2);
    }
    store_end(rows);
    return status == STATUS_END || status == STATUS_REFUSED ? STATUS_OK : status;
}

/* Those that others kept, the smallest first.  Ours say nothing about what others saw, so a fork is
 * sought behind the last one of theirs that fits. */
static enum status notes_verify(struct walk *walk, const struct slice *notes, size_t count)
{
    struct note read[AUDIT_NOTES_MAX];
    size_t read_count = 0;
    uint64_t end = walk->verdict->entries > 0 ? walk->verdict->entries - 1 : 0;
    walk->outside = true;
    walk->trusted = 0;
    for (size_t i = 0; i < count; i++) {
        struct note note = {0};
        enum status status = note_read(notes[i], walk->audit->origin, &walk->audit->key, &note);
        if (status != STATUS_OK) {
            fault_take(walk, fault_of_reading(status), 0, end);
            continue;
        }
        size_t at = read_count++;
        for (; at > 0 && read[at - 1].size > note.size; at--)
            read[at] = read[at - 1];
        read[at] = note;
    }
    for (size_t i = 0; i < read_count; i++) {
        enum status status = note_verify(walk, &read[i]);
        if (status != STATUS_OK && status != STATUS_REFUSED)
            return status;
    }
    return STATUS_OK;
}

enum status audit_verify(struct audit *audit, const struct slice *notes, size_t notes_count,
                         struct audit_verdict *out)
{
    /* A query that stays unfinished holds one state of the store for all the others. */
    static const char HOLD[] = "SELECT count(*) FROM audit_checkpoint UNION ALL SELECT 0";
    struct audit_verdict verdict = {0};
    struct walk walk = {.audit = audit, .verdict = &verdict};
    struct store_rows *hold = NULL;
    struct store_value row[1];
    if (notes_count > AUDIT_NOTES_MAX)
        return STATUS_FULL;
    TRY(store_query(audit->store, HOLD, NULL, 0, &hold));
    enum status status = store_next(hold, row, 1);
    if (status == STATUS_OK)
        status = entries_verify(&walk);
    if (status == STATUS_OK)
        status = nodes_verify(&walk);
    if (status == STATUS_OK)
        status = checkpoints_verify(&walk);
    if (status == STATUS_OK)
        status = notes_verify(&walk, notes, notes_count);
    store_end(hold);
    TRY(status);
    *out = verdict;
    return verdict.fault == AUDIT_FAULT_NONE ? STATUS_OK : STATUS_MALFORMED;
}

void audit_verdict_say(const struct audit_verdict *verdict, enum tongue tongue, struct text *text)
{
    static const struct saying FAULTS[] = {
#define FAULT(name, en, zh) SAYING(en, zh),
#include "audit/faults.inc"
#undef FAULT
    };
    bool zh = tongue == TONGUE_ZH;
    const char *what = FAULTS[verdict->fault].in[tongue];
    unsigned long long first = verdict->first;
    unsigned long long last = verdict->last;
    if (verdict->fault == AUDIT_FAULT_NONE)
        text_addf(text,
                  zh ? "%s：%llu 条记录，%llu 个检查点，前 %llu 条记录已签署"
                     : "%s: %llu entries, %llu checkpoints, the first %llu entries are signed",
                  what, (unsigned long long)verdict->entries,
                  (unsigned long long)verdict->checkpoints,
                  (unsigned long long)verdict->signed_size);
    else if (first == last)
        text_addf(text, zh ? "第 %llu 条记录：%s" : "entry %llu: %s", first, what);
    else
        text_addf(text, zh ? "第 %llu 至 %llu 条记录之间：%s" : "within entries %llu to %llu: %s",
                  first, last, what);
    if (verdict->outside)
        text_add_string(text, zh ? "（由外部保存的检查点发现）"
                                 : " (found by a checkpoint kept elsewhere)");
}
