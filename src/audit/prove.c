/* prove.c -- entries and proofs handed to those who do not trust us.
 *
 * A proof is one JSON object; its hashes are in base64, as in a checkpoint, and from the leaf up,
 * as in RFC 6962.  It is worth what the checkpoint is worth that it is held against: the roots in
 * it are for convenience, and a verifier takes them from the checkpoint. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

enum { PROOF_JSON_MAX = 16384 }; /* 128 hashes of 47 bytes, the origin twice */

static void add_digest(struct text *text, const struct digest *digest)
{
    text_add_char(text, '"');
    text_add_base64(text, (struct slice){(const char *)digest->bytes, DIGEST_SIZE});
    text_add_char(text, '"');
}

static void add_proof(struct text *text, const struct merkle_proof *proof)
{
    text_add_string(text, ",\"hashes\":[");
    for (unsigned i = 0; i < proof->count; i++) {
        if (i > 0)
            text_add_char(text, ',');
        add_digest(text, &proof->hash[i]);
    }
    text_add_string(text, "]}\n");
}

static enum status text_take(struct arena *arena, size_t size, struct text *out)
{
    char *bytes = NULL;
    TRY(ARENA_NEW(arena, size, &bytes));
    *out = text_over(bytes, size);
    return STATUS_OK;
}

/* Adds the entry of the next row with its stored leaf hash. */
static enum status add_entry(struct audit *audit, struct store_rows *rows, uint64_t sequence,
                             struct text *text)
{
    struct store_value row[ENTRY_COLUMNS];
    struct audit_entry entry = {0};
    struct digest leaf = {0};
    enum status status = store_next(rows, row, ENTRY_COLUMNS);
    if (status == STATUS_END)
        return STATUS_MALFORMED;
    TRY(status);
    TRY(entry_of_row(row, &entry));
    if (entry.sequence != sequence)
        return STATUS_MALFORMED;
    TRY(tree_load(audit->store, 0, sequence, &leaf));
    entry_add_json(text, &entry);
    text_add_string(text, ",\"leaf\":");
    add_digest(text, &leaf);
    return STATUS_OK;
}

static enum status entries_query(struct audit *audit, uint64_t from, uint64_t to,
                                 struct store_rows **rows)
{
    const struct store_value range[] = {STORE_OF_WHOLE((int64_t)from), STORE_OF_WHOLE((int64_t)to)};
    return store_query(audit->store, ENTRY_SELECT, range, 2, rows);
}

enum status audit_prove_entry(struct audit *audit, uint64_t sequence, uint64_t size,
                              struct arena *request, struct slice *out)
{
    struct merkle_proof proof = {0};
    struct digest root = {0};
    struct store_rows *rows = NULL;
    struct text text = {0};
    uint64_t whole = 0;
    TRY(tree_size(audit->store, &whole));
    if (size > whole)
        return STATUS_ABSENT;
    TRY(merkle_inclusion((struct merkle_source){tree_load, audit->store}, sequence, size, &proof));
    TRY(tree_root(audit->store, size, &root));
    TRY(text_take(request, ENTRY_JSON_MAX + PROOF_JSON_MAX, &text));
    text_add_string(&text, "{\"kind\":\"entry\",\"origin\":");
    text_add_json(&text, audit->origin);
    text_addf(&text, ",\"size\":%llu,\"root\":", (unsigned long long)size);
    add_digest(&text, &root);
    text_add_string(&text, ",\"entry\":{");
    TRY(entries_query(audit, sequence, sequence + 1, &rows));
    enum status status = add_entry(audit, rows, sequence, &text);
    store_end(rows);
    TRY(status);
    text_add_char(&text, '}');
    add_proof(&text, &proof);
    must(!text.full);
    *out = text_slice(&text);
    return STATUS_OK;
}

enum status audit_prove_growth(struct audit *audit, uint64_t old_size, uint64_t size,
                               struct arena *request, struct slice *out)
{
    struct merkle_proof proof = {0};
    struct digest old_root = {0};
    struct digest root = {0};
    struct text text = {0};
    uint64_t whole = 0;
    TRY(tree_size(audit->store, &whole));
    if (size > whole)
        return STATUS_ABSENT;
    TRY(merkle_consistency((struct merkle_source){tree_load, audit->store}, old_size, size,
                           &proof));
    TRY(tree_root(audit->store, old_size, &old_root));
    TRY(tree_root(audit->store, size, &root));
    TRY(text_take(request, PROOF_JSON_MAX, &text));
    text_add_string(&text, "{\"kind\":\"growth\",\"origin\":");
    text_add_json(&text, audit->origin);
    text_addf(&text, ",\"old_size\":%llu,\"old_root\":", (unsigned long long)old_size);
    add_digest(&text, &old_root);
    text_addf(&text, ",\"size\":%llu,\"root\":", (unsigned long long)size);
    add_digest(&text, &root);
    add_proof(&text, &proof);
    must(!text.full);
    *out = text_slice(&text);
    return STATUS_OK;
}

enum status audit_export(struct audit *audit, uint64_t from, uint64_t to, struct audit_sink sink,
                         struct arena *scratch)
{
    struct text text = {0};
    struct store_rows *rows = NULL;
    uint64_t size = 0;
    TRY(tree_size(audit->store, &size));
    if (from > to || to > size)
        return STATUS_ABSENT;
    TRY(text_take(scratch, ENTRY_JSON_MAX, &text));
    TRY(entries_query(audit, from, to, &rows));
    enum status status = STATUS_OK;
    for (uint64_t sequence = from; status == STATUS_OK && sequence < to; sequence++) {
        text = text_over(text.at, text.size_max + 1);
        text_add_char(&text, '{');
        status = add_entry(audit, rows, sequence, &text);
        text_add_string(&text, "}\n");
        must(!text.full);
        if (status == STATUS_OK)
            status = sink.take(sink.self, text_slice(&text));
    }
    store_end(rows);
    return status;
}

enum status audit_export_checkpoints(struct audit *audit, struct audit_sink sink)
{
    static const char NOTES[] = "SELECT note FROM audit_checkpoint ORDER BY size";
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(audit->store, NOTES, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    while (status == STATUS_OK) {
        status = row[0].type == STORE_TEXT ? sink.take(sink.self, row[0].bytes) : STATUS_MALFORMED;
        if (status == STATUS_OK)
            status = store_next(rows, row, 1);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}
