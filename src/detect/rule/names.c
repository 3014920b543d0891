/* names.c -- the words of the language's lists, and which of them was meant.
 *
 * What is near enough: at most a third of the letters differ (one for a word of up to five), where
 * a swapped pair of neighbours counts once.  Optimal string alignment, in three rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "names_inside.h"

static const char *const AGGREGATE_WORDS[] = {
#define AGGREGATE(word, takes_value, en, zh) #word,
#include "aggregates.inc"
#undef AGGREGATE
};

static const bool AGGREGATE_TAKES[] = {
#define AGGREGATE(word, takes_value, en, zh) takes_value,
#include "aggregates.inc"
#undef AGGREGATE
};

static const struct saying AGGREGATE_SAYINGS[] = {
#define AGGREGATE(word, takes_value, en, zh) {{en, zh}},
#include "aggregates.inc"
#undef AGGREGATE
};

static const char *const FUNCTION_WORDS[] = {
#define FUNCTION(name, min, max, en, zh) #name,
#include "functions.inc"
#undef FUNCTION
};

static const unsigned FUNCTION_ARGS[][2] = {
#define FUNCTION(name, min, max, en, zh) {min, max},
#include "functions.inc"
#undef FUNCTION
};

static const struct saying FUNCTION_SAYINGS[] = {
#define FUNCTION(name, min, max, en, zh) {{en, zh}},
#include "functions.inc"
#undef FUNCTION
};

static const struct flow_word {
    const char *word;
    enum type_class type;
    enum flow_asks asks;
    struct saying saying;
} FLOWS[] = {
#define FLOW(word, type, asks, en, zh) {#word, TYPE_##type, FLOW_##asks, {{en, zh}}},
#include "flows.inc"
#undef FLOW
};

static const char *const LABEL_WORDS[] = {
#define LABEL(name, subject, en, zh) #name,
#include "labels.inc"
#undef LABEL
};

static const enum field_type LABEL_SUBJECTS[] = {
#define LABEL(name, subject, en, zh) FIELD_##subject,
#include "labels.inc"
#undef LABEL
};

static const struct saying LABEL_SAYINGS[] = {
#define LABEL(name, subject, en, zh) {{en, zh}},
#include "labels.inc"
#undef LABEL
};

struct term {
    const char *key;
    struct saying saying;
};

static const struct term TERMS[] = {
#define TERM(key, en, zh) {key, {{en, zh}}},
#include "terms.inc"
#undef TERM
};

const char *aggregate_name(enum aggregate aggregate)
{
    return AGGREGATE_WORDS[aggregate];
}

const char *function_name(enum function function)
{
    return FUNCTION_WORDS[function];
}

const char *flow_name(enum flow_kind flow)
{
    return FLOWS[flow].word;
}

enum flow_asks flow_asks(enum flow_kind flow)
{
    return FLOWS[flow].asks;
}

struct saying flow_saying(enum flow_kind flow)
{
    return FLOWS[flow].saying;
}

struct type flow_type(enum flow_kind flow)
{
    return (struct type){.class = FLOWS[flow].type};
}

const char *label_name(enum label label)
{
    return LABEL_WORDS[label];
}

const char *grade_name(enum grade grade)
{
    static const char *const WORDS[] = {"", "low", "medium", "high", "extreme"};
    return WORDS[grade];
}

const char *response_name(enum response response)
{
    static const char *const WORDS[] = {"lead", "dissuasion", "stop_payment", "watch"};
    return WORDS[response];
}

enum field_type label_subject(enum label label)
{
    return LABEL_SUBJECTS[label];
}

struct saying label_saying(enum label label)
{
    return LABEL_SAYINGS[label];
}

struct saying aggregate_saying(enum aggregate aggregate)
{
    return AGGREGATE_SAYINGS[aggregate];
}

struct saying function_saying(enum function function)
{
    return FUNCTION_SAYINGS[function];
}

bool aggregate_takes_value(enum aggregate aggregate)
{
    return AGGREGATE_TAKES[aggregate];
}

unsigned function_args_min(enum function function)
{
    return FUNCTION_ARGS[function][0];
}

unsigned function_args_max(enum function function)
{
    return FUNCTION_ARGS[function][1];
}

/* The index of the word among `count`, or `count`. */
static unsigned word_index(struct slice word, const char *const *words, unsigned count)
{
    unsigned i = 0;
    while (i < count && !slice_equal(word, slice_of(words[i])))
        i++;
    return i;
}

bool aggregate_find(struct slice word, enum aggregate *out)
{
    unsigned i = word_index(word, AGGREGATE_WORDS, AGGREGATES_COUNT);
    if (i == AGGREGATES_COUNT)
        return false;
    *out = (enum aggregate)i;
    return true;
}

bool function_find(struct slice word, enum function *out)
{
    unsigned i = word_index(word, FUNCTION_WORDS, FUNCTIONS_COUNT);
    if (i == FUNCTIONS_COUNT)
        return false;
    *out = (enum function)i;
    return true;
}

bool flow_find(struct slice word, enum flow_kind *out)
{
    for (unsigned i = 0; i < FLOWS_COUNT; i++) {
        if (!slice_equal(word, slice_of(FLOWS[i].word)))
            continue;
        *out = (enum flow_kind)i;
        return true;
    }
    return false;
}

bool label_find(struct slice word, enum label *out)
{
    unsigned i = word_index(word, LABEL_WORDS, LABELS_COUNT);
    if (i == LABELS_COUNT)
        return false;
    *out = (enum label)i;
    return true;
}

bool register_find(struct slice word, enum record_kind *out)
{
    enum record_kind kind;
    if (!kind_find(word, &kind))
        return false;
    if (kind != RECORD_person && kind != RECORD_cell && kind != RECORD_region)
        return false;
    *out = kind;
    return true;
}

bool event_find(struct slice word, enum record_kind *out)
{
    enum record_kind kind;
    if (!kind_find(word, &kind) || kind_schema(kind)->group != GROUP_EVENT)
        return false;
    *out = kind;
    return true;
}

/* ---- types ---- */

bool type_equal(struct type a, struct type b)
{
    if (a.class != b.class)
        return false;
    if (a.class == TYPE_NAME)
        return a.name == b.name;
    return a.class != TYPE_CHOICE || (a.kind == b.kind && a.field == b.field);
}

bool type_of_field(enum record_kind kind, unsigned field, struct type *out)
{
    enum field_type type = kind_schema(kind)->fields[field].type;
    struct type made = {.class = TYPE_NAME, .name = type};
    switch (type) {
    case FIELD_TIME:
        made.class = TYPE_MOMENT;
        break;
    case FIELD_DURATION:
        made.class = TYPE_DURATION;
        break;
    case FIELD_MONEY:
        made.class = TYPE_MONEY;
        break;
    case FIELD_COUNT:
    case FIELD_DEGREES:
        made.class = TYPE_NUMBER;
        break;
    case FIELD_CHOICE:
        made = (struct type){.class = TYPE_CHOICE, .kind = kind, .field = field};
        break;
    case FIELD_PHONES:
        made.name = FIELD_PHONE;
        break;
    case FIELD_ACCOUNTS:
        made.name = FIELD_ACCOUNT;
        break;
    default:
        break;
    }
    *out = made;
    return field_held(type) != HELD_NAMES;
}

/* The key of every type but the choices, which are named by their field. */
static const char *plain_key(struct type type)
{
    static const char *const WORDS[] = {
        [TYPE_TRUTH] = "truth",   [TYPE_NUMBER] = "number", [TYPE_DURATION] = "duration",
        [TYPE_MONEY] = "money",   [TYPE_MOMENT] = "moment", [TYPE_CHOICE] = "choice",
        [TYPE_STRING] = "string", [TYPE_NAME] = "name",     [TYPE_UNKNOWN] = "unknown"};
    return type.class == TYPE_NAME ? field_type_name(type.name) : WORDS[type.class];
}

struct slice type_key(struct compile *compile, struct type type)
{
    if (type.class != TYPE_CHOICE)
        return slice_of(plain_key(type));
    const struct kind_schema *schema = kind_schema(type.kind);
    return compile_text(compile, "`%s.%s`", schema->name, schema->fields[type.field].name);
}

struct slice term_in(struct slice key, enum tongue tongue, bool article)
{
    for (size_t i = 0; i < sizeof TERMS / sizeof TERMS[0]; i++) {
        if (!slice_equal(key, slice_of(TERMS[i].key)))
            continue;
        return tongue == TONGUE_EN && !article ? key : slice_of(TERMS[i].saying.in[tongue]);
    }
    return key;
}

void text_add_type(struct text *text, struct type type, enum tongue tongue)
{
    if (type.class == TYPE_CHOICE) {
        const struct kind_schema *schema = kind_schema(type.kind);
        text_addf(text, "%s.%s", schema->name, schema->fields[type.field].name);
        return;
    }
    text_add(text, term_in(slice_of(plain_key(type)), tongue, false));
}

/* ---- what was meant ---- */

enum { GUESS_BYTES_MAX = IDENT_BYTES_MAX };

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits between two words of at most GUESS_BYTES_MAX bytes; case does not count. */
static unsigned edits(struct slice a, struct slice b)
{
    unsigned rows[3][GUESS_BYTES_MAX + 1];
    for (unsigned j = 0; j <= b.size; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.size; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *top = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.size; j++) {
            unsigned differs = folded(a.at[i - 1]) != folded(b.at[j - 1]);
            row[j] = least(above[j - 1] + differs, least(above[j], row[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && folded(a.at[i - 1]) == folded(b.at[j - 2]) &&
                           folded(a.at[i - 2]) == folded(b.at[j - 1]);
            if (swapped)
                row[j] = least(row[j], top[j - 2] + 1);
        }
    }
    return rows[a.size % 3][b.size];
}

struct guess guess_start(struct slice written)
{
    unsigned allowed = written.size <= 5 ? 1 : (unsigned)(written.size / 3);
    return (struct guess){.written = written, .distance = allowed + 1};
}

void guess_try(struct guess *guess, struct slice candidate)
{
    if (candidate.size > GUESS_BYTES_MAX || guess->written.size > GUESS_BYTES_MAX)
        return;
    if (guess->written.size < 2 || candidate.size == 0)
        return; /* one letter is near to every other */
    unsigned distance = edits(guess->written, candidate);
    if (distance >= guess->distance || distance >= candidate.size)
        return;
    guess->distance = distance;
    guess->best = candidate;
}
