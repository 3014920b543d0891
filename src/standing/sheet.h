/* sheet.h -- what a house signs for one executor: a delta, the head of an export, a part of it.
 *
 *     cutline standing delta 1     cutline standing head 1      cutline standing part 1
 *     executor o_0123456789abcdef  executor o_0123456789abcdef  executor o_0123456789abcdef
 *     under <32 hex>               under <32 hex>               under <32 hex>
 *     from 16 <chain, hex>
 *     to 17 <chain, hex>           to 17 <chain, hex>           to 17 <chain, hex>
 *     made 2026-11-26T02:00:00.0Z  made 2026-11-26T02:00:00.0Z  made 2026-11-26T02:00:00.0Z
 *                                  parts 153                    head <SHA-256 of its content>
 *                                  numbers 32768                part 3 of 153
 *                                  entries 5000000              entries 32768
 *     lines                        --                           lines
 *     --                           <a signed note>              --
 *     <a signed note>                                           <a signed note>
 *
 * A line: `pack 0 cn-final-2024-12 sha256:…`, `+ 4 <person> <card> <from> <until> <dropped> <A|B>
 * <s|-> <pack>`, `- 5`.  The note is over kind and SHA-256 of what stands above the dashes.
 * `under` is nobody's name under the two keys of the executor: whoever asks with others is told so,
 * rather than that nothing stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/offline.h"
#include "standing/standing_inside.h"

enum sheet_kind { SHEET_delta, SHEET_head, SHEET_part, SHEET_KINDS_COUNT };

struct sheet {
    enum sheet_kind kind;
    struct slice executor, from_chain;
    struct digest chain;
    struct standing_key under;
    uint64_t from, to; /* versions */
    moment made;
    uint64_t parts, numbers, entries, part; /* part: from 1 */
    struct slice head;                      /* of a part: the digest of its head, in hex */
    struct slice lines;
    char digest[DIGEST_HEX_SIZE]; /* of the content */
};

/* The first line and the three behind it; what is written from `*from` on is signed at the end. */
void text_add_sheet_top(struct text *text, enum sheet_kind kind, struct slice executor,
                        struct standing_key under);
void text_add_sheet_end(struct text *text, size_t from, enum sheet_kind kind, struct slice origin,
                        const struct seal_keypair *pair);

/* The sheet, its signature checked; lent from `bytes`. */
enum offline_fault sheet_read(struct slice bytes, struct slice origin, const struct seal_key *key,
                              struct sheet *out);

/* One line of it. */
struct sheet_line {
    enum { LINE_pack, LINE_enters, LINE_leaves } kind;
    struct standing_entry entry; /* of `leaves` the number alone */
    struct slice pack;           /* of `pack`: its stamp */
};
/* STATUS_END; STATUS_MALFORMED. */
enum status sheet_line_next(struct slice *rest, struct sheet_line *out);
