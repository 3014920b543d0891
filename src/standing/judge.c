/* judge.c -- what the pack's table of measures says about one question.
 *
 * Two floors hold under every pack, because nothing in this house may cut somebody off from a
  * living:
 * money that comes in, and business at a counter, are not refused (domain.md 1.7, invariant 3). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/standing_inside.h"

static bool account(enum law_code object)
{
    return object == LAW_CODE_bank_account || object == LAW_CODE_payment_account ||
           object == LAW_CODE_wallet;
}

/* What of the table an opening of this thing falls under. */
static enum law_code opening_of(enum law_code object)
{
    return account(object) ? LAW_CODE_new_account : LAW_CODE_new_business;
}

static bool told_to(const struct law_measure *measure, const struct standing_question *question)
{
    if (question->executors_count == 0)
        return true;
    for (unsigned i = 0; i < question->executors_count; i++)
        if (law_codes_have(measure->executors, question->executor[i]))
            return true;
    return false;
}

static void let(struct standing_verdict *out, enum law_code exception, bool floor)
{
    out->may = true;
    out->exception = exception;
    out->floor = floor;
}

static bool excepts(const struct law_measure *measure, enum law_code exception)
{
    return law_codes_have(measure->exceptions, exception);
}

static void judge_opening(const struct law_measure *measure,
                          const struct standing_question *question, struct standing_verdict *out)
{
    if (question->object == LAW_CODE_bank_account &&
        excepts(measure, LAW_CODE_limited_bank_account))
        let(out, LAW_CODE_limited_bank_account, false);
}

static void judge_transfer(const struct law_measure *measure,
                           const struct standing_question *question, struct standing_verdict *out)
{
    if (question->incoming)
        let(out, LAW_CODE_incoming_funds, !excepts(measure, LAW_CODE_incoming_funds));
    else if (question->counter)
        let(out, LAW_CODE_counter_business, !excepts(measure, LAW_CODE_counter_business));
    else if (question->purpose != STANDING_NOTHING_CLAIMED && excepts(measure, question->purpose))
        let(out, question->purpose, false);
    else if (excepts(measure, LAW_CODE_balance_out))
        let(out, LAW_CODE_balance_out, false);
}

/* One card that is not involved stays: the one that was chosen, or, as long as none was, any. */
static void judge_keeping(const struct law_measure *measure, const struct standing_entry *entry,
                          const struct standing_question *question, struct standing_verdict *out)
{
    bool one =
        question->object == LAW_CODE_phone_card && excepts(measure, LAW_CODE_one_clean_phone_card);
    if (one && (entry->card == 0 || entry->card == question->card))
        let(out, LAW_CODE_one_clean_phone_card, false);
    if (account(question->object)) /* an account is limited, not taken away */
        let(out, LAW_CODES_COUNT, false);
}

void standing_judge(const struct law_pack *pack, const struct standing_entry *entry,
                    const struct standing_question *question, struct standing_verdict *out)
{
    enum law_code category = entry->criminal ? LAW_CODE_criminal : LAW_CODE_determined;
    enum law_code object =
        question->act == STANDING_open ? opening_of(question->object) : question->object;
    *out = (struct standing_verdict){.may = true, .exception = LAW_CODES_COUNT};
    if (entry->suspended || (entry->dropped & standing_thing_bit(object)) != 0)
        return;
    const struct law_measure *measure = law_measure_find(pack, object, category);
    if (measure == NULL || !told_to(measure, question))
        return;
    out->stands = true;
    out->may = false;
    out->measure = measure;
    out->pack = pack;
    out->until_s = entry->until_s;
    if (question->act == STANDING_open)
        judge_opening(measure, question, out);
    else if (question->act == STANDING_transfer)
        judge_transfer(measure, question, out);
    else
        judge_keeping(measure, entry, question, out);
}

/* ---- a question in words ---- */

static bool code_find(struct slice word, enum law_group group, enum law_code *out)
{
    for (unsigned code = 0; code < LAW_CODES_COUNT; code++) {
        if (law_code_group((enum law_code)code) != group ||
            !slice_equal(word, slice_of(law_code_word((enum law_code)code)->name)))
            continue;
        *out = (enum law_code)code;
        return true;
    }
    return false;
}

enum status standing_question_read(struct slice act, struct slice object, struct slice way,
                                   struct slice purpose, struct standing_question *out)
{
    static const char *const ACTS[] = {"open", "transfer", "keep"};
    struct standing_question question = {.purpose = STANDING_NOTHING_CLAIMED};
    unsigned found = 0;
    while (found < 3 && !slice_equal(act, slice_of(ACTS[found])))
        found++;
    if (found == 3 || !code_find(object, LAW_GROUP_thing, &question.object))
        return STATUS_MALFORMED;
    question.act = (enum standing_act)found;
    question.incoming = slice_equal(way, SLICE("in"));
    question.counter = slice_equal(way, SLICE("counter"));
    if (way.size > 0 && !question.incoming && !question.counter &&
        !slice_equal(way, SLICE("remote")))
        return STATUS_MALFORMED;
    if (purpose.size > 0 && !code_find(purpose, LAW_GROUP_exception, &question.purpose))
        return STATUS_MALFORMED;
    *out = question;
    return STATUS_OK;
}
