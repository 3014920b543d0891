/* case_test.c -- pairs that once differed, each told in several manners: engine and oracle must agree.
 *
 * usage: case_test CASE... */
/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include "ground/disk.h"

#include <stdio.h>

static bool agrees(struct pair *pair, struct arena *arena, const char *path)
{
    static const struct manner MANNERS[] = {{1, 1, 1}, {1, 7, 2}, {1, 300, 3},
                                            {2, 7, 4}, {4, 3, 5}, {4, 300, 6}};
    static struct stream stream;
    struct slice text, rules;
    struct bounds bounds;
    enum disk_fault fault;
    arena_reset(arena);
    if (disk_read_all(path, 1 << 20, arena, &text, &fault) != STATUS_OK ||
        case_read(text, arena, &rules, &stream, &bounds) != STATUS_OK) {
        printf("%s: cannot be read\n", path);
        return false;
    }
    for (size_t i = 0; i < sizeof MANNERS / sizeof MANNERS[0]; i++) {
        if (pair_run(pair, rules, &stream, &bounds, &MANNERS[i]) == PAIR_SAME)
            continue;
        printf("%s (threads %u, batches to %u): %s", path, MANNERS[i].threads, MANNERS[i].batch_max,
               pair->why.at);
        return false;
    }
    if (pair->of_oracle.count == 0)
        printf("%s: nothing fires\n", path);
    return pair->of_oracle.count > 0;
}

int main(int count, char **arguments)
{
    struct pair pair;
    struct arena *arena;
    int failures = 0;
    enum status status = pair_init(&pair);
    must(status == STATUS_OK);
    status = arena_create(&arena, 64 << 20);
    must(status == STATUS_OK);
    for (int i = 1; i < count; i++)
        failures += !agrees(&pair, arena, arguments[i]);
    printf("%d cases, %d differ\n", count - 1, failures);
    pair_release(&pair);
    arena_destroy(arena);
    return failures == 0 ? 0 : 1;
}
