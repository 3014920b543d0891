/* message.c -- transfers between banks, as rows with columns, in constant memory.
 *
 *      source ──> pieces of 2 KiB ──> markup/gather ──> queue of rows ──> file.c, one at a time
 *
 * The reader of XML pushes, the merge of files pulls: so a piece is read only when the rows of the
 * piece before are gone.  The shortest row is `<TxInf/>`, which bounds how many one piece
 * can hold.
 *
 * Invariants:  1. A row's texts lie in the queue until all rows of its piece are gone.
 *              2. An amount is the decimal that was written, exactly; zeros at its end count not.
 *              3. Each transfer, each report of a failure, each message of another kind is a row:
 *                 nothing is passed over in silence but reports that something went well.
 *              4. What takes a payment back names it by the id that its own transfer gave it.
 * Not chosen:  matching a report of failure with the payment.  The payment's record has been handed
 * on, perhaps by another process; a failure becomes a payment the other way, if it says enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

enum {
    PIECE_SIZE = 2048,
    ROW_LEAST = sizeof "<TxInf/>" - 1,
    ROWS_MAX = PIECE_SIZE / ROW_LEAST + 4,
    VALUE_MAX = 96,             /* what is longer than 64 is refused, and shown so far */
    OF_ALL_MAX = 4 * VALUE_MAX, /* of a message, copied for each of its rows */
    BYTES_MAX = ROWS_MAX * OF_ALL_MAX + TRANSFER_COLUMNS * VALUE_MAX + PIECE_SIZE,
    ISO_TIME_SIZE = 19, /* 2026-03-02T09:15:04 */
};

static const struct gather_path TRANSFER_PATHS[] = {
#define PAYMENT(column, path, how) {(path), TRANSFER_##column, GATHER_##how},
#define RETURN(column, path, how)
#define STATUS(column, path, how)
#include "message_columns.inc"
#undef PAYMENT
#undef RETURN
#undef STATUS
};

static const struct gather_path RETURN_PATHS[] = {
#define PAYMENT(column, path, how)
#define RETURN(column, path, how) {(path), TRANSFER_##column, GATHER_##how},
#define STATUS(column, path, how)
#include "message_columns.inc"
#undef PAYMENT
#undef RETURN
#undef STATUS
};

static const struct gather_path REPORT_PATHS[] = {
#define PAYMENT(column, path, how)
#define RETURN(column, path, how)
#define STATUS(column, path, how) {(path), TRANSFER_##column, GATHER_##how},
#include "message_columns.inc"
#undef PAYMENT
#undef RETURN
#undef STATUS
};

static const struct gather_form FORMS[MESSAGE_FORMS] = {
    [MESSAGE_TRANSFER] = {"pacs.008", "FIToFICstmrCdtTrf", 2, 12, "CdtTrfTxInf", TRANSFER_PATHS,
                          sizeof TRANSFER_PATHS / sizeof TRANSFER_PATHS[0]},
    [MESSAGE_RETURN] = {"pacs.004", "PmtRtr", 2, 14, "TxInf", RETURN_PATHS,
                        sizeof RETURN_PATHS / sizeof RETURN_PATHS[0]},
    [MESSAGE_REPORT] = {"pacs.002", "FIToFIPmtStsRpt", 3, 14, "TxInfAndSts", REPORT_PATHS,
                        sizeof REPORT_PATHS / sizeof REPORT_PATHS[0]},
};

struct messages {
    struct gather *gather;
    bool broken, done;
    unsigned rows_next, rows_count;
    struct message_row row[ROWS_MAX];
    size_t bytes_used;
    char bytes[BYTES_MAX];
};

/* ---- the queue ---- */

static struct slice keep(struct messages *messages, struct slice value)
{
    size_t size = value.size < VALUE_MAX ? value.size : VALUE_MAX;
    while (size < value.size && size != 0 && ((unsigned char)value.at[size] & 0xC0) == 0x80)
        size--;
    if (size > sizeof messages->bytes - messages->bytes_used)
        size = 0; /* by the arithmetic of BYTES_MAX it never is */
    char *at = messages->bytes + messages->bytes_used;
    memcpy(at, value.at, size);
    messages->bytes_used += size;
    return (struct slice){at, size};
}

/* The next place of the queue.  FULL: by the arithmetic of ROWS_MAX it never is. */
static enum status add_row(struct messages *messages, enum message_form form, uint64_t line,
                           struct message_row **out)
{
    if (messages->rows_count == ROWS_MAX)
        return STATUS_FULL;
    *out = &messages->row[messages->rows_count++];
    **out = (struct message_row){.what = MESSAGE_PASSED, .form = form, .line = line};
    return STATUS_OK;
}

static void refuse(struct message_row *row, enum reject_reason reason, struct slice path,
                   struct slice value)
{
    if (row->what == MESSAGE_WRONG)
        return; /* the first reason counts */
    row->what = MESSAGE_WRONG;
    row->reason = reason;
    row->path = path;
    row->value = value;
}

/* ---- transfers ---- */

static struct slice path_of(enum message_form form, enum message_column column)
{
    return gather_column_path(&FORMS[form], column);
}

/* Digits, a point, digits; no sign but `+`, no groups, no exponent.  Zeros that say nothing are
 * taken away, because a currency has so many digits and not more. */
static bool amount_plain(struct slice *amount)
{
    struct slice rest = *amount;
    if (rest.size != 0 && rest.at[0] == '+')
        rest = (struct slice){rest.at + 1, rest.size - 1};
    const char *point = memchr(rest.at, '.', rest.size);
    size_t digits = 0;
    for (size_t i = 0; i < rest.size; i++) {
        bool digit = rest.at[i] >= '0' && rest.at[i] <= '9';
        if (!digit && rest.at + i != point)
            return false;
        digits += digit;
    }
    while (point != NULL && rest.at[rest.size - 1] == '0')
        rest.size--;
    if (point != NULL && rest.at + rest.size - 1 == point)
        rest.size--;
    if (digits == 0 || rest.size == 0)
        return false;
    *amount = rest;
    return true;
}

/* ISODateTime: what is all digits would be taken for milliseconds. */
static bool is_iso_time(struct slice time)
{
    return time.size >= ISO_TIME_SIZE && time.at[4] == '-' && time.at[10] == 'T';
}

static void check_time(struct message_row *row)
{
    static const enum message_column BY_RANK[] = {TRANSFER_ACCEPTED, TRANSFER_DEBITED,
                                                  TRANSFER_CREATED};
    for (size_t i = 0; i < sizeof BY_RANK / sizeof BY_RANK[0]; i++) {
        struct slice time = row->column[BY_RANK[i]];
        if (time.size != 0 && !is_iso_time(time))
            refuse(row, REJECT_TIME, path_of(row->form, BY_RANK[i]), time);
        if (time.size != 0)
            return;
    }
    refuse(row, REJECT_EMPTY_FIELD, path_of(row->form, TRANSFER_CREATED), SLICE(""));
}

static void check_transfer(struct message_row *row, const char *twice)
{
    if (twice != NULL)
        refuse(row, REJECT_DOUBLE_MEMBER, slice_of(twice), SLICE(""));
    check_time(row);
    struct slice *amount = &row->column[TRANSFER_AMOUNT];
    if (amount->size != 0 && !amount_plain(amount))
        refuse(row, REJECT_MONEY, path_of(row->form, TRANSFER_AMOUNT), *amount);
    if (row->column[TRANSFER_CURRENCY].size == 0) /* never the home currency: it must be said */
        refuse(row, REJECT_EMPTY_FIELD, path_of(row->form, TRANSFER_CURRENCY), SLICE(""));
    if (row->column[TRANSFER_INSTG].size == 0)
        row->column[TRANSFER_INSTG] = row->column[TRANSFER_INSTG_OF_ALL];
    if (row->column[TRANSFER_INSTD].size == 0)
        row->column[TRANSFER_INSTD] = row->column[TRANSFER_INSTD_OF_ALL];
}

/* A transfer, or money that goes back: its columns are the same. */
static void make_payment(struct messages *messages, struct message_row *row,
                         const struct gathered *gathered)
{
    row->what = MESSAGE_PAYMENT;
    for (unsigned i = 0; i < TRANSFER_COLUMNS; i++)
        row->column[i] = keep(messages, gathered->column[i]);
    check_transfer(row, gathered->twice);
}

/* ---- reports ---- */

/* Which payment a report is about, by the name that is most its own. */
static struct slice name_of_report(const struct slice *column)
{
    static const enum message_column BY_RANK[] = {TRANSFER_REV_UETR, TRANSFER_REV_TX,
                                                  TRANSFER_REV_INSTR, TRANSFER_END_TO_END,
                                                  TRANSFER_MESSAGE};
    for (size_t i = 0; i < sizeof BY_RANK / sizeof BY_RANK[0]; i++)
        if (column[BY_RANK[i]].size != 0)
            return column[BY_RANK[i]];
    return SLICE("");
}

static bool any_of(const struct slice *column, enum message_column first, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (column[first + i].size != 0)
            return true;
    return false;
}

/* Whether the report tells all that a payment the other way must say: which one it takes back,
 * how much, between whom. */
static bool tells_all(const struct slice *column)
{
    return any_of(column, TRANSFER_REV_UETR, 3) && column[TRANSFER_AMOUNT].size != 0 &&
           any_of(column, TRANSFER_DBTR_IBAN, 3) && any_of(column, TRANSFER_CDTR_IBAN, 3);
}

static void take_report(struct messages *messages, struct message_row *row,
                        const struct gathered *gathered)
{
    const struct slice *column = gathered->column;
    struct slice state = column[TRANSFER_OF_ONE];
    if (state.size == 0)
        state = column[TRANSFER_OF_ALL];
    if (!slice_equal(state, SLICE("RJCT")) && !slice_equal(state, SLICE("CANC")))
        return;
    if (tells_all(column))
        make_payment(messages, row, gathered);
    else
        refuse(row, REJECT_FAILED, path_of(row->form, TRANSFER_OF_ONE),
               keep(messages, name_of_report(column)));
}

/* ---- what the reader of XML hands over ---- */

static enum status take_row(void *self, const struct gathered *gathered)
{
    struct message_row *row;
    TRY(add_row(self, (enum message_form)gathered->form, gathered->line, &row));
    if (row->form == MESSAGE_REPORT)
        take_report(self, row, gathered);
    else
        make_payment(self, row, gathered);
    return STATUS_OK;
}

/* Whether the message holds as many rows as its header says; a whole number, zeros before it. */
static bool number_fits(struct slice number, uint64_t rows_count)
{
    uint64_t said = 0;
    for (size_t i = 0; i < number.size; i++) {
        if (number.at[i] < '0' || number.at[i] > '9' || said > UINT32_MAX)
            return false;
        said = said * 10 + (uint64_t)(number.at[i] - '0');
    }
    return said == rows_count;
}

/* A message without rows says something as a whole, or lacks what it is about; one that holds more
 * or fewer than it says was changed or cut on its way. */
static enum status take_message(void *self, const struct gathered *message)
{
    static const struct slice PATHS[] = {
        [MESSAGE_TRANSFER] = {"FIToFICstmrCdtTrf/CdtTrfTxInf", 29},
        [MESSAGE_RETURN] = {"PmtRtr/TxInf", 12},
    };
    enum message_form form = (enum message_form)message->form;
    struct slice number = message->column[TRANSFER_NUMBER];
    bool fits = number.size == 0 || number_fits(number, message->rows_count);
    struct message_row *row;
    if (message->rows_count != 0 && fits)
        return STATUS_OK;
    TRY(add_row(self, form, message->line, &row));
    if (form == MESSAGE_REPORT)
        take_report(self, row, message);
    else if (message->rows_count == 0)
        refuse(row, REJECT_EMPTY_FIELD, PATHS[form], SLICE(""));
    else
        refuse(row, REJECT_NUMBER_SAID, path_of(form, TRANSFER_NUMBER), keep(self, number));
    return STATUS_OK;
}

static enum status take_stranger(void *self, const struct gather_stranger *stranger)
{
    static const enum reject_reason REASONS[] = {
        [STRANGER_SPACE] = REJECT_SPACE,
        [STRANGER_VERSION] = REJECT_VERSION,
        [STRANGER_MESSAGE] = REJECT_MESSAGE,
        [STRANGER_NOTHING] = REJECT_MESSAGE,
    };
    struct messages *messages = self;
    struct message_row *row;
    TRY(add_row(messages, MESSAGE_TRANSFER, stranger->line, &row));
    refuse(row, REASONS[stranger->why], keep(messages, stranger->path),
           keep(messages, stranger->value));
    return STATUS_OK;
}

/* ---- the file ---- */

enum status messages_create(struct messages **out, struct arena *boot)
{
    struct messages *messages;
    TRY(ARENA_NEW(boot, 1, &messages));
    struct gather_sink sink = {take_row, take_message, take_stranger, messages};
    TRY(gather_create(&messages->gather, FORMS, MESSAGE_FORMS, sink, boot));
    *out = messages;
    return STATUS_OK;
}

void messages_begin(struct messages *messages, uint64_t line)
{
    gather_begin(messages->gather, line);
    messages->broken = messages->done = false;
    messages->rows_next = messages->rows_count = 0;
    messages->bytes_used = 0;
}

/* The document broke: the row that was begun is not whole. */
static enum status note_broken(struct messages *messages)
{
    uint64_t line;
    struct message_row *row;
    messages->broken = true;
    if (!gather_is_in_row(messages->gather, &line))
        return STATUS_OK;
    TRY(add_row(messages, MESSAGE_TRANSFER, line, &row));
    refuse(row, REJECT_CUT, SLICE(""), SLICE(""));
    return STATUS_OK;
}

static enum status read_piece(struct messages *messages, struct source *source)
{
    size_t size = (size_t)(source->end - source->at);
    if (size < PIECE_SIZE && !source->ended) {
        source_more(source); /* no row lends from the window */
        return STATUS_OK;
    }
    bool last = size <= PIECE_SIZE;
    size_t used;
    messages->rows_next = messages->rows_count = 0;
    messages->bytes_used = 0;
    struct slice piece = {source->at, last ? size : PIECE_SIZE};
    enum status status = gather_read(messages->gather, piece, last && source->ended, &used);
    source->at += used;
    if (status == STATUS_MALFORMED)
        return note_broken(messages);
    messages->done = status == STATUS_END;
    return messages->done ? STATUS_OK : status;
}

enum status messages_next(struct messages *messages, struct source *source,
                          const struct message_row **out)
{
    while (messages->rows_next == messages->rows_count) {
        if (messages->broken)
            return STATUS_MALFORMED;
        if (messages->done)
            return STATUS_END;
        TRY(read_piece(messages, source));
    }
    *out = &messages->row[messages->rows_next++];
    return STATUS_OK;
}

const struct markup_trouble *messages_trouble(const struct messages *messages)
{
    return gather_trouble(messages->gather);
}

void messages_destroy(struct messages *messages)
{
    if (messages != NULL)
        gather_destroy(messages->gather);
}

/* ---- the plan, and what people read ---- */

enum status message_plan(struct plan *plan, const struct slice **paths, struct arena *arena)
{
    static const struct {
        unsigned field;
        int column;
    } ORIGINS[] = {
#define ORIGIN(field, column) {FIELD_OF(payment, field), TRANSFER_##column},
#include "message_fields.inc"
#undef ORIGIN
    };
    enum { COUNT = sizeof ORIGINS / sizeof ORIGINS[0] };
    struct origin *origins;
    struct slice *names;
    TRY(ARENA_NEW(arena, COUNT, &origins));
    TRY(ARENA_NEW(arena, MESSAGE_FORMS * TRANSFER_COLUMNS, &names));
    for (unsigned i = 0; i < MESSAGE_FORMS * TRANSFER_COLUMNS; i++)
        names[i] = path_of((enum message_form)(i / TRANSFER_COLUMNS),
                           (enum message_column)(i % TRANSFER_COLUMNS));
    *paths = names;
    *plan = (struct plan){.kind = RECORD_payment};
    for (unsigned i = 0; i < COUNT; i++) {
        origins[i].column = ORIGINS[i].column;
        origins[i].column_second = COLUMN_NONE;
        if (i == 0 || ORIGINS[i].field != ORIGINS[i - 1].field)
            plan->steps[plan->steps_count++] =
                (struct step){.field = ORIGINS[i].field, .origins = &origins[i]};
        plan->steps[plan->steps_count - 1].origins_count++;
    }
    plan_finish(plan);
    return STATUS_OK;
}

void text_add_messages(struct text *text)
{
    text_add_forms(text, FORMS, MESSAGE_FORMS);
}

void text_add_message_row(struct text *text, const struct message_row *row)
{
    bool first = true;
    for (unsigned i = 0; i < TRANSFER_COLUMNS; i++) {
        if (row->column[i].size == 0)
            continue;
        text_add_string(text, first ? "" : "; ");
        text_add(text, path_of(row->form, (enum message_column)i));
        text_add_char(text, '=');
        text_add(text, row->column[i]);
        first = false;
    }
}
