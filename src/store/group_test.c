/* group_test.c -- transactions of many threads share a sync: each holds or vanishes whole, and
 * what was said of it is true, whatever the disk does.
 *
 * Every transaction adds a row under a name of its own and counts it in one other row; so the count
 * tells whether half of a transaction, or of a group, is ever to be seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/faulty_test.h"
#include "store/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS_MAX = 64, STEPS_MAX = 64 };

static const struct store_migration STEPS[] = {
    {"things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
               "CREATE TABLE tally (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);"
               "INSERT INTO tally VALUES (1, 0);"},
};

static const char ADD[] = "INSERT INTO thing (id, text) VALUES (?1, ?2)";
static const char TALLY[] = "UPDATE tally SET count = count + 1 WHERE id = 1";
static const char COUNTS[] = "SELECT (SELECT count(*) FROM thing), count FROM tally WHERE id = 1";
static const char THERE[] = "SELECT count(*) FROM thing WHERE id = ?1";

struct place {
    char folder[64], path[96];
    struct arena *arena;
    struct store *store;
    char why_bytes[256];
    struct text why;
};

/* What a thread does, and what the store told it of each step. */
struct client {
    struct place *place;
    unsigned number, steps;
    int pipe; /* where it says what became durable; 0: nowhere */
    atomic_uint done;
    atomic_bool *stop;
    bool wayward; /* some of its transactions are rolled back, some break a constraint */
    bool told[STEPS_MAX];
};

static void place_open(struct place *place)
{
    arena_reset(place->arena);
    place->why = text_over(place->why_bytes, sizeof place->why_bytes);
    assert_int_equal(store_open(&place->store, place->path, STEPS, 1, place->arena, &place->why),
                     STATUS_OK);
}

static void files_remove(struct place *place)
{
    static const char *const ENDS[] = {
        "",          "-wal",      "-shm",     ".synced",       "-wal.synced",
        ".part",     "-wal.part", ".copy",    ".copy-journal", ".copy-wal",
        ".copy-shm", ".part",     "-journal", "-journal.part", "-journal.synced"};
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", place->path, ENDS[i]);
        (void)unlink(path);
    }
}

static int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/cutline-group-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/store.db", place->folder);
    assert_int_equal(arena_create(&place->arena, 1 << 20), STATUS_OK);
    place_open(place);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
    store_close(place->store);
    files_remove(place);
    assert_int_equal(rmdir(place->folder), 0);
    arena_destroy(place->arena);
    free(place);
    return 0;
}

static int64_t id_of(const struct client *client, unsigned step)
{
    return (int64_t)client->number * 100000 + step;
}

static enum status writes(struct client *client, unsigned step)
{
    struct store *store = client->place->store;
    const struct store_value row[] = {STORE_OF_WHOLE(id_of(client, step)),
                                      STORE_OF_TEXT(SLICE("something that fills a line"))};
    TRY(store_run(store, ADD, row, 2));
    TRY(store_run(store, TALLY, NULL, 0));
    if (client->wayward && step % 11 == 7)
        TRY(store_run(store, ADD, row, 2)); /* refused: it is there */
    return STATUS_OK;
}

/* Whether the store said that the step is durable. */
static bool step_do(struct client *client, unsigned step)
{
    struct store *store = client->place->store;
    if (store_begin(store) != STATUS_OK)
        return false;
    bool commits = writes(client, step) == STATUS_OK || step % 2 == 1; /* the store says no, then */
    if (commits && !(client->wayward && step % 7 == 3))
        return store_commit(store) == STATUS_OK;
    store_rollback(store);
    return false;
}

static void *client_run(void *self)
{
    struct client *client = self;
    for (unsigned step = 0; step < client->steps; step++) {
        bool told = step_do(client, step);
        if (step < STEPS_MAX)
            client->told[step] = told;
        if (told && client->pipe > 0) {
            int64_t id = id_of(client, step);
            if (write(client->pipe, &id, sizeof id) != sizeof id)
                break;
        }
        atomic_fetch_add(&client->done, 1);
        if (client->stop != NULL && atomic_load(client->stop))
            break;
    }
    return NULL;
}

struct crowd {
    unsigned count;
    struct client client[THREADS_MAX];
    pthread_t thread[THREADS_MAX];
};

static struct crowd *crowd_start(struct place *place, unsigned count, unsigned steps, bool wayward,
                                 atomic_bool *stop)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    must(crowd != NULL);
    crowd->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct client *client = &crowd->client[i];
        client->place = place;
        client->number = i + 1;
        client->steps = steps;
        client->wayward = wayward;
        client->stop = stop;
        must(pthread_create(&crowd->thread[i], NULL, client_run, client) == 0);
    }
    return crowd;
}

static void crowd_join(struct crowd *crowd)
{
    for (unsigned i = 0; i < crowd->count; i++)
        (void)pthread_join(crowd->thread[i], NULL);
}

static void counts_read(struct place *place, struct store *store, int64_t out[2])
{
    struct store_value row[2];
    assert_int_equal(store_one(store, COUNTS, NULL, 0, row, 2, place->arena), STATUS_OK);
    out[0] = row[0].whole;
    out[1] = row[1].whole;
}

static bool is_there(struct place *place, int64_t id)
{
    const struct store_value value = STORE_OF_WHOLE(id);
    struct store_value row[1];
    assert_int_equal(store_one(place->store, THERE, &value, 1, row, 1, place->arena), STATUS_OK);
    return row[0].whole == 1;
}

/* What was told is there, what was refused is not, nothing else is. */
static int64_t crowd_check(struct place *place, const struct crowd *crowd)
{
    int64_t told = 0, counts[2];
    for (unsigned i = 0; i < crowd->count; i++)
        for (unsigned step = 0; step < crowd->client[i].steps; step++) {
            bool held = crowd->client[i].told[step];
            assert_int_equal(is_there(place, id_of(&crowd->client[i], step)), held);
            told += held;
        }
    counts_read(place, place->store, counts);
    assert_int_equal(counts[0], told);
    assert_int_equal(counts[1], told);
    return told;
}

/* ---- tests ---- */

static void many_threads_share_a_sync_and_none_is_lost(void **state)
{
    struct place *place = *state;
    struct store *reader = NULL;
    atomic_bool stop = false;
    int64_t counts[2], before = 0;
    assert_int_equal(store_open_reader(&reader, place->path, place->arena, &place->why), STATUS_OK);
    long syncs = atomic_load(&faulty.syncs);
    struct crowd *crowd = crowd_start(place, THREADS_MAX, STEPS_MAX, true, &stop);
    for (int i = 0; i < 200; i++) { /* a reader sees whole groups, one after another */
        counts_read(place, reader, counts);
        assert_int_equal(counts[0], counts[1]);
        assert_true(counts[0] >= before);
        before = counts[0];
    }
    crowd_join(crowd);
    syncs = atomic_load(&faulty.syncs) - syncs;
    int64_t told = crowd_check(place, crowd);
    assert_int_equal(told, THREADS_MAX * (STEPS_MAX - 9 - 6)); /* see step_do and writes */
    assert_true(syncs < told / 2);
    store_close(reader);
    free(crowd);
}

static void whoever_is_alone_makes_one_sync_for_each_transaction(void **state)
{
    struct place *place = *state;
    struct client client = {.place = place, .number = 1};
    assert_true(step_do(&client, 0)); /* the log begins: one sync more */
    long syncs = atomic_load(&faulty.syncs);
    for (unsigned step = 1; step <= 20; step++)
        assert_true(step_do(&client, step));
    assert_int_equal(atomic_load(&faulty.syncs) - syncs, 20);
}

static void a_failing_sync_fails_every_member_and_nobody_else(void **state)
{
    struct place *place = *state;
    struct client first = {.place = place, .number = 99};
    for (unsigned round = 0; round < 6; round++) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(writes(&first, round), STATUS_OK);
        struct crowd *crowd = crowd_start(place, 20, 1, false, NULL);
        (void)usleep(100000); /* they are waiting for their turn behind us */
        faulty_arm(0, SQLITE_IOERR, true, true);
        assert_int_equal(store_commit(place->store), STATUS_IO);
        crowd_join(crowd);
        faulty_disarm();
        for (unsigned i = 0; i < crowd->count; i++)
            assert_false(crowd->client[i].told[0]);
        assert_true(atomic_load(&faulty.failures) < 10); /* of 21: they went together */
        assert_false(is_there(place, id_of(&first, round)));
        free(crowd);
        crowd = crowd_start(place, 4, 1, false, NULL); /* and it goes on */
        crowd_join(crowd);
        for (unsigned i = 0; i < crowd->count; i++)
            assert_true(crowd->client[i].told[0]);
        free(crowd);
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(store_run(place->store, "DELETE FROM thing", NULL, 0), STATUS_OK);
        assert_int_equal(store_run(place->store, "UPDATE tally SET count = 0", NULL, 0), STATUS_OK);
        assert_int_equal(store_commit(place->store), STATUS_OK);
    }
}

/* Fails the N-th call to the disk, for every N; true if there was such a call. */
static bool swept(struct place *place, long at, int code)
{
    store_close(place->store);
    files_remove(place);
    place_open(place);
    faulty_arm(at, code, false, false);
    struct crowd *crowd = crowd_start(place, 6, 5, true, NULL);
    crowd_join(crowd);
    faulty_disarm();
    bool reached = atomic_load(&faulty.failures) > 0;
    (void)crowd_check(place, crowd);
    store_close(place->store);
    place_open(place);
    (void)crowd_check(place, crowd);
    assert_int_equal(store_check(place->store, &place->why), STATUS_OK);
    free(crowd);
    return reached;
}

static void whatever_call_to_the_disk_fails_what_was_said_is_true(void **state)
{
    struct place *place = *state;
    static const int CODES[] = {SQLITE_IOERR_WRITE, SQLITE_FULL};
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        unsigned beyond = 0; /* groups differ from run to run: a few that were not reached */
        for (long at = 0; beyond < 5; at++)
            beyond += !swept(place, at, CODES[i]);
    }
}

static void power_cut_child(struct place *place, int out)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    faulty.shadow = true;
    must(crowd != NULL);
    place_open(place);
    for (unsigned i = 0; i < 16; i++) {
        crowd->client[i] =
            (struct client){.place = place, .number = i + 1, .steps = 99999, .pipe = out};
        crowd->client[i].wayward = true;
        must(pthread_create(&crowd->thread[i], NULL, client_run, &crowd->client[i]) == 0);
    }
    for (;;)
        (void)pause();
}

static void synced_put(struct place *place, const char *end)
{
    char from[128], to[128];
    (void)snprintf(from, sizeof from, "%s%s.synced", place->path, end);
    (void)snprintf(to, sizeof to, "%s%s", place->path, end);
    (void)unlink(to);
    (void)rename(from, to); /* absent: never synced */
}

static void a_power_cut_takes_nothing_that_was_said_to_be_durable(void **state)
{
    struct place *place = *state;
    for (unsigned round = 0; round < 12; round++) {
        int ends[2], ended = 0;
        int64_t id, told = 0, counts[2];
        store_close(place->store);
        files_remove(place);
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(ends[0]);
            power_cut_child(place, ends[1]);
        }
        (void)close(ends[1]);
        assert_int_equal(read(ends[0], &id, sizeof id), sizeof id); /* the first; it is open now */
        (void)usleep(20000 + round * 17011);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &ended, 0), child);
        assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
        synced_put(place, "");
        synced_put(place, "-wal");
        place_open(place);
        do {
            assert_true(is_there(place, id));
            told++;
        } while (read(ends[0], &id, sizeof id) == sizeof id);
        (void)close(ends[0]);
        counts_read(place, place->store, counts);
        assert_int_equal(counts[0], counts[1]);
        assert_true(counts[0] >= told);
        assert_true(counts[0] <= told + 16); /* durable, and the telling was cut off */
    }
}

static void nobody_starves(void **state)
{
    struct place *place = *state;
    atomic_bool stop = false;
    struct crowd *crowd = crowd_start(place, 32, 99999, false, &stop);
    (void)usleep(700000);
    unsigned least = 99999, most = 0;
    atomic_store(&stop, true);
    for (unsigned i = 0; i < crowd->count; i++) {
        unsigned done = atomic_load(&crowd->client[i].done);
        least = done < least ? done : least;
        most = done > most ? done : most;
    }
    crowd_join(crowd);
    assert_true(least > 0 && most <= 4 * least + 10);
    free(crowd);
}

static void backups_and_checks_take_their_turn_between_groups(void **state)
{
    struct place *place = *state;
    char path[128];
    atomic_bool stop = false;
    struct crowd *crowd = crowd_start(place, 16, 99999, true, &stop);
    (void)snprintf(path, sizeof path, "%s.copy", place->path);
    for (int i = 0; i < 10; i++) {
        int64_t counts[2];
        struct store *copy = NULL;
        (void)unlink(path);
        assert_int_equal(store_backup(place->store, path), STATUS_OK);
        assert_int_equal(store_check(place->store, &place->why), STATUS_OK);
        assert_int_equal(store_open_reader(&copy, path, place->arena, &place->why), STATUS_OK);
        counts_read(place, copy, counts);
        assert_int_equal(counts[0], counts[1]);
        store_close(copy);
    }
    atomic_store(&stop, true);
    crowd_join(crowd);
    free(crowd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_leave)
    const struct CMUnitTest tests[] = {
        TEST(many_threads_share_a_sync_and_none_is_lost),
        TEST(whoever_is_alone_makes_one_sync_for_each_transaction),
        TEST(a_failing_sync_fails_every_member_and_nobody_else),
        TEST(whatever_call_to_the_disk_fails_what_was_said_is_true),
        TEST(a_power_cut_takes_nothing_that_was_said_to_be_durable),
        TEST(nobody_starves),
        TEST(backups_and_checks_take_their_turn_between_groups),
    };
    faulty_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
