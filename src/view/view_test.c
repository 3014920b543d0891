/* view_test.c -- views are found by those they belong to, and their words are in no file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/limits.h"
#include "view/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct place {
    char folder[64], path[96];
    struct arena *arena;
    struct view_keeper keeper;
};

static int opened(void **state)
{
    static struct place place;
    char room[256];
    struct text why = text_over(room, sizeof room);
    place = (struct place){0};
    (void)snprintf(place.folder, sizeof place.folder, "/tmp/cutline-view-XXXXXX");
    assert_non_null(mkdtemp(place.folder));
    (void)snprintf(place.path, sizeof place.path, "%s/store.db", place.folder);
    assert_int_equal(arena_create(&place.arena, 64 << 20), STATUS_OK);
    assert_int_equal(store_open(&place.keeper.store, place.path, VIEW_MIGRATIONS,
                                VIEW_MIGRATIONS_COUNT, place.arena, &why),
                     STATUS_OK);
    place.keeper.key = (struct secret){{9}};
    place.keeper.chance = seal_chance_of_machine();
    *state = &place;
    return 0;
}

static int closed(void **state)
{
    struct place *place = *state;
    char command[128];
    store_close(place->keeper.store);
    arena_destroy(place->arena);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    return system(command);
}

static struct view made(const char *owner, const char *name, bool shared)
{
    return (struct view){.organisation = SLICE("o_1"),
                         .owner = slice_of(owner),
                         .shared = shared,
                         .what = SLICE("alerts"),
                         .name = slice_of(name),
                         .filter = SLICE("subject:+8613911234567"),
                         .sort = SLICE("-grade"),
                         .columns = SLICE("time,grade,rule"),
                         .refresh_s = 10};
}

static enum status added(struct place *place, struct view *view)
{
    assert_int_equal(store_begin(place->keeper.store), STATUS_OK);
    enum status status = view_add(&place->keeper, view, (moment){1000}, place->arena);
    if (status == STATUS_OK)
        assert_int_equal(store_commit(place->keeper.store), STATUS_OK);
    else
        store_rollback(place->keeper.store);
    return status;
}

static enum status name_seen(void *self, const struct view *view)
{
    struct text *text = self;
    text_add(text, view->name);
    text_add_char(text, ';');
    return STATUS_OK;
}

static void list_is(struct place *place, const char *organisation, const char *owner,
                    const char *expected)
{
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    assert_int_equal(store_begin(place->keeper.store), STATUS_OK);
    assert_int_equal(view_list(&place->keeper, place->keeper.store, slice_of(organisation),
                               slice_of(owner), SLICE(""), place->arena,
                               (struct view_sink){name_seen, &text}),
                     STATUS_OK);
    store_rollback(place->keeper.store);
    assert_string_equal(bytes, expected);
}

static void views_are_ones_own_or_shared(void **state)
{
    struct place *place = *state;
    struct view mine = made("u_1", "我的", false), theirs = made("u_2", "theirs", false);
    struct view ours = made("u_3", "ours", true), found;
    assert_int_equal(added(place, &mine), STATUS_OK);
    assert_int_equal(added(place, &theirs), STATUS_OK);
    assert_int_equal(added(place, &ours), STATUS_OK);
    list_is(place, "o_1", "u_1", "我的;ours;");
    list_is(place, "o_1", "u_2", "theirs;ours;");
    list_is(place, "o_2", "u_1", "");
    assert_int_equal(store_begin(place->keeper.store), STATUS_OK);
    mine.filter = SLICE("grade:high");
    mine.name = SLICE("又改");
    assert_int_equal(view_change(&place->keeper, &mine, (moment){2000}, place->arena), STATUS_OK);
    assert_int_equal(
        view_find(&place->keeper, place->keeper.store, slice_of(mine.id), place->arena, &found),
        STATUS_OK);
    assert_true(slice_equal(found.filter, SLICE("grade:high")));
    assert_true(slice_equal(found.columns, SLICE("time,grade,rule")));
    assert_true(slice_equal(found.sort, SLICE("-grade")));
    assert_int_equal(found.refresh_s, 10);
    assert_int_equal(found.created.ms, 1000);
    assert_int_equal(found.changed.ms, 2000);
    assert_int_equal(view_remove(&place->keeper, slice_of(theirs.id)), STATUS_OK);
    assert_int_equal(view_remove(&place->keeper, slice_of(theirs.id)), STATUS_ABSENT);
    assert_int_equal(store_commit(place->keeper.store), STATUS_OK);
    list_is(place, "o_1", "u_2", "ours;");
}

static void words_are_sealed(void **state)
{
    struct place *place = *state;
    struct view view = made("u_1", "机主 +8613911234567", false), found;
    char command[160];
    assert_int_equal(added(place, &view), STATUS_OK);
    (void)snprintf(command, sizeof command, "grep -qar '8613911234567' '%s'", place->folder);
    assert_int_not_equal(system(command), 0);
    struct view_keeper other = place->keeper;
    other.key.bytes[0] = 1;
    assert_int_equal(store_begin(place->keeper.store), STATUS_OK);
    assert_int_equal(
        view_find(&other, place->keeper.store, slice_of(view.id), place->arena, &found),
        STATUS_MALFORMED);
    store_rollback(place->keeper.store);
}

static void what_has_not_its_form_is_refused(void **state)
{
    struct place *place = *state;
    struct view view = made("u_1", "", false);
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.name = SLICE("two\nlines");
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.name = SLICE("fine");
    view.columns = SLICE("a,,b");
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.columns = SLICE("a,b,");
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.columns = SLICE("A");
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.columns = SLICE("");
    view.refresh_s = VIEW_REFRESH_MAX_S + 1;
    assert_int_equal(added(place, &view), STATUS_MALFORMED);
    view.refresh_s = 0;
    assert_int_equal(added(place, &view), STATUS_OK);
}

static void one_person_keeps_so_many(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < VIEWS_OF_PERSON_MAX; i++) {
        struct view view = made("u_1", "v", false);
        assert_int_equal(added(place, &view), STATUS_OK);
    }
    struct view view = made("u_1", "v", false), other = made("u_2", "v", false);
    assert_int_equal(added(place, &view), STATUS_FULL);
    assert_int_equal(added(place, &other), STATUS_OK);
}

int main(void)
{
#define ROOM(name) cmocka_unit_test_setup_teardown(name, opened, closed)
    const struct CMUnitTest tests[] = {
        ROOM(views_are_ones_own_or_shared),
        ROOM(words_are_sealed),
        ROOM(what_has_not_its_form_is_refused),
        ROOM(one_person_keeps_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
