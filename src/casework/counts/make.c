/* make.c -- one change of one item, by one line of rows.inc. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/counts/counts_inside.h"

enum { REGION_DIGITS = 6, LIST_NUMBER_MAX = 9 };

struct slice counts_word(struct slice *rest)
{
    while (rest->size > 0 && rest->at[0] == ' ') {
        rest->at++;
        rest->size--;
    }
    const char *blank = rest->size == 0 ? NULL : memchr(rest->at, ' ', rest->size);
    struct slice word = {rest->at, blank == NULL ? rest->size : (size_t)(blank - rest->at)};
    rest->at += word.size;
    rest->size -= word.size;
    return word;
}

static struct slice value_of(const struct work_item *item, struct slice field)
{
    for (unsigned i = 0; i < item->values_count; i++)
        if (slice_equal(slice_of(item->kind->field[item->value[i].field].name), field))
            return item->value[i].value;
    return SLICE("");
}

/* Digits alone; false: none, or too many. */
static bool whole_of(struct slice digits, int64_t *out)
{
    int64_t number = 0;
    if (digits.size == 0 || digits.size > 17)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        number = number * 10 + (digits.at[i] - '0');
    }
    *out = number;
    return true;
}

/* ---- how many ---- */

/* The text behind `"name":"` in an object of texts. */
static struct slice member_of(struct slice object, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i + size + 5 <= object.size; i++) {
        const char *at = object.at + i;
        if (at[0] != '"' || memcmp(at + 1, name, size) != 0 ||
            memcmp(at + 1 + size, "\":\"", 3) != 0)
            continue;
        const char *text = at + size + 4;
        const char *end = memchr(text, '"', object.size - i - size - 4);
        return end == NULL ? SLICE("") : (struct slice){text, (size_t)(end - text)};
    }
    return SLICE("");
}

/* [{"kind":"goip","count":"3"}] without blanks between, as the desk takes it. */
static int64_t listed(struct slice list, struct slice kind)
{
    int64_t sum = 0, count = 0;
    while (list.size > 0) {
        const char *end = memchr(list.at, '}', list.size);
        size_t size = end == NULL ? list.size : (size_t)(end - list.at) + 1;
        struct slice object = {list.at, size};
        struct slice digits = member_of(object, "count");
        if (slice_equal(member_of(object, "kind"), kind) && digits.size <= LIST_NUMBER_MAX &&
            whole_of(digits, &count))
            sum += count;
        list.at += size;
        list.size -= size;
    }
    return sum;
}

static int64_t times_of(const struct counts_rule *rule, const struct work_item *item)
{
    struct slice rest = slice_of(rule->times);
    struct slice field = counts_word(&rest), kind = counts_word(&rest);
    int64_t number = 0;
    if (field.size == 0)
        return 1;
    if (kind.size > 0)
        return listed(value_of(item, field), kind);
    return whole_of(value_of(item, field), &number) ? number : 0;
}

/* ---- how much ---- */

static bool money_of(struct slice fields, const struct work_item *item, int64_t *out)
{
    int64_t least = INT64_MAX, number = 0;
    for (struct slice field = counts_word(&fields); field.size > 0; field = counts_word(&fields)) {
        if (!whole_of(value_of(item, field), &number))
            return false;
        least = number < least ? number : least;
    }
    *out = least;
    return least != INT64_MAX;
}

/* Begun seconds count whole: nobody is faster than he was. */
static enum status since(struct counts *counts, struct slice what, const struct work_happened *of,
                         const struct work_item *item, int64_t *out, bool *known)
{
    moment from = MOMENT_NONE;
    char state[WORK_NAME_MAX + 1];
    struct text name = text_over(state, sizeof state);
    text_add(&name, what);
    if (slice_equal(what, SLICE("detected")))
        from = item->detected;
    else if (slice_equal(what, SLICE("created")))
        from = item->created;
    else
        TRY(work_entered(counts->options.store, of->item, state, of->number, &from));
    *known = from.ms != MOMENT_NONE.ms;
    int64_t ms = *known && of->time.ms > from.ms ? of->time.ms - from.ms : 0;
    *out = (ms + SECOND_MS - 1) / SECOND_MS;
    return STATUS_OK;
}

static enum status amount_of(struct counts *counts, const struct counts_rule *rule,
                             const struct work_happened *what, const struct work_item *item,
                             struct counts_made *out, bool *known)
{
    struct slice rest = slice_of(rule->amount);
    struct slice way = counts_word(&rest);
    out->amount = 0;
    *known = true;
    if (slice_equal(way, SLICE("fen")))
        *known = money_of(rest, item, &out->amount);
    if (slice_equal(way, SLICE("since")))
        return since(counts, counts_word(&rest), what, item, &out->amount, known);
    return STATUS_OK;
}

/* ---- which ---- */

/* FIELD VALUES: whether the field is one of them. */
static bool one_of(struct slice words, const struct work_item *item)
{
    struct slice value = value_of(item, counts_word(&words));
    for (struct slice word = counts_word(&words); word.size > 0; word = counts_word(&words))
        if (slice_equal(word, value))
            return true;
    return false;
}

static bool brought(struct slice names, struct slice field)
{
    while (names.size > 0) {
        const char *comma = memchr(names.at, ',', names.size);
        size_t size = comma == NULL ? names.size : (size_t)(comma - names.at);
        if (slice_equal((struct slice){names.at, size}, field))
            return true;
        size += comma != NULL;
        names.at += size;
        names.size -= size;
    }
    return false;
}

static bool when_holds(const struct counts_rule *rule, const struct work_happened *what,
                       const struct work_item *item)
{
    struct slice words = slice_of(rule->when);
    if (words.size == 0)
        return true;
    if (words.at[0] == '+') {
        words.at++;
        words.size--;
        struct slice rest = words;
        if (!brought(what->fields, counts_word(&rest)))
            return false;
    }
    return one_of(words, item);
}

/* Clauses with `;` between: all words of one without a field are marks. */
static void marks_of(const struct counts_rule *rule, const struct work_item *item,
                     struct counts_made *out)
{
    struct slice rest = slice_of(rule->marks);
    struct text text = text_over(out->marks, sizeof out->marks);
    while (rest.size > 0) {
        const char *end = memchr(rest.at, ';', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.at);
        struct slice clause = {rest.at, size}, tail = clause;
        struct slice mark = counts_word(&tail), probe = tail;
        bool tested = work_field_find(item->kind, counts_word(&probe)) >= 0;
        if (!tested || one_of(tail, item)) {
            text_add_string(&text, text.size > 0 ? " " : "");
            text_add(&text, tested ? mark : clause);
        }
        size += end != NULL;
        rest.at += size;
        rest.size -= size;
    }
    must(!text.full);
}

/* Where the item stands; else the first place among its values.  The first six digits. */
static uint32_t region_of(const struct work_item *item)
{
    struct slice place = item->place;
    uint32_t region = 0;
    for (unsigned i = 0; i < item->values_count && place.size == 0; i++)
        if (item->kind->field[item->value[i].field].type == WORK_PLACE)
            place = item->value[i].value;
    for (size_t i = 0; i < REGION_DIGITS; i++) {
        bool digit = i < place.size && place.at[i] >= '0' && place.at[i] <= '9';
        region = region * 10 + (digit ? (uint32_t)(place.at[i] - '0') : 0);
    }
    return region;
}

/* By a document, else a telephone number, else the item itself. */
static uint64_t person_of(const struct counts *counts, const struct work_item *item)
{
    struct slice name = slice_of(item->id);
    const char *purpose = "counted item";
    uint64_t out = 0;
    for (unsigned i = 0; i < item->values_count; i++) {
        enum work_type type = item->kind->field[item->value[i].field].type;
        bool better = type == WORK_PERSON || (type == WORK_PHONE && purpose[8] == 'i');
        if (!better || strcmp(purpose, "counted person") == 0)
            continue;
        purpose = type == WORK_PERSON ? "counted person" : "counted phone";
        name = item->value[i].value;
    }
    struct digest digest = secret_digest(&counts->options.key, purpose, name);
    memcpy(&out, digest.bytes, sizeof out);
    out &= INT64_MAX;
    return out == 0 ? 1 : out;
}

enum status counts_make(struct counts *counts, const struct counts_rule *rule,
                        const struct work_happened *what, const struct work_item *item,
                        struct counts_made *out, bool *is)
{
    bool known = false;
    *is = false;
    out->times = times_of(rule, item);
    if (out->times <= 0 || out->times > UINT32_MAX || !when_holds(rule, what, item))
        return STATUS_OK;
    TRY(amount_of(counts, rule, what, item, out, &known));
    if (!known)
        return STATUS_OK;
    out->type = value_of(item, slice_of(rule->type));
    out->region = region_of(item);
    out->person = person_of(counts, item);
    marks_of(rule, item, out);
    *is = true;
    return STATUS_OK;
}

/* ---- whether the kind has it ---- */

static bool fields_there(const struct work_kind *kind, struct slice words, unsigned count_max)
{
    for (unsigned i = 0; i < count_max; i++) {
        struct slice word = counts_word(&words);
        if (word.size > 0 && work_field_find(kind, word) < 0)
            return false;
    }
    return true;
}

static bool amount_there(const struct work_kind *kind, struct slice words)
{
    struct slice way = counts_word(&words);
    if (slice_equal(way, SLICE("fen")))
        return fields_there(kind, words, 2);
    struct slice what = counts_word(&words);
    return way.size == 0 || slice_equal(what, SLICE("detected")) ||
           slice_equal(what, SLICE("created")) || work_state_find(kind, what) >= 0;
}

enum status counts_rule_check(const struct work *work, const struct counts_rule *rule,
                              struct text *why)
{
    const struct work_kind *kind = work_kind_find(work, slice_of(rule->kind));
    struct slice when = slice_of(rule->when);
    if (when.size > 0 && when.at[0] == '+') {
        when.at++;
        when.size--;
    }
    bool sound = kind != NULL &&
                 (rule->step[0] == '\0' || work_step_find(kind, slice_of(rule->step)) >= 0) &&
                 fields_there(kind, slice_of(rule->times), 1) &&
                 amount_there(kind, slice_of(rule->amount)) &&
                 fields_there(kind, slice_of(rule->type), 1) && fields_there(kind, when, 1);
    if (sound)
        return STATUS_OK;
    text_addf(why, "rows.inc: %s, step \"%s\", series %s names what the kind has not", rule->kind,
              rule->step, rule->series);
    return STATUS_MALFORMED;
}
