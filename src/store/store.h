/* store.h -- tables and transactions, whatever database holds them.
 *
 * One writer: whoever holds the `struct store` writes, in transactions that are durable when
 * store_commit says OK (SQLite: WAL, synchronous=FULL).  Readers have a `struct store` of their own
 * and see the last commit.  SQL texts are constants of the program with `?1 ?2 …` for values, in
 * the common subset of SQLite and PostgreSQL; they are prepared once.  No other room includes a
 * database's header. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

struct store;
struct store_rows;

enum store_type { STORE_NULL, STORE_WHOLE, STORE_REAL, STORE_TEXT, STORE_BYTES };

struct store_value {
    enum store_type type;
    int64_t whole;
    double real;
    struct slice bytes; /* STORE_TEXT, STORE_BYTES */
};

#define STORE_OF_WHOLE(number) ((struct store_value){.type = STORE_WHOLE, .whole = (number)})
#define STORE_OF_REAL(number)  ((struct store_value){.type = STORE_REAL, .real = (number)})
#define STORE_OF_TEXT(slice)   ((struct store_value){.type = STORE_TEXT, .bytes = (slice)})
#define STORE_OF_BYTES(slice)  ((struct store_value){.type = STORE_BYTES, .bytes = (slice)})
#define STORE_OF_NULL          ((struct store_value){.type = STORE_NULL})

/* A step of the schema, done once, in order.  Its text may never change afterwards: the store
 * remembers its digest. */
struct store_migration {
    const char *name;
    const char *sql;
};

/* Opens or makes the database file and brings its schema up to date, each migration in one
 * transaction. STATUS_REFUSED: it was made by a newer program, or a migration's text changed;
 * STATUS_MALFORMED: it is damaged or no database; STATUS_IO.  `why`: one sentence, English. */
enum status store_open(struct store **out, const char *path,
                       const struct store_migration *migrations, size_t count, struct arena *boot,
                       struct text *why);
/* A reader of the same file.  It cannot write. */
enum status store_open_reader(struct store **out, const char *path, struct arena *boot,
                              struct text *why);
void store_close(struct store *store);

/* Transactions do not nest, and one at a time is open: store_begin waits for that of another
 * thread, which alone uses this `struct store` until its end.  Turns come in the order in which
 * they were asked for.  Writing outside one is a broken promise of the program.  After a failed
 * store_run the transaction can only be rolled back; store_commit then says STATUS_IO.
 *
 * Transactions of several threads may share one sync.  Then store_commit and store_rollback return
 * when it is done; before that the next of them have their turn, and see what these wrote.  If the
 * sync fails, each store_commit says so, and nothing of any of them happened.  Hence two duties:
 * no lock that somebody may want inside a transaction is held across store_commit or
 * store_rollback, and no constraint of the schema is deferred to the COMMIT, where it would fail
 * everybody. */
enum status store_begin(struct store *store);
enum status store_commit(struct store *store);
void store_rollback(struct store *store);

/* One statement without rows.  STATUS_REFUSED: a constraint of the schema; STATUS_FULL: the disk;
 * STATUS_IO. */
enum status store_run(struct store *store, const char *sql, const struct store_value *values,
                      size_t count);
/* Rows changed by the last store_run. */
int64_t store_changed(const struct store *store);

/* Rows of a query, one at a time: store_next fills `columns_count` values, lent until the next
 * call.  STATUS_END. Every store_query needs its store_end. */
enum status store_query(struct store *store, const char *sql, const struct store_value *values,
                        size_t count, struct store_rows **out);
/* The same for a text that was put together from constants of the program: it is not remembered. */
enum status store_query_composed(struct store *store, const char *sql,
                                 const struct store_value *values, size_t count,
                                 struct store_rows **out);
enum status store_next(struct store_rows *rows, struct store_value *out, size_t columns_count);
void store_end(struct store_rows *rows);
/* The first row of a query that has at most one.  STATUS_ABSENT: none.  Texts are copied into the
 * arena. */
enum status store_one(struct store *store, const char *sql, const struct store_value *values,
                      size_t count, struct store_value *out, size_t columns_count,
                      struct arena *arena);

/* A whole, consistent copy of the database under another path, while it is in use.  On the writer
 * this and store_check wait for their turn like a transaction, and see what is committed. */
enum status store_backup(struct store *store, const char *path);
/* Writes the database anew and empties its log, so that nothing of what was changed or removed is
 * left in either file.  Waits for its turn like a transaction; nobody may be reading through the
 * writer.  STATUS_FULL: the disk has no room for a second copy; STATUS_IO. */
enum status store_scrub(struct store *store);
/* Checks every page and index.  STATUS_MALFORMED with the first fault in `why`. */
enum status store_check(struct store *store, struct text *why);
