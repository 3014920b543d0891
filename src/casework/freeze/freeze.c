/* freeze.c -- the table of `freeze`, what must hold before its steps, and what follows them.
 *
 *      holds ── is everything there, the term allowed, the case filed, the organ high enough
 *      after ── the same again with whoever approved it; stamped, sent; its turn; its end
 *
 * A bank and a higher organ are both addressees; so each of their steps is held against the
 * organisation that the item names for it.  What is refused in `after` rolls everything back.
 *
 * Not chosen:  a state of its own for each renewal that a higher organ is asked for.  What is asked
 *              for are two values, and the head who renews names the version that was read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case.h"
#include "casework/freeze/freeze_inside.h"

#define DESK     (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD     WORK_ROLE(supervisor)
#define BANK     (WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(service))
#define EXECUTES (TO(bank) | TO(payment) | TO(regulator))
#define NOTICE   (EXECUTES | TO(police) | TO(centre))
#define PRIOR    (F(prior_organ) | F(prior_amount) | F(prior_until))
#define LIFTABLE (IN(ordered) | IN(waiting) | IN(frozen) | IN(renewing) | IN(unrelated))
#define NOTICE_FIELDS                                                                       \
    (F(asset) | F(account_name) | F(account) | F(bank) | F(amount) | F(months) | F(scope) | \
     F(yields) | F(method) | F(executor) | F(document))
#define FRESH_FIELDS (F(case_id) | F(stop) | NOTICE_FIELDS)

enum { LEASE_MS = 30 * MINUTE_MS, ASKING_MS = 2 * HOUR_MS, ANSWER_MS = 10 * MINUTE_MS };

static int64_t span_term(void *self, const struct work_item *item);
static int64_t span_unrelated(void *self, const struct work_item *item);
static int64_t span_owner(void *self, const struct work_item *item);
static int64_t span_lift(void *self, const struct work_item *item);

#define WORK_TABLE "casework/freeze/freeze.inc"
#include "casework/work/table.inc"

const struct work_kind FREEZE_KIND = {
    .name = "freeze",
    .says = SAYING("freeze", "冻结"),
    WORK_KIND_ARRAYS,
    .first_must = F(case_id) | F(asset),
    .first_may = FRESH_FIELDS & ~(F(case_id) | F(asset)),
    .creators = DESK,
    .lease_ms = LEASE_MS,
};

/* ---- values ---- */

static struct slice value_in(const struct work_item *item, const struct work_value *brought,
                             unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (brought[i].field == field)
            return brought[i].value;
    return item == NULL ? SLICE("") : work_value_of(item, FIELDS[field].name);
}

static int64_t whole_in(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

static bool moment_in(const struct work_item *item, int field, moment *out)
{
    return moment_parse(work_value_of(item, FIELDS[field].name), out) == STATUS_OK;
}

/* ---- spans ---- */

/* From the moment of the freeze, which the bank said or at which its turn came; after a renewal the
 * end that was written down with it.  Without an end there is no freeze: it ends at once. */
static int64_t span_term(void *self, const struct work_item *item)
{
    const struct freeze_desk *desk = self;
    const struct freeze_term term = {work_value_of(item, "asset"), work_value_of(item, "months"),
                                     false};
    moment begun, end;
    bool longer = false;
    if (!moment_in(item, FIELD_frozen_at, &begun))
        return -1; /* being lifted before it was frozen */
    bool known = moment_in(item, FIELD_renewed_at, &end)
                     ? moment_in(item, FIELD_until, &end)
                     : freeze_ends(desk, &term, begun, &end, &longer) == STATUS_OK;
    int64_t left = known ? end.ms - item->changed.ms : 1;
    return left > 1 ? left : 1;
}

static int64_t span_unrelated(void *self, const struct work_item *item)
{
    const struct freeze_desk *desk = self;
    moment now = item->changed, end;
    return unrelated_ends(desk, now, &end) == STATUS_OK && end.ms > now.ms ? end.ms - now.ms : 1;
}

static const struct work_deadline *deadline_of(const struct work_item *item, int clock)
{
    for (unsigned i = 0; i < item->deadlines_count; i++)
        if (item->deadline[i].clock == clock)
            return &item->deadline[i];
    return NULL;
}

/* The owner is told within the time in which it had to be lifted. */
static int64_t span_owner(void *self, const struct work_item *item)
{
    (void)self;
    const struct work_deadline *found = deadline_of(item, CLOCK_unrelated);
    if (found == NULL)
        return -1;
    int64_t left = found->due.ms - item->changed.ms;
    return left > 1 ? left : 1;
}

static int64_t span_lift(void *self, const struct work_item *item)
{
    (void)item;
    return lift_confirmed_ms(self);
}

/* ---- what must hold ---- */

struct look {
    const struct freeze_desk *desk;
    const struct work_item *item;
    const struct work_value *brought;
    unsigned count;
    int field;
};

static struct slice looked(const struct look *look, int field)
{
    return value_in(look->item, look->brought, look->count, field);
}

/* The fields that stand for what the pack says a notice must say; -1: one that we do not know. */
static int notice_field(enum law_code code)
{
    static const struct {
        enum law_code code;
        int field;
    } ITEMS[] = {
        {LAW_CODE_account_name, FIELD_account_name},
        {LAW_CODE_account_number, FIELD_account},
        {LAW_CODE_amount, FIELD_amount},
        {LAW_CODE_term, FIELD_months},
        {LAW_CODE_scope, FIELD_scope},
        {LAW_CODE_yields, FIELD_yields},
    };
    for (unsigned i = 0; i < sizeof ITEMS / sizeof ITEMS[0]; i++)
        if (ITEMS[i].code == code)
            return ITEMS[i].field;
    return -1;
}

static enum work_fault notice_whole(struct look *look, const struct law_pack *pack)
{
    static const int OURS[] = {FIELD_executor, FIELD_document, FIELD_method};
    struct law_codes items = {0};
    look->field = FIELD_law;
    if (law_list(pack, "notice.items", &items, NULL) != STATUS_OK)
        return WORK_FAULT_LEGAL;
    for (uint32_t i = 0; i < items.count; i++) {
        int field = notice_field(items.at[i]);
        if (field < 0)
            return WORK_FAULT_LEGAL;
        look->field = field;
        if (looked(look, field).size == 0)
            return WORK_FAULT_MISSING;
    }
    for (unsigned i = 0; i < sizeof OURS / sizeof OURS[0]; i++) {
        look->field = OURS[i];
        if (looked(look, OURS[i]).size == 0)
            return WORK_FAULT_MISSING;
    }
    look->field = FIELD_amount;
    return whole_in(looked(look, FIELD_amount)) > 0 ? WORK_FAULT_NONE : WORK_FAULT_VALUE;
}

static enum work_fault term_fits(struct look *look, bool renewal)
{
    struct freeze_term term = {.asset = looked(look, FIELD_asset), .renewal = renewal};
    moment end, runs;
    bool longer = false;
    look->field = renewal ? FIELD_renew_months : FIELD_months;
    term.months = looked(look, look->field);
    enum status status =
        freeze_ends(look->desk, &term, steady_now(look->desk->steady), &end, &longer);
    if (status == STATUS_MALFORMED)
        return WORK_FAULT_VALUE;
    if (status != STATUS_OK || longer)
        return WORK_FAULT_LEGAL;
    if (renewal && moment_in(look->item, FIELD_until, &runs) && end.ms <= runs.ms)
        return WORK_FAULT_VALUE; /* it would end no later than without it */
    return WORK_FAULT_NONE;
}

static enum work_fault case_holds(struct look *look, bool later)
{
    struct work_item found;
    const struct freeze_desk *desk = look->desk;
    look->field = FIELD_case_id;
    arena_reset(desk->scratch);
    return case_filed(desk->work, desk->store, looked(look, FIELD_case_id),
                      slice_of(look->item->owner), later, desk->scratch, &found) == STATUS_OK
               ? WORK_FAULT_NONE
               : WORK_FAULT_NOT_FILED;
}

/* A renewal is approved at the level of the freeze, also where less would have done for that. */
static enum work_fault rank_holds(struct look *look, struct slice organ)
{
    const struct law_pack *pack = freeze_pack(look->desk);
    struct slice approved = work_value_of(look->item, "rank");
    enum law_rank needed = LAW_RANKS_COUNT, has = LAW_RANK_county;
    look->field = FIELD_asset;
    if (pack == NULL || freeze_rank(pack, looked(look, FIELD_asset), &needed) != STATUS_OK)
        return WORK_FAULT_LEGAL;
    for (int rank = 0; rank < LAW_RANKS_COUNT; rank++)
        if (slice_equal(approved, slice_of(law_rank_word((enum law_rank)rank)->name)) &&
            (enum law_rank)rank > needed)
            needed = (enum law_rank)rank;
    arena_reset(look->desk->scratch);
    look->field = FIELD_approver;
    return organ_rank(look->desk, organ, look->desk->scratch, &has) == STATUS_OK && has >= needed
               ? WORK_FAULT_NONE
               : WORK_FAULT_RANK;
}

/* All that a freeze needs before it leaves, approved by this organ. */
static enum work_fault order_holds(struct look *look, struct slice organ)
{
    const struct law_pack *pack = freeze_pack(look->desk);
    look->field = FIELD_law;
    if (pack == NULL)
        return WORK_FAULT_LEGAL;
    enum work_fault fault = notice_whole(look, pack);
    if (fault == WORK_FAULT_NONE)
        fault = term_fits(look, false);
    if (fault == WORK_FAULT_NONE)
        fault = case_holds(look, false);
    return fault == WORK_FAULT_NONE ? rank_holds(look, organ) : fault;
}

/* The same notice does not renew twice: whoever approves it has asked for it anew. */
static enum work_fault renewal_holds(struct look *look, struct slice organ)
{
    struct slice document = looked(look, FIELD_renew_document);
    look->field = FIELD_renew_document;
    if (document.size == 0)
        return WORK_FAULT_MISSING;
    if (slice_equal(document, work_value_of(look->item, "renewed_document")) ||
        slice_equal(document, work_value_of(look->item, "document")))
        return WORK_FAULT_VALUE;
    enum work_fault fault = term_fits(look, true);
    if (fault == WORK_FAULT_NONE)
        fault = case_holds(look, true);
    return fault == WORK_FAULT_NONE ? rank_holds(look, organ) : fault;
}

/* What the bank says it froze: what the amount lacks is named to the cent, with its reason. */
static enum work_fault amounts_hold(struct look *look)
{
    int64_t amount = whole_in(work_value_of(look->item, "amount"));
    int64_t frozen = whole_in(value_in(NULL, look->brought, look->count, FIELD_frozen_amount));
    int64_t lacks = whole_in(looked(look, FIELD_not_frozen)); /* also said before */
    bool limited = slice_equal(work_value_of(look->item, "method"), SLICE("limited"));
    bool why = looked(look, FIELD_not_frozen_why).size > 0;
    look->field = FIELD_frozen_amount;
    if (limited && frozen > amount)
        return WORK_FAULT_VALUE;
    look->field = FIELD_not_frozen;
    if (limited && lacks != amount - frozen)
        return lacks == 0 ? WORK_FAULT_MISSING : WORK_FAULT_VALUE;
    look->field = FIELD_not_frozen_why;
    return lacks > 0 && !why ? WORK_FAULT_MISSING : WORK_FAULT_NONE;
}

/* What a bank says happened lies between the order and now. */
static enum work_fault moments_hold(struct look *look)
{
    int64_t now_ms = steady_now(look->desk->steady).ms;
    for (unsigned i = 0; i < look->count; i++) {
        moment at;
        look->field = look->brought[i].field;
        if (look->field != FIELD_frozen_at && look->field != FIELD_renewed_at &&
            look->field != FIELD_owner_told_at)
            continue;
        if (moment_parse(look->brought[i].value, &at) != STATUS_OK || at.ms > now_ms + MINUTE_MS ||
            at.ms < look->item->created.ms - MINUTE_MS)
            return WORK_FAULT_VALUE;
    }
    return WORK_FAULT_NONE;
}

static enum work_fault holds_in(struct look *look, int step)
{
    enum work_fault fault = moments_hold(look);
    if (fault != WORK_FAULT_NONE)
        return fault;
    switch (step) {
    case STEP_order:
        return order_holds(look, slice_of(look->item->owner));
    case STEP_submit:
        look->field = FIELD_approver;
        if (slice_equal(looked(look, FIELD_approver), slice_of(look->item->owner)))
            return WORK_FAULT_VALUE; /* one's own head orders it */
        return order_holds(look, looked(look, FIELD_approver));
    case STEP_renew:
        return renewal_holds(look, slice_of(look->item->owner));
    case STEP_ask_renewal:
        return renewal_holds(look, work_value_of(look->item, "approver"));
    case STEP_freeze:
    case STEP_report:
    case STEP_freeze_in:
    case STEP_turn_in:
    case STEP_report_in:
        return amounts_hold(look);
    default:
        return WORK_FAULT_NONE;
    }
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *brought, unsigned count, int *field)
{
    struct look look = {self, item, brought, count, -1};
    enum work_fault fault = step < 0 ? WORK_FAULT_NONE : holds_in(&look, step);
    *field = fault == WORK_FAULT_NOT_FILED || fault == WORK_FAULT_RANK ? -1 : look.field;
    return fault;
}

/* ---- what follows ---- */

static enum status refuse_for(const struct work_done *done, enum work_fault fault)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){fault, -1};
    return STATUS_REFUSED;
}

/* Only the organisation that the item names in this field. */
static enum status by_the(const struct work_done *done, const char *field)
{
    bool named = done->by != NULL &&
                 slice_equal(work_value_of(done->item, field), slice_of(done->by->organisation));
    return named ? STATUS_OK : refuse_for(done, WORK_FAULT_HAND);
}

static enum status still_holds(const struct freeze_desk *desk, const struct work_done *done,
                               enum work_fault (*needs)(struct look *look, struct slice organ),
                               struct slice organ)
{
    struct look look = {desk, done->item, NULL, 0, -1};
    enum work_fault fault = needs(&look, organ);
    return fault == WORK_FAULT_NONE ? STATUS_OK : refuse_for(done, fault);
}

static enum status machine(const struct freeze_desk *desk, const char *id, const char *step,
                           const struct work_value *value, unsigned count, struct arena *request,
                           struct work_item *out)
{
    struct work_refusal refusal = {.field = -1};
    const struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, out);
}

/* What of the item may be told to that kind of organisation. */
static enum status send(const struct freeze_desk *desk, const struct work_item *item,
                        struct slice organisation, uint32_t kinds, struct arena *request)
{
    struct access_organisation to;
    uint64_t fields = 0;
    TRY(access_organisation_find(desk->store, organisation, request, &to));
    if ((kinds & ((uint32_t)1 << to.kind)) == 0)
        return STATUS_REFUSED;
    for (unsigned i = 0; i < item->values_count; i++)
        if ((FIELDS[item->value[i].field].told & ((uint32_t)1 << to.kind)) != 0)
            fields |= WORK_BIT(item->value[i].field);
    return work_send(desk->work, item->id, organisation, fields, request);
}

static enum status tell_executor(const struct freeze_desk *desk, const struct work_item *item,
                                 struct arena *request)
{
    return send(desk, item, work_value_of(item, "executor"), EXECUTES, request);
}

/* Who approved it, at which level, under which law; then it leaves. */
static enum status leave(const struct freeze_desk *desk, const struct work_done *done,
                         struct slice organ, struct arena *request)
{
    char bytes[LAW_STAMP_MAX];
    struct text law = text_over(bytes, sizeof bytes);
    struct work_item found, stamped;
    enum law_rank rank;
    unsigned count = 3;
    text_add_law_stamp(&law, freeze_pack(desk)); /* there is one: what holds was just looked at */
    TRY(organ_rank(desk, organ, request, &rank));
    TRY(case_filed(desk->work, desk->store, work_value_of(done->item, "case_id"),
                   slice_of(done->item->owner), true, request, &found));
    struct slice number = work_value_of(&found, "number");
    const struct work_value value[] = {{FIELD_law, text_slice(&law)},
                                       {FIELD_rank, slice_of(law_rank_word(rank)->name)},
                                       {FIELD_approver, organ},
                                       {FIELD_case_number, number}};
    count += number.size > 0;
    TRY(machine(desk, done->item->id, "stamp", value, count, request, &stamped));
    TRY(tell_executor(desk, &stamped, request));
    return stamped.state == STATE_ordered ? letter_freeze(desk, &stamped, request)
                                          : letter_renew(desk, &stamped, request);
}

static enum status ordered(const struct freeze_desk *desk, const struct work_done *done,
                           struct slice organ, struct arena *request)
{
    struct work_item stop;
    struct slice followed = work_value_of(done->item, "stop");
    TRY(still_holds(desk, done, order_holds, organ));
    if (followed.size > 0) {
        TRY(stop_find(desk->stops, followed, slice_of(done->item->owner), request, &stop));
        if (!slice_equal(work_value_of(&stop, "payee"), work_value_of(done->item, "account")))
            return refuse_for(done, WORK_FAULT_VALUE);
    }
    TRY(turn_enter(desk, done->item));
    return leave(desk, done, organ, request);
}

static enum status renewed(const struct freeze_desk *desk, const struct work_done *done,
                           struct slice organ, struct arena *request)
{
    TRY(still_holds(desk, done, renewal_holds, organ));
    return leave(desk, done, organ, request);
}

static struct slice written(const struct freeze_desk *desk, moment at, struct text *text)
{
    text_add_moment(text, at, desk->zone_minutes);
    return text_slice(text);
}

/* The bank says that something is frozen: the stop before it is over. */
static enum status stop_over(const struct freeze_desk *desk, const struct work_item *item,
                             struct arena *request)
{
    struct slice stop = work_value_of(item, "stop");
    if (stop.size == 0)
        return STATUS_OK;
    return stop_becomes_frozen(desk->stops, stop, slice_of(item->owner), item->id, request);
}

/* It is frozen: the bank is told until when. */
static enum status frozen(const struct freeze_desk *desk, const struct work_item *item,
                          struct arena *request)
{
    const struct freeze_term term = {work_value_of(item, "asset"), work_value_of(item, "months"),
                                     false};
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    struct work_item set;
    moment begun, end;
    bool longer = false;
    if (!moment_in(item, FIELD_frozen_at, &begun))
        return STATUS_MALFORMED;
    TRY(freeze_ends(desk, &term, begun, &end, &longer));
    const struct work_value value = {FIELD_until, written(desk, end, &text)};
    TRY(machine(desk, item->id, "set_end", &value, 1, request, &set));
    return tell_executor(desk, &set, request);
}

static enum status bank_freezes(const struct freeze_desk *desk, const struct work_done *done,
                                struct arena *request)
{
    struct look look = {desk, done->item, NULL, 0, -1};
    TRY(by_the(done, "executor"));
    if (case_holds(&look, true) != WORK_FAULT_NONE)
        return refuse_for(done, WORK_FAULT_NOT_FILED);
    enum status status = turn_take(desk, done->item);
    if (status == STATUS_REFUSED)
        return refuse_for(done, WORK_FAULT_EARLIER);
    TRY(status);
    TRY(frozen(desk, done->item, request));
    return stop_over(desk, done->item, request);
}

/* Also of one whose turn has come: only now the bank says that it is frozen. */
static enum status bank_reports(const struct freeze_desk *desk, const struct work_done *done,
                                struct arena *request)
{
    TRY(by_the(done, "executor"));
    return whole_in(work_value_of(done->item, "frozen_amount")) > 0
               ? stop_over(desk, done->item, request)
               : STATUS_OK;
}

static enum status bank_waits(const struct freeze_desk *desk, const struct work_done *done)
{
    const struct law_pack *pack = freeze_pack(desk);
    bool allowed = false;
    TRY(by_the(done, "executor"));
    if (pack == NULL || law_switch(pack, "waiting.allowed", &allowed, NULL) != STATUS_OK ||
        !allowed)
        return refuse_for(done, WORK_FAULT_LEGAL);
    return turn_wait(desk, done->item, work_value_of(done->item, "prior_organ").size > 0);
}

/* The bank has renewed it: the new end, and the bank is told. */
static enum status settles(const struct freeze_desk *desk, const struct work_item *item,
                           struct arena *request)
{
    const struct freeze_term term = {work_value_of(item, "asset"),
                                     work_value_of(item, "renew_months"), true};
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    struct work_item set;
    moment begun, end, runs;
    bool longer = false;
    if (!moment_in(item, FIELD_renewed_at, &begun) || !moment_in(item, FIELD_until, &runs))
        return STATUS_MALFORMED;
    TRY(freeze_ends(desk, &term, begun, &end, &longer));
    if (end.ms < runs.ms)
        end = runs;
    const struct work_value value[] = {
        {FIELD_until, written(desk, end, &text)},
        {FIELD_renewed_document, work_value_of(item, "renew_document")}};
    TRY(machine(desk, item->id, "settle", value, 2, request, &set));
    return tell_executor(desk, &set, request);
}

/* ---- its end, and whose turn it is then ---- */

/* One that waits: its turn has come.  Without a filed case it lapses. */
static enum status activate(const struct freeze_desk *desk, const char *id, moment now,
                            struct arena *request, bool *frozen)
{
    struct work_item item, found;
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    TRY(work_find(desk->work, desk->store, id, NULL, request, &item));
    enum status status = case_filed(desk->work, desk->store, work_value_of(&item, "case_id"),
                                    slice_of(item.owner), true, request, &found);
    *frozen = status == STATUS_OK;
    if (status == STATUS_ABSENT || status == STATUS_REFUSED)
        return machine(desk, id, "lapse", NULL, 0, request, &item);
    TRY(status);
    const struct work_value value = {FIELD_frozen_at, written(desk, now, &text)};
    return machine(desk, id, "activate", &value, 1, request, &item);
}

static enum status turns(const struct freeze_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    char id[WORK_ID_SIZE];
    bool frozen = false;
    TRY(turn_leave(desk, done->item));
    while (!frozen) {
        enum status status = turn_next(desk, done->item, id);
        if (status == STATUS_ABSENT)
            return STATUS_OK;
        TRY(status);
        TRY(activate(desk, id, done->now, request, &frozen));
    }
    return STATUS_OK;
}

/* What was unrelated ends when its owner has been told. */
static enum status ended(const struct freeze_desk *desk, const struct work_item *item, bool by_term,
                         struct arena *request)
{
    struct work_item out;
    bool owes =
        work_value_of(item, "found").size > 0 && work_value_of(item, "owner_told_at").size == 0;
    if (item->state != STATE_unfrozen || owes)
        return STATUS_OK;
    return machine(desk, item->id, by_term ? "close_expired" : "close", NULL, 0, request, &out);
}

/* One that is not in force has no turn any more; who waited for it has his. */
static enum status lifted(const struct freeze_desk *desk, const struct work_done *done,
                          struct arena *request)
{
    if (done->from == STATE_waiting || done->from == STATE_ordered)
        TRY(turns(desk, done, request));
    return letter_unfreeze(desk, done->item, request);
}

/* ---- a new one ---- */

/* What the stop knows, nobody types again. */
static enum status fill(const struct freeze_desk *desk, const struct work_item *item,
                        struct arena *request)
{
    static const struct {
        const char *from;
        int to;
    } SAME[] = {{"payee", FIELD_account},
                {"payee_name", FIELD_account_name},
                {"payee_bank", FIELD_bank},
                {"amount", FIELD_amount},
                {"executor", FIELD_executor}};
    struct work_value value[sizeof SAME / sizeof SAME[0]];
    struct work_item stop, out;
    unsigned count = 0;
    TRY(stop_find(desk->stops, work_value_of(item, "stop"), slice_of(item->owner), request, &stop));
    for (unsigned i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        struct slice known = work_value_of(&stop, SAME[i].from);
        if (known.size > 0 && work_value_of(item, FIELDS[SAME[i].to].name).size == 0)
            value[count++] = (struct work_value){SAME[i].to, known};
    }
    return count == 0 ? STATUS_OK : machine(desk, item->id, "fill", value, count, request, &out);
}

/* One that is merged away would end unseen by the bank. */
static enum status added(const struct freeze_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    const struct work_item *item = done->item;
    if (item->version != 1)
        return refuse_for(done, WORK_FAULT_STEP);
    return work_value_of(item, "stop").size == 0 ? STATUS_OK : fill(desk, item, request);
}

static enum status after_owner(const struct freeze_desk *desk, const struct work_done *done,
                               struct arena *request)
{
    const struct work_item *item = done->item;
    struct slice owner = slice_of(item->owner);
    switch (done->step) {
    case STEP_submit:
        return send(desk, item, work_value_of(item, "approver"), TO(police) | TO(centre), request);
    case STEP_order:
        return ordered(desk, done, owner, request);
    case STEP_renew:
        return renewed(desk, done, owner, request);
    case STEP_ask_renewal:
        return send(desk, item, work_value_of(item, "approver"), TO(police) | TO(centre), request);
    case STEP_lift:
        if (!slice_equal(work_value_of(item, "approver"), owner))
            return refuse_for(done, WORK_FAULT_HAND);
        return lifted(desk, done, request);
    case STEP_unrelated:
        if (slice_equal(work_value_of(item, "approver"), owner))
            return STATUS_OK;
        return send(desk, item, work_value_of(item, "approver"), TO(police) | TO(centre), request);
    case STEP_tell_owner:
        return ended(desk, item, false, request);
    default:
        return STATUS_OK;
    }
}

static enum status after_approver(const struct freeze_desk *desk, const struct work_done *done,
                                  struct arena *request)
{
    struct slice approver = work_value_of(done->item, "approver");
    TRY(by_the(done, "approver"));
    switch (done->step) {
    case STEP_endorse:
        return ordered(desk, done, approver, request);
    case STEP_endorse_renewal:
        return renewed(desk, done, approver, request);
    case STEP_endorse_lift:
        return lifted(desk, done, request);
    default:
        return STATUS_OK;
    }
}

static enum status after_bank(const struct freeze_desk *desk, const struct work_done *done,
                              struct arena *request)
{
    switch (done->step) {
    case STEP_freeze:
        return bank_freezes(desk, done, request);
    case STEP_wait:
        return bank_waits(desk, done);
    case STEP_report:
        return bank_reports(desk, done, request);
    case STEP_confirm_renewal:
        TRY(by_the(done, "executor"));
        return settles(desk, done->item, request);
    case STEP_refuse:
        TRY(by_the(done, "executor"));
        return turns(desk, done, request);
    case STEP_confirm_lift:
        TRY(by_the(done, "executor"));
        TRY(turns(desk, done, request));
        return ended(desk, done->item, false, request);
    default:
        return by_the(done, "executor");
    }
}

/* By the word of the bank's machine. */
static enum status machine_froze(const struct freeze_desk *desk, const struct work_done *done,
                                 struct arena *request)
{
    TRY(turn_take(desk, done->item));
    TRY(frozen(desk, done->item, request));
    return stop_over(desk, done->item, request);
}

/* Its turn has come.  What the bank's machine said of it before is true from now on. */
static enum status activated(const struct freeze_desk *desk, const struct work_done *done,
                             struct arena *request)
{
    TRY(turn_take(desk, done->item));
    TRY(frozen(desk, done->item, request));
    TRY(letter_turn(desk, done->item, request));
    return whole_in(work_value_of(done->item, "frozen_amount")) > 0
               ? stop_over(desk, done->item, request)
               : STATUS_OK;
}

static enum status after_machine(const struct freeze_desk *desk, const struct work_done *done,
                                 struct arena *request)
{
    switch (done->step) {
    case STEP_run_out:
        TRY(turns(desk, done, request));
        return ended(desk, done->item, true, request);
    case STEP_over_in:
        TRY(turns(desk, done, request));
        return ended(desk, done->item, done->from != STATE_lifting, request);
    case STEP_lifted_in:
        TRY(turns(desk, done, request));
        return ended(desk, done->item, false, request);
    case STEP_activate:
        return activated(desk, done, request);
    case STEP_lapse:
        TRY(turn_leave(desk, done->item));
        return letter_unfreeze(desk, done->item, request);
    case STEP_freeze_in:
        return machine_froze(desk, done, request);
    case STEP_wait_in:
        return turn_wait_behind(desk, done->item);
    case STEP_renewed_in:
        return settles(desk, done->item, request);
    case STEP_report_in:
        return whole_in(work_value_of(done->item, "frozen_amount")) > 0
                   ? stop_over(desk, done->item, request)
                   : STATUS_OK;
    case STEP_refused_in:
        return turns(desk, done, request);
    case STEP_unfiled_in:
        return lifted(desk, done, request);
    case STEP_late_in:
    case STEP_lift_due:
        return letter_unfreeze(desk, done->item, request);
    default:
        return STATUS_OK;
    }
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct freeze_desk *desk = self;
    if (done->step < 0)
        return added(desk, done, request);
    const struct work_step *step = &STEPS[done->step];
    if (step->hand == WORK_BY_MACHINE)
        return after_machine(desk, done, request);
    if (step->hand == WORK_BY_OWNER)
        return after_owner(desk, done, request);
    return step->roles == HEAD ? after_approver(desk, done, request)
                               : after_bank(desk, done, request);
}

struct work_plug freeze_plug(struct freeze_desk *desk)
{
    return (struct work_plug){&FREEZE_KIND, holds, after, desk};
}
