/* store_test.c -- transactions hold or vanish whole, schemas are remembered, damage is named. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct store_migration FIRST[] = {
    {"things",
     "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight REAL)"},
};
static const struct store_migration BOTH[] = {
    {"things",
     "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight REAL)"},
    {"colours", "ALTER TABLE thing ADD COLUMN colour BLOB"},
};
static const struct store_migration CHANGED[] = {
    {"things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"},
};

static const char INSERT[] = "INSERT INTO thing (id, name, weight) VALUES (?1, ?2, ?3)";
static const char COUNT[] = "SELECT count(*) FROM thing";
static const char ALL[] = "SELECT id, name FROM thing ORDER BY id";

struct place {
    char folder[64];
    char path[96];
    struct arena *arena;
    char why_bytes[256];
    struct text why;
};

static int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/cutline-store-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/store.db", place->folder);
    assert_int_equal(arena_create(&place->arena, 1 << 20), STATUS_OK);
    place->why = text_over(place->why_bytes, sizeof place->why_bytes);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
    static const char *const ENDS[] = {"", "-wal", "-shm", ".copy", ".copy-wal", ".copy-shm"};
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", place->path, ENDS[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(place->folder), 0);
    arena_destroy(place->arena);
    free(place);
    return 0;
}

static struct store *opened(struct place *place, const struct store_migration *steps, size_t count)
{
    struct store *store = NULL;
    assert_int_equal(store_open(&store, place->path, steps, count, place->arena, &place->why),
                     STATUS_OK);
    return store;
}

static enum status thing_add(struct store *store, int64_t id, const char *name)
{
    const struct store_value row[] = {STORE_OF_WHOLE(id), STORE_OF_TEXT(slice_of(name)),
                                      STORE_OF_REAL(1.5)};
    return store_run(store, INSERT, row, 3);
}

static int64_t things(struct place *place, struct store *store)
{
    struct store_value row[1];
    assert_int_equal(store_one(store, COUNT, NULL, 0, row, 1, place->arena), STATUS_OK);
    return row[0].whole;
}

static void a_transaction_holds_or_vanishes_whole(void **state)
{
    struct place *place = *state;
    struct store *store = opened(place, FIRST, 1);
    assert_int_equal(store_begin(store), STATUS_OK);
    assert_int_equal(thing_add(store, 1, "one"), STATUS_OK);
    assert_int_equal(store_changed(store), 1);
    assert_int_equal(thing_add(store, 2, "二"), STATUS_OK);
    assert_int_equal(store_commit(store), STATUS_OK);
    assert_int_equal(store_begin(store), STATUS_OK);
    assert_int_equal(thing_add(store, 3, "three"), STATUS_OK);
    assert_int_equal(thing_add(store, 4, "one"), STATUS_REFUSED); /* the name is taken */
    assert_int_equal(thing_add(store, 5, "five"), STATUS_IO);     /* poisoned */
    assert_int_equal(store_commit(store), STATUS_IO);
    assert_int_equal(things(place, store), 2);
    assert_int_equal(store_begin(store), STATUS_OK);
    assert_int_equal(thing_add(store, 6, "six"), STATUS_OK);
    store_rollback(store);
    assert_int_equal(things(place, store), 2);
    store_close(store);
}

static void rows_come_in_order_and_queries_nest(void **state)
{
    struct place *place = *state;
    struct store *store = opened(place, FIRST, 1);
    assert_int_equal(store_begin(store), STATUS_OK);
    for (int64_t i = 1; i <= 5; i++) {
        char name[2] = {(char)('a' + i), 0};
        assert_int_equal(thing_add(store, i, name), STATUS_OK);
    }
    assert_int_equal(store_commit(store), STATUS_OK);
    struct store_rows *outer = NULL;
    struct store_value row[2];
    int64_t pairs = 0;
    assert_int_equal(store_query(store, ALL, NULL, 0, &outer), STATUS_OK);
    for (int64_t i = 1; store_next(outer, row, 2) == STATUS_OK; i++) {
        struct store_rows *inner = NULL;
        assert_int_equal(row[0].whole, i);
        assert_int_equal(store_query(store, ALL, NULL, 0, &inner), STATUS_OK);
        while (store_next(inner, row, 2) == STATUS_OK)
            pairs++;
        store_end(inner);
    }
    store_end(outer);
    assert_int_equal(pairs, 25);
    store_close(store);
}

static void the_schema_is_remembered(void **state)
{
    struct place *place = *state;
    struct store *store = opened(place, FIRST, 1);
    store_close(store);
    store = opened(place, BOTH, 2); /* the second step only */
    store_close(store);
    assert_int_equal(store_open(&store, place->path, FIRST, 1, place->arena, &place->why),
                     STATUS_REFUSED); /* made by a newer program */
    assert_non_null(strstr(place->why_bytes, "newer"));
    place->why = text_over(place->why_bytes, sizeof place->why_bytes);
    assert_int_equal(store_open(&store, place->path, CHANGED, 1, place->arena, &place->why),
                     STATUS_REFUSED);
    assert_non_null(strstr(place->why_bytes, "another text"));
}

static void a_reader_sees_commits_only(void **state)
{
    struct place *place = *state;
    struct store *reader = NULL;
    struct store *store = opened(place, FIRST, 1);
    assert_int_equal(store_open_reader(&reader, place->path, place->arena, &place->why), STATUS_OK);
    assert_int_equal(store_begin(store), STATUS_OK);
    assert_int_equal(thing_add(store, 1, "one"), STATUS_OK);
    assert_int_equal(things(place, reader), 0);
    assert_int_equal(store_commit(store), STATUS_OK);
    assert_int_equal(things(place, reader), 1);
    store_close(reader);
    store_close(store);
}

static void a_backup_is_whole_and_damage_is_named(void **state)
{
    struct place *place = *state;
    char path[128];
    struct store *store = opened(place, FIRST, 1);
    assert_int_equal(store_begin(store), STATUS_OK);
    assert_int_equal(thing_add(store, 1, "one"), STATUS_OK);
    assert_int_equal(store_commit(store), STATUS_OK);
    (void)snprintf(path, sizeof path, "%s.copy", place->path);
    assert_int_equal(store_backup(store, path), STATUS_OK);
    assert_int_equal(store_check(store, &place->why), STATUS_OK);
    store_close(store);
    struct store *copy = NULL;
    assert_int_equal(store_open_reader(&copy, path, place->arena, &place->why), STATUS_OK);
    assert_int_equal(things(place, copy), 1);
    store_close(copy);
    FILE *file = fopen(place->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fwrite("this is no database any more", 1, 28, file), 28);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_open(&store, place->path, FIRST, 1, place->arena, &place->why),
                     STATUS_MALFORMED);
    assert_true(place->why.size > 0);
}

/* The database's own file grows while it is open: nobody's COMMIT had to do that. */
static void what_is_committed_is_copied_beside_the_commits(void **state)
{
    struct place *place = *state;
    struct store *store = opened(place, BOTH, 2);
    static const char ADD[] = "INSERT INTO thing (id, name, colour) VALUES (?1, ?2, ?3)";
    static char megabyte[1 << 20];
    struct stat seen = {0};
    for (int64_t i = 1; i <= 12; i++) {
        char name[3] = {(char)('a' + i), 0};
        const struct store_value row[] = {
            STORE_OF_WHOLE(i), STORE_OF_TEXT(slice_of(name)),
            STORE_OF_BYTES(((struct slice){megabyte, sizeof megabyte}))};
        assert_int_equal(store_begin(store), STATUS_OK);
        assert_int_equal(store_run(store, ADD, row, 3), STATUS_OK);
        assert_int_equal(store_commit(store), STATUS_OK);
    }
    for (int i = 0; i < 1000 && seen.st_size < 4 << 20; i++) {
        (void)usleep(10000);
        assert_int_equal(stat(place->path, &seen), 0);
    }
    assert_true(seen.st_size >= 4 << 20);
    assert_int_equal(things(place, store), 12);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_transaction_holds_or_vanishes_whole, place_make,
                                        place_leave),
        cmocka_unit_test_setup_teardown(rows_come_in_order_and_queries_nest, place_make,
                                        place_leave),
        cmocka_unit_test_setup_teardown(the_schema_is_remembered, place_make, place_leave),
        cmocka_unit_test_setup_teardown(a_reader_sees_commits_only, place_make, place_leave),
        cmocka_unit_test_setup_teardown(what_is_committed_is_copied_beside_the_commits, place_make,
                                        place_leave),
        cmocka_unit_test_setup_teardown(a_backup_is_whole_and_damage_is_named, place_make,
                                        place_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
