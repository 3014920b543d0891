/* books.c -- the mapping of a bank's books, and what is made of a row.
 *
 * Invariants:  1. An amount becomes whole fen exactly, or the row is none.
 *              2. A mapping names each column that is read; no other column is looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/books_inside.h"

#include "ground/disk.h"

#include <stdlib.h>

enum { DIGITS_MAX = 15, SHELF_BYTES = 64 << 20 };

struct books {
    struct books_source source;
    struct books_map map;
    bool csv, yuan;
    int64_t passed;
    struct disk_about about[2]; /* of the CSV files */
    struct arena *shelf;        /* what the source lives in */
};

/* ---- the mapping ---- */

enum key {
    KEY_books,
    KEY_from,
    KEY_file,
    KEY_connection,
    KEY_amounts,
    KEY_accounts,
    KEY_transfers,
    KEYS_COUNT
};
static const char *const KEYS[KEYS_COUNT] = {"books",   "from",     "file",     "connection",
                                             "amounts", "accounts", "transfers"};

enum { ACCOUNT_KEYS = ACCOUNT_COLUMNS + 2, TRANSFER_KEYS = TRANSFER_COLUMNS + 2 };
static const char *const ACCOUNTS[ACCOUNT_KEYS] = {"number", "name", "balance",
                                                   "closed", "file", "table"};
static const char *const TRANSFERS[TRANSFER_KEYS] = {"payer",      "payee",      "amount", "time",
                                                     "payee_name", "payee_bank", "file",   "table"};

struct reading {
    struct outline *outline;
    struct books *books;
    struct arena *boot;
};

static enum status need(const struct reading *reading, outline_node map, outline_node node)
{
    return node < 0 ? teller_complain(reading->outline, map, TELLER_COMPLAINT_missing) : STATUS_OK;
}

/* Columns of one of the two maps, and where its rows are. */
static enum status columns_take(const struct reading *reading, outline_node map,
                                const char *const *keys, unsigned columns, struct slice *column)
{
    outline_node node[TRANSFER_KEYS];
    struct books *books = reading->books;
    unsigned must_have = columns == ACCOUNT_COLUMNS ? 2 : 4;
    struct slice *table =
        columns == ACCOUNT_COLUMNS ? &books->map.account_table : &books->map.transfer_table;
    TRY(teller_keys(reading->outline, map, keys, columns + 2, node));
    for (unsigned i = 0; i < columns; i++) {
        if (i < must_have)
            TRY(need(reading, map, node[i]));
        TRY(teller_text(reading->outline, node[i], reading->boot, &column[i]));
    }
    outline_node where = books->csv ? node[columns] : node[columns + 1];
    TRY(need(reading, map, where));
    return books->csv ? teller_path(reading->outline, where, reading->boot, table)
                      : teller_text(reading->outline, where, reading->boot, table);
}

static enum status from_take(const struct reading *reading, const outline_node *node)
{
    struct books *books = reading->books;
    const struct outline *outline = reading->outline;
    struct slice from = outline_text(outline, node[KEY_from]);
    bool sqlite = slice_equal(from, SLICE("sqlite"));
    books->csv = slice_equal(from, SLICE("csv"));
    if (!books->csv && !sqlite && !slice_equal(from, SLICE("postgres")))
        return teller_complain(outline, node[KEY_from], TELLER_COMPLAINT_from);
    if (!books->csv)
        TRY(need(reading, outline_root(outline), node[sqlite ? KEY_file : KEY_connection]));
    TRY(teller_path(outline, node[KEY_file], reading->boot, &books->map.file));
    TRY(teller_path(outline, node[KEY_connection], reading->boot, &books->map.connection));
    struct slice amounts = SLICE("yuan");
    if (node[KEY_amounts] >= 0)
        amounts = outline_text(outline, node[KEY_amounts]);
    books->yuan = slice_equal(amounts, SLICE("yuan"));
    if (!books->yuan && !slice_equal(amounts, SLICE("fen")))
        return teller_complain(outline, node[KEY_amounts], TELLER_COMPLAINT_amounts);
    return STATUS_OK;
}

static enum status map_take(const struct reading *reading, outline_node node[KEYS_COUNT])
{
    const struct outline *outline = reading->outline;
    outline_node root = outline_root(outline);
    TRY(teller_keys(outline, root, KEYS, KEYS_COUNT, node));
    if (node[KEY_books] < 0 || !slice_equal(outline_text(outline, node[KEY_books]), SLICE("1")))
        return teller_complain(outline, node[KEY_books] < 0 ? root : node[KEY_books],
                               TELLER_COMPLAINT_books_version);
    TRY(need(reading, root, node[KEY_from]));
    TRY(need(reading, root, node[KEY_accounts]));
    TRY(need(reading, root, node[KEY_transfers]));
    TRY(from_take(reading, node));
    TRY(columns_take(reading, node[KEY_accounts], ACCOUNTS, ACCOUNT_COLUMNS,
                     reading->books->map.account));
    return columns_take(reading, node[KEY_transfers], TRANSFERS, TRANSFER_COLUMNS,
                        reading->books->map.transfer);
}

/* ---- opening ---- */

static enum status source_open(struct books *books, struct books_source *out, struct arena *shelf)
{
    if (books->csv)
        return books_of_csv(out, &books->map, shelf, &books->passed);
    return books->map.file.size != 0 ? books_of_sqlite(out, &books->map, shelf)
                                     : books_of_postgres(out, &books->map, shelf);
}

static void about_files(const struct books *books, struct disk_about about[2])
{
    enum disk_fault fault;
    const struct slice file[] = {books->map.account_table, books->map.transfer_table};
    for (unsigned i = 0; i < 2; i++)
        if (!books->csv || disk_about(file[i].at, &about[i], &fault) != STATUS_OK)
            about[i] = (struct disk_about){0};
}

static enum status complain_source(const struct reading *reading, enum status status,
                                   const outline_node *node)
{
    const struct books *books = reading->books;
    outline_node place = node[KEY_from];
    enum teller_complaint what = TELLER_COMPLAINT_database;
    if (books->csv) {
        what = status == STATUS_MALFORMED ? TELLER_COMPLAINT_column : TELLER_COMPLAINT_books_file;
    } else if (status == STATUS_REFUSED) {
        what = TELLER_COMPLAINT_postgres_absent;
    } else if (status == STATUS_LATE) {
        what = TELLER_COMPLAINT_connection;
        place = node[KEY_connection];
    }
    return status == STATUS_FULL ? status : teller_complain(reading->outline, place, what);
}

enum status books_open(struct books **out, const char *path, struct slice text, struct arena *boot,
                       struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct books *books;
    outline_node node[KEYS_COUNT];
    TRY(ARENA_NEW(boot, 1, &books));
    TRY(outline_open(&outline, path, text, boot, why));
    const struct reading reading = {&outline, books, boot};
    enum status status = map_take(&reading, node);
    if (status == STATUS_OK)
        status = arena_create(&books->shelf, SHELF_BYTES);
    if (status == STATUS_OK) {
        about_files(books, books->about);
        status = source_open(books, &books->source, books->shelf);
        if (status != STATUS_OK) {
            arena_destroy(books->shelf);
            status = complain_source(&reading, status, node);
        }
    }
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = books;
    return status;
}

void books_close(struct books *books)
{
    if (books == NULL)
        return;
    books->source.close(books->source.self);
    arena_destroy(books->shelf);
}

int64_t books_passed(const struct books *books)
{
    return books->passed;
}

enum status books_renew(struct books *books, bool *renewed, struct text why[TONGUES_COUNT])
{
    struct disk_about now[2];
    struct arena *shelf;
    struct books_source source;
    *renewed = false;
    if (!books->csv)
        return STATUS_OK;
    about_files(books, now);
    if (memcmp(now, books->about, sizeof now) == 0)
        return STATUS_OK;
    memcpy(books->about, now, sizeof now);
    TRY(arena_create(&shelf, SHELF_BYTES));
    enum status status = source_open(books, &source, shelf);
    if (status != STATUS_OK) {
        arena_destroy(shelf);
        text_addf(&why[TONGUE_EN], "%s: the changed books cannot be read; the old ones are used",
                  books->map.transfer_table.at);
        text_addf(&why[TONGUE_ZH], "%s：账务文件已变更但无法读取，继续使用旧数据",
                  books->map.transfer_table.at);
        return status;
    }
    books_close(books);
    books->source = source;
    books->shelf = shelf;
    *renewed = true;
    return STATUS_OK;
}

/* ---- rows ---- */

/* "49,800.00" or "4980000" to whole fen. */
static enum status amount_parse(const struct books *books, struct slice text, int64_t *out)
{
    int64_t number = 0;
    unsigned digits = 0, after = 0;
    bool point = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        if (c == '.' && books->yuan && !point) {
            point = true;
            continue;
        }
        if (c == ',' && books->yuan && !point)
            continue;
        if (c < '0' || c > '9' || (number != 0 && ++digits > DIGITS_MAX))
            return STATUS_MALFORMED;
        after += point;
        if (after > 2 && c != '0')
            return STATUS_MALFORMED; /* a part of a fen */
        if (after <= 2)
            number = number * 10 + (c - '0');
    }
    if (text.size == 0 || (point && after == 0))
        return STATUS_MALFORMED;
    for (; books->yuan && after < 2; after++)
        number *= 10;
    *out = number;
    return STATUS_OK;
}

/* As books write it: with an offset, with a short one (PostgreSQL), or without (then ours). */
static enum status time_parse(struct slice text, moment *out)
{
    char bytes[64];
    static const char *const TAILS[] = {":00", "+08:00"};
    if (moment_parse(text, out) == STATUS_OK)
        return STATUS_OK;
    for (unsigned i = 0; i < 2; i++) {
        struct text longer = text_over(bytes, sizeof bytes);
        text_add(&longer, text);
        text_add_string(&longer, TAILS[i]);
        if (!longer.full && moment_parse(text_slice(&longer), out) == STATUS_OK)
            return STATUS_OK;
    }
    return STATUS_MALFORMED;
}

static bool says_yes(struct slice text)
{
    static const char *const YES[] = {"1", "t", "true", "yes", "y", "closed", "Y", "销户"};
    for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++)
        if (slice_equal(text, slice_of(YES[i])))
            return true;
    return false;
}

enum status books_account(struct books *books, struct slice number, struct arena *request,
                          struct book_account *out)
{
    struct slice column[ACCOUNT_COLUMNS];
    TRY(books->source.account(books->source.self, number, request, column));
    *out = (struct book_account){.name = column[1], .balance = -1, .closed = says_yes(column[3])};
    if (amount_parse(books, column[2], &out->balance) != STATUS_OK)
        out->balance = -1;
    return STATUS_OK;
}

struct picking {
    const struct books *books;
    struct arena *request;
    bool into;
    moment from;
    struct book_transfer *at;
    unsigned count, most;
};

static enum status pick(void *self, const struct slice *column)
{
    struct picking *picking = self;
    struct book_transfer row;
    if (amount_parse(picking->books, column[COLUMN_amount], &row.amount) != STATUS_OK ||
        time_parse(column[COLUMN_time], &row.at) != STATUS_OK || row.at.ms < picking->from.ms)
        return STATUS_OK;
    if (picking->count == picking->most) { /* the latest come first: the oldest is wanted */
        memmove(picking->at, picking->at + 1, (picking->most - 1) * sizeof *picking->at);
        picking->count--;
    }
    TRY(slice_copy(picking->request, column[picking->into ? COLUMN_payer : COLUMN_payee],
                   &row.account));
    TRY(slice_copy(picking->request, column[COLUMN_name], &row.name));
    TRY(slice_copy(picking->request, column[COLUMN_bank], &row.bank));
    picking->at[picking->count++] = row;
    return STATUS_OK;
}

static int older_first(const void *a, const void *b)
{
    int64_t one = ((const struct book_transfer *)a)->at.ms;
    int64_t two = ((const struct book_transfer *)b)->at.ms;
    return (one > two) - (one < two);
}

enum status books_transfers(struct books *books, struct book_question *question,
                            struct arena *request)
{
    struct picking picking = {books,        request, question->into, question->from,
                              question->at, 0,       question->most};
    question->count = 0;
    TRY(books->source.transfers(books->source.self, question->account, question->into, request,
                                (struct books_sink){pick, &picking}));
    qsort(question->at, picking.count, sizeof *question->at, older_first);
    question->count = picking.count;
    return STATUS_OK;
}
