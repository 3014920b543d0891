/* replay.c -- runs a fuzz target over files, so that what a fuzzer once found is a test for ever.
 *
 * usage: TARGET_fuzz PATH...      a file is one input; a folder is all the files in it.
 * A corpus that does not exist is no failure: a new target has none yet. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_SIZE_MAX = 16 << 20, INPUT_PATH_MAX = 4096 };

static uint64_t inputs_count;

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "replay: cannot open %s: %s\n", path, strerror(errno));
        exit(1);
    }
    uint8_t *room = malloc(INPUT_SIZE_MAX);
    size_t size = room == NULL ? 0 : fread(room, 1, INPUT_SIZE_MAX, file);
    (void)fclose(file);
    uint8_t *exact = malloc(size == 0 ? 1 : size); /* so that ASan sees one byte too far */
    if (room == NULL || exact == NULL) {
        (void)fprintf(stderr, "replay: out of memory\n");
        exit(1);
    }
    memcpy(exact, room, size);
    free(room);
    (void)fprintf(stderr, "replay: %s\n", path);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    inputs_count++;
}

static void replay_path(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        if (errno == ENOTDIR)
            replay_file(path);
        return;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char inside[INPUT_PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        int size = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (size > 0 && (size_t)size < sizeof inside)
            replay_path(inside);
    }
    (void)closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay_path(argv[i]);
    printf("replayed %llu inputs\n", (unsigned long long)inputs_count);
    return 0;
}
