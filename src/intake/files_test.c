/* files_test.c -- files as they lie on disks and come through pipes: packed, cut, huge, many,
 * failing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "intake.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

enum { MEMORY_MAX = 512 << 20, CONTENT_MAX = 1 << 20, HUGE_LINE = 128 << 20 };

static struct arena *boot;
static struct intake *intake;
static struct intake_counts counts;
static uint64_t sum_of_digests;
static char en[1024], zh[1024];
static char folder[] = "/tmp/cutline-files-XXXXXX";

static void begin_in(enum intake_order order)
{
    struct intake_options options = {.home_country = SLICE("86"),
                                     .zone_minutes = 480,
                                     .home_currency = SLICE("CNY"),
                                     .order = order};
    if (boot != NULL)
        arena_destroy(boot);
    assert_int_equal(arena_create(&boot, MEMORY_MAX), STATUS_OK);
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){0}, boot), STATUS_OK);
}

static void begin(void)
{
    begin_in(ORDER_AS_SAID);
}

static enum status add(const char *path)
{
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    return intake_add(intake, path, why);
}

static enum status add_bytes(const char *name, const void *bytes, size_t size)
{
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    return intake_add_bytes(intake, name, (struct slice){bytes, size}, why);
}

/* Reads to the end; the status before it is OK, or IO if a file failed.  Times must not go back. */
static enum status read_all(void)
{
    enum status worst = STATUS_OK;
    int64_t last = INT64_MIN;
    uint64_t accepted = 0;
    sum_of_digests = 0;
    for (;;) {
        const struct record *records;
        size_t count;
        enum status status = intake_next(intake, &records, &count);
        if (status == STATUS_END)
            break;
        if (status != STATUS_OK) {
            worst = status;
            assert_int_equal(count, 0);
            if (status != STATUS_IO)
                break;
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            struct record copy = records[i];
            record_seal(&copy); /* its texts are still what they were */
            assert_true(copy.digest == records[i].digest);
            assert_true(records[i].at.ms >= last);
            last = records[i].at.ms;
            sum_of_digests += records[i].digest;
        }
        accepted += count;
    }
    intake_count(intake, &counts);
    assert_int_equal(counts.read, counts.accepted + counts.rejected);
    assert_true(counts.accepted >= accepted);
    intake_destroy(intake);
    return worst;
}

/* `rows` calls as CSV from a number on; in order of time. */
static struct slice calls(unsigned first, unsigned rows)
{
    static char content[CONTENT_MAX];
    struct text text = text_over(content, sizeof content);
    text_add_string(&text, "time,caller,callee,duration\n");
    for (unsigned i = first; i < first + rows; i++)
        text_addf(&text, "%u,138%08u,955%02u,%u.5\n", 1000 * i, i, i % 100, i % 60);
    assert_false(text.full);
    return text_slice(&text);
}

static const char *write_file(const char *name, struct slice content)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.at, 1, content.size, file), content.size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static size_t gzip(struct slice content, unsigned char *out, size_t size)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)content.at;
    stream.avail_in = (unsigned)content.size;
    stream.next_out = out;
    stream.avail_out = (unsigned)size;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t used = size - stream.avail_out;
    (void)deflateEnd(&stream);
    return used;
}

static unsigned char packed[2 * CONTENT_MAX];

static void test_packed(void **state)
{
    (void)state;
    begin();
    assert_int_equal(add_bytes("calls.csv", calls(1, 5000).at, calls(1, 5000).size), STATUS_OK);
    assert_int_equal(read_all(), STATUS_OK);
    uint64_t plain = sum_of_digests;
    size_t size = gzip(calls(1, 5000), packed, sizeof packed);
    begin();
    assert_int_equal(add_bytes("calls", packed, size), STATUS_OK); /* by magic, not by name */
    assert_int_equal(read_all(), STATUS_OK);
    assert_true(sum_of_digests == plain);
    assert_int_equal(counts.bytes, size);
    assert_int_equal(counts.bytes_total, size);
    struct slice content = calls(1, 5000);
    size_t half = content.size / 2;
    size = gzip((struct slice){content.at, half}, packed, sizeof packed); /* two members, padded */
    size += gzip((struct slice){content.at + half, content.size - half}, packed + size,
                 sizeof packed - size);
    memset(packed + size, 0, 512);
    begin();
    assert_int_equal(add_bytes("calls.gz", packed, size + 512), STATUS_OK);
    assert_int_equal(read_all(), STATUS_OK);
    assert_true(sum_of_digests == plain);
    size = ZSTD_compress(packed, sizeof packed, content.at, half, 3); /* two frames */
    size += ZSTD_compress(packed + size, sizeof packed - size, content.at + half,
                          content.size - half, 3);
    begin();
    assert_int_equal(add_bytes("calls.zst", packed, size), STATUS_OK);
    assert_int_equal(read_all(), STATUS_OK);
    assert_true(sum_of_digests == plain);
}

/* A packed file that is cut anywhere gives what was before, and is told once. */
static void test_cut(void **state)
{
    (void)state;
    for (int zstd = 0; zstd < 2; zstd++) {
        struct slice content = calls(1, 3000);
        size_t size = zstd ? ZSTD_compress(packed, sizeof packed, content.at, content.size, 3)
                           : gzip(content, packed, sizeof packed);
        uint64_t before = 0;
        for (size_t cut = size / 10; cut < size; cut += size / 10) {
            begin();
            if (add_bytes("calls.csv", packed, cut) != STATUS_OK) {
                assert_true(strlen(en) > 10 && strlen(zh) > 10);
                intake_destroy(intake);
                continue;
            }
            assert_int_equal(read_all(), STATUS_IO);
            assert_true(counts.accepted >= before && counts.rejected <= 1);
            assert_int_equal(counts.by_reason[REJECT_CUT], counts.rejected);
            before = counts.accepted;
        }
    }
}

static void test_failing_files(void **state)
{
    (void)state;
    begin();
    assert_int_equal(add("no/such/calls.csv"), STATUS_IO);
    assert_string_equal(en, "no/such/calls.csv: there is no such file");
    assert_string_equal(zh, "no/such/calls.csv：没有这个文件");
    assert_int_equal(add(folder), STATUS_IO);
    assert_non_null(strstr(en, "is a directory"));
    assert_int_equal(add(write_file("calls-empty.csv", SLICE(""))), STATUS_ABSENT);
    assert_non_null(strstr(en, "is empty"));
    /* a file that is gone when its turn comes is told, and the others are read */
    assert_int_equal(add(write_file("calls-gone.csv", calls(1, 10))), STATUS_OK);
    assert_int_equal(unlink(write_file("calls-gone.csv", calls(1, 10))), 0);
    assert_int_equal(add(write_file("calls-there.csv", calls(5, 10))), STATUS_OK);
    assert_int_equal(read_all(), STATUS_IO);
    assert_int_equal(counts.accepted, 10);
}

static unsigned open_files(void)
{
    unsigned count = 0;
    DIR *open = opendir("/proc/self/fd");
    assert_non_null(open);
    while (readdir(open) != NULL)
        count++;
    (void)closedir(open);
    return count;
}

/* A year of daily files: in order, and few open at once. */
static void test_many_files(void **state)
{
    (void)state;
    enum { DAYS = 365 };
    begin();
    for (unsigned day = 0; day < DAYS; day++) {
        char name[32];
        unsigned shuffled = day * 101 % DAYS;
        (void)snprintf(name, sizeof name, "calls-%03u.csv", shuffled);
        assert_int_equal(add(write_file(name, calls(shuffled * 100 + 1, 150))), STATUS_OK);
    }
    unsigned before = open_files();
    const struct record *records;
    size_t count;
    uint64_t accepted = 0;
    int64_t last = 0;
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        accepted += count;
        for (size_t i = 0; i < count; i++) {
            assert_true(records[i].at.ms >= last);
            last = records[i].at.ms;
        }
        assert_true(open_files() <= before + 3); /* the days overlap by half */
    }
    assert_int_equal(accepted, DAYS * 150);
    intake_destroy(intake);
}

static void test_huge_line(void **state)
{
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof path, "%s", write_file("calls-huge.csv", calls(1, 2)));
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    memset(packed, 'x', sizeof packed);
    for (size_t size = 0; size < HUGE_LINE; size += sizeof packed)
        assert_int_equal(write(fd, packed, sizeof packed), sizeof packed);
    assert_int_equal(write(fd, "\n9000,110,119,1\nx,110,119,1\n", 28), 28);
    (void)close(fd);
    begin();
    size_t used = arena_used(boot);
    assert_int_equal(add(path), STATUS_OK);
    assert_int_equal(read_all(), STATUS_OK);
    assert_int_equal(counts.accepted, 3);
    assert_int_equal(counts.by_reason[REJECT_TOO_LONG], 1);
    assert_int_equal(counts.by_reason[REJECT_TIME], 1);
    assert_true(arena_used(boot) - used < (1 << 20));
    (void)unlink(path);
}

/* What is in the pipe comes out before more is waited for. */
static void test_live_pipe(void **state)
{
    (void)state;
    int ends[2];
    char path[32];
    const struct record *records;
    size_t count;
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(write(ends[1], "time,caller,callee\n1,110,119\n2,110,119\n3,1", 42), 42);
    struct intake_options options = {.kind = SLICE("call"), .home_country = SLICE("86")};
    begin();
    intake_destroy(intake);
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){0}, boot), STATUS_OK);
    assert_int_equal(add(path), STATUS_OK);
    assert_int_equal(intake_next(intake, &records, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(write(ends[1], "10,119\n4,110,119\n", 17), 17);
    assert_int_equal(intake_next(intake, &records, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(position_line(records[1].position), 5);
    (void)close(ends[1]);
    assert_int_equal(intake_next(intake, &records, &count), STATUS_END);
    intake_count(intake, &counts);
    assert_int_equal(counts.accepted, 4);
    assert_int_equal(counts.bytes_total, 0);
    intake_destroy(intake);
    (void)close(ends[0]);
}

/* ---- sweeps: the n-th thing fails, for every n until none does ---- */

static void sweep_memory(enum intake_order order)
{
    struct intake_options options = {.home_country = SLICE("86"), .order = order};
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    bool failed = true;
    unsigned fails = 0;
    struct slice content = calls(1, 300);
    for (uint64_t n = 1; failed; n++) {
        struct arena *small;
        struct intake *of = NULL;
        const struct record *records;
        size_t count;
        assert_int_equal(arena_create(&small, MEMORY_MAX), STATUS_OK);
        arena_fail_at(small, n);
        enum status status = intake_create(&of, &options, (struct reject_sink){0}, small);
        if (status == STATUS_OK)
            status = intake_add_bytes(of, "calls.csv", content, why);
        if (status == STATUS_OK)
            status = intake_add_bytes(of, "any.jsonl",
                                      SLICE("{\"kind\":\"person\",\"person\":\"p\"}\n"), why);
        if (status == STATUS_OK)
            status = intake_add_bytes(
                of, "bank.xml",
                SLICE("<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-03-02T09:00:00Z</CreDtTm></GrpHdr>"
                      "<CdtTrfTxInf><IntrBkSttlmAmt Ccy='CNY'>1</IntrBkSttlmAmt></CdtTrfTxInf>"
                      "</FIToFICstmrCdtTrf>"),
                why);
        uint64_t accepted = 0;
        while (status == STATUS_OK) {
            status = intake_next(of, &records, &count);
            accepted += status == STATUS_OK ? count : 0;
        }
        failed = status != STATUS_END;
        fails += failed;
        if (failed ? status != STATUS_FULL : accepted != 302)
            fail_msg("take %llu: %s", (unsigned long long)n, status_name(status));
        intake_destroy(of);
        arena_destroy(small);
    }
    assert_true(fails > 10);
}

static void test_memory_sweep(void **state)
{
    (void)state;
    sweep_memory(ORDER_AS_SAID);
    sweep_memory(ORDER_NONE);
}

static void test_disk_sweep(void **state)
{
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof path, "%s", write_file("calls-sweep.csv", calls(1, 20000)));
    begin();
    assert_int_equal(add(path), STATUS_OK);
    assert_int_equal(read_all(), STATUS_OK);
    uint64_t whole = counts.accepted;
    enum status status = STATUS_IO;
    unsigned fails = 0;
    for (uint64_t n = 1; status != STATUS_OK; n++) {
        begin();
        disk_fail_at(n);
        status = add(path);
        if (status == STATUS_OK)
            status = read_all();
        else
            intake_destroy(intake);
        disk_fail_at(0);
        fails += status != STATUS_OK;
        assert_true(status == STATUS_OK || status == STATUS_IO);
        assert_true(status == STATUS_OK ? counts.accepted == whole : true);
    }
    assert_true(fails >= 3);
    (void)unlink(path);
}

/* ---- the property: every row is accounted for, and the merge is a merge ---- */

struct row {
    int64_t ms;
    unsigned file, number;
};

static int by_time(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* A file of calls, in order of time or in none, with rows that are wrong in between. */
static struct slice random_file(struct chance *chance, bool ordered, unsigned file,
                                struct row *rows, unsigned *good, unsigned *bad)
{
    static char contents[8][CONTENT_MAX / 8];
    static const char *const WRONG[] = {"x,110,119,\n",   "1,,119,\n",      "1,110\n",
                                        "1,\"110,119,\n", "1,110,119,-1\n", "1,110,119,\"a\"b\n"};
    bool json = chance_below(chance, 2) == 0;
    struct text text = text_over(contents[file], sizeof contents[file]);
    text_add_string(&text, json ? "" : "time,caller,callee,duration\n");
    int64_t ms = (int64_t)chance_below(chance, 1000);
    unsigned count = (unsigned)chance_below(chance, 700);
    for (unsigned i = 0; i < count; i++) {
        if (chance_below(chance, 8) == 0) {
            text_add_string(&text, json ? "{\"kind\":\"call\",\"time\":1}\n"
                                        : WRONG[chance_below(chance, 6)]);
            (*bad)++;
            continue;
        }
        if (chance_below(chance, 16) == 0)
            text_add_string(&text, "\n");
        int64_t step = (int64_t)chance_below(chance, 4);
        ms = ordered ? ms + step : (int64_t)chance_below(chance, 500);
        const char *form = json ? "{\"kind\":\"call\",\"time\":%lld,\"caller\":\"%u\",\"callee\":"
                                  "\"119\"}\n"
                                : "%lld,%u,119,\n";
        char line[128];
        (void)snprintf(line, sizeof line, form, (long long)ms, 1000 + i);
        text_add_string(&text, line);
        rows[(*good)++] = (struct row){ms, file, i};
    }
    if (count == 0 && json)
        text_add_string(&text, "{\"kind\":\"call\"}\n"), (*bad)++;
    assert_false(text.full);
    return text_slice(&text);
}

static void test_property(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(2026);
    static struct row rows[8 * 700];
    for (unsigned round = 0; round < 200; round++) {
        unsigned good = 0;
        unsigned bad = 0;
        unsigned files = 1 + (unsigned)chance_below(&chance, 8);
        bool ordered = round % 2 == 0;
        begin_in(ordered ? ORDER_AS_SAID : ORDER_NONE);
        assert_false(intake_sorts(intake));
        for (unsigned file = 0; file < files; file++) {
            struct slice content = random_file(&chance, ordered, file, rows, &good, &bad);
            bool json = content.at[0] == '{' || content.at[0] == '\n';
            if (add_bytes(json ? "calls.jsonl" : "calls.csv", content.at, content.size) !=
                STATUS_OK)
                fail_msg("%s", en);
        }
        qsort(rows, good, sizeof rows[0], by_time);
        assert_true(intake_sorts(intake) != ordered);
        const struct record *records;
        size_t count;
        unsigned at = 0;
        while (intake_next(intake, &records, &count) == STATUS_OK) {
            for (size_t i = 0; i < count; i++, at++) {
                char number[16];
                (void)snprintf(number, sizeof number, "%u", 1000 + rows[at].number);
                assert_true(at < good);
                assert_true(records[i].at.ms == rows[at].ms);
                assert_int_equal(position_file(records[i].position), rows[at].file);
                assert_true(slice_equal(records[i].text[FIELD_OF(call, caller)], slice_of(number)));
            }
        }
        intake_count(intake, &counts);
        assert_int_equal(counts.accepted, good);
        assert_int_equal(counts.rejected, bad);
        assert_int_equal(counts.read, good + bad);
        assert_int_equal(counts.held, 0);
        assert_int_equal(counts.bytes, counts.bytes_total);
        intake_destroy(intake);
    }
}

/* ---- files of others ---- */

static void read_data(const char *path, const char *mapping, uint64_t rows)
{
    char whole[1024];
    (void)snprintf(whole, sizeof whole, "%s/%s", DATA_FOLDER, path);
    if (access(whole, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    begin();
    intake_destroy(intake);
    struct mapping *of = NULL;
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    if (mapping != NULL && mapping_read(&of, mapping, boot, why) != STATUS_OK)
        fail_msg("%s", en);
    struct intake_options options = {.mapping = of, .home_country = SLICE("86")};
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){0}, boot), STATUS_OK);
    if (intake_add(intake, whole, why) != STATUS_OK)
        fail_msg("%s", en);
    const struct record *records;
    size_t count;
    while (intake_next(intake, &records, &count) == STATUS_OK)
        ;
    intake_count(intake, &counts);
    print_message("%s: %llu of %llu rows\n", path, (unsigned long long)counts.accepted,
                  (unsigned long long)counts.read);
    assert_int_equal(counts.accepted, rows);
    assert_int_equal(counts.rejected, 0);
    intake_destroy(intake);
}

static void test_asterisk(void **state)
{
    (void)state;
    read_data("formats/asterisk/Master.csv", NULL, 2); /* recognised by its shape */
    read_data("formats/asterisk/Master2.csv", NULL, 1);
}

static void test_callmine(void **state)
{
    (void)state;
    read_data("callmine/sample_raw_data.csv", "callmine", 11000);
}

static void test_amlgentex(void **state)
{
    (void)state;
    read_data("amlgentex_seed0/transactions.csv", "amlgentex", 111711);
}

static void test_amlsim(void **state)
{
    (void)state;
    read_data("amlsim_20K_fanin200/transactions.csv", "amlsim", 118250);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    DIR *open = opendir(folder);
    if (open == NULL)
        return -1;
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(open);
    arena_destroy(boot);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed),        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_failing_files), cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_huge_line),     cmocka_unit_test(test_live_pipe),
        cmocka_unit_test(test_memory_sweep),  cmocka_unit_test(test_disk_sweep),
        cmocka_unit_test(test_property),      cmocka_unit_test(test_asterisk),
        cmocka_unit_test(test_callmine),      cmocka_unit_test(test_amlgentex),
        cmocka_unit_test(test_amlsim),
    };
    return cmocka_run_group_tests_name("files", tests, make_folder, remove_folder);
}
