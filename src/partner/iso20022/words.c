/* words.c -- codes between banks, said to a person. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

static const struct {
    struct slice code;
    struct saying says;
} REASONS[] = {
#define RECALL_REASON(code, en, zh) {{#code, sizeof(#code) - 1}, {{(en), (zh)}}},
#include "order_reasons.inc" /* first: their numbers are those of enum recall_reason */

#include "answer_reasons.inc"
#undef RECALL_REASON
};

static const struct saying FAULTS[] = {
#define RECALL_FAULT(name, en, zh) {{(en), (zh)}},
#include "recall_faults.inc"
#undef RECALL_FAULT
};

static const struct {
    const char *word;
    struct saying says;
} VERDICTS[] = {
#define VERDICT_WORD(name, word, en, zh) [RECALL_##name] = {(word), {{(en), (zh)}}},
#include "verdict_words.inc"
#undef VERDICT_WORD
};

const struct saying *recall_reason_says(struct slice code)
{
    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (slice_equal(REASONS[i].code, code))
            return &REASONS[i].says;
    return NULL;
}

const char *recall_reason_code(enum recall_reason reason)
{
    must(reason < RECALL_REASONS_COUNT);
    return REASONS[reason].code.at;
}

const struct saying *recall_fault_says(enum recall_fault fault)
{
    must(fault < RECALL_FAULTS_COUNT);
    return &FAULTS[fault];
}

const struct saying *recall_verdict_says(enum recall_verdict verdict)
{
    must(verdict < RECALL_VERDICTS_COUNT);
    return &VERDICTS[verdict].says;
}

const char *recall_verdict_name(enum recall_verdict verdict)
{
    must(verdict < RECALL_VERDICTS_COUNT);
    return VERDICTS[verdict].word;
}
