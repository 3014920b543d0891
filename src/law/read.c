/* read.c -- the small things that packs and calendars are made of, read strictly.
 *
 * Invariants:  1. Whatever is refused is named with file, line and column, in both tongues.
 *              2. What is kept is copied: nothing lends from the document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/limits.h"
#include "law/law_inside.h"
#include "law/number.h"

enum { NAME_BYTES_MAX = 64, TEXT_BYTES_MAX = 1000 };

static const struct saying COMPLAINTS[] = {
#define LAW_COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "law/complaints.inc"
#undef LAW_COMPLAINT
};

struct saying law_complaint_saying(enum law_complaint complaint)
{
    return COMPLAINTS[complaint];
}

enum status law_complain(const struct law_reading *reading, outline_node node,
                         enum law_complaint complaint)
{
    return outline_complain(&reading->outline, node, COMPLAINTS[complaint]);
}

enum status law_complain_about(const struct law_reading *reading, outline_node node,
                               enum law_complaint complaint, struct slice about)
{
    unsigned line, column;
    outline_place(&reading->outline, node, &line, &column);
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text *why = &reading->outline.why[t];
        const char *said = COMPLAINTS[complaint].in[t];
        const char *hole = strchr(said, '%');
        must(hole != NULL);
        text_addf(why, "%s:%u:%u: ", reading->outline.path, line, column);
        text_add(why, (struct slice){said, (size_t)(hole - said)});
        text_add(why, about);
        text_add_string(why, hole + 1);
    }
    return STATUS_MALFORMED;
}

enum status law_text(const struct law_reading *reading, outline_node node, struct slice *out)
{
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    struct slice text = outline_text(&reading->outline, node);
    if (text.size == 0 || text.size > TEXT_BYTES_MAX)
        return law_complain(reading, node, LAW_COMPLAINT_text_long);
    return slice_copy(reading->arena, text, out);
}

enum status law_name(const struct law_reading *reading, outline_node node, struct slice *out)
{
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    struct slice text = outline_text(&reading->outline, node);
    bool fine = text.size > 0 && text.size <= NAME_BYTES_MAX;
    for (size_t i = 0; fine && i < text.size; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        fine = letter || c == '-' || c == '_' || c == '.';
    }
    if (!fine)
        return law_complain(reading, node, LAW_COMPLAINT_name_form);
    return slice_copy(reading->arena, text, out);
}

enum status law_whole(const struct law_reading *reading, outline_node node, int64_t least,
                      int64_t most, int64_t *out)
{
    int64_t number;
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    if (!law_digits(outline_text(&reading->outline, node), most, &number) || number < least)
        return law_complain(reading, node, LAW_COMPLAINT_whole_form);
    *out = number;
    return STATUS_OK;
}

enum status law_fen(const struct law_reading *reading, outline_node node, int64_t *out)
{
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    if (law_yuan_parse(outline_text(&reading->outline, node), out) != STATUS_OK)
        return law_complain(reading, node, LAW_COMPLAINT_money_form);
    return STATUS_OK;
}

enum status law_yes(const struct law_reading *reading, outline_node node, bool *out)
{
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    struct slice text = outline_text(&reading->outline, node);
    bool yes = slice_equal(text, SLICE("yes"));
    if (!yes && !slice_equal(text, SLICE("no")))
        return law_complain(reading, node, LAW_COMPLAINT_switch_form);
    *out = yes;
    return STATUS_OK;
}

enum status law_date_read(const struct law_reading *reading, outline_node node, law_date *out)
{
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    if (law_date_parse(outline_text(&reading->outline, node), out) != STATUS_OK)
        return law_complain(reading, node, LAW_COMPLAINT_date_form);
    return STATUS_OK;
}

enum status law_both(const struct law_reading *reading, outline_node node, struct slice *out)
{
    static const struct slice KEYS[TONGUES_COUNT] = {{"en", 2}, {"zh", 2}};
    outline_node at[TONGUES_COUNT];
    TRY(outline_keys(&reading->outline, node, KEYS, TONGUES_COUNT, at));
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        if (at[t] == LAW_NOWHERE)
            return law_complain_about(reading, node, LAW_COMPLAINT_missing, KEYS[t]);
        TRY(law_text(reading, at[t], &out[t]));
    }
    return STATUS_OK;
}

enum status law_word_read(const struct law_reading *reading, outline_node node,
                          const struct law_word *(*word_of)(unsigned), unsigned count,
                          unsigned *out)
{
    struct slice known[LAW_LIST_MAX];
    must(count <= LAW_LIST_MAX);
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    for (unsigned i = 0; i < count; i++) {
        known[i] = slice_of(word_of(i)->name);
        if (slice_equal(known[i], outline_text(&reading->outline, node))) {
            *out = i;
            return STATUS_OK;
        }
    }
    return outline_unknown(&reading->outline, node, SAYING("there is no `%`", "没有 `%`"), known,
                           count);
}

static const struct law_word *mark_word(unsigned i)
{
    return law_mark_word((enum law_mark)i);
}

enum status law_mark_read(const struct law_reading *reading, outline_node node, enum law_mark *out)
{
    unsigned word;
    TRY(law_word_read(reading, node, mark_word, LAW_MARKS_COUNT, &word));
    *out = (enum law_mark)word;
    return STATUS_OK;
}

enum status law_code_read(const struct law_reading *reading, outline_node node,
                          enum law_group group, enum law_code *out)
{
    struct slice known[LAW_CODES_COUNT];
    unsigned known_count = 0;
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    for (unsigned i = 0; i < LAW_CODES_COUNT; i++) {
        if (law_code_group((enum law_code)i) != group)
            continue;
        known[known_count] = slice_of(law_code_word((enum law_code)i)->name);
        if (slice_equal(known[known_count++], outline_text(&reading->outline, node))) {
            *out = (enum law_code)i;
            return STATUS_OK;
        }
    }
    return outline_unknown(&reading->outline, node, SAYING("there is no `%` here", "此处没有 `%`"),
                           known, known_count);
}

enum status law_codes_read(const struct law_reading *reading, outline_node node,
                           enum law_group group, struct law_codes *out)
{
    const struct outline *outline = &reading->outline;
    enum law_code *codes;
    TRY(outline_want(outline, node, OUTLINE_LIST));
    unsigned count = outline_count(outline, node);
    if (count == 0)
        return law_complain(reading, node, LAW_COMPLAINT_list_empty);
    if (count > LAW_LIST_MAX)
        return law_complain(reading, node, LAW_COMPLAINT_many);
    TRY(ARENA_NEW(reading->arena, count, &codes));
    for (unsigned i = 0; i < count; i++) {
        outline_node item = outline_item(outline, node, i);
        TRY(law_code_read(reading, item, group, &codes[i]));
        for (unsigned j = 0; j < i; j++)
            if (codes[j] == codes[i])
                return law_complain(reading, item, LAW_COMPLAINT_list_twice);
    }
    *out = (struct law_codes){count, codes};
    return STATUS_OK;
}

enum status law_pair(const struct law_reading *reading, outline_node node,
                     enum status (*read)(const struct law_reading *reading, outline_node node,
                                         int64_t *out),
                     int64_t *least, int64_t *most)
{
    const struct outline *outline = &reading->outline;
    TRY(outline_want(outline, node, OUTLINE_LIST));
    if (outline_count(outline, node) != 2)
        return law_complain(reading, node, LAW_COMPLAINT_range_form);
    TRY(read(reading, outline_item(outline, node, 0), least));
    TRY(read(reading, outline_item(outline, node, 1), most));
    return *least > *most ? law_complain(reading, node, LAW_COMPLAINT_range_form) : STATUS_OK;
}

static enum status source_find(const struct law_reading *reading, const struct law_pack *pack,
                               outline_node node, struct slice *out)
{
    struct slice known[LAW_SOURCES_MAX];
    TRY(outline_want(&reading->outline, node, OUTLINE_TEXT));
    for (uint32_t i = 0; i < pack->sources_count; i++) {
        known[i] = pack->sources[i].key;
        if (slice_equal(known[i], outline_text(&reading->outline, node))) {
            *out = known[i];
            return STATUS_OK;
        }
    }
    return outline_unknown(&reading->outline, node,
                           SAYING("there is no source `%`", "没有来源 `%`"), known,
                           pack->sources_count);
}

enum status law_origin_read(const struct law_reading *reading, const struct law_pack *pack,
                            outline_node item, struct law_roots roots, struct law_origin *out)
{
    *out = (struct law_origin){.article = SLICE("")};
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        out->note[t] = SLICE("");
    if (roots.mark == LAW_NOWHERE)
        return law_complain_about(reading, item, LAW_COMPLAINT_missing, SLICE("mark"));
    if (roots.source == LAW_NOWHERE)
        return law_complain_about(reading, item, LAW_COMPLAINT_missing, SLICE("source"));
    TRY(law_mark_read(reading, roots.mark, &out->mark));
    TRY(source_find(reading, pack, roots.source, &out->source));
    if (roots.article != LAW_NOWHERE)
        TRY(law_text(reading, roots.article, &out->article));
    else if (out->mark != LAW_MARK_P)
        return law_complain(reading, item, LAW_COMPLAINT_article_missing);
    return roots.note == LAW_NOWHERE ? STATUS_OK : law_both(reading, roots.note, out->note);
}
