/* audit_test.c -- a log of 300 entries, and everything that somebody with the file could do to it.
 *
 * Edits are made by SQL behind the log's back, in a transaction that is rolled back after the
 * question, so every edit meets the same log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"
#include "audit/audit_inside.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ORIGIN SLICE("example.org/audit")

enum { ENTRIES = 300, STEP = 100, NOTES = ENTRIES / STEP, COLUMNS = ENTRY_COLUMNS };

static const struct store_migration SCHEMA[] = {
    {"actions", "CREATE TABLE action (id INTEGER PRIMARY KEY)"},
};

struct place {
    char folder[64];
    char path[96];
    struct arena *arena;
    struct store *store;
    struct audit *audit;
    struct seal_keypair keypair;
    char notes[NOTES][NOTE_BYTES_MAX];
    char why_bytes[256];
    struct text why;
};

static enum status place_open(struct place *place)
{
    struct store_migration steps[2] = {SCHEMA[0], AUDIT_MIGRATIONS[0]};
    place->why = text_over(place->why_bytes, sizeof place->why_bytes);
    TRY(store_open(&place->store, place->path, steps, 2, place->arena, &place->why));
    return audit_open(&place->audit, place->store, ORIGIN, &place->keypair.key, place->arena,
                      &place->why);
}

static int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/cutline-audit-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/store.db", place->folder);
    assert_int_equal(arena_create(&place->arena, 64 << 20), STATUS_OK);
    place->keypair = seal_keypair_of_seed(&(struct seal_seed){{1, 2, 3}});
    assert_int_equal(place_open(place), STATUS_OK);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
    static const char *const ENDS[] = {"", "-wal", "-shm", ".copy", ".copy-wal", ".copy-shm"};
    store_close(place->store);
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

/* Entry `i` of the story: eight texts, none empty. */
static struct audit_entry entry_of(uint64_t i, char bytes[256])
{
    int size = snprintf(bytes, 256, "u%llu", (unsigned long long)i % 7);
    int more = snprintf(bytes + 64, 64, "p%llu", (unsigned long long)i * 977);
    int last = snprintf(bytes + 128, 64, "{\"n\":%llu}", (unsigned long long)i);
    return (struct audit_entry){.time = {1772400000000 + (int64_t)i * 10},
                                .actor = {bytes, (size_t)size},
                                .organisation = SLICE("o1"),
                                .action = SLICE("stop"),
                                .object_kind = SLICE("tel"),
                                .object_id = {bytes + 64, (size_t)more},
                                .outcome = SLICE("ok"),
                                .reason = SLICE("因"),
                                .detail = {bytes + 128, (size_t)last}};
}

static enum status append(struct place *place, uint64_t i)
{
    char bytes[256];
    struct audit_entry entry = entry_of(i, bytes);
    return audit_append(place->audit, &entry, NULL);
}

static enum status act(struct place *place, uint64_t i)
{
    const struct store_value id = STORE_OF_WHOLE((int64_t)i);
    TRY(store_run(place->store, "INSERT INTO action (id) VALUES (?1)", &id, 1));
    return append(place, i);
}

static void entries_add(struct place *place, uint64_t from, uint64_t to)
{
    assert_int_equal(store_begin(place->store), STATUS_OK);
    for (uint64_t i = from; i < to; i++)
        assert_int_equal(append(place, i), STATUS_OK);
    assert_int_equal(store_commit(place->store), STATUS_OK);
}

static void checkpoint(struct place *place, char note[NOTE_BYTES_MAX])
{
    struct text text = text_over(note, NOTE_BYTES_MAX);
    assert_int_equal(audit_checkpoint(place->audit, &place->keypair, &text), STATUS_OK);
    assert_false(text.full);
}

static int story_make(void **state)
{
    place_make(state);
    struct place *place = *state;
    for (uint64_t i = 0; i < NOTES; i++) {
        entries_add(place, i * STEP, (i + 1) * STEP);
        checkpoint(place, place->notes[i]);
    }
    return 0;
}

static struct audit_verdict verdict_of(struct place *place)
{
    struct audit_verdict verdict = {0};
    enum status status = audit_verify(place->audit, NULL, 0, &verdict);
    assert_int_equal(status, verdict.fault == AUDIT_FAULT_NONE ? STATUS_OK : STATUS_MALFORMED);
    return verdict;
}

static void edit(struct place *place, const char *sql, const struct store_value *values,
                 size_t count)
{
    assert_int_equal(store_run(place->store, sql, values, count), STATUS_OK);
    assert_int_equal(store_changed(place->store), 1);
}

static void expect_at(struct place *place, enum audit_fault fault, uint64_t first, uint64_t last)
{
    struct audit_verdict verdict = verdict_of(place);
    assert_int_equal(verdict.fault, fault);
    assert_int_equal(verdict.first, first);
    assert_int_equal(verdict.last, last);
}

static int64_t count_of(struct place *place, const char *sql)
{
    struct store_value row[1];
    assert_int_equal(store_one(place->store, sql, NULL, 0, row, 1, place->arena), STATUS_OK);
    return row[0].whole;
}

static void a_sound_log_verifies(void **state)
{
    struct place *place = *state;
    struct slice notes[NOTES];
    struct audit_verdict verdict = verdict_of(place);
    char said[256];
    struct text text = text_over(said, sizeof said);
    assert_int_equal(verdict.entries, ENTRIES);
    assert_int_equal(verdict.checkpoints, NOTES);
    assert_int_equal(verdict.signed_size, ENTRIES);
    audit_verdict_say(&verdict, TONGUE_EN, &text);
    assert_string_equal(said, "everything fits: 300 entries, 3 checkpoints, the first 300 entries "
                              "are signed");
    for (size_t i = 0; i < NOTES; i++)
        notes[i] = slice_of(place->notes[NOTES - 1 - i]);
    assert_int_equal(audit_verify(place->audit, notes, NOTES, &verdict), STATUS_OK);
    assert_int_equal(verdict.checkpoints, 2 * NOTES);
    /* A second look at the same size gives the same note and adds none. */
    char again[NOTE_BYTES_MAX];
    checkpoint(place, again);
    assert_string_equal(again, place->notes[NOTES - 1]);
    assert_int_equal(count_of(place, "SELECT count(*) FROM audit_checkpoint"), NOTES);
}

static void a_reader_verifies_too(void **state)
{
    struct place *place = *state;
    struct store *reader = NULL;
    struct audit *audit = NULL;
    struct audit_verdict verdict = {0};
    assert_int_equal(store_open_reader(&reader, place->path, place->arena, &place->why), STATUS_OK);
    assert_int_equal(
        audit_open(&audit, reader, ORIGIN, &place->keypair.key, place->arena, &place->why),
        STATUS_OK);
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(append(place, ENTRIES), STATUS_OK); /* the reader sees none of it */
    assert_int_equal(audit_verify(audit, NULL, 0, &verdict), STATUS_OK);
    assert_int_equal(verdict.entries, ENTRIES);
    store_rollback(place->store);
    store_close(reader);
}

static void each_thousandth_entry_brings_a_checkpoint(void **state)
{
    struct place *place = *state;
    struct audit_verdict verdict = {.fault = AUDIT_FAULT_NONE};
    const struct audit_entry wrong = {.actor = SLICE("two words")};
    audit_sign(place->audit, &place->keypair);
    for (uint64_t i = 0; i < 2500; i++) {
        if (i % 7 == 0)
            assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(act(place, i), STATUS_OK);
        if (i % 7 == 6 || i == 2499)
            assert_int_equal(store_commit(place->store), STATUS_OK);
    }
    assert_int_equal(count_of(place, "SELECT count(*) FROM audit_checkpoint"), 2);
    assert_int_equal(audit_verify(place->audit, NULL, 0, &verdict), STATUS_OK);
    assert_int_equal(verdict.fault, AUDIT_FAULT_NONE);
    assert_int_equal(verdict.checkpoints, 2);
    assert_int_equal(verdict.signed_size, 2000);
    /* One that is taken back takes its checkpoint with it. */
    assert_int_equal(store_begin(place->store), STATUS_OK);
    for (uint64_t i = 2500; i < 3000; i++)
        assert_int_equal(act(place, i), STATUS_OK);
    assert_int_equal(audit_append(place->audit, &wrong, NULL), STATUS_MALFORMED);
    assert_int_equal(store_commit(place->store), STATUS_IO);
    assert_int_equal(count_of(place, "SELECT count(*) FROM audit_checkpoint"), 2);
    assert_int_equal(audit_verify(place->audit, NULL, 0, &verdict), STATUS_OK);
    assert_int_equal(verdict.signed_size, 2000);
}

static void a_rollback_leaves_nothing(void **state)
{
    struct place *place = *state;
    uint64_t size = 0;
    uint64_t sequence = 99;
    char bytes[256];
    struct audit_entry entry = entry_of(0, bytes);
    for (uint64_t kept = 0; kept < 40; kept++) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        for (uint64_t i = 0; i <= kept % 9; i++)
            assert_int_equal(act(place, 1000 + i), STATUS_OK);
        store_rollback(place->store);
        assert_int_equal(audit_size(place->audit, &size), STATUS_OK);
        assert_int_equal(size, kept);
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(act(place, kept), STATUS_OK);
        assert_int_equal(store_commit(place->store), STATUS_OK);
        assert_int_equal(verdict_of(place).entries, kept + 1);
    }
    assert_int_equal(count_of(place, "SELECT count(*) FROM action"), 40);
    assert_int_equal(count_of(place, "SELECT count(*) FROM audit_node"), 80 - 2);
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(audit_append(place->audit, &entry, &sequence), STATUS_OK);
    store_rollback(place->store);
    assert_int_equal(sequence, 40);
}

/* The tree does not know of rollbacks: the same entries with and without them are the same log. */
static void rollbacks_do_not_show_in_the_root(void **state)
{
    struct place *place = *state;
    char plain[NOTE_BYTES_MAX];
    for (uint64_t i = 0; i < ENTRIES; i++) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(append(place, i), STATUS_OK);
        assert_int_equal(store_commit(place->store), STATUS_OK);
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(append(place, i + 5), STATUS_OK);
        store_rollback(place->store);
    }
    checkpoint(place, plain);
    struct merkle_frontier frontier = {0};
    struct note note = {0};
    for (uint64_t i = 0; i < ENTRIES; i++) {
        char bytes[256];
        char encoded[ENTRY_BYTES_MAX + 1];
        struct audit_entry entry = entry_of(i, bytes);
        struct slice slice = {0};
        entry.sequence = i;
        assert_int_equal(entry_encode(&entry, encoded, &slice), STATUS_OK);
        struct digest leaf = merkle_leaf(slice);
        struct merkle_frontier next = frontier; /* by hand: no store under it */
        unsigned level = 0;
        for (; (next.size >> level & 1) != 0; level++)
            leaf = merkle_node(&next.node[level], &leaf);
        next.node[level] = leaf;
        next.size++;
        frontier = next;
    }
    assert_int_equal(note_read(slice_of(plain), ORIGIN, &place->keypair.key, &note), STATUS_OK);
    struct digest root = merkle_root(&frontier);
    assert_memory_equal(&root, &note.root, sizeof root);
}

static void a_refused_entry_refuses_the_action(void **state)
{
    struct place *place = *state;
    char long_text[AUDIT_REASON_MAX + 2];
    char bytes[256];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    struct audit_entry wrong[10];
    for (size_t i = 0; i < 10; i++)
        wrong[i] = entry_of(1, bytes);
    wrong[0].actor = SLICE("");
    wrong[1].actor = SLICE("two words");
    wrong[2].action = SLICE("Stop");
    wrong[3].object_id = SLICE("");
    wrong[4].reason = SLICE("\xFF");
    wrong[5].reason = slice_of(long_text);
    wrong[6].detail = SLICE("a\0b");
    wrong[7].time = MOMENT_NONE;
    wrong[8].outcome = SLICE("");
    wrong[9].organisation = (struct slice){long_text, AUDIT_ID_MAX + 1};
    for (size_t i = 0; i < 10; i++) {
        const struct store_value id = STORE_OF_WHOLE(1);
        assert_int_equal(store_begin(place->store), STATUS_OK);
        edit(place, "INSERT INTO action (id) VALUES (?1)", &id, 1);
        assert_int_equal(audit_append(place->audit, &wrong[i], NULL),
                         i == 5 || i == 9 ? STATUS_FULL : STATUS_MALFORMED);
        assert_int_equal(store_commit(place->store), STATUS_IO);
    }
    assert_int_equal(count_of(place, "SELECT count(*) FROM action"), 0);
    assert_int_equal(verdict_of(place).entries, 0);
}

static void a_full_disk_keeps_both_sides_equal(void **state)
{
    struct place *place = *state;
    static const char PAGES[] = "PRAGMA max_page_count = 40";
    uint64_t done = 0;
    enum status status = STATUS_OK;
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(store_run(place->store, PAGES, NULL, 0), STATUS_OK);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    while (status == STATUS_OK) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        for (uint64_t i = 0; i < 3 && status == STATUS_OK; i++)
            status = act(place, done + i);
        if (status == STATUS_OK)
            assert_int_equal(store_commit(place->store), STATUS_OK);
        else
            assert_int_equal(store_commit(place->store), STATUS_IO);
        done += status == STATUS_OK ? 3 : 0;
    }
    assert_int_equal(status, STATUS_FULL);
    assert_true(done > 100);
    assert_int_equal(count_of(place, "SELECT count(*) FROM action"), (int64_t)done);
    assert_int_equal(verdict_of(place).entries, done);
}

static void a_killed_writer_leaves_both_sides_equal(void **state)
{
    struct place *place = *state;
    for (int round = 0; round < 8; round++) {
        int64_t before = count_of(place, "SELECT count(*) FROM action");
        store_close(place->store);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            if (place_open(place) != STATUS_OK)
                _exit(1);
            for (uint64_t i = (uint64_t)before;; i += 5) { /* until the parent kills us */
                bool held = store_begin(place->store) == STATUS_OK;
                for (uint64_t j = 0; j < 5 && held; j++)
                    held = act(place, i + j) == STATUS_OK;
                if (!held || store_commit(place->store) != STATUS_OK)
                    _exit(1);
            }
        }
        (void)usleep((useconds_t)(20000 + round * 7001));
        assert_int_equal(kill(child, SIGKILL), 0);
        int ended = 0;
        assert_int_equal(waitpid(child, &ended, 0), child);
        assert_true(WIFSIGNALED(ended));
        assert_int_equal(place_open(place), STATUS_OK);
        int64_t actions = count_of(place, "SELECT count(*) FROM action");
        assert_int_equal(verdict_of(place).entries, actions);
        assert_int_equal(actions % 5, 0);
    }
}

/* One of many that act at the same time, and share the syncs of the store. */
struct actor {
    struct place *place;
    uint64_t number, steps, done;
    enum status status;
};

static void *actor_run(void *self)
{
    struct actor *actor = self;
    struct place *place = actor->place;
    for (uint64_t i = 0; i < actor->steps && actor->status == STATUS_OK; i++) {
        actor->status = store_begin(place->store);
        if (actor->status != STATUS_OK)
            break;
        actor->status = act(place, actor->number * 100000 + i);
        if (i % 5 == 3) {
            store_rollback(place->store);
            continue;
        }
        enum status told = store_commit(place->store);
        actor->status = actor->status == STATUS_OK ? told : actor->status;
        actor->done += told == STATUS_OK;
    }
    return NULL;
}

/* How many actions were told to be durable. */
static uint64_t actors_run(struct place *place, uint64_t steps, char notes[4][NOTE_BYTES_MAX])
{
    enum { ACTORS = 32 };
    struct actor actor[ACTORS];
    pthread_t thread[ACTORS];
    uint64_t done = 0;
    for (unsigned i = 0; i < ACTORS; i++) {
        actor[i] = (struct actor){.place = place, .number = i + 1, .steps = steps};
        assert_int_equal(pthread_create(&thread[i], NULL, actor_run, &actor[i]), 0);
    }
    for (unsigned i = 0; i < 4 && notes != NULL; i++) {
        (void)usleep(10000);
        checkpoint(place, notes[i]);
    }
    for (unsigned i = 0; i < ACTORS; i++) {
        (void)pthread_join(thread[i], NULL);
        done += actor[i].done;
    }
    return done;
}

static void many_actors_make_one_log_and_checkpoints_between_them_hold(void **state)
{
    struct place *place = *state;
    char notes[4][NOTE_BYTES_MAX];
    struct audit_verdict verdict = {0};
    uint64_t done = actors_run(place, 40, notes);
    const struct slice outside[] = {slice_of(notes[0]), slice_of(notes[1]), slice_of(notes[2]),
                                    slice_of(notes[3])};
    assert_int_equal(done, 32 * 32);
    assert_int_equal(count_of(place, "SELECT count(*) FROM action"), (int64_t)done);
    assert_int_equal(audit_verify(place->audit, outside, 4, &verdict), STATUS_OK);
    assert_int_equal(verdict.entries, done);
}

static void a_disk_that_fills_up_under_many_actors_keeps_both_sides_equal(void **state)
{
    struct place *place = *state;
    static const char PAGES[] = "PRAGMA max_page_count = 60";
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(store_run(place->store, PAGES, NULL, 0), STATUS_OK);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    uint64_t done =
        actors_run(place, 99999, NULL); /* each until it is told that the disk is full */
    assert_true(done > 100);
    assert_int_equal(count_of(place, "SELECT count(*) FROM action"), (int64_t)done);
    assert_int_equal(verdict_of(place).entries, done);
}

static const char *const CHANGES[COLUMNS] = {
    "UPDATE audit_entry SET sequence = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET time = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET actor = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET organisation = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET action = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET object_kind = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET object_id = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET outcome = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET reason = ?2 WHERE sequence = ?1",
    "UPDATE audit_entry SET detail = ?2 WHERE sequence = ?1",
};

static void row_of(struct place *place, uint64_t i, struct store_value row[COLUMNS])
{
    const struct store_value range[] = {STORE_OF_WHOLE((int64_t)i), STORE_OF_WHOLE((int64_t)i + 1)};
    assert_int_equal(store_one(place->store, ENTRY_SELECT, range, 2, row, COLUMNS, place->arena),
                     STATUS_OK);
}

static void change_meets(struct place *place, uint64_t i, size_t column, struct store_value value)
{
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)i), value};
    assert_int_equal(store_begin(place->store), STATUS_OK);
    edit(place, CHANGES[column], values, 2);
    struct audit_verdict verdict = verdict_of(place);
    store_rollback(place->store);
    assert_int_not_equal(verdict.fault, AUDIT_FAULT_NONE);
    assert_int_equal(verdict.first, i);
    assert_int_equal(verdict.last, i);
}

/* Whether the row has the leaf that the log stored for entry `i`. */
static bool row_fits(struct place *place, uint64_t i, const struct store_value row[COLUMNS])
{
    static char encoded[ENTRY_BYTES_MAX + 1];
    struct audit_entry entry = {0};
    struct slice slice = {0};
    if (entry_of_row(row, &entry) != STATUS_OK)
        return false;
    assert_int_equal(entry_encode(&entry, encoded, &slice), STATUS_OK);
    struct digest leaf = merkle_leaf(slice);
    return tree_compare(place->store, 0, i, &leaf) == STATUS_OK;
}

/* Every bit of every entry against its leaf; in the tables every column of every entry, and every
 * byte of every tenth one (of all with CUTLINE_AUDIT_ALL set, which takes half a minute). */
static void every_changed_byte_of_an_entry_is_named(void **state)
{
    struct place *place = *state;
    bool all = getenv("CUTLINE_AUDIT_ALL") != NULL;
    for (uint64_t i = 0; i < ENTRIES; i++) {
        struct store_value row[COLUMNS];
        row_of(place, i, row);
        assert_true(row_fits(place, i, row));
        for (unsigned bit = 0; bit < 64; bit++) {
            row[1].whole ^= (int64_t)((uint64_t)1 << bit);
            assert_false(row_fits(place, i, row));
            if (bit == i % 64 || (bit % 8 == i % 8 && (all || i % 10 == 0)))
                change_meets(place, i, 1, row[1]);
            row[1].whole ^= (int64_t)((uint64_t)1 << bit);
        }
        for (size_t column = 2; column < COLUMNS; column++) {
            char *at = (char *)(uintptr_t)row[column].bytes.at;
            size_t size = row[column].bytes.size;
            for (size_t bit = 0; bit < 8 * size; bit++) {
                at[bit / 8] = (char)(at[bit / 8] ^ (1 << bit % 8));
                assert_false(row_fits(place, i, row));
                if (bit == i % (8 * size) || (bit % 8 == i % 8 && (all || i % 10 == 0)))
                    change_meets(place, i, column, row[column]);
                at[bit / 8] = (char)(at[bit / 8] ^ (1 << bit % 8));
            }
            row[column].bytes.size--;
            assert_false(row_fits(place, i, row));
            row[column].bytes.size++;
            row[column].type = STORE_BYTES; /* the same bytes, of another type */
            change_meets(place, i, column, row[column]);
            row[column].type = STORE_TEXT;
        }
    }
}

static void every_deleted_entry_is_named(void **state)
{
    struct place *place = *state;
    for (int64_t i = 0; i < ENTRIES; i++) {
        const struct store_value id = STORE_OF_WHOLE(i);
        assert_int_equal(store_begin(place->store), STATUS_OK);
        edit(place, "DELETE FROM audit_entry WHERE sequence = ?1", &id, 1);
        expect_at(place, i + 1 < ENTRIES ? AUDIT_FAULT_MISSING : AUDIT_FAULT_NODE_EXTRA,
                  (uint64_t)i, (uint64_t)i);
        /* Closing the gap behind it does not help. */
        struct store_value pair[] = {id, id};
        for (int64_t j = i + 1; j < ENTRIES && i % 50 == 0; j++) {
            pair[0] = STORE_OF_WHOLE(j);
            pair[1] = STORE_OF_WHOLE(j - 1);
            edit(place, CHANGES[0], pair, 2);
        }
        if (i % 50 == 0)
            expect_at(place, AUDIT_FAULT_LEAF, (uint64_t)i, (uint64_t)i);
        store_rollback(place->store);
    }
}

static void sequence_move(struct place *place, int64_t from, int64_t to)
{
    const struct store_value pair[] = {STORE_OF_WHOLE(from), STORE_OF_WHOLE(to)};
    edit(place, CHANGES[0], pair, 2);
}

static void every_swap_of_neighbours_is_named(void **state)
{
    struct place *place = *state;
    for (int64_t i = 0; i < ENTRIES; i++) {
        int64_t other = i + 1 < ENTRIES ? i + 1 : 17;
        assert_int_equal(store_begin(place->store), STATUS_OK);
        sequence_move(place, i, 1000000);
        sequence_move(place, other, i);
        sequence_move(place, 1000000, other);
        uint64_t first = (uint64_t)(i < other ? i : other);
        expect_at(place, AUDIT_FAULT_LEAF, first, first);
        store_rollback(place->store);
    }
}

static void every_insertion_is_named(void **state)
{
    struct place *place = *state;
    static const char COPY[] =
        "INSERT INTO audit_entry SELECT ?2, time, actor, organisation, action, object_kind, "
        "object_id, outcome, reason, detail FROM audit_entry WHERE sequence = ?1";
    for (int64_t i = 0; i <= ENTRIES; i++) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        for (int64_t j = ENTRIES - 1; j >= i; j--)
            sequence_move(place, j, j + 1);
        const struct store_value pair[] = {STORE_OF_WHOLE(i > 0 ? i - 1 : 2), STORE_OF_WHOLE(i)};
        edit(place, COPY, pair, 2);
        expect_at(place, AUDIT_FAULT_LEAF, (uint64_t)i, (uint64_t)i);
        store_rollback(place->store);
    }
    const struct store_value below[] = {STORE_OF_WHOLE(5), STORE_OF_WHOLE(-1)};
    assert_int_equal(store_begin(place->store), STATUS_OK);
    edit(place, COPY, below, 2);
    expect_at(place, AUDIT_FAULT_MISSING, 0, 0);
    store_rollback(place->store);
}

static void every_changed_node_is_named(void **state)
{
    struct place *place = *state;
    static const char SET[] = "UPDATE audit_node SET hash = ?2 WHERE number = ?1";
    static const char GET[] = "SELECT hash FROM audit_node WHERE number = ?1";
    static const char GONE[] = "DELETE FROM audit_node WHERE number = ?1";
    unsigned seen = 0;
    for (int64_t number = 0; number < 2 * ENTRIES; number++) {
        struct store_value id = STORE_OF_WHOLE(number);
        struct store_value row[2] = {id, STORE_OF_NULL};
        uint64_t first = 0;
        uint64_t count = 0;
        if (store_one(place->store, GET, &id, 1, &row[1], 1, place->arena) != STATUS_OK)
            continue;
        seen++;
        tree_span((uint64_t)number, &first, &count);
        enum audit_fault fault = count == 1 ? AUDIT_FAULT_LEAF : AUDIT_FAULT_NODE;
        char *at = (char *)(uintptr_t)row[1].bytes.at;
        at[number % DIGEST_SIZE] ^= 1;
        assert_int_equal(store_begin(place->store), STATUS_OK);
        edit(place, SET, row, 2);
        expect_at(place, fault, first + count - 1, first + count - 1);
        edit(place, GONE, &id, 1);
        expect_at(place, fault, first + count - 1, first + count - 1);
        store_rollback(place->store);
    }
    assert_int_equal(seen, 2 * ENTRIES - 4); /* 300 has four bits */
    for (int64_t number = -1; number < 2000; number += 667) {
        const struct store_value row[] = {STORE_OF_WHOLE(number), STORE_OF_BYTES(SLICE("x"))};
        assert_int_equal(store_begin(place->store), STATUS_OK);
        if (number == -1 || number > 2 * ENTRIES) {
            edit(place, "INSERT INTO audit_node (number, hash) VALUES (?1, ?2)", row, 2);
            expect_at(place, AUDIT_FAULT_NODE_EXTRA, ENTRIES, ENTRIES);
        }
        store_rollback(place->store);
    }
}

static void every_changed_byte_of_a_checkpoint_is_named(void **state)
{
    struct place *place = *state;
    static const char SET[] = "UPDATE audit_checkpoint SET note = ?2 WHERE size = ?1";
    for (uint64_t i = 0; i < NOTES; i++) {
        struct slice note = slice_of(place->notes[i]);
        const struct store_value row[] = {STORE_OF_WHOLE((int64_t)(i + 1) * STEP),
                                          STORE_OF_TEXT(note)};
        for (size_t byte = 0; byte < note.size; byte++) {
            place->notes[i][byte] = (char)(place->notes[i][byte] ^ (1 << byte % 8));
            assert_int_equal(store_begin(place->store), STATUS_OK);
            edit(place, SET, row, 2);
            struct audit_verdict verdict = verdict_of(place);
            store_rollback(place->store);
            place->notes[i][byte] = (char)(place->notes[i][byte] ^ (1 << byte % 8));
            assert_true(verdict.fault == AUDIT_FAULT_NOTE ||
                        verdict.fault == AUDIT_FAULT_SIGNATURE);
            assert_int_equal(verdict.first, i * STEP);
            assert_int_equal(verdict.last, (i + 1) * STEP - 1);
        }
    }
    const struct store_value moved[] = {STORE_OF_WHOLE(200), STORE_OF_WHOLE(150)};
    assert_int_equal(store_begin(place->store), STATUS_OK);
    edit(place, "UPDATE audit_checkpoint SET size = ?2 WHERE size = ?1", moved, 2);
    expect_at(place, AUDIT_FAULT_NOTE, 100, 149);
    store_rollback(place->store);
}

/* Takes the entries from `from` on and all their hashes away, without a trace in the tables. */
static void tail_cut(struct place *place, int64_t from)
{
    const struct store_value id = STORE_OF_WHOLE(from);
    assert_int_equal(
        store_run(place->store, "DELETE FROM audit_entry WHERE sequence >= ?1", &id, 1), STATUS_OK);
    for (int64_t number = 0; number < 2 * ENTRIES; number++) {
        const struct store_value node = STORE_OF_WHOLE(number);
        uint64_t first = 0;
        uint64_t count = 0;
        tree_span((uint64_t)number, &first, &count);
        if (first + count > (uint64_t)from)
            assert_int_equal(
                store_run(place->store, "DELETE FROM audit_node WHERE number = ?1", &node, 1),
                STATUS_OK);
    }
}

static void truncation_after_a_checkpoint_is_named(void **state)
{
    struct place *place = *state;
    struct slice kept = slice_of(place->notes[NOTES - 1]);
    struct audit_verdict verdict = {0};
    for (int64_t from = 0; from < ENTRIES; from += 23) {
        assert_int_equal(store_begin(place->store), STATUS_OK);
        tail_cut(place, from);
        uint64_t end = ((uint64_t)from / STEP + 1) * STEP - 1;
        expect_at(place, AUDIT_FAULT_TRUNCATED, (uint64_t)from, end);
        /* Whoever takes our checkpoints away as well is found by one that was kept elsewhere. */
        assert_int_equal(store_run(place->store, "DELETE FROM audit_checkpoint", NULL, 0),
                         STATUS_OK);
        assert_int_equal(verdict_of(place).fault, AUDIT_FAULT_NONE);
        assert_int_equal(audit_verify(place->audit, &kept, 1, &verdict), STATUS_MALFORMED);
        assert_int_equal(verdict.fault, AUDIT_FAULT_TRUNCATED);
        assert_true(verdict.outside);
        assert_int_equal(verdict.first, from);
        assert_int_equal(verdict.last, ENTRIES - 1);
        store_rollback(place->store);
    }
}

/* The log rewritten from entry 150 on, tree and all: the worst that somebody with the file can do,
 * with and without the key. */
static void a_rewritten_log_is_found_by_its_checkpoints(void **state)
{
    struct place *place = *state;
    struct slice kept[NOTES];
    struct audit_verdict verdict = {0};
    char note[NOTE_BYTES_MAX];
    char said[256];
    for (size_t i = 0; i < NOTES; i++)
        kept[i] = slice_of(place->notes[NOTES - 1 - i]);
    assert_int_equal(store_begin(place->store), STATUS_OK);
    tail_cut(place, 150);
    for (uint64_t i = 150; i < ENTRIES; i++)
        assert_int_equal(append(place, i == 177 ? 999 : i), STATUS_OK);
    expect_at(place, AUDIT_FAULT_ROOT, 100, 199);
    store_rollback(place->store);
    expect_at(place, AUDIT_FAULT_NONE, 0, 0);

    assert_int_equal(store_begin(place->store), STATUS_OK);
    tail_cut(place, 150);
    for (uint64_t i = 150; i < ENTRIES; i++)
        assert_int_equal(append(place, i == 177 ? 999 : i), STATUS_OK);
    assert_int_equal(store_run(place->store, "DELETE FROM audit_checkpoint", NULL, 0), STATUS_OK);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    checkpoint(place, note); /* with the key: our own eyes see nothing */
    assert_int_equal(verdict_of(place).fault, AUDIT_FAULT_NONE);
    assert_string_not_equal(note, place->notes[NOTES - 1]);
    assert_int_equal(audit_verify(place->audit, kept, NOTES, &verdict), STATUS_MALFORMED);
    assert_int_equal(verdict.fault, AUDIT_FAULT_ROOT);
    assert_int_equal(verdict.first, 100);
    assert_int_equal(verdict.last, 199);
    struct text text = text_over(said, sizeof said);
    audit_verdict_say(&verdict, TONGUE_EN, &text);
    assert_string_equal(said, "within entries 100 to 199: the entries are not those that a "
                              "checkpoint signed (found by a checkpoint kept elsewhere)");
}

static void nothing_is_signed_that_contradicts_what_was_signed(void **state)
{
    struct place *place = *state;
    char note[NOTE_BYTES_MAX];
    struct text text = text_over(note, sizeof note);
    struct audit *again = NULL;
    assert_int_equal(store_begin(place->store), STATUS_OK);
    tail_cut(place, 250);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    assert_int_equal(audit_checkpoint(place->audit, &place->keypair, &text), STATUS_MALFORMED);
    assert_int_equal(text.size, 0);
    assert_int_equal(
        audit_open(&again, place->store, ORIGIN, &place->keypair.key, place->arena, &place->why),
        STATUS_MALFORMED);
    entries_add(place, 900, 1000); /* beyond the old end, with another past */
    assert_int_equal(audit_checkpoint(place->audit, &place->keypair, &text), STATUS_MALFORMED);
    assert_int_equal(text.size, 0);
}

struct export
{
    struct text text;
    uint64_t lines;
};

static enum status line_take(void *self, struct slice line)
{
    struct export *export = self;
    text_add(&export->text, line);
    export->lines++;
    return export->text.full ? STATUS_FULL : STATUS_OK;
}

static void an_export_has_every_entry(void **state)
{
    struct place *place = *state;
    static char bytes[200000];
    struct export export = {.text = text_over(bytes, sizeof bytes)};
    struct audit_sink sink = {line_take, &export};
    assert_int_equal(audit_export(place->audit, 0, ENTRIES, sink, place->arena), STATUS_OK);
    assert_int_equal(export.lines, ENTRIES);
    assert_non_null(strstr(
        bytes, "{\"sequence\":299,\"time\":\"2026-03-01T21:20:02.990+00:00\",\"actor\":\"u5\","
               "\"organisation\":\"o1\",\"action\":\"stop\",\"object_kind\":\"tel\",\"object_id\":"
               "\"p292123\",\"outcome\":\"ok\",\"reason\":\"因\",\"detail\":\"{\\\"n\\\":299}\","
               "\"leaf\":"));
    assert_int_equal(audit_export(place->audit, 0, ENTRIES + 1, sink, place->arena), STATUS_ABSENT);
    export = (struct export){.text = text_over(bytes, sizeof bytes)};
    assert_int_equal(audit_export_checkpoints(place->audit, sink), STATUS_OK);
    assert_int_equal(export.lines, NOTES);
    struct slice last = {place->notes[0], strlen(place->notes[0])};
    assert_memory_equal(bytes, last.at, last.size);
}

/* The hashes of a proof, read back from its JSON. */
static struct merkle_proof proof_of(struct slice json)
{
    struct merkle_proof proof = {0};
    const char *at = strstr(json.at, "\"hashes\":[");
    assert_non_null(at);
    for (at += strlen("\"hashes\":["); *at != ']'; at += *at == ',') {
        struct slice hash = {at + 1, BASE64_DIGEST_SIZE};
        assert_int_equal(base64_read(hash, proof.hash[proof.count++].bytes, DIGEST_SIZE),
                         STATUS_OK);
        at += BASE64_DIGEST_SIZE + 2;
    }
    return proof;
}

static struct digest digest_after(struct slice json, const char *key)
{
    struct digest digest = {0};
    const char *at = strstr(json.at, key);
    assert_non_null(at);
    struct slice hash = {at + strlen(key), BASE64_DIGEST_SIZE};
    assert_int_equal(base64_read(hash, digest.bytes, DIGEST_SIZE), STATUS_OK);
    return digest;
}

static void every_proof_holds(void **state)
{
    struct place *place = *state;
    struct arena *request = NULL;
    struct slice json = {0};
    assert_int_equal(arena_create(&request, 4 << 20), STATUS_OK);
    for (uint64_t size = 1; size <= ENTRIES; size += 13) {
        for (uint64_t i = 0; i < size; i += 3) {
            arena_reset(request);
            assert_int_equal(audit_prove_entry(place->audit, i, size, request, &json), STATUS_OK);
            struct digest root = digest_after(json, "\"root\":\"");
            struct digest leaf = digest_after(json, "\"leaf\":\"");
            struct merkle_proof proof = proof_of(json);
            assert_true(merkle_inclusion_holds(&leaf, i, size, &root, &proof));
            assert_int_equal(audit_prove_growth(place->audit, i + 1, size, request, &json),
                             STATUS_OK);
            struct digest old_root = digest_after(json, "\"old_root\":\"");
            struct digest same = digest_after(json, "\"root\":\"");
            assert_memory_equal(&root, &same, sizeof root);
            proof = proof_of(json);
            assert_true(merkle_consistency_holds(i + 1, &old_root, size, &root, &proof));
        }
    }
    assert_int_equal(audit_prove_entry(place->audit, 0, ENTRIES + 1, request, &json),
                     STATUS_ABSENT);
    assert_int_equal(audit_prove_entry(place->audit, 9, 9, request, &json), STATUS_ABSENT);
    assert_int_equal(audit_prove_growth(place->audit, 0, 9, request, &json), STATUS_ABSENT);
    assert_int_equal(audit_prove_growth(place->audit, 10, 9, request, &json), STATUS_ABSENT);
    arena_destroy(request);
}

/* Everything that takes memory, with the n-th take failing, until nothing fails any more. */
static void no_memory_is_a_status(void **state)
{
    struct place *place = *state;
    static char bytes[200000];
    struct arena *request = NULL;
    unsigned failed = 0;
    assert_int_equal(arena_create(&request, 4 << 20), STATUS_OK);
    for (uint64_t n = 1; n < 100; n++) {
        struct audit *audit = NULL;
        struct slice json = {0};
        struct export export = {.text = text_over(bytes, sizeof bytes)};
        struct audit_sink sink = {line_take, &export};
        arena_reset(request);
        arena_fail_at(request, n);
        enum status status =
            audit_open(&audit, place->store, ORIGIN, &place->keypair.key, request, &place->why);
        if (status == STATUS_OK)
            status = audit_prove_entry(audit, 5, ENTRIES, request, &json);
        if (status == STATUS_OK)
            status = audit_prove_growth(audit, 5, ENTRIES, request, &json);
        if (status == STATUS_OK)
            status = audit_export(audit, 0, 1, sink, request);
        if (status == STATUS_OK)
            break;
        assert_int_equal(status, STATUS_FULL);
        assert_int_equal(export.lines, 0);
        failed++;
    }
    assert_int_equal(failed, 6);
    arena_fail_at(request, 0);
    arena_destroy(request);
    assert_int_equal(verdict_of(place).fault, AUDIT_FAULT_NONE);
}

static void an_empty_log_is_a_log(void **state)
{
    struct place *place = *state;
    char note[NOTE_BYTES_MAX];
    struct note read = {0};
    struct audit *nameless = NULL;
    checkpoint(place, note);
    assert_int_equal(note_read(slice_of(note), ORIGIN, &place->keypair.key, &read), STATUS_OK);
    assert_int_equal(read.size, 0);
    expect_at(place, AUDIT_FAULT_NONE, 0, 0);
    assert_int_equal(audit_open(&nameless, place->store, SLICE("two words"), &place->keypair.key,
                                place->arena, &place->why),
                     STATUS_REFUSED);
    entries_add(place, 0, 1);
    checkpoint(place, note);
    assert_int_equal(verdict_of(place).checkpoints, 2);
}

/* docs/audit.md shows this entry byte by byte. */
static void the_bytes_of_an_entry_are_as_documented(void **state)
{
    static const char BYTES[] = "\x01"
                                "\0\0\0\0\0\0\0\x02"
                                "\0\0\x01\x9C\xAB\x86\x42\x00"
                                "\0\0\0\x02u1\0\0\0\x02o1\0\0\0\x04stop\0\0\0\x03tel\0\0\0\x02p7"
                                "\0\0\0\x02ok\0\0\0\x03\xE5\x9B\xA0\0\0\0\x02{}";
    struct audit_entry entry = {.sequence = 2,
                                .time = {0x19CAB864200},
                                .actor = SLICE("u1"),
                                .organisation = SLICE("o1"),
                                .action = SLICE("stop"),
                                .object_kind = SLICE("tel"),
                                .object_id = SLICE("p7"),
                                .outcome = SLICE("ok"),
                                .reason = SLICE("因"),
                                .detail = SLICE("{}")};
    char encoded[ENTRY_BYTES_MAX + 1];
    struct slice slice = {0};
    (void)state;
    assert_int_equal(entry_encode(&entry, encoded, &slice), STATUS_OK);
    assert_int_equal(slice.size, sizeof BYTES - 1);
    assert_memory_equal(slice.at, BYTES, sizeof BYTES - 1);
}

int main(void)
{
#define OVER(make, test) cmocka_unit_test_setup_teardown(test, make, place_leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_of_an_entry_are_as_documented),
        OVER(place_make, an_empty_log_is_a_log),
        OVER(place_make, each_thousandth_entry_brings_a_checkpoint),
        OVER(place_make, a_rollback_leaves_nothing),
        OVER(place_make, rollbacks_do_not_show_in_the_root),
        OVER(place_make, a_refused_entry_refuses_the_action),
        OVER(place_make, a_full_disk_keeps_both_sides_equal),
        OVER(place_make, a_killed_writer_leaves_both_sides_equal),
        OVER(place_make, many_actors_make_one_log_and_checkpoints_between_them_hold),
        OVER(place_make, a_disk_that_fills_up_under_many_actors_keeps_both_sides_equal),
        OVER(story_make, a_sound_log_verifies),
        OVER(story_make, a_reader_verifies_too),
        OVER(story_make, every_changed_byte_of_an_entry_is_named),
        OVER(story_make, every_deleted_entry_is_named),
        OVER(story_make, every_swap_of_neighbours_is_named),
        OVER(story_make, every_insertion_is_named),
        OVER(story_make, every_changed_node_is_named),
        OVER(story_make, every_changed_byte_of_a_checkpoint_is_named),
        OVER(story_make, truncation_after_a_checkpoint_is_named),
        OVER(story_make, a_rewritten_log_is_found_by_its_checkpoints),
        OVER(story_make, nothing_is_signed_that_contradicts_what_was_signed),
        OVER(story_make, an_export_has_every_entry),
        OVER(story_make, every_proof_holds),
        OVER(story_make, no_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
