/* markup_fuzz.c -- any bytes as documents, whole and in pieces.
 *
 * Held to: rows, messages and strangers are the same however the bytes were cut, and whether there
 * is trouble (which of several faults is met first may differ); what is handed out is UTF-8; bytes
 * used never go beyond those given; the end is reached. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"
#include "ground/checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_BYTES_MAX = 1 << 18 };

static const struct gather_path PATHS[] = {
    {"GrpHdr/MsgId", 0, GATHER_ONCE},
    {"CdtTrfTxInf/PmtId/TxId", 1, GATHER_ONCE},
    {"CdtTrfTxInf/IntrBkSttlmAmt", 2, GATHER_FIRST},
    {"CdtTrfTxInf/IntrBkSttlmAmt/@Ccy", 3, GATHER_ONCE},
    {"CdtTrfTxInf/AddtlInf", 4, GATHER_JOINED},
};

static const struct gather_form FORMS[] = {
    {"pacs.008", "FIToFICstmrCdtTrf", 2, 12, "CdtTrfTxInf", PATHS, 5},
    {"camt.056", "FIToFIPmtCxlReq", 1, 11, "Undrlyg/TxInf", PATHS, 1},
};

struct heard {
    uint64_t sum, events;
};

static void hear(struct heard *heard, struct slice value)
{
    must(utf8_valid(value));
    heard->sum = heard->sum * 31 + hash_bytes(value) + value.size;
    heard->events++;
}

static void hear_number(struct heard *heard, uint64_t number)
{
    hear(heard, (struct slice){"12345678", number % 8});
    heard->sum += number;
}

static enum status take_gathered(void *self, const struct gathered *gathered)
{
    hear_number(self, gathered->line);
    hear_number(self, gathered->rows_count);
    for (unsigned i = 0; i < 5; i++)
        hear(self, gathered->column[i]);
    return STATUS_OK;
}

static enum status take_stranger(void *self, const struct gather_stranger *stranger)
{
    hear_number(self, stranger->line);
    hear(self, stranger->value);
    hear(self, stranger->path);
    return STATUS_OK;
}

static struct heard read_all(struct slice bytes, size_t piece)
{
    static struct arena *boot;
    struct gather *gather;
    struct heard heard = {0};
    size_t at = 0;
    if (boot == NULL)
        must(arena_create(&boot, 4 << 20) == STATUS_OK);
    arena_reset(boot);
    struct gather_sink sink = {take_gathered, take_gathered, take_stranger, &heard};
    must(gather_create(&gather, FORMS, 2, sink, boot) == STATUS_OK);
    for (enum status status = STATUS_OK; status == STATUS_OK;) {
        bool last = bytes.size - at <= piece;
        size_t used;
        struct slice rest = {bytes.at + at, last ? bytes.size - at : piece};
        status = gather_read(gather, rest, last, &used);
        must(used <= rest.size);
        must(status != STATUS_OK || !last);
        at += used;
        if (used == 0)
            piece += 4;
        must(status != STATUS_END || at == bytes.size);
    }
    const struct markup_trouble *trouble = gather_trouble(gather);
    hear_number(&heard, trouble->fault != MARKUP_FINE);
    char room[2048];
    struct text said = text_over(room, sizeof room);
    text_add_markup_trouble(&said, trouble, TONGUE_ZH);
    must(!said.full);
    must(utf8_valid(text_slice(&said)));
    gather_destroy(gather);
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > INPUT_BYTES_MAX)
        return 0;
    struct slice documents = {(const char *)bytes + 1, size - 1};
    struct heard whole = read_all(documents, SIZE_MAX);
    struct heard pieces = read_all(documents, 1 + bytes[0] % 97);
    must(whole.sum == pieces.sum);
    must(whole.events == pieces.events);
    return 0;
}
