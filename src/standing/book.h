/* book.h -- every check that was answered: who asked about whom, when, of which version, with what
 * answer.
 *
 *     answer ─> row with a number, in a ring ─(within a second)─> groups, one for each asker:
 *               rows, their Merkle tree, a signed note that names the one before ─> store, audit
 *
 * Invariants:  1. No check is answered without its row; a full ring refuses the check.
 *              2. A number is given once, also over a kill.  The ring lies in a file that is
 *                 memory, too: a row whose answer left is in it, whoever kills the process; only
 *                 power that goes takes rows of the last second, and leaves a gap.
 *              3. A group holds rows of one asker, so a path through its tree tells of nobody else.
 *
 * Not chosen:  a signature for each answer.  It costs more than all else of a check together; here
 *              one stands for all of a second, and a row is proved by its path.
 *              A transaction for each answer, or a sync for some of them.  Who asks would wait for
 *              the disk, and answers are given on threads that may not. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/standing_inside.h"

enum { BOOK_ROW_SIZE = 80, BOOK_ID_SIZE = 24, BOOK_ANSWER_SIZE = 16 };

struct book_row {
    uint64_t number, version;
    moment at;
    struct standing_key key;
    unsigned char answer[BOOK_ANSWER_SIZE]; /* of its SHA-256 */
    char asker[BOOK_ID_SIZE], who[BOOK_ID_SIZE];
};
/* As it lies in the tree and in the store; the asker stands in the note. */
void book_row_write(const struct book_row *row, unsigned char out[BOOK_ROW_SIZE]);
void book_row_read(const unsigned char bytes[BOOK_ROW_SIZE], struct book_row *out);

/* `,"counted":{…}`: what of the row an answer says. */
void text_add_counted(struct text *text, const struct book_row *row);

struct book;

/* In memory alone: what waits is gone with the process.  Numbers go on behind `last`. */
enum status book_create(struct book **out, uint64_t last, struct arena *boot);
/* In the file `path`, made if it is not there: rows behind `sealed` that a process left there when
 * it was killed wait again, with their numbers; new ones go on behind them and behind `last`.
 * STATUS_IO; STATUS_FULL: the disk. */
enum status book_open(struct book **out, const char *path, uint64_t sealed, uint64_t last,
                      struct arena *boot);
void book_close(struct book *book);
/* Gives the row its number.  From any thread.  STATUS_FULL: too many wait for their seal. */
enum status book_add(struct book *book, struct book_row *row);
/* Rows that wait; of one thread: the n-th of them (false: it is being written), and those that are
 * done with. */
uint64_t book_waiting(const struct book *book);
bool book_peek(const struct book *book, uint64_t n, struct book_row *out);
void book_done(struct book *book, uint64_t count);
