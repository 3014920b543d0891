/* import.c -- a file of rows becomes a part of the ledger.
 *
 *     bytes ──> rows ──> one builder for each series ──full──> block ──> sink of the disk
 *       └─ SHA-256                                                        └─ tail, then commit
 *
 * Rows of all series come mixed; each builder keeps the block in hand of its own series, so that a
 * report passes over the blocks of the series that it does not count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "intake/csv.h"
#include "intake/decimal.h"
#include "report/ledger.h"
#include "report/ledger_inside.h"

enum { WINDOW = 1 << 20, COLUMNS = 8, NUMBER_DIGITS = 10 };
enum { COLUMN_series, COLUMN_day, COLUMN_until, COLUMN_region };
enum { COLUMN_type = 4, COLUMN_marks, COLUMN_count, COLUMN_amount };

struct row {
    enum series series;
    int32_t day, until; /* until: of a row that covers; -1 */
    uint32_t region, count;
    uint8_t type, marks;
    int64_t amount;
};

struct import {
    struct disk_sink *sink;
    struct sha256 sha256;
    struct ledger_part *part;
    struct ledger_troubles *troubles;
    struct ledger_block *builder[SERIES_COUNT]; /* made at the first row of the series */
    struct arena *scratch;
    struct csv_row *csv;
    char *window, *columns;
    uint64_t line;
    bool headed;
    enum series series_last; /* rows of one series mostly follow each other … */
    char day_written[10];    /* … and so do rows of one day */
    int32_t day_last;
    uint64_t cover_last;
};

static const struct mark_word {
    const char *word;
    uint8_t bit;
} mark_words[] = {
#define MARK(name, bit, zh, en) {#name, 1U << (bit)},
#include "report/marks.inc"
#undef MARK
};

static void complain(struct ledger_troubles *troubles, enum complaint complaint, uint64_t line)
{
    if (troubles->count < LEDGER_TROUBLES_MAX) {
        troubles->at[troubles->count].complaint = complaint;
        troubles->at[troubles->count].line = line;
    }
    troubles->count++;
}

/* ---- columns: false, and a complaint, if one is wrong ---- */

static bool read_series(struct import *import, struct slice word, struct row *row)
{
    enum series series = import->series_last;
    if (!slice_equal(word, slice_of(LEDGER_SERIES[series].name)))
        for (series = 0; series < SERIES_COUNT; series++)
            if (slice_equal(word, slice_of(LEDGER_SERIES[series].name)))
                break;
    if (series == SERIES_COUNT)
        return false;
    row->series = import->series_last = series;
    return true;
}

static bool read_day(struct import *import, struct slice word, int32_t *day)
{
    if (word.size == 10 && memcmp(word.at, import->day_written, 10) == 0) {
        *day = import->day_last;
        return true;
    }
    if (ledger_day_parse(word, day) != STATUS_OK)
        return false;
    memcpy(import->day_written, word.at, 10);
    import->day_last = *day;
    return true;
}

static bool read_number(struct slice word, unsigned digits_max, uint64_t *out)
{
    uint64_t number = 0;
    if (word.size == 0 || word.size > digits_max)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(word.at[i] - '0');
    }
    *out = number;
    return true;
}

static bool read_type(struct slice word, struct row *row)
{
    for (unsigned i = 0; i < TYPES_COUNT; i++)
        if (slice_equal(word, slice_of(LEDGER_TYPES[i].word))) {
            row->type = (uint8_t)i;
            return true;
        }
    return false;
}

/* Words between blanks; `covers` says that the row is no row but a promise. */
static bool read_marks(struct slice words, struct row *row, bool *covers)
{
    while (words.size > 0) {
        const char *blank = memchr(words.at, ' ', words.size);
        size_t size = blank == NULL ? words.size : (size_t)(blank - words.at);
        struct slice word = {words.at, size};
        uint8_t bit = 0;
        for (unsigned i = 0; i < sizeof mark_words / sizeof mark_words[0]; i++)
            if (slice_equal(word, slice_of(mark_words[i].word)))
                bit = mark_words[i].bit;
        bool promise = slice_equal(word, SLICE("covers"));
        if (bit == 0 && !promise)
            return false;
        row->marks |= bit;
        *covers = *covers || promise;
        words.at += size + (blank != NULL);
        words.size -= size + (blank != NULL);
    }
    return true;
}

static bool read_amount(struct slice word, struct row *row)
{
    struct decimal decimal;
    enum measure measure = LEDGER_SERIES[row->series].measure;
    if (measure == MEASURE_NONE)
        return word.size == 0;
    return decimal_read(word, false, &decimal) == STATUS_OK && !decimal.negative &&
           decimal_whole(decimal, measure == MEASURE_YUAN ? 2 : 0, false, &row->amount) ==
               STATUS_OK;
}

static enum complaint read_covers(const struct slice *column, const struct row *row)
{
    if (column[COLUMN_region].size > 0)
        return COMPLAINT_region;
    if (column[COLUMN_type].size > 0)
        return COMPLAINT_type;
    if (row->marks != 0)
        return COMPLAINT_marks;
    if (column[COLUMN_count].size > 0)
        return COMPLAINT_count;
    return column[COLUMN_amount].size > 0 ? COMPLAINT_amount : COMPLAINTS_COUNT;
}

/* COMPLAINTS_COUNT: the row is sound. */
static enum complaint read_row(struct import *import, const struct slice *column, struct row *row)
{
    bool covers = false;
    uint64_t number = 1;
    *row = (struct row){.until = -1, .count = 1};
    if (!read_series(import, column[COLUMN_series], row))
        return COMPLAINT_series;
    if (!read_day(import, column[COLUMN_day], &row->day))
        return COMPLAINT_day;
    if (!read_marks(column[COLUMN_marks], row, &covers))
        return COMPLAINT_marks;
    if (covers != (column[COLUMN_until].size > 0))
        return COMPLAINT_until;
    if (covers &&
        (ledger_day_parse(column[COLUMN_until], &row->until) != STATUS_OK || row->until < row->day))
        return COMPLAINT_until;
    if (covers)
        return read_covers(column, row);
    if (column[COLUMN_region].size != 6 || !read_number(column[COLUMN_region], 6, &number))
        return COMPLAINT_region;
    row->region = (uint32_t)number;
    if (!read_type(column[COLUMN_type], row))
        return COMPLAINT_type;
    number = 1;
    if (column[COLUMN_count].size > 0 &&
        (!read_number(column[COLUMN_count], NUMBER_DIGITS, &number) || number == 0 ||
         number > UINT32_MAX))
        return COMPLAINT_count;
    row->count = (uint32_t)number;
    return read_amount(column[COLUMN_amount], row) ? COMPLAINTS_COUNT : COMPLAINT_amount;
}

/* ---- blocks ---- */

static char *put(char *into, const void *from, size_t size)
{
    memcpy(into, from, size);
    return into + size;
}

static enum status write_block(struct import *import, struct ledger_block *block)
{
    struct part_head head = {.series = (uint16_t)block->series, .rows = block->rows};
    size_t rows = block->rows;
    head.first = head.last = block->day[0];
    for (size_t i = 0; i < rows; i++) {
        head.has |= block->count[i] != 1 ? PART_COUNTS : 0;
        head.has |= block->amount[i] != 0 ? PART_AMOUNTS : 0;
        head.first = block->day[i] < head.first ? block->day[i] : head.first;
        head.last = block->day[i] > head.last ? block->day[i] : head.last;
    }
    char *at = put(import->columns, block->day, rows * 2);
    at = put(at, block->region, rows * 4);
    at = put(at, block->type, rows);
    at = put(at, block->marks, rows);
    if (head.has & PART_COUNTS)
        at = put(at, block->count, rows * 4);
    if (head.has & PART_AMOUNTS)
        at = put(at, block->amount, rows * 8);
    struct slice columns = {import->columns, (size_t)(at - import->columns)};
    head.checksum = part_checksum(&head, columns);
    block->rows = 0;
    TRY(disk_sink_write(import->sink, (struct slice){(const char *)&head, sizeof head}));
    return disk_sink_write(import->sink, columns);
}

static enum status add_row(struct import *import, const struct row *row)
{
    if (import->builder[row->series] == NULL) {
        TRY(ARENA_NEW(import->scratch, 1, &import->builder[row->series]));
        import->builder[row->series]->series = row->series;
    }
    struct ledger_block *block = import->builder[row->series];
    uint32_t at = block->rows++;
    block->day[at] = (uint16_t)row->day;
    block->region[at] = row->region;
    block->type[at] = row->type;
    block->marks[at] = row->marks;
    block->count[at] = row->count;
    block->amount[at] = row->amount;
    import->part->rows++;
    return block->rows == LEDGER_BLOCK_ROWS ? write_block(import, block) : STATUS_OK;
}

static bool within_covers(struct import *import, const struct row *row)
{
    const struct ledger_part *part = import->part;
    for (uint64_t i = 0; i < part->covers_count; i++) {
        uint64_t at = (import->cover_last + i) % part->covers_count;
        const struct ledger_cover *cover = &part->covers[at];
        if (cover->series == (int32_t)row->series && cover->from <= row->day &&
            row->day <= cover->to) {
            import->cover_last = at;
            return true;
        }
    }
    return false;
}

static enum status take_row(struct import *import)
{
    static const char *const head[COLUMNS] = {"series", "day",   "until", "region",
                                              "type",   "marks", "count", "amount"};
    struct ledger_part *part = import->part;
    struct row row;
    enum complaint complaint = COMPLAINTS_COUNT;
    const struct slice *column = import->csv->column;
    bool eight = import->csv->count == COLUMNS;
    if (!import->headed) {
        for (unsigned i = 0; i < COLUMNS && eight; i++)
            eight = slice_equal(column[i], slice_of(head[i]));
        import->headed = true;
        if (!eight)
            complain(import->troubles, COMPLAINT_header, import->line);
        return eight ? STATUS_OK : STATUS_MALFORMED;
    }
    complaint = eight ? read_row(import, column, &row) : COMPLAINT_columns;
    if (complaint == COMPLAINTS_COUNT && row.until >= 0) {
        if (part->covers_count == LEDGER_COVERS_MAX)
            complaint = COMPLAINT_covers_many;
        else
            part->covers[part->covers_count++] =
                (struct ledger_cover){(int32_t)row.series, row.day, row.until};
    } else if (complaint == COMPLAINTS_COUNT) {
        if (within_covers(import, &row))
            return add_row(import, &row);
        complaint = COMPLAINT_uncovered;
    }
    if (complaint != COMPLAINTS_COUNT)
        complain(import->troubles, complaint, import->line);
    return STATUS_OK;
}

/* ---- bytes ---- */

/* All rows that are whole; `*taken` bytes were theirs. */
static enum status take_window(struct import *import, struct slice bytes, bool ended, size_t *taken)
{
    struct csv_form form = {',', CSV_QUOTES_RFC};
    *taken = 0;
    while (*taken < bytes.size) {
        struct slice rest = {bytes.at + *taken, bytes.size - *taken};
        enum csv_end end = csv_read(import->csv, form, rest, ended);
        if (end == CSV_MORE)
            return STATUS_OK;
        if (end == CSV_ROW)
            TRY(take_row(import));
        else if (end != CSV_BLANK)
            complain(import->troubles, COMPLAINT_quotes, import->line);
        if (end == CSV_LONG)
            return STATUS_MALFORMED;
        *taken += import->csv->size;
        import->line += import->csv->lines > 0 ? import->csv->lines : 1;
    }
    return STATUS_OK;
}

static enum status take_file(struct import *import, struct disk_file *file)
{
    size_t held = 0;
    bool ended = false;
    import->line = 1;
    while (!ended) {
        size_t got = 0, taken = 0;
        if (held == WINDOW)
            return STATUS_MALFORMED; /* cannot be: a row has at most ROW_BYTES_MAX */
        if (disk_read(file, import->window + held, WINDOW - held, &got) != STATUS_OK) {
            complain(import->troubles, COMPLAINT_reading, 0);
            return STATUS_MALFORMED;
        }
        sha256_add(&import->sha256, (struct slice){import->window + held, got});
        ended = got == 0;
        held += got;
        import->window[held] = '\n';
        TRY(take_window(import, (struct slice){import->window, held}, ended, &taken));
        memmove(import->window, import->window + taken, held - taken);
        held -= taken;
    }
    return STATUS_OK;
}

static enum status write_tail(struct import *import)
{
    struct part_head head = {.series = PART_TAIL};
    struct slice tail = {(const char *)import->part, sizeof *import->part};
    for (unsigned i = 0; i < SERIES_COUNT; i++)
        if (import->builder[i] != NULL && import->builder[i]->rows > 0)
            TRY(write_block(import, import->builder[i]));
    import->part->digest = sha256_end(&import->sha256);
    head.checksum = part_checksum(&head, tail);
    TRY(disk_sink_write(import->sink, (struct slice){(const char *)&head, sizeof head}));
    return disk_sink_write(import->sink, tail);
}

static enum status prepare(struct import *import, struct arena *scratch)
{
    TRY(ARENA_NEW(scratch, 1, &import->part));
    TRY(ARENA_NEW(scratch, 1, &import->csv));
    TRY(ARENA_NEW(scratch, WINDOW + 1, &import->window));
    TRY(ARENA_NEW(scratch, PART_COLUMNS_MAX, &import->columns));
    import->scratch = scratch;
    sha256_begin(&import->sha256);
    return STATUS_OK;
}

/* The rows, written but not yet there. */
static enum status fill(struct import *import, const char *path, const struct ledger *ledger)
{
    struct disk_file *file;
    enum disk_fault fault;
    struct ledger_troubles *troubles = import->troubles;
    if (disk_open(&file, path, &fault) != STATUS_OK) {
        complain(troubles, COMPLAINT_reading, 0);
        return STATUS_MALFORMED;
    }
    static const char magic[] = PART_MAGIC;
    enum status status = disk_sink_write(import->sink, (struct slice){magic, PART_MAGIC_SIZE});
    if (status == STATUS_OK)
        status = take_file(import, file);
    disk_close(file);
    TRY(status);
    if (troubles->count == 0 && import->part->covers_count == 0)
        complain(troubles, COMPLAINT_empty, 0);
    TRY(write_tail(import));
    for (uint32_t i = 0; i < ledger->parts_count; i++)
        if (memcmp(&ledger->parts[i].digest, &import->part->digest, DIGEST_SIZE) == 0)
            complain(troubles, COMPLAINT_twice, 0);
    return troubles->count > 0 ? STATUS_MALFORMED : STATUS_OK;
}

/* With the folder's lock held: a name that no part has, and no part that is the same file. */
static enum status import_locked(const char *folder, const char *path, struct arena *scratch,
                                 struct ledger_part *out, struct ledger_troubles *troubles)
{
    struct import import = {.troubles = troubles, .day_last = -1};
    struct ledger ledger;
    char name[PATH_BYTES];
    enum disk_fault fault;
    struct disk_about about;
    enum status status = ledger_read(&ledger, folder, (struct ledger_sink){0}, scratch);
    if (status == STATUS_MALFORMED)
        complain(troubles, COMPLAINT_damaged, 0);
    TRY(status);
    TRY(prepare(&import, scratch));
    for (uint32_t number = ledger.parts_count + 1;; number++) {
        struct text text = text_over(name, sizeof name);
        text_addf(&text, "%s/%06u.part", folder, number);
        if (text.full)
            return STATUS_FULL;
        if (disk_about(name, &about, &fault) != STATUS_OK)
            break;
    }
    TRY(disk_sink_create(&import.sink, name));
    status = fill(&import, path, &ledger);
    if (status != STATUS_OK) {
        disk_sink_abandon(import.sink);
        return status;
    }
    TRY(disk_sink_commit(import.sink));
    *out = *import.part;
    return STATUS_OK;
}

enum status ledger_import(const char *folder, const char *path, struct arena *scratch,
                          struct ledger_part *out, struct ledger_troubles *troubles)
{
    char name[PATH_BYTES];
    struct text text = text_over(name, sizeof name);
    struct folder_lock lock;
    enum disk_fault fault;
    int64_t owner = 0;
    *troubles = (struct ledger_troubles){0};
    text_addf(&text, "%s/lock", folder);
    if (text.full)
        return STATUS_FULL;
    TRY(folder_make(folder, &fault));
    TRY(folder_lock(name, &lock, &owner));
    enum status status = import_locked(folder, path, scratch, out, troubles);
    folder_unlock(&lock);
    return status;
}
