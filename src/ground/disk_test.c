/* disk_test.c -- a file appears whole or not at all, whichever call fails on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORK_SIZE = 128 };

static char work[WORK_SIZE];

static int make_work(void **state)
{
    (void)state;
    (void)snprintf(work, sizeof work, "disk_test.XXXXXX");
    return mkdtemp(work) == NULL || chdir(work) != 0;
}

static void remove_all(void)
{
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)remove(entry->d_name);
    (void)closedir(folder);
}

static int drop_work(void **state)
{
    (void)state;
    disk_fail_at(0);
    remove_all();
    return chdir("..") != 0 || rmdir(work) != 0;
}

static size_t names_count(void)
{
    size_t count = 0;
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return count;
}

static enum status write_whole(const char *path, struct slice bytes)
{
    struct disk_sink *sink;
    TRY(disk_sink_create(&sink, path));
    enum status status = disk_sink_write(sink, bytes);
    if (status != STATUS_OK) {
        disk_sink_abandon(sink);
        return status;
    }
    return disk_sink_commit(sink);
}

static void assert_content(const char *path, struct slice expected)
{
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 16 << 20), STATUS_OK);
    struct slice got;
    enum disk_fault fault;
    assert_int_equal(disk_read_all(path, 4 << 20, arena, &got, &fault), STATUS_OK);
    assert_int_equal(got.size, expected.size);
    assert_memory_equal(got.at, expected.at, expected.size);
    assert_int_equal(got.at[got.size], '\0');
    arena_destroy(arena);
}

static void nothing_appears_before_the_commit(void **state)
{
    (void)state;
    struct disk_sink *sink;
    assert_int_equal(disk_sink_create(&sink, "out"), STATUS_OK);
    assert_int_equal(disk_sink_write(sink, SLICE("half ")), STATUS_OK);
    assert_int_equal(access("out", F_OK), -1);
    assert_int_equal(disk_sink_write(sink, SLICE("whole")), STATUS_OK);
    assert_int_equal(disk_sink_commit(sink), STATUS_OK);
    assert_content("out", SLICE("half whole"));
    assert_int_equal(names_count(), 1);
}

static void abandoned_leaves_no_trace(void **state)
{
    (void)state;
    assert_int_equal(write_whole("out", SLICE("old")), STATUS_OK);
    struct disk_sink *sink;
    assert_int_equal(disk_sink_create(&sink, "out"), STATUS_OK);
    assert_int_equal(disk_sink_write(sink, SLICE("new")), STATUS_OK);
    disk_sink_abandon(sink);
    assert_content("out", SLICE("old"));
    assert_int_equal(names_count(), 1);
}

/* Fails the n-th call, for every n until it passes: the old file or the new one, no mixture. */
static void a_sweep_of_failures_keeps_old_or_new(void **state)
{
    (void)state;
    size_t size = 300000; /* more than two buffers */
    char *large = calloc(1, size);
    assert_non_null(large);
    memset(large, 'x', size);
    struct slice new = {large, size};
    bool passed = false;
    for (uint64_t n = 1; !passed; n++) {
        assert_in_range(n, 1, 20);
        disk_fail_at(0);
        assert_int_equal(write_whole("out", SLICE("old")), STATUS_OK);
        disk_fail_at(n);
        enum status status = write_whole("out", new);
        disk_fail_at(0);
        passed = status == STATUS_OK;
        assert_int_equal(names_count(), 1);
        struct stat about;
        assert_int_equal(stat("out", &about), 0);
        if (passed)
            assert_content("out", new);
        else
            assert_true(about.st_size == 3 || (size_t)about.st_size == size);
    }
    free(large);
}

static void a_failed_sink_stays_failed(void **state)
{
    (void)state;
    static char large[200000];
    struct disk_sink *sink;
    assert_int_equal(disk_sink_create(&sink, "out"), STATUS_OK);
    disk_fail_at(1);
    assert_int_equal(disk_sink_write(sink, (struct slice){large, sizeof large}), STATUS_IO);
    disk_fail_at(0);
    assert_int_equal(disk_sink_write(sink, SLICE("x")), STATUS_IO);
    assert_int_equal(disk_sink_commit(sink), STATUS_IO);
    assert_int_equal(names_count(), 0);
}

static void a_killed_writer_leaves_the_old_file(void **state)
{
    (void)state;
    assert_int_equal(write_whole("out", SLICE("old")), STATUS_OK);
    pid_t child = fork();
    if (child == 0) {
        static char large[500000];
        struct disk_sink *sink;
        if (disk_sink_create(&sink, "out") != STATUS_OK ||
            disk_sink_write(sink, (struct slice){large, sizeof large}) != STATUS_OK)
            _exit(1);
        (void)raise(SIGKILL);
    }
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended));
    assert_content("out", SLICE("old"));
}

static void two_sinks_do_not_share_a_file(void **state)
{
    (void)state;
    struct disk_sink *first;
    struct disk_sink *second = NULL;
    assert_int_equal(disk_sink_create(&first, "out"), STATUS_OK);
    assert_int_equal(disk_sink_create(&second, "out"), STATUS_IO);
    assert_null(second);
    assert_int_equal(disk_sink_write(first, SLICE("mine")), STATUS_OK);
    assert_int_equal(disk_sink_commit(first), STATUS_OK);
    assert_content("out", SLICE("mine"));
}

static void links_and_permissions_are_kept(void **state)
{
    (void)state;
    assert_int_equal(write_whole("target", SLICE("old")), STATUS_OK);
    assert_int_equal(chmod("target", 0640), 0);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(write_whole("link", SLICE("new")), STATUS_OK);
    assert_content("target", SLICE("new"));
    struct stat about;
    assert_int_equal(lstat("link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(stat("target", &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
}

static void devices_are_written_not_replaced(void **state)
{
    (void)state;
    assert_int_equal(write_whole("/dev/null", SLICE("x")), STATUS_OK);
    struct stat about;
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
}

static void says_why_it_cannot_open(void **state)
{
    (void)state;
    struct disk_file *file = NULL;
    enum disk_fault fault = DISK_FINE;
    assert_int_equal(disk_open(&file, "absent", &fault), STATUS_IO);
    assert_int_equal(fault, DISK_MISSING);
    assert_int_equal(disk_open(&file, ".", &fault), STATUS_IO);
    assert_int_equal(fault, DISK_DIRECTORY);
    assert_null(file);
    struct disk_sink *sink = NULL;
    assert_int_equal(disk_sink_create(&sink, "."), STATUS_IO);
    assert_int_equal(disk_sink_create(&sink, "absent/out"), STATUS_IO);
    assert_null(sink);
    if (geteuid() != 0) { /* nothing is forbidden to root */
        assert_int_equal(write_whole("secret", SLICE("x")), STATUS_OK);
        assert_int_equal(chmod("secret", 0), 0);
        assert_int_equal(disk_open(&file, "secret", &fault), STATUS_IO);
        assert_int_equal(fault, DISK_FORBIDDEN);
    }
}

static void reads_all_or_says_too_large(void **state)
{
    (void)state;
    assert_int_equal(write_whole("ten", SLICE("0123456789")), STATUS_OK);
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    struct slice got = SLICE("untouched");
    enum disk_fault fault;
    assert_int_equal(disk_read_all("ten", 9, arena, &got, &fault), STATUS_FULL);
    assert_string_equal(got.at, "untouched");
    assert_int_equal(disk_read_all("ten", 10, arena, &got, &fault), STATUS_OK);
    assert_string_equal(got.at, "0123456789");
    assert_int_equal(disk_read_all("/proc/self/stat", 4096, arena, &got, &fault), STATUS_OK);
    assert_true(got.size > 10); /* a file that says it has no bytes */
    disk_fail_at(1);
    assert_int_equal(disk_read_all("ten", 10, arena, &got, &fault), STATUS_IO);
    assert_int_equal(fault, DISK_FAILED);
    arena_destroy(arena);
}

static void reads_in_pieces(void **state)
{
    (void)state;
    assert_int_equal(write_whole("ten", SLICE("0123456789")), STATUS_OK);
    struct disk_file *file;
    enum disk_fault fault;
    assert_int_equal(disk_open(&file, "ten", &fault), STATUS_OK);
    assert_int_equal(fault, DISK_FINE);
    assert_int_equal(disk_size(file), 10);
    char piece[7];
    size_t got;
    assert_int_equal(disk_read(file, piece, 7, &got), STATUS_OK);
    assert_int_equal(got, 7);
    assert_int_equal(disk_read(file, piece, 7, &got), STATUS_OK);
    assert_int_equal(got, 3);
    assert_memory_equal(piece, "789", 3);
    assert_int_equal(disk_read(file, piece, 7, &got), STATUS_OK);
    assert_int_equal(got, 0);
    disk_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_appears_before_the_commit, make_work, drop_work),
        cmocka_unit_test_setup_teardown(abandoned_leaves_no_trace, make_work, drop_work),
        cmocka_unit_test_setup_teardown(a_sweep_of_failures_keeps_old_or_new, make_work, drop_work),
        cmocka_unit_test_setup_teardown(a_failed_sink_stays_failed, make_work, drop_work),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_the_old_file, make_work, drop_work),
        cmocka_unit_test_setup_teardown(two_sinks_do_not_share_a_file, make_work, drop_work),
        cmocka_unit_test_setup_teardown(links_and_permissions_are_kept, make_work, drop_work),
        cmocka_unit_test_setup_teardown(devices_are_written_not_replaced, make_work, drop_work),
        cmocka_unit_test_setup_teardown(says_why_it_cannot_open, make_work, drop_work),
        cmocka_unit_test_setup_teardown(reads_all_or_says_too_large, make_work, drop_work),
        cmocka_unit_test_setup_teardown(reads_in_pieces, make_work, drop_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
