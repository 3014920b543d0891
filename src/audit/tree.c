/* tree.c -- the hashes of the tree, in a table of the store.
 *
 * Invariants:  1. Every perfect subtree of the entries has its row, and no other row is there.
 *              2. Nothing of the tree is kept in memory between two calls.
 * Not chosen:  a frontier in memory.  It would have to hear of every rollback, also of those that
 *              the store does by itself; rows read again (one in the middle) roll back with the
 *              rest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

enum status tree_size(struct store *store, uint64_t *out)
{
    static const char LAST[] = "SELECT sequence FROM audit_entry ORDER BY sequence DESC LIMIT 1";
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, LAST, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    uint64_t size = 0;
    if (status == STATUS_OK) {
        size = (uint64_t)row[0].whole + 1; /* a negative one becomes huge, or 0 from -1 */
        if (size == 0 || size > AUDIT_ENTRIES_MAX)
            status = STATUS_MALFORMED;
    } else if (status == STATUS_END) {
        status = STATUS_OK;
    }
    store_end(rows);
    TRY(status);
    *out = size;
    return STATUS_OK;
}

uint64_t tree_number(unsigned level, uint64_t position)
{
    return ((2 * position + 1) << level) - 1;
}

void tree_span(uint64_t number, uint64_t *first, uint64_t *count)
{
    unsigned level = (unsigned)__builtin_ctzll(number + 1);
    *count = (uint64_t)1 << level;
    *first = (number + 1) >> level >> 1 << level; /* level may be 63 */
}

enum status tree_load(void *store, unsigned level, uint64_t position, struct digest *out)
{
    static const char NODE[] = "SELECT hash FROM audit_node WHERE number = ?1";
    const struct store_value number = STORE_OF_WHOLE((int64_t)tree_number(level, position));
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, NODE, &number, 1, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_END ||
        (status == STATUS_OK && (row[0].type != STORE_BYTES || row[0].bytes.size != DIGEST_SIZE)))
        status = STATUS_MALFORMED;
    if (status == STATUS_OK)
        memcpy(out->bytes, row[0].bytes.at, DIGEST_SIZE);
    store_end(rows);
    return status;
}

enum status tree_save(void *store, unsigned level, uint64_t position, const struct digest *hash)
{
    static const char NODE[] = "INSERT INTO audit_node (number, hash) VALUES (?1, ?2)";
    const struct slice bytes = {(const char *)hash->bytes, DIGEST_SIZE};
    const struct store_value row[] = {STORE_OF_WHOLE((int64_t)tree_number(level, position)),
                                      STORE_OF_BYTES(bytes)};
    return store_run(store, NODE, row, 2);
}

enum status tree_frontier(struct store *store, uint64_t size, uint64_t levels,
                          struct merkle_frontier *out)
{
    out->size = size;
    for (unsigned level = 0; level <= MERKLE_LEVELS_MAX; level++) {
        if ((size & levels) >> level & 1)
            TRY(tree_load(store, level, (size >> level) - 1, &out->node[level]));
    }
    return STATUS_OK;
}

enum status tree_root(struct store *store, uint64_t size, struct digest *out)
{
    struct merkle_frontier frontier = {0};
    TRY(tree_frontier(store, size, UINT64_MAX, &frontier));
    *out = merkle_root(&frontier);
    return STATUS_OK;
}

enum status tree_compare(void *store, unsigned level, uint64_t position, const struct digest *hash)
{
    struct digest stored = {0};
    enum status status = tree_load(store, level, position, &stored);
    if (status == STATUS_MALFORMED)
        return STATUS_REFUSED;
    TRY(status);
    return memcmp(stored.bytes, hash->bytes, DIGEST_SIZE) == 0 ? STATUS_OK : STATUS_REFUSED;
}
