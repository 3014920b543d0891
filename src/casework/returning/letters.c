/* letters.c -- a return's letter to the bank's machine: whom, how much; and what its answer does.
 *
 *     deliver ──> return.order ─> bank ─> return.result ─┬─ paid: all of it, once ──> returned
 *                                                        ├─ cannot: nothing was paid ─> decided
 *                                                        └─ held: a person of the bank
 *
 * Invariants:  1. What is ordered are the shares that were bound, to the cent.
 *              2. An answer moves the item if it is about the very order that it is executing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"
#include "order/paying.h"

enum { TRIED_DAYS = 20, VALUES_MAX = 4 };

/* ---- out ---- */

static enum status payment_of(const struct return_desk *desk, const struct work_item *item,
                              const struct member *member, struct arena *request,
                              struct order_payment *out)
{
    struct work_item claim;
    struct slice account, name;
    TRY(claim_read(desk, member->id, item->owner, request, &claim));
    account = claim_account(&claim);
    name = work_value_of(&claim, "other_name");
    if (!slice_equal(account, work_value_of(&claim, "other_account")) || name.size == 0)
        name = work_value_of(&claim, "name");
    *out = (struct order_payment){.account = account,
                                  .name = name,
                                  .claim = slice_of(member->id),
                                  .bank = work_value_of(&claim, "bank"),
                                  .amount = member->share};
    return STATUS_OK;
}

/* Those who get nothing are not paid. */
static enum status letter_fill(const struct return_desk *desk, const struct work_item *item,
                               struct arena *request, struct return_letter *letter)
{
    struct members members;
    TRY(members_read(work_value_of(item, "shares"), request, &members));
    *letter = (struct return_letter){
        .order = slice_of(item->id),
        .freeze = work_value_of(item, "freeze"),
        .round = item->version,
        .account = work_value_of(item, "account"),
        .amount = amount_of(item, "returning"),
        .decision = work_value_of(item, "decision"),
        .law = work_value_of(item, "law"),
        .until = moment_of(item, "execute_until"),
    };
    for (size_t i = 0; i < members.count; i++) {
        if (members.at[i].share == 0)
            continue;
        if (letter->payments_count == ORDER_PAYMENTS_MAX)
            return STATUS_FULL;
        TRY(payment_of(desk, item, &members.at[i], request,
                       &letter->payment[letter->payments_count]));
        letter->payments_count++;
    }
    return STATUS_OK;
}

static enum status step(const struct return_desk *desk, const char *id, const char *name,
                        const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    const struct work_move move = {
        .id = id, .step = name, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &moved);
}

static enum status step_why(const struct return_desk *desk, const char *id, const char *name,
                            struct slice why, struct arena *request)
{
    const struct work_value value = {work_field_find(&FUND_RETURN_KIND, SLICE("why")), why};
    return step(desk, id, name, &value, 1, request);
}

enum status letter_return(const struct return_desk *desk, const struct work_item *item,
                          struct arena *request)
{
    const struct order_post *post = &desk->post;
    struct return_letter *letter;
    char *bytes;
    if (post->post == NULL || !post->known(post->self, work_value_of(item, "executor")))
        return STATUS_OK;
    TRY(ARENA_NEW(request, 1, &letter));
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, ORDER_BYTES_MAX);
    enum status status = letter_fill(desk, item, request, letter);
    if (status == STATUS_OK)
        text_add_return_letter(&body, letter);
    if (status == STATUS_FULL || body.full)
        return step_why(desk, item->id, "held_in", SLICE("more payments than a letter holds"),
                        request);
    TRY(status);
    const struct order_out out = {
        .kind = "return.order",
        .organisation = work_value_of(item, "executor"),
        .work = slice_of(item->id),
        .round = item->version,
        .body = text_slice(&body),
        .life_ms = (int64_t)TRIED_DAYS * DAY_MS,
    };
    TRY(post->post(post->self, &out, request));
    char digits[24];
    struct text round = text_over(digits, sizeof digits);
    text_add_whole(&round, item->version);
    const struct work_value value = {work_field_find(&FUND_RETURN_KIND, SLICE("round")),
                                     text_slice(&round)};
    return step(desk, item->id, "number", &value, 1, request);
}

/* ---- in ---- */

static bool state_is(const struct work_item *item, const char *state)
{
    return strcmp(FUND_RETURN_KIND.state[item->state].name, state) == 0;
}

static enum status paid(const struct return_desk *desk, const struct work_item *item,
                        const struct return_result *result, struct arena *request)
{
    char at[48], sum[24];
    struct text moment_text = text_over(at, sizeof at), sum_text = text_over(sum, sizeof sum);
    struct work_value value[VALUES_MAX];
    moment now = steady_now(desk->steady);
    if (result->paid != amount_of(item, "returning"))
        return step_why(desk, item->id, "contradicted", SLICE("another sum was paid"), request);
    text_add_moment(&moment_text, result->at.ms < now.ms ? result->at : now, desk->zone_minutes);
    text_add_whole(&sum_text, result->paid);
    value[0] = (struct work_value){work_field_find(&FUND_RETURN_KIND, SLICE("executed_at")),
                                   text_slice(&moment_text)};
    value[1] = (struct work_value){work_field_find(&FUND_RETURN_KIND, SLICE("paid")),
                                   text_slice(&sum_text)};
    value[2] =
        (struct work_value){work_field_find(&FUND_RETURN_KIND, SLICE("serial")), result->serial};
    return step(desk, item->id, "execute_in", value, 3, request);
}

static enum status answered(const struct return_desk *desk, const struct work_item *item,
                            const struct return_result *result, struct arena *request)
{
    struct slice why = slice_of(ORDER_REASONS[result->reason].name);
    bool asked = state_is(item, "executing") && amount_of(item, "round") == result->round;
    if (result->outcome == RETURN_paid && !asked) {
        bool open = !state_is(item, "returned") && !state_is(item, "ended");
        return open ? step_why(desk, item->id, "contradicted", SLICE("paid, and not asked for"),
                               request)
                    : STATUS_OK;
    }
    if (!asked)
        return STATUS_OK;
    if (result->outcome == RETURN_paid)
        return paid(desk, item, result, request);
    if (result->outcome == RETURN_held)
        return step_why(desk, item->id, "held_in", why, request);
    const struct work_value value = {work_field_find(&FUND_RETURN_KIND, SLICE("fault")), why};
    return step(desk, item->id, "cannot_in", &value, 1, request);
}

static enum status refund_find(const struct return_desk *desk, struct slice work,
                               struct arena *request, struct work_item *out)
{
    char id[WORK_ID_SIZE] = "";
    if (work.size == 0 || work.size >= sizeof id)
        return STATUS_REFUSED;
    memcpy(id, work.at, work.size);
    enum status status = work_find(desk->work, desk->store, id, NULL, request, out);
    if (status != STATUS_OK)
        return status == STATUS_ABSENT ? STATUS_REFUSED : status;
    return out->kind == &FUND_RETURN_KIND ? STATUS_OK : STATUS_REFUSED;
}

enum status return_take_result(struct return_desk *desk, struct slice organisation,
                               struct slice work, struct slice body, struct arena *request)
{
    struct return_result result;
    struct work_item item;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(return_result_read(body, request, &result, &why));
    if (work.size != 0 && !slice_equal(result.order, work))
        return STATUS_MALFORMED;
    TRY(refund_find(desk, result.order, request, &item));
    if (!slice_equal(work_value_of(&item, "executor"), organisation))
        return STATUS_REFUSED;
    return answered(desk, &item, &result, request);
}

enum status return_unanswered(struct return_desk *desk, struct slice work, bool arrived,
                              struct arena *request)
{
    struct work_item item;
    enum status status = refund_find(desk, work, request, &item);
    if (status != STATUS_OK)
        return status == STATUS_REFUSED ? STATUS_OK : status;
    if (!state_is(&item, "executing"))
        return STATUS_OK;
    return step_why(desk, item.id, "undelivered",
                    arrived ? SLICE("handed over and not answered") : SLICE("never handed over"),
                    request);
}
