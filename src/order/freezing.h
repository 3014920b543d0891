/* freezing.h -- a freeze as letters: ordered, renewed, its turn, lifted, and what the bank says of
 * it (domain.md 3.2 and 3.3).
 *
 *   freeze.order   {"account":"…","amount":4980000,"asset":"deposits","bank":"…","case":"…",
 *                   "document":"…","freeze":1,"law":"…","method":"limited","months":6,
 *                   "name":"…","order":"w_…","scope":"…","yields":true}
 *   freeze.renew   {"document":"…","law":"…","months":6,"order":"w_…","renew":1}
 *   freeze.turn    {"order":"w_…","turn":1}
 *   freeze.lift    {"lift":1,"order":"w_…"}
 *   freeze.result  {"at":"…","balance":…,"document":"…","fault":"none","frozen":…,"order":"w_…",
 *                   "outcome":"frozen","prior_amount":…,"prior_organ":"…","prior_until":"…",
 *                   "reason":"none","result":1,"until":"…"}
 *
 * `case` is the number under which the case was filed: without it the order has not its form. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "order/order.h"

/* clang-format off */
enum freeze_outcome {
#define FREEZE_OUTCOME(name, en, zh) FREEZE_##name,
#include "order/words.inc"
#undef FREEZE_OUTCOME
    FREEZE_OUTCOMES_COUNT
};
enum freeze_fault {
#define FREEZE_FAULT(name, en, zh) FREEZE_FAULT_##name,
#include "order/words.inc"
#undef FREEZE_FAULT
    FREEZE_FAULTS_COUNT
};
enum freeze_asset {
#define FREEZE_ASSET(name, en, zh) FREEZE_ASSET_##name,
#include "order/words.inc"
#undef FREEZE_ASSET
    FREEZE_ASSETS_COUNT
};
enum freeze_method {
#define FREEZE_METHOD(name, en, zh) FREEZE_METHOD_##name,
#include "order/words.inc"
#undef FREEZE_METHOD
    FREEZE_METHODS_COUNT
};
/* clang-format on */

extern const struct order_word FREEZE_OUTCOMES[FREEZE_OUTCOMES_COUNT];
extern const struct order_word FREEZE_FAULTS[FREEZE_FAULTS_COUNT];
extern const struct order_word FREEZE_ASSETS[FREEZE_ASSETS_COUNT];
extern const struct order_word FREEZE_METHODS[FREEZE_METHODS_COUNT];

enum { FREEZE_MONTHS_MAX = 1200 };

struct freeze_letter {
    struct slice order; /* the work at whoever orders */
    struct slice account, name;
    int64_t amount;
    enum freeze_asset asset;
    enum freeze_method method;
    int64_t months;
    bool yields;
    struct slice of_case, document; /* its number; the notice's */
    struct slice scope, bank, law;  /* may be empty */
};
/* Texts are copied.  STATUS_MALFORMED: `why`, English, names the member and never its value. */
enum status freeze_letter_read(struct slice json, struct arena *request, struct freeze_letter *out,
                               struct text *why);
void text_add_freeze_letter(struct text *text, const struct freeze_letter *letter);

struct renew_letter {
    struct slice order, document, law; /* `law` may be empty */
    int64_t months;
};
enum status renew_letter_read(struct slice json, struct arena *request, struct renew_letter *out,
                              struct text *why);
void text_add_renew_letter(struct text *text, const struct renew_letter *letter);

enum status turn_letter_read(struct slice json, struct arena *request, struct slice *order,
                             struct text *why);
void text_add_turn_letter(struct text *text, struct slice order);

struct freeze_result {
    struct slice order;
    enum freeze_outcome outcome;
    enum freeze_fault fault;  /* refused */
    enum order_reason reason; /* refused, held, not renewed; frozen: of what is not */
    moment at, until;         /* frozen, renewed; else MOMENT_NONE */
    int64_t frozen, balance;  /* -1: not said */
    struct slice document;    /* renewed, not renewed: of that notice */
    struct slice prior_organ; /* waiting: whose freeze is before it; may be empty */
    int64_t prior_amount;     /* -1: not said */
    moment prior_until;       /* MOMENT_NONE: not said */
};
enum status freeze_result_read(struct slice json, struct arena *request, struct freeze_result *out,
                               struct text *why);
void text_add_freeze_result(struct text *text, const struct freeze_result *result);
