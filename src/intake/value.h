/* value.h -- one field of a record from one value of a row. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "intake.h"
#include "time_form.h"

/* What the row cannot tell by itself. */
struct manner {
    struct slice home_country;
    struct slice home_currency;
    int32_t zone_minutes;
    int currency_digits; /* of the home currency */
};

enum spelled_as {
    AS_FIELD,   /* as the field's type says */
    AS_OPAQUE,  /* as written: for phones that are made-up numbers, extensions, hashes */
    AS_DIALLED, /* a phone number where it is one, else as written */
    AS_PHONE,   /* for fields of any type: a phone, an IMEI */
    AS_IMEI,
};

/* How one column spells its values; all zero: canonical. */
struct spelling {
    const struct time_form *time;
    struct slice prefix; /* put before the value */
    int64_t unit_ms;     /* one of a duration's numbers; 0: a second */
    int shift;           /* of money: times 10^shift */
    bool minor;          /* of money: the number is in minor units already */
    bool rounded;        /* of money and durations: more digits than there are units are rounded */
    bool zoned;          /* the column has its own zone */
    int32_t zone_minutes;
    enum spelled_as as;
};

/* The most that the texts and lists of one record take. */
enum { RECORD_ROOM_SIZE = RECORD_FIELDS_MAX * RECORD_TEXT_MAX };

/* The word of a CHOICE field read last: rows of a file share their words. */
struct word_memory {
    enum record_kind kind;
    size_t size;
    int64_t number;
    char word[16];
};

/* Where a record is put together. */
struct desk {
    struct record *record;
    const struct kind_schema *schema;
    const struct manner *manner;
    int currency_digits; /* of the record: its own currency's if it has named one */
    char *room;          /* texts and lists that are not as they stand in the window */
    size_t room_used, room_size;
    const char *window; /* texts in here are borrowed, not copied */
    size_t window_size;
    bool clean; /* the row has no control characters */
    struct time_memory *times;
    struct word_memory words[RECORD_FIELDS_MAX];
    enum reject_reason reason; /* of the last failure */
    struct slice value;        /* that failed; lent from the row */
};

static inline bool is_blank_byte(char c)
{
    return c == ' ' || c == '\t';
}

static inline struct slice slice_trim(struct slice slice)
{
    while (slice.size != 0 && is_blank_byte(slice.at[slice.size - 1]))
        slice.size--;
    while (slice.size != 0 && is_blank_byte(slice.at[0])) {
        slice.at++;
        slice.size--;
    }
    return slice;
}

/* An empty record of a kind. */
void desk_clear(struct desk *desk, enum record_kind kind);
/* Puts `written`, which is trimmed and not empty, as the field into the record.  An IMEI of zeros
 * is unknown and stays so.  MALFORMED: `reason` and `value` say why.  RECORD_ROOM_SIZE bytes must
 * be free before the first field of a record. */
enum status value_put(struct desk *desk, unsigned field, struct slice written,
                      const struct spelling *spelling);
