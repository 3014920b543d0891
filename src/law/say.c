/* say.c -- packs, read aloud: by line, whole, one entry.
 *
 * Invariants:  1. A value below [V2] never appears without its mark in words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

static const char *in_tongue(struct saying saying, enum tongue tongue)
{
    return saying.in[tongue];
}

static void add_fen(struct text *text, int64_t fen)
{
    text_add_whole(text, fen / 100);
    if (fen % 100 != 0)
        text_addf(text, ".%02d", (int)(fen % 100));
}

static void add_codes(struct text *text, struct law_codes codes, enum tongue tongue)
{
    for (uint32_t i = 0; i < codes.count; i++) {
        text_add_string(text, i == 0 ? "" : tongue == TONGUE_ZH ? "；" : "; ");
        text_add_string(text, in_tongue(law_code_word(codes.at[i])->says, tongue));
    }
}

void text_add_law_value(struct text *text, const struct law_value *value, enum tongue tongue)
{
    switch (value->type) {
    case LAW_TYPE_count:
        text_add_law_count(text, value->count, value->unit, tongue);
        return;
    case LAW_TYPE_span:
        text_add_law_count(text, value->span.amount, value->span.unit, tongue);
        return;
    case LAW_TYPE_money:
        add_fen(text, value->fen);
        text_add_string(text, tongue == TONGUE_ZH ? "元" : " yuan");
        return;
    case LAW_TYPE_rank:
        text_add_string(text, in_tongue(law_rank_word(value->rank)->says, tongue));
        return;
    case LAW_TYPE_code:
        text_add_string(text, in_tongue(law_code_word(value->code)->says, tongue));
        return;
    case LAW_TYPE_list:
        add_codes(text, value->list, tongue);
        return;
    case LAW_TYPE_switch:
        text_add_string(text, tongue == TONGUE_ZH ? (value->yes ? "是" : "否")
                                                  : (value->yes ? "yes" : "no"));
        return;
    case LAW_TYPE_date:
        text_add_law_date(text, value->date);
        return;
    case LAW_TYPES_COUNT:
        break;
    }
    must(false);
}

/* "[R] reconstructed: …" for what must be said, "[V2]" for the rest. */
static void add_mark(struct text *text, enum law_mark mark, enum tongue tongue)
{
    text_addf(text, "[%s]", law_mark_word(mark)->name);
    if (law_mark_doubtful(mark))
        text_addf(text, " %s", in_tongue(law_mark_word(mark)->says, tongue));
}

/* "art. 8(3)"; "text" where the article is not known, "annex 1". */
static void add_article(struct text *text, struct slice article, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    struct slice annex = SLICE("annex ");
    if (slice_equal(article, SLICE("text"))) {
        text_add_string(text, zh ? "正文" : "text");
    } else if (slice_starts(article, annex)) {
        text_add_string(text, zh ? "附件" : "annex ");
        text_add(text, (struct slice){article.at + annex.size, article.size - annex.size});
    } else {
        text_add_string(text, zh ? "条款 " : "art. ");
        text_add(text, article);
    }
    text_add_string(text, zh ? "，" : ", ");
}

void law_add_origin(struct text *text, struct slice article, struct slice source,
                    enum law_mark mark, enum tongue tongue)
{
    text_add_string(text, "(");
    if (article.size > 0)
        add_article(text, article, tongue);
    text_add(text, source);
    text_add_string(text, ") ");
    add_mark(text, mark, tongue);
}

static void add_dates(struct text *text, const struct law_pack *pack, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    if (pack->draft) {
        text_add_string(text, zh ? "草案，" : "draft of ");
        text_add_law_date(text, pack->from);
        text_add_string(text, zh ? "，未生效" : ", never in force");
        return;
    }
    text_add_string(text, zh ? "自 " : "from ");
    text_add_law_date(text, pack->from);
    if (pack->until.days != LAW_DATE_NONE.days) {
        text_add_string(text, zh ? " 至 " : " to ");
        text_add_law_date(text, pack->until);
    }
    text_add_char(text, ' ');
    add_mark(text, pack->dates_mark, tongue);
}

static unsigned doubtful_count(const struct law_pack *pack)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < pack->values_count; i++)
        count += law_mark_doubtful(pack->values[i].mark);
    for (uint32_t i = 0; i < pack->measures_count; i++)
        count += law_mark_doubtful(pack->measures[i].mark);
    for (uint32_t i = 0; i < pack->fines_count; i++)
        count += law_mark_doubtful(pack->fines[i].mark);
    return count;
}

void text_add_law_line(struct text *text, const struct law_pack *pack, enum tongue tongue)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&pack->hash, hex);
    text_add(text, pack->name);
    text_addf(text, "  %s\n    ", in_tongue(law_subject_word(pack->subject)->says, tongue));
    text_add(text, pack->title[tongue]);
    text_add_string(text, "\n    ");
    add_dates(text, pack, tongue);
    text_addf(text,
              tongue == TONGUE_ZH
                  ? "\n    %u 个条目，%u 行表格，%u 个待核，%u 个待定；sha256 %.16s…\n"
                  : "\n    %u entries, %u table lines, %u to be checked, %u open; "
                    "sha256 %.16s...\n",
              pack->values_count, pack->measures_count + pack->fines_count, doubtful_count(pack),
              pack->gaps_count, hex);
}

static void add_note(struct text *text, const struct slice *note, enum tongue tongue)
{
    if (note[tongue].size == 0)
        return;
    text_add_string(text, "\n      ");
    text_add(text, note[tongue]);
}

static void add_value_line(struct text *text, const struct law_value *value, enum tongue tongue)
{
    text_addf(text, "  %s = ", value->name);
    text_add_law_value(text, value, tongue);
    text_addf(text, "\n      %s ", in_tongue(value->says, tongue));
    law_add_origin(text, value->article, value->source, value->mark, tongue);
    add_note(text, value->note, tongue);
    text_add_char(text, '\n');
}

void law_add_measure_line(struct text *text, const struct law_measure *measure, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    text_addf(text, zh ? "  %s：%s（%s）" : "  %s: %s (%s)",
              in_tongue(law_code_word(measure->object)->says, tongue),
              in_tongue(law_code_word(measure->restriction)->says, tongue),
              in_tongue(law_code_word(measure->kind)->says, tongue));
    if (measure->exceptions.count > 0) {
        text_add_string(text, zh ? "\n      保留：" : "\n      kept: ");
        add_codes(text, measure->exceptions, tongue);
    }
    text_add_string(text, zh ? "\n      对象：" : "\n      of: ");
    add_codes(text, measure->categories, tongue);
    text_add_string(text, zh ? "\n      执行：" : "\n      by: ");
    add_codes(text, measure->executors, tongue);
    text_add_char(text, ' ');
    law_add_origin(text, measure->article, measure->source, measure->mark, tongue);
    add_note(text, measure->note, tongue);
    text_add_char(text, '\n');
}

static void add_fine_amounts(struct text *text, const struct law_fine_row *row, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    if (!row->by_gains) {
        text_add_string(text, zh ? "罚款 " : "fine ");
        add_fen(text, row->fine_least);
        text_add_string(text, zh ? "–" : " to ");
        add_fen(text, row->fine_most);
        text_add_string(text, zh ? " 元" : " yuan");
    } else {
        text_addf(text,
                  zh ? "违法所得的 %lld–%lld 倍；无违法所得或不足 "
                     : "%lld to %lld times the gains; without gains or below ",
                  (long long)row->times_least, (long long)row->times_most);
        add_fen(text, row->gains_limit);
        text_add_string(text, zh ? " 元的，至多 " : " yuan at most ");
        add_fen(text, row->cap);
        text_add_string(text, zh ? " 元" : " yuan");
    }
    if (row->confiscates)
        text_add_string(text, zh ? "；没收违法所得" : "; gains confiscated");
    if (row->warning_instead)
        text_add_string(text, zh ? "；或警告、通报批评" : "; or a warning or criticism");
    if (row->detention_most > 0 && row->detention_least == 0)
        text_addf(text, zh ? "；拘留至多 %d 日" : "; detention of at most %d days",
                  row->detention_most);
    else if (row->detention_most > 0)
        text_addf(text, zh ? "；拘留 %d–%d 日" : "; detention %d to %d days", row->detention_least,
                  row->detention_most);
}

void text_add_law_fine_row(struct text *text, const struct law_fine_row *row, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    text_addf(text, zh ? "  %s · %s（%s）\n      " : "  %s, %s (%s)\n      ",
              law_act_word(row->act)->name, in_tongue(law_grade_word(row->grade)->says, tongue),
              in_tongue(law_act_word(row->act)->says, tongue));
    add_fine_amounts(text, row, tongue);
    text_add_string(text, zh ? "\n      机关：" : "\n      by: ");
    add_codes(text, row->by, tongue);
    text_add_char(text, ' ');
    law_add_origin(text, row->article, row->source, row->mark, tongue);
    add_note(text, row->note, tongue);
    text_add_char(text, '\n');
}

void text_add_law_pack(struct text *text, const struct law_pack *pack, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&pack->hash, hex);
    text_add_law_line(text, pack, tongue);
    text_addf(text, "    sha256:%s\n", hex);
    text_add_string(text, zh ? "\n条目\n" : "\nentries\n");
    for (uint32_t i = 0; i < pack->values_count; i++)
        add_value_line(text, &pack->values[i], tongue);
    if (pack->measures_count > 0)
        text_add_string(text, zh ? "\n惩戒措施\n" : "\nmeasures\n");
    for (uint32_t i = 0; i < pack->measures_count; i++)
        law_add_measure_line(text, &pack->measures[i], tongue);
    if (pack->fines_count > 0)
        text_add_string(text, zh ? "\n罚款\n" : "\nfines\n");
    for (uint32_t i = 0; i < pack->fines_count; i++)
        text_add_law_fine_row(text, &pack->fines[i], tongue);
    if (pack->gaps_count > 0)
        text_add_string(text, zh ? "\n待定（不作推断）\n"
                                 : "\nopen: no value is given, and none is guessed\n");
    for (uint32_t i = 0; i < pack->gaps_count; i++) {
        text_addf(text, "  %s\n      ", pack->gaps[i].name);
        text_add(text, pack->gaps[i].why[tongue]);
        text_add_char(text, '\n');
    }
    text_add_string(text, zh ? "\n来源\n" : "\nsources\n");
    for (uint32_t i = 0; i < pack->sources_count; i++) {
        text_add_string(text, "  ");
        text_add(text, pack->sources[i].key);
        text_add_string(text, "  ");
        text_add(text, pack->sources[i].says[tongue]);
        text_add_char(text, '\n');
    }
}

void text_add_law_entry(struct text *text, const struct law_pack *pack,
                        const struct law_value *value, enum tongue tongue)
{
    add_value_line(text, value, tongue);
    for (uint32_t i = 0; i < pack->sources_count; i++) {
        if (!slice_equal(pack->sources[i].key, value->source))
            continue;
        text_add_string(text, "      ");
        text_add(text, pack->sources[i].key);
        text_add_string(text, ": ");
        text_add(text, pack->sources[i].says[tongue]);
        text_add_char(text, '\n');
    }
    text_add_string(text, "      ");
    text_add_law_stamp(text, pack);
    text_add_char(text, '\n');
}
