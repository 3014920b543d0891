/* tell.c -- what a trial found, as JSON: counts, days, what people had decided, and a few masked
 * examples of each kind, with the id of the alert that detection gave, if it gave one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hindsight/hindsight_inside.h"

static void add_count(struct text *text, const char *name, uint64_t count)
{
    text_addf(text, ",\"%s\":%llu", name, (unsigned long long)count);
}

static void add_decided(struct text *text, const char *name, const uint64_t of[VERDICTS_COUNT])
{
    text_addf(text, ",\"%s\":{\"confirmed\":%llu,\"false_alarm\":%llu}", name,
              (unsigned long long)of[VERDICT_TRUE], (unsigned long long)of[VERDICT_FALSE]);
}

static void add_rules(struct text *text, const struct trial *trial)
{
    text_add_string(text, ",\"rules\":[");
    for (uint32_t i = 0; i < trial->rows_count; i++) {
        const struct rule_row *row = &trial->row[i];
        text_add_string(text, i == 0 ? "{\"rule\":" : ",{\"rule\":");
        text_add_json(text, row->name);
        text_addf(text, ",\"typology\":\"%s\"",
                  row->label < LABELS_COUNT ? label_name(row->label) : "");
        add_count(text, "alerts", row->alerts);
        add_count(text, "alerts_live", row->alerts_live);
        add_count(text, "new", row->fresh);
        add_count(text, "gone", row->gone);
        add_count(text, "same", row->same);
        add_decided(text, "decided", row->decided);
        add_decided(text, "decided_live", row->decided_live);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static void add_days(struct text *text, const struct trial *trial)
{
    text_add_string(text, ",\"days\":[");
    for (uint32_t i = 0; i < trial->days_count; i++) {
        const struct day_row *row = &trial->day[i];
        const struct civil civil = civil_of_moment((moment){row->day * 24 * HOUR_MS}, 0);
        text_addf(text, "%s{\"day\":\"%04d-%02d-%02d\"", i == 0 ? "" : ",", (int)civil.year,
                  (int)civil.month, (int)civil.day);
        add_count(text, "alerts", row->alerts);
        add_count(text, "alerts_live", row->alerts_live);
        text_add_char(text, '}');
    }
    text_addf(text, "],\"other_days\":{\"alerts\":%llu,\"alerts_live\":%llu}",
              (unsigned long long)trial->other_days, (unsigned long long)trial->other_days_live);
}

/* Of two kept lists those that are `same`, or are not, in the end: a trial that was cut may not
 * have come to where detection spoke. */
static void add_examples(struct text *text, const char *name, const struct examples *const lists[2],
                         bool counted)
{
    uint32_t told = 0;
    text_addf(text, "\"%s\":[", name);
    for (unsigned list = 0; list < 2 && lists[list] != NULL; list++) {
        for (uint32_t i = 0; i < lists[list]->count; i++) {
            const struct example *example = &lists[list]->at[i];
            if (example->pair->counted != counted || told == HINDSIGHT_EXAMPLES_MAX)
                continue;
            text_add_string(text, told++ == 0 ? "{\"live\":" : ",{\"live\":");
            if (example->pair->counted)
                text_add_json(text, example->pair->live);
            else
                text_add_string(text, "null");
            text_add_string(text, ",\"alert\":");
            text_add(text, example->json);
            text_add_char(text, '}');
        }
    }
    text_add_char(text, ']');
}

static void add_cut(struct text *text, enum hindsight_cut cut)
{
    static const char *const NAMES[] = {
#define CUT(name, en, zh) #name,
#include "hindsight/cuts.inc"
#undef CUT
    };
    static const struct saying SAYS[] = {
#define CUT(name, en, zh) SAYING(en, zh),
#include "hindsight/cuts.inc"
#undef CUT
    };
    if (cut == HINDSIGHT_CUT_none) {
        text_add_string(text, ",\"cut\":null");
        return;
    }
    text_addf(text, ",\"cut\":{\"by\":\"%s\",\"en\":", NAMES[cut]);
    text_add_json(text, slice_of(SAYS[cut].in[TONGUE_EN]));
    text_add_string(text, ",\"zh\":");
    text_add_json(text, slice_of(SAYS[cut].in[TONGUE_ZH]));
    text_add_char(text, '}');
}

static void add_moment(struct text *text, const char *name, moment at, int32_t zone_minutes)
{
    text_addf(text, ",\"%s\":", name);
    if (at.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, at, zone_minutes);
    text_add_char(text, '"');
}

static void add_window(struct text *text, struct trial *trial)
{
    text_addf(text, "{\"registers\":%s", trial->registers ? "true" : "false");
    add_moment(text, "begins", trial->begins, trial->options.zone_minutes);
    add_moment(text, "warms", trial->warms, trial->options.zone_minutes);
    add_count(text, "warm", atomic_load(&trial->warm));
    add_count(text, "from", atomic_load(&trial->from));
    add_count(text, "to", atomic_load(&trial->to));
    add_count(text, "reached", atomic_load(&trial->reached));
    add_cut(text, trial->cut);
    add_count(text, "records", trial->records);
    add_count(text, "warmed", trial->warmed);
}

/* Over all rules; a subject counts at one of either side. */
static void add_sums(struct text *text, const struct trial *trial)
{
    struct rule_row sum = {.alerts = trial->alerts, .alerts_live = trial->alerts_live};
    for (uint32_t i = 0; i < trial->rows_count; i++) {
        const struct rule_row *row = &trial->row[i];
        sum.fresh += row->fresh;
        sum.gone += row->gone;
        sum.same += row->same;
        for (unsigned verdict = 0; verdict < VERDICTS_COUNT; verdict++) {
            sum.decided[verdict] += row->decided[verdict];
            sum.decided_live[verdict] += row->decided_live[verdict];
        }
    }
    add_count(text, "alerts", sum.alerts);
    add_count(text, "alerts_live", sum.alerts_live);
    add_count(text, "new", sum.fresh);
    add_count(text, "gone", sum.gone);
    add_count(text, "same", sum.same);
    add_decided(text, "decided", sum.decided);
    add_decided(text, "decided_live", sum.decided_live);
}

enum status tell_result(struct trial *trial)
{
    struct text *text = &trial->result;
    const struct examples *const fresh[2] = {&trial->fresh, &trial->same};
    const struct examples *const same[2] = {&trial->same, NULL};
    const struct examples *const gone[2] = {&trial->gone, NULL};
    add_window(text, trial);
    add_sums(text, trial);
    add_rules(text, trial);
    add_days(text, trial);
    text_add_string(text, ",\"examples\":{");
    add_examples(text, "new", fresh, false);
    text_add_char(text, ',');
    add_examples(text, "gone", gone, true);
    text_add_char(text, ',');
    add_examples(text, "same", same, true);
    text_add_string(text, "}}");
    return text->full ? STATUS_FULL : STATUS_OK;
}
