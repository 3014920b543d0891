/* paying.h -- frozen money that goes back to its victims, as letters to the bank that pays it out
 * (domain.md 3.5).
 *
 *   return.order   {"account":"…","amount":4980000,"decision":"…","freeze":"w_…","law":"…",
 *                   "order":"w_…","payments":[{"account":"…","amount":…,"bank":"…","claim":"w_…",
 *                   "name":"…"}],"return":1,"round":7,"until":"…"}
 *   return.result  {"at":"…","order":"w_…","outcome":"paid","paid":…,"reason":"none","result":1,
 *                   "round":7,"serial":"…"}
 *
 * The payments make up the amount to the cent, or the letter has not its form. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "order/order.h"

/* clang-format off */
enum return_outcome {
#define RETURN_OUTCOME(name, en, zh) RETURN_##name,
#include "order/words.inc"
#undef RETURN_OUTCOME
    RETURN_OUTCOMES_COUNT
};
/* clang-format on */

extern const struct order_word RETURN_OUTCOMES[RETURN_OUTCOMES_COUNT];

enum { ORDER_PAYMENTS_MAX = 256, ORDER_SERIAL_MAX = 64, ORDER_ROUND_MAX = 1 << 20 };

struct order_payment {
    struct slice account, name, claim, bank; /* the last may be empty */
    int64_t amount;
};

struct return_letter {
    struct slice order, freeze; /* works at whoever orders */
    int64_t round;              /* how often it was given to a bank: each is another one */
    struct slice account;       /* what is frozen, and paid out of */
    int64_t amount;
    struct slice decision, law; /* the last may be empty */
    moment until;               /* by when the bank executes it; MOMENT_NONE: not said */
    unsigned payments_count;
    struct order_payment payment[ORDER_PAYMENTS_MAX];
};
/* Texts are copied.  STATUS_MALFORMED: `why`, English, names the member and never its value. */
enum status return_letter_read(struct slice json, struct arena *request, struct return_letter *out,
                               struct text *why);
void text_add_return_letter(struct text *text, const struct return_letter *letter);

struct return_result {
    struct slice order;
    int64_t round;
    enum return_outcome outcome;
    enum order_reason reason; /* cannot, held */
    moment at;                /* paid; else MOMENT_NONE */
    int64_t paid;             /* paid; else -1 */
    struct slice serial;      /* paid: the bank's own number */
};
enum status return_result_read(struct slice json, struct arena *request, struct return_result *out,
                               struct text *why);
void text_add_return_result(struct text *text, const struct return_result *result);
