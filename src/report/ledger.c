/* ledger.c -- reading a ledger: part after part, block after block, each proved before it is used.
 *
 * Not chosen:  a table of SQLite: every sum would read all of its rows anyway, and columns are an
 *              eighth of the size.  An index: a report reads each row once.  mmap(): a part that
 *              shrinks under its reader kills the process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/ledger.h"

#include "ground/folder.h"
#include "report/ledger_inside.h"

const struct series_entry LEDGER_SERIES[SERIES_COUNT] = {
#define SERIES(name, measure, people, from_zh, from_en, zh, en) \
    {#name, MEASURE_##measure, people, SAYING(from_en, from_zh), SAYING(en, zh)},
#include "report/series.inc"
#undef SERIES
};

const struct type_entry LEDGER_TYPES[TYPES_COUNT] = {
#define TYPE(name, word, zh, en) {word, SAYING(en, zh)},
#include "report/stories.inc"
#undef TYPE
};

const struct saying LEDGER_COMPLAINTS[COMPLAINTS_COUNT] = {
#define COMPLAINT(name, en, zh) SAYING(en, zh),
#include "report/complaints.inc"
#undef COMPLAINT
};

/* ---- days ---- */

enum status ledger_day_parse(struct slice slice, int32_t *out)
{
    static const int places[] = {0, 1, 2, 3, 5, 6, 8, 9};
    int part[3] = {0, 0, 0};
    moment at;
    if (slice.size != 10 || slice.at[4] != '-' || slice.at[7] != '-')
        return STATUS_MALFORMED;
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        char c = slice.at[places[i]];
        if (c < '0' || c > '9')
            return STATUS_MALFORMED;
        int *into = &part[i < 4 ? 0 : i < 6 ? 1 : 2];
        *into = *into * 10 + (c - '0');
    }
    struct civil civil = {.year = part[0], .month = part[1], .day = part[2]};
    TRY(moment_of_civil(civil, 0, &at));
    int64_t day = at.ms / DAY_MS;
    if (at.ms < 0 || day > UINT16_MAX)
        return STATUS_MALFORMED;
    *out = (int32_t)day;
    return STATUS_OK;
}

void text_add_ledger_day(struct text *text, int32_t day)
{
    struct civil civil = civil_of_moment((moment){(int64_t)day * DAY_MS}, 0);
    text_addf(text, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

/* ---- parts ---- */

struct reader {
    struct disk_file *file;
    struct ledger_block *block;
    char *bytes; /* PART_COLUMNS_MAX */
    uint64_t rows;
};

/* Exactly `size` bytes.  MALFORMED: the part ends before. */
static enum status read_whole(struct disk_file *file, void *into, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t got = 0;
        TRY(disk_read(file, (char *)into + at, size - at, &got));
        if (got == 0)
            return STATUS_MALFORMED;
        at += got;
    }
    return STATUS_OK;
}

static const char *fetch(void *into, const char *from, size_t size)
{
    memcpy(into, from, size);
    return from + size;
}

static enum status read_columns(struct reader *reader, const struct part_head *head)
{
    struct ledger_block *block = reader->block;
    size_t rows = head->rows;
    bool counts = head->has & PART_COUNTS;
    bool amounts = head->has & PART_AMOUNTS;
    if (head->series >= SERIES_COUNT || rows == 0 || rows > LEDGER_BLOCK_ROWS)
        return STATUS_MALFORMED;
    size_t size = rows * (8 + (counts ? 4U : 0U) + (amounts ? 8U : 0U));
    TRY(read_whole(reader->file, reader->bytes, size));
    if (part_checksum(head, (struct slice){reader->bytes, size}) != head->checksum)
        return STATUS_MALFORMED;
    const char *at = fetch(block->day, reader->bytes, rows * 2);
    at = fetch(block->region, at, rows * 4);
    at = fetch(block->type, at, rows);
    at = fetch(block->marks, at, rows);
    if (counts)
        at = fetch(block->count, at, rows * 4);
    for (size_t i = 0; i < rows && !counts; i++)
        block->count[i] = 1;
    if (amounts)
        fetch(block->amount, at, rows * 8);
    else
        memset(block->amount, 0, rows * 8);
    for (size_t i = 0; i < rows; i++)
        if (block->type[i] >= TYPES_COUNT)
            return STATUS_MALFORMED;
    block->series = (enum series)head->series;
    block->rows = head->rows;
    block->first = head->first;
    block->last = head->last;
    reader->rows += rows;
    return STATUS_OK;
}

static enum status read_tail(struct reader *reader, const struct part_head *head,
                             struct ledger_part *part)
{
    char beyond;
    size_t got = 0;
    TRY(read_whole(reader->file, reader->bytes, sizeof *part));
    if (part_checksum(head, (struct slice){reader->bytes, sizeof *part}) != head->checksum)
        return STATUS_MALFORMED;
    memcpy(part, reader->bytes, sizeof *part);
    TRY(disk_read(reader->file, &beyond, 1, &got));
    bool sound = got == 0 && part->rows == reader->rows && part->covers_count <= LEDGER_COVERS_MAX;
    return sound ? STATUS_OK : STATUS_MALFORMED;
}

static enum status read_part(struct reader *reader, struct ledger_sink sink,
                             struct ledger_part *part)
{
    char magic[PART_MAGIC_SIZE];
    struct part_head head;
    TRY(read_whole(reader->file, magic, sizeof magic));
    if (memcmp(magic, PART_MAGIC, sizeof magic) != 0)
        return STATUS_MALFORMED;
    for (reader->rows = 0;;) {
        TRY(read_whole(reader->file, &head, sizeof head));
        if (head.series == PART_TAIL)
            return read_tail(reader, &head, part);
        TRY(read_columns(reader, &head));
        if (sink.take != NULL)
            TRY(sink.take(sink.self, reader->block));
    }
}

static bool is_part(struct slice name)
{
    static const char ending[] = ".part";
    size_t size = sizeof ending - 1;
    return name.size > size && name.at[0] != '.' &&
           memcmp(name.at + name.size - size, ending, size) == 0;
}

static enum status open_part(struct reader *reader, const char *folder, struct slice name,
                             struct ledger_sink sink, struct ledger_part *part)
{
    char path[PATH_BYTES];
    struct text text = text_over(path, sizeof path);
    enum disk_fault fault;
    text_addf(&text, "%s/", folder);
    text_add(&text, name);
    if (text.full)
        return STATUS_FULL;
    TRY(disk_open(&reader->file, path, &fault));
    enum status status = read_part(reader, sink, part);
    disk_close(reader->file);
    return status;
}

/* In the order of digests, whatever the names are; two alike would be counted twice. */
static enum status place_part(struct ledger *ledger, const struct ledger_part *part)
{
    uint32_t at = ledger->parts_count;
    while (at > 0) {
        int order = memcmp(ledger->parts[at - 1].digest.bytes, part->digest.bytes, DIGEST_SIZE);
        if (order == 0)
            return STATUS_MALFORMED;
        if (order < 0)
            break;
        ledger->parts[at] = ledger->parts[at - 1];
        at--;
    }
    ledger->parts[at] = *part;
    ledger->parts_count++;
    return STATUS_OK;
}

enum status ledger_read(struct ledger *out, const char *folder, struct ledger_sink sink,
                        struct arena *arena)
{
    struct reader reader = {0};
    struct ledger ledger = {.folder = folder};
    struct ledger_part *part;
    struct slice *names = NULL;
    size_t count = 0;
    TRY(folder_list(folder, arena, &names, &count));
    TRY(ARENA_NEW(arena, 1, &reader.block));
    TRY(ARENA_NEW(arena, PART_COLUMNS_MAX, &reader.bytes));
    TRY(ARENA_NEW(arena, 1, &part));
    TRY(ARENA_NEW(arena, count + 1, &ledger.parts));
    for (size_t i = 0; i < count; i++) {
        if (!is_part(names[i]))
            continue;
        TRY(open_part(&reader, folder, names[i], sink, part));
        TRY(place_part(&ledger, part));
    }
    *out = ledger;
    return STATUS_OK;
}

bool ledger_covers(const struct ledger *ledger, enum series series, int32_t from, int32_t to,
                   int32_t *missing)
{
    int32_t next = from; /* all days before it are covered */
    for (bool moved = true; moved && next <= to;) {
        moved = false;
        for (uint32_t i = 0; i < ledger->parts_count; i++)
            for (uint32_t k = 0; k < ledger->parts[i].covers_count; k++) {
                const struct ledger_cover *cover = &ledger->parts[i].covers[k];
                if (cover->series != (int32_t)series || cover->from > next || cover->to < next)
                    continue;
                next = cover->to + 1;
                moved = true;
            }
    }
    *missing = next;
    return next > to;
}
