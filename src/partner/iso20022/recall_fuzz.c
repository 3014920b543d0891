/* recall_fuzz.c -- any bytes as the answer of a bank.
 *
 * Held to: what is handed over is UTF-8, of a verdict that has a name; money that comes back is
 * above zero; all ends, in one way or another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_BYTES_MAX = 1 << 16 };

static enum status take(void *self, const struct recall_answer *answer)
{
    uint64_t *count = self;
    must(recall_verdict_name(answer->verdict) != NULL);
    must(answer->verdict != RECALL_RETURNED || (answer->has_amount && answer->amount > 0));
    must(!answer->has_amount || answer->amount >= 0);
    must(!answer->has_first_amount || answer->first_amount >= 0);
    must(answer->reasons_count <= RECALL_REASONS_MAX);
    must(utf8_valid(answer->note));
    must(utf8_valid(answer->uetr));
    must(answer->at.ms != MOMENT_NONE.ms);
    ++*count;
    return STATUS_OK;
}

static enum status wrong(void *self, const struct recall_wrong *wrong)
{
    uint64_t *count = self;
    must(recall_fault_says(wrong->fault) != NULL);
    must(wrong->fault != RECALL_FINE);
    must(utf8_valid(wrong->value));
    ++*count;
    return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *boot;
    struct markup_trouble trouble;
    uint64_t count = 0;
    if (size > INPUT_BYTES_MAX)
        return 0;
    if (boot == NULL)
        must(arena_create(&boot, 4 << 20) == STATUS_OK);
    arena_reset(boot);
    struct recall_sink sink = {take, wrong, &count};
    enum status status =
        recall_read((struct slice){(const char *)bytes, size}, 480, sink, boot, &trouble);
    must(status == STATUS_OK || status == STATUS_MALFORMED);
    must(status == STATUS_OK || trouble.fault != MARKUP_FINE);
    return 0;
}
