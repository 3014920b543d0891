/* books.h -- a bank's accounts and transfers, as its own files or database have them, looked at and
 * never written.
 *
 *   books: 1
 *   from: csv                        # or sqlite, postgres
 *   amounts: yuan                    # as 49800.00; else fen, as 4980000
 *   accounts: {file: accounts.csv, number: acct_no, name: acct_name, balance: bal, closed: closed}
 *   transfers: {file: transfers.csv, payer: from, payee: to, amount: amt, time: at,
 *               payee_name: to_name, payee_bank: to_bank}
 *
 * For sqlite `file:`, for postgres `connection:` stands beside `from`, and the two maps have
 * `table:` instead of `file:`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/moment.h"
#include "ground/text.h"
#include "ground/tongue.h"

enum { BOOKS_TRANSFERS_MAX = 4096, BOOKS_TEXT_MAX = 256 };

struct books;

struct book_account {
    struct slice name;
    int64_t balance; /* fen; -1: not known */
    bool closed;
};
struct book_transfer {
    struct slice account, name, bank; /* of the other side; may be empty */
    int64_t amount;                   /* fen */
    moment at;
};

/* `path` names the mapping in complaints, and is where its files lie.  STATUS_MALFORMED: `why`;
 * STATUS_FULL. */
enum status books_open(struct books **out, const char *path, struct slice text, struct arena *boot,
                       struct text why[TONGUES_COUNT]);
void books_close(struct books *books);
/* STATUS_ABSENT: no such account; STATUS_IO: the books cannot be asked. */
enum status books_account(struct books *books, struct slice number, struct arena *request,
                          struct book_account *out);
/* Into the account (else out of it), from `from` on, the oldest first; at most `most` of the latest
 * BOOKS_TRANSFERS_MAX.  STATUS_IO. */
struct book_question {
    struct slice account;
    bool into;
    moment from;
    struct book_transfer *at; /* room for `most` */
    unsigned most, count;     /* count: out */
};
enum status books_transfers(struct books *books, struct book_question *question,
                            struct arena *request);
/* CSV files that have changed are read again; what cannot be read leaves the old ones in use,
 * `why`.  For the thread that asks. */
enum status books_renew(struct books *books, bool *renewed, struct text why[TONGUES_COUNT]);
/* Rows that are no account or transfer, and were passed over; CSV only. */
int64_t books_passed(const struct books *books);
