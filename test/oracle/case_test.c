/* case_test.c -- pairs that once differed, each told in several manners: engine and oracle must
 * agree.
 *
 * usage: case_test FOLDER */
/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include "ground/disk.h"

#include <dirent.h>
#include <stdio.h>

static bool agrees(struct pair *pair, struct arena *arena, const char *path)
{
    static const struct manner MANNERS[] = {
        {1, 1, 1, 0, false}, {1, 7, 2, 0, false},   {1, 300, 3, 0, false}, {2, 7, 4, 0, false},
        {4, 3, 5, 0, false}, {4, 300, 6, 0, false}, {1, 3, 11, 5, false},  {2, 1, 12, 0, true}};
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
    int cases = 0, failures = 0;
    DIR *folder = count == 2 ? opendir(arguments[1]) : NULL;
    if (folder == NULL) {
        printf("usage: case_test FOLDER\n");
        return 2;
    }
    enum status status = pair_init(&pair);
    must(status == STATUS_OK);
    status = arena_create(&arena, 64 << 20);
    must(status == STATUS_OK);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char bytes[4096];
        struct text path = text_over(bytes, sizeof bytes);
        text_addf(&path, "%s/%s", arguments[1], entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        cases++;
        failures += !agrees(&pair, arena, bytes);
    }
    printf("%d cases, %d differ\n", cases, failures);
    (void)closedir(folder);
    pair_release(&pair);
    arena_destroy(arena);
    return cases > 0 && failures == 0 ? 0 : 1;
}
