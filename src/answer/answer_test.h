/* answer_test.h -- what the tests of this room share: a folder, terms and a register in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "answer/desk.h"
#include "ground/disk.h"
#include "ground/folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ASKER_KEY "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

struct table {
    struct arena *arena;
    char folder[32];
    char path[256]; /* of the last file put down */
    char bytes[TONGUES_COUNT][2048];
    struct text why[TONGUES_COUNT];
};

static inline void table_open(struct table *table)
{
    (void)snprintf(table->folder, sizeof table->folder, "/tmp/answer-XXXXXX");
    assert_non_null(mkdtemp(table->folder));
    assert_int_equal(arena_create(&table->arena, (size_t)64 << 20), STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        table->why[t] = text_over(table->bytes[t], sizeof table->bytes[t]);
}

static inline void table_close(struct table *table)
{
    assert_int_equal(folder_remove(table->folder), STATUS_OK);
    arena_destroy(table->arena);
}

static inline const char *table_put(struct table *table, const char *name, const char *text)
{
    (void)snprintf(table->path, sizeof table->path, "%s/%s", table->folder, name);
    assert_int_equal(folder_put(table->path, slice_of(text)), STATUS_OK);
    return table->path;
}

/* The blocks of docs/lead.md that begin so, one after another; false: no more. */
static inline bool block_next(const char **at, const char *begins, char *out, size_t size)
{
    static const char FENCE[] = "```yaml\n";
    while ((*at = strstr(*at, FENCE)) != NULL) {
        *at += sizeof FENCE - 1;
        const char *end = strstr(*at, "```");
        assert_non_null(end);
        if (strncmp(*at, begins, strlen(begins)) != 0)
            continue;
        assert_true((size_t)(end - *at) < size);
        memcpy(out, *at, (size_t)(end - *at));
        out[end - *at] = '\0';
        return true;
    }
    return false;
}
