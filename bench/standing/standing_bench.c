/* standing_bench.c -- the register at size: memory, single checks, batches.
 *
 * usage: standing_bench run ENTRIES THREADS SECONDS   in process, printed as lines
 *        standing_bench keys ENTRIES COUNT [ONE_IN]   COUNT lines of a batch: one in ten stands,
 *                                                     or one in so many
 *        standing_bench csv ENTRIES                   the entries as CSV, for others
 *
 * Entries are made up from a seed; a person is the hash of a number, so a question costs what a
  * real one
 * costs.  A single check is the whole of it: the key of a document, the look, the judge, the
  * answer as
 * JSON and its receipt, signed or counted; beside it the look alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "standing/register.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NOW_S = 1767225600, SAMPLES = 1 << 20, BATCH_LINES = 262144, THREADS_MAX = 16 };
enum { TEXT_BYTES = 8192 };

static const struct secret JOIN = {{9}};

/* Of all threads: what others do on the machine is not in it. */
static double processor_seconds(void)
{
    struct timespec at;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at) == 0);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static double seconds(void)
{
    struct timespec at;
    must(clock_gettime(CLOCK_MONOTONIC, &at) == 0);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static size_t document_of(uint64_t number, char out[24])
{
    return (size_t)snprintf(out, 24, "1%017llu", (unsigned long long)number);
}

static struct standing_key key_of(uint64_t number)
{
    char bytes[24];
    size_t size = document_of(number, bytes);
    return standing_key_of(&JOIN, (struct slice){bytes, size});
}

static struct standing_entry entry_of(uint32_t number, uint8_t pack)
{
    return (struct standing_entry){.key = key_of(number),
                                   .from_s = NOW_S - 86400,
                                   .until_s = NOW_S + 40000000,
                                   .number = number + 1,
                                   .pack = pack};
}

struct hall {
    struct arena *boot;
    struct law law;
    struct seal_keypair seal;
    struct standing standing;
    uint64_t entries;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "standing_bench: %s\n", what);
    exit(1);
}

static void hall_open(struct hall *hall, uint64_t entries)
{
    char bytes[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    const struct seal_seed seed = {{4}};
    uint8_t pack = 0;
    if (arena_create(&hall->boot, (size_t)4 << 30) != STATUS_OK ||
        law_open_shipped(&hall->law, hall->boot, why) != STATUS_OK)
        die("no memory, or no law");
    while (!slice_equal(hall->law.packs[pack].name, SLICE("cn-final-2024-12")))
        pack++;
    hall->seal = seal_keypair_of_seed(&seed);
    hall->entries = entries;
    hall->standing.options = (struct standing_options){.law = &hall->law,
                                                       .join = JOIN,
                                                       .zone_minutes = 480,
                                                       .origin = SLICE("bench.example/house"),
                                                       .seal = &hall->seal};
    if (standing_law(&hall->standing, &hall->law) != STATUS_OK)
        die("too many law packs");
    double from = seconds();
    if (book_create(&hall->standing.book, 0, hall->boot) != STATUS_OK)
        die("no memory for the book");
    if (standing_index_create(&hall->standing.index, (uint32_t)entries, hall->boot) != STATUS_OK)
        die("no memory for the index");
    for (uint32_t i = 0; i < entries; i++) {
        const struct standing_entry entry = entry_of(i, pack);
        if (standing_put(hall->standing.index, &entry) != STATUS_OK)
            die("the index is full");
    }
    double took = seconds() - from;
    printf("load: %llu entries in %.1f s, %.0f MB, %.1f bytes an entry\n",
           (unsigned long long)entries, took, (double)standing_bytes(hall->standing.index) / 1e6,
           (double)standing_bytes(hall->standing.index) / (double)entries);
}

/* ---- single ---- */

enum depth { LOOK, ANSWER, COUNTED, RECEIPT, DEPTHS };
static const char *const DEPTH_NAMES[] = {"look (key of a document, index, judge)",
                                          "the same, answer as JSON",
                                          "the same, counted in the book", "the same, signed"};

struct asker {
    const struct hall *hall;
    enum depth depth;
    double until;
    uint64_t seed, asked, stood;
    uint32_t *ns;
    size_t samples;
};

static void ask(const struct hall *hall, enum depth depth, uint64_t number, struct asker *asker)
{
    char bytes[TEXT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    struct standing_asking asking = {.asker = SLICE("o_0123456789abcdef"),
                                     .key = key_of(number),
                                     .question = {.act = STANDING_transfer,
                                                  .object = LAW_CODE_bank_account,
                                                  .purpose = STANDING_NOTHING_CLAIMED}};
    struct standing_verdict verdict;
    const moment now = {(int64_t)NOW_S * 1000};
    if (depth == COUNTED || depth == RECEIPT) {
        enum standing_receipt receipt = depth == COUNTED ? STANDING_COUNTED : STANDING_SIGNED;
        /* What is sealed each second in a service is only let go of here: nobody seals. */
        while (text_add_standing_answer(&text, &hall->standing, &asking, receipt, now) != STATUS_OK)
            standing_sealed(&hall->standing, STANDING_BOOK_ROWS_MAX / 2);
        asker->stood += text.size > 700;
        return;
    }
    asker->stood += standing_concerns(&hall->standing, &asking, now, &verdict);
    if (depth == ANSWER)
        text_add_standing_verdict(&text, &hall->standing, &verdict, asking.key);
}

static uint64_t nanoseconds(void)
{
    struct timespec at;
    must(clock_gettime(CLOCK_MONOTONIC, &at) == 0);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void *asker_run(void *self)
{
    struct asker *asker = self;
    struct chance chance = chance_seeded(asker->seed);
    uint64_t from = nanoseconds();
    uint64_t until = from + (uint64_t)(asker->until * 1e9);
    while (from < until) {
        uint64_t number = chance_below(&chance, asker->hall->entries * 10); /* one in ten stands */
        ask(asker->hall, asker->depth, number, asker);
        uint64_t to = nanoseconds();
        asker->ns[asker->asked++ % SAMPLES] = (uint32_t)(to - from);
        from = to;
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void single(const struct hall *hall, enum depth depth, unsigned threads, double span)
{
    struct asker asker[THREADS_MAX] = {0};
    pthread_t thread[THREADS_MAX];
    uint64_t asked = 0;
    double from = seconds(), worked = processor_seconds();
    for (unsigned i = 0; i < threads; i++) {
        asker[i] = (struct asker){.hall = hall, .depth = depth, .until = span, .seed = i + 1};
        if (arena_take(hall->boot, SAMPLES * sizeof(uint32_t), (void **)&asker[i].ns) !=
                STATUS_OK ||
            pthread_create(&thread[i], NULL, asker_run, &asker[i]) != 0)
            die("no memory, or no thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(thread[i], NULL);
        asked += asker[i].asked;
    }
    double took = seconds() - from;
    worked = processor_seconds() - worked;
    size_t samples = asker[0].asked < SAMPLES ? asker[0].asked : SAMPLES;
    qsort(asker[0].ns, samples, sizeof(uint32_t), by_size);
    printf("single, %u threads: %.0f a second (%.0f a second of one processor), p50 %.1f us, p99 "
           "%.1f us, p99.9 %.1f us: %s\n",
           threads, (double)asked / took, (double)asked / worked, asker[0].ns[samples / 2] / 1e3,
           asker[0].ns[samples * 99 / 100] / 1e3, asker[0].ns[samples * 999 / 1000] / 1e3,
           DEPTH_NAMES[depth]);
}

/* ---- batch ---- */

static void line_add(struct text *text, uint64_t number, bool hashed)
{
    char bytes[24];
    if (hashed) {
        struct standing_key key = key_of(number);
        text_add_string(text, "{\"hash\":\"");
        text_add_hex(text, (struct slice){(const char *)key.bytes, sizeof key.bytes});
    } else {
        text_add_string(text, "{\"document\":\"");
        text_add(text, (struct slice){bytes, document_of(number, bytes)});
    }
    text_add_string(text, "\"}\n");
}

struct batcher {
    const struct hall *hall;
    struct slice lines;
    double until;
    uint64_t asked;
};

static void *batcher_run(void *self)
{
    struct batcher *batcher = self;
    struct arena *request = NULL;
    char *bytes = NULL;
    const struct standing_question question = {.act = STANDING_transfer,
                                               .object = LAW_CODE_bank_account,
                                               .purpose = STANDING_NOTHING_CLAIMED};
    size_t size = (size_t)BATCH_LINES * 128;
    if (arena_create(&request, size * 2) != STATUS_OK)
        die("no memory");
    for (double end = seconds() + batcher->until; seconds() < end;) {
        uint64_t line = 0;
        arena_reset(request);
        if (arena_take(request, size, (void **)&bytes) != STATUS_OK)
            die("no memory");
        struct text out = text_over(bytes, size);
        if (standing_batch(&batcher->hall->standing, SLICE("o_0123456789abcdef"), &question,
                           batcher->lines, (moment){(int64_t)NOW_S * 1000}, request, &out,
                           &line) != STATUS_OK)
            die("a batch failed");
        batcher->asked += BATCH_LINES;
    }
    arena_destroy(request);
    return NULL;
}

/* `standing_in`: one in so many stands. */
static void batch(const struct hall *hall, bool hashed, unsigned standing_in, unsigned threads,
                  double span)
{
    char *bytes = NULL;
    struct chance chance = chance_seeded(3);
    pthread_t thread[THREADS_MAX];
    struct batcher batcher[THREADS_MAX];
    size_t size = (size_t)BATCH_LINES * 64;
    if (arena_take(hall->boot, size, (void **)&bytes) != STATUS_OK)
        die("no memory");
    struct text lines = text_over(bytes, size);
    for (unsigned i = 0; i < BATCH_LINES; i++)
        line_add(&lines, chance_below(&chance, hall->entries * standing_in), hashed);
    double from = seconds(), worked = processor_seconds();
    uint64_t asked = 0;
    for (unsigned i = 0; i < threads; i++) {
        batcher[i] = (struct batcher){.hall = hall, .lines = text_slice(&lines), .until = span};
        if (pthread_create(&thread[i], NULL, batcher_run, &batcher[i]) != 0)
            die("no thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(thread[i], NULL);
        asked += batcher[i].asked;
    }
    printf("batch, %u threads, one in %u stands: %.0f identifiers a second (%.0f a second of one "
           "processor), receipts included: %s\n",
           threads, standing_in, (double)asked / (seconds() - from),
           (double)asked / (processor_seconds() - worked), hashed ? "by key" : "by document");
}

/* ---- for others ---- */

static void print_lines(uint64_t entries, uint64_t count, bool csv, uint64_t one_in)
{
    struct chance chance = chance_seeded(3);
    for (uint64_t i = 0; i < count; i++) {
        char hex[2 * STANDING_KEY_SIZE + 1];
        struct text text = text_over(hex, sizeof hex);
        struct standing_key key = key_of(csv ? i : chance_below(&chance, entries * one_in));
        text_add_hex(&text, (struct slice){(const char *)key.bytes, sizeof key.bytes});
        if (csv)
            printf("%s,%d,%d\n", hex, NOW_S - 86400, NOW_S + 40000000);
        else
            printf("{\"hash\":\"%s\"}\n", hex);
    }
}

int main(int count, char **word)
{
    if (count == 5 && strcmp(word[1], "run") == 0) {
        static struct hall hall;
        unsigned threads = (unsigned)strtoul(word[3], NULL, 10);
        double span = strtod(word[4], NULL);
        if (threads == 0 || threads > THREADS_MAX)
            die("1 to 16 threads");
        hall_open(&hall, strtoull(word[2], NULL, 10));
        for (unsigned depth = 0; depth < DEPTHS; depth++)
            single(&hall, (enum depth)depth, threads, span);
        batch(&hall, true, 1000, threads, span);
        batch(&hall, true, 10, threads, span);
        batch(&hall, false, 1000, threads, span);
        return 0;
    }
    if ((count == 4 || count == 5) && strcmp(word[1], "keys") == 0)
        print_lines(strtoull(word[2], NULL, 10), strtoull(word[3], NULL, 10), false,
                    count == 5 ? strtoull(word[4], NULL, 10) : 10);
    else if (count == 3 && strcmp(word[1], "csv") == 0)
        print_lines(0, strtoull(word[2], NULL, 10), true, 1);
    else
        die("run ENTRIES THREADS SECONDS | keys ENTRIES COUNT [ONE_IN] | csv ENTRIES");
    return 0;
}
