/* json.c -- packs as JSON, for programs: the words of the packs, both tongues beside each other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

static void add_name(struct text *text, const char *name)
{
    text_add_json(text, slice_of(name));
}

static void add_both(struct text *text, const char *member, const struct slice *both)
{
    if (both[TONGUE_EN].size == 0)
        return;
    text_addf(text, ",\"%s\":{\"en\":", member);
    text_add_json(text, both[TONGUE_EN]);
    text_add_string(text, ",\"zh\":");
    text_add_json(text, both[TONGUE_ZH]);
    text_add_char(text, '}');
}

static void add_codes(struct text *text, const char *member, struct law_codes codes)
{
    text_addf(text, ",\"%s\":[", member);
    for (uint32_t i = 0; i < codes.count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_name(text, law_code_word(codes.at[i])->name);
    }
    text_add_char(text, ']');
}

static void add_yuan(struct text *text, const char *member, int64_t fen)
{
    text_addf(text, ",\"%s\":\"%lld.%02d\"", member, (long long)(fen / 100), (int)(fen % 100));
}

static void add_value(struct text *text, const struct law_value *value)
{
    switch (value->type) {
    case LAW_TYPE_count:
        text_addf(text, ",\"value\":%lld", (long long)value->count);
        break;
    case LAW_TYPE_span:
        text_addf(text, ",\"value\":%d", value->span.amount);
        break;
    case LAW_TYPE_money:
        add_yuan(text, "value", value->fen);
        break;
    case LAW_TYPE_rank:
        text_add_string(text, ",\"value\":");
        add_name(text, law_rank_word(value->rank)->name);
        break;
    case LAW_TYPE_code:
        text_add_string(text, ",\"value\":");
        add_name(text, law_code_word(value->code)->name);
        break;
    case LAW_TYPE_list:
        add_codes(text, "value", value->list);
        break;
    case LAW_TYPE_switch:
        text_addf(text, ",\"value\":%s", value->yes ? "true" : "false");
        break;
    case LAW_TYPE_date:
        text_add_string(text, ",\"value\":\"");
        text_add_law_date(text, value->date);
        text_add_char(text, '"');
        break;
    case LAW_TYPES_COUNT:
        must(false);
    }
    if (value->unit != LAW_UNIT_none)
        text_addf(text, ",\"unit\":\"%s\"", law_unit_word(value->unit)->name);
}

static void add_origin(struct text *text, struct slice article, struct slice source,
                       enum law_mark mark, const struct slice *note)
{
    if (article.size > 0) {
        text_add_string(text, ",\"article\":");
        text_add_json(text, article);
    }
    text_add_string(text, ",\"source\":");
    text_add_json(text, source);
    text_addf(text, ",\"mark\":\"%s\",\"doubtful\":%s", law_mark_word(mark)->name,
              law_mark_doubtful(mark) ? "true" : "false");
    add_both(text, "note", note);
}

void law_add_entry_json(struct text *text, const struct law_value *value)
{
    text_addf(text, "{\"type\":\"%s\"", law_type_word(value->type)->name);
    add_value(text, value);
    add_origin(text, value->article, value->source, value->mark, value->note);
    text_add_char(text, '}');
}

static void add_entry(struct text *text, const struct law_value *value)
{
    add_name(text, value->name);
    text_add_char(text, ':');
    law_add_entry_json(text, value);
}

static void add_entries(struct text *text, const struct law_pack *pack)
{
    text_add_string(text, ",\"values\":{");
    for (uint32_t i = 0; i < pack->values_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_entry(text, &pack->values[i]);
    }
    text_add_string(text, "},\"open_questions\":{");
    for (uint32_t i = 0; i < pack->gaps_count; i++) {
        const struct law_gap *gap = &pack->gaps[i];
        text_add_string(text, i == 0 ? "" : ",");
        add_name(text, gap->name);
        text_add_string(text, ":{\"en\":");
        text_add_json(text, gap->why[TONGUE_EN]);
        text_add_string(text, ",\"zh\":");
        text_add_json(text, gap->why[TONGUE_ZH]);
        text_add_char(text, '}');
    }
    text_add_string(text, "},\"silent\":[");
    for (uint32_t i = 0; i < pack->silent_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_name(text, pack->silent[i]);
    }
    text_add_char(text, ']');
}

void law_add_measure_json(struct text *text, const struct law_measure *measure)
{
    text_addf(text, "{\"kind\":\"%s\",\"object\":\"%s\",\"restriction\":\"%s\"",
              law_code_word(measure->kind)->name, law_code_word(measure->object)->name,
              law_code_word(measure->restriction)->name);
    add_codes(text, "categories", measure->categories);
    add_codes(text, "exceptions", measure->exceptions);
    add_codes(text, "executors", measure->executors);
    add_origin(text, measure->article, measure->source, measure->mark, measure->note);
    text_add_char(text, '}');
}

static void add_measures(struct text *text, const struct law_pack *pack)
{
    text_add_string(text, ",\"measures\":[");
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        law_add_measure_json(text, &pack->measures[i]);
    }
    text_add_char(text, ']');
}

void law_add_fine_json(struct text *text, const struct law_fine_row *row)
{
    text_addf(text, "{\"act\":\"%s\",\"grade\":\"%s\"", law_act_word(row->act)->name,
              law_grade_word(row->grade)->name);
    add_codes(text, "by", row->by);
    if (row->by_gains) {
        add_yuan(text, "gains_limit", row->gains_limit);
        add_yuan(text, "cap", row->cap);
        text_addf(text, ",\"times_least\":%lld,\"times_most\":%lld", (long long)row->times_least,
                  (long long)row->times_most);
    } else {
        add_yuan(text, "fine_least", row->fine_least);
        add_yuan(text, "fine_most", row->fine_most);
    }
    text_addf(text,
              ",\"confiscates\":%s,\"warning_instead\":%s,\"detention_least\":%d,"
              "\"detention_most\":%d",
              row->confiscates ? "true" : "false", row->warning_instead ? "true" : "false",
              row->detention_least, row->detention_most);
    add_origin(text, row->article, row->source, row->mark, row->note);
    text_add_char(text, '}');
}

static void add_fines(struct text *text, const struct law_pack *pack)
{
    text_add_string(text, ",\"fines\":[");
    for (uint32_t i = 0; i < pack->fines_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        law_add_fine_json(text, &pack->fines[i]);
    }
    text_add_char(text, ']');
}

void text_add_law_json(struct text *text, const struct law_pack *pack, bool whole)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&pack->hash, hex);
    text_add_string(text, "{\"pack\":");
    text_add_json(text, pack->name);
    text_addf(text, ",\"sha256\":\"%s\",\"subject\":\"%s\",\"draft\":%s,\"from\":\"", hex,
              law_subject_word(pack->subject)->name, pack->draft ? "true" : "false");
    text_add_law_date(text, pack->from);
    text_add_char(text, '"');
    if (pack->until.days != LAW_DATE_NONE.days) {
        text_add_string(text, ",\"until\":\"");
        text_add_law_date(text, pack->until);
        text_add_char(text, '"');
    }
    text_addf(text, ",\"dates_mark\":\"%s\"", law_mark_word(pack->dates_mark)->name);
    add_both(text, "title", pack->title);
    text_addf(text, ",\"entries\":%u,\"open\":%u", pack->values_count, pack->gaps_count);
    if (whole) {
        text_add_string(text, ",\"sources\":{");
        for (uint32_t i = 0; i < pack->sources_count; i++) {
            const struct law_source *source = &pack->sources[i];
            text_add_string(text, i == 0 ? "" : ",");
            text_add_json(text, source->key);
            text_add_string(text, ":{\"en\":");
            text_add_json(text, source->says[TONGUE_EN]);
            text_add_string(text, ",\"zh\":");
            text_add_json(text, source->says[TONGUE_ZH]);
            text_add_char(text, '}');
        }
        text_add_char(text, '}');
        add_entries(text, pack);
        add_measures(text, pack);
        add_fines(text, pack);
    }
    text_add_char(text, '}');
}

void text_add_law_entry_json(struct text *text, const struct law_pack *pack,
                             const struct law_value *value)
{
    text_add_string(text, "{\"stamp\":\"");
    text_add_law_stamp(text, pack);
    text_addf(text, "\",\"name\":\"%s\",\"entry\":", value->name);
    law_add_entry_json(text, value);
    text_add_char(text, '}');
}
