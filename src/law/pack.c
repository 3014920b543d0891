/* pack.c -- a pack, read strictly: a number of the law that was mistyped must not reach a person.
 *
 * Invariants:  1. Of every entry of its subject a pack says the value, or the open question, or
 *                 that its text is silent; once.
 *              2. Every value bears source and mark, and its article unless it is a proposal.
 * Not chosen:  values with formulas or conditions.  A pack is read by lawyers; what depends on
 *              something is two entries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/limits.h"
#include "law/law_inside.h"

enum {
    KEY_law,
    KEY_pack,
    KEY_subject,
    KEY_title,
    KEY_in_force,
    KEY_draft,
    KEY_sources,
    KEY_entries,
    KEY_open,
    KEY_silent,
    KEY_measures,
    KEY_fines,
    KEYS_COUNT
};

static const struct slice KEYS[KEYS_COUNT] = {
    {"law", 3},     {"pack", 4},    {"subject", 7}, {"title", 5},  {"in_force", 8}, {"draft", 5},
    {"sources", 7}, {"entries", 7}, {"open", 4},    {"silent", 6}, {"measures", 8}, {"fines", 5},
};

struct pack_reading {
    const struct law_reading *reading;
    struct law_pack *pack;
    outline_node at[KEYS_COUNT];
    /* What is said of each entry of the schema. */
    bool said[LAW_SCHEMA_COUNT];
    struct law_value *value[LAW_SCHEMA_COUNT];
};

/* An entry of this subject that was not spoken of yet. */
static enum status entry_name(struct pack_reading *reading, outline_node key, unsigned *out)
{
    const struct outline *outline = &reading->reading->outline;
    struct slice known[LAW_SCHEMA_COUNT];
    unsigned known_count = 0;
    enum law_subject subject = reading->pack->subject;
    TRY(outline_want(outline, key, OUTLINE_TEXT));
    unsigned found = law_schema_find(subject, outline_text(outline, key));
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++)
        if (LAW_SCHEMA[i].subject == subject)
            known[known_count++] = slice_of(LAW_SCHEMA[i].name);
    if (found == LAW_SCHEMA_COUNT)
        return outline_unknown(outline, key, SAYING("there is no entry `%`", "没有条目 `%`"), known,
                               known_count);
    if (reading->said[found])
        return law_complain(reading->reading, key, LAW_COMPLAINT_said_twice);
    reading->said[found] = true;
    *out = found;
    return STATUS_OK;
}

static const struct law_word *unit_word(unsigned i)
{
    return law_unit_word((enum law_unit)i);
}

static const struct law_word *rank_word(unsigned i)
{
    return law_rank_word((enum law_rank)i);
}

static const struct law_word *subject_word(unsigned i)
{
    return law_subject_word((enum law_subject)i);
}

/* The unit that the schema wants; of a span any unit of time. */
static enum status unit_read(const struct law_reading *reading, outline_node item,
                             outline_node node, struct law_value *value)
{
    unsigned word;
    bool span = value->type == LAW_TYPE_span;
    if (!span && value->unit == LAW_UNIT_none)
        return node == LAW_NOWHERE ? STATUS_OK
                                   : law_complain(reading, node, LAW_COMPLAINT_unit_alone);
    if (node == LAW_NOWHERE)
        return law_complain_about(reading, item, LAW_COMPLAINT_missing, SLICE("unit"));
    TRY(law_word_read(reading, node, unit_word, LAW_UNIT_none, &word));
    bool fine = span ? law_unit_is_time((enum law_unit)word) : word == (unsigned)value->unit;
    if (!fine)
        return law_complain(reading, node, LAW_COMPLAINT_unit_wrong);
    value->unit = (enum law_unit)word;
    return STATUS_OK;
}

static enum status value_read(const struct law_reading *reading, outline_node node,
                              enum law_group group, struct law_value *value)
{
    unsigned word = 0;
    int64_t number = 0;
    switch (value->type) {
    case LAW_TYPE_count:
        return law_whole(reading, node, 0, 1000000, &value->count);
    case LAW_TYPE_span:
        TRY(law_whole(reading, node, 1, 100000, &number));
        value->span = (struct law_span){(int32_t)number, value->unit};
        return STATUS_OK;
    case LAW_TYPE_money:
        return law_fen(reading, node, &value->fen);
    case LAW_TYPE_rank:
        TRY(law_word_read(reading, node, rank_word, LAW_RANKS_COUNT, &word));
        value->rank = (enum law_rank)word;
        return STATUS_OK;
    case LAW_TYPE_code:
        return law_code_read(reading, node, group, &value->code);
    case LAW_TYPE_list:
        return law_codes_read(reading, node, group, &value->list);
    case LAW_TYPE_switch:
        return law_yes(reading, node, &value->yes);
    case LAW_TYPE_date:
        return law_date_read(reading, node, &value->date);
    case LAW_TYPES_COUNT:
        break;
    }
    must(false);
    return STATUS_MALFORMED;
}

enum { ENTRY_value, ENTRY_unit, ENTRY_article, ENTRY_source, ENTRY_mark, ENTRY_note, ENTRY_KEYS };

static enum status entry_read(struct pack_reading *reading, outline_node key, outline_node item)
{
    static const struct slice NAMES[ENTRY_KEYS] = {{"value", 5},  {"unit", 4}, {"article", 7},
                                                   {"source", 6}, {"mark", 4}, {"note", 4}};
    const struct law_reading *inner = reading->reading;
    outline_node at[ENTRY_KEYS];
    struct law_origin origin;
    struct law_value *value;
    unsigned found, column;
    TRY(entry_name(reading, key, &found));
    TRY(outline_keys(&inner->outline, item, NAMES, ENTRY_KEYS, at));
    if (at[ENTRY_value] == LAW_NOWHERE)
        return law_complain_about(inner, item, LAW_COMPLAINT_missing, NAMES[ENTRY_value]);
    TRY(ARENA_NEW(inner->arena, 1, &value));
    const struct law_schema *schema = &LAW_SCHEMA[found];
    value->name = schema->name;
    value->says = schema->says;
    value->type = schema->type;
    value->unit = schema->unit;
    outline_place(&inner->outline, key, &value->line, &column);
    TRY(unit_read(inner, item, at[ENTRY_unit], value));
    TRY(value_read(inner, at[ENTRY_value], schema->group, value));
    struct law_roots roots = {at[ENTRY_article], at[ENTRY_source], at[ENTRY_mark], at[ENTRY_note]};
    TRY(law_origin_read(inner, reading->pack, item, roots, &origin));
    value->article = origin.article;
    value->source = origin.source;
    value->mark = origin.mark;
    memcpy(value->note, origin.note, sizeof value->note);
    reading->value[found] = value;
    return STATUS_OK;
}

static enum status entries_read(struct pack_reading *reading, outline_node map)
{
    const struct outline *outline = &reading->reading->outline;
    struct law_value *values;
    TRY(outline_want(outline, map, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, map); i++)
        TRY(entry_read(reading, outline_key(outline, map, i), outline_value(outline, map, i)));
    TRY(ARENA_NEW(reading->reading->arena, outline_count(outline, map), &values));
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++)
        if (reading->value[i] != NULL)
            values[reading->pack->values_count++] = *reading->value[i];
    reading->pack->values = values;
    return STATUS_OK;
}

static enum status open_read(struct pack_reading *reading, outline_node map)
{
    const struct outline *outline = &reading->reading->outline;
    struct law_gap *gaps;
    if (map == LAW_NOWHERE)
        return STATUS_OK;
    TRY(outline_want(outline, map, OUTLINE_MAP));
    TRY(ARENA_NEW(reading->reading->arena, outline_count(outline, map), &gaps));
    for (unsigned i = 0; i < outline_count(outline, map); i++) {
        unsigned found;
        TRY(entry_name(reading, outline_key(outline, map, i), &found));
        gaps[i].name = LAW_SCHEMA[found].name;
        gaps[i].says = LAW_SCHEMA[found].says;
        TRY(law_both(reading->reading, outline_value(outline, map, i), gaps[i].why));
    }
    reading->pack->gaps = gaps;
    reading->pack->gaps_count = outline_count(outline, map);
    return STATUS_OK;
}

static enum status silent_read(struct pack_reading *reading, outline_node list)
{
    const struct outline *outline = &reading->reading->outline;
    const char **silent;
    if (list == LAW_NOWHERE)
        return STATUS_OK;
    TRY(outline_want(outline, list, OUTLINE_LIST));
    TRY(ARENA_NEW(reading->reading->arena, outline_count(outline, list), &silent));
    for (unsigned i = 0; i < outline_count(outline, list); i++) {
        unsigned found;
        TRY(entry_name(reading, outline_item(outline, list, i), &found));
        silent[i] = LAW_SCHEMA[found].name;
    }
    reading->pack->silent = silent;
    reading->pack->silent_count = outline_count(outline, list);
    return STATUS_OK;
}

static enum status sources_read(struct pack_reading *reading, outline_node map)
{
    const struct outline *outline = &reading->reading->outline;
    struct law_source *sources;
    TRY(outline_want(outline, map, OUTLINE_MAP));
    unsigned count = outline_count(outline, map);
    if (count > LAW_SOURCES_MAX)
        return law_complain(reading->reading, map, LAW_COMPLAINT_many);
    TRY(ARENA_NEW(reading->reading->arena, count, &sources));
    for (unsigned i = 0; i < count; i++) {
        TRY(law_name(reading->reading, outline_key(outline, map, i), &sources[i].key));
        TRY(law_both(reading->reading, outline_value(outline, map, i), sources[i].says));
    }
    reading->pack->sources = sources;
    reading->pack->sources_count = count;
    return STATUS_OK;
}

static enum status dates_read(struct pack_reading *reading, outline_node map)
{
    static const struct slice NAMES[] = {{"from", 4}, {"until", 5}, {"mark", 4}};
    const struct law_reading *inner = reading->reading;
    struct law_pack *pack = reading->pack;
    outline_node at[3];
    TRY(outline_keys(&inner->outline, map, NAMES, 3, at));
    if (at[0] == LAW_NOWHERE || at[2] == LAW_NOWHERE)
        return law_complain_about(inner, map, LAW_COMPLAINT_missing,
                                  NAMES[at[0] == LAW_NOWHERE ? 0 : 2]);
    TRY(law_date_read(inner, at[0], &pack->from));
    TRY(law_mark_read(inner, at[2], &pack->dates_mark));
    pack->until = LAW_DATE_NONE;
    if (at[1] == LAW_NOWHERE)
        return STATUS_OK;
    TRY(law_date_read(inner, at[1], &pack->until));
    return pack->until.days < pack->from.days ? law_complain(inner, at[1], LAW_COMPLAINT_date_order)
                                              : STATUS_OK;
}

static enum status head_read(struct pack_reading *reading, outline_node root)
{
    const struct law_reading *inner = reading->reading;
    struct law_pack *pack = reading->pack;
    unsigned word;
    TRY(outline_keys(&inner->outline, root, KEYS, KEYS_COUNT, reading->at));
    if (reading->at[KEY_law] == LAW_NOWHERE ||
        !slice_equal(outline_text(&inner->outline, reading->at[KEY_law]), SLICE("1")))
        return law_complain(inner, root, LAW_COMPLAINT_version);
    for (unsigned k = KEY_pack; k <= KEY_entries; k++)
        if (reading->at[k] == LAW_NOWHERE && k != KEY_draft)
            return law_complain_about(inner, root, LAW_COMPLAINT_missing, KEYS[k]);
    TRY(law_name(inner, reading->at[KEY_pack], &pack->name));
    TRY(law_word_read(inner, reading->at[KEY_subject], subject_word, LAW_SUBJECTS_COUNT, &word));
    pack->subject = (enum law_subject)word;
    TRY(law_both(inner, reading->at[KEY_title], pack->title));
    TRY(dates_read(reading, reading->at[KEY_in_force]));
    if (reading->at[KEY_draft] != LAW_NOWHERE)
        TRY(law_yes(inner, reading->at[KEY_draft], &pack->draft));
    return sources_read(reading, reading->at[KEY_sources]);
}

/* A table belongs to one subject, which has to have it. */
static enum status table_wanted(struct pack_reading *reading, outline_node root, unsigned key,
                                enum law_subject subject)
{
    bool wanted = reading->pack->subject == subject;
    bool there = reading->at[key] != LAW_NOWHERE;
    if (wanted && !there)
        return law_complain_about(reading->reading, root, LAW_COMPLAINT_missing, KEYS[key]);
    if (there && !wanted)
        return law_complain_about(reading->reading, reading->at[key], LAW_COMPLAINT_not_here,
                                  KEYS[key]);
    return STATUS_OK;
}

static enum status pack_read(struct pack_reading *reading)
{
    const struct law_reading *inner = reading->reading;
    outline_node root = outline_root(&inner->outline);
    TRY(head_read(reading, root));
    TRY(entries_read(reading, reading->at[KEY_entries]));
    TRY(open_read(reading, reading->at[KEY_open]));
    TRY(silent_read(reading, reading->at[KEY_silent]));
    TRY(table_wanted(reading, root, KEY_measures, LAW_SUBJECT_discipline));
    TRY(table_wanted(reading, root, KEY_fines, LAW_SUBJECT_penalty));
    if (reading->at[KEY_measures] != LAW_NOWHERE)
        TRY(law_measures_read(inner, reading->at[KEY_measures], reading->pack));
    if (reading->at[KEY_fines] != LAW_NOWHERE)
        TRY(law_fines_read(inner, reading->at[KEY_fines], reading->pack));
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++)
        if (LAW_SCHEMA[i].subject == reading->pack->subject && !reading->said[i])
            return law_complain_about(inner, reading->at[KEY_entries], LAW_COMPLAINT_unsaid,
                                      slice_of(LAW_SCHEMA[i].name));
    return STATUS_OK;
}

/* Whether the root is a map with the key `calendar`. */
static bool is_calendar(const struct outline *outline)
{
    outline_node root = outline_root(outline);
    if (outline_type(outline, root) != OUTLINE_MAP)
        return false;
    for (unsigned i = 0; i < outline_count(outline, root); i++)
        if (slice_equal(outline_text(outline, outline_key(outline, root, i)), SLICE("calendar")))
            return true;
    return false;
}

enum status law_read(const char *path, struct slice text, struct arena *arena,
                     struct law_pack *pack, struct law_calendar *days, bool *calendar,
                     struct text why[TONGUES_COUNT])
{
    struct law_reading inner = {.arena = arena};
    struct law_pack read = {.hash = sha256_of(&text, 1)};
    struct law_calendar read_days = {.years_count = 0};
    struct pack_reading *reading;
    TRY(ARENA_NEW(arena, 1, &reading));
    TRY(slice_copy(arena, slice_of(path), &read.path));
    TRY(outline_open(&inner.outline, path, text, arena, why));
    *reading = (struct pack_reading){.reading = &inner, .pack = &read};
    bool days_found = is_calendar(&inner.outline);
    enum status status = days_found ? law_calendar_read(&inner, &read_days) : pack_read(reading);
    outline_close(&inner.outline);
    TRY(status);
    *calendar = days_found;
    if (days_found)
        *days = read_days;
    else
        *pack = read;
    return STATUS_OK;
}
