/* program.c -- writes a program that can be taken apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

void text_add_program(struct text *text, const struct program *program)
{
    for (uint32_t b = 0; b < program->blocks_count; b++) {
        const struct program_block *block = &program->block[b];
        const char *joint = "  when ";
        if (block->left_out)
            continue;
        text_add(text, block->head);
        text_add_string(text, " {\n");
        for (uint32_t i = 0; i < block->lines_count; i++) {
            const struct program_line *line = &block->line[i];
            if (line->left_out)
                continue;
            text_add_string(text, line->conjunct ? joint : "  ");
            if (line->conjunct)
                joint = "   and ";
            text_add(text, line->text);
            text_add_char(text, '\n');
        }
        text_add_string(text, "}\n");
    }
}
