/* letters.c -- an order's letters to the bank's machine, and what its answers do.
 *
 *     order, again ─> stop.order ─> bank ─> stop.result ─┬─ expected: the machine's step
 *     lift ─────────> stop.lift                          ├─ again: nothing
 *                        ^                               └─ a stop that is not wanted any more
 *                        └──────────────────────────────────────┘
 *
 * An answer is looked at twice: what it says of the stop counts whatever became of the item, and
 * then it moves the item if that still waits for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/stop_payment/stop_inside.h"

#include "order/order.h"

enum { LIFT_DAYS = 7, VALUES_MAX = 8 };

/* ---- out ---- */

static int64_t whole_of(struct slice text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.size && i < 18; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

static bool answers_by_machine(const struct stop_desk *desk, const struct work_item *item)
{
    const struct order_post *post = &desk->post;
    return post->post != NULL && post->known(post->self, work_value_of(item, "executor"));
}

static enum status post(const struct stop_desk *desk, const struct work_item *item,
                        const char *kind, struct slice body, int64_t life_ms, struct arena *request)
{
    const struct order_out out = {
        .kind = kind,
        .organisation = work_value_of(item, "executor"),
        .work = slice_of(item->id),
        .round = item->version,
        .body = body,
        .life_ms = life_ms,
    };
    return desk->post.post(desk->post.self, &out, request);
}

/* The second stop may be done until the first one's term is over: then the order is over too. */
static int64_t life_of(const struct stop_desk *desk, const struct work_item *item, int64_t round)
{
    int64_t term_ms = stop_term_ms(desk), left_ms = term_ms;
    moment stopped;
    if (round > 1 && moment_parse(work_value_of(item, "stopped_at"), &stopped) == STATUS_OK)
        left_ms = stopped.ms + term_ms - steady_now(desk->steady).ms;
    return left_ms > SECOND_MS ? left_ms : SECOND_MS;
}

enum status letter_order(const struct stop_desk *desk, const struct work_item *item, int64_t round,
                         struct arena *request)
{
    char *bytes;
    struct stop_letter letter = {
        .order = slice_of(item->id),
        .round = round,
        .account = work_value_of(item, "payee"),
        .name = work_value_of(item, "payee_name"),
        .amount = whole_of(work_value_of(item, "amount")),
        .bank = work_value_of(item, "payee_bank"),
        .document = work_value_of(item, "document"),
        .law = work_value_of(item, "law"),
        .level = whole_of(work_value_of(item, "level")),
        .term_ms = stop_term_ms(desk),
    };
    if (!answers_by_machine(desk, item))
        return STATUS_OK;
    if (letter.term_ms <= 0 ||
        moment_parse(work_value_of(item, "paid_at"), &letter.paid_at) != STATUS_OK)
        return STATUS_REFUSED; /* an order holds all four fields */
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, ORDER_BYTES_MAX);
    text_add_stop_letter(&body, &letter);
    if (body.full)
        return STATUS_FULL;
    return post(desk, item, "stop.order", text_slice(&body), life_of(desk, item, round), request);
}

enum status letter_lift(const struct stop_desk *desk, const struct work_item *item,
                        struct arena *request)
{
    char *bytes;
    if (!answers_by_machine(desk, item))
        return STATUS_OK;
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, ORDER_BYTES_MAX);
    text_add_lift_letter(&body, slice_of(item->id));
    return post(desk, item, "stop.lift", text_slice(&body), (int64_t)LIFT_DAYS * DAY_MS, request);
}

/* ---- in ---- */

struct taking {
    struct stop_desk *desk;
    const struct work_item *item;
    const struct order_result *result;
    struct arena *request;
    bool used;
};

/* The machine's step; where it does not start in the item's state, nothing. */
static enum status step(struct taking *taking, const char *name, const struct work_value *value,
                        unsigned count)
{
    const struct work_kind *kind = &STOP_ORDER_KIND;
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    int index = work_step_find(kind, slice_of(name));
    must(index >= 0);
    if ((kind->step[index].from & WORK_BIT(taking->item->state)) == 0)
        return STATUS_OK;
    const struct work_move move = {
        .id = taking->item->id, .step = name, .version = -1, .value = value, .values_count = count};
    TRY(work_step(taking->desk->work, &move, taking->request, &refusal, &moved));
    taking->used = true;
    return STATUS_OK;
}

static void add(struct work_value *value, unsigned *count, const char *field, struct slice text)
{
    if (text.size == 0)
        return;
    must(*count < VALUES_MAX);
    value[(*count)++] = (struct work_value){
        .field = work_field_find(&STOP_ORDER_KIND, slice_of(field)), .value = text};
}

static enum status moment_text(struct taking *taking, moment at, struct slice *out)
{
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_moment(&text, at, taking->desk->zone_minutes);
    return slice_copy(taking->request, text_slice(&text), out);
}

static enum status whole_text(struct taking *taking, int64_t number, struct slice *out)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_whole(&text, number);
    return slice_copy(taking->request, text_slice(&text), out);
}

static enum status step_why(struct taking *taking, const char *name, struct slice why)
{
    struct work_value value[VALUES_MAX];
    unsigned count = 0;
    add(value, &count, "why", why);
    return step(taking, name, value, count);
}

/* Whether the item waits for the answer to this round. */
static bool waits_for(const struct work_item *item, int64_t round)
{
    struct slice state = slice_of(STOP_ORDER_KIND.state[item->state].name);
    return slice_equal(state, round == 1 ? SLICE("ordered") : SLICE("extending"));
}

static enum status stopped(struct taking *taking)
{
    const struct order_result *result = taking->result;
    struct work_value value[VALUES_MAX];
    struct slice at, balance = {"", 0};
    enum round_state before;
    unsigned count = 0;
    int64_t now_ms = steady_now(taking->desk->steady).ms;
    moment when = {result->stopped_at.ms < now_ms ? result->stopped_at.ms : now_ms};
    TRY(moment_text(taking, when, &at));
    if (result->balance >= 0)
        TRY(whole_text(taking, result->balance, &balance));
    add(value, &count, "stopped_at", at);
    add(value, &count, "balance", balance);
    if (waits_for(taking->item, result->round))
        return step(taking, result->round == 1 ? "stop_in" : "extend_in", value, count);
    TRY(rounds_say(taking->desk, taking->item, result->round, ROUND_STOPPED, &before));
    if (before == ROUND_STOPPED || before == ROUND_NONE)
        return STATUS_OK; /* heard before, or from a person of the bank */
    return step_why(taking, "late_in", SLICE("stopped when it was over"));
}

static enum status not_stopped(struct taking *taking)
{
    const struct order_result *result = taking->result;
    struct work_value value[VALUES_MAX];
    enum round_state before;
    unsigned count = 0;
    bool mismatch = result->outcome == ORDER_mismatch;
    struct slice why = slice_of(ORDER_REASONS[result->reason].name);
    if (mismatch)
        why = slice_of(ORDER_FIELDS[result->fault].name);
    if (!waits_for(taking->item, result->round)) {
        /* ROUND_NOT after ROUND_STOPPED stays stopped: then people must ask the bank */
        TRY(rounds_say(taking->desk, taking->item, result->round, ROUND_NOT, &before));
        return before == ROUND_STOPPED ? step_why(taking, "contradicted", why) : STATUS_OK;
    }
    if (result->round > 1)
        return step_why(taking, "refused_again_in", why);
    if (!mismatch)
        return step_why(taking, "refused_in", why);
    add(value, &count, "fault", why);
    return step(taking, "mismatch_in", value, count);
}

/* Each becomes the next order once, however often the bank tells it. */
static enum status moved(struct taking *taking, const struct order_moved *moved)
{
    struct work_value value[VALUES_MAX];
    struct slice amount, at;
    unsigned count = 0;
    TRY(whole_text(taking, moved->amount, &amount));
    TRY(moment_text(taking, moved->at, &at));
    add(value, &count, "next_account", moved->account);
    add(value, &count, "next_amount", amount);
    add(value, &count, "next_at", at);
    add(value, &count, "next_name", moved->name);
    add(value, &count, "next_bank", moved->bank);
    return step(taking, "moved_on_in", value, count);
}

static enum status answered(struct taking *taking)
{
    const struct order_result *result = taking->result;
    switch (result->outcome) {
    case ORDER_stopped:
        TRY(stopped(taking));
        break;
    case ORDER_mismatch:
    case ORDER_refused:
        TRY(not_stopped(taking));
        break;
    case ORDER_lifted:
        TRY(step(taking, "lift_in", NULL, 0));
        break;
    case ORDER_held:
        TRY(step_why(taking, "held_in", slice_of(ORDER_REASONS[result->reason].name)));
        break;
    case ORDER_moved_on:
    case ORDER_OUTCOMES_COUNT:
        break;
    }
    for (unsigned i = 0; i < result->moved_count; i++)
        TRY(moved(taking, &result->moved[i]));
    return STATUS_OK;
}

static enum status order_find(const struct stop_desk *desk, struct slice work,
                              struct arena *request, struct work_item *out)
{
    char id[WORK_ID_SIZE] = "";
    if (work.size == 0 || work.size >= sizeof id)
        return STATUS_REFUSED;
    memcpy(id, work.at, work.size);
    enum status status = work_find(desk->work, desk->store, id, NULL, request, out);
    if (status != STATUS_OK)
        return status == STATUS_ABSENT ? STATUS_REFUSED : status;
    return out->kind == &STOP_ORDER_KIND ? STATUS_OK : STATUS_REFUSED;
}

enum status stop_take_result(struct stop_desk *desk, struct slice organisation, struct slice work,
                             struct slice body, struct arena *request, bool *used)
{
    struct work_item item;
    struct order_result *result;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    *used = false;
    TRY(order_find(desk, work, request, &item));
    if (!slice_equal(work_value_of(&item, "executor"), organisation))
        return STATUS_REFUSED;
    TRY(ARENA_NEW(request, 1, &result));
    TRY(order_result_read(body, request, result, &why));
    if (!slice_equal(result->order, work) || result->round > 2)
        return STATUS_MALFORMED;
    struct taking taking = {desk, &item, result, request, false};
    enum status status = answered(&taking);
    *used = taking.used;
    return status;
}

enum status stop_unanswered(struct stop_desk *desk, struct slice work, bool arrived,
                            struct arena *request)
{
    struct work_item item;
    enum status status = order_find(desk, work, request, &item);
    if (status != STATUS_OK)
        return status == STATUS_REFUSED ? STATUS_OK : status;
    struct taking taking = {desk, &item, NULL, request, false};
    return step_why(&taking, "undelivered",
                    arrived ? SLICE("handed over and not answered") : SLICE("never handed over"));
}
