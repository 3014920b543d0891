/* recognise.c -- nobody should have to tell a program what a glance shows.
 *
 * In this order: packing and encoding by the first bytes; binary files are refused; `{` begins JSON
 * lines, `<` a message in XML; else it is CSV.  Of a CSV file the kind is the one asked for, or the
 * one its name begins with, or the one whose fields fill its header best, but only if the header
 * has every field the kind must have.
 *
 * When it does not work out, the sentence says what was seen and what to do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

#include "canonical.h"
#include "mapping.h"
#include "shipped.h"
#include "why.h"

enum { SAMPLE_SIZE = ROW_BYTES_MAX, SAMPLE_ROWS = 50 };

/* A file being looked at. */
struct recognition {
    struct file *file;
    struct source *source;
    const struct intake_options *options;
    struct work *work;
    struct arena *boot;
    struct text *why;
    size_t start_at; /* bytes of the mark of the encoding */
};

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

static enum status recognise_json(struct recognition *of, struct slice sample)
{
    struct file *file = of->file;
    struct text *why = of->why;
    const struct mapping *mapping = of->options->mapping;
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
    if (mapping != NULL && mapping->form == FORM_JSON) {
        TRY(mapping_names(mapping, of->boot, &file->names, &file->columns_count));
        return mapping_bind(mapping, file, of->boot, why);
    }
    file->group = file->kind == RECORD_KINDS_COUNT ? group_of_rows(of->work, sample)
                                                   : kind_schema(file->kind)->group;
    return STATUS_OK;
}

/* ---- XML ---- */

static enum status recognise_xml(struct recognition *of)
{
    struct file *file = of->file;
    enum record_kind asked = of->work->kind_asked;
    if (asked != RECORD_KINDS_COUNT && asked != RECORD_payment) {
        why_path(of->why, file->path);
        why_add(of->why, "is XML (ISO 20022), whose messages are payments, not of kind ",
                "是 XML（ISO 20022）报文，其记录为支付，而不是类别 ");
        why_text(of->why, slice_of(kind_schema(asked)->name));
        return STATUS_REFUSED;
    }
    file->form = FORM_XML;
    file->kind = RECORD_payment;
    file->group = GROUP_EVENT;
    file->encoding = ENCODING_UTF8;
    file->names = of->work->message_paths;
    file->columns_count = TRANSFER_COLUMNS;
    file->plan = of->work->message_plan;
    return STATUS_OK;
}

/* ---- CSV ---- */

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

/* Back to the first byte behind the mark of the encoding. */
static void rewind_to_start(struct recognition *of)
{
    of->source->at -= of->file->body_at - of->start_at;
    of->file->body_at = of->start_at;
    of->file->body_line = 1;
}

static enum status broken_header(const struct recognition *of)
{
    why_path(of->why, of->file->path);
    why_add(of->why, "its first row is not a CSV header: a quote is not closed, or it is too long",
            "第一行不是 CSV 表头：引号未闭合或过长");
    return STATUS_MALFORMED;
}

/* Reads the header of a CSV file of this form and leaves the source behind it.  MALFORMED: its
 * quotes are wrong. */
static enum status read_header(struct recognition *of, struct csv_form form)
{
    struct file *file = of->file;
    struct source *source = of->source;
    struct work *work = of->work;
    struct csv_row *row = &work->csv;
    file->csv = form;
    for (;;) {
        struct slice bytes = {source->at, (size_t)(source->end - source->at)};
        enum csv_end end = csv_read(row, file->csv, bytes, true);
        if (end == CSV_BLANK) {
            source->at += row->size;
            file->body_at += row->size;
            file->body_line++;
            continue;
        }
        if (end != CSV_ROW || row->count > COLUMNS_MAX)
            return STATUS_MALFORMED;
        struct slice header = {source->at, row->bare_size};
        source->at += row->size;
        file->body_at += row->size;
        file->body_line += row->lines;
        if ((row_bytes_of(header) & ROW_HIGH) != 0 && file->encoding == ENCODING_GB18030) {
            struct text text = text_over(work->decoded, sizeof work->decoded - 1);
            if (transcode(&work->transcoder, header, &text) == STATUS_OK) {
                work->decoded[text.size] = '\n';
                end = csv_read(row, file->csv, text_slice(&text), true);
            }
        }
        return end == CSV_ROW ? keep_names(file, row, of->boot) : STATUS_MALFORMED;
    }
}

/* ---- CSV through a mapping ---- */

/* Passes over the lines that the mapping says are no rows. */
static void skip_preamble(struct recognition *of, uint64_t lines)
{
    struct source *source = of->source;
    for (uint64_t i = 0; i < lines; i++) {
        char *line_end = memchr(source->at, '\n', (size_t)(source->end - source->at));
        if (line_end == NULL)
            return;
        of->file->body_at += (size_t)(line_end + 1 - source->at);
        of->file->body_line++;
        source->at = line_end + 1;
    }
}

static bool shape_takes(const struct mapping *mapping, const struct shape *shape, unsigned columns)
{
    if (columns < shape->count)
        return false;
    return columns <= shape->count + mapping->columns_more || mapping->loose_first.size != 0;
}

/* Which of the mapping's lists of columns fits most of the first rows; NULL: none fits any. */
static const struct shape *shape_of_rows(struct recognition *of, const struct mapping *mapping)
{
    unsigned exact[SHAPES_MAX] = {0};
    unsigned taken[SHAPES_MAX] = {0};
    struct csv_row *row = &of->work->csv;
    const char *at = of->source->at;
    for (unsigned rows = 0; rows < SAMPLE_ROWS && at < of->source->end;) {
        enum csv_end end =
            csv_read(row, mapping->csv, (struct slice){at, (size_t)(of->source->end - at)}, true);
        if (end == CSV_LONG)
            break;
        at += row->size;
        rows += end != CSV_BLANK;
        for (unsigned i = 0; i < mapping->shapes_count && end == CSV_ROW; i++) {
            exact[i] += row->count == mapping->shapes[i].count;
            taken[i] += shape_takes(mapping, &mapping->shapes[i], row->count);
        }
    }
    const struct shape *best = NULL;
    unsigned best_votes = 0;
    for (unsigned i = 0; i < mapping->shapes_count; i++) {
        unsigned votes = exact[i] * (SAMPLE_ROWS + 1) + taken[i];
        if (votes > best_votes) {
            best = &mapping->shapes[i];
            best_votes = votes;
        }
    }
    return best;
}

static enum status no_shape(const struct recognition *of, const struct mapping *mapping)
{
    char counts[SHAPES_MAX * 8];
    struct text text = text_over(counts, sizeof counts);
    for (unsigned i = 0; i < mapping->shapes_count; i++)
        text_addf(&text, "%s%u", i == 0 ? "" : ", ", mapping->shapes[i].count);
    why_path(of->why, of->file->path);
    why_add(of->why, "its rows do not have as many columns as mapping ", "各行的列数与映射 ");
    why_text(of->why, mapping->name);
    why_add(of->why, " says: ", " 不符，应为：");
    why_text(of->why, text_slice(&text));
    return STATUS_MALFORMED;
}

/* Understands the file through the mapping; `told`: and says why not, if not. */
static enum status try_mapping(struct recognition *of, const struct mapping *mapping, bool told)
{
    struct file *file = of->file;
    rewind_to_start(of);
    skip_preamble(of, mapping->skip_lines);
    file->form = mapping->form;
    file->csv = mapping->csv;
    if (mapping->encoding != ENCODING_OPEN)
        file->encoding = mapping->encoding;
    if (mapping->shapes_count == 0) {
        enum status status = read_header(of, mapping->csv);
        if (status != STATUS_OK)
            return told && status == STATUS_MALFORMED ? broken_header(of) : status;
    } else {
        const struct shape *shape = shape_of_rows(of, mapping);
        if (shape == NULL)
            return told ? no_shape(of, mapping) : STATUS_MALFORMED;
        file->names = shape->names;
        file->columns_count = shape->count;
    }
    file->mapping = mapping;
    file->in_no_order = mapping->in_no_order;
    return mapping_bind(mapping, file, of->boot, told ? of->why : NULL);
}

/* Whether most of the first rows come through, or miss only a number that a switch may not know. */
static bool rows_fit(struct recognition *of)
{
    struct intake_counts counts;
    moment first_at;
    of->file->line = of->file->body_line;
    file_sample(of->file, of->work, SAMPLE_ROWS, &counts, &first_at);
    uint64_t fine = counts.accepted + counts.by_reason[REJECT_EMPTY_FIELD];
    return counts.read != 0 && fine * 2 > counts.read;
}

/* A file without header may be one of the formats that we know by their shape. */
static enum status try_shipped(struct recognition *of)
{
    unsigned count;
    const struct shipped *all = shipped_all(&count);
    struct file before = *of->file;
    struct source source = *of->source;
    for (unsigned i = 0; i < count; i++) {
        struct mapping *mapping;
        if (!all[i].recognised)
            continue;
        TRY(mapping_parse(&mapping, all[i].name.at, all[i].text, of->boot, of->why));
        enum status status = try_mapping(of, mapping, false);
        if (status != STATUS_MALFORMED && (status != STATUS_OK || rows_fit(of)))
            return status;
        *of->file = before;
        *of->source = source;
    }
    return STATUS_ABSENT;
}

/* Canonical by its header. */
static enum status try_canonical(struct recognition *of, bool *header)
{
    enum status status = read_header(of, (struct csv_form){.delimiter = ','});
    *header = status == STATUS_OK;
    if (status == STATUS_OK)
        status =
            canonical_bind(of->file, of->work->kind_asked != RECORD_KINDS_COUNT, of->boot, NULL);
    return status;
}

/* Canonical, or known by its shape.  Whatever is not MALFORMED is an answer. */
static enum status without_mapping(struct recognition *of)
{
    struct file *file = of->file;
    bool header;
    bool asked = of->work->kind_asked != RECORD_KINDS_COUNT;
    enum status status = try_canonical(of, &header);
    if (status != STATUS_MALFORMED)
        return status;
    if (!asked && (!header || header_is_data(file))) {
        status = try_shipped(of);
        if (status != STATUS_ABSENT)
            return status;
    }
    return header ? canonical_bind(file, asked, of->boot, of->why) : broken_header(of);
}

/* By the mapping; a canonical file may be among those that are read through one. */
static enum status with_mapping(struct recognition *of, const struct mapping *mapping)
{
    struct file *file = of->file;
    struct file before = *file;
    struct source source = *of->source;
    bool header;
    enum status status = try_mapping(of, mapping, false);
    if (status != STATUS_MALFORMED)
        return status;
    *file = before;
    *of->source = source;
    status = try_canonical(of, &header);
    if (status != STATUS_MALFORMED)
        return status;
    *file = before;
    *of->source = source;
    return try_mapping(of, mapping, true);
}

static enum status recognise_csv(struct recognition *of)
{
    const struct mapping *mapping = of->options->mapping;
    of->file->form = FORM_CSV;
    return mapping != NULL && mapping->form == FORM_CSV ? with_mapping(of, mapping)
                                                        : without_mapping(of);
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
    if (!source->ended)
        return STATUS_OK; /* an odd beginning; its rows will tell */
    why_path(why, file->path);
    if (source->failure != STATUS_OK) {
        why_add(why, "cannot be read: its compression is damaged or the disk failed",
                "无法读取：压缩数据损坏或磁盘出错");
        return STATUS_IO;
    }
    why_add(why, "is empty", "是空文件");
    return STATUS_ABSENT;
}

enum status recognise_content(struct file *file, struct source *source,
                              struct text why[TONGUES_COUNT])
{
    bring_sample(file, source);
    struct slice sample = {source->at, (size_t)(source->end - source->at)};
    TRY(check_text(file, sample, why));
    TRY(check_content(file, source, why));
    file->body_at = slice_starts(sample, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    file->body_line = 1;
    source->at += file->body_at;
    const char *end = source->end; /* half a line may end in half a character */
    while (!source->ended && end > source->at && end[-1] != '\n')
        end--;
    file->encoding = encoding_of((struct slice){source->at, (size_t)(end - source->at)});
    return STATUS_OK;
}

enum status recognise(struct file *file, struct source *source,
                      const struct intake_options *options, struct work *work, struct arena *boot,
                      struct text why[TONGUES_COUNT])
{
    TRY(recognise_content(file, source, why));
    struct recognition of = {file, source, options, work, boot, why, file->body_at};
    file->kind = work->kind_asked;
    if (file->kind == RECORD_KINDS_COUNT)
        file->kind = kind_by_name(file->path);
    struct slice sample = {source->at, (size_t)(source->end - source->at)};
    while (sample.size != 0 && (unsigned char)sample.at[0] <= ' ') {
        sample.at++;
        sample.size--;
    }
    if (sample.size != 0 && sample.at[0] == '<')
        return recognise_xml(&of);
    if (sample.size != 0 && (sample.at[0] == '{' || sample.at[0] == '['))
        return recognise_json(&of, sample);
    return recognise_csv(&of);
}
