/* lines.c -- the mapping of a carrier's register, and what is made of a row.
 *
 *   row of the register ─ words, always, of_holder ─> fields of a reply ─ form looked at ─> desk
 *                      └─ document ─> masked, keyed
 *
 * Invariants:  1. A value that has not its field's form is not answered: it is as if it were empty.
 *              2. The document's number is in no reply.
 *              3. A mapping names each column that is read; no other column is looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/lines_inside.h"

#include "record/phone.h"

enum { WORDS_MAX = 32, NUMBER_COLUMN = 0 };

struct word_pair {
    struct slice from, to;
};

struct mapped {
    int column; /* -1: none */
    bool of_holder;
    struct slice always;
    unsigned words_count;
    struct word_pair word[WORDS_MAX];
};

struct lines {
    struct lines_source source;
    struct lines_columns columns;
    int carried_to; /* column; -1 */
    char home[8];
    struct mapped field[REPLY_FIELDS_COUNT];
    struct secret holder_key;
};

enum key {
    KEY_lines,
    KEY_from,
    KEY_file,
    KEY_connection,
    KEY_table,
    KEY_delimiter,
    KEY_home,
    KEY_number,
    KEY_document,
    KEY_carried_to,
    KEY_fields,
    KEYS_COUNT
};
static const char *const KEYS[KEYS_COUNT] = {
    "lines", "from",   "file",     "connection", "table",  "delimiter",
    "home",  "number", "document", "carried_to", "fields",
};

struct reading {
    struct outline *outline;
    struct lines *lines;
    struct arena *boot;
    const char *path;
    outline_node at[KEYS_COUNT];
};

static enum status complain(const struct reading *reading, outline_node node,
                            enum answer_complaint complaint)
{
    return answer_complain(reading->outline, node, complaint);
}

/* ---- the mapping ---- */

/* The index of the column, which is asked for once however often it is mapped. */
static enum status column_take(const struct reading *reading, outline_node node, int *out)
{
    struct lines_columns *columns = &reading->lines->columns;
    struct slice name = outline_text(reading->outline, node);
    if (outline_type(reading->outline, node) != OUTLINE_TEXT || name.size == 0 ||
        name.size > LINES_NAME_MAX || memchr(name.at, '\0', name.size) != NULL)
        return complain(reading, node, ANSWER_COMPLAINT_column_form);
    for (unsigned i = 0; i < columns->count; i++) {
        *out = (int)i;
        if (slice_equal(columns->name[i], name))
            return STATUS_OK;
    }
    must(columns->count < LINES_COLUMNS_MAX);
    TRY(slice_copy(reading->boot, name, &columns->name[columns->count]));
    *out = (int)columns->count++;
    return STATUS_OK;
}

static enum status words_take(const struct reading *reading, outline_node map,
                              enum reply_field field, struct mapped *mapped)
{
    const struct outline *outline = reading->outline;
    TRY(outline_want(outline, map, OUTLINE_MAP));
    mapped->words_count = outline_count(outline, map);
    if (mapped->words_count > WORDS_MAX)
        return complain(reading, map, ANSWER_COMPLAINT_many);
    for (unsigned i = 0; i < mapped->words_count; i++) {
        outline_node value = outline_value(outline, map, i);
        struct word_pair *pair = &mapped->word[i];
        TRY(outline_want(outline, value, OUTLINE_TEXT));
        if (!reply_value_holds(field, outline_text(outline, value)))
            return complain(reading, value, ANSWER_COMPLAINT_value_form);
        TRY(slice_copy(reading->boot, outline_text(outline, outline_key(outline, map, i)),
                       &pair->from));
        TRY(slice_copy(reading->boot, outline_text(outline, value), &pair->to));
    }
    return STATUS_OK;
}

static enum status field_map(const struct reading *reading, outline_node map,
                             enum reply_field field, struct mapped *mapped)
{
    static const char *const PARTS[] = {"column", "words", "always", "of_holder"};
    outline_node node[4];
    TRY(answer_keys(reading->outline, map, PARTS, 4, node));
    if ((node[0] >= 0) + (node[2] >= 0) + (node[3] >= 0) != 1 || (node[1] >= 0 && node[0] < 0))
        return complain(reading, map, ANSWER_COMPLAINT_field_shape);
    if (node[0] >= 0)
        TRY(column_take(reading, node[0], &mapped->column));
    if (node[1] >= 0)
        TRY(words_take(reading, node[1], field, mapped));
    if (node[3] >= 0)
        TRY(answer_yes(reading->outline, node[3], &mapped->of_holder));
    if (mapped->of_holder &&
        ((field != REPLY_cards && field != REPLY_numbers) || reading->at[KEY_document] < 0))
        return complain(reading, map, ANSWER_COMPLAINT_of_holder);
    if (node[2] < 0)
        return STATUS_OK;
    if (!reply_value_holds(field, outline_text(reading->outline, node[2])))
        return complain(reading, node[2], ANSWER_COMPLAINT_value_form);
    return slice_copy(reading->boot, outline_text(reading->outline, node[2]), &mapped->always);
}

static enum status fields_read(const struct reading *reading)
{
    const struct outline *outline = reading->outline;
    outline_node map = reading->at[KEY_fields];
    const char *names[REPLY_FIELDS_COUNT];
    outline_node node[REPLY_FIELDS_COUNT];
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        names[f] = REPLY_FIELDS[f].name;
        reading->lines->field[f].column = -1;
    }
    if (map < 0)
        return STATUS_OK;
    TRY(answer_keys(outline, map, names, REPLY_FIELDS_COUNT, node));
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        struct mapped *mapped = &reading->lines->field[f];
        if (node[f] < 0)
            continue;
        if (f == REPLY_holder || f == REPLY_holder_key)
            return complain(reading, node[f], ANSWER_COMPLAINT_keyed);
        if (outline_type(outline, node[f]) == OUTLINE_TEXT)
            TRY(column_take(reading, node[f], &mapped->column));
        else
            TRY(field_map(reading, node[f], (enum reply_field)f, mapped));
    }
    return STATUS_OK;
}

static enum status text_take(const struct reading *reading, enum key key,
                             enum answer_complaint missing, struct slice *out)
{
    outline_node root = outline_root(reading->outline);
    if (reading->at[key] < 0)
        return complain(reading, root, missing);
    TRY(outline_want(reading->outline, reading->at[key], OUTLINE_TEXT));
    *out = outline_text(reading->outline, reading->at[key]);
    return out->size == 0 ? complain(reading, reading->at[key], missing) : STATUS_OK;
}

static enum status columns_read(const struct reading *reading)
{
    struct lines *lines = reading->lines;
    int number;
    if (reading->at[KEY_number] < 0)
        return complain(reading, outline_root(reading->outline), ANSWER_COMPLAINT_number_missing);
    TRY(column_take(reading, reading->at[KEY_number], &number));
    must(number == NUMBER_COLUMN);
    lines->columns.document = lines->carried_to = -1;
    if (reading->at[KEY_document] >= 0)
        TRY(column_take(reading, reading->at[KEY_document], &lines->columns.document));
    if (reading->at[KEY_carried_to] >= 0)
        TRY(column_take(reading, reading->at[KEY_carried_to], &lines->carried_to));
    return fields_read(reading);
}

static enum status home_read(const struct reading *reading, struct lines_place *place)
{
    struct lines *lines = reading->lines;
    outline_node node = reading->at[KEY_home];
    struct slice home = node < 0 ? SLICE("86") : outline_text(reading->outline, node);
    bool fine = home.size != 0 && home.size <= 3;
    for (size_t i = 0; fine && i < home.size; i++)
        fine = home.at[i] >= '0' && home.at[i] <= '9';
    if (!fine)
        return complain(reading, node, ANSWER_COMPLAINT_country_form);
    memcpy(lines->home, home.at, home.size);
    place->home = slice_of(lines->home);
    node = reading->at[KEY_delimiter];
    place->delimiter = ',';
    if (node < 0)
        return STATUS_OK;
    struct slice mark = outline_text(reading->outline, node);
    bool tab = slice_equal(mark, SLICE("tab"));
    if (!tab && (mark.size != 1 || mark.at[0] == '"' || (unsigned char)mark.at[0] < ' '))
        return complain(reading, node, ANSWER_COMPLAINT_delimiter_form);
    place->delimiter = tab ? '\t' : mark.at[0];
    return STATUS_OK;
}

static enum status source_open(const struct reading *reading)
{
    struct lines *lines = reading->lines;
    struct slice from, file;
    struct lines_place place = {.outline = reading->outline};
    TRY(home_read(reading, &place));
    TRY(text_take(reading, KEY_from, ANSWER_COMPLAINT_from_missing, &from));
    bool csv = slice_equal(from, SLICE("csv"));
    bool postgres = slice_equal(from, SLICE("postgres"));
    if (!csv && !postgres && !slice_equal(from, SLICE("sqlite")))
        return complain(reading, reading->at[KEY_from], ANSWER_COMPLAINT_from_missing);
    place.node = reading->at[postgres ? KEY_connection : KEY_file];
    TRY(text_take(reading, postgres ? KEY_connection : KEY_file,
                  postgres ? ANSWER_COMPLAINT_connection_missing : ANSWER_COMPLAINT_file_missing,
                  &file));
    TRY(answer_beside(reading->path, file, reading->boot, &place.file));
    if (csv)
        return lines_of_csv(&lines->source, &lines->columns, &place, reading->boot);
    TRY(text_take(reading, KEY_table, ANSWER_COMPLAINT_table_missing, &place.table));
    if (place.table.size > LINES_NAME_MAX)
        return complain(reading, reading->at[KEY_table], ANSWER_COMPLAINT_column_form);
    return (postgres ? lines_of_postgres : lines_of_sqlite)(&lines->source, &lines->columns, &place,
                                                            reading->boot);
}

static enum status read_all(struct reading *reading)
{
    const struct outline *outline = reading->outline;
    outline_node root = outline_root(outline);
    TRY(answer_keys(outline, root, KEYS, KEYS_COUNT, reading->at));
    outline_node version = reading->at[KEY_lines];
    if (version < 0 || !slice_equal(outline_text(outline, version), SLICE("1")))
        return complain(reading, version < 0 ? root : version, ANSWER_COMPLAINT_lines_version);
    return columns_read(reading);
}

enum status lines_map_check(const char *path, struct slice text, struct arena *scratch,
                            struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct lines *lines;
    TRY(ARENA_NEW(scratch, 1, &lines));
    TRY(outline_open(&outline, path, text, scratch, why));
    struct reading reading = {.outline = &outline, .lines = lines, .boot = scratch, .path = path};
    struct lines_place place;
    enum status status = read_all(&reading);
    if (status == STATUS_OK)
        status = home_read(&reading, &place);
    outline_close(&outline);
    return status;
}

enum status lines_open(struct lines **out, const char *path, struct slice text,
                       const struct secret *holder_key, struct arena *boot,
                       struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct lines *lines;
    TRY(ARENA_NEW(boot, 1, &lines));
    lines->holder_key = *holder_key;
    TRY(outline_open(&outline, path, text, boot, why));
    struct reading reading = {.outline = &outline, .lines = lines, .boot = boot, .path = path};
    enum status status = read_all(&reading);
    if (status == STATUS_OK)
        status = source_open(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = lines;
    return status;
}

void lines_close(struct lines *lines)
{
    if (lines == NULL)
        return;
    lines->source.close(lines->source.self);
    secret_wipe(&lines->holder_key, sizeof lines->holder_key);
}

enum status lines_renew(struct lines *lines, bool *renewed, struct text why[TONGUES_COUNT])
{
    *renewed = false;
    return lines->source.renew == NULL ? STATUS_OK
                                       : lines->source.renew(lines->source.self, renewed, why);
}

int64_t lines_count(const struct lines *lines)
{
    return lines->source.count == NULL ? -1 : lines->source.count(lines->source.self);
}

int64_t lines_passed(const struct lines *lines)
{
    return lines->source.passed == NULL ? 0 : lines->source.passed(lines->source.self);
}

bool lines_indexed(const struct lines *lines)
{
    return lines->source.indexed;
}

/* ---- SQL, for those that speak it ---- */

void text_add_column(struct text *text, struct slice name)
{
    text_add_char(text, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] == '"')
            text_add_char(text, '"');
        text_add_char(text, name.at[i]);
    }
    text_add_char(text, '"');
}

static void add_where(struct text *text, struct slice table, struct slice column, char mark,
                      unsigned forms)
{
    text_add_string(text, " FROM ");
    text_add_column(text, table);
    text_add_string(text, " WHERE ");
    text_add_column(text, column);
    text_add_string(text, " IN (");
    for (unsigned i = 1; i <= forms; i++)
        text_addf(text, "%s%c%u", i == 1 ? "" : ", ", mark, i);
    text_add_char(text, ')');
}

enum status lines_sql_make(struct lines_sql *out, const struct lines_columns *columns,
                           struct slice table, char mark, struct arena *boot)
{
    enum { SQL_SIZE = LINES_COLUMNS_MAX * 140 };
    char *bytes[3];
    struct text text[3];
    for (unsigned i = 0; i < 3; i++) {
        TRY(arena_take(boot, SQL_SIZE, (void **)&bytes[i]));
        text[i] = text_over(bytes[i], SQL_SIZE);
        text_add_string(&text[i], "SELECT ");
    }
    for (unsigned i = 0; i < columns->count; i++) {
        text_add_string(&text[0], i == 0 ? "" : ", ");
        text_add_column(&text[0], columns->name[i]);
    }
    add_where(&text[0], table, columns->name[NUMBER_COLUMN], mark, LINES_FORMS_MAX);
    text_add_string(&text[0], " LIMIT 1");
    struct slice document = columns->name[columns->document < 0 ? 0 : columns->document];
    text_add_column(&text[1], columns->name[NUMBER_COLUMN]);
    add_where(&text[1], table, document, mark, 1);
    text_add_string(&text[1], " ORDER BY 1 LIMIT 33");
    text_add_string(&text[2], "COUNT(*)");
    add_where(&text[2], table, document, mark, 1);
    for (unsigned i = 0; i < 3; i++)
        must(!text[i].full);
    *out = (struct lines_sql){bytes[0], bytes[1], bytes[2]};
    return STATUS_OK;
}

/* ---- asking ---- */

/* How a canonical number may stand in a register: +86139…, 86139…, 139… or 0871…, and 871…. */
static enum status forms_of(const struct lines *lines, struct slice number, struct arena *request,
                            struct slice form[LINES_FORMS_MAX])
{
    size_t home = strlen(lines->home);
    for (unsigned i = 0; i < LINES_FORMS_MAX; i++)
        form[i] = number;
    if (number.size == 0 || number.at[0] != '+')
        return STATUS_OK;
    form[1] = (struct slice){number.at + 1, number.size - 1};
    if (!slice_starts(form[1], slice_of(lines->home)))
        return STATUS_OK;
    form[2] = (struct slice){form[1].at + home, form[1].size - home};
    char *bytes;
    TRY(arena_take(request, form[2].size + 2, (void **)&bytes));
    bytes[0] = '0';
    memcpy(bytes + 1, form[2].at, form[2].size);
    form[3] = (struct slice){bytes, form[2].size + 1};
    return STATUS_OK;
}

/* 530114********12 : the first six, and the last two. */
static enum status mask_document(struct slice document, struct arena *request, struct slice *out)
{
    enum { HEAD = 6, TAIL = 2 };
    char *bytes;
    TRY(arena_take(request, document.size + 1, (void **)&bytes));
    size_t head = document.size >= 15 ? HEAD : 0;
    size_t tail = document.size >= 15 ? TAIL : 0;
    memset(bytes, '*', document.size);
    memcpy(bytes, document.at, head);
    memcpy(bytes + document.size - tail, document.at + document.size - tail, tail);
    *out = (struct slice){bytes, document.size};
    return STATUS_OK;
}

static enum status key_document(const struct lines *lines, struct slice document,
                                struct arena *request, struct slice *out)
{
    char upper[CHECK_TEXT_MAX], hex[DIGEST_HEX_SIZE];
    for (size_t i = 0; i < document.size; i++) {
        char c = document.at[i];
        upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    struct digest digest =
        secret_digest(&lines->holder_key, "holder", (struct slice){upper, document.size});
    digest_hex(&digest, hex);
    secret_wipe(upper, sizeof upper);
    return slice_copy(request, slice_of(hex), out);
}

/* The holder's other numbers, and how many there are. */
static enum status holder_of(struct lines *lines, struct slice document, struct slice number,
                             struct arena *request, struct line_known *known)
{
    struct slice others[ANSWER_HOLDER_LINES_MAX + 1];
    unsigned count = ANSWER_HOLDER_LINES_MAX + 1;
    int64_t all = 0;
    char *bytes;
    if (!lines->field[REPLY_cards].of_holder && !lines->field[REPLY_numbers].of_holder)
        return STATUS_OK;
    TRY(lines->source.of_holder(lines->source.self, document, request, others, &count, &all));
    TRY(arena_take(request, CHECK_TEXT_MAX + 1, (void **)&bytes));
    struct text text = text_over(bytes, CHECK_TEXT_MAX + 1);
    for (unsigned i = 0; lines->field[REPLY_numbers].of_holder && i < count; i++) {
        char one[64];
        struct text canonical = text_over(one, sizeof one);
        if (phone_canonical(others[i], slice_of(lines->home), &canonical) != STATUS_OK ||
            slice_equal(text_slice(&canonical), number) ||
            text.size + canonical.size + 1 > text.size_max)
            continue;
        if (text.size != 0)
            text_add_char(&text, ';');
        text_add(&text, text_slice(&canonical));
    }
    known->value[REPLY_numbers] = text_slice(&text);
    if (!lines->field[REPLY_cards].of_holder)
        return STATUS_OK;
    TRY(arena_take(request, 24, (void **)&bytes));
    struct text cards = text_over(bytes, 24);
    text_add_whole(&cards, all);
    known->value[REPLY_cards] = text_slice(&cards);
    return STATUS_OK;
}

static struct slice mapped_value(const struct mapped *mapped, const struct slice *row)
{
    if (mapped->column < 0)
        return mapped->always;
    struct slice value = row[mapped->column];
    for (unsigned i = 0; i < mapped->words_count; i++)
        if (slice_equal(mapped->word[i].from, value))
            return mapped->word[i].to;
    return mapped->words_count == 0 ? value : SLICE("");
}

enum status lines_find(struct lines *lines, struct slice number, struct arena *request,
                       struct line_known *out)
{
    struct slice form[LINES_FORMS_MAX], row[LINES_COLUMNS_MAX];
    struct line_known known = {0};
    TRY(forms_of(lines, number, request, form));
    TRY(lines->source.find(lines->source.self, form, LINES_FORMS_MAX, request, row));
    known.carried_away = lines->carried_to >= 0 && row[lines->carried_to].size != 0;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        struct slice value = mapped_value(&lines->field[f], row);
        if (reply_value_holds((enum reply_field)f, value))
            known.value[f] = value;
    }
    struct slice document = lines->columns.document < 0 ? SLICE("") : row[lines->columns.document];
    if (document.size != 0 && document.size <= CHECK_TEXT_MAX / 2) {
        TRY(mask_document(document, request, &known.value[REPLY_holder]));
        TRY(key_document(lines, document, request, &known.value[REPLY_holder_key]));
        TRY(holder_of(lines, document, number, request, &known));
    }
    *out = known;
    return STATUS_OK;
}
