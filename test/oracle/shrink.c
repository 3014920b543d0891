/* shrink.c -- greedy: whatever is not needed for the difference goes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shrink.h"

enum { RULES_SIZE = 1 << 18 };

struct shrinking {
    struct pair *pair;
    struct program *program;
    struct stream *stream;
    const struct bounds *bounds;
    const struct manner *manner;
};

static bool still_differs(const struct shrinking *shrinking)
{
    static char bytes[RULES_SIZE];
    struct text rules = text_over(bytes, sizeof bytes);
    text_add_program(&rules, shrinking->program);
    return pair_run(shrinking->pair, text_slice(&rules), shrinking->stream, shrinking->bounds,
                    shrinking->manner) == PAIR_DIFFERS;
}

static bool leave_out(const struct shrinking *shrinking, bool *left_out)
{
    if (*left_out)
        return false;
    *left_out = true;
    if (still_differs(shrinking))
        return true;
    *left_out = false;
    return false;
}

static bool shrink_program(const struct shrinking *shrinking)
{
    struct program *program = shrinking->program;
    bool smaller = false;
    for (uint32_t b = program->blocks_count; b-- > 0;)
        smaller |= leave_out(shrinking, &program->block[b].left_out);
    for (uint32_t b = program->blocks_count; b-- > 0;)
        for (uint32_t i = program->block[b].lines_count; !program->block[b].left_out && i-- > 0;)
            smaller |= leave_out(shrinking, &program->block[b].line[i].left_out);
    return smaller;
}

/* Leaves out `count` records from the array, if it still differs then. */
static bool drop(const struct shrinking *shrinking, struct record *record, uint32_t *records_count,
                 uint32_t from, uint32_t count)
{
    static struct record before[STREAM_RECORDS_MAX];
    uint32_t all = *records_count;
    memcpy(before, record, all * sizeof *record);
    memmove(record + from, record + from + count, (all - from - count) * sizeof *record);
    *records_count = all - count;
    if (still_differs(shrinking))
        return true;
    memcpy(record, before, all * sizeof *record);
    *records_count = all;
    return false;
}

static bool shrink_records(const struct shrinking *shrinking, struct record *record,
                           uint32_t *records_count)
{
    bool smaller = false;
    for (uint32_t size = *records_count; size > 0; size /= 2)
        for (uint32_t end = *records_count; end >= size; end = end < size ? 0 : end - size) {
            if (drop(shrinking, record, records_count, end - size, size))
                smaller = true;
            if (end < size * 2)
                break;
        }
    return smaller;
}

/* Unknown fields are easier to read. */
static bool shrink_fields(const struct shrinking *shrinking)
{
    struct stream *stream = shrinking->stream;
    bool smaller = false;
    for (uint32_t i = 0; i < stream->records_count; i++) {
        struct record *record = &stream->record[i];
        const struct kind_schema *schema = kind_schema(record->kind);
        for (unsigned f = 1; f < schema->fields_count; f++) {
            struct record before = *record;
            if (schema->fields[f].must || !record_knows(record, f))
                continue;
            record->known &= ~(1u << f);
            record_seal(record);
            if (still_differs(shrinking))
                smaller = true;
            else
                *record = before;
        }
    }
    return smaller;
}

void shrink(struct pair *pair, struct program *program, struct stream *stream,
            const struct bounds *bounds, const struct manner *manner)
{
    struct shrinking shrinking = {pair, program, stream, bounds, manner};
    bool smaller = true;
    for (unsigned lap = 0; smaller && lap < 10; lap++) {
        smaller = shrink_program(&shrinking);
        smaller |= shrink_records(&shrinking, stream->record, &stream->records_count);
        smaller |= shrink_records(&shrinking, stream->row, &stream->rows_count);
        smaller |= shrink_fields(&shrinking);
    }
    must(still_differs(&shrinking));
}
