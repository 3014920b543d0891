/* engine_bench.c -- records per CPU-second and bytes per entity, beside the same work by hand.
 *
 *   engine_bench [RECORDS] [PHONES] [THREADS] [two|twelve|FILE.cut] [HOURS] [PROBES]
 *
 * The stream is made before the clock is started, a few thousand records at a time, as a parser
 * would hand them over: people who call a few friends, offices that call all day, boxes of SIM
 * cards, one-ring callers; messages and payments where the pack wants them.  `two` also runs hand.c
 * on the same calls and says whether both alert as often.  PROBES: of so many records that would
 * come next it is asked what would be said. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/engine.h"
#include "ground/arena.h"
#include "ground/chance.h"
#include "ground/disk.h"
#include "hand.h"
#include "packs.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHUNK = 2048 };

struct bench {
    uint64_t phones;
    double hours;
    uint64_t records;
    struct chance chance;
    double now_ms, step_ms;
    uint64_t position;
    bool calls_only;
    struct record record[CHUNK];
    struct hand_call call[CHUNK];
    uint32_t calls_count;
    uint64_t findings;
    uint64_t probes;
};

static double seconds_used(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static enum status count_finding(void *self, const struct finding *finding)
{
    struct bench *bench = self;
    (void)finding;
    bench->findings++;
    return STATUS_OK;
}

static uint64_t number_of(uint64_t phone)
{
    return (uint64_t)2 << 62 | (1861300000000000u + phone * 7919u);
}
static uint64_t plain(uint64_t digits)
{
    return (uint64_t)1 << 62 | digits;
}
static uint64_t scatter(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

static void set_name(struct record *record, unsigned field, uint64_t bits)
{
    record->field[field].name = (ident){bits};
    record->known |= 1u << field;
}
static void set_whole(struct record *record, unsigned field, int64_t number)
{
    record->field[field].whole = number;
    record->known |= 1u << field;
}

/* Who calls: 3 % by boxes, 3 % by one-ring callers, 4 % by offices, the rest by people, some of
 * whom call much more than others. */
static void make_call(struct bench *bench, struct record *record)
{
    struct chance *chance = &bench->chance;
    uint64_t dice = chance_below(chance, 100);
    uint64_t n = bench->phones;
    double u = chance_unit(chance);
    uint64_t caller = (uint64_t)((double)n * u * u * u);
    uint64_t callee = scatter(caller * 31 + (uint64_t)(20 * u)) % n;
    uint64_t imei = caller;
    double duration = 50 * exp(1.1 * chance_normal(chance));
    if (chance_below(chance, 4) == 0)
        callee = chance_below(chance, n);
    if (dice < 3) {
        uint64_t box = chance_below(chance, n / 20000 + 1);
        caller = n + box * 32 + chance_below(chance, 32);
        imei = n + box * 4 + chance_below(chance, 4);
        callee = chance_below(chance, n);
    } else if (dice < 6) {
        caller = 2 * n + chance_below(chance, n / 2000 + 1);
        imei = caller;
        callee = chance_below(chance, n);
        duration = chance_unit(chance) * 15;
    } else if (dice < 10) {
        caller = 3 * n + chance_below(chance, n / 1000 + 1);
        imei = caller;
    }
    record->kind = RECORD_call;
    set_name(record, FIELD_OF(call, caller), number_of(caller));
    set_name(record, FIELD_OF(call, callee), number_of(callee));
    set_whole(record, FIELD_OF(call, duration), (int64_t)(duration * 1000));
    set_whole(record, FIELD_OF(call, result), duration < 3 ? 2 : 0);
    set_name(record, FIELD_OF(call, imsi), plain(1460000000000000u + caller));
    set_name(record, FIELD_OF(call, imei), plain(135000000000000u + imei));
    set_name(record, FIELD_OF(call, cell), plain(1000000u + scatter(caller) % (n / 100 + 1)));
}

static void make_sms(struct bench *bench, struct record *record)
{
    double u = chance_unit(&bench->chance);
    uint64_t sender = (uint64_t)((double)bench->phones * u * u * u);
    record->kind = RECORD_sms;
    set_name(record, FIELD_OF(sms, sender), number_of(sender));
    set_name(record, FIELD_OF(sms, recipient),
             number_of(chance_below(&bench->chance, bench->phones)));
    if (chance_below(&bench->chance, 10) == 0)
        set_name(record, FIELD_OF(sms, url), plain(1000000 + chance_below(&bench->chance, 1000)));
}

static void make_payment(struct bench *bench, struct record *record)
{
    uint64_t people = bench->phones / 2 + 1;
    record->kind = RECORD_payment;
    set_name(record, FIELD_OF(payment, payer),
             plain(100000000 + chance_below(&bench->chance, people)));
    set_name(record, FIELD_OF(payment, payee),
             plain(100000000 + chance_below(&bench->chance, people)));
    set_whole(record, FIELD_OF(payment, amount), (int64_t)chance_below(&bench->chance, 100000));
}

static void make_chunk(struct bench *bench, uint32_t count)
{
    bench->calls_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = &bench->record[i];
        record->known = 0;
        uint64_t dice = bench->calls_only ? 0 : chance_below(&bench->chance, 10);
        if (dice < 7)
            make_call(bench, record);
        else if (dice < 9)
            make_sms(bench, record);
        else
            make_payment(bench, record);
        bench->now_ms += chance_wait(&bench->chance, bench->step_ms);
        record->at = (moment){(int64_t)bench->now_ms};
        set_whole(record, 0, record->at.ms);
        record->position = position_of(0, ++bench->position);
        record->digest = scatter(bench->position * 0x9E3779B97F4A7C15u);
        if (record->kind != RECORD_call)
            continue;
        bench->call[bench->calls_count++] = (struct hand_call){
            record->at.ms,
            record->field[FIELD_OF(call, caller)].name.bits,
            record->field[FIELD_OF(call, callee)].name.bits,
            record->field[FIELD_OF(call, imei)].name.bits,
            record->field[FIELD_OF(call, imsi)].name.bits,
            (uint32_t)record->field[FIELD_OF(call, duration)].whole,
        };
    }
}

static void stream_begin(struct bench *bench)
{
    bench->chance = chance_seeded(7);
    bench->now_ms = 1772380800000.0;
    bench->step_ms = bench->hours * 3600000.0 / (double)bench->records;
    bench->position = 0;
}

static void run_hand(struct bench *bench)
{
    struct hand *hand = hand_create(bench->phones * 2);
    uint64_t alerts = 0;
    double used = 0;
    stream_begin(bench);
    for (uint64_t done = 0; done < bench->records; done += CHUNK) {
        make_chunk(bench, CHUNK);
        double before = seconds_used(CLOCK_PROCESS_CPUTIME_ID);
        alerts += hand_take(hand, bench->call, bench->calls_count);
        used += seconds_used(CLOCK_PROCESS_CPUTIME_ID) - before;
    }
    printf("hand    %.2f M records per CPU-second, %llu alerts\n",
           (double)bench->records / used * 1e-6, (unsigned long long)alerts);
    hand_destroy(hand);
}

static void run_probes(struct bench *bench, struct engine *engine)
{
    struct finding_sink sink = {.take = count_finding, .self = bench};
    double used = 0;
    bench->findings = 0;
    for (uint64_t done = 0; done < bench->probes; done += CHUNK) {
        make_chunk(bench, CHUNK);
        double before = seconds_used(CLOCK_PROCESS_CPUTIME_ID);
        for (uint32_t i = 0; i < CHUNK; i++)
            must(engine_probe(engine, &bench->record[i], sink) == STATUS_OK);
        used += seconds_used(CLOCK_PROCESS_CPUTIME_ID) - before;
    }
    printf("probes  %.2f us each, %llu findings\n", used * 1e6 / (double)bench->probes,
           (unsigned long long)bench->findings);
}

static void run_engine(struct bench *bench, const struct rule_set *set, unsigned threads)
{
    struct arena *boot;
    struct registry *registry;
    struct engine *engine;
    must(arena_create(&boot, (size_t)2 << 30) == STATUS_OK);
    must(registry_create(&registry, (size_t)64 << 20, boot) == STATUS_OK);
    struct engine_options options = {.set = set,
                                     .registry = registry,
                                     .threads = threads,
                                     .memory_max = (size_t)16 << 30,
                                     .zone_minutes = 480,
                                     .findings = {.take = count_finding, .self = bench}};
    must(engine_create(&engine, &options, boot) == STATUS_OK);
    double used = 0, waited = 0;
    bench->findings = 0;
    stream_begin(bench);
    for (uint64_t done = 0; done < bench->records; done += CHUNK) {
        make_chunk(bench, CHUNK);
        double before = seconds_used(CLOCK_PROCESS_CPUTIME_ID);
        double began = seconds_used(CLOCK_MONOTONIC);
        must(engine_take(engine, bench->record, CHUNK) == STATUS_OK);
        used += seconds_used(CLOCK_PROCESS_CPUTIME_ID) - before;
        waited += seconds_used(CLOCK_MONOTONIC) - began;
    }
    static struct engine_counts counts;
    engine_count(engine, &counts);
    printf(
        "engine  %.2f M records per CPU-second (%.2f M per second on %u threads), %llu findings\n",
        (double)bench->records / used * 1e-6, (double)bench->records / waited * 1e-6, threads,
        (unsigned long long)bench->findings);
    printf("        %llu entities, %.1f events each, %.0f bytes each, %.0f MB in all\n",
           (unsigned long long)counts.entities, (double)counts.events / (double)counts.entities,
           (double)counts.bytes / (double)counts.entities, (double)counts.bytes * 1e-6);
    if (bench->probes > 0)
        run_probes(bench, engine);
    engine_destroy(engine);
    registry_destroy(registry);
    arena_destroy(boot);
}

static const struct rule_set *rules_of(const char *name, struct arena *image)
{
    static struct diags diags;
    struct rule_file *file;
    const struct rule_set *set;
    must(ARENA_NEW(image, 1, &file) == STATUS_OK);
    *file = (struct rule_file){slice_of(name), slice_of(PACK_TWELVE)};
    if (strcmp(name, "two") == 0) {
        file->source = slice_of(PACK_TWO);
    } else if (strcmp(name, "twelve") != 0) {
        enum disk_fault fault;
        must(disk_read_all(name, RULE_SOURCE_BYTES_MAX, image, &file->source, &fault) == STATUS_OK);
    }
    if (rules_check(file, 1, image, &diags, &set) != STATUS_OK) {
        static char room[8192];
        struct text text = text_over(room, sizeof room);
        for (uint32_t i = 0; i < diags.count; i++)
            text_add_diag(&text, &diags.diag[i], file, TONGUE_EN, false);
        puts(text.at);
        exit(1);
    }
    return set;
}

int main(int count, char **word)
{
    static struct bench bench;
    bench.records = count > 1 ? strtoull(word[1], NULL, 10) : 2000000;
    bench.phones = count > 2 ? strtoull(word[2], NULL, 10) : 500000;
    unsigned threads = count > 3 ? (unsigned)strtoul(word[3], NULL, 10) : 1;
    const char *pack = count > 4 ? word[4] : "twelve";
    bench.hours = count > 5 ? strtod(word[5], NULL) : 24;
    bench.probes = count > 6 ? strtoull(word[6], NULL, 10) / CHUNK * CHUNK : 0;
    bench.calls_only = strcmp(pack, "two") == 0;
    struct arena *image;
    must(arena_create(&image, (size_t)256 << 20) == STATUS_OK);
    const struct rule_set *set = rules_of(pack, image);
    run_engine(&bench, set, threads);
    if (bench.calls_only)
        run_hand(&bench);
    arena_destroy(image);
    return 0;
}
