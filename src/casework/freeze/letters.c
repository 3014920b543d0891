/* letters.c -- a freeze's letters to the bank's machine, and what its answers do.
 *
 *     order, endorse ──> freeze.order ─> bank ─> freeze.result ─┬─ expected: the machine's step
 *     renew ───────────> freeze.renew                           ├─ heard before: nothing
 *     its turn ────────> freeze.turn                            └─ frozen, and not wanted any more
 *     lift, lapse ─────> freeze.lift <──────────────────────────────┘
 *
 * Invariants:  1. Nothing is asked to be frozen whose case has no number.
 *              2. An answer moves the item once, whatever order answers come in: what is said of a
 *                 freeze whose turn has not come here is kept until it comes (`turn_in`).
 *              3. What the bank froze and we do not hold is lifted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case.h"
#include "casework/freeze/freeze_inside.h"
#include "order/freezing.h"

enum { TRIED_DAYS = 7, LIFT_DAYS = 30, VALUES_MAX = 8 };

/* ---- out ---- */

static int64_t whole_of(struct slice text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.size && i < 18; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

static enum status post(const struct freeze_desk *desk, const struct work_item *item,
                        const char *kind, const struct text *body, struct arena *request)
{
    bool lift = strcmp(kind, "freeze.lift") == 0;
    const struct order_out out = {
        .kind = kind,
        .organisation = work_value_of(item, "executor"),
        .work = slice_of(item->id),
        .round = item->version,
        .body = text_slice(body),
        .life_ms = (lift ? (int64_t)LIFT_DAYS : (int64_t)TRIED_DAYS) * DAY_MS,
    };
    return body->full ? STATUS_FULL : desk->post.post(desk->post.self, &out, request);
}

static enum status body_take(struct arena *request, struct text *out)
{
    char *bytes;
    TRY(arena_take(request, ORDER_BYTES_MAX, (void **)&bytes));
    *out = text_over(bytes, ORDER_BYTES_MAX);
    return STATUS_OK;
}

static unsigned word_of(const struct order_word *list, unsigned count, struct slice word)
{
    unsigned i = 0;
    while (i < count && !slice_equal(slice_of(list[i].name), word))
        i++;
    return i;
}

enum status letter_freeze(const struct freeze_desk *desk, const struct work_item *item,
                          struct arena *request)
{
    struct text body;
    unsigned asset = word_of(FREEZE_ASSETS, FREEZE_ASSETS_COUNT, work_value_of(item, "asset"));
    unsigned method = word_of(FREEZE_METHODS, FREEZE_METHODS_COUNT, work_value_of(item, "method"));
    if (!freeze_by_machine(desk, item))
        return STATUS_OK;
    const struct freeze_letter letter = {
        .order = slice_of(item->id),
        .account = work_value_of(item, "account"),
        .name = work_value_of(item, "account_name"),
        .amount = whole_of(work_value_of(item, "amount")),
        .asset = (enum freeze_asset)asset,
        .method = (enum freeze_method)method,
        .months = whole_of(work_value_of(item, "months")),
        .yields = slice_equal(work_value_of(item, "yields"), SLICE("true")),
        .of_case = work_value_of(item, "case_number"),
        .document = work_value_of(item, "document"),
        .scope = work_value_of(item, "scope"),
        .bank = work_value_of(item, "bank"),
        .law = work_value_of(item, "law"),
    };
    if (asset == FREEZE_ASSETS_COUNT || method == FREEZE_METHODS_COUNT || letter.of_case.size == 0)
        return STATUS_REFUSED;
    TRY(body_take(request, &body));
    text_add_freeze_letter(&body, &letter);
    return post(desk, item, "freeze.order", &body, request);
}

enum status letter_renew(const struct freeze_desk *desk, const struct work_item *item,
                         struct arena *request)
{
    struct text body;
    const struct renew_letter letter = {
        .order = slice_of(item->id),
        .document = work_value_of(item, "renew_document"),
        .law = work_value_of(item, "law"),
        .months = whole_of(work_value_of(item, "renew_months")),
    };
    if (!freeze_by_machine(desk, item))
        return STATUS_OK;
    TRY(body_take(request, &body));
    text_add_renew_letter(&body, &letter);
    return post(desk, item, "freeze.renew", &body, request);
}

enum status letter_turn(const struct freeze_desk *desk, const struct work_item *item,
                        struct arena *request)
{
    struct text body;
    if (!freeze_by_machine(desk, item))
        return STATUS_OK;
    TRY(body_take(request, &body));
    text_add_turn_letter(&body, slice_of(item->id));
    return post(desk, item, "freeze.turn", &body, request);
}

enum status letter_unfreeze(const struct freeze_desk *desk, const struct work_item *item,
                            struct arena *request)
{
    struct text body;
    if (!freeze_by_machine(desk, item))
        return STATUS_OK;
    TRY(body_take(request, &body));
    text_add_lift_letter(&body, slice_of(item->id));
    return post(desk, item, "freeze.lift", &body, request);
}

/* ---- in ---- */

struct taking {
    struct freeze_desk *desk;
    struct work_item item;
    const struct freeze_result *result;
    struct arena *request;
    struct work_value value[VALUES_MAX];
    unsigned count;
    bool used;
};

static bool stands(const struct taking *taking, const char *states)
{
    const char *name = FREEZE_KIND.state[taking->item.state].name;
    size_t size = strlen(name);
    for (const char *at = strstr(states, name); at != NULL; at = strstr(at + 1, name))
        if ((at == states || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

/* The machine's step with the values so far; the item is as it is then. */
static enum status step(struct taking *taking, const char *name)
{
    struct work_refusal refusal = {.field = -1};
    const struct work_move move = {.id = taking->item.id,
                                   .step = name,
                                   .version = -1,
                                   .value = taking->value,
                                   .values_count = taking->count};
    taking->count = 0;
    TRY(work_step(taking->desk->work, &move, taking->request, &refusal, &taking->item));
    taking->used = true;
    return STATUS_OK;
}

static void add(struct taking *taking, const char *field, struct slice text)
{
    if (text.size == 0)
        return;
    must(taking->count < VALUES_MAX);
    taking->value[taking->count++] =
        (struct work_value){.field = work_field_find(&FREEZE_KIND, slice_of(field)), .value = text};
}

static enum status add_amount(struct taking *taking, const char *field, int64_t amount)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice kept = {"", 0};
    if (amount < 0)
        return STATUS_OK;
    text_add_whole(&text, amount);
    TRY(slice_copy(taking->request, text_slice(&text), &kept));
    add(taking, field, kept);
    return STATUS_OK;
}

/* Not in the time to come, by our clock, against which terms are held. */
static enum status add_moment(struct taking *taking, const char *field, moment at)
{
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice kept;
    if (at.ms == MOMENT_NONE.ms)
        return STATUS_OK;
    text_add_moment(&text, at, taking->desk->zone_minutes);
    TRY(slice_copy(taking->request, text_slice(&text), &kept));
    add(taking, field, kept);
    return STATUS_OK;
}

static moment no_later(const struct taking *taking, moment at)
{
    moment now = steady_now(taking->desk->steady);
    return at.ms < now.ms ? at : now;
}

static enum status step_why(struct taking *taking, const char *name, struct slice why)
{
    add(taking, "why", why);
    return step(taking, name);
}

/* What of the order is frozen, and what is not, to the cent. */
static enum status add_amounts(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    int64_t amount = whole_of(work_value_of(&taking->item, "amount"));
    bool limited = slice_equal(work_value_of(&taking->item, "method"), SLICE("limited"));
    TRY(add_amount(taking, "frozen_amount", result->frozen));
    TRY(add_amount(taking, "balance", result->balance < 0 ? result->frozen : result->balance));
    if (!limited)
        return STATUS_OK;
    TRY(add_amount(taking, "not_frozen", amount - result->frozen));
    if (result->frozen < amount)
        add(taking, "not_frozen_why", slice_of(ORDER_REASONS[ORDER_REASON_balance].name));
    return STATUS_OK;
}

static enum status waits(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    TRY(add_amount(taking, "balance", result->balance));
    add(taking, "prior_organ", result->prior_organ);
    TRY(add_amount(taking, "prior_amount", result->prior_amount));
    TRY(add_moment(taking, "prior_until", result->prior_until));
    return step(taking, "wait_in");
}

/* It is frozen there.  Here it is in force, unless another one is: then it waits, and what was said
 * of it is kept. */
static enum status frozen_first(struct taking *taking)
{
    struct work_item found;
    struct slice of_case = work_value_of(&taking->item, "case_id");
    enum status status = case_filed(taking->desk->work, taking->desk->store, of_case,
                                    slice_of(taking->item.owner), true, taking->request, &found);
    if (status == STATUS_ABSENT || status == STATUS_REFUSED)
        return step_why(taking, "unfiled_in", SLICE("its case is not filed any more"));
    TRY(status);
    status = turn_is_free(taking->desk, &taking->item);
    if (status == STATUS_REFUSED) {
        if (stands(taking, "ordered"))
            TRY(step(taking, "wait_in"));
        TRY(add_amounts(taking));
        return step(taking, "turn_in");
    }
    TRY(status);
    TRY(add_moment(taking, "frozen_at", no_later(taking, taking->result->at)));
    TRY(add_amounts(taking));
    return step(taking, "freeze_in");
}

static bool same_amounts(const struct taking *taking)
{
    const struct work_item *item = &taking->item;
    return work_value_of(item, "frozen_amount").size != 0 &&
           whole_of(work_value_of(item, "frozen_amount")) == taking->result->frozen;
}

static enum status frozen(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    bool limited = slice_equal(work_value_of(&taking->item, "method"), SLICE("limited"));
    if ((limited && result->frozen > whole_of(work_value_of(&taking->item, "amount"))) ||
        no_later(taking, result->at).ms < taking->item.created.ms - MINUTE_MS)
        return STATUS_MALFORMED;
    if (stands(taking, "ordered waiting"))
        return frozen_first(taking);
    if (stands(taking, "frozen renewing unrelated")) {
        if (same_amounts(taking))
            return STATUS_OK; /* heard before */
        if (work_value_of(&taking->item, "frozen_amount").size != 0)
            return step_why(taking, "contradicted", SLICE("another amount is frozen"));
        TRY(add_amounts(taking));
        return step(taking, "report_in");
    }
    if (stands(taking, "lifting"))
        return STATUS_OK; /* the letter that lifts it is on its way */
    return step_why(taking, "late_in", SLICE("frozen when it was over"));
}

static enum status renewed(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    if (!stands(taking, "renewing") ||
        !slice_equal(result->document, work_value_of(&taking->item, "renew_document")))
        return STATUS_OK; /* heard before, or of an earlier notice */
    if (result->outcome == FREEZE_not_renewed)
        return step_why(taking, "not_renewed_in", slice_of(ORDER_REASONS[result->reason].name));
    TRY(add_moment(taking, "renewed_at", no_later(taking, result->at)));
    return step(taking, "renewed_in");
}

static enum status refused(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    struct slice why = slice_of(ORDER_REASONS[result->reason].name);
    if (stands(taking, "frozen renewing unrelated"))
        return step_why(taking, "contradicted", why);
    if (!stands(taking, "ordered waiting"))
        return STATUS_OK;
    add(taking, "fault", slice_of(FREEZE_FAULTS[result->fault].name));
    return step_why(taking, "refused_in", why);
}

static enum status answered(struct taking *taking)
{
    const struct freeze_result *result = taking->result;
    switch (result->outcome) {
    case FREEZE_frozen:
        return frozen(taking);
    case FREEZE_waiting:
        return stands(taking, "ordered") ? waits(taking) : STATUS_OK;
    case FREEZE_renewed:
    case FREEZE_not_renewed:
        return renewed(taking);
    case FREEZE_lifted:
        return stands(taking, "lifting") ? step(taking, "lifted_in") : STATUS_OK;
    case FREEZE_ended:
        return stands(taking, "frozen renewing unrelated lifting") ? step(taking, "over_in")
                                                                   : STATUS_OK;
    case FREEZE_held:
        return stands(taking, "ordered renewing lifting")
                   ? step_why(taking, "held_in", slice_of(ORDER_REASONS[result->reason].name))
                   : STATUS_OK;
    case FREEZE_refused:
        return refused(taking);
    case FREEZE_OUTCOMES_COUNT:
        break;
    }
    return STATUS_MALFORMED;
}

static enum status freeze_find(const struct freeze_desk *desk, struct slice work,
                               struct arena *request, struct work_item *out)
{
    char id[WORK_ID_SIZE] = "";
    if (work.size == 0 || work.size >= sizeof id)
        return STATUS_REFUSED;
    memcpy(id, work.at, work.size);
    enum status status = work_find(desk->work, desk->store, id, NULL, request, out);
    if (status != STATUS_OK)
        return status == STATUS_ABSENT ? STATUS_REFUSED : status;
    return out->kind == &FREEZE_KIND ? STATUS_OK : STATUS_REFUSED;
}

enum status freeze_take_result(struct freeze_desk *desk, struct slice organisation,
                               struct slice work, struct slice body, struct arena *request)
{
    struct freeze_result *result;
    char bytes[160];
    struct text why = text_over(bytes, sizeof bytes);
    struct taking *taking;
    TRY(ARENA_NEW(request, 1, &result));
    TRY(ARENA_NEW(request, 1, &taking));
    TRY(freeze_result_read(body, request, result, &why));
    if (work.size != 0 && !slice_equal(result->order, work))
        return STATUS_MALFORMED;
    *taking = (struct taking){.desk = desk, .result = result, .request = request};
    TRY(freeze_find(desk, result->order, request, &taking->item));
    if (!slice_equal(work_value_of(&taking->item, "executor"), organisation))
        return STATUS_REFUSED;
    return answered(taking);
}

enum status freeze_unanswered(struct freeze_desk *desk, struct slice work, bool arrived,
                              struct arena *request)
{
    struct taking taking = {.desk = desk, .request = request};
    enum status status = freeze_find(desk, work, request, &taking.item);
    if (status != STATUS_OK)
        return status == STATUS_REFUSED ? STATUS_OK : status;
    if (!stands(&taking, "ordered renewing lifting"))
        return STATUS_OK;
    return step_why(&taking, "undelivered",
                    arrived ? SLICE("handed over and not answered") : SLICE("never handed over"));
}
