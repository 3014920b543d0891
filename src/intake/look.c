/* look.c -- which delimiter, is there a header, what stands in the columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"

#include "canonical.h"
#include "recognise.h"
#include "why.h"

static const char DELIMITERS[] = ",;\t|";

struct looking {
    struct look *look;
    struct work *work;
    struct arena *scratch;
    struct slice bytes; /* whole lines, as UTF-8 */
};

/* The sample as UTF-8; lines that are not of its encoding are left out. */
static enum status decode_sample(struct looking *of, struct slice raw)
{
    char *room;
    TRY(ARENA_NEW(of->scratch, raw.size * 2 + 2, &room));
    struct text text = text_over(room, raw.size * 2 + 1);
    while (raw.size != 0) {
        const char *line_end = memchr(raw.at, '\n', raw.size);
        if (line_end == NULL && text.size != 0)
            break; /* perhaps not all of it */
        size_t size = line_end == NULL ? raw.size : (size_t)(line_end - raw.at);
        struct slice line = {raw.at, size};
        size_t taken = size + (line_end != NULL);
        raw = (struct slice){raw.at + taken, raw.size - taken};
        if ((row_bytes_of(line) & ROW_NUL) != 0)
            continue;
        if (of->look->encoding == ENCODING_GB18030) {
            if (transcode(&of->work->transcoder, line, &text) != STATUS_OK)
                continue;
        } else if (utf8_valid(line)) {
            text_add(&text, line);
        } else {
            continue;
        }
        text_add_char(&text, '\n');
    }
    of->bytes = text_slice(&text);
    room[text.size] = '\n';
    return STATUS_OK;
}

/* The next row of the sample, or false at its end; rows with wrong quotes are left out. */
static bool next_row(struct looking *of, size_t *at, char delimiter)
{
    while (*at < of->bytes.size) {
        struct slice rest = {of->bytes.at + *at, of->bytes.size - *at};
        enum csv_end end =
            csv_read(&of->work->csv, (struct csv_form){.delimiter = delimiter}, rest, true);
        if (end == CSV_LONG)
            return false;
        *at += of->work->csv.size;
        if (end == CSV_ROW && of->work->csv.count <= COLUMNS_MAX)
            return true;
    }
    return false;
}

/* How well the delimiter splits the rows: all into the same number of columns, and into many. */
static unsigned delimiter_score(struct looking *of, char delimiter, unsigned *columns)
{
    unsigned same[COLUMNS_MAX + 1] = {0};
    unsigned rows = 0;
    size_t at = 0;
    while (rows < LOOK_ROWS_MAX && next_row(of, &at, delimiter)) {
        same[of->work->csv.count]++;
        rows++;
    }
    unsigned best = 1;
    for (unsigned i = 2; i <= COLUMNS_MAX; i++)
        if (same[i] > same[best] || (same[i] == same[best] && same[i] != 0))
            best = i;
    *columns = best;
    if (rows == 0 || best < 2)
        return 0;
    return same[best] * 1000 / rows + best;
}

static enum status name_columns(struct looking *of, unsigned count)
{
    struct look *look = of->look;
    struct slice *names;
    TRY(ARENA_NEW(of->scratch, count, &names));
    for (unsigned i = 0; i < count; i++) {
        char name[8];
        struct text text = text_over(name, sizeof name);
        text_addf(&text, "c%u", i + 1);
        TRY(slice_copy(of->scratch,
                       look->header ? slice_trim(of->work->csv.column[i]) : text_slice(&text),
                       &names[i]));
    }
    look->names = names;
    look->columns_count = count;
    return STATUS_OK;
}

static enum status keep_row(struct looking *of, struct slice *cells)
{
    for (unsigned i = 0; i < of->look->columns_count; i++)
        TRY(slice_copy(of->scratch, slice_trim(of->work->csv.column[i]), &cells[i]));
    return STATUS_OK;
}

static enum status look_at_csv(struct looking *of)
{
    struct look *look = of->look;
    unsigned columns = 1;
    unsigned best = 0;
    look->delimiter = ',';
    for (const char *delimiter = DELIMITERS; *delimiter != '\0'; delimiter++) {
        unsigned count;
        unsigned score = delimiter_score(of, *delimiter, &count);
        if (score > best) {
            best = score;
            columns = count;
            look->delimiter = *delimiter;
        }
    }
    size_t at = 0;
    do {
        if (!next_row(of, &at, look->delimiter))
            return STATUS_ABSENT;
    } while (of->work->csv.count != columns);
    struct file first = {.names = of->work->csv.column, .columns_count = columns};
    look->header = !header_is_data(&first);
    TRY(name_columns(of, columns));
    struct slice *cells;
    TRY(ARENA_NEW(of->scratch, LOOK_ROWS_MAX * columns, &cells));
    look->cells = cells;
    if (!look->header)
        at = 0;
    while (look->rows_count < LOOK_ROWS_MAX && next_row(of, &at, look->delimiter)) {
        if (of->work->csv.count != columns)
            continue;
        TRY(keep_row(of, cells + look->rows_count * columns));
        look->rows_count++;
    }
    return STATUS_OK;
}

/* The column of a member's name; a new one if there is room. */
static enum status column_of_name(struct looking *of, struct slice *names, struct slice name,
                                  unsigned *out)
{
    struct look *look = of->look;
    for (*out = 0; *out < look->columns_count; (*out)++)
        if (slice_equal(names[*out], name))
            return STATUS_OK;
    if (look->columns_count == COLUMNS_MAX)
        return STATUS_OK;
    return slice_copy(of->scratch, name, &names[look->columns_count++]);
}

static enum status look_at_json(struct looking *of)
{
    struct look *look = of->look;
    struct json_row *row = &of->work->json;
    struct slice *names, *cells;
    TRY(ARENA_NEW(of->scratch, COLUMNS_MAX, &names));
    TRY(ARENA_NEW(of->scratch, LOOK_ROWS_MAX * COLUMNS_MAX, &cells));
    look->header = true;
    struct slice rest = of->bytes;
    while (rest.size != 0 && look->rows_count < LOOK_ROWS_MAX) {
        const char *line_end = memchr(rest.at, '\n', rest.size);
        struct slice line = {rest.at, (size_t)(line_end - rest.at)};
        rest = (struct slice){line_end + 1, rest.size - line.size - 1};
        if (line.size > ROW_BYTES_MAX || json_read(row, line) != JSON_OBJECT)
            continue;
        for (unsigned i = 0; i < row->count; i++) {
            unsigned column;
            if (row->member[i].type == JSON_NULL || row->member[i].type == JSON_NESTED)
                continue;
            TRY(column_of_name(of, names, row->member[i].name, &column));
            if (column < COLUMNS_MAX)
                TRY(slice_copy(of->scratch, slice_trim(row->member[i].value),
                               &cells[look->rows_count * COLUMNS_MAX + column]));
        }
        look->rows_count++;
    }
    for (unsigned i = 0; i < look->rows_count; i++) /* now that the number of columns is known */
        memmove(cells + i * look->columns_count, cells + i * COLUMNS_MAX,
                look->columns_count * sizeof *cells);
    look->names = names;
    look->cells = cells;
    return STATUS_OK;
}

/* Messages between banks are the same everywhere. */
static enum status no_guess(struct slice path, struct text why[TONGUES_COUNT])
{
    why_path(why, path);
    why_add(why, "is XML: messages of ISO 20022 are read as they are and need no mapping",
            "是 XML：ISO 20022 报文可直接读取，无需映射");
    return STATUS_MALFORMED;
}

enum status look_at(struct look *look, const char *path, struct arena *scratch,
                    struct text why[TONGUES_COUNT])
{
    struct looking of = {.look = look, .scratch = scratch};
    struct file file = {.path = slice_of(path)};
    struct source *source;
    enum disk_fault fault = DISK_FINE;
    *look = (struct look){0};
    TRY(source_create(&source, scratch));
    TRY(ARENA_NEW(scratch, 1, &of.work));
    if (source_open(source, path, &fault) != STATUS_OK) {
        why_fault(why, file.path, fault);
        return STATUS_IO;
    }
    file.source = source;
    enum status status = recognise_content(&file, source, why);
    if (status == STATUS_OK && source->at < source->end && *source->at == '<')
        status = no_guess(file.path, why);
    if (status != STATUS_OK)
        goto done;
    look->encoding = file.encoding;
    status = decode_sample(&of, (struct slice){source->at, (size_t)(source->end - source->at)});
    if (status != STATUS_OK)
        goto done;
    struct slice first = slice_trim(of.bytes);
    look->form = first.size != 0 && first.at[0] == '{' ? FORM_JSON : FORM_CSV;
    status = look->form == FORM_JSON ? look_at_json(&of) : look_at_csv(&of);
    if (status == STATUS_ABSENT || (status == STATUS_OK && look->rows_count == 0)) {
        why_path(why, file.path);
        why_add(why, "holds no rows to guess from", "没有可供推测的数据行");
        status = STATUS_ABSENT;
    }
done:
    transcoder_release(&of.work->transcoder);
    source_destroy(source);
    return status;
}
