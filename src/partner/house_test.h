/* house_test.h -- two houses for the tests of the outbox: a centre that asks, a carrier that
 * answers, each with its store and log; and a clock that stands still until it is told.
 *
 * Each house writes down in its own tables what its room was handed, inside the transaction of the
 * outbox, under a key that can be there once: so a second time is seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "partner/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum house_side { CENTRE, CARRIER, HOUSES };

/* How the carrier treats what it is asked: by the last digit of the id. */
enum { ANSWER_AT_ONCE, ANSWER_LATER, ANSWER_NEVER };

struct house {
    struct town *town;
    enum house_side side;
    char path[96];
    struct arena *boot;
    struct store *store;
    struct audit *audit;
    struct partner_list *list;
    struct outbox *outbox;
    struct seal_keypair keypair;
    struct outbox_way way[1];
    struct outbox_plug plug;
    enum status come_says;   /* but OK: what `come` answers */
    enum status missed_says; /* of letters whose object is "stubborn" */
    atomic_uint comes, lates;
    unsigned turns; /* of the key that seals */
    char why_bytes[512];
};

struct town {
    struct arena *arena;
    char folder[64];
    struct house house[HOUSES];
    struct seal_keypair pair[HOUSES];
    atomic_llong now_ms, ticks_ms;
    atomic_bool real; /* the machine's clock */
    uint64_t drawn;
    unsigned answers_kind;         /* 0: by the id; else 1 + one of ANSWER_… */
    enum partner_way ways[HOUSES]; /* how each one reaches the other */
    const char *url;
    const char *folders[HOUSES];
};

static const struct store_migration HOUSE_STEPS[] = {
    {"what was heard",
     "CREATE TABLE heard (id TEXT PRIMARY KEY, body TEXT NOT NULL, answered INTEGER NOT NULL);"
     "CREATE TABLE applied (asked TEXT PRIMARY KEY, answer TEXT NOT NULL, late INTEGER NOT NULL);"
     "CREATE TABLE missed (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, arrived INTEGER "
     "NOT NULL);"},
};

#define CENTRE_ID  SLICE("centre")
#define CARRIER_ID SLICE("carrier-a")

static moment town_now(void *self)
{
    struct town *town = self;
    if (atomic_load(&town->real))
        return clock_of_machine().now(NULL);
    return (moment){atomic_load(&town->now_ms)};
}

static int64_t town_ticks(void *self)
{
    struct town *town = self;
    if (atomic_load(&town->real))
        return clock_of_machine().ticks_ms(NULL);
    return atomic_load(&town->ticks_ms);
}

[[maybe_unused]] static void town_pass(struct town *town, int64_t ms)
{
    atomic_fetch_add(&town->now_ms, ms);
    atomic_fetch_add(&town->ticks_ms, ms);
}

static enum status town_draw(void *self, struct seal_seed *out)
{
    struct town *town = self;
    uint64_t word = __atomic_add_fetch(&town->drawn, 1, __ATOMIC_RELAXED);
    struct slice bytes = {(const char *)&word, sizeof word};
    struct digest digest = digest_of(&bytes, 1);
    memcpy(out->bytes, digest.bytes, sizeof out->bytes);
    return STATUS_OK;
}

static enum status run_texts(struct house *house, const char *sql, struct slice one,
                             struct slice other, int64_t number)
{
    const struct store_value values[] = {STORE_OF_TEXT(one), STORE_OF_TEXT(other),
                                         STORE_OF_WHOLE(number)};
    /* twice under one key would be REFUSED, which would refuse the letter: here it is a failure */
    enum status status = store_run(house->store, sql, values, 3);
    return status == STATUS_REFUSED ? STATUS_LATE : status;
}

static unsigned manner_of(const struct town *town, const struct letter_id *id)
{
    if (town->answers_kind > 0)
        return town->answers_kind - 1;
    char digit = id->hex[31];
    return digit < '8' ? ANSWER_AT_ONCE : digit < 'f' ? ANSWER_LATER : ANSWER_NEVER;
}

static enum status answer_add(struct house *house, const struct letter_id *asked,
                              struct arena *request)
{
    struct slice parts[] = {SLICE("answer"), slice_of(asked->hex)};
    const struct outbox_draft draft = {.id = letter_id_of(parts, 2),
                                       .reply_to = *asked,
                                       .kind = SLICE("lead.answer"),
                                       .body = SLICE("{\"cell\":\"460-00-7\",\"known\":true}"),
                                       .to = partner_at(house->list, 0),
                                       .deadline = {town_now(house->town).ms + DAY_MS},
                                       .object = SLICE("c_1")};
    return outbox_add(house->outbox, &draft, request, NULL);
}

static enum status house_come(void *self, const struct outbox_come *come, struct arena *request)
{
    static const char HEARD[] = "INSERT INTO heard (id, body, answered) VALUES (?1, ?2, ?3)";
    static const char APPLIED[] = "INSERT INTO applied (asked, answer, late) VALUES (?1, ?2, ?3)";
    struct house *house = self;
    const struct letter *letter = come->letter;
    atomic_fetch_add(&house->comes, 1);
    if (house->come_says != STATUS_OK)
        return house->come_says;
    if (come->asked.hex[0] != '\0') {
        atomic_fetch_add(&house->lates, come->late);
        return run_texts(house, APPLIED, slice_of(come->asked.hex), slice_of(letter->id.hex),
                         come->late);
    }
    unsigned manner = manner_of(house->town, &letter->id);
    TRY(run_texts(house, HEARD, slice_of(letter->id.hex), letter->body, manner != ANSWER_LATER));
    return manner == ANSWER_AT_ONCE ? answer_add(house, &letter->id, request) : STATUS_OK;
}

static enum status house_missed(void *self, const struct outbox_missed *missed,
                                struct arena *request)
{
    static const char MISSED[] = "INSERT INTO missed (id, arrived) VALUES (?1, ?3 + (?2 = 'x'))";
    struct house *house = self;
    (void)request;
    if (house->missed_says != STATUS_OK && slice_equal(missed->object, SLICE("stubborn")))
        return house->missed_says;
    return run_texts(house, MISSED, slice_of(missed->id.hex), SLICE(""), missed->arrived);
}

static void house_failed(void *self, enum status status)
{
    struct house *house = self;
    fail_msg("%s failed: %s", house->path, status_name(status));
}

static void list_open(struct house *house)
{
    static const char *const WORDS[] = {"http", "folder", "fetch"};
    struct town *town = house->town;
    enum house_side other = (enum house_side)(1 - house->side);
    char key[64];
    struct text text = text_over(key, sizeof key), why[TONGUES_COUNT];
    char why_bytes[TONGUES_COUNT][512];
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
        why[tongue] = text_over(why_bytes[tongue], sizeof why_bytes[tongue]);
    text_add_letter_key(&text, &town->pair[other].key);
    const struct partner_said said = {
        .id = other == CENTRE ? CENTRE_ID : CARRIER_ID,
        .way = slice_of(WORDS[town->ways[house->side]]),
        .url = slice_of(town->url == NULL ? "http://127.0.0.1:1/" : town->url),
        .folder = slice_of(town->folders[house->side] == NULL ? "/" : town->folders[house->side]),
        .key = text_slice(&text)};
    const struct partner_list_said all = {.path = SLICE("t"),
                                          .self = house->side == CENTRE ? CENTRE_ID : CARRIER_ID,
                                          .partner = &said,
                                          .count = 1};
    assert_int_equal(partner_list_make(&house->list, &all, house->boot, why), STATUS_OK);
}

/* Opens the house again, with what its store has; its way to the other stays as it was. */
static void house_open(struct house *house)
{
    struct town *town = house->town;
    struct store_migration steps[1 + PARTNER_MIGRATIONS_COUNT + AUDIT_MIGRATIONS_COUNT];
    struct text why = text_over(house->why_bytes, sizeof house->why_bytes);
    arena_reset(house->boot);
    steps[0] = HOUSE_STEPS[0];
    memcpy(steps + 1, PARTNER_MIGRATIONS, sizeof PARTNER_MIGRATIONS);
    memcpy(steps + 1 + PARTNER_MIGRATIONS_COUNT, AUDIT_MIGRATIONS, sizeof AUDIT_MIGRATIONS);
    assert_int_equal(store_open(&house->store, house->path, steps, sizeof steps / sizeof steps[0],
                                house->boot, &why),
                     STATUS_OK);
    assert_int_equal(audit_open(&house->audit, house->store, SLICE("test/audit"),
                                &town->pair[house->side].key, house->boot, &why),
                     STATUS_OK);
    list_open(house);
    house->plug = (struct outbox_plug){SLICE("lead"), house_come, house_missed, house};
    const struct outbox_options options = {.store = house->store,
                                           .audit = house->audit,
                                           .list = house->list,
                                           .way = house->way,
                                           .keypair = &town->pair[house->side],
                                           .key = {{(unsigned char)(9 + house->turns)}},
                                           .older = {{(unsigned char)(8 + house->turns)}},
                                           .has_older = house->turns > 0,
                                           .chance = {town_draw, town},
                                           .clock = {town_now, town_ticks, town},
                                           .plug = &house->plug,
                                           .plugs_count = 1,
                                           .failed = house_failed,
                                           .self = house};
    assert_int_equal(outbox_open(&house->outbox, &options, house->boot, &why), STATUS_OK);
}

static void house_close(struct house *house)
{
    outbox_close(house->outbox);
    store_close(house->store);
    house->outbox = NULL;
}

static struct town *town_make(void)
{
    struct arena *arena = NULL;
    struct town *town = NULL;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, 1, &town), STATUS_OK);
    town->arena = arena;
    /* in memory, if there is such a place: processes are killed here, the machine is not */
    (void)snprintf(town->folder, sizeof town->folder, "%s/cutline-outbox-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(town->folder));
    atomic_store(&town->now_ms, 1772413323004);
    atomic_store(&town->ticks_ms, 1000000);
    for (unsigned i = 0; i < HOUSES; i++) {
        struct house *house = &town->house[i];
        town->pair[i] = seal_keypair_of_seed(&(struct seal_seed){{(unsigned char)(i + 1)}});
        house->town = town;
        house->side = (enum house_side)i;
        (void)snprintf(house->path, sizeof house->path, "%s/%u.db", town->folder, i);
        assert_int_equal(arena_create(&house->boot, 8 << 20), STATUS_OK);
    }
    return town;
}

static void town_remove(struct town *town)
{
    char path[128];
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    for (unsigned i = 0; i < HOUSES; i++) {
        if (town->house[i].outbox != NULL)
            house_close(&town->house[i]);
        arena_destroy(town->house[i].boot);
        for (unsigned j = 0; j < 3; j++) {
            (void)snprintf(path, sizeof path, "%s%s", town->house[i].path, ENDS[j]);
            (void)unlink(path);
        }
    }
    assert_int_equal(rmdir(town->folder), 0);
    arena_destroy(town->arena);
}

static int64_t count_of(struct house *house, const char *sql)
{
    struct store_value row[1];
    struct arena *arena = NULL;
    assert_int_equal(arena_create(&arena, 1 << 16), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = store_one(house->store, sql, NULL, 0, row, 1, arena);
    store_rollback(house->store);
    arena_destroy(arena);
    assert_int_equal(status, STATUS_OK);
    return row[0].whole;
}

static struct letter_id question_id(unsigned number)
{
    char bytes[16];
    int size = snprintf(bytes, sizeof bytes, "%u", number);
    struct slice parts[] = {SLICE("question"), {bytes, (size_t)size}};
    return letter_id_of(parts, 2);
}

/* A question of the centre, in a transaction of its own. */
[[maybe_unused]] static enum status ask(struct house *house, unsigned number, struct slice body,
                                        int64_t span_ms, struct slice object, bool *twice)
{
    struct arena *request = NULL;
    const struct outbox_draft draft = {.id = question_id(number),
                                       .kind = SLICE("lead.ask"),
                                       .body = body,
                                       .to = partner_at(house->list, 0),
                                       .deadline = {town_now(house->town).ms + span_ms},
                                       .answer_wanted = true,
                                       .object = object};
    assert_int_equal(arena_create(&request, 1 << 20), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = outbox_add(house->outbox, &draft, request, twice);
    if (status == STATUS_OK)
        status = store_commit(house->store);
    else
        store_rollback(house->store);
    arena_destroy(request);
    return status;
}

[[maybe_unused]] static unsigned step(struct house *house)
{
    unsigned done = 0;
    assert_int_equal(outbox_step(house->outbox, partner_at(house->list, 0), &done), STATUS_OK);
    return done;
}

[[maybe_unused]] static unsigned watch(struct house *house)
{
    unsigned missed = 0;
    assert_int_equal(outbox_watch(house->outbox, &missed), STATUS_OK);
    return missed;
}

[[maybe_unused]] static struct outbox_row row_of(struct house *house, unsigned number,
                                                 struct arena *arena)
{
    struct outbox_row row;
    struct letter_id id = question_id(number);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = outbox_find(house->outbox, house->store, &id, arena, &row);
    store_rollback(house->store);
    assert_int_equal(status, STATUS_OK);
    return row;
}

/* Answers of persons: questions that were heard and not answered yet, at most `most`. */
[[maybe_unused]] static unsigned answer_some(struct house *house, unsigned most)
{
    static const char OPEN[] = "SELECT id FROM heard WHERE answered = 0 LIMIT 1";
    static const char DONE[] = "UPDATE heard SET answered = ?3 WHERE id = ?1 AND ?2 = ''";
    unsigned answered = 0;
    struct arena *request = NULL;
    assert_int_equal(arena_create(&request, 1 << 20), STATUS_OK);
    for (; answered < most; answered++) {
        struct store_value row[1];
        struct letter_id id;
        arena_reset(request);
        assert_int_equal(store_begin(house->store), STATUS_OK);
        enum status status = store_one(house->store, OPEN, NULL, 0, row, 1, request);
        if (status == STATUS_ABSENT) {
            store_rollback(house->store);
            break;
        }
        assert_int_equal(letter_id_parse(row[0].bytes, &id), STATUS_OK);
        assert_int_equal(answer_add(house, &id, request), STATUS_OK);
        assert_int_equal(run_texts(house, DONE, row[0].bytes, SLICE(""), 1), STATUS_OK);
        assert_int_equal(store_commit(house->store), STATUS_OK);
    }
    arena_destroy(request);
    return answered;
}
