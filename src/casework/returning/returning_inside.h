/* returning_inside.h -- what the files of this room share.
 *
 *      share.c    cents
 *      claim.c    one victim's claim, and how the machine moves it
 *      ledger.c   what each freeze has given, and is about to give
 *      terms.c    what the law pack in force says
 *      compute.c  the shares of a return
 *      letters.c  what the bank's machine is told, and what its answer does
 *      refund.c   the table of `fund_return` and what follows its steps
 *      paper.c    its papers */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/returning/returning.h"
#include "casework/returning/share.h"
#include "ground/limits.h"

#define DESK   (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD   WORK_ROLE(supervisor)
#define BANK   (WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(service))
#define ORGANS (TO(police) | TO(centre))
#define BANKS  (TO(bank) | TO(payment))
#define PAYS   (ORGANS | BANKS)

/* A number of a field; 0: it is not there. */
int64_t amount_of(const struct work_item *item, const char *field);
moment moment_of(const struct work_item *item, const char *field);

/* ---- lists of claims: [{"id":"w_…"},…] or [{"id":"w_…","share":123},…] ---- */

struct member {
    char id[WORK_ID_SIZE];
    int64_t share; /* 0 in a list without shares */
};
struct members {
    struct member *at;
    size_t count;
};
/* STATUS_MALFORMED: another form, none, a claim twice; STATUS_FULL: more than RETURN_CLAIMS_MAX. */
enum status members_read(struct slice list, struct arena *arena, struct members *out);
void text_add_members(struct text *text, const struct members *members);

/* ---- claim.c ---- */

struct work_plug claim_plug(struct return_desk *desk);
/* The claim as the machine sees it.  STATUS_ABSENT: there is none, or it is not the owner's. */
enum status claim_read(const struct return_desk *desk, const char *id, const char *owner,
                       struct arena *request, struct work_item *out);
bool claim_is(const struct work_item *claim, const char *state);
/* What has not come back yet. */
int64_t claim_left(const struct work_item *claim);
/* Where it is paid to: the original account, else the other one. */
struct slice claim_account(const struct work_item *claim);
/* These take their memory from the desk's scratch, which they reset. */
enum status claim_bind(const struct return_desk *desk, const struct member *member,
                       const char *procedure);
enum status claim_release(const struct return_desk *desk, const char *id);
enum status claim_pay(const struct return_desk *desk, const char *id, const char *owner,
                      int64_t cents);
/* Gives an organisation a seat in it, with what its kind may be told. */
enum status claim_tell(const struct return_desk *desk, const char *id, struct slice organisation,
                       enum organisation_kind kind);

/* ---- ledger.c ---- */

/* What other returns from the same freeze have given or are about to give. */
enum status ledger_taken(const struct return_desk *desk, const struct work_item *refund,
                         int64_t *out);
enum status ledger_put(const struct return_desk *desk, const struct work_item *refund,
                       int64_t cents);
/* `*was`: it stood there. */
enum status ledger_remove(const struct return_desk *desk, const struct work_item *refund,
                          bool *was);

/* ---- terms.c ---- */

/* The pack in force; NULL: none, or one that asks for something this room does not do. */
const struct law_pack *return_pack(const struct return_desk *desk);
/* The last moment of the notice, and of the bank's term, begun at `from`.  STATUS_ABSENT: the pack
 * or the calendar does not say. */
enum status notice_end(const struct return_desk *desk, moment from, moment *end);
enum status execute_end(const struct return_desk *desk, moment from, moment *end);
/* Whether a head of an organ of this level may approve. */
bool level_approves(const struct return_desk *desk, enum organisation_level level);

/* ---- compute.c ---- */

enum compute_how { COMPUTE_TRACED, COMPUTE_PRO_RATA };
/* Reads the claims, computes the shares, writes them down and binds the claims.  STATUS_REFUSED:
 * `*fault` and the field. */
enum status return_compute(const struct return_desk *desk, const struct work_item *refund,
                           enum compute_how how, struct arena *request,
                           struct work_refusal *refusal);
/* Undoes the binding; nothing, if nothing is bound. */
enum status return_release(const struct return_desk *desk, const struct work_item *refund,
                           struct arena *request);
enum status return_pay(const struct return_desk *desk, const struct work_item *refund,
                       struct arena *request);

/* ---- letters.c ---- */

/* Nothing, if people answer for the executor. */
enum status letter_return(const struct return_desk *desk, const struct work_item *refund,
                          struct arena *request);
