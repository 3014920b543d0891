/* recognise.c -- nobody should have to tell a program what a glance shows.
 *
 * In this order: packing and encoding by the first bytes; binary files are refused; `{` begins JSON
 * lines; else it is CSV.  Of a CSV file the kind is the one asked for, or the one its name begins
 * with, or the one whose fields fill its header best, but only if the header has every field the
 * kind must have.
 *
 * When it does not work out, the sentence says what was seen and what to do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

enum { SAMPLE_SIZE = ROW_BYTES_MAX, NAMES_SHOWN_MAX = 12 };

void why_path(struct text why[TONGUES_COUNT], struct slice path)
{
    struct slice shown = slice_equal(path, SLICE("-")) ? SLICE("(stdin)") : path;
    text_add(&why[TONGUE_EN], shown);
    text_add(&why[TONGUE_EN], SLICE(": "));
    text_add(&why[TONGUE_ZH], shown);
    text_add(&why[TONGUE_ZH], SLICE("："));
}

void why_add(struct text why[TONGUES_COUNT], const char *en, const char *zh)
{
    text_add_string(&why[TONGUE_EN], en);
    text_add_string(&why[TONGUE_ZH], zh);
}

void why_names(struct text why[TONGUES_COUNT], const struct slice *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i == NAMES_SHOWN_MAX) {
            why_add(why, " ...", "……");
            return;
        }
        if (i != 0)
            why_add(why, ", ", "、");
        text_add(&why[TONGUE_EN], names[i]);
        text_add(&why[TONGUE_ZH], names[i]);
    }
}

/* ---- what is no text ---- */

/* A known binary form by its first bytes; NULL: none. */
static const char *binary_form(struct slice sample)
{
    static const struct {
        struct slice magic;
        const char *name;
    } FORMS[] = {
        {{"PK\x03\x04", 4}, "ZIP / XLSX"},
        {{"\xD0\xCF\x11\xE0", 4}, "XLS / DOC"},
        {{"%PDF", 4}, "PDF"},
        {{"\x7F"
          "ELF",
          4},
         "ELF"},
        {{"\x89PNG", 4}, "PNG"},
        {{"\xFD"
          "7zXZ",
          5},
         "xz"},
        {{"BZh", 3}, "bzip2"},
        {{"7z\xBC\xAF", 4}, "7z"},
        {{"Rar!", 4}, "RAR"},
        {{"PAR1", 4}, "Parquet"},
        {{"SQLite format 3", 15}, "SQLite"},
        {{"\xFF\xD8\xFF", 3}, "JPEG"},
        {{"\xFF\xFE", 2}, "UTF-16"},
        {{"\xFE\xFF", 2}, "UTF-16"},
        {{"\xD4\xC3\xB2\xA1", 4}, "pcap"},
        {{"Obj\x01", 4}, "Avro"},
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++)
        if (slice_starts(sample, FORMS[i].magic))
            return FORMS[i].name;
    return NULL;
}

/* Text has hardly any control characters; one row with a NUL in it is only a bad row. */
static bool is_binary(struct slice sample)
{
    size_t controls = 0;
    for (size_t i = 0; i < sample.size; i++) {
        unsigned char byte = (unsigned char)sample.at[i];
        controls += byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
    }
    return controls > 8 && controls > sample.size / 10;
}

static enum status check_text(const struct file *file, struct slice sample,
                              struct text why[TONGUES_COUNT])
{
    const char *form = binary_form(sample);
    if (form == NULL && !is_binary(sample))
        return STATUS_OK;
    why_path(why, file->path);
    if (form == NULL) {
        why_add(why, "is binary, not text; rows are read from CSV and JSON-lines files",
                "是二进制文件，不是文本；只能读取 CSV 或 JSON Lines 文件");
        return STATUS_MALFORMED;
    }
    why_add(why, "is not text but ", "不是文本，而是 ");
    why_add(why, form, form);
    why_add(why, "; export it as CSV in UTF-8 or GB18030 (.gz and .zst are read directly)",
            "；请导出为 UTF-8 或 GB18030 编码的 CSV（可直接读取 .gz 与 .zst）");
    return STATUS_MALFORMED;
}

/* ---- JSON ---- */

/* The group of rows that say their kind: a file is a register only if all of the sample is. */
static enum record_group group_of_rows(struct work *work, struct slice sample)
{
    enum record_group group = GROUP_EVENT;
    for (;;) {
        const char *line_end = memchr(sample.at, '\n', sample.size);
        size_t size = line_end == NULL ? sample.size : (size_t)(line_end - sample.at);
        struct slice line = {sample.at, size};
        bool fine = size <= ROW_BYTES_MAX && json_read(&work->json, line) == JSON_OBJECT;
        for (unsigned i = 0; fine && i < work->json.count; i++) {
            enum record_kind kind;
            if (!slice_equal(work->json.member[i].name, SLICE("kind")) ||
                !kind_find(work->json.member[i].value, &kind))
                continue;
            group = kind_schema(kind)->group;
            if (group == GROUP_EVENT)
                return group;
        }
        if (line_end == NULL)
            return group;
        sample = (struct slice){line_end + 1, sample.size - size - 1};
    }
}

static enum status recognise_json(struct file *file, struct work *work, struct slice sample,
                                  struct text why[TONGUES_COUNT])
{
    file->form = FORM_JSON;
    const char *line_end = memchr(sample.at, '\n', sample.size);
    struct slice line = {sample.at,
                         line_end == NULL ? sample.size : (size_t)(line_end - sample.at)};
    bool whole = line_end != NULL || file->source->ended;
    if (sample.at[0] == '[' || (whole && slice_equal(slice_trim(line), SLICE("{")))) {
        why_path(why, file->path);
        why_add(why, "is JSON, but not one object a line; `jq -c '.[]' FILE` makes JSON lines",
                "是 JSON，但不是每行一个对象；可用 `jq -c '.[]' 文件` 转换为 JSON Lines");
        return STATUS_MALFORMED;
    }
    file->group = file->kind == RECORD_KINDS_COUNT ? group_of_rows(work, sample)
                                                   : kind_schema(file->kind)->group;
    return STATUS_OK;
}

/* ---- CSV ---- */

static bool same_name(struct slice a, const char *b)
{
    if (a.size != strlen(b))
        return false;
    for (size_t i = 0; i < a.size; i++) {
        char c = a.at[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != b[i])
            return false;
    }
    return true;
}

/* Finds the columns of a kind by the header.  Returns how many fields there are, 0: one that must
 * be there is not; `*missing` is then its number.  A column named twice is `*twice`. */
static unsigned find_columns(const struct file *file, enum record_kind kind, int *columns,
                             unsigned *missing, struct slice *twice)
{
    const struct kind_schema *schema = kind_schema(kind);
    unsigned found = 0;
    bool complete = true;
    for (unsigned i = 0; i < schema->fields_count; i++) {
        columns[i] = COLUMN_NONE;
        for (unsigned j = 0; j < file->columns_count; j++) {
            if (!same_name(file->names[j], schema->fields[i].name))
                continue;
            if (columns[i] != COLUMN_NONE)
                *twice = file->names[j];
            else
                columns[i] = (int)j;
        }
        found += columns[i] != COLUMN_NONE;
        if (columns[i] == COLUMN_NONE && schema->fields[i].must && complete) {
            complete = false;
            *missing = i;
        }
    }
    return complete ? found : 0;
}

/* The kind whose fields fill the header best; KINDS_COUNT: none, or two do equally. */
static enum record_kind kind_by_header(const struct file *file)
{
    unsigned best = 0;
    enum record_kind kind = RECORD_KINDS_COUNT;
    for (int i = 0; i < RECORD_KINDS_COUNT; i++) {
        int columns[RECORD_FIELDS_MAX];
        unsigned missing;
        struct slice twice = {0};
        unsigned found = find_columns(file, (enum record_kind)i, columns, &missing, &twice);
        if (found > best)
            kind = (enum record_kind)i;
        else if (found == best && found != 0)
            kind = RECORD_KINDS_COUNT;
        best = found > best ? found : best;
    }
    return kind;
}

static enum status no_kind(const struct file *file, struct text why[TONGUES_COUNT])
{
    why_path(why, file->path);
    why_add(why, "neither its name nor its header says what kind of records it holds (header: ",
            "文件名和表头都不能说明其中是哪类记录（表头：");
    why_names(why, file->names, file->columns_count);
    why_add(why, "); name the kind with --kind, or let `cutline intake guess` propose a mapping",
            "）；请用 --kind 指明类别，或用 `cutline intake guess` 生成映射");
    return STATUS_MALFORMED;
}

static enum status lacks_column(const struct file *file, enum record_kind kind, unsigned missing,
                                struct text why[TONGUES_COUNT])
{
    const struct kind_schema *schema = kind_schema(kind);
    why_path(why, file->path);
    why_add(why, "as kind ", "作为类别 ");
    why_add(why, schema->name, schema->name);
    why_add(why, " it must have a column ", "，必须有列 ");
    why_add(why, schema->fields[missing].name, schema->fields[missing].name);
    why_add(why, "; its header is: ", "；其表头为：");
    why_names(why, file->names, file->columns_count);
    why_add(why, ".  `cutline intake guess` proposes a mapping",
            "。可用 `cutline intake guess` 生成映射");
    return STATUS_MALFORMED;
}

/* Copies the names of the header, decoded and trimmed, for the life of boot. */
static enum status keep_names(struct file *file, const struct csv_row *row, struct arena *boot)
{
    struct slice *names;
    unsigned count = row->count < COLUMNS_MAX ? row->count : COLUMNS_MAX;
    TRY(ARENA_NEW(boot, count, &names));
    for (unsigned i = 0; i < count; i++)
        TRY(slice_copy(boot, slice_trim(row->column[i]), &names[i]));
    file->names = names;
    file->columns_count = count;
    return STATUS_OK;
}

/* Reads the header and leaves the source behind it. */
static enum status read_header(struct file *file, struct source *source, struct work *work,
                               struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct csv_row *row = &work->csv;
    for (;;) {
        struct slice bytes = {source->at, (size_t)(source->end - source->at)};
        enum csv_end end = csv_read(row, file->csv, bytes, true);
        if (end == CSV_BLANK) {
            source->at += row->size;
            file->body_at += row->size;
            file->body_line++;
            continue;
        }
        if (end != CSV_ROW || row->count > COLUMNS_MAX) {
            why_path(why, file->path);
            why_add(why,
                    "its first row is not a CSV header: a quote is not closed, or it is too long",
                    "第一行不是 CSV 表头：引号未闭合或过长");
            return STATUS_MALFORMED;
        }
        struct slice header = {source->at, row->bare_size};
        source->at += row->size;
        file->body_at += row->size;
        file->body_line += row->lines;
        if (row_bytes_of(header) == ROW_HIGH && file->encoding == ENCODING_GB18030) {
            struct text text = text_over(work->decoded, sizeof work->decoded - 1);
            if (transcode(&work->transcoder, header, &text) == STATUS_OK) {
                work->decoded[text.size] = '\n';
                end = csv_read(row, file->csv, text_slice(&text), true);
            }
        }
        return end == CSV_ROW ? keep_names(file, row, boot) : STATUS_MALFORMED;
    }
}

static enum status recognise_csv(struct file *file, struct source *source, struct work *work,
                                 struct arena *boot, struct text why[TONGUES_COUNT])
{
    file->form = FORM_CSV;
    file->csv = (struct csv_form){.delimiter = ','};
    TRY(read_header(file, source, work, boot, why));
    int columns[RECORD_FIELDS_MAX];
    unsigned missing = 0;
    struct slice twice = {0};
    enum record_kind kind = file->kind;
    if (kind == RECORD_KINDS_COUNT || (work->kind_asked == RECORD_KINDS_COUNT &&
                                       find_columns(file, kind, columns, &missing, &twice) == 0)) {
        enum record_kind by_header = kind_by_header(file);
        if (by_header == RECORD_KINDS_COUNT)
            return kind == RECORD_KINDS_COUNT ? no_kind(file, why)
                                              : lacks_column(file, kind, missing, why);
        kind = by_header;
    }
    twice = (struct slice){0};
    if (find_columns(file, kind, columns, &missing, &twice) == 0)
        return lacks_column(file, kind, missing, why);
    if (twice.size != 0) {
        why_path(why, file->path);
        why_add(why, "its header names a column twice: ", "表头中有重复的列：");
        why_names(why, &twice, 1);
        return STATUS_MALFORMED;
    }
    file->kind = kind;
    file->group = kind_schema(kind)->group;
    TRY(ARENA_NEW(boot, 1, &file->plan));
    return plan_canonical(file->plan, kind, columns, boot);
}

/* ---- all of it ---- */

/* Enough bytes to judge by: a file's first 64 KiB; of a pipe, what is there with a whole line in
 * it. */
static void bring_sample(const struct file *file, struct source *source)
{
    size_t wanted = file->once ? 1 : SAMPLE_SIZE;
    while (!source->ended) {
        size_t size = (size_t)(source->end - source->at);
        bool line = size != 0 && memchr(source->at, '\n', size) != NULL;
        if (size > ROW_BYTES_MAX || (line && size >= wanted))
            return;
        source_more(source);
    }
}

static enum status check_content(const struct file *file, const struct source *source,
                                 struct text why[TONGUES_COUNT])
{
    for (const char *at = source->at; at < source->end; at++)
        if ((unsigned char)*at > ' ')
            return STATUS_OK;
    why_path(why, file->path);
    if (source->failure != STATUS_OK) {
        why_add(why, "cannot be read: its compression is damaged or the disk failed",
                "无法读取：压缩数据损坏或磁盘出错");
        return STATUS_IO;
    }
    why_add(why, "is empty", "是空文件");
    return STATUS_ABSENT;
}

static void skip_bytes(struct file *file, struct source *source, size_t size)
{
    source->at += size;
    file->body_at += size;
}

enum status recognise(struct file *file, struct source *source,
                      const struct intake_options *options, struct work *work, struct arena *boot,
                      struct text why[TONGUES_COUNT])
{
    (void)options;
    bring_sample(file, source);
    file->body_at = 0;
    file->body_line = 1;
    file->kind = work->kind_asked;
    if (file->kind == RECORD_KINDS_COUNT)
        file->kind = kind_by_name(file->path);
    struct slice sample = {source->at, (size_t)(source->end - source->at)};
    TRY(check_text(file, sample, why));
    TRY(check_content(file, source, why));
    if (slice_starts(sample, SLICE("\xEF\xBB\xBF")))
        skip_bytes(file, source, 3);
    sample = (struct slice){source->at, (size_t)(source->end - source->at)};
    file->encoding = encoding_of(sample);
    while (sample.size != 0 && (unsigned char)sample.at[0] <= ' ') {
        sample.at++;
        sample.size--;
    }
    if (sample.size != 0 && (sample.at[0] == '{' || sample.at[0] == '['))
        return recognise_json(file, work, sample, why);
    return recognise_csv(file, source, work, boot, why);
}
