/* letters.c -- POST /v1/letters: what partners send us; the answer goes back with the receipt.
 *
 * The signature says who asks, so no token does; docs/partner.md has the form and the faults.  A
 * letter that was taken is answered 200 with the envelope that answers it, or 202 if none does yet:
 * its sender asks again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "partner/outbox.h"

static void refused(struct visit *visit, enum letter_fault fault)
{
    const struct saying *says = letter_fault_says(fault);
    struct text en = visit_paper(visit, 256), zh = visit_paper(visit, 256);
    text_addf(&en, "%s: %s", letter_fault_name(fault), says->in[TONGUE_EN]);
    text_addf(&zh, "%s：%s", letter_fault_name(fault), says->in[TONGUE_ZH]);
    visit_problem(visit, PROBLEM_letter_refused, &SAYING(en.at, zh.at));
}

void handle_letters_take(struct visit *visit)
{
    struct outbox_received received;
    if (visit->rooms->outbox == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    enum status status = outbox_receive(visit->rooms->outbox, http_body(visit->request), true,
                                        visit->arena, &received);
    if (status == STATUS_REFUSED) {
        refused(visit, received.fault);
    } else if (status == STATUS_FULL || status == STATUS_LATE) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
    } else if (status != STATUS_OK) {
        visit_problem(visit, PROBLEM_broken, NULL);
    } else {
        bool answered = received.answer.size > 0;
        visit->answer = (struct http_answer){.status = answered ? 200 : 202,
                                             .type = "application/json",
                                             .body = answered ? received.answer : SLICE("{}")};
    }
}
