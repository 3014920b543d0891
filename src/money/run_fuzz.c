/* run_fuzz.c -- any bytes as a run: they are read or named, never believed, and walking them ends.
 *
 * The first byte chooses: the rest as it is, or as pages that are written shortly (size u16, bytes;
 * what is missing is zero) and get their checksums put right, so that what stands behind a right
 * checksum is looked at, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/run_page_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PAGES_MAX = 24, STEPS_MAX = 4000 };

static unsigned char file[PAGES_MAX * RUN_PAGE];
static size_t file_size;

static enum status memory_open(void *self, const char *name, bool create, struct volume_file *out)
{
    (void)self;
    (void)name;
    (void)create;
    out->handle = 1;
    return STATUS_OK;
}

static enum status memory_read(void *self, struct volume_file from, int64_t offset, void *into,
                               size_t size, size_t *got)
{
    (void)self;
    (void)from;
    size_t left = (size_t)offset < file_size ? file_size - (size_t)offset : 0;
    *got = left < size ? left : size;
    memcpy(into, file + (left == 0 ? 0 : (size_t)offset), *got);
    return STATUS_OK;
}

static enum status memory_size(void *self, struct volume_file of, int64_t *out)
{
    (void)self;
    (void)of;
    *out = (int64_t)file_size;
    return STATUS_OK;
}

static void memory_close(void *self, struct volume_file of)
{
    (void)self;
    (void)of;
}

static void write_pages(const uint8_t *bytes, size_t size)
{
    memset(file, 0, sizeof file);
    file_size = 0;
    for (uint64_t page = 0; page < PAGES_MAX && size >= 2; page++) {
        size_t part = (size_t)bytes[0] | (size_t)bytes[1] << 8;
        bytes += 2;
        size -= 2;
        part = part < size ? part : size;
        unsigned char *at = file + page * RUN_PAGE;
        memcpy(at + 8, bytes, part < RUN_PAYLOAD ? part : RUN_PAYLOAD);
        put_word(at, page_checksum(page, at));
        bytes += part;
        size -= part;
        file_size += RUN_PAGE;
    }
}

static void walk(struct run *run, ident account, bool back)
{
    struct run_walk walk;
    struct payment_key last = back ? PAYMENT_KEY_LAST : PAYMENT_KEY_FIRST;
    if (run_walk_init(&walk, run, account, last, back) != STATUS_OK)
        return;
    for (int i = 0; i < STEPS_MAX && run_walk_peek(&walk) == STATUS_OK; i++) {
        int order = payment_key_compare(walk.payment.key, last);
        must(back ? order < 0 : order > 0);
        must(walk.payment.amount > 0);
        must(ident_equal(walk.payment.payer, account) || ident_equal(walk.payment.payee, account));
        last = walk.payment.key;
        walk.ready = false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct volume volume = {
        .open = memory_open, .read = memory_read, .size = memory_size, .close = memory_close};
    struct run *run;
    struct payment payment;
    if (size < 1)
        return 0;
    if ((bytes[0] & 1) != 0) {
        write_pages(bytes + 1, size - 1);
    } else {
        file_size = size - 1 < sizeof file ? size - 1 : sizeof file;
        memcpy(file, bytes + 1, file_size);
    }
    if (run_open(&run, &volume, "any.run") != STATUS_OK)
        return 0;
    /* Every word of the file as an account and as a name. */
    for (size_t at = RUN_PAGE + 8; at + 8 <= file_size && at < 40 * RUN_PAGE; at += 8) {
        uint64_t word = get_word(file + at);
        if (word == 0)
            continue;
        walk(run, (ident){word}, false);
        walk(run, (ident){word}, true);
        if (run_find_name(run, word, &payment) == STATUS_OK)
            must(payment.name == word);
    }
    run_close(run);
    return 0;
}
