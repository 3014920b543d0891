/* law_inside.h -- what the readers of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/outline.h"
#include "law/law.h"

enum law_complaint {
#define LAW_COMPLAINT(name, en, zh) LAW_COMPLAINT_##name,
#include "law/complaints.inc"
#undef LAW_COMPLAINT
    LAW_COMPLAINTS_COUNT
};

/* What a pack of each subject speaks about. */
struct law_schema {
    enum law_subject subject;
    const char *name;
    enum law_type type;
    enum law_unit unit;
    enum law_group group;
    struct saying says;
};

/* clang-format off */
enum {
    LAW_SCHEMA_COUNT = 0
#define LAW_ENTRY(subject, name, type, unit, group, en, zh) + 1
#include "law/entries.inc"
#undef LAW_ENTRY
};
/* clang-format on */
extern const struct law_schema LAW_SCHEMA[LAW_SCHEMA_COUNT];
/* The entry of the subject, or LAW_SCHEMA_COUNT. */
unsigned law_schema_find(enum law_subject subject, struct slice name);

struct law_reading {
    struct outline outline;
    struct arena *arena;
};

static const outline_node LAW_NOWHERE = -1; /* as outline_keys() says it */

struct saying law_complaint_saying(enum law_complaint complaint);
enum status law_complain(const struct law_reading *reading, outline_node node,
                         enum law_complaint complaint);
/* The same, about a word that does not stand at the node. */
enum status law_complain_about(const struct law_reading *reading, outline_node node,
                               enum law_complaint complaint, struct slice about);

enum status law_text(const struct law_reading *reading, outline_node node, struct slice *out);
/* A name of letters, digits, `-`, `_` and `.`. */
enum status law_name(const struct law_reading *reading, outline_node node, struct slice *out);
enum status law_whole(const struct law_reading *reading, outline_node node, int64_t least,
                      int64_t most, int64_t *out);
/* Yuan, in fen. */
enum status law_fen(const struct law_reading *reading, outline_node node, int64_t *out);
enum status law_yes(const struct law_reading *reading, outline_node node, bool *out);
enum status law_date_read(const struct law_reading *reading, outline_node node, law_date *out);
/* `{en: ..., zh: ...}` into TONGUES_COUNT slices. */
enum status law_both(const struct law_reading *reading, outline_node node, struct slice *out);
enum status law_mark_read(const struct law_reading *reading, outline_node node, enum law_mark *out);
/* One of so many words. */
enum status law_word_read(const struct law_reading *reading, outline_node node,
                          const struct law_word *(*word_of)(unsigned), unsigned count,
                          unsigned *out);
enum status law_code_read(const struct law_reading *reading, outline_node node,
                          enum law_group group, enum law_code *out);
enum status law_codes_read(const struct law_reading *reading, outline_node node,
                           enum law_group group, struct law_codes *out);
/* Two numbers, the lesser first. */
enum status law_pair(const struct law_reading *reading, outline_node node,
                     enum status (*read)(const struct law_reading *reading, outline_node node,
                                         int64_t *out),
                     int64_t *least, int64_t *most);

/* Where something is written: article, source, mark and note. */
struct law_roots {
    outline_node article, source, mark, note;
};
struct law_origin {
    struct slice article, source;
    enum law_mark mark;
    struct slice note[TONGUES_COUNT];
};
enum status law_origin_read(const struct law_reading *reading, const struct law_pack *pack,
                            outline_node item, struct law_roots roots, struct law_origin *out);

enum status law_measures_read(const struct law_reading *reading, outline_node list,
                              struct law_pack *pack);
enum status law_fines_read(const struct law_reading *reading, outline_node list,
                           struct law_pack *pack);
enum status law_calendar_read(const struct law_reading *reading, struct law_calendar *out);

/* What text_add_law_pack() and its kin are made of. */
void law_add_origin(struct text *text, struct slice article, struct slice source,
                    enum law_mark mark, enum tongue tongue);
void law_add_measure_line(struct text *text, const struct law_measure *measure, enum tongue tongue);
/* As JSON objects. */
void law_add_entry_json(struct text *text, const struct law_value *value);
void law_add_fine_json(struct text *text, const struct law_fine_row *row);
void law_add_measure_json(struct text *text, const struct law_measure *measure);

/* The files that the program carries. */
struct law_file {
    const char *path;
    struct slice text;
};
uint32_t law_shipped_count(void);
struct law_file law_shipped(uint32_t i);
