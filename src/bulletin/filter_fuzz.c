/* filter_fuzz.c -- filters from outside: read or refused with a column, and SQL that holds only
 * what we wrote. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = NULL;
    struct filter *filter = NULL;
    struct filter_complaint complaint;
    static char sql[16384];
    struct store_value values[FILTER_VALUES_MAX];
    size_t count = 0;
    if (arena_create(&arena, 1 << 20) != STATUS_OK)
        return 0;
    struct slice text = {(const char *)bytes, size};
    if (filter_read(text, 480, arena, &filter, &complaint) == STATUS_OK) {
        struct text out = text_over(sql, sizeof sql);
        filter_add_sql(filter, 3, &out, values, &count);
        must(!out.full && count <= FILTER_VALUES_MAX);
        const struct alert_row row = {.rule = SLICE("goip"), .words = SLICE("words")};
        (void)filter_holds(filter, &row);
    } else {
        must(complaint.column <= size + 1);
    }
    arena_destroy(arena);
    return 0;
}
