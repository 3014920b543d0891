/* book.c -- the ring of rows between those who answer and whoever seals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/book.h"

#include <stdatomic.h>

struct slot {
    _Atomic uint64_t turn; /* the place in the stream, plus one, once the row is whole */
    struct book_row row;
};

struct book {
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

enum status book_add(struct book *book, struct book_row *row)
{
    uint64_t at = atomic_load_explicit(&book->head, memory_order_relaxed);
    do {
        if (at - atomic_load_explicit(&book->tail, memory_order_acquire) >= STANDING_BOOK_ROWS_MAX)
            return STATUS_FULL;
    } while (!atomic_compare_exchange_weak(&book->head, &at, at + 1));
    struct slot *slot = &book->slot[at & (STANDING_BOOK_ROWS_MAX - 1)];
    row->number = book->last + at + 1;
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
