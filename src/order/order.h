/* order.h -- what is ordered of a bank about an account, and what the bank answers (domain.md 3.3).
 *
 *   stop.order   {"account":"…","amount":498000,"bank":"…","document":"…","law":"…",
 *                 "level":1,
 *                 "name":"…","order":"w_…","paid_at":"…","round":1,"stop":1,"term_ms":172800000}
 *   stop.lift    {"lift":1,"order":"w_…"}
 *   stop.result  {"balance":…,"fault":"none","moved":[{"account":"…","amount":…,"at":"…",
 *                 "bank":"…","name":"…"}],"order":"w_…","outcome":"stopped",
 *                 "reason":"none","result":1,
 *                 "round":1,"stopped_at":"…"}
 *
 * They travel in signed letters, written canonically (RFC 8785) and read strictly: a member that is
 * not here refuses the whole.  Amounts are whole minor units (fen). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/moment.h"
#include "ground/text.h"
#include "ground/tongue.h"

/* clang-format off */
enum order_outcome {
#define ORDER_OUTCOME(name, en, zh) ORDER_##name,
#include "order/words.inc"
#undef ORDER_OUTCOME
    ORDER_OUTCOMES_COUNT
};
enum order_field {
#define ORDER_FIELD(name, en, zh) ORDER_FIELD_##name,
#include "order/words.inc"
#undef ORDER_FIELD
    ORDER_FIELDS_COUNT
};
enum order_reason {
#define ORDER_REASON(name, en, zh) ORDER_REASON_##name,
#include "order/words.inc"
#undef ORDER_REASON
    ORDER_REASONS_COUNT
};
/* clang-format on */

enum {
    ORDER_ID_MAX = 64,
    ORDER_TEXT_MAX = 256,
    ORDER_ROUNDS_MAX = 9,
    ORDER_MOVED_MAX = 16,
    ORDER_BYTES_MAX = 61440, /* what a letter holds besides its own members */
};

struct order_word {
    const char *name;
    struct saying says;
};
extern const struct order_word ORDER_OUTCOMES[ORDER_OUTCOMES_COUNT];
extern const struct order_word ORDER_FIELDS[ORDER_FIELDS_COUNT];
extern const struct order_word ORDER_REASONS[ORDER_REASONS_COUNT];

struct stop_letter {
    struct slice order; /* the work at whoever orders */
    int64_t round;      /* 1, 2: which stop of this order */
    struct slice account, name;
    int64_t amount; /* of the transfer into the account */
    moment paid_at;
    struct slice bank, document, law; /* may be empty */
    int64_t level;
    int64_t term_ms; /* of the stop, as the orderer's law pack says */
};

/* Texts are copied.  STATUS_MALFORMED: `why`, English, names the member and never its value. */
enum status stop_letter_read(struct slice json, struct arena *request, struct stop_letter *out,
                             struct text *why);
void text_add_stop_letter(struct text *text, const struct stop_letter *letter);

enum status lift_letter_read(struct slice json, struct arena *request, struct slice *order,
                             struct text *why);
void text_add_lift_letter(struct text *text, struct slice order);

/* A transfer out of the account, after the money came. */
struct order_moved {
    struct slice account, name, bank; /* name and bank may be empty */
    int64_t amount;
    moment at;
};

struct order_result {
    struct slice order;
    int64_t round; /* 0: of all rounds (lifted) */
    enum order_outcome outcome;
    enum order_field fault;   /* mismatch */
    enum order_reason reason; /* refused, held */
    moment stopped_at;        /* stopped; else MOMENT_NONE */
    int64_t balance;          /* at that moment; -1: not said */
    unsigned moved_count;
    struct order_moved moved[ORDER_MOVED_MAX];
};

enum status order_result_read(struct slice json, struct arena *request, struct order_result *out,
                              struct text *why);
void text_add_order_result(struct text *text, const struct order_result *result);
