/* tail_test.c -- every row once and in order, whatever happens to the file and to the process.
 *
 * A writer appends numbered rows, half rows too, and rotates in both ways; a process reads, is
 * killed before or after an offer became durable, and begins again with what is durable. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/tail.h"

#include "ground/chance.h"
#include "ground/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { POLL = 10, NEWS_MAX = 4096 };

static char place[] = "/tmp/tail-test-XXXXXX";
static char path[256];

/* What is durable. */
static struct {
    unsigned rows;    /* numbers 0 .. rows-1 came, in order */
    char place[4096]; /* the last T entry */
    size_t place_size;
    unsigned lost, failed, moved;
} durable;

static struct life {
    struct arena *boot;
    struct deliveries *deliveries;
    struct tails *tails;
    struct offer *queued;
    bool full; /* live says so */
} life;

static int64_t now_ms;

static moment now(void *self)
{
    (void)self;
    return (moment){now_ms};
}

static int64_t ticks(void *self)
{
    (void)self;
    return now_ms;
}

static enum status take_offer(void *self, struct offer *offer)
{
    (void)self;
    if (life.full)
        return STATUS_FULL;
    assert_null(life.queued);
    life.queued = offer;
    return STATUS_OK;
}

static void acknowledged(void *self, uint64_t next)
{
    (void)self;
    (void)next;
}

static void hear(void *self, const struct tail_news *news)
{
    (void)self;
    durable.lost += news->event == TAIL_LOST;
    durable.failed += news->event == TAIL_FAILED;
    durable.moved += news->event == TAIL_MOVED;
}

static struct tail_plan plan;

static void begin_life(void)
{
    struct deliveries_options deliveries = {
        .intake = {.home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")},
        .count_max = 2,
        .body_size_max = 1 << 20,
        .bytes_max = 1 << 22,
    };
    struct tails_options options = {
        .plans = &plan,
        .count = 1,
        .clock = {now, ticks, NULL},
        .offer = take_offer,
        .acknowledged = acknowledged,
        .news = hear,
    };
    life = (struct life){0};
    plan = (struct tail_plan){.path = slice_of(path), .kind = SLICE("call"), .poll_ms = POLL};
    assert_int_equal(arena_create(&life.boot, 64 << 20), STATUS_OK);
    assert_int_equal(deliveries_create(&life.deliveries, &deliveries, life.boot), STATUS_OK);
    options.deliveries = life.deliveries;
    assert_int_equal(tails_create(&life.tails, &options, life.boot), STATUS_OK);
    if (durable.place_size != 0)
        assert_int_equal(
            tails_recall(life.tails, (struct slice){durable.place, durable.place_size}), STATUS_OK);
}

/* The frame is durable, with all its entries. */
static void keep_offer(const struct offer *offer)
{
    struct arena *scratch;
    assert_int_equal(arena_create(&scratch, 8 << 20), STATUS_OK);
    for (size_t i = 0; i < offer->count; i++) {
        struct slice entry = offer->entry[i];
        if (entry.at[0] == ENTRY_TAIL) {
            assert_true(entry.size < sizeof durable.place);
            memcpy(durable.place, entry.at, entry.size);
            durable.place_size = entry.size;
            continue;
        }
        struct record record;
        char number[32];
        struct slice wire = {entry.at + 1, entry.size - 1};
        assert_int_equal(wire_decode(wire, scratch, &record), STATUS_OK);
        (void)snprintf(number, sizeof number, "+8613%09u", durable.rows);
        unsigned callee;
        assert_true(field_find(RECORD_call, SLICE("callee"), &callee));
        if (!slice_equal(record.text[callee], slice_of(number)))
            fail_msg("%.*s came, not %s", (int)record.text[callee].size, record.text[callee].at,
                     number);
        durable.rows++;
    }
    arena_destroy(scratch);
}

static void settle(bool keep)
{
    struct offer *offer = life.queued;
    life.queued = NULL;
    if (offer == NULL)
        return;
    if (keep)
        keep_offer(offer);
    offer->done(offer, keep ? STATUS_OK : STATUS_IO, 1);
}

static void end_life(void)
{
    settle(false);
    tails_close(life.tails);
    deliveries_destroy(life.deliveries);
    arena_destroy(life.boot);
}

/* Reads until nothing more comes. */
static void read_all(void)
{
    for (int quiet = 0; quiet < 2 * POLL; quiet++) {
        unsigned before = durable.rows;
        now_ms += POLL;
        tails_turn(life.tails);
        settle(true);
        if (durable.rows != before)
            quiet = 0;
    }
}

/* ---- the writer ---- */

static unsigned written; /* rows, whole or begun */
static unsigned names;

static void append(const char *bytes)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs(bytes, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void row_of(char out[128], unsigned number)
{
    (void)snprintf(out, 128, "2026-03-02T09:00:00+08:00,13800138000,13%09u\n", number);
}

static const char HEADER[] = "time,caller,callee\n";

static void append_rows(unsigned count)
{
    char row[128];
    for (unsigned i = 0; i < count; i++) {
        row_of(row, written++);
        append(row);
    }
}

static void rotated_name(char out[300])
{
    (void)snprintf(out, 300, "%s.%u", path, ++names);
}

/* The machine's clock gives file times; ours follows it. */
static void let_time_pass(void)
{
    struct timespec pause = {0, 3000000};
    (void)nanosleep(&pause, NULL);
    struct timespec at;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    int64_t real = (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
    if (real > now_ms)
        now_ms = real;
}

static void rotate_by_rename(void)
{
    char name[300];
    rotated_name(name);
    let_time_pass();
    assert_int_equal(rename(path, name), 0);
    append(HEADER);
}

static void rotate_by_copy(void)
{
    char name[300], command[700];
    rotated_name(name);
    let_time_pass();
    (void)snprintf(command, sizeof command, "cp %s %s", path, name);
    assert_int_equal(system(command), 0);
    let_time_pass();
    assert_int_equal(truncate(path, 0), 0);
    append(HEADER);
}

static int begin(void **state)
{
    (void)state;
    memcpy(place + sizeof place - 7, "XXXXXX", 6);
    if (mkdtemp(place) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/calls.csv", place);
    memset(&durable, 0, sizeof durable);
    written = names = 0;
    let_time_pass();
    begin_life();
    return 0;
}

static int end(void **state)
{
    (void)state;
    end_life();
    return folder_remove(place) != STATUS_OK;
}

static void a_file_is_followed_and_its_last_line_waits_for_its_end(void **state)
{
    (void)state;
    read_all();
    assert_int_equal(durable.rows, 0); /* not there yet */
    append(HEADER);
    append_rows(3);
    append("2026-03-02T09:00:00+08:00,13800138000,13000");
    read_all();
    assert_int_equal(durable.rows, 3);
    append("000003\n");
    written++;
    read_all();
    assert_int_equal(durable.rows, 4);
    append_rows(30000); /* several pieces */
    read_all();
    assert_int_equal(durable.rows, 30004);
    assert_int_equal(durable.lost + durable.failed, 0);
}

static void a_renamed_file_is_read_to_its_end_first(void **state)
{
    (void)state;
    append(HEADER);
    append_rows(5);
    read_all();
    append_rows(2);
    append("2026-03-02T09:00:00+08:00,13800138000,13000000007"); /* never ended */
    written++;
    rotate_by_rename();
    append_rows(4);
    read_all();
    assert_int_equal(durable.rows, 12);
    assert_int_equal(durable.moved, 1);
    assert_int_equal(durable.lost + durable.failed, 0);
}

static void a_cut_file_goes_on_in_its_copy(void **state)
{
    (void)state;
    append(HEADER);
    append_rows(50);
    read_all();
    append_rows(7);
    rotate_by_copy();
    append_rows(400); /* longer than it was */
    read_all();
    assert_int_equal(durable.rows, 457);
    assert_int_equal(durable.lost + durable.failed, 0);
}

static void several_rotations_while_nobody_looked_are_all_read(void **state)
{
    (void)state;
    append(HEADER);
    append_rows(5);
    read_all();
    end_life();
    for (int i = 0; i < 4; i++) {
        append_rows(3);
        rotate_by_rename();
        append_rows(3);
    }
    begin_life();
    read_all();
    assert_int_equal(durable.rows, 29);
    assert_int_equal(durable.lost + durable.failed, 0);
}

static void a_file_that_was_replaced_without_a_trace_is_told(void **state)
{
    (void)state;
    append(HEADER);
    append_rows(3);
    read_all();
    end_life();
    assert_int_equal(unlink(path), 0);
    let_time_pass();
    written = 3;
    append(HEADER);
    append_rows(200);
    begin_life();
    read_all();
    assert_int_equal(durable.rows, 203);
    assert_int_equal(durable.lost, 1);
}

static void every_row_comes_once_whatever_happens(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(7);
    append(HEADER);
    read_all(); /* a file that nobody has seen yet cannot be found again */
    unsigned kills = 0;
    bool half = false;
    for (int step = 0; step < 1500; step++) {
        char row[128];
        switch (chance_below(&chance, 12)) {
        case 0:
        case 1:
        case 2:
            if (!half)
                append_rows((unsigned)chance_below(&chance, 40));
            break;
        case 3: /* half a row, or the other half */
            row_of(row, written);
            if (half) {
                append(row + 30);
                written++;
            } else {
                row[30] = '\0';
                append(row);
            }
            half = !half;
            break;
        case 4:
            if (!half && chance_below(&chance, 4) == 0)
                rotate_by_rename();
            break;
        case 5:
            if (!half && chance_below(&chance, 4) == 0) {
                life.full = false; /* with nothing but a header known, a copy is like any other */
                append_rows(1);
                read_all();
                append_rows((unsigned)chance_below(&chance, 5));
                rotate_by_copy();
            }
            break;
        case 6:
            if (chance_below(&chance, 3) == 0) {
                settle(chance_below(&chance, 2) == 0);
                end_life();
                begin_life();
                kills++;
            }
            break;
        case 7:
            life.full = !life.full;
            break;
        default:
            now_ms += POLL;
            tails_turn(life.tails);
            if (chance_below(&chance, 3) != 0)
                settle(true);
        }
    }
    life.full = false;
    settle(true);
    read_all();
    assert_int_equal(durable.rows, written);
    assert_int_equal(durable.lost + durable.failed, 0);
    assert_true(kills > 20);
    assert_true(durable.moved > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_followed_and_its_last_line_waits_for_its_end,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_renamed_file_is_read_to_its_end_first, begin, end),
        cmocka_unit_test_setup_teardown(a_cut_file_goes_on_in_its_copy, begin, end),
        cmocka_unit_test_setup_teardown(several_rotations_while_nobody_looked_are_all_read, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_file_that_was_replaced_without_a_trace_is_told, begin,
                                        end),
        cmocka_unit_test_setup_teardown(every_row_comes_once_whatever_happens, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
