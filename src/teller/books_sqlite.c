/* books_sqlite.c -- books in an SQLite file, or in CSV files that are read into one in memory.
 *
 * Not chosen:  a table of our own for CSV.  Two questions by two columns are what a database is
 *              for, and so CSV and SQLite are asked in the same words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/books_inside.h"

#include "ground/disk.h"
#include "intake/csv.h"
#include "store/store.h"

enum { CSV_BYTES_MAX = 256 << 20, ROWS_A_TURN = 10000 };

struct sqlite_books {
    struct store *store;
    struct books_sql sql;
};

/* A value as text, into the arena. */
static enum status text_of(const struct store_value *value, struct arena *request,
                           struct slice *out)
{
    char bytes[40];
    struct text text = text_over(bytes, sizeof bytes);
    *out = SLICE("");
    switch (value->type) {
    case STORE_WHOLE:
        text_add_whole(&text, value->whole);
        return slice_copy(request, text_slice(&text), out);
    case STORE_REAL: /* an amount in yuan; exact to the fen up to 2^46 */
        text_addf(&text, "%.2f", value->real);
        return slice_copy(request, text_slice(&text), out);
    case STORE_TEXT:
        return slice_copy(request, value->bytes, out);
    case STORE_BYTES:
    case STORE_NULL:
        break;
    }
    return STATUS_OK;
}

static enum status sqlite_account(void *self, struct slice number, struct arena *request,
                                  struct slice column[ACCOUNT_COLUMNS])
{
    struct sqlite_books *books = self;
    struct store_value bound = STORE_OF_TEXT(number), row[ACCOUNT_COLUMNS];
    struct store_rows *rows;
    if (store_query(books->store, books->sql.account, &bound, 1, &rows) != STATUS_OK)
        return STATUS_IO;
    enum status status = store_next(rows, row, ACCOUNT_COLUMNS);
    for (unsigned i = 0; status == STATUS_OK && i < ACCOUNT_COLUMNS; i++)
        status = text_of(&row[i], request, &column[i]);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

static enum status sqlite_transfers(void *self, struct slice account, bool into,
                                    struct arena *request, struct books_sink sink)
{
    struct sqlite_books *books = self;
    struct store_value bound = STORE_OF_TEXT(account), row[TRANSFER_COLUMNS];
    struct slice column[TRANSFER_COLUMNS];
    struct store_rows *rows;
    if (store_query(books->store, into ? books->sql.into : books->sql.out_of, &bound, 1, &rows) !=
        STATUS_OK)
        return STATUS_IO;
    enum status status;
    while ((status = store_next(rows, row, TRANSFER_COLUMNS)) == STATUS_OK) {
        for (unsigned i = 0; status == STATUS_OK && i < TRANSFER_COLUMNS; i++)
            status = text_of(&row[i], request, &column[i]);
        if (status == STATUS_OK)
            status = sink.take(sink.self, column);
        if (status != STATUS_OK)
            break;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static void sqlite_close(void *self)
{
    struct sqlite_books *books = self;
    store_close(books->store);
}

static void source_of(struct books_source *out, struct sqlite_books *books)
{
    *out = (struct books_source){sqlite_account, sqlite_transfers, sqlite_close, books};
}

static enum status nothing(void *self, const struct slice *column)
{
    (void)self;
    (void)column;
    return STATUS_OK;
}

enum status books_of_sqlite(struct books_source *out, const struct books_map *map,
                            struct arena *boot)
{
    struct sqlite_books *books;
    char bytes[256];
    struct text ignored = text_over(bytes, sizeof bytes);
    struct slice column[ACCOUNT_COLUMNS];
    TRY(ARENA_NEW(boot, 1, &books));
    TRY(books_sql_make(&books->sql, map, '?', boot));
    TRY(store_open_reader(&books->store, map->file.at, boot, &ignored));
    enum status status = sqlite_account(books, SLICE("-"), boot, column);
    if (status == STATUS_ABSENT)
        status =
            sqlite_transfers(books, SLICE("-"), true, boot, (struct books_sink){nothing, NULL});
    if (status != STATUS_OK)
        store_close(books->store);
    else
        source_of(out, books);
    return status;
}

/* ---- CSV ---- */

static const struct store_migration TABLES[] = {
    {"books",
     "CREATE TABLE account (number TEXT PRIMARY KEY, name TEXT, balance TEXT, closed TEXT) "
     "WITHOUT ROWID;"
     "CREATE TABLE transfer (payer TEXT, payee TEXT, amount TEXT, time TEXT, payee_name "
     "TEXT, payee_bank TEXT);"},
    {"books: by account", "CREATE INDEX transfer_payer ON transfer (payer, time);"
                          "CREATE INDEX transfer_payee ON transfer (payee, time);"},
};

struct loading {
    struct store *store;
    const char *sql;
    const struct slice *wanted;
    unsigned count, need; /* the first `need` columns must be in the file */
    int from[TRANSFER_COLUMNS];
    int64_t *passed;
    uint64_t rows;
};

static enum status header_take(struct loading *loading, const struct csv_row *row)
{
    for (unsigned i = 0; i < loading->count; i++) {
        loading->from[i] = -1;
        for (unsigned c = 0; c < row->count && c < COLUMNS_MAX; c++)
            if (loading->wanted[i].size != 0 && slice_equal(row->column[c], loading->wanted[i]))
                loading->from[i] = (int)c;
        if (loading->from[i] < 0 && (i < loading->need || loading->wanted[i].size != 0))
            return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

static enum status row_take(struct loading *loading, const struct csv_row *row)
{
    struct store_value value[TRANSFER_COLUMNS];
    for (unsigned i = 0; i < loading->count; i++) {
        int from = loading->from[i];
        if (from >= (int)row->count) {
            ++*loading->passed;
            return STATUS_OK;
        }
        value[i] = from < 0 ? STORE_OF_NULL : STORE_OF_TEXT(row->column[from]);
    }
    TRY(store_run(loading->store, loading->sql, value, loading->count));
    if (++loading->rows % ROWS_A_TURN != 0)
        return STATUS_OK;
    TRY(store_commit(loading->store));
    return store_begin(loading->store);
}

static enum status rows_take(struct loading *loading, struct slice bytes, struct arena *scratch)
{
    struct csv_row *row;
    const struct csv_form form = {.delimiter = ',', .quotes = CSV_QUOTES_RFC};
    bool header = true;
    TRY(ARENA_NEW(scratch, 1, &row));
    ((char *)bytes.at)[bytes.size] = '\n'; /* where its NUL was: what csv_read wants behind a row */
    if (slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
        bytes = (struct slice){bytes.at + 3, bytes.size - 3};
    while (bytes.size != 0) {
        enum csv_end end = csv_read(row, form, bytes, true);
        if (end != CSV_ROW && end != CSV_BLANK)
            return STATUS_MALFORMED;
        bytes = (struct slice){bytes.at + row->size, bytes.size - row->size};
        if (end == CSV_BLANK)
            continue;
        TRY(header ? header_take(loading, row) : row_take(loading, row));
        header = false;
    }
    return header ? STATUS_MALFORMED : STATUS_OK;
}

static enum status file_take(struct loading *loading, struct slice file)
{
    struct arena *scratch;
    struct slice bytes;
    enum disk_fault fault;
    TRY(arena_create(&scratch, (size_t)CSV_BYTES_MAX + (16 << 20)));
    enum status status = disk_read_all(file.at, CSV_BYTES_MAX, scratch, &bytes, &fault);
    if (status == STATUS_OK)
        status = store_begin(loading->store);
    if (status == STATUS_OK) {
        status = rows_take(loading, bytes, scratch);
        if (status == STATUS_OK)
            status = store_commit(loading->store);
        else
            store_rollback(loading->store);
    }
    arena_destroy(scratch);
    return status;
}

static enum status files_take(struct store *store, const struct books_map *map, int64_t *passed)
{
    struct loading accounts = {
        .store = store,
        .sql = "INSERT OR REPLACE INTO account (number, name, balance, closed) VALUES (?1, ?2, ?3, "
               "?4)",
        .wanted = map->account,
        .count = ACCOUNT_COLUMNS,
        .need = 2,
        .passed = passed,
    };
    struct loading transfers = {
        .store = store,
        .sql = "INSERT INTO transfer (payer, payee, amount, time, payee_name, payee_bank) VALUES "
               "(?1, ?2, ?3, ?4, ?5, ?6)",
        .wanted = map->transfer,
        .count = TRANSFER_COLUMNS,
        .need = 4,
        .passed = passed,
    };
    TRY(file_take(&accounts, map->account_table));
    return file_take(&transfers, map->transfer_table);
}

enum status books_of_csv(struct books_source *out, const struct books_map *map, struct arena *boot,
                         int64_t *passed)
{
    static const struct books_map OURS = {
        .account_table = {"account", 7},
        .transfer_table = {"transfer", 8},
        .account = {{"number", 6}, {"name", 4}, {"balance", 7}, {"closed", 6}},
        .transfer = {{"payer", 5},
                     {"payee", 5},
                     {"amount", 6},
                     {"time", 4},
                     {"payee_name", 10},
                     {"payee_bank", 10}},
    };
    struct sqlite_books *books;
    char bytes[256];
    struct text ignored = text_over(bytes, sizeof bytes);
    TRY(ARENA_NEW(boot, 1, &books));
    *passed = 0;
    TRY(books_sql_make(&books->sql, &OURS, '?', boot));
    TRY(store_open(&books->store, ":memory:", TABLES, sizeof TABLES / sizeof TABLES[0], boot,
                   &ignored));
    enum status status = files_take(books->store, map, passed);
    if (status != STATUS_OK) {
        store_close(books->store);
        return status;
    }
    source_of(out, books);
    return STATUS_OK;
}
