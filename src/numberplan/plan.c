/* plan.c -- ranges in one table, asked from the longest prefix to the shortest.
 *
 *   "+8613301"  ─ one digit a nibble ─>  64 bits ─> open table ─> carrier, region, type, line
 *
 * Invariants:  1. An answer names the file and line it rests on.
 *              2. A row that is there twice, or cannot be understood, refuses the whole plan: half
 *                 a plan would send checks to the wrong carrier without anybody noticing.
 *              3. Asking takes at most sixteen looks and no memory.
 * Not chosen:  a trie.  A table of a million ranges has the same answers in a tenth of the code. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "numberplan/plan.h"

#include "ground/checksum.h"
#include "ground/folder.h"
#include "ground/limits.h"
#include "intake/csv.h"
#include "record/phone.h"

#include <pthread.h>

/* clang-format off */
enum complaint {
#define PLAN_COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "numberplan/lines.inc"
#undef PLAN_COMPLAINT
};
/* clang-format on */

static const struct saying COMPLAINTS[] = {
#define PLAN_COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "numberplan/lines.inc"
#undef PLAN_COMPLAINT
};
static const char *const TYPES[] = {
#define LINE_TYPE(name, en, zh) #name,
#include "numberplan/lines.inc"
#undef LINE_TYPE
};
static const struct saying TYPES_SAY[] = {
#define LINE_TYPE(name, en, zh) {{(en), (zh)}},
#include "numberplan/lines.inc"
#undef LINE_TYPE
};
static const char *const FINDS[] = {
#define PLAN_FIND(name, en, zh) #name,
#include "numberplan/lines.inc"
#undef PLAN_FIND
};
static const struct saying FINDS_SAY[] = {
#define PLAN_FIND(name, en, zh) {{(en), (zh)}},
#include "numberplan/lines.inc"
#undef PLAN_FIND
};
static const char *const CONFIDENCES[] = {"", "V", "V2", "R", "M", "U"};

enum { PREFIX_DIGITS_MAX = 15, WORD_MAX = 32, REGION_MAX = 12, DIGITS_MAX = 20, PLUS = 11 };
enum { CONFIDENCES_COUNT = sizeof CONFIDENCES / sizeof CONFIDENCES[0] };
enum column {
    COLUMN_prefix,
    COLUMN_digits,
    COLUMN_carrier,
    COLUMN_region,
    COLUMN_type,
    COLUMN_confidence,
    COLUMN_note,
    COLUMN_number,
    COLUMNS_COUNT
};
static const char *const COLUMNS[COLUMNS_COUNT] = {
    "prefix", "digits", "carrier", "region", "type", "confidence", "note", "number",
};

struct range {
    uint64_t key; /* 0: the place is empty */
    uint32_t line;
    uint16_t file;
    uint16_t region; /* index + 1; 0: not known */
    uint8_t carrier; /* index + 1; 0: not known */
    uint8_t digits;  /* 0: any */
    uint8_t type;    /* LINE_TYPES_COUNT: not said */
    uint8_t confidence;
    bool ported;
};

struct plan {
    struct range *range;
    uint64_t places; /* a power of two, more than the rows */
    uint32_t rows;
    uint32_t carriers_count, files_count;
    struct slice carrier[PLAN_CARRIERS_MAX];
    struct slice file[PLAN_FILES_MAX];
    char region[PLAN_REGIONS_MAX][REGION_MAX + 1]; /* once each */
    uint32_t regions_count;
};

const char *line_type_name(enum line_type type)
{
    return TYPES[type];
}

const struct saying *line_type_says(enum line_type type)
{
    return &TYPES_SAY[type];
}

const char *plan_find_name(enum plan_find find)
{
    return FINDS[find];
}

const struct saying *plan_find_says(enum plan_find find)
{
    return &FINDS_SAY[find];
}

uint32_t plan_rows(const struct plan *plan)
{
    return plan->rows;
}

/* ---- the table ---- */

/* 0: not 1 to 15 digits with or without `+`. */
static uint64_t key_of(struct slice prefix)
{
    uint64_t key = 0;
    size_t at = 0;
    if (prefix.size != 0 && prefix.at[0] == '+') {
        key = PLUS;
        at = 1;
    }
    if (prefix.size == at || prefix.size - at > PREFIX_DIGITS_MAX)
        return 0;
    for (; at < prefix.size; at++) {
        char c = prefix.at[at];
        if (c < '0' || c > '9')
            return 0;
        key = key << 4 | (uint64_t)(c == '0' ? 10 : c - '0');
    }
    return key;
}

/* The place of the key, or the empty one where it would be.  Numbers that were carried along have a
 * table of their own in the same places: they never meet a range of the same digits. */
static struct range *place_of(const struct plan *plan, uint64_t key, bool ported)
{
    uint64_t place = hash_word(key ^ (ported ? UINT64_MAX : 0)) & (plan->places - 1);
    while (plan->range[place].key != 0 &&
           (plan->range[place].key != key || plan->range[place].ported != ported))
        place = (place + 1) & (plan->places - 1);
    return &plan->range[place];
}

/* ---- reading ---- */

struct reading {
    struct plan *plan;
    struct text *why;
    struct arena *image;
    struct slice name;
    uint16_t file;
    uint32_t line;
    unsigned column_of[COLUMNS_MAX];
    unsigned columns;
    bool ports; /* a file of carried numbers */
};

static enum status complain(const struct reading *reading, enum complaint complaint,
                            struct slice value)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text *why = &reading->why[t];
        text_add(why, reading->name);
        text_addf(why, t == TONGUE_ZH ? "：第 %u 行：" : ":%u: ", reading->line);
        text_add_string(why, COMPLAINTS[complaint].in[t]);
        if (value.size != 0 && value.size <= 2 * WORD_MAX && utf8_valid(value))
            text_addf(why, t == TONGUE_ZH ? "（`%.*s`）" : " (`%.*s`)", (int)value.size, value.at);
    }
    return complaint == COMPLAINT_carriers || complaint == COMPLAINT_rows ? STATUS_FULL
                                                                          : STATUS_MALFORMED;
}

static bool word_holds(struct slice word)
{
    if (word.size == 0 || word.size > WORD_MAX)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        char c = word.at[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!fine && c != '_' && c != '-' && c != '.')
            return false;
    }
    return true;
}

static enum status read_carrier(const struct reading *reading, struct slice word, uint8_t *out)
{
    struct plan *plan = reading->plan;
    *out = 0;
    if (word.size == 0 && !reading->ports)
        return STATUS_OK;
    if (!word_holds(word))
        return complain(reading, COMPLAINT_carrier, word);
    for (uint32_t i = 0; i < plan->carriers_count; i++) {
        *out = (uint8_t)(i + 1);
        if (slice_equal(plan->carrier[i], word))
            return STATUS_OK;
    }
    if (plan->carriers_count == PLAN_CARRIERS_MAX)
        return complain(reading, COMPLAINT_carriers, word);
    TRY(slice_copy(reading->image, word, &plan->carrier[plan->carriers_count]));
    *out = (uint8_t)++plan->carriers_count;
    return STATUS_OK;
}

static enum status read_region(const struct reading *reading, struct slice word, uint16_t *out)
{
    struct plan *plan = reading->plan;
    bool fine = word.size == 0 || (word.size >= 2 && word.size <= REGION_MAX);
    for (size_t i = 0; fine && i < word.size; i++)
        fine = word.at[i] >= '0' && word.at[i] <= '9';
    if (!fine)
        return complain(reading, COMPLAINT_region, word);
    *out = 0;
    if (word.size == 0)
        return STATUS_OK;
    for (uint32_t i = plan->regions_count; i > 0; i--) { /* neighbours share theirs */
        *out = (uint16_t)i;
        if (slice_equal(slice_of(plan->region[i - 1]), word))
            return STATUS_OK;
    }
    if (plan->regions_count == PLAN_REGIONS_MAX)
        return complain(reading, COMPLAINT_rows, word);
    memcpy(plan->region[plan->regions_count], word.at, word.size);
    *out = (uint16_t)++plan->regions_count;
    return STATUS_OK;
}

/* The place of `word` in the list; `count`: it is not there. */
static unsigned word_index(struct slice word, const char *const *list, unsigned count)
{
    unsigned i = 0;
    while (i < count && !slice_equal(word, slice_of(list[i])))
        i++;
    return i;
}

static enum status read_digits(const struct reading *reading, struct slice word, uint8_t *out)
{
    unsigned digits = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || word.size > 2)
            return complain(reading, COMPLAINT_digits, word);
        digits = digits * 10 + (unsigned)(word.at[i] - '0');
    }
    if (word.size != 0 && (digits < 3 || digits > DIGITS_MAX))
        return complain(reading, COMPLAINT_digits, word);
    *out = (uint8_t)digits;
    return STATUS_OK;
}

static enum status read_row(struct reading *reading, const struct csv_row *row)
{
    struct slice value[COLUMNS_COUNT] = {0};
    struct plan *plan = reading->plan;
    if (row->count != reading->columns)
        return complain(reading, COMPLAINT_columns, SLICE(""));
    for (unsigned i = 0; i < row->count; i++)
        value[reading->column_of[i]] = row->column[i];
    struct slice name = value[reading->ports ? COLUMN_number : COLUMN_prefix];
    struct range range = {.key = key_of(name),
                          .line = reading->line,
                          .file = reading->file,
                          .ported = reading->ports};
    if (range.key == 0 || (reading->ports && (name.at[0] != '+' || name.size < 6)))
        return complain(reading, reading->ports ? COMPLAINT_number : COMPLAINT_prefix, name);
    TRY(read_digits(reading, value[COLUMN_digits], &range.digits));
    TRY(read_carrier(reading, value[COLUMN_carrier], &range.carrier));
    TRY(read_region(reading, value[COLUMN_region], &range.region));
    range.type = (uint8_t)word_index(value[COLUMN_type], TYPES, LINE_TYPES_COUNT);
    if (range.type == LINE_TYPES_COUNT && value[COLUMN_type].size != 0)
        return complain(reading, COMPLAINT_type, value[COLUMN_type]);
    range.confidence =
        (uint8_t)word_index(value[COLUMN_confidence], CONFIDENCES, CONFIDENCES_COUNT);
    if (range.confidence == CONFIDENCES_COUNT)
        return complain(reading, COMPLAINT_confidence, value[COLUMN_confidence]);
    struct range *place = place_of(plan, range.key, range.ported);
    if (place->key != 0)
        return complain(reading, COMPLAINT_twice, name);
    must(plan->rows + 1 < plan->places);
    *place = range;
    plan->rows++;
    return STATUS_OK;
}

static enum status read_header(struct reading *reading, const struct csv_row *row)
{
    bool seen[COLUMNS_COUNT] = {false};
    if (row->count > COLUMNS_MAX)
        return complain(reading, COMPLAINT_header, SLICE(""));
    for (unsigned i = 0; i < row->count; i++) {
        unsigned column = word_index(row->column[i], COLUMNS, COLUMNS_COUNT);
        if (column == COLUMNS_COUNT || seen[column])
            return complain(reading, COMPLAINT_column, row->column[i]);
        seen[column] = true;
        reading->column_of[i] = column;
    }
    reading->columns = row->count;
    reading->ports = seen[COLUMN_number];
    if (seen[COLUMN_number] == seen[COLUMN_prefix] || !seen[COLUMN_carrier])
        return complain(reading, COMPLAINT_header, SLICE(""));
    if (reading->ports && (seen[COLUMN_digits] || seen[COLUMN_type] || seen[COLUMN_region]))
        return complain(reading, COMPLAINT_header, SLICE(""));
    return STATUS_OK;
}

static bool is_comment(struct slice rest)
{
    return rest.size != 0 && rest.at[0] == '#';
}

static size_t line_size(struct slice rest)
{
    const char *end = memchr(rest.at, '\n', rest.size);
    return end == NULL ? rest.size : (size_t)(end - rest.at) + 1;
}

/* `text` ends in a newline behind its last byte, as csv_read wants it. */
static enum status read_rows(struct reading *reading, struct slice text)
{
    static const struct csv_form FORM = {',', CSV_QUOTES_RFC};
    struct csv_row *row;
    TRY(ARENA_NEW(reading->image, 1, &row));
    bool headed = false;
    reading->line = 1;
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = (struct slice){text.at + 3, text.size - 3};
    while (text.size != 0) {
        size_t taken = line_size(text);
        unsigned lines = 1;
        if (!is_comment(text)) {
            enum csv_end end = csv_read(row, FORM, text, true);
            if (end != CSV_ROW && end != CSV_BLANK)
                return complain(reading, COMPLAINT_row, SLICE(""));
            taken = row->size;
            lines = row->lines;
            if (end == CSV_ROW && !headed)
                TRY(read_header(reading, row));
            else if (end == CSV_ROW)
                TRY(read_row(reading, row));
            headed = headed || end == CSV_ROW;
        }
        text = (struct slice){text.at + taken, text.size - taken};
        reading->line += lines;
    }
    return headed ? STATUS_OK : complain(reading, COMPLAINT_header, SLICE(""));
}

/* Room for so many rows, at least twice. */
static enum status plan_create(struct plan **out, uint64_t rows, struct arena *image)
{
    struct plan *plan;
    if (rows > PLAN_ROWS_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(image, 1, &plan));
    for (plan->places = 64; plan->places < 2 * rows + 2;)
        plan->places *= 2;
    TRY(ARENA_NEW(image, plan->places, &plan->range));
    *out = plan;
    return STATUS_OK;
}

static uint64_t lines_count(struct slice text)
{
    uint64_t count = 1;
    for (const char *at = text.at; (at = memchr(at, '\n', (size_t)(text.at + text.size - at)));
         at++)
        count++;
    return count;
}

/* A copy with a newline behind it that is not counted. */
static enum status with_end(struct slice text, struct arena *scratch, struct slice *out)
{
    char *bytes;
    TRY(arena_take(scratch, text.size + 1, (void **)&bytes));
    if (text.size != 0)
        memcpy(bytes, text.at, text.size);
    bytes[text.size] = '\n';
    *out = (struct slice){bytes, text.size};
    return STATUS_OK;
}

enum status plan_read_text(struct plan **out, const char *name, struct slice text,
                           struct arena *image, struct text why[TONGUES_COUNT])
{
    struct reading reading = {.why = why, .image = image, .name = slice_of(name)};
    TRY(with_end(text, image, &text));
    if (lines_count(text) > PLAN_ROWS_MAX)
        return complain(&reading, COMPLAINT_rows, SLICE(""));
    TRY(plan_create(&reading.plan, lines_count(text), image));
    reading.plan->file[0] = reading.name;
    reading.plan->files_count = 1;
    TRY(read_rows(&reading, text));
    *out = reading.plan;
    return STATUS_OK;
}

/* ---- a folder ---- */

struct folder_files {
    struct slice name[PLAN_FILES_MAX], text[PLAN_FILES_MAX];
    unsigned count;
    uint64_t lines;
};

static bool is_csv(struct slice name)
{
    return name.size > 4 && memcmp(name.at + name.size - 4, ".csv", 4) == 0 && name.at[0] != '.';
}

static enum status unread(const struct reading *reading)
{
    (void)!complain(reading, COMPLAINT_unread, SLICE("")); /* it is MALFORMED there, IO here */
    return STATUS_IO;
}

static enum status load_folder(struct reading *reading, const char *folder, struct arena *scratch,
                               struct folder_files *files)
{
    struct slice *names;
    size_t count = 0;
    reading->name = slice_of(folder);
    if (folder_list(folder, scratch, &names, &count) != STATUS_OK)
        return unread(reading);
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        enum disk_fault fault = DISK_FAILED;
        struct text text = text_over(path, sizeof path);
        struct slice bytes;
        if (!is_csv(names[i]))
            continue;
        if (files->count == PLAN_FILES_MAX)
            return complain(reading, COMPLAINT_rows, SLICE(""));
        text_addf(&text, "%s/%.*s", folder, (int)names[i].size, names[i].at);
        TRY(slice_copy(reading->image, names[i], &files->name[files->count]));
        reading->name = files->name[files->count];
        if (text.full ||
            disk_read_all(path, PLAN_FILE_BYTES_MAX, scratch, &bytes, &fault) != STATUS_OK)
            return unread(reading);
        TRY(with_end(bytes, scratch, &files->text[files->count]));
        files->lines += lines_count(bytes);
        files->count++;
    }
    if (files->count != 0)
        return STATUS_OK;
    return complain(reading, COMPLAINT_empty, SLICE(""));
}

static enum status read_folder(struct reading *reading, const char *folder, struct arena *scratch)
{
    struct folder_files *files;
    TRY(ARENA_NEW(scratch, 1, &files));
    TRY(load_folder(reading, folder, scratch, files));
    if (files->lines > PLAN_ROWS_MAX)
        return complain(reading, COMPLAINT_rows, SLICE(""));
    TRY(plan_create(&reading->plan, files->lines, reading->image));
    for (unsigned i = 0; i < files->count; i++) {
        reading->name = files->name[i];
        reading->file = (uint16_t)i;
        reading->plan->file[i] = files->name[i];
        reading->plan->files_count = i + 1;
        TRY(read_rows(reading, files->text[i]));
    }
    return STATUS_OK;
}

enum status plan_read(struct plan **out, const char *folder, struct arena *image,
                      struct text why[TONGUES_COUNT])
{
    struct arena *scratch;
    struct reading reading = {.why = why, .image = image};
    TRY(arena_create(&scratch, (size_t)PLAN_FILE_BYTES_MAX * 4));
    enum status status = read_folder(&reading, folder, scratch);
    arena_destroy(scratch);
    if (status == STATUS_OK)
        *out = reading.plan;
    return status;
}

/* ---- asking ---- */

static void fill(const struct plan *plan, const struct range *range, struct plan_route *route)
{
    if (range->carrier != 0)
        route->carrier = plan->carrier[range->carrier - 1];
    if (range->region != 0)
        route->region = slice_of(plan->region[range->region - 1]);
    if (range->type != LINE_TYPES_COUNT)
        route->type = slice_of(TYPES[range->type]);
    route->confidence = slice_of(CONFIDENCES[range->confidence]);
    route->file = plan->file[range->file];
    route->line = range->line;
}

/* The longest range that holds the number. */
static void range_find(const struct plan *plan, struct slice number, struct plan_route *route)
{
    size_t digits = number.size - (number.at[0] == '+' ? 1 : 0);
    size_t size = number.size > PREFIX_DIGITS_MAX ? PREFIX_DIGITS_MAX : number.size;
    route->find = PLAN_no_range;
    for (; size != 0; size--) {
        uint64_t key = key_of((struct slice){number.at, size});
        const struct range *range = key == 0 ? NULL : place_of(plan, key, false);
        if (range == NULL || range->key == 0)
            continue;
        if (range->digits != 0 && range->digits != digits) {
            route->find = PLAN_length;
            continue;
        }
        route->find = range->carrier == 0 ? PLAN_no_carrier : PLAN_found;
        route->prefix_size = (unsigned)size;
        fill(plan, range, route);
        return;
    }
}

struct plan_route plan_route(const struct plan *plan, struct slice number,
                             struct slice home_country)
{
    char bytes[64];
    struct text canonical = text_over(bytes, sizeof bytes);
    struct plan_route route = {.find = PLAN_form};
    if (phone_canonical(number, home_country, &canonical) != STATUS_OK || canonical.full ||
        canonical.size == 0)
        return route;
    struct slice whole = text_slice(&canonical);
    range_find(plan, whole, &route);
    if (whole.at[0] != '+')
        return route;
    struct slice national = {whole.at + 1, whole.size - 1};
    if (!slice_starts(national, home_country) && !plan_names(route.find))
        route.find = PLAN_foreign;
    uint64_t key = key_of(whole);
    const struct range *ported = key == 0 ? NULL : place_of(plan, key, true);
    if (ported == NULL || ported->key == 0)
        return route;
    route.find = PLAN_ported;
    route.carrier = plan->carrier[ported->carrier - 1];
    route.file = plan->file[ported->file];
    route.line = ported->line;
    route.prefix_size = (unsigned)whole.size;
    return route;
}

/* ---- the plan in use ---- */

struct plan_desk {
    pthread_rwlock_t lock;
    struct plan *plan;
    struct arena *image;
    struct slice folder;
};

static enum status desk_read(struct plan_desk *desk, struct text why[TONGUES_COUNT])
{
    struct arena *image;
    struct plan *plan;
    TRY(arena_create(&image, PLAN_MEMORY_MAX));
    enum status status = plan_read(&plan, desk->folder.at, image, why);
    if (status != STATUS_OK) {
        arena_destroy(image);
        return status;
    }
    (void)pthread_rwlock_wrlock(&desk->lock);
    struct arena *before = desk->image;
    desk->plan = plan;
    desk->image = image;
    (void)pthread_rwlock_unlock(&desk->lock);
    if (before != NULL)
        arena_destroy(before);
    return STATUS_OK;
}

enum status plan_desk_open(struct plan_desk **out, const char *folder, struct arena *boot,
                           struct text why[TONGUES_COUNT])
{
    struct plan_desk *desk;
    TRY(ARENA_NEW(boot, 1, &desk));
    TRY(slice_copy(boot, slice_of(folder), &desk->folder));
    (void)pthread_rwlock_init(&desk->lock, NULL);
    TRY(desk_read(desk, why));
    *out = desk;
    return STATUS_OK;
}

enum status plan_desk_reload(struct plan_desk *desk, struct text why[TONGUES_COUNT])
{
    return desk_read(desk, why);
}

enum status plan_desk_route(struct plan_desk *desk, struct slice number, struct slice home_country,
                            struct arena *request, struct plan_route *out)
{
    (void)pthread_rwlock_rdlock(&desk->lock);
    struct plan_route route = plan_route(desk->plan, number, home_country);
    struct slice *const texts[] = {&route.carrier, &route.region, &route.file};
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < sizeof texts / sizeof texts[0]; i++)
        status = slice_copy(request, *texts[i], texts[i]);
    (void)pthread_rwlock_unlock(&desk->lock);
    if (status == STATUS_OK)
        *out = route;
    return status;
}

void plan_desk_close(struct plan_desk *desk)
{
    if (desk == NULL)
        return;
    arena_destroy(desk->image);
    (void)pthread_rwlock_destroy(&desk->lock);
}
