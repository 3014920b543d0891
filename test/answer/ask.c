/* ask.c -- a centre in one file: it signs checks, posts them to a carrier that answers, checks the
 * signature of what comes back, and says how long that took.
 *
 * usage: ask key SEED
 *        ask put SEED FROM TO KIND HOURS < BODY          an envelope on standard output
 *        ask post URL FILE                               posts a file as it is: status and body
 *        ask many URL SEED FROM TO KEY NUMBERS COUNT THREADS
 *
 * SEED is a word; the same word makes the same key.  `many` asks about the numbers of a file in
 * turn and prints one line of JSON with outcomes and the times from posting to a checked answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"
#include "courier/courier.h"
#include "ground/clock.h"
#include "ground/disk.h"
#include "partner/letter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ANSWER_MAX = 1 << 20, THREADS_LIMIT = 64, COUNT_LIMIT = 1000000 };

static struct seal_keypair pair_of(const char *word)
{
    struct seal_seed seed;
    struct slice bytes = slice_of(word);
    struct digest digest = digest_of(&bytes, 1);
    memcpy(seed.bytes, digest.bytes, sizeof seed.bytes);
    return seal_keypair_of_seed(&seed);
}

static int say_key(const char *word)
{
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    struct seal_keypair pair = pair_of(word);
    text_add_letter_key(&text, &pair.key);
    return puts(bytes) < 0;
}

static struct letter letter_of(const char *from, const char *to, const char *kind, int64_t hours,
                               struct slice body, uint64_t round)
{
    moment now = clock_of_machine().now(NULL);
    char number[48];
    (void)snprintf(number, sizeof number, "%llu %lld", (unsigned long long)round,
                   (long long)now.ms);
    const struct slice parts[] = {slice_of(from), slice_of(to), body, slice_of(number)};
    return (struct letter){
        .id = letter_id_of(parts, 4),
        .kind = slice_of(kind),
        .from = slice_of(from),
        .to = slice_of(to),
        .issued = {hours < 0 ? now.ms + 2 * hours * HOUR_MS : now.ms},
        .expires = {now.ms + hours * HOUR_MS},
        .body = body,
    };
}

static int put(char **words)
{
    static char body[65536], out[1 << 18];
    size_t size = fread(body, 1, sizeof body - 1, stdin);
    while (size != 0 && (unsigned char)body[size - 1] <= ' ')
        size--;
    struct seal_keypair pair = pair_of(words[2]);
    struct letter letter = letter_of(words[3], words[4], words[5], strtol(words[6], NULL, 10),
                                     (struct slice){body, size}, 1);
    struct text text = text_over(out, sizeof out);
    if (letter_write(&text, &letter, &pair) != STATUS_OK)
        return 1;
    return fwrite(out, 1, text.size, stdout) != text.size;
}

static int post(const char *url, const char *path)
{
    static char bytes[ANSWER_MAX];
    struct arena *arena;
    struct slice body;
    enum disk_fault fault;
    struct courier_line line = {0};
    struct text answer = text_over(bytes, sizeof bytes);
    if (arena_create(&arena, 4 << 20) != STATUS_OK ||
        disk_read_all(path, 1 << 20, arena, &body, &fault) != STATUS_OK)
        return 2;
    struct courier_errand errand = {.url = url,
                                    .header = {"Content-Type: application/json"},
                                    .post = true,
                                    .body = body,
                                    .answer = &answer};
    if (courier_go(&line, &errand) != STATUS_OK)
        return 3;
    (void)printf("%d %s\n", errand.http_status, bytes);
    courier_hang_up(&line);
    arena_destroy(arena);
    return 0;
}

/* ---- many ---- */

struct job {
    const char *url, *from, *to;
    struct seal_keypair pair;
    struct seal_key key;
    char **number;
    size_t numbers;
    unsigned count, threads, thread;
    int64_t *took_us;
    unsigned outcome[CHECK_OUTCOMES_COUNT], failed;
    unsigned fields; /* answered in all */
};

static const struct seal_key *key_find(void *self, struct slice organisation, unsigned *count)
{
    struct job *job = self;
    *count = 1;
    return slice_equal(organisation, slice_of(job->to)) ? &job->key : NULL;
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool judge(struct job *job, struct slice envelope, struct arena *arena)
{
    struct letter_keys keys = {key_find, job};
    struct letter letter;
    struct reply reply;
    enum letter_fault fault;
    char bytes[256];
    struct text why = text_over(bytes, sizeof bytes);
    moment now = clock_of_machine().now(NULL);
    if (letter_open(envelope, &keys, slice_of(job->from), now, arena, &letter, &fault) !=
            STATUS_OK ||
        reply_read(letter.body, arena, &reply, &why) != STATUS_OK)
        return false;
    job->outcome[reply.outcome]++;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        job->fields += reply.value[f].size != 0;
    return true;
}

static void *job_run(void *self)
{
    struct job *job = self;
    struct arena *arena;
    char *out, *in;
    struct courier_line line = {0};
    must(arena_create(&arena, 16 << 20) == STATUS_OK);
    out = malloc(1 << 18);
    in = malloc(ANSWER_MAX);
    must(out != NULL);
    must(in != NULL);
    for (unsigned i = job->thread; i < job->count; i += job->threads) {
        char bytes[1024], id[32];
        struct text body = text_over(bytes, sizeof bytes);
        struct text text = text_over(out, 1 << 18);
        struct text answer = text_over(in, ANSWER_MAX);
        (void)snprintf(id, sizeof id, "w_%016x", i);
        const struct check_question question = {.id = slice_of(id),
                                                .number = slice_of(job->number[i % job->numbers]),
                                                .from = MOMENT_NONE,
                                                .to = MOMENT_NONE,
                                                .basis = CHECK_BY_anti_fraud_law,
                                                .document = SLICE("18")};
        text_add_check(&body, &question);
        struct letter letter = letter_of(job->from, job->to, "lead.ask", 1, text_slice(&body), i);
        int64_t begun = now_us();
        must(letter_write(&text, &letter, &job->pair) == STATUS_OK);
        struct courier_errand errand = {.url = job->url,
                                        .header = {"Content-Type: application/json"},
                                        .post = true,
                                        .body = text_slice(&text),
                                        .answer = &answer};
        bool fine = courier_go(&line, &errand) == STATUS_OK && errand.http_status == 200 &&
                    judge(job, text_slice(&answer), arena);
        job->took_us[i] = now_us() - begun;
        job->failed += !fine;
        arena_reset(arena);
    }
    courier_hang_up(&line);
    free(out);
    free(in);
    arena_destroy(arena);
    return NULL;
}

static int order(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return one < two ? -1 : one > two;
}

static void say(const struct job *job, unsigned threads, int64_t span_us)
{
    unsigned outcome[CHECK_OUTCOMES_COUNT] = {0}, failed = 0, fields = 0;
    unsigned count = job[0].count;
    int64_t *took = job[0].took_us;
    for (unsigned t = 0; t < threads; t++) {
        failed += job[t].failed;
        fields += job[t].fields;
        for (unsigned o = 0; o < CHECK_OUTCOMES_COUNT; o++)
            outcome[o] += job[t].outcome[o];
    }
    qsort(took, count, sizeof *took, order);
    (void)printf("{\"asked\":%u,\"failed\":%u,\"fields\":%u", count, failed, fields);
    for (unsigned o = 0; o < CHECK_OUTCOMES_COUNT; o++)
        (void)printf(",\"%s\":%u", CHECK_OUTCOMES[o].name, outcome[o]);
    (void)printf(
        ",\"threads\":%u,\"a_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
        threads, (double)count * 1e6 / (double)span_us, (double)took[count / 2] / 1e3,
        (double)took[count * 99 / 100] / 1e3, (double)took[count - 1] / 1e3);
}

static int many(char **words)
{
    static struct job job[THREADS_LIMIT];
    static char *number[1 << 16];
    pthread_t thread[THREADS_LIMIT];
    struct seal_key key;
    struct arena *arena;
    struct slice text;
    enum disk_fault fault;
    unsigned count = (unsigned)strtoul(words[8], NULL, 10);
    unsigned threads = (unsigned)strtoul(words[9], NULL, 10);
    size_t numbers = 0;
    int64_t *took = calloc(count, sizeof *took);
    if (took == NULL || threads == 0 || threads > THREADS_LIMIT || count == 0 ||
        count > COUNT_LIMIT || letter_key_parse(slice_of(words[6]), &key) != STATUS_OK ||
        arena_create(&arena, 64 << 20) != STATUS_OK ||
        disk_read_all(words[7], 16 << 20, arena, &text, &fault) != STATUS_OK)
        return 2;
    for (char *at = (char *)text.at; *at != '\0' && numbers < sizeof number / sizeof *number;) {
        size_t size = strcspn(at, "\n");
        if (size != 0)
            number[numbers++] = at;
        bool more = at[size] != '\0';
        at[size] = '\0';
        at += size + more;
    }
    if (numbers == 0)
        return 2;
    int64_t begun = now_us();
    for (unsigned t = 0; t < threads; t++) {
        job[t] = (struct job){.url = words[2],
                              .pair = pair_of(words[3]),
                              .from = words[4],
                              .to = words[5],
                              .key = key,
                              .number = number,
                              .numbers = numbers,
                              .count = count,
                              .threads = threads,
                              .thread = t,
                              .took_us = took};
        if (pthread_create(&thread[t], NULL, job_run, &job[t]) != 0)
            return 2;
    }
    for (unsigned t = 0; t < threads; t++)
        (void)pthread_join(thread[t], NULL);
    say(job, threads, now_us() - begun);
    free(took);
    arena_destroy(arena);
    return 0;
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "key") == 0)
        return say_key(words[2]);
    if (count == 7 && strcmp(words[1], "put") == 0)
        return put(words);
    if (count == 4 && strcmp(words[1], "post") == 0)
        return post(words[2], words[3]);
    if (count == 10 && strcmp(words[1], "many") == 0)
        return many(words);
    (void)fprintf(stderr, "see the head of ask.c\n");
    return 2;
}
