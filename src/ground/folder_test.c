/* folder_test.c -- directories are private, locks exclusive, and what is put is whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char place[] = "/tmp/folder-test-XXXXXX";

static const char *below(const char *name)
{
    static char path[256];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/%s", place, name);
    return path;
}

static int make_place(void **state)
{
    (void)state;
    return mkdtemp(place) == NULL;
}

static int remove_place(void **state)
{
    (void)state;
    return folder_remove(place) != STATUS_OK;
}

static void a_made_folder_is_private_whatever_the_umask(void **state)
{
    (void)state;
    enum disk_fault fault;
    struct disk_about about;
    mode_t before = umask(0);
    assert_int_equal(folder_make(below("a"), &fault), STATUS_OK);
    assert_int_equal(folder_make(below("a"), &fault), STATUS_OK); /* again */
    assert_int_equal(folder_put(below("a/secret"), SLICE("x")), STATUS_OK);
    (void)umask(before);
    assert_int_equal(disk_about(below("a"), &about, &fault), STATUS_OK);
    assert_true(about.private);
    assert_true(about.folder);
    assert_int_equal(disk_about(below("a/secret"), &about, &fault), STATUS_OK);
    assert_true(about.private);
    assert_int_equal(about.size, 1);
    assert_int_equal(chmod(below("a/secret"), 0640), 0);
    assert_int_equal(disk_about(below("a/secret"), &about, &fault), STATUS_OK);
    assert_false(about.private);
    assert_int_equal(folder_make(below("a/secret"), &fault), STATUS_IO);
    assert_int_equal(folder_make(below("no/such"), &fault), STATUS_IO);
    assert_int_equal(fault, DISK_MISSING);
}

static void a_lock_is_held_by_one_process_and_ends_with_it(void **state)
{
    (void)state;
    struct folder_lock lock = {0};
    struct folder_lock second = {0};
    int64_t owner;
    assert_int_equal(folder_lock(below("lock"), &lock, &owner), STATUS_OK);
    assert_int_equal(folder_lock(below("lock"), &second, &owner), STATUS_REFUSED);
    assert_int_equal(owner, getpid());
    folder_unlock(&lock);
    pid_t child = fork();
    if (child == 0) {
        bool got = folder_lock(below("lock"), &lock, &owner) == STATUS_OK;
        _exit(got ? 0 : 1); /* without unlocking */
    }
    int end;
    assert_int_equal(waitpid(child, &end, 0), child);
    assert_int_equal(end, 0);
    assert_int_equal(folder_lock(below("lock"), &second, &owner), STATUS_OK);
    folder_unlock(&second);
}

static void names_come_in_order_and_a_folder_goes_with_all_in_it(void **state)
{
    (void)state;
    enum disk_fault fault;
    struct arena *arena;
    struct slice *names;
    size_t count;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(folder_make(below("many"), &fault), STATUS_OK);
    for (int i = 199; i >= 0; i--) {
        char name[32];
        struct text text = text_over(name, sizeof name);
        text_addf(&text, "many/%03d", i);
        assert_int_equal(folder_put(below(name), slice_of(name)), STATUS_OK);
    }
    assert_int_equal(folder_make(below("many/deep"), &fault), STATUS_OK);
    assert_int_equal(folder_list(below("many"), arena, &names, &count), STATUS_OK);
    assert_int_equal(count, 201);
    assert_true(slice_equal(names[0], SLICE("000")));
    assert_true(slice_equal(names[200], SLICE("deep")));
    assert_int_equal(folder_remove(below("many")), STATUS_OK);
    assert_int_equal(folder_remove(below("many")), STATUS_OK); /* absent is done */
    assert_int_equal(folder_list(below("many"), arena, &names, &count), STATUS_IO);
    arena_destroy(arena);
}

static void space_is_told_and_kept(void **state)
{
    (void)state;
    struct folder_space space;
    struct disk_about about;
    enum disk_fault fault;
    assert_int_equal(folder_space(place, &space), STATUS_OK);
    assert_true(space.total >= space.free);
    assert_int_equal(folder_reserve(below("reserve"), 1 << 20), STATUS_OK);
    assert_int_equal(disk_about(below("reserve"), &about, &fault), STATUS_OK);
    assert_int_equal(about.size, 1 << 20);
    assert_int_equal(folder_reserve(below("reserve2"), INT64_C(1) << 60), STATUS_FULL);
    assert_int_equal(disk_about(below("reserve2"), &about, &fault), STATUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_folder_is_private_whatever_the_umask),
        cmocka_unit_test(a_lock_is_held_by_one_process_and_ends_with_it),
        cmocka_unit_test(names_come_in_order_and_a_folder_goes_with_all_in_it),
        cmocka_unit_test(space_is_told_and_kept),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
