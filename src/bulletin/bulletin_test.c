/* bulletin_test.c -- alerts on their way from detection to everybody who is told: none lost, none
 * twice, also when something fails or the process ends in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"
#include "ground/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A receiver that does as it is told, and remembers. */
struct receiver {
    pthread_mutex_t lock;
    unsigned fail; /* so many letters more */
    unsigned letters;
    char ids[8192]; /* of those it took, with commas */
    char last_body[4096], last_signature[256];
};

struct house {
    char folder[64], path[96];
    struct arena *boot;
    struct store *store;
    struct volume volume;
    struct bulletin *bulletin;
    struct receiver receiver;
    struct bulletin_webhook webhook;
    bool failed;
    void (*sealed)(void *self, uint64_t done, uint64_t all);
};

static enum status received(void *self, const struct courier_letter *letter, int *http_status)
{
    struct receiver *receiver = self;
    pthread_mutex_lock(&receiver->lock);
    receiver->letters++;
    bool fails = receiver->fail > 0;
    receiver->fail -= fails;
    if (!fails) {
        size_t size = strlen(receiver->ids);
        (void)snprintf(receiver->ids + size, sizeof receiver->ids - size, "%s,", letter->id);
        (void)snprintf(receiver->last_body, sizeof receiver->last_body, "%.*s",
                       (int)letter->body.size, letter->body.at);
        (void)snprintf(receiver->last_signature, sizeof receiver->last_signature, "%s",
                       letter->signature);
    }
    pthread_mutex_unlock(&receiver->lock);
    *http_status = fails ? 500 : 204;
    return STATUS_OK;
}

static void on_failure(void *self, enum status status)
{
    (void)status;
    ((struct house *)self)->failed = true;
}

static void up(struct house *house, bool file, bool webhook)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    assert_int_equal(arena_create(&house->boot, 64 << 20), STATUS_OK);
    assert_int_equal(volume_of_directory(&house->volume, house->folder, house->boot), STATUS_OK);
    assert_int_equal(store_open(&house->store, house->path, BULLETIN_MIGRATIONS,
                                BULLETIN_MIGRATIONS_COUNT, house->boot, &why),
                     STATUS_OK);
    house->webhook.url = "https://receiver.example/in";
    house->webhook.secret = SLICE("key");
    const struct bulletin_options options = {.store = house->store,
                                             .store_path = house->path,
                                             .sealing = {{7}},
                                             .chance = seal_chance_of_machine(),
                                             .zone_minutes = 480,
                                             .queue_bytes_max = 8 << 20,
                                             .clock = clock_of_machine(),
                                             .file_volume = &house->volume,
                                             .file_name = file ? "alerts.jsonl" : NULL,
                                             .webhook = &house->webhook,
                                             .webhooks_count = webhook,
                                             .courier = {received, &house->receiver},
                                             .failed = on_failure,
                                             .sealed = house->sealed,
                                             .self = house};
    assert_int_equal(bulletin_open(&house->bulletin, &options, house->boot, &why), STATUS_OK);
}

static void down(struct house *house)
{
    bulletin_close(house->bulletin);
    store_close(house->store);
    volume_close(&house->volume);
    arena_destroy(house->boot);
}

static int opened(void **state)
{
    static struct house house;
    house = (struct house){0};
    pthread_mutex_init(&house.receiver.lock, NULL);
    (void)snprintf(house.folder, sizeof house.folder, "/tmp/cutline-bulletin-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    (void)snprintf(house.path, sizeof house.path, "%s/store.db", house.folder);
    *state = &house;
    return 0;
}

static int closed(void **state)
{
    struct house *house = *state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", house->folder);
    assert_int_equal(system(command), 0);
    return 0;
}

static void put(struct house *house, unsigned i, bool shadow)
{
    char id[32], masked[128];
    (void)snprintf(id, sizeof id, "a%05u", i);
    (void)snprintf(masked, sizeof masked, "{\"id\":\"%s\",\"masked\":true}", id);
    const struct slice texts[PENDING_TEXTS] = {
        slice_of(id),    SLICE("image"), SLICE("mule"), SLICE("rule"),    SLICE("account"),
        SLICE("p_0011"), SLICE("lead"),  SLICE("w\n"),  slice_of(masked), SLICE("{}")};
    const struct pending head = {.position = i,
                                 .time_ms = 1772294400000,
                                 .score = 0.5,
                                 .grade = (int)(i % 5),
                                 .first = true,
                                 .shadow = shadow};
    assert_int_equal(pending_put(house->bulletin, head, texts), STATUS_OK);
}

/* All rows, in order of number; checks that they are 1, 2, 3 … */
struct counted {
    uint64_t rows;
    char ids[8192];
};

static enum status count_row(void *self, const struct alert_row *row)
{
    struct counted *counted = self;
    counted->rows++;
    assert_int_equal(row->number, counted->rows);
    size_t size = strlen(counted->ids);
    (void)snprintf(counted->ids + size, sizeof counted->ids - size, "%.*s,", (int)row->id.size,
                   row->id.at);
    return STATUS_OK;
}

static struct counted count_rows(struct house *house)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    struct counted counted = {0};
    struct store *reader = NULL;
    struct arena *scratch = NULL;
    const struct bulletin_query query = {.count_max = 100000};
    assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
    assert_int_equal(store_open_reader(&reader, house->path, scratch, &why), STATUS_OK);
    assert_int_equal(
        bulletin_look(reader, &query, scratch, (struct bulletin_sink){count_row, &counted}),
        STATUS_OK);
    store_close(reader);
    arena_destroy(scratch);
    return counted;
}

/* ---- what is unmasked ---- */

static const char CANARY[] = "+8613911234567";

/* Whether the bytes of the database, of its log or of its index hold them. */
static bool files_hold(const struct house *house, const char *bytes)
{
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    bool held = false;
    for (unsigned i = 0; i < 3; i++) {
        char path[128];
        struct arena *arena = NULL;
        struct slice file;
        enum disk_fault fault;
        (void)snprintf(path, sizeof path, "%s%s", house->path, ENDS[i]);
        assert_int_equal(arena_create(&arena, 64 << 20), STATUS_OK);
        if (disk_read_all(path, 32 << 20, arena, &file, &fault) == STATUS_OK)
            held = held || memmem(file.at, file.size, bytes, strlen(bytes)) != NULL;
        arena_destroy(arena);
    }
    return held;
}

/* As the program of before wrote them. */
static void rows_of_before(struct house *house, int64_t count)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    assert_int_equal(arena_create(&house->boot, 64 << 20), STATUS_OK);
    assert_int_equal(
        store_open(&house->store, house->path, BULLETIN_MIGRATIONS, 1, house->boot, &why),
        STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    for (int64_t i = 0; i < count; i++) {
        char id[32], unmasked[4000];
        (void)snprintf(id, sizeof id, "b%05d", (int)i);
        (void)snprintf(unmasked, sizeof unmasked, "{\"subject\":\"%s\",\"n\":%03900d}", CANARY,
                       (int)i);
        const struct store_value values[] = {STORE_OF_TEXT(slice_of(id)),
                                             STORE_OF_TEXT(slice_of(unmasked))};
        assert_int_equal(
            store_run(house->store,
                      "INSERT INTO alert (id, position, image, shadow, typology, rule, "
                      "subject_kind, subject, respond, grade, score, time, first, words, masked, "
                      "unmasked) VALUES (?1, 1, 'i', 0, 't', 'r', 'phone', 'p_', 'lead', 1, 0.5, "
                      "1, 1, 'w', '{}', ?2)",
                      values, 2),
            STATUS_OK);
    }
    assert_int_equal(store_commit(house->store), STATUS_OK);
    store_close(house->store);
    arena_destroy(house->boot);
}

static enum status unsealed_of(struct house *house, const char *id, struct slice *out)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    struct alert_row row;
    struct store *reader = NULL;
    assert_int_equal(store_open_reader(&reader, house->path, house->boot, &why), STATUS_OK);
    assert_int_equal(bulletin_find(reader, slice_of(id), house->boot, &row), STATUS_OK);
    store_close(reader);
    return bulletin_unseal(house->bulletin, &row, house->boot, out);
}

static void what_is_unmasked_is_nowhere_in_the_files(void **state)
{
    struct house *house = *state;
    struct slice unmasked;
    char text[64];
    up(house, false, false);
    (void)snprintf(text, sizeof text, "{\"subject\":\"%s\"}", CANARY);
    const struct slice texts[PENDING_TEXTS] = {
        SLICE("a1"),     SLICE("image"), SLICE("mule"), SLICE("rule"), SLICE("account"),
        SLICE("p_0011"), SLICE("lead"),  SLICE("w\n"),  SLICE("{}"),   slice_of(text)};
    assert_int_equal(pending_put(house->bulletin, (struct pending){.position = 1}, texts),
                     STATUS_OK);
    bulletin_settle(house->bulletin);
    assert_false(files_hold(house, CANARY));
    assert_int_equal(unsealed_of(house, "a1", &unmasked), STATUS_OK);
    assert_true(slice_equal(unmasked, slice_of(text)));
    down(house);
}

static void rows_of_before_are_sealed_at_the_start(void **state)
{
    struct house *house = *state;
    struct slice unmasked;
    rows_of_before(house, 1000);
    assert_true(files_hold(house, CANARY));
    up(house, false, false);
    assert_false(files_hold(house, CANARY));
    assert_int_equal(unsealed_of(house, "b00777", &unmasked), STATUS_OK);
    assert_true(slice_starts(unmasked, SLICE("{\"subject\":\"+8613911234567\",\"n\":000")));
    struct counted counted = count_rows(house);
    assert_int_equal(counted.rows, 1000);
    down(house);
}

/* A process is killed after each of some groups; the next start goes on. */
static void killed_sealed(void *self, uint64_t done, uint64_t all)
{
    (void)self;
    (void)all;
    if (done >= 400)
        _exit(0);
}

static void a_killed_sealing_is_gone_on_with(void **state)
{
    struct house *house = *state;
    struct slice unmasked;
    rows_of_before(house, 1000);
    for (unsigned i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            house->sealed = killed_sealed;
            up(house, false, false);
            _exit(1);
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_int_equal(how, 0);
        assert_true(files_hold(house, CANARY));
    }
    up(house, false, false);
    assert_false(files_hold(house, CANARY));
    assert_int_equal(unsealed_of(house, "b00999", &unmasked), STATUS_OK);
    down(house);
}

static void a_sealed_text_opens_only_beside_its_id(void **state)
{
    struct house *house = *state;
    struct slice unmasked;
    up(house, false, false);
    put(house, 1, false);
    put(house, 2, false);
    bulletin_settle(house->bulletin);
    assert_int_equal(unsealed_of(house, "a00002", &unmasked), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(store_run(house->store,
                               "UPDATE alert SET sealed = (SELECT sealed FROM alert WHERE id = "
                               "'a00001') WHERE id = 'a00002'",
                               NULL, 0),
                     STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    assert_int_equal(unsealed_of(house, "a00001", &unmasked), STATUS_OK);
    assert_int_equal(unsealed_of(house, "a00002", &unmasked), STATUS_MALFORMED);
    down(house);
}

static void a_replay_changes_nothing(void **state)
{
    struct house *house = *state;
    up(house, false, false);
    for (unsigned i = 0; i < 500; i++)
        put(house, i, false);
    bulletin_reached(house->bulletin, 500);
    bulletin_settle(house->bulletin);
    assert_int_equal(bulletin_kept(house->bulletin), 500);
    struct counted before = count_rows(house);
    assert_int_equal(before.rows, 500);
    down(house);
    up(house, false, false);
    for (unsigned i = 300; i < 510; i++) /* made again from a snapshot at 300 */
        put(house, i, false);
    bulletin_settle(house->bulletin);
    struct counted after = count_rows(house);
    struct bulletin_counts counts;
    bulletin_count(house->bulletin, &counts);
    assert_int_equal(after.rows, 510);
    assert_int_equal(counts.kept, 10);
    assert_int_equal(counts.doubles, 200);
    assert_int_equal(counts.newest, 510);
    assert_memory_equal(after.ids, before.ids, strlen(before.ids));
    down(house);
}

static void kept_waits_for_what_is_in_the_buffer(void **state)
{
    struct house *house = *state;
    up(house, false, false);
    assert_int_equal(store_begin(house->store), STATUS_OK); /* the keeper cannot write */
    put(house, 1, false);
    bulletin_reached(house->bulletin, 2);
    usleep(50000);
    assert_true(bulletin_kept(house->bulletin) < 2);
    put(house, 2, false);
    bulletin_reached(house->bulletin, 3);
    assert_true(bulletin_kept(house->bulletin) < 2);
    store_rollback(house->store);
    bulletin_settle(house->bulletin);
    assert_int_equal(bulletin_kept(house->bulletin), 3);
    assert_int_equal(bulletin_wait(house->bulletin, 0, 1000), 2);
    down(house);
}

static void *put_many(void *self)
{
    for (unsigned i = 0; i < 100000; i++)
        put(self, i, false);
    return NULL;
}

static void a_full_buffer_waits_and_drops_nothing(void **state)
{
    struct house *house = *state;
    pthread_t thread;
    struct bulletin_counts counts;
    up(house, false, false);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(pthread_create(&thread, NULL, put_many, house), 0);
    uint64_t waiting = 0;
    for (int i = 0; i < 400; i++) { /* until it no longer grows */
        usleep(10000);
        bulletin_count(house->bulletin, &counts);
        if (counts.waiting_bytes == waiting && waiting > (4 << 20))
            break;
        waiting = counts.waiting_bytes;
    }
    assert_in_range(counts.waiting_bytes, 4 << 20, 8 << 20);
    store_rollback(house->store);
    (void)pthread_join(thread, NULL);
    bulletin_settle(house->bulletin);
    bulletin_count(house->bulletin, &counts);
    assert_int_equal(counts.newest, 100000);
    down(house);
}

static void wait_for(struct house *house, uint64_t posted, uint64_t filed)
{
    struct bulletin_counts counts = {0};
    for (int i = 0; i < 1500 && (counts.posted < posted || counts.filed < filed); i++) {
        usleep(10000);
        bulletin_count(house->bulletin, &counts);
    }
    assert_true(counts.posted >= posted && counts.filed >= filed);
}

static void webhooks_keep_the_order_and_try_again(void **state)
{
    struct house *house = *state;
    char wanted[4096] = "";
    up(house, false, true);
    house->receiver.fail = 2;
    for (unsigned i = 0; i < 20; i++) {
        put(house, i, i == 7);
        if (i != 7) { /* shadow alerts are for the engineers */
            size_t size = strlen(wanted);
            (void)snprintf(wanted + size, sizeof wanted - size, "a%05u,", i);
        }
    }
    wait_for(house, 19, 0);
    assert_string_equal(house->receiver.ids, wanted);
    struct bulletin_counts counts;
    bulletin_count(house->bulletin, &counts);
    assert_int_equal(counts.post_failures, 2);
    /* The signature is the MAC of time and body. */
    char seconds[32] = "", hex[80] = "";
    assert_int_equal(
        sscanf(house->receiver.last_signature, "t=%31[0-9],v1=%64[0-9a-f]", seconds, hex), 2);
    const struct slice parts[] = {slice_of(seconds), SLICE("."),
                                  slice_of(house->receiver.last_body)};
    struct digest mac = hmac_sha256(SLICE("key"), parts, 3);
    char expected[DIGEST_HEX_SIZE];
    digest_hex(&mac, expected);
    assert_string_equal(hex, expected);
    assert_non_null(strstr(house->receiver.last_body, "\"number\":20,\"shadow\":false"));
    down(house);
    up(house, false, true); /* goes on behind what was taken */
    put(house, 20, false);
    wait_for(house, 1, 0);
    (void)snprintf(wanted + strlen(wanted), 32, "a00020,");
    assert_string_equal(house->receiver.ids, wanted);
    down(house);
}

static void a_webhook_hears_what_its_filter_lets_through(void **state)
{
    struct house *house = *state;
    house->webhook.filter = SLICE("grade:extreme");
    up(house, false, true);
    for (unsigned i = 0; i < 10; i++)
        put(house, i, false);
    wait_for(house, 2, 0);
    assert_string_equal(house->receiver.ids, "a00004,a00009,");
    down(house);
}

static void pauses_grow_to_an_hour(void **state)
{
    (void)state;
    assert_int_equal(webhook_wait_ms(1), 1000);
    assert_int_equal(webhook_wait_ms(2), 2000);
    assert_int_equal(webhook_wait_ms(5), 16000);
    assert_int_equal(webhook_wait_ms(13), 3600000);
    assert_int_equal(webhook_wait_ms(4000000), 3600000);
}

static size_t file_read(struct house *house, char *out, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/alerts.jsonl", house->folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t got = fread(out, 1, size - 1, file);
    (void)fclose(file);
    out[got] = '\0';
    return got;
}

/* Every line once, in order. */
static void file_holds(struct house *house, unsigned count)
{
    static char bytes[1 << 20];
    (void)file_read(house, bytes, sizeof bytes);
    char *at = bytes;
    for (unsigned i = 0; i < count; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "{\"id\":\"a%05u\",\"masked\":true}\n", i);
        if (strncmp(at, line, strlen(line)) != 0)
            fail_msg("line %u: %.60s", i, at);
        at += strlen(line);
    }
    assert_string_equal(at, "");
}

static void the_file_is_cut_to_what_was_noted(void **state)
{
    struct house *house = *state;
    char path[128];
    up(house, true, false);
    for (unsigned i = 0; i < 100; i++)
        put(house, i, false);
    wait_for(house, 0, 100);
    down(house);
    (void)snprintf(path, sizeof path, "%s/alerts.jsonl", house->folder);
    FILE *file = fopen(path, "a"); /* a line that was being written when the power went */
    assert_non_null(file);
    (void)fputs("{\"id\":\"half", file);
    (void)fclose(file);
    up(house, true, false);
    put(house, 100, false);
    wait_for(house, 0, 1);
    file_holds(house, 101);
    down(house);
}

static void a_file_that_was_moved_away_begins_anew(void **state)
{
    struct house *house = *state;
    char path[128], moved[128], bytes[256];
    up(house, true, false);
    put(house, 0, false);
    wait_for(house, 0, 1);
    down(house);
    (void)snprintf(path, sizeof path, "%s/alerts.jsonl", house->folder);
    (void)snprintf(moved, sizeof moved, "%s/moved", house->folder);
    assert_int_equal(rename(path, moved), 0);
    up(house, true, false);
    put(house, 1, false);
    wait_for(house, 0, 1);
    (void)file_read(house, bytes, sizeof bytes);
    assert_string_equal(bytes, "{\"id\":\"a00001\",\"masked\":true}\n");
    down(house);
}

/* Processes that put, file and post, each killed at some moment; the next one goes on from what the
 * table holds, as a replay would. */
static void killed_again_and_again_the_file_has_each_line_once(void **state)
{
    struct house *house = *state;
    unsigned killed = 0;
    for (unsigned round = 0; round < 25; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            up(house, true, false);
            for (unsigned i = 0; i < 4000; i++) {
                put(house, i, false);
                if (i % 50 == 0) /* 80 ms in all, so that the last kill comes before the end */
                    usleep(1000);
            }
            _exit(0);
        }
        usleep(8000 + round * 2500);
        (void)kill(child, SIGKILL);
        int ended = 0;
        assert_int_equal(waitpid(child, &ended, 0), child);
        killed += WIFSIGNALED(ended);
    }
    assert_true(killed >= 15);
    up(house, true, false);
    for (unsigned i = 0; i < 4000; i++)
        put(house, i, false);
    bulletin_settle(house->bulletin);
    for (int i = 0; i < 1000; i++) {
        static char bytes[1 << 20];
        size_t got = file_read(house, bytes, sizeof bytes);
        if (got == 4000 * strlen("{\"id\":\"a00001\",\"masked\":true}\n"))
            break;
        usleep(10000);
    }
    file_holds(house, 4000);
    down(house);
}

static void reveals_have_an_hourly_bound(void **state)
{
    struct house *house = *state;
    up(house, false, false);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    for (int i = 0; i < BULLETIN_REVEALS_AN_HOUR; i++)
        assert_int_equal(bulletin_reveal(house->bulletin, SLICE("u_1")), STATUS_OK);
    assert_int_equal(bulletin_reveal(house->bulletin, SLICE("u_1")), STATUS_FULL);
    assert_int_equal(bulletin_reveal(house->bulletin, SLICE("u_2")), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    down(house);
}

static uint64_t forget(struct house *house, uint64_t below)
{
    struct arena *scratch = NULL;
    struct bulletin_gone gone = {99, 99, 99};
    assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
    const struct bulletin_old old = {.before = {1772294400001}, .below = below, .count_max = 100};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(bulletin_forget(house->bulletin, &old, scratch, &gone), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    arena_destroy(scratch);
    return gone.removed;
}

/* The first of them is worked on. */
static enum status one_is_needed(void *self, struct slice id, bool *out)
{
    unsigned *asked = self;
    (void)id;
    *out = (*asked)++ == 0;
    return STATUS_OK;
}

static void an_alert_that_somebody_works_on_stays(void **state)
{
    struct house *house = *state;
    struct arena *scratch = NULL;
    struct bulletin_gone gone;
    unsigned asked = 0;
    struct bulletin_old old = {.before = {1772294400001},
                               .below = 100,
                               .count_max = 3,
                               .needed = one_is_needed,
                               .self = &asked};
    assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
    up(house, false, false);
    for (unsigned i = 1; i <= 10; i++)
        put(house, i, false);
    bulletin_settle(house->bulletin);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    /* 1 stays, 2 3 | 4 5 6 | 7 8 9 | the newest stays */
    for (unsigned turn = 0; turn < 4; turn++) {
        assert_int_equal(bulletin_forget(house->bulletin, &old, scratch, &gone), STATUS_OK);
        assert_int_equal(gone.kept, turn == 0);
        assert_int_equal(gone.removed, turn == 0 ? 2 : turn == 3 ? 0 : 3);
        old.after = gone.last;
    }
    assert_int_equal(store_commit(house->store), STATUS_OK);
    arena_destroy(scratch);
    down(house);
}

static void an_alert_goes_only_when_nobody_needs_it(void **state)
{
    struct house *house = *state;
    house->receiver.fail = 1000000;
    up(house, false, true);
    for (unsigned i = 1; i <= 10; i++)
        put(house, i, false);
    bulletin_settle(house->bulletin);
    assert_int_equal(forget(house, 100), 0); /* the receiver was told of none */
    down(house);
    up(house, false, false);
    assert_int_equal(forget(house, 4), 3); /* a recovery may make the others again */
    assert_int_equal(forget(house, 100), 6);
    assert_int_equal(forget(house, 100), 0); /* the newest stays, and its number */
    put(house, 11, false);
    bulletin_settle(house->bulletin);
    struct bulletin_counts counts;
    bulletin_count(house->bulletin, &counts);
    assert_int_equal(counts.newest, 11);
    down(house);
}

/* ---- the tally ---- */

struct tallied {
    uint64_t alerts, shadows, rows, number;
    int64_t day;
};

static enum status tally_seen(void *self, const struct bulletin_tally *tally)
{
    struct tallied *seen = self;
    seen->rows++;
    seen->day = tally->day;
    *(tally->shadow ? &seen->shadows : &seen->alerts) += tally->alerts;
    if (seen->number == 0 || tally->number < seen->number)
        seen->number = tally->number;
    return STATUS_OK;
}

static struct tallied tallied(struct house *house, int64_t from, int64_t to)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    struct store *reader = NULL;
    struct tallied seen = {0};
    assert_int_equal(store_open_reader(&reader, house->path, house->boot, &why), STATUS_OK);
    assert_int_equal(
        bulletin_tallies(reader, from, to, (struct bulletin_tally_sink){tally_seen, &seen}),
        STATUS_OK);
    store_close(reader);
    return seen;
}

static void the_tally_of_today_is_what_was_kept_today(void **state)
{
    struct house *house = *state;
    struct clock clock = clock_of_machine();
    up(house, false, false);
    int64_t day = bulletin_day(house->bulletin, clock.now(clock.self));
    for (unsigned i = 1; i <= 40; i++)
        put(house, i, i % 4 == 0);
    bulletin_settle(house->bulletin);
    for (unsigned i = 1; i <= 40; i++) /* a replay makes them again */
        put(house, i, i % 4 == 0);
    bulletin_settle(house->bulletin);
    struct tallied seen = tallied(house, day, day + 2); /* midnight may come in between */
    assert_int_equal(seen.alerts, 30);
    assert_int_equal(seen.shadows, 10);
    assert_int_equal(seen.number, 1);
    assert_in_range(seen.rows, 10, 20); /* five grades, in force and on trial */
    struct bulletin_counts counts;
    bulletin_count(house->bulletin, &counts);
    assert_int_equal(counts.shadows, 10);
    assert_int_equal(tallied(house, day + 2, day + 100).rows, 0);
    down(house);
    up(house, false, false); /* counting them once more would double them */
    assert_int_equal(tallied(house, day, day + 2).alerts, 30);
    assert_int_equal(bulletin_day(house->bulletin, (moment){16 * HOUR_MS - 1}), 0);
    assert_int_equal(bulletin_day(house->bulletin, (moment){16 * HOUR_MS}), 1);
    assert_int_equal(bulletin_day(house->bulletin, (moment){-9 * HOUR_MS}), -1);
    down(house);
}

static void alerts_of_before_the_tally_count_on_their_day(void **state)
{
    struct house *house = *state;
    rows_of_before(house, 25);
    up(house, false, false);
    struct tallied seen = tallied(house, 0, 1);
    assert_int_equal(seen.alerts, 25);
    assert_int_equal(seen.rows, 1);
    down(house);
}

int main(void)
{
#define ROOM(name) cmocka_unit_test_setup_teardown(name, opened, closed)
    const struct CMUnitTest tests[] = {
        ROOM(a_replay_changes_nothing),
        ROOM(kept_waits_for_what_is_in_the_buffer),
        ROOM(a_full_buffer_waits_and_drops_nothing),
        ROOM(webhooks_keep_the_order_and_try_again),
        ROOM(a_webhook_hears_what_its_filter_lets_through),
        ROOM(pauses_grow_to_an_hour),
        ROOM(the_file_is_cut_to_what_was_noted),
        ROOM(a_file_that_was_moved_away_begins_anew),
        ROOM(killed_again_and_again_the_file_has_each_line_once),
        ROOM(reveals_have_an_hourly_bound),
        ROOM(what_is_unmasked_is_nowhere_in_the_files),
        ROOM(rows_of_before_are_sealed_at_the_start),
        ROOM(a_killed_sealing_is_gone_on_with),
        ROOM(a_sealed_text_opens_only_beside_its_id),
        ROOM(an_alert_goes_only_when_nobody_needs_it),
        ROOM(an_alert_that_somebody_works_on_stays),
        ROOM(the_tally_of_today_is_what_was_kept_today),
        ROOM(alerts_of_before_the_tally_count_on_their_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
