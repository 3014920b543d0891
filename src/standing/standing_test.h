/* standing_test.h -- what tests of this room share: a house with its store, law and register. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/chance.h"
#include "ground/folder.h"
#include "standing/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NOW_S = 1767225600 }; /* 2026-01-01 */

struct hall {
    char folder[64], path[128], vkey[NOTE_KEY_BYTES_MAX];
    struct arena *boot, *request;
    struct store *store;
    struct law law;
    struct seal_keypair seal;
    struct audit *audit;
    struct standing *standing;
    int64_t wall_ms;
};

static inline moment wall(void *self)
{
    return (moment){((struct hall *)self)->wall_ms};
}

static inline int64_t ticks(void *self)
{
    return ((struct hall *)self)->wall_ms;
}

static inline struct standing_options options_of(struct hall *hall)
{
    return (struct standing_options){.store = hall->store,
                                     .store_path = hall->path,
                                     .law = &hall->law,
                                     .join = {{9}},
                                     .clock = {wall, ticks, hall},
                                     .zone_minutes = 480,
                                     .origin = SLICE("test.example/house"),
                                     .seal = &hall->seal};
}

static inline int hall_up(void **state)
{
    char bytes[TONGUES_COUNT][512], room[512];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    struct text reason = text_over(room, sizeof room);
    struct hall *hall = NULL;
    struct arena *boot = NULL;
    assert_int_equal(arena_create(&boot, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(ARENA_NEW(boot, 1, &hall), STATUS_OK);
    hall->boot = boot;
    hall->wall_ms = (int64_t)NOW_S * 1000;
    (void)snprintf(hall->folder, sizeof hall->folder, "/tmp/cutline-standing-XXXXXX");
    assert_non_null(mkdtemp(hall->folder));
    (void)snprintf(hall->path, sizeof hall->path, "%s/store.db", hall->folder);
    assert_int_equal(arena_create(&hall->request, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(law_open(&hall->law, LAW, hall->boot, why), STATUS_OK);
    struct store_migration steps[AUDIT_MIGRATIONS_COUNT + STANDING_MIGRATIONS_COUNT];
    memcpy(steps, AUDIT_MIGRATIONS, sizeof AUDIT_MIGRATIONS);
    memcpy(steps + AUDIT_MIGRATIONS_COUNT, STANDING_MIGRATIONS, sizeof STANDING_MIGRATIONS);
    assert_int_equal(store_open(&hall->store, hall->path, steps, sizeof steps / sizeof steps[0],
                                hall->boot, &reason),
                     STATUS_OK);
    const struct seal_seed seed = {{4}};
    hall->seal = seal_keypair_of_seed(&seed);
    assert_int_equal(audit_open(&hall->audit, hall->store, SLICE("test.example/house"),
                                &hall->seal.key, hall->boot, &reason),
                     STATUS_OK);
    struct text vkey = text_over(hall->vkey, sizeof hall->vkey);
    note_key_write(&vkey, SLICE("test.example/house"), &hall->seal.key);
    const struct standing_options options = options_of(hall);
    assert_int_equal(standing_open(&hall->standing, &options, hall->boot, &reason), STATUS_OK);
    *state = hall;
    return 0;
}

static inline int hall_down(void **state)
{
    struct hall *hall = *state;
    standing_close(hall->standing);
    store_close(hall->store);
    assert_int_equal(folder_remove(hall->folder), STATUS_OK);
    arena_destroy(hall->request);
    arena_destroy(hall->boot);
    return 0;
}

static inline struct standing_question ask(const char *act, const char *object, const char *way,
                                    const char *purpose)
{
    struct standing_question question;
    assert_int_equal(standing_question_read(slice_of(act), slice_of(object), slice_of(way),
                                            slice_of(purpose), &question),
                     STATUS_OK);
    return question;
}

static inline const struct law_pack *pack_named(struct hall *hall, const char *name)
{
    const struct law_pack *pack = law_named(&hall->law, slice_of(name));
    assert_non_null(pack);
    return pack;
}

static inline void put(struct hall *hall, const char *item, const char *document, const char *last)
{
    struct standing_change change = {.item = slice_of(item),
                                     .document = slice_of(document),
                                     .pack = pack_named(hall, "cn-final-2024-12"),
                                     .kept_card = SLICE("+8613800000002")};
    assert_int_equal(law_date_parse(SLICE("2025-06-01"), &change.from), STATUS_OK);
    assert_int_equal(law_date_parse(slice_of(last), &change.last), STATUS_OK);
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    assert_int_equal(standing_enter(hall->standing, &change, hall->request), STATUS_OK);
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(standing_follow(hall->standing), STATUS_OK);
}

static inline struct standing_asking asking_of(const char *document)
{
    const struct secret join = {{9}};
    return (struct standing_asking){.asker = SLICE("o_bank"),
                                    .key = standing_key_of(&join, slice_of(document)),
                                    .question = ask("transfer", "bank_account", "remote", "")};
}

static inline struct text paper(struct hall *hall, size_t size)
{
    char *bytes = NULL;
    assert_int_equal(arena_take(hall->request, size, (void **)&bytes), STATUS_OK);
    return text_over(bytes, size);
}
