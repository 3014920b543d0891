/* summary.c -- the tables at the end: nothing that was read is left out of the count.
 *
 * Invariants:  1. read = accepted + rejected.
 *              2. findings = alerts + repeats + merged, in the sum and for each rule. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

enum { NAME_COLUMNS = 30, NUMBER_COLUMNS = 10 };

static void add_left(struct text *text, struct slice slice)
{
    text_add(text, slice);
    for (size_t i = utf8_columns(slice); i < NAME_COLUMNS; i++)
        text_add_char(text, ' ');
}

static void add_right(struct text *text, const char *string)
{
    for (size_t i = utf8_columns(slice_of(string)); i < NUMBER_COLUMNS; i++)
        text_add_char(text, ' ');
    text_add_string(text, string);
}

static void add_number(struct text *text, uint64_t number)
{
    text_addf(text, "%*llu", NUMBER_COLUMNS, (unsigned long long)number);
}

static void add_rules(struct text *text, const struct rule_set *set,
                      const struct alert_counts *alerts, const uint64_t *fired, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    uint32_t silent = 0;
    uint32_t unfired = 0;
    add_left(text, slice_of(chinese ? "规则" : "rule"));
    add_right(text, chinese ? "触发" : "findings");
    add_right(text, chinese ? "告警" : "alerts");
    add_right(text, chinese ? "重复" : "repeats");
    add_right(text, chinese ? "合并" : "merged");
    text_add_char(text, '\n');
    for (uint32_t i = 0; i < set->rules_count; i++) {
        if (set->rule[i].subject == NULL) {
            silent++;
            continue;
        }
        if (fired[i] == 0) {
            unfired++;
            continue;
        }
        add_left(text, set->rule[i].name);
        add_number(text, alerts->alerts_of[i] + alerts->merged_of[i]);
        add_number(text, alerts->alerts_of[i] - alerts->repeats_of[i]);
        add_number(text, alerts->repeats_of[i]);
        add_number(text, alerts->merged_of[i]);
        text_add_char(text, '\n');
    }
    text_addf(text,
              chinese ? "（另有 %u 条规则未触发，%u 条仅作标记）\n"
                      : "(%u more rules did not fire, %u only mark)\n",
              unfired, silent);
}

static void add_subjects(struct text *text, const struct alert_counts *alerts, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    text_addf(text,
              chinese ? "告警 %llu，重复 %llu，合并 %llu\n"
                      : "alerts %llu, repeats %llu, merged %llu\n",
              (unsigned long long)alerts->alerts, (unsigned long long)alerts->repeats,
              (unsigned long long)alerts->merged);
    bool some = false;
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        if (alerts->subjects_of[label] == 0)
            continue;
        const char *before = chinese ? "对象：" : "subjects: ";
        const char *between = chinese ? "，" : ", ";
        text_addf(text, "%s%s %llu", some ? between : before, label_saying(label).in[tongue],
                  (unsigned long long)alerts->subjects_of[label]);
        some = true;
    }
    text_add_string(text, some ? "\n" : "");
}

void text_add_summary(struct text *text, const struct feed *feed, const struct pipeline *pipeline,
                      const struct rule_set *set)
{
    static struct engine_counts engine;
    static struct alert_counts alerts;
    enum tongue tongue = feed->command->tongue;
    engine_count(pipeline->engine, &engine);
    alert_desk_count(pipeline->desk, &alerts);
    add_rules(text, set, &alerts, engine.fired, tongue);
    add_subjects(text, &alerts, tongue);
    feed_add_counts(text, feed, tongue);
    text_addf(text,
              tongue == TONGUE_ZH ? "事件 %llu，重复记录 %llu，迟到 %llu，其他币种 %llu\n"
                                  : "events %llu, duplicates %llu, late %llu, in other currency "
                                    "%llu\n",
              (unsigned long long)engine.records, (unsigned long long)engine.duplicates,
              (unsigned long long)engine.late, (unsigned long long)engine.other_currency);
    text_addf(text,
              tongue == TONGUE_ZH ? "实体 %llu，无对象的触发 %llu，受界限影响的触发 %llu\n"
                                  : "entities %llu, findings without a subject %llu, bounded "
                                    "findings %llu\n",
              (unsigned long long)engine.entities, (unsigned long long)engine.subjectless,
              (unsigned long long)engine.bounded);
}

void text_add_effort(struct text *text, const struct feed *feed, const struct pipeline *pipeline)
{
    static struct engine_counts engine;
    engine_count(pipeline->engine, &engine);
    struct intake_counts counts;
    intake_count(feed->intake, &counts);
    double seconds = (double)progress_elapsed_ms(&feed->progress) / 1000;
    double rate = seconds > 0 ? (double)counts.read / seconds : 0;
    uint64_t each = engine.entities == 0 ? 0 : engine.bytes / engine.entities;
    text_addf(text,
              feed->command->tongue == TONGUE_ZH
                  ? "用时 %.2f 秒，每秒 %.0f 条记录；每个实体 %llu 字节，共 %llu MiB\n"
                  : "%.2f s, %.0f records/s; %llu bytes per entity, %llu MiB in all\n",
              seconds, rate, (unsigned long long)each, (unsigned long long)(engine.bytes >> 20));
}
