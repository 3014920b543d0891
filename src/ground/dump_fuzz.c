/* dump_fuzz.c -- any bytes, as a dump and as what a sound dump holds: reading ends, and
 * says why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 1 << 16, WHOLE_MAX = 2 * INPUT_MAX };

static char wrapped[WHOLE_MAX];
static size_t wrapped_size;
static struct dump dump;
static struct undump undump;

static enum status wrapped_take(void *self, struct slice piece)
{
    (void)self;
    must(piece.size <= WHOLE_MAX - wrapped_size);
    memcpy(wrapped + wrapped_size, piece.at, piece.size);
    wrapped_size += piece.size;
    return STATUS_OK;
}

/* What is read decides what is read next. */
static enum status read_on(uint64_t *seen)
{
    uint8_t kind;
    TRY(undump_u8(&undump, &kind));
    uint64_t word = 0;
    int64_t whole = 0;
    struct slice text = {"", 0};
    if (kind % 4 == 0)
        TRY(undump_u64(&undump, &word));
    else if (kind % 4 == 1)
        TRY(undump_varint(&undump, &word));
    else if (kind % 4 == 2)
        TRY(undump_signed(&undump, &whole));
    else
        TRY(undump_text(&undump, &text));
    for (size_t i = 0; i < text.size; i++)
        word += (unsigned char)text.at[i];
    *seen += word + (uint64_t)whole;
    return STATUS_OK;
}

static void read_all(struct slice bytes)
{
    undump_init(&undump, undump_over(&bytes));
    uint64_t seen = 0;
    size_t steps = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && steps++ < INPUT_MAX + 1)
        status = read_on(&seen);
    must(status == STATUS_MALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    read_all((struct slice){(const char *)bytes, size});
    wrapped_size = 0;
    dump_init(&dump, (struct dump_sink){wrapped_take, NULL});
    for (size_t i = 0; i < size; i++)
        dump_u8(&dump, bytes[i]);
    must(dump_end(&dump) == STATUS_OK);
    read_all((struct slice){wrapped, wrapped_size});
    return 0;
}
