/* lines_csv.c -- a register in a CSV file, wholly in memory.
 *
 *   file ─> rows: values one behind the other, each with its size ─┬─ table by number
 *                                                                  └─ table by holder, chained
 *
 * Invariants:  1. What answers is one whole reading of the file; a reading that failed leaves the
 *                 one before in use.
 *              2. Of a number that is there twice the last row holds, as in every register here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/lines_inside.h"

#include "ground/checksum.h"
#include "intake/csv.h"
#include "record/phone.h"

struct csv_line {
    const char *value; /* for each column: size (u16), bytes */
    uint32_t number;   /* of canonical digits: size of `value`'s first */
    uint32_t next;     /* of the same holder; 0: none */
};

/* One reading. */
struct shelf_of_lines {
    struct arena *arena;
    struct csv_line *line; /* from 1 on */
    uint32_t *by_number, *by_holder;
    uint64_t places; /* of each; a power of two */
    uint32_t count;
    int64_t passed;
};

struct csv_lines {
    struct lines_columns columns;
    struct slice file;
    char home[8];
    char delimiter;
    struct disk_about about;
    struct shelf_of_lines shelf;
};

static struct slice value_at(const struct csv_line *line, unsigned column)
{
    const char *at = line->value;
    for (;; column--) {
        uint16_t size;
        memcpy(&size, at, sizeof size);
        if (column == 0)
            return (struct slice){at + sizeof size, size};
        at += sizeof size + size;
    }
}

/* The place of the line whose column has the value, or the empty one. */
static uint32_t *place_of(const struct shelf_of_lines *shelf, uint32_t *table, unsigned column,
                          struct slice value)
{
    uint64_t place = hash_bytes(value) & (shelf->places - 1);
    while (table[place] != 0 && !slice_equal(value_at(&shelf->line[table[place]], column), value))
        place = (place + 1) & (shelf->places - 1);
    return &table[place];
}

/* ---- reading ---- */

struct filling {
    const struct csv_lines *lines;
    struct shelf_of_lines *shelf;
    unsigned from[LINES_COLUMNS_MAX]; /* column of the file */
    unsigned width;
};

static enum status line_put(struct filling *filling, const struct csv_row *row)
{
    const struct lines_columns *columns = &filling->lines->columns;
    struct shelf_of_lines *shelf = filling->shelf;
    char one[64];
    struct text number = text_over(one, sizeof one);
    if (phone_canonical(row->column[filling->from[0]], slice_of(filling->lines->home), &number) !=
            STATUS_OK ||
        number.full) {
        shelf->passed++;
        return STATUS_OK;
    }
    struct slice value[LINES_COLUMNS_MAX];
    size_t size = 0;
    for (unsigned i = 0; i < columns->count; i++) {
        value[i] = i == 0 ? text_slice(&number) : row->column[filling->from[i]];
        if (value[i].size > CHECK_TEXT_MAX)
            value[i] = SLICE(""); /* no field is so long */
        size += sizeof(uint16_t) + value[i].size;
    }
    char *bytes;
    TRY(arena_take(shelf->arena, size, (void **)&bytes));
    struct csv_line *line = &shelf->line[++shelf->count];
    line->value = bytes;
    for (unsigned i = 0; i < columns->count; i++) {
        uint16_t own = (uint16_t)value[i].size;
        memcpy(bytes, &own, sizeof own);
        memcpy(bytes + sizeof own, value[i].at, own);
        bytes += sizeof own + own;
    }
    *place_of(shelf, shelf->by_number, 0, value_at(line, 0)) = shelf->count;
    return STATUS_OK;
}

/* Only lines that hold now have holders: of a number that was there twice, the last. */
static void holders_chain(const struct csv_lines *lines, struct shelf_of_lines *shelf)
{
    int document = lines->columns.document;
    for (uint32_t i = shelf->count; document >= 0 && i != 0; i--) {
        struct csv_line *line = &shelf->line[i];
        struct slice holder = value_at(line, (unsigned)document);
        if (holder.size == 0 || *place_of(shelf, shelf->by_number, 0, value_at(line, 0)) != i)
            continue;
        uint32_t *place = place_of(shelf, shelf->by_holder, (unsigned)document, holder);
        line->next = *place;
        *place = i;
    }
}

static enum status header_read(struct filling *filling, const struct csv_row *row,
                               const struct slice **absent)
{
    const struct lines_columns *columns = &filling->lines->columns;
    filling->width = row->count;
    for (unsigned i = 0; i < columns->count; i++) {
        unsigned c = 0;
        while (c < row->count && c < COLUMNS_MAX && !slice_equal(row->column[c], columns->name[i]))
            c++;
        if (c == row->count || c == COLUMNS_MAX) {
            *absent = &columns->name[i];
            return STATUS_ABSENT;
        }
        filling->from[i] = c;
    }
    return STATUS_OK;
}

/* STATUS_ABSENT: `*absent`; STATUS_MALFORMED: a row. */
static enum status rows_read(struct filling *filling, struct slice text,
                             const struct slice **absent)
{
    struct csv_form form = {filling->lines->delimiter, CSV_QUOTES_RFC};
    struct csv_row *row;
    bool headed = false;
    TRY(ARENA_NEW(filling->shelf->arena, 1, &row));
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = (struct slice){text.at + 3, text.size - 3};
    while (text.size != 0) {
        enum csv_end end = csv_read(row, form, text, true);
        if (end != CSV_ROW && end != CSV_BLANK)
            return STATUS_MALFORMED;
        if (end == CSV_ROW && !headed) {
            TRY(header_read(filling, row, absent));
            headed = true;
        } else if (end == CSV_ROW) {
            if (row->count != filling->width)
                return STATUS_MALFORMED;
            TRY(line_put(filling, row));
        }
        text = (struct slice){text.at + row->size, text.size - row->size};
    }
    return headed ? STATUS_OK : STATUS_MALFORMED;
}

static enum status shelf_size(struct shelf_of_lines *shelf, struct slice text)
{
    uint64_t rows = 1;
    for (const char *at = text.at; (at = memchr(at, '\n', (size_t)(text.at + text.size - at)));
         at++)
        rows++;
    if (rows > ANSWER_LINES_MAX)
        return STATUS_FULL;
    for (shelf->places = 64; shelf->places < 2 * rows + 2;)
        shelf->places *= 2;
    TRY(ARENA_NEW(shelf->arena, rows + 1, &shelf->line));
    TRY(ARENA_NEW(shelf->arena, shelf->places, &shelf->by_number));
    return ARENA_NEW(shelf->arena, shelf->places, &shelf->by_holder);
}

/* The file as it is now, into an arena of its own; the file's bytes live only meanwhile. */
static enum status shelf_read(const struct csv_lines *lines, struct shelf_of_lines *shelf,
                              enum answer_complaint *complaint, const struct slice **absent)
{
    struct arena *scratch;
    struct slice text;
    enum disk_fault fault = DISK_FAILED;
    struct filling filling = {.lines = lines, .shelf = shelf};
    TRY(arena_create(&scratch, (size_t)ANSWER_LINES_BYTES_MAX * 2 + (1 << 20)));
    *complaint = ANSWER_COMPLAINT_file_unread;
    enum status status =
        disk_read_all(lines->file.at, ANSWER_LINES_BYTES_MAX, scratch, &text, &fault);
    if (status == STATUS_OK)
        ((char *)text.at)[text.size] = '\n'; /* in the place of the NUL: csv_read wants it there */
    if (status == STATUS_OK)
        status = shelf_size(shelf, text);
    if (status == STATUS_OK) {
        status = rows_read(&filling, text, absent);
        *complaint =
            status == STATUS_ABSENT ? ANSWER_COMPLAINT_column_absent : ANSWER_COMPLAINT_file_row;
    }
    if (status == STATUS_FULL)
        *complaint = ANSWER_COMPLAINT_rows_many;
    arena_destroy(scratch);
    if (status == STATUS_OK)
        holders_chain(lines, shelf);
    return status;
}

static enum status csv_read_file(struct csv_lines *lines, enum answer_complaint *complaint,
                                 const struct slice **absent)
{
    enum disk_fault fault;
    struct disk_about about;
    struct shelf_of_lines shelf = {0};
    *complaint = ANSWER_COMPLAINT_file_unread;
    TRY(disk_about(lines->file.at, &about, &fault));
    TRY(arena_create(&shelf.arena, ANSWER_MEMORY_MAX));
    enum status status = shelf_read(lines, &shelf, complaint, absent);
    if (status != STATUS_OK) {
        arena_destroy(shelf.arena);
        return status;
    }
    if (lines->shelf.arena != NULL)
        arena_destroy(lines->shelf.arena);
    lines->shelf = shelf;
    lines->about = about;
    return STATUS_OK;
}

/* ---- what lines.c asks ---- */

static enum status csv_find(void *self, const struct slice *form, unsigned forms,
                            struct arena *request, struct slice *value)
{
    const struct csv_lines *lines = self;
    (void)forms; /* the first is the canonical one, as the table has it */
    uint32_t found = *place_of(&lines->shelf, lines->shelf.by_number, 0, form[0]);
    if (found == 0)
        return STATUS_ABSENT;
    for (unsigned i = 0; i < lines->columns.count; i++)
        TRY(slice_copy(request, value_at(&lines->shelf.line[found], i), &value[i]));
    return STATUS_OK;
}

static enum status csv_of_holder(void *self, struct slice document, struct arena *request,
                                 struct slice *number, unsigned *count, int64_t *all)
{
    const struct csv_lines *lines = self;
    const struct shelf_of_lines *shelf = &lines->shelf;
    unsigned most = *count;
    *count = 0;
    *all = 0;
    uint32_t at = *place_of(shelf, shelf->by_holder, (unsigned)lines->columns.document, document);
    for (; at != 0; at = shelf->line[at].next) {
        if (*count < most)
            TRY(slice_copy(request, value_at(&shelf->line[at], 0), &number[(*count)++]));
        ++*all;
    }
    return STATUS_OK;
}

static enum status csv_renew(void *self, bool *renewed, struct text why[TONGUES_COUNT])
{
    struct csv_lines *lines = self;
    struct disk_about about;
    enum disk_fault fault;
    enum answer_complaint complaint;
    const struct slice *absent = NULL;
    *renewed = false;
    TRY(disk_about(lines->file.at, &about, &fault));
    if (about.changed.ms == lines->about.changed.ms && about.size == lines->about.size &&
        about.number == lines->about.number)
        return STATUS_OK;
    enum status status = csv_read_file(lines, &complaint, &absent);
    *renewed = status == STATUS_OK;
    lines->about = about; /* not tried again before it changes again */
    if (status != STATUS_OK)
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            text_addf(&why[t],
                      t == TONGUE_ZH ? "%s：新文件无法使用，沿用旧的"
                                     : "%s: the new file cannot be used, the old one is",
                      lines->file.at);
    return status;
}

static int64_t csv_count(void *self)
{
    return ((struct csv_lines *)self)->shelf.count;
}

static int64_t csv_passed(void *self)
{
    return ((struct csv_lines *)self)->shelf.passed;
}

static void csv_close(void *self)
{
    struct csv_lines *lines = self;
    arena_destroy(lines->shelf.arena);
}

enum status lines_of_csv(struct lines_source *out, const struct lines_columns *columns,
                         const struct lines_place *place, struct arena *boot)
{
    struct csv_lines *lines;
    enum answer_complaint complaint;
    const struct slice *absent = NULL;
    TRY(ARENA_NEW(boot, 1, &lines));
    lines->columns = *columns;
    lines->file = place->file;
    lines->delimiter = place->delimiter;
    memcpy(lines->home, place->home.at, place->home.size);
    enum status status = csv_read_file(lines, &complaint, &absent);
    if (status == STATUS_ABSENT && absent != NULL) {
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            text_addf(&place->outline->why[t], "%s: %s: ", lines->file.at, absent->at);
        return answer_complain(place->outline, place->node, complaint);
    }
    if (status != STATUS_OK)
        return answer_complain(place->outline, place->node, complaint);
    *out = (struct lines_source){csv_find,   csv_of_holder, csv_renew, csv_count,
                                 csv_passed, csv_close,     true,      lines};
    return STATUS_OK;
}
