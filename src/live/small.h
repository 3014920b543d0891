/* small.h -- for tests, the fuzz target and the bench: a pipeline with a few rules that use all
 * that can be remembered, and records drawn by lot for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/told.h"
#include "ground/chance.h"
#include "live/pipeline.h"

/* Counts, names that are hashed, marks, a sequence, a list, persons, a profile that waits for
 * marks. */
static const char SMALL_RULES[] =
    "profile line by call.caller, call.callee {\n"
    "  out = count over 24h as call.caller\n"
    "  others = distinct callee over 24h as call.caller\n"
    "  long = quantile 0.9 duration over 7d\n"
    "  route = last trunk over 24h as call.callee\n"
    "}\n"
    "profile purse by payment.payer, payment.payee {\n"
    "  got = sum amount over 6h as payment.payee\n"
    "  gave = sum amount over 6h as payment.payer\n"
    "  usual = mean amount over 30d\n"
    "  device = first device over 30d as payment.payer\n"
    "}\n"
    "profile owner by call.caller through person.phone {\n"
    "  calls = count over 24h\n"
    "}\n"
    "profile named by report.phones {\n"
    "  times = count over 30d\n"
    "}\n"
    "profile tainted by payment.payee {\n"
    "  dirty = count over 24h where payer marked hot\n"
    "}\n"
    "rule many on call {\n"
    "  title \"Calls many\" \"呼叫多人\"\n"
    "  when line[caller].out >= 4 and line[caller].others >= 3 and caller not in list service\n"
    "  score 0.5 + 0.05 * min(line[caller].others, 6)\n"
    "  subject caller typology scam_caller\n"
    "  grade high when line[caller].long >= 60s, low\n"
    "  against line[caller].route is known \"called by a trunk\" \"曾经由中继来电\"\n"
    "  mark caller loud 0.7 for 2d\n"
    "  quiet 1h\n"
    "}\n"
    "rule owned on call {\n"
    "  title \"The same holder calls much\" \"同一机主频繁外呼\"\n"
    "  when owner[person(caller)].calls >= 5 and caller marked loud\n"
    "  subject person(caller) typology victim\n"
    "  quiet 6h\n"
    "}\n"
    "rule passes on payment {\n"
    "  title \"Money passes\" \"款项经过\"\n"
    "  when purse[payer].got > 0 CNY and purse[payer].gave >= 0.5 * purse[payer].got and amount >= "
    "0.1 * purse[payer].usual\n"
    "  score 0.6\n"
    "  subject payer typology mule\n"
    "  against purse[payer].device is known and purse[payer].usual > 500 CNY \"usually pays much\" "
    "\"平时付款金额较大\"\n"
    "  mark payee hot 0.8 for 1d\n"
    "  quiet 2h\n"
    "}\n"
    "rule tainted_payee on payment {\n"
    "  title \"Receives what passed\" \"接收转移款\"\n"
    "  when tainted[payee].dirty >= 2\n"
    "  subject payee typology mule\n"
    "  quiet 3h\n"
    "}\n"
    "rule back on line {\n"
    "  title \"Calls back\" \"回拨\"\n"
    "  when call(first) then call(second) within 1h and first.caller = second.callee and "
    "first.callee = second.caller\n"
    "  subject second.caller typology wangiri\n"
    "  quiet 1h\n"
    "}\n"
    "rule reported on call {\n"
    "  title \"Named by a victim\" \"被报案人指认\"\n"
    "  when named[caller].times >= 1\n"
    "  subject caller typology scam_caller\n"
    "  quiet 30m\n"
    "}\n";

/* A pipeline on its small rules, or on others, with everything that it needs. */
struct small {
    struct stage stage; /* for arenas and records; its registry is not used */
    struct pipeline pipeline;
    struct digest alerts; /* of all alerts' ids and times so far, in their order */
    uint64_t alerts_count;
};

static inline enum status small_alert(void *self, const struct alert *alert)
{
    struct small *small = self;
    const struct slice parts[] = {
        {(const char *)small->alerts.bytes, DIGEST_SIZE},
        {alert->id, ALERT_ID_SIZE},
        {(const char *)&alert->merged_before, sizeof alert->merged_before},
    };
    small->alerts = digest_of(parts, 3);
    small->alerts_count++;
    return STATUS_OK;
}

static inline enum status small_finding(void *self, const struct finding *finding)
{
    struct small *small = self;
    told_finding(&small->stage.out, finding);
    return STATUS_OK;
}

/* STATUS_MALFORMED: not a rule set. */
static inline enum status small_open(struct small *small, struct slice rules, unsigned threads,
                                     size_t memory_max)
{
    static struct diags diags;
    struct rule_file *file;
    diags = (struct diags){0};
    *small = (struct small){0};
    stage_init(&small->stage, threads, memory_max);
    TRY(ARENA_NEW(small->stage.image, 1, &file));
    *file = (struct rule_file){SLICE("small.cut"), rules};
    TRY(rules_check(file, 1, small->stage.image, &diags, &small->stage.set));
    struct pipeline_options options = {
        .set = small->stage.set,
        .threads = threads,
        .zone_minutes = 480,
        .memory_max = memory_max,
        .alerts = {small_alert, small},
        .listener = {.take = small_finding, .self = small},
    };
    return pipeline_open(&small->pipeline, &options, small->stage.boot);
}

static inline void small_close(struct small *small)
{
    pipeline_close(&small->pipeline);
    stage_release(&small->stage);
}

/* One line of told.h about so many people; where they are few they meet.  `step` moves the clock
 * by `step_ms`. */
struct small_town {
    unsigned people;
    uint64_t step_ms;
};

static inline void small_line(const struct small_town *town, struct chance *chance, uint64_t step,
                              char *line, size_t size)
{
    char time[48];
    uint64_t ms = step * town->step_ms + chance_below(chance, 600000); /* a little out of order */
    (void)snprintf(time, sizeof time, "%llud%llu:%llu:%llu.%03llu",
                   (unsigned long long)(ms / DAY_MS), (unsigned long long)(ms / HOUR_MS % 24),
                   (unsigned long long)(ms / MINUTE_MS % 60), (unsigned long long)(ms / 1000 % 60),
                   (unsigned long long)(ms % 1000));
    unsigned a = (unsigned)chance_below(chance, town->people);
    unsigned b = (unsigned)chance_below(chance, town->people);
    unsigned c = (unsigned)chance_below(chance, 400);
    switch (chance_below(chance, 12)) {
    case 0:
        (void)snprintf(line, size, "sim time=%s phone=+86%u event=activated person=P%u imsi=%u",
                       time, 100 + a, b / 4, c);
        break;
    case 1:
        (void)snprintf(line, size, "report time=%s id=R%u phones=+86%u;+86%u", time, c, 100 + a,
                       100 + b);
        break;
    case 2:
        (void)snprintf(line, size, "person person=P%u phone=+86%u region=53%04u", b / 4, 100 + a,
                       c);
        break;
    case 3:
        (void)snprintf(line, size, "list list=service value=+86%u", 100 + c % 60);
        break;
    case 4:
    case 5:
    case 6:
        (void)snprintf(line, size,
                       "payment time=%s id=X%u payer=62220%u payee=62220%u amount=%u.%02u "
                       "device=D%u",
                       time, (unsigned)step, a, b, c * 7, c % 100, c);
        break;
    default:
        (void)snprintf(line, size, "call time=%s caller=+86%u callee=+86%u duration=%u trunk=T%u",
                       time, 100 + a * 2 / 5, 100 + b, c, c % 5);
    }
}

/* `count` records of a seed, lent for the life of the small one. */
static inline struct record *small_records(struct small *small, uint64_t seed, uint32_t count)
{
    static const struct small_town TOWN = {30, 40000};
    struct record *record;
    struct chance chance = chance_seeded(seed);
    must(ARENA_NEW(small->stage.records, count, &record) == STATUS_OK);
    for (uint32_t i = 0; i < count; i++) {
        char *line;
        must(arena_take(small->stage.records, 192, (void **)&line) == STATUS_OK);
        small_line(&TOWN, &chance, i, line, 192);
        const struct record *told = told_record(&small->stage, slice_of(line));
        must(told != NULL);
        record[i] = *told;
    }
    return record;
}
