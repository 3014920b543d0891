/* audit_inside.h -- what the files of this room share: the log, its rows and its tree.
 *
 * The tree lies in one table whose key is a number: the perfect subtree of 2^level leaves at
 * `position` has number (2 * position + 1) * 2^level - 1, its place from left to right.
 *
 *     level 2         3                 leaf i has number 2i, and what is right of it comes later,
 *     level 1     1       5             so the table grows at its end
 *     level 0   0   2   4   6   8
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"

enum {
    /* version, sequence, time, eight texts with their sizes */
    ENTRY_BYTES_MAX = 1 + 8 + 8 + 8 * 4 + 3 * AUDIT_WORD_MAX + 3 * AUDIT_ID_MAX + AUDIT_REASON_MAX +
                      AUDIT_DETAIL_MAX,
    ENTRY_JSON_MAX = 6 * ENTRY_BYTES_MAX + 512, /* a byte becomes at most \u00xx */
    ENTRY_COLUMNS = 10,
};

/* Leaves that a tree may have, so that numbers of nodes fit a signed word. */
#define AUDIT_ENTRIES_MAX ((uint64_t)1 << 61)

struct audit {
    struct store *store;
    struct slice origin;
    struct seal_key key;
    const struct seal_keypair *keypair; /* NULL: nobody signs by the way */
    char *encoded; /* ENTRY_BYTES_MAX + 1 */
};

/* entry.c */
extern const char ENTRY_SELECT[]; /* the columns of [?1, ?2), in order */
/* Whether the log takes it.  STATUS_MALFORMED, STATUS_FULL. */
enum status entry_check(const struct audit_entry *entry);
/* STATUS_MALFORMED: a column has another type, or is out of all bounds. */
enum status entry_of_row(const struct store_value row[ENTRY_COLUMNS], struct audit_entry *out);
/* The bytes that are hashed.  STATUS_FULL: a text is too long. */
enum status entry_encode(const struct audit_entry *entry, char encoded[ENTRY_BYTES_MAX + 1],
                         struct slice *out);
/* "sequence":…,…,"detail":"…" without braces. */
void entry_add_json(struct text *text, const struct audit_entry *entry);

/* tree.c */
enum status tree_size(struct store *store, uint64_t *out);
uint64_t tree_number(unsigned level, uint64_t position);
/* The first leaf below a node of that number, and how many leaves it has. */
void tree_span(uint64_t number, uint64_t *first, uint64_t *count);
/* Merkle source and sink over the store.  STATUS_MALFORMED: not there, or no hash. */
enum status tree_load(void *store, unsigned level, uint64_t position, struct digest *out);
enum status tree_save(void *store, unsigned level, uint64_t position, const struct digest *hash);
/* The frontier of the first `size` leaves, of which only the levels in `levels` are filled in. */
enum status tree_frontier(struct store *store, uint64_t size, uint64_t levels,
                          struct merkle_frontier *out);
enum status tree_root(struct store *store, uint64_t size, struct digest *out);
/* Whether the node is stored and is `hash`.  STATUS_REFUSED: it is not. */
enum status tree_compare(void *store, unsigned level, uint64_t position, const struct digest *hash);
