/* book.c -- the ring of rows between those who answer and whoever seals.
 *
 *     checks.book   lead (what the file is) | slot 0 | slot 1 | … | slot 131,071
 *
 * A slot is no slot while its row is being written, so of a process that was killed there it is
 * known which rows are whole.  What is found waits first in a new file, which then takes the place
 * of the old one: a process that is killed while it starts loses nothing, either. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/book.h"

#include "ground/folder.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LEAD_SIZE = 4096 };

struct slot {
    _Atomic uint64_t turn; /* the place in the stream, plus one, once the row is whole */
    struct book_row row;
};

/* Of this program on this machine; another one's is not read. */
struct lead {
    char magic[8];
    uint64_t slot_size, slots;
};
static const struct lead LEAD = {"cutbook1", sizeof(struct slot), STANDING_BOOK_ROWS_MAX};
static const size_t FILE_SIZE = LEAD_SIZE + STANDING_BOOK_ROWS_MAX * sizeof(struct slot);

struct book {
    void *pages; /* of the file; NULL: in memory alone */
    struct slot *slot;
    uint64_t last;
    _Atomic uint64_t head, tail;
};

static_assert((STANDING_BOOK_ROWS_MAX & (STANDING_BOOK_ROWS_MAX - 1)) == 0, "a power of two");

static void put_whole(unsigned char *out, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (unsigned char)(value >> (56 - 8 * i));
}

static uint64_t get_whole(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

void book_row_write(const struct book_row *row, unsigned char out[BOOK_ROW_SIZE])
{
    put_whole(out, row->number);
    put_whole(out + 8, (uint64_t)row->at.ms);
    put_whole(out + 16, row->version);
    memcpy(out + 24, row->key.bytes, STANDING_KEY_SIZE);
    memcpy(out + 40, row->answer, BOOK_ANSWER_SIZE);
    memcpy(out + 56, row->who, BOOK_ID_SIZE);
}

void book_row_read(const unsigned char bytes[BOOK_ROW_SIZE], struct book_row *out)
{
    *out = (struct book_row){.number = get_whole(bytes),
                             .at = {(int64_t)get_whole(bytes + 8)},
                             .version = get_whole(bytes + 16)};
    memcpy(out->key.bytes, bytes + 24, STANDING_KEY_SIZE);
    memcpy(out->answer, bytes + 40, BOOK_ANSWER_SIZE);
    memcpy(out->who, bytes + 56, BOOK_ID_SIZE);
    out->who[BOOK_ID_SIZE - 1] = '\0';
}

void text_add_counted(struct text *text, const struct book_row *row)
{
    text_addf(text, ",\"counted\":{\"number\":%llu,\"time\":\"", (unsigned long long)row->number);
    text_add_moment(text, row->at, 0);
    text_addf(text, "\",\"register\":%llu,\"asker\":\"%s\",\"by\":\"%s\"}",
              (unsigned long long)row->version, row->asker, row->who);
}

enum status book_create(struct book **out, uint64_t last, struct arena *boot)
{
    struct book *book = NULL;
    TRY(ARENA_NEW(boot, 1, &book));
    TRY(ARENA_NEW(boot, STANDING_BOOK_ROWS_MAX, &book->slot));
    book->last = last;
    *out = book;
    return STATUS_OK;
}

/* ---- in a file ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = ((const struct book_row *)a)->number, y = ((const struct book_row *)b)->number;
    return x < y ? -1 : x > y;
}

/* Whole rows behind `sealed`, in the order of their numbers; none of a file that is not one. */
static enum status rows_left(const char *path, uint64_t sealed, struct arena *scratch,
                             struct book_row **out, uint64_t *count)
{
    struct slice bytes;
    enum disk_fault fault = DISK_FAILED;
    *count = 0;
    if (disk_read_all(path, FILE_SIZE, scratch, &bytes, &fault) != STATUS_OK)
        return fault == DISK_MISSING ? STATUS_OK : STATUS_IO;
    if (bytes.size != FILE_SIZE || memcmp(bytes.at, &LEAD, sizeof LEAD) != 0)
        return STATUS_OK;
    TRY(ARENA_NEW(scratch, STANDING_BOOK_ROWS_MAX, out));
    for (uint64_t i = 0; i < STANDING_BOOK_ROWS_MAX; i++) {
        struct slot slot;
        memcpy(&slot, bytes.at + LEAD_SIZE + i * sizeof slot, sizeof slot);
        uint64_t turn = atomic_load(&slot.turn);
        if (turn == 0 || ((turn - 1) & (STANDING_BOOK_ROWS_MAX - 1)) != i ||
            slot.row.number <= sealed)
            continue;
        slot.row.asker[BOOK_ID_SIZE - 1] = slot.row.who[BOOK_ID_SIZE - 1] = '\0';
        (*out)[(*count)++] = slot.row;
    }
    qsort(*out, *count, sizeof **out, by_number);
    return STATUS_OK;
}

static enum status file_make(struct book *book, const char *path, const struct book_row *rows,
                             uint64_t count)
{
    char bytes[PATH_MAX];
    struct text new = text_over(bytes, sizeof bytes);
    text_addf(&new, "%s.new", path);
    if (new.full)
        return STATUS_IO;
    TRY(folder_remove(new.at));
    TRY(folder_reserve(new.at, (int64_t)FILE_SIZE));
    TRY(folder_pages(new.at, FILE_SIZE, &book->pages));
    memcpy(book->pages, &LEAD, sizeof LEAD);
    book->slot = (struct slot *)((char *)book->pages + LEAD_SIZE);
    for (uint64_t i = 0; i < count; i++) {
        book->slot[i].row = rows[i];
        atomic_store(&book->slot[i].turn, i + 1);
    }
    atomic_store(&book->head, count);
    return folder_rename(new.at, path);
}

enum status book_open(struct book **out, const char *path, uint64_t sealed, uint64_t last,
                      struct arena *boot)
{
    struct arena *scratch = NULL;
    struct book *book = NULL;
    struct book_row *rows = NULL;
    uint64_t count = 0;
    TRY(ARENA_NEW(boot, 1, &book));
    TRY(arena_create(&scratch, 3 * FILE_SIZE));
    enum status status = rows_left(path, sealed, scratch, &rows, &count);
    if (status == STATUS_OK)
        status = file_make(book, path, rows, count);
    if (count > 0 && rows[count - 1].number > last)
        last = rows[count - 1].number;
    arena_destroy(scratch);
    if (status != STATUS_OK) {
        book_close(book);
        return status;
    }
    book->last = last;
    *out = book;
    return STATUS_OK;
}

void book_close(struct book *book)
{
    if (book != NULL)
        pages_give_back(book->pages, FILE_SIZE);
}

/* ---- rows ---- */

enum status book_add(struct book *book, struct book_row *row)
{
    uint64_t at = atomic_load_explicit(&book->head, memory_order_relaxed);
    do {
        if (at - atomic_load_explicit(&book->tail, memory_order_acquire) >= STANDING_BOOK_ROWS_MAX)
            return STATUS_FULL;
    } while (!atomic_compare_exchange_weak(&book->head, &at, at + 1));
    struct slot *slot = &book->slot[at & (STANDING_BOOK_ROWS_MAX - 1)];
    row->number = book->last + at + 1;
    atomic_store_explicit(&slot->turn, 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* it is no slot before it is changed */
    slot->row = *row;
    atomic_store_explicit(&slot->turn, at + 1, memory_order_release);
    return STATUS_OK;
}

uint64_t book_waiting(const struct book *book)
{
    struct book *shared = (struct book *)book;
    uint64_t tail = atomic_load(&shared->tail);
    return atomic_load(&shared->head) - tail;
}

bool book_peek(const struct book *book, uint64_t n, struct book_row *out)
{
    struct book *shared = (struct book *)book;
    uint64_t at = atomic_load_explicit(&shared->tail, memory_order_relaxed) + n;
    struct slot *slot = &shared->slot[at & (STANDING_BOOK_ROWS_MAX - 1)];
    if (atomic_load_explicit(&slot->turn, memory_order_acquire) != at + 1)
        return false;
    *out = slot->row;
    return true;
}

void book_done(struct book *book, uint64_t count)
{
    (void)atomic_fetch_add_explicit(&book->tail, count, memory_order_release);
}
