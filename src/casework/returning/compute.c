/* compute.c -- the shares of a return: who gets how much, out of what is left of the freeze; bound
 * to the claims in the transaction that writes them down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

enum { LIST_BYTES = 24576 };

/* What is wanted of one claim. */
struct wanted {
    int64_t left, traced; /* traced 0: no trace is stored */
    moment paid_at;
};

struct sum {
    struct members members;
    struct wanted *claim; /* as many */
    int64_t available, losses, returning;
    const char *method;
};

static enum status refuse(struct work_refusal *refusal, enum work_fault fault, const char *field)
{
    if (refusal != NULL)
        *refusal = (struct work_refusal){
            .fault = fault, .field = work_field_find(&FUND_RETURN_KIND, slice_of(field))};
    return STATUS_REFUSED;
}

/* ---- reading ---- */

static enum status wanted_read(const struct return_desk *desk, const struct work_item *refund,
                               const char *id, struct work_refusal *refusal, struct wanted *out)
{
    struct work_item claim;
    arena_reset(desk->scratch);
    enum status status = claim_read(desk, id, refund->owner, desk->scratch, &claim);
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    bool same = status == STATUS_OK &&
                slice_equal(work_value_of(&claim, "about"), work_value_of(refund, "about"));
    if (!same || !claim_is(&claim, "verified") || claim_left(&claim) < 1)
        return refuse(refusal, WORK_FAULT_CLAIMS, "claims");
    *out = (struct wanted){.left = claim_left(&claim), .paid_at = moment_of(&claim, "paid_at")};
    if (work_value_of(&claim, "trace").size > 0)
        out->traced = amount_of(&claim, "traced");
    return STATUS_OK;
}

static enum status claims_read(const struct return_desk *desk, const struct work_item *refund,
                               struct arena *request, struct work_refusal *refusal, struct sum *sum)
{
    enum status status = members_read(work_value_of(refund, "claims"), request, &sum->members);
    if (status != STATUS_OK)
        return status == STATUS_MALFORMED ? refuse(refusal, WORK_FAULT_VALUE, "claims") : status;
    TRY(ARENA_NEW(request, sum->members.count, &sum->claim));
    for (size_t i = 0; i < sum->members.count; i++) {
        TRY(wanted_read(desk, refund, sum->members.at[i].id, refusal, &sum->claim[i]));
        if (__builtin_add_overflow(sum->losses, sum->claim[i].left, &sum->losses))
            return refuse(refusal, WORK_FAULT_AMOUNTS, "claims");
    }
    return STATUS_OK;
}

/* What the freeze has not given to anybody yet. */
static enum status available_read(const struct return_desk *desk, const struct work_item *refund,
                                  struct work_refusal *refusal, struct sum *sum)
{
    int64_t taken = 0;
    TRY(ledger_taken(desk, refund, &taken));
    sum->available = amount_of(refund, "frozen") - taken;
    return sum->available > 0 ? STATUS_OK : refuse(refusal, WORK_FAULT_AMOUNTS, "frozen");
}

/* ---- sharing ---- */

static enum status share_traced(struct work_refusal *refusal, struct sum *sum)
{
    sum->method = sum->members.count == 1 ? "single" : "timestamp";
    for (size_t i = 0; i < sum->members.count; i++) {
        int64_t traced = sum->claim[i].traced;
        sum->members.at[i].share = traced;
        if (traced < 1 || traced > sum->claim[i].left ||
            __builtin_add_overflow(sum->returning, traced, &sum->returning))
            return refuse(refusal, WORK_FAULT_AMOUNTS, "claims");
    }
    return sum->returning <= sum->available ? STATUS_OK
                                            : refuse(refusal, WORK_FAULT_AMOUNTS, "frozen");
}

static enum status share_pro_rata(struct arena *request, struct work_refusal *refusal,
                                  struct sum *sum)
{
    struct share *share = NULL;
    sum->method = "pro_rata";
    TRY(ARENA_NEW(request, sum->members.count, &share));
    for (size_t i = 0; i < sum->members.count; i++)
        share[i] = (struct share){sum->claim[i].left, sum->claim[i].paid_at, 0};
    enum status status =
        share_out(sum->available, share, sum->members.count, request, &sum->returning);
    if (status != STATUS_OK)
        return status == STATUS_FULL ? status : refuse(refusal, WORK_FAULT_AMOUNTS, "claims");
    for (size_t i = 0; i < sum->members.count; i++)
        sum->members.at[i].share = share[i].cents;
    return STATUS_OK;
}

/* ---- writing ---- */

static struct work_value value_of(const char *field, struct slice value)
{
    return (struct work_value){work_field_find(&FUND_RETURN_KIND, slice_of(field)), value};
}

static enum status write_down(const struct return_desk *desk, const struct work_item *refund,
                              const struct sum *sum, struct arena *request)
{
    char *list = NULL, bytes[4][24], stamp[LAW_STAMP_MAX];
    struct text number[4], law = text_over(stamp, sizeof stamp);
    const int64_t amount[] = {sum->losses, sum->returning, sum->available - sum->returning};
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    TRY(arena_take(request, LIST_BYTES, (void **)&list));
    struct text shares = text_over(list, LIST_BYTES);
    text_add_members(&shares, &sum->members);
    text_add_law_stamp(&law, return_pack(desk));
    for (unsigned i = 0; i < 3; i++) {
        number[i] = text_over(bytes[i], sizeof bytes[i]);
        text_add_whole(&number[i], amount[i]);
    }
    if (shares.full)
        return STATUS_FULL;
    const struct work_value value[] = {
        value_of("method", slice_of(sum->method)),
        value_of("law", text_slice(&law)),
        value_of("losses", text_slice(&number[0])),
        value_of("returning", text_slice(&number[1])),
        value_of("remainder", text_slice(&number[2])),
        value_of("shares", text_slice(&shares)),
    };
    const struct work_move move = {.id = refund->id,
                                   .step = "compute",
                                   .version = -1,
                                   .value = value,
                                   .values_count = sizeof value / sizeof value[0]};
    return work_step(desk->work, &move, request, &refusal, &moved);
}

enum status return_compute(const struct return_desk *desk, const struct work_item *refund,
                           enum compute_how how, struct arena *request,
                           struct work_refusal *refusal)
{
    struct sum sum = {0};
    if (return_pack(desk) == NULL)
        return refuse(refusal, WORK_FAULT_LEGAL, "law");
    TRY(claims_read(desk, refund, request, refusal, &sum));
    TRY(available_read(desk, refund, refusal, &sum));
    if (how == COMPUTE_TRACED)
        TRY(share_traced(refusal, &sum));
    else
        TRY(share_pro_rata(request, refusal, &sum));
    TRY(write_down(desk, refund, &sum, request));
    for (size_t i = 0; i < sum.members.count; i++)
        TRY(claim_bind(desk, &sum.members.at[i], refund->id));
    return ledger_put(desk, refund, sum.returning);
}

/* ---- afterwards ---- */

enum status return_release(const struct return_desk *desk, const struct work_item *refund,
                           struct arena *request)
{
    struct members members;
    bool was = false;
    TRY(ledger_remove(desk, refund, &was));
    if (!was)
        return STATUS_OK;
    TRY(members_read(work_value_of(refund, "shares"), request, &members));
    for (size_t i = 0; i < members.count; i++)
        TRY(claim_release(desk, members.at[i].id));
    return STATUS_OK;
}

enum status return_pay(const struct return_desk *desk, const struct work_item *refund,
                       struct arena *request)
{
    struct members members;
    TRY(members_read(work_value_of(refund, "shares"), request, &members));
    for (size_t i = 0; i < members.count; i++)
        TRY(claim_pay(desk, members.at[i].id, refund->owner, members.at[i].share));
    return STATUS_OK;
}
