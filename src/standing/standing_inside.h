/* standing_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/standing.h"

#include <assert.h>
#include <string.h>

enum { ROW_SIZE = 32, CHUNK_ROWS = 1024, ANSWER_BYTES_MAX = 2048 };

/* ---- receipt.c ---- */

/* What one question and its answer leave in a leaf: who, and a digest of what was answered. */
struct receipt_row {
    unsigned char bytes[ROW_SIZE];
};
struct receipt_row receipt_row_of(struct standing_key key, struct slice answer);
struct receipt_head {
    struct slice origin, asker;
    moment time;
    uint64_t version, asked;
    struct digest chain, root;
};
void text_add_receipt(struct text *text, const struct receipt_head *head,
                      const struct seal_keypair *pair);

/* A key as a verifier is given it; the origin is lent from it. */
bool vkey_read(const char *vkey, struct slice *origin, struct seal_key *key);

/* ---- lines.c ---- */

/* One line of a batch: {"document":"…"} or {"hash":"…"}, nothing else in it. */
struct batch_line {
    struct slice document, hash;
};
bool batch_line_read(struct slice line, struct batch_line *out);
/* The next line; false: the end. */
bool batch_next(struct slice *rest, struct slice *line);

/* ---- answer.c ---- */

void text_add_verdict(struct text *text, const struct standing_verdict *verdict,
                      struct standing_key key, int32_t zone_minutes);
