/* file.c -- every row of a file becomes a record or a reject, and the two are counted.
 *
 *      bytes --> a row --> decoded --> columns --> record
 *                  |          |           |          |
 *                  +----------+-----------+----------+--> reject: file, line, column, reason, value
 *
 * Invariants:  1. read = accepted + rejected, after every call.  Blank lines and rows that the
 *                 mapping passes over are not read.
 *              2. The line number of a row is that of its first line, whatever came before it:
 *                 quoted line ends, rejected rows, a line of a gigabyte.
 *              3. Nothing is kept of a rejected row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

/* What a look at the next bytes brought. */
enum took { TOOK_END, TOOK_NOTHING, TOOK_RECORD, TOOK_REJECT };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum record_kind kind_by_name(struct slice path)
{
    struct slice name = path;
    for (size_t i = 0; i < path.size; i++)
        if (path.at[i] == '/')
            name = (struct slice){path.at + i + 1, path.size - i - 1};
    for (int kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        struct slice plural = slice_of(kind_schema((enum record_kind)kind)->plural);
        if (slice_starts(name, plural) &&
            (name.size == plural.size || !is_letter(name.at[plural.size])))
            return (enum record_kind)kind;
    }
    return RECORD_KINDS_COUNT;
}

enum status work_plans(struct work *work, struct arena *boot)
{
    for (int kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        int columns[RECORD_FIELDS_MAX];
        for (int i = 0; i < RECORD_FIELDS_MAX; i++)
            columns[i] = i;
        TRY(ARENA_NEW(boot, 1, &work->kind_plans[kind]));
        TRY(plan_canonical(work->kind_plans[kind], (enum record_kind)kind, columns, boot));
    }
    TRY(ARENA_NEW(boot, 1, &work->message_plan));
    return message_plan(work->message_plan, &work->message_paths, boot);
}

static void begin_messages(struct file *file)
{
    file->place = 0;
    file->trouble.fault = MARKUP_FINE;
    if (file->form != FORM_XML)
        return;
    must(file->messages != NULL);
    messages_begin(file->messages, file->body_line);
}

enum status file_open(struct file *file, struct source *source)
{
    must(file->source == NULL);
    must(!file->once);
    if (file->memory.at != NULL)
        source_open_bytes(source, file->memory);
    else
        TRY(source_open(source, file->path.at, &file->fault));
    file->source = source;
    file->skipping = false;
    file->line = file->body_line;
    while ((size_t)(source->end - source->at) < file->body_at && !source->ended)
        source_more(source);
    size_t at_hand = (size_t)(source->end - source->at);
    source->at += file->body_at < at_hand ? file->body_at : at_hand;
    begin_messages(file);
    return STATUS_OK;
}

struct source *file_close(struct file *file)
{
    struct source *source = file->source;
    must(source != NULL);
    file->taken = source->taken;
    source_close(source);
    file->source = NULL;
    file->messages = NULL;
    return source;
}

/* ---- rejects ---- */

/* A row that was read and is not taken. */
struct refusal {
    enum reject_reason reason;
    unsigned column;
    struct slice column_name;
    struct slice value;
    struct slice row;
};

static struct slice cut(struct slice value, size_t size_max)
{
    if (value.size <= size_max)
        return value;
    size_t size = size_max;
    while (size > size_max - 4 && ((unsigned char)value.at[size] & 0xC0) == 0x80)
        size--;
    return (struct slice){value.at, size};
}

static enum status reject(const struct file *file, struct work *work, const struct refusal *refusal,
                          uint64_t line)
{
    work->counts.read++;
    work->counts.rejected++;
    work->counts.by_reason[refusal->reason]++;
    if (work->rejects.take == NULL)
        return STATUS_OK;
    struct reject told = {
        .file = file->path,
        .line = line,
        .column = refusal->column,
        .column_name = refusal->column_name,
        .reason = refusal->reason,
        .value = cut(refusal->value, IDENT_BYTES_MAX),
        .row = cut(refusal->row, ROW_BYTES_MAX),
    };
    return work->rejects.take(work->rejects.self, &told);
}

static enum took refuse(struct refusal *refusal, enum reject_reason reason, struct slice value)
{
    refusal->reason = reason;
    refusal->value = value;
    return TOOK_REJECT;
}

/* ---- encodings ---- */

/* The row as UTF-8 in `*out`.  REJECT: it is not of the file's encoding. */
static enum took decode(struct file *file, struct work *work, struct slice row, struct slice *out,
                        struct refusal *refusal)
{
    *out = row;
    unsigned bytes = row_bytes_of(row);
    work->desk.clean = (bytes & ROW_CONTROL) == 0;
    if ((bytes & ~(unsigned)ROW_CONTROL) == 0)
        return TOOK_RECORD;
    if ((bytes & ROW_HIGH) != 0 && file->encoding == ENCODING_OPEN) {
        const char *end = file->source->end;
        file->encoding = encoding_of((struct slice){row.at, (size_t)(end - row.at)});
    }
    struct slice name =
        slice_of(encoding_name(file->encoding == ENCODING_OPEN ? ENCODING_UTF8 : file->encoding));
    if ((bytes & ROW_NUL) != 0)
        return refuse(refusal, REJECT_ENCODING, name);
    if (file->encoding != ENCODING_GB18030)
        return utf8_valid(row) ? TOOK_RECORD : refuse(refusal, REJECT_ENCODING, name);
    struct text text = text_over(work->decoded, sizeof work->decoded - 1);
    if (transcode(&work->transcoder, row, &text) != STATUS_OK)
        return refuse(refusal, REJECT_ENCODING, name);
    *out = text_slice(&text);
    return out->size > ROW_BYTES_MAX ? refuse(refusal, REJECT_TOO_LONG, SLICE("")) : TOOK_RECORD;
}

/* ---- lines ---- */

/* Brings more bytes.  False: there are none, or the window must stay where it is. */
static bool bring_more(struct file *file, struct work *work)
{
    if (file->source->ended)
        return false;
    work->parched = work->window_stays;
    if (!work->parched)
        source_more(file->source);
    return !work->parched;
}

/* Passes over the rest of a line, however long.  False: the file ended before the line did, or the
 * window must stay. */
static bool skip_line(struct file *file, struct work *work)
{
    struct source *source = file->source;
    for (;;) {
        char *line_end = memchr(source->at, '\n', (size_t)(source->end - source->at));
        if (line_end != NULL) {
            source->at = line_end + 1;
            file->line++;
            return true;
        }
        source->at = source->end;
        if (!bring_more(file, work))
            return false;
    }
}

static enum took too_long(struct file *file, struct refusal *refusal)
{
    file->skipping = true; /* behind the reject, which shows the beginning of the line */
    refusal->row = (struct slice){file->source->at, ROW_BYTES_MAX};
    return refuse(refusal, REJECT_TOO_LONG, SLICE(""));
}

/* A file that was cut in its packing ends in the middle of a row. */
static bool is_cut(const struct source *source)
{
    return source->ended && source->failure != STATUS_OK && source->at == source->end &&
           source->at[-1] != '\n';
}

/* ---- records ---- */

static struct slice column_name(const struct file *file, const struct plan *plan, int column,
                                unsigned field)
{
    if (file->names != NULL && column != COLUMN_NONE)
        return file->names[column];
    return slice_of(kind_schema(plan->kind)->fields[field].name);
}

static enum took take_columns(struct file *file, struct work *work, const struct plan *plan,
                              struct refusal *refusal)
{
    unsigned field;
    int column;
    if (plan->skips_count != 0 && plan_skips(plan, work->columns)) {
        work->counts.skipped++;
        return TOOK_NOTHING;
    }
    size_t room_used = work->desk.room_used;
    if (row_take(plan, work->columns, &work->desk, &field, &column) == STATUS_OK)
        return TOOK_RECORD;
    work->desk.room_used = room_used;
    refusal->column_name = column_name(file, plan, column, field);
    if (column != COLUMN_NONE && file->form != FORM_XML)
        refusal->column =
            file->form == FORM_CSV ? (unsigned)column + 1 : work->column_number[column];
    return refuse(refusal, work->desk.reason, work->desk.value);
}

/* ---- CSV ---- */

/* Values that nobody escaped may have fallen to pieces: what stands left of the loose columns is
 * counted from the left, what stands right of them from the right. */
static void gather_loose(const struct file *file, const struct csv_row *row, struct slice *column)
{
    unsigned extra = row->count - file->columns_count;
    for (unsigned i = 0; i < file->columns_count; i++) {
        unsigned from = i <= file->loose_last ? i : i + extra;
        column[i] = row->column[from];
        if (extra != 0 && i >= file->loose_first && i <= file->loose_last)
            column[i] = SLICE(""); /* which piece belongs to which is not known */
    }
}

static enum took spread_columns(const struct file *file, struct work *work, struct refusal *refusal)
{
    const struct csv_row *row = &work->csv;
    unsigned count_max = file->columns_count + file->columns_more;
    bool loose = file->loose && row->count > count_max && row->count <= COLUMNS_MAX;
    if (row->count < file->columns_count || (row->count > count_max && !loose)) {
        struct text text = text_over(work->decoded, sizeof work->decoded);
        text_addf(&text, "%u, not %u", row->count, file->columns_count);
        return refuse(refusal, REJECT_COLUMNS, text_slice(&text));
    }
    work->columns = row->column;
    if (loose) {
        gather_loose(file, row, work->column);
        work->columns = work->column;
    }
    return TOOK_RECORD;
}

static enum took take_csv_row(struct file *file, struct work *work, struct refusal *refusal)
{
    struct slice text;
    enum took took = decode(file, work, refusal->row, &text, refusal);
    if (took != TOOK_RECORD)
        return took;
    if (text.at != refusal->row.at) { /* it was decoded: its columns lie elsewhere now */
        work->decoded[text.size] = '\n';
        if (csv_read(&work->csv, file->csv, text, true) != CSV_ROW)
            return refuse(refusal, REJECT_QUOTE, SLICE(""));
    }
    took = spread_columns(file, work, refusal);
    return took == TOOK_RECORD ? take_columns(file, work, file->plan, refusal) : took;
}

static enum took take_csv(struct file *file, struct work *work, struct refusal *refusal)
{
    struct source *source = file->source;
    struct csv_row *row = &work->csv;
    for (;;) {
        struct slice bytes = {source->at, (size_t)(source->end - source->at)};
        enum csv_end end = csv_read(row, file->csv, bytes, source->ended);
        if (end == CSV_MORE) {
            if (!bring_more(file, work))
                return TOOK_END;
            continue;
        }
        if (end == CSV_LONG)
            return too_long(file, refusal);
        source->at += row->size;
        file->line += row->lines;
        refusal->row = (struct slice){bytes.at, row->bare_size};
        if (end == CSV_BLANK)
            return TOOK_NOTHING;
        if (end == CSV_QUOTE)
            return refuse(refusal, REJECT_QUOTE, SLICE(""));
        if (end == CSV_CUT || is_cut(source))
            return refuse(refusal, REJECT_CUT, SLICE(""));
        return take_csv_row(file, work, refusal);
    }
}

/* ---- JSON ---- */

static enum took member_refused(struct work *work, unsigned index, enum reject_reason reason,
                                struct refusal *refusal)
{
    refusal->column = index + 1;
    refusal->column_name = work->json.member[index].name;
    return refuse(refusal, reason, work->json.member[index].value);
}

/* The kind that the row names, or the file's. */
static enum took kind_of_row(const struct file *file, struct work *work, enum record_kind *kind,
                             struct refusal *refusal)
{
    *kind = file->kind;
    for (unsigned i = 0; i < work->json.count; i++) {
        const struct json_member *member = &work->json.member[i];
        if (!slice_equal(member->name, SLICE("kind")))
            continue;
        bool again = slice_equal(member->value, slice_of(kind_schema(work->kind_last)->name));
        *kind = work->kind_last;
        if (member->type != JSON_STRING || (!again && !kind_find(member->value, kind)))
            return member_refused(work, i, REJECT_KIND, refusal);
    }
    if (*kind == RECORD_KINDS_COUNT)
        return refuse(refusal, REJECT_KIND, SLICE(""));
    work->kind_last = *kind;
    return TOOK_RECORD;
}

/* The field that a member is, or fields_count. */
static unsigned field_of_member(struct work *work, enum record_kind kind,
                                const struct json_member *member)
{
    struct name_memory *memory = &work->names[member->hash];
    struct slice name = member->name;
    if (memory->known && memory->kind == kind && memory->size == name.size &&
        memcmp(memory->name, name.at, name.size) == 0)
        return memory->field;
    unsigned field;
    if (!field_find(kind, name, &field))
        field = kind_schema(kind)->fields_count;
    if (name.size == 0 || name.size > sizeof memory->name)
        return field;
    *memory = (struct name_memory){.known = true, .kind = kind, .field = field, .size = name.size};
    memcpy(memory->name, name.at, name.size);
    return field;
}

/* Puts the members that the plan knows where it looks for them. */
static enum took spread_members(const struct file *file, struct work *work, enum record_kind kind,
                                struct refusal *refusal)
{
    unsigned count = file->plan != NULL ? file->columns_count : kind_schema(kind)->fields_count;
    work->columns = work->column;
    memset(work->column, 0, count * sizeof work->column[0]);
    memset(work->column_number, 0, count * sizeof work->column_number[0]);
    for (unsigned i = 0; i < work->json.count; i++) {
        const struct json_member *member = &work->json.member[i];
        unsigned at = file->plan == NULL ? field_of_member(work, kind, member) : count;
        for (unsigned j = 0; file->plan != NULL && j < count && at == count; j++)
            if (slice_equal(member->name, file->names[j]))
                at = j;
        if (at == count || member->type == JSON_NULL)
            continue;
        if (member->type == JSON_NESTED)
            return member_refused(work, i, REJECT_JSON, refusal);
        work->column[at] = member->value;
        work->column_number[at] = i + 1;
    }
    return TOOK_RECORD;
}

static enum took take_json_row(struct file *file, struct work *work, struct refusal *refusal)
{
    struct slice text;
    enum took took = decode(file, work, refusal->row, &text, refusal);
    if (took != TOOK_RECORD)
        return took;
    struct json_row *row = &work->json;
    enum json_end end = json_read(row, text);
    work->desk.clean = work->desk.clean && row->spare_used == 0;
    switch (end) {
    case JSON_BROKEN: {
        struct slice rest = {text.at + row->at, text.size - row->at};
        return refuse(refusal, is_cut(file->source) ? REJECT_CUT : REJECT_JSON, rest);
    }
    case JSON_DOUBLE:
        took = member_refused(work, row->count - 1, REJECT_DOUBLE_MEMBER, refusal);
        refusal->value = refusal->column_name;
        return took;
    case JSON_WIDE:
        return refuse(refusal, REJECT_COLUMNS, SLICE(""));
    case JSON_OBJECT:
    default:
        break;
    }
    enum record_kind kind = file->kind;
    if (file->plan == NULL)
        took = kind_of_row(file, work, &kind, refusal);
    if (took == TOOK_RECORD)
        took = spread_members(file, work, kind, refusal);
    if (took != TOOK_RECORD)
        return took;
    const struct plan *plan = file->plan != NULL ? file->plan : work->kind_plans[kind];
    return take_columns(file, work, plan, refusal);
}

static enum took take_json(struct file *file, struct work *work, struct refusal *refusal)
{
    struct source *source = file->source;
    for (;;) {
        size_t at_hand = (size_t)(source->end - source->at);
        if (at_hand == 0 && source->ended)
            return TOOK_END;
        size_t looked_at = at_hand > ROW_BYTES_MAX + 1 ? ROW_BYTES_MAX + 1 : at_hand;
        const char *line_end = memchr(source->at, '\n', looked_at);
        if (line_end == NULL && looked_at > ROW_BYTES_MAX)
            return too_long(file, refusal);
        if (line_end == NULL && !source->ended) {
            if (!bring_more(file, work))
                return TOOK_END;
            continue;
        }
        size_t size = line_end == NULL ? at_hand : (size_t)(line_end - source->at);
        struct slice line = {source->at, size};
        source->at += size + (line_end != NULL);
        file->line++;
        while (line.size != 0 && (line.at[line.size - 1] == '\r' || line.at[line.size - 1] == 0x1A))
            line.size--;
        refusal->row = line;
        if (slice_trim(line).size == 0)
            return TOOK_NOTHING;
        return take_json_row(file, work, refusal);
    }
}

/* ---- messages between banks ---- */

static enum took take_message(struct file *file, struct work *work, const struct message_row *row,
                              struct refusal *refusal)
{
    file->line = row->line;
    if (row->what == MESSAGE_PASSED) {
        work->counts.skipped++;
        return TOOK_NOTHING;
    }
    enum took took = TOOK_REJECT;
    work->desk.clean = false;
    work->columns = row->column;
    file->names = work->message_paths + (size_t)row->form * TRANSFER_COLUMNS;
    if (row->what == MESSAGE_PAYMENT)
        took = take_columns(file, work, file->plan, refusal);
    else
        refuse(refusal, row->reason, row->value);
    if (took != TOOK_REJECT)
        return took;
    struct text shown = text_over(work->decoded, sizeof work->decoded);
    text_add_message_row(&shown, row);
    refusal->row = text_slice(&shown);
    if (row->what == MESSAGE_WRONG)
        refusal->column_name = row->path;
    return took;
}

static enum took take_xml(struct file *file, struct work *work, struct refusal *refusal)
{
    const struct message_row *row;
    switch (messages_next(file->messages, file->source, &row)) {
    case STATUS_OK:
        return take_message(file, work, row, refusal);
    case STATUS_END:
        return TOOK_END;
    default:
        file->trouble = *messages_trouble(file->messages);
        if (file->trouble.fault == MARKUP_FINE)
            file->trouble.fault = MARKUP_MEMORY;
        return TOOK_END;
    }
}

static enum took take_any(struct file *file, struct work *work, struct refusal *refusal)
{
    switch (file->form) {
    case FORM_CSV:
        return take_csv(file, work, refusal);
    case FORM_JSON:
        return take_json(file, work, refusal);
    case FORM_XML:
    default:
        return take_xml(file, work, refusal);
    }
}

/* Where a record stands: its line; of transfers that begin on one line, each has its own place. */
static uint64_t place_of(struct file *file, uint64_t line)
{
    if (file->form != FORM_XML)
        return line;
    file->place = line > file->place ? line : file->place + 1;
    return file->place;
}

/* How the file ended. */
static enum status end_of(const struct file *file)
{
    if (file->source->failure == STATUS_OK && file->trouble.fault != MARKUP_FINE)
        return STATUS_MALFORMED;
    return file->source->failure;
}

/* ---- the next record ---- */

enum status file_next(struct file *file, struct work *work)
{
    must(file->source != NULL);
    work->parched = false;
    work->desk.window = file->source->window;
    work->desk.window_size = SOURCE_WINDOW_SIZE;
    work->desk.manner = &file->manner;
    work->desk.times = &file->times;
    for (;;) {
        struct refusal refusal = {0};
        if (file->skipping && !skip_line(file, work)) {
            if (work->parched)
                return STATUS_END;
            file->line++;
        }
        file->skipping = false;
        uint64_t line = file->line;
        enum took took = take_any(file, work, &refusal);
        if (file->form == FORM_XML)
            line = file->line; /* known only now */
        switch (took) {
        case TOOK_END:
            if (!work->parched)
                file->failure = end_of(file);
            return STATUS_END;
        case TOOK_REJECT:
            TRY(reject(file, work, &refusal, line));
            break;
        case TOOK_RECORD:
            work->counts.read++;
            work->counts.accepted++;
            work->counts.by_kind[work->desk.record->kind]++;
            work->desk.record->position = position_of(file->number, place_of(file, line));
            return STATUS_OK;
        case TOOK_NOTHING:
        default:
            break;
        }
    }
}

void file_sample(struct file *file, struct work *work, uint64_t rows_max,
                 struct intake_counts *counts, moment *first_at)
{
    struct source *source = file->source;
    struct source before = *source;
    struct reject_sink rejects = work->rejects;
    struct intake_counts counts_before = work->counts;
    enum encoding encoding = file->encoding;
    uint64_t line = file->line;
    bool lines = file->form != FORM_XML;
    while (lines && !source->ended && source->end > source->at && source->end[-1] != '\n')
        source->end--;
    char behind = *source->end;
    *source->end = '\n';
    source->ended = true;
    work->rejects = (struct reject_sink){0};
    work->counts = (struct intake_counts){0};
    work->desk.record = &work->sample;
    work->desk.room = work->sample_room;
    work->desk.room_size = sizeof work->sample_room;
    work->window_stays = false;
    *first_at = MOMENT_NONE;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && work->counts.read < rows_max) {
        work->desk.room_used = 0;
        status = file_next(file, work);
        if (status == STATUS_OK && work->counts.accepted == 1)
            *first_at = work->sample.at;
    }
    *counts = work->counts;
    *source->end = behind;
    *source = before;
    work->rejects = rejects;
    work->counts = counts_before;
    file->encoding = encoding;
    file->line = line;
    file->failure = STATUS_OK;
    file->skipping = false;
    struct markup_trouble trouble = file->trouble;
    begin_messages(file);
    file->trouble = trouble; /* for whoever asked for the sample */
}
