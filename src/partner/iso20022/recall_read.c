/* recall_read.c -- what another bank answered.
 *
 *      bytes ──> markup/gather ──> columns ──> struct recall_answer ──> take
 *                                     └──────> struct recall_wrong ───> wrong
 *
 * What a message says of all its payments counts for each, where the payment itself says nothing;
 * a message that names no payment is one answer about all that it is about.
 *
 * Invariants:  1. Each part of each message is taken or wrong, once.
 *              2. An amount is exact, or the answer is wrong: money is never guessed.
 * Not chosen:  finding the order that is answered.  It is known to who asked, not here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

#include "markup/gather.h"

enum answer_column {
    ANSWER_ID,
    ANSWER_AT,
    ANSWER_CASE_OF_ALL,
    ANSWER_CODE_OF_ALL,
    ANSWER_CODE_OF_GROUP,
    ANSWER_MESSAGE_OF_ALL,
    ANSWER_REASON_OF_ALL,
    ANSWER_NOTE_OF_ALL,
    ANSWER_DAY_OF_ALL,
    ANSWER_PART,
    ANSWER_CASE,
    ANSWER_MESSAGE,
    ANSWER_INSTR,
    ANSWER_END_TO_END,
    ANSWER_TX,
    ANSWER_UETR,
    ANSWER_CODE,
    ANSWER_REASON,
    ANSWER_NOTE,
    ANSWER_AMOUNT,
    ANSWER_CURRENCY,
    ANSWER_DAY,
    ANSWER_FIRST_AMOUNT,
    ANSWER_FIRST_CURRENCY,
};

enum { DAY_SIZE = 10, PATHS_MAX = 32 };

static const struct {
    enum recall_message message;
    struct gather_path path;
} COLUMNS[] = {
#define COLUMN(message, column, path, how) \
    {RECALL_##message, {(path), ANSWER_##column, GATHER_##how}},
#include "answer_columns.inc"
#undef COLUMN
};

static const struct {
    enum recall_message message;
    struct slice code;
    enum recall_verdict verdict;
} VERDICTS[] = {
#define VERDICT(message, code, verdict) \
    {RECALL_##message, {(code), sizeof(code) - 1}, RECALL_##verdict},
#include "verdicts.inc"
#undef VERDICT
};

struct reading {
    struct recall_sink sink;
    int32_t zone_minutes;
    struct gather_path path[RECALL_MESSAGES_COUNT][PATHS_MAX];
    struct gather_form form[RECALL_MESSAGES_COUNT];
};

/* ---- values ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal without sign as whole minor units.  False: it is none, or has more digits than the
 * currency. */
static bool amount_read(struct slice written, struct slice currency, int64_t *out)
{
    int digits = currency_digits(currency);
    int places = -1; /* behind the point; -1: it has not come */
    int64_t amount = 0;
    bool any = false;
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (c == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (!is_digit(c))
            return false;
        any = true;
        places += places >= 0;
        if (places > digits && c != '0')
            return false;
        if (places > digits)
            continue; /* zeros that say nothing */
        if (amount > (INT64_MAX - 9) / 10)
            return false;
        amount = amount * 10 + (c - '0');
    }
    for (int i = places < 0 ? 0 : places; i < digits; i++) {
        if (amount > INT64_MAX / 10)
            return false;
        amount *= 10;
    }
    *out = amount;
    return any;
}

static bool currency_fine(struct slice currency)
{
    if (currency.size != 3)
        return false;
    for (size_t i = 0; i < currency.size; i++)
        if (currency.at[i] < 'A' || currency.at[i] > 'Z')
            return false;
    return true;
}

/* ISODate, perhaps with a zone behind it that does not matter for a day. */
static bool day_read(struct slice written, int64_t *out)
{
    moment at;
    char room[DAY_SIZE + 16];
    struct text text = text_over(room, sizeof room);
    if (written.size < DAY_SIZE)
        return false;
    text_add(&text, (struct slice){written.at, DAY_SIZE});
    text_add_string(&text, "T00:00:00Z");
    if (moment_parse(text_slice(&text), &at) != STATUS_OK || at.ms < 0)
        return false;
    *out = at.ms / DAY_MS;
    return true;
}

/* ISODateTime, whose zone may be unsaid. */
static bool time_read(struct slice written, int32_t zone_minutes, moment *out)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    if (written.size < sizeof "2026-03-02T09:15:04" - 1 || written.at[4] != '-')
        return false;
    text_add(&text, written);
    if (!text.full && moment_parse(text_slice(&text), out) == STATUS_OK)
        return true;
    text_add_char(&text, 'Z');
    if (text.full || moment_parse(text_slice(&text), out) != STATUS_OK)
        return false;
    out->ms -= (int64_t)zone_minutes * MINUTE_MS;
    return true;
}

/* ---- one answer ---- */

static struct slice first_of(const struct slice *column, enum answer_column one,
                             enum answer_column all)
{
    return column[one].size != 0 ? column[one] : column[all];
}

static void add_reasons(struct recall_answer *answer, struct slice reasons)
{
    while (reasons.size != 0 && answer->reasons_count < RECALL_REASONS_MAX) {
        const char *stop = memchr(reasons.at, '\n', reasons.size);
        size_t size = stop == NULL ? reasons.size : (size_t)(stop - reasons.at);
        if (size != 0)
            answer->reason[answer->reasons_count++] = (struct slice){reasons.at, size};
        size += stop != NULL;
        reasons = (struct slice){reasons.at + size, reasons.size - size};
    }
}

static enum recall_verdict verdict_of(enum recall_message message, struct slice code)
{
    if (message == RECALL_PACS_004)
        return RECALL_RETURNED;
    for (size_t i = 0; i < sizeof VERDICTS / sizeof VERDICTS[0]; i++)
        if (VERDICTS[i].message == message && slice_equal(VERDICTS[i].code, code))
            return VERDICTS[i].verdict;
    return RECALL_OTHER;
}

/* What is said of the payment; else of its group; else of the whole investigation. */
static struct slice code_of(const struct slice *column)
{
    if (column[ANSWER_CODE].size != 0)
        return column[ANSWER_CODE];
    return first_of(column, ANSWER_CODE_OF_GROUP, ANSWER_CODE_OF_ALL);
}

struct money_columns {
    enum answer_column amount, currency;
};

/* False: it is there and wrong; `*fault` says how. */
static bool take_money(const struct slice *column, struct money_columns of, bool *has,
                       int64_t *amount, enum recall_fault *fault)
{
    if (column[of.amount].size == 0)
        return true;
    if (!currency_fine(column[of.currency])) {
        *fault = RECALL_BAD_CURRENCY;
        return false;
    }
    *has = amount_read(column[of.amount], column[of.currency], amount);
    if (!*has)
        *fault = RECALL_BAD_AMOUNT;
    return *has;
}

/* Fills in what has to be read.  FINE, or what is wrong and in which column. */
static enum recall_fault read_values(const struct reading *reading, const struct slice *column,
                                     struct recall_answer *answer, enum answer_column *at)
{
    enum recall_fault fault = RECALL_FINE;
    struct money_columns back = {ANSWER_AMOUNT, ANSWER_CURRENCY};
    struct money_columns first = {ANSWER_FIRST_AMOUNT, ANSWER_FIRST_CURRENCY};
    *at = ANSWER_AMOUNT;
    if (!take_money(column, back, &answer->has_amount, &answer->amount, &fault))
        return fault;
    if (answer->verdict == RECALL_RETURNED && (!answer->has_amount || answer->amount == 0))
        return RECALL_BAD_AMOUNT;
    *at = ANSWER_FIRST_AMOUNT;
    if (!take_money(column, first, &answer->has_first_amount, &answer->first_amount, &fault))
        return fault;
    *at = ANSWER_AT;
    if (!time_read(column[ANSWER_AT], reading->zone_minutes, &answer->at))
        return RECALL_BAD_TIME;
    struct slice day = first_of(column, ANSWER_DAY, ANSWER_DAY_OF_ALL);
    *at = ANSWER_DAY;
    if (day.size != 0 && !day_read(day, &answer->day))
        return RECALL_BAD_TIME;
    *at = ANSWER_CODE;
    if (answer->message != RECALL_PACS_004 && answer->code.size == 0)
        return RECALL_NO_VERDICT;
    return RECALL_FINE;
}

static enum status tell_wrong(struct reading *reading, const struct gathered *gathered,
                              enum recall_fault fault, struct slice path, struct slice value)
{
    struct recall_wrong wrong = {fault, gathered->line, path, value};
    return reading->sink.wrong(reading->sink.self, &wrong);
}

static enum status take_answer(void *self, const struct gathered *gathered)
{
    struct reading *reading = self;
    const struct slice *column = gathered->column;
    enum recall_message message = (enum recall_message)gathered->form;
    struct recall_answer answer = {
        .verdict = verdict_of(message, code_of(column)),
        .message = message,
        .version = gathered->version,
        .line = gathered->line,
        .id = column[ANSWER_ID],
        .part = column[ANSWER_PART],
        .at = MOMENT_NONE,
        .case_id = first_of(column, ANSWER_CASE, ANSWER_CASE_OF_ALL),
        .message_id = first_of(column, ANSWER_MESSAGE, ANSWER_MESSAGE_OF_ALL),
        .instruction_id = column[ANSWER_INSTR],
        .end_to_end_id = column[ANSWER_END_TO_END],
        .tx_id = column[ANSWER_TX],
        .uetr = column[ANSWER_UETR],
        .code = code_of(column),
        .note = first_of(column, ANSWER_NOTE, ANSWER_NOTE_OF_ALL),
        .currency = column[ANSWER_CURRENCY],
        .first_currency = column[ANSWER_FIRST_CURRENCY],
        .day = RECALL_DAY_NONE,
    };
    add_reasons(&answer, first_of(column, ANSWER_REASON, ANSWER_REASON_OF_ALL));
    if (gathered->twice != NULL)
        return tell_wrong(reading, gathered, RECALL_TWICE, slice_of(gathered->twice), SLICE(""));
    enum answer_column at;
    enum recall_fault fault = read_values(reading, column, &answer, &at);
    if (fault != RECALL_FINE)
        return tell_wrong(reading, gathered, fault, gather_column_path(&reading->form[message], at),
                          column[at]);
    return reading->sink.take(reading->sink.self, &answer);
}

static enum status take_message(void *self, const struct gathered *message)
{
    return message->rows_count != 0 ? STATUS_OK : take_answer(self, message);
}

static enum status take_stranger(void *self, const struct gather_stranger *stranger)
{
    struct reading *reading = self;
    struct recall_wrong wrong = {RECALL_STRANGE, stranger->line, stranger->path, stranger->value};
    return reading->sink.wrong(reading->sink.self, &wrong);
}

/* ---- reading ---- */

static void fill_forms(struct reading *reading)
{
    static const struct gather_form FORMS[RECALL_MESSAGES_COUNT] = {
        [RECALL_CAMT_029] = {"camt.029", "RsltnOfInvstgtn", 3, 13, "CxlDtls/TxInfAndSts", NULL, 0},
        [RECALL_PACS_004] = {"pacs.004", "PmtRtr", 2, 14, "TxInf", NULL, 0},
        [RECALL_PACS_002] = {"pacs.002", "FIToFIPmtStsRpt", 3, 14, "TxInfAndSts", NULL, 0},
    };
    for (unsigned i = 0; i < RECALL_MESSAGES_COUNT; i++) {
        reading->form[i] = FORMS[i];
        reading->form[i].paths = reading->path[i];
    }
    for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++) {
        struct gather_form *form = &reading->form[COLUMNS[i].message];
        must(form->paths_count < PATHS_MAX);
        reading->path[COLUMNS[i].message][form->paths_count++] = COLUMNS[i].path;
    }
}

enum status recall_read(struct slice bytes, int32_t zone_minutes, struct recall_sink sink,
                        struct arena *request, struct markup_trouble *trouble)
{
    struct reading *reading;
    struct gather *gather;
    TRY(ARENA_NEW(request, 1, &reading));
    reading->sink = sink;
    reading->zone_minutes = zone_minutes;
    fill_forms(reading);
    struct gather_sink rows = {take_answer, take_message, take_stranger, reading};
    TRY(gather_create(&gather, reading->form, RECALL_MESSAGES_COUNT, rows, request));
    size_t used;
    enum status status = gather_read(gather, bytes, true, &used);
    if (status == STATUS_MALFORMED)
        *trouble = *gather_trouble(gather);
    gather_destroy(gather);
    return status == STATUS_END ? STATUS_OK : status;
}
