/* entry.c -- one entry: what it may hold, the bytes that are hashed, its row, its JSON.
 *
 *     01 | sequence, 8 | time in ms, 8 | size, 4 | actor | size, 4 | organisation | … | detail
 *
 * Numbers stand highest byte first.  Every text has its size in front of it.
 *
 * Invariants:  1. Two different entries have different bytes: sizes leave one way to read them.
 *              2. What entry_check() let in, the row and the JSON give back byte for byte.
 * Not chosen:  hashing the JSON; then the spelling of an escape would be evidence. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

#define TIME_MS_MAX 253402300799999 /* the end of the year 9999 */

enum { ENTRY_VERSION = 1, TEXTS_COUNT = 8 };

const char ENTRY_SELECT[] =
    "SELECT sequence, time, actor, organisation, action, object_kind, object_id, outcome, reason, "
    "detail FROM audit_entry WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence";

/* The form of a text.  A word or an id may be empty where a thing may be absent. */
enum form { FORM_WORD, FORM_WORD_OR_NONE, FORM_ID, FORM_ID_OR_NONE, FORM_FREE };

static const struct column {
    const char *name;
    size_t at; /* in struct audit_entry */
    size_t size_max;
    enum form form;
} COLUMNS[TEXTS_COUNT] = {
    {"actor", offsetof(struct audit_entry, actor), AUDIT_ID_MAX, FORM_ID},
    {"organisation", offsetof(struct audit_entry, organisation), AUDIT_ID_MAX, FORM_ID},
    {"action", offsetof(struct audit_entry, action), AUDIT_WORD_MAX, FORM_WORD},
    {"object_kind", offsetof(struct audit_entry, object_kind), AUDIT_WORD_MAX, FORM_WORD_OR_NONE},
    {"object_id", offsetof(struct audit_entry, object_id), AUDIT_ID_MAX, FORM_ID_OR_NONE},
    {"outcome", offsetof(struct audit_entry, outcome), AUDIT_WORD_MAX, FORM_WORD},
    {"reason", offsetof(struct audit_entry, reason), AUDIT_REASON_MAX, FORM_FREE},
    {"detail", offsetof(struct audit_entry, detail), AUDIT_DETAIL_MAX, FORM_FREE},
};

static struct slice text_of(const struct audit_entry *entry, size_t column)
{
    struct slice text;
    memcpy(&text, (const char *)entry + COLUMNS[column].at, sizeof text);
    return text;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static bool form_holds(struct slice text, enum form form)
{
    if (form == FORM_FREE)
        return utf8_valid(text) && (text.size == 0 || memchr(text.at, '\0', text.size) == NULL);
    if (text.size == 0)
        return form == FORM_WORD_OR_NONE || form == FORM_ID_OR_NONE;
    bool word = form == FORM_WORD || form == FORM_WORD_OR_NONE;
    for (size_t i = 0; i < text.size; i++) {
        if (word ? !is_word_byte(text.at[i]) : text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    }
    return true;
}

enum status entry_check(const struct audit_entry *entry)
{
    if (entry->time.ms < 0 || entry->time.ms > TIME_MS_MAX)
        return STATUS_MALFORMED;
    if ((entry->object_kind.size == 0) != (entry->object_id.size == 0))
        return STATUS_MALFORMED;
    for (size_t i = 0; i < TEXTS_COUNT; i++) {
        struct slice text = text_of(entry, i);
        if (text.size > COLUMNS[i].size_max)
            return STATUS_FULL;
        if (!form_holds(text, COLUMNS[i].form))
            return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

enum status entry_of_row(const struct store_value row[ENTRY_COLUMNS], struct audit_entry *out)
{
    struct audit_entry entry = {0};
    if (row[0].type != STORE_WHOLE || row[0].whole < 0 || row[1].type != STORE_WHOLE ||
        row[1].whole < 0 || row[1].whole > TIME_MS_MAX)
        return STATUS_MALFORMED;
    entry.sequence = (uint64_t)row[0].whole;
    entry.time.ms = row[1].whole;
    for (size_t i = 0; i < TEXTS_COUNT; i++) {
        struct slice text = row[i + 2].bytes;
        if (row[i + 2].type != STORE_TEXT || text.size > COLUMNS[i].size_max)
            return STATUS_MALFORMED;
        memcpy((char *)&entry + COLUMNS[i].at, &text, sizeof text);
    }
    *out = entry;
    return STATUS_OK;
}

static void add_number(struct text *text, uint64_t number, unsigned size)
{
    char bytes[8];
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (char)(number >> 8 * (size - 1 - i));
    text_add(text, (struct slice){bytes, size});
}

enum status entry_encode(const struct audit_entry *entry, char encoded[ENTRY_BYTES_MAX + 1],
                         struct slice *out)
{
    struct text text = text_over(encoded, ENTRY_BYTES_MAX + 1);
    text_add_char(&text, ENTRY_VERSION);
    add_number(&text, entry->sequence, 8);
    add_number(&text, (uint64_t)entry->time.ms, 8);
    for (size_t i = 0; i < TEXTS_COUNT; i++) {
        struct slice part = text_of(entry, i);
        add_number(&text, part.size, 4);
        text_add(&text, part);
    }
    if (text.full)
        return STATUS_FULL;
    *out = text_slice(&text);
    return STATUS_OK;
}

void entry_add_json(struct text *text, const struct audit_entry *entry)
{
    text_add_string(text, "\"sequence\":");
    text_add_whole(text, (int64_t)entry->sequence);
    text_add_string(text, ",\"time\":\"");
    text_add_moment(text, entry->time, 0);
    text_add_char(text, '"');
    for (size_t i = 0; i < TEXTS_COUNT; i++) {
        text_addf(text, ",\"%s\":", COLUMNS[i].name);
        text_add_json(text, text_of(entry, i));
    }
}
