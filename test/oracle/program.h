/* program.h -- a rule set as a text that can be taken apart: blocks of lines, any of which can be
 * left out, so that a failing one can be made small. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum { PROGRAM_BLOCKS_MAX = 24, PROGRAM_LINES_MAX = 32 };

struct program_line {
    struct slice text;
    bool conjunct; /* a condition: the ones that stay are joined to one `when` */
    bool left_out;
};

/* A profile or a rule. */
struct program_block {
    struct slice head;
    struct program_line line[PROGRAM_LINES_MAX];
    uint32_t lines_count;
    bool left_out;
};

struct program {
    struct program_block block[PROGRAM_BLOCKS_MAX];
    uint32_t blocks_count;
    uint32_t kinds; /* bits: kinds of records on which it has rules */
};

/* The text of all that is not left out. */
void text_add_program(struct text *text, const struct program *program);
