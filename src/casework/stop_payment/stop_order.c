/* stop_order.c -- the table of `stop_order`, its terms out of the law, what follows its steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/stop_payment/stop_inside.h"

#define DESK   (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define SECOND (WORK_ROLE(duty) | WORK_ROLE(supervisor))
#define BANK   (WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(service))

enum { LEASE_MS = 10 * MINUTE_MS, ASKING_MS = 2 * HOUR_MS, ANSWER_MS = 10 * MINUTE_MS };
enum { LIFT_MS = MINUTE_MS, URGENT = 10 };

static int64_t span_entry(void *self, const struct work_item *item);
static int64_t span_term(void *self, const struct work_item *item);
static int64_t span_answer(void *self, const struct work_item *item);
static int64_t span_lift(void *self, const struct work_item *item);

#define WORK_TABLE "casework/stop_payment/stop_order.inc"
#include "casework/work/table.inc"

const struct work_kind STOP_ORDER_KIND = {
    .name = "stop_order",
    .says = SAYING("emergency stop", "紧急止付"),
    WORK_KIND_ARRAYS,
    .first_must = F(payee) | F(amount) | F(level),
    .first_may = F(payee_name) | F(paid_at) | F(payee_bank) | F(about) | F(payer),
    .creators = DESK,
    .creator_services = true,
    .lease_ms = LEASE_MS,
};

const struct store_migration STOP_MIGRATIONS[STOP_MIGRATIONS_COUNT] = {
    {"casework: stops of each account",
     "CREATE TABLE stop_account (account BLOB PRIMARY KEY, stops INTEGER NOT NULL) WITHOUT "
     "ROWID;"},
    {"casework: stops that were ordered, and what the bank said",
     "CREATE TABLE stop_round (item TEXT NOT NULL, round INTEGER NOT NULL, account BLOB NOT NULL, "
     "state INTEGER NOT NULL, PRIMARY KEY (item, round)) WITHOUT ROWID;"
     "CREATE INDEX stop_round_account ON stop_round (account);"},
    {"casework: money of stops",
     "CREATE TABLE stop_money (item TEXT PRIMARY KEY, owner TEXT NOT NULL, amount INTEGER NOT "
     "NULL, risk INTEGER NOT NULL, stopped INTEGER NOT NULL, held INTEGER) WITHOUT ROWID;"
     "CREATE INDEX stop_money_risk ON stop_money (owner, amount) WHERE risk = 1;"
     "CREATE INDEX stop_money_stopped ON stop_money (owner, stopped, held) WHERE stopped > 0;"},
};

/* ---- the law ---- */

static int64_t span_entry(void *self, const struct work_item *item)
{
    const struct law_pack *pack = stop_pack(self);
    int64_t ms = 0;
    (void)item;
    bool known = pack != NULL && law_span_ms(pack, "entry.first_level", &ms, NULL) == STATUS_OK;
    return known ? ms : -1;
}

/* From the moment of the stop, which the bank said, not from when we heard of it.  By steady time,
 * against which the deadline is held: a wall that is an hour back would make the term an hour
 * longer. */
static int64_t span_term(void *self, const struct work_item *item)
{
    const struct stop_desk *desk = self;
    const struct law_pack *pack = stop_pack(desk);
    int64_t term_ms = 0;
    moment stopped;
    if (pack == NULL || law_span_ms(pack, "term", &term_ms, NULL) != STATUS_OK ||
        moment_parse(work_value_of(item, "stopped_at"), &stopped) != STATUS_OK)
        return 1; /* no law, no stop */
    int64_t left = stopped.ms + term_ms - item->changed.ms;
    return left > 1 ? (left < term_ms ? left : term_ms) : 1;
}

static int64_t span_answer(void *self, const struct work_item *item)
{
    const struct stop_desk *desk = self;
    (void)item;
    return desk->answer_ms > 0 ? desk->answer_ms : ANSWER_MS;
}

static int64_t span_lift(void *self, const struct work_item *item)
{
    const struct stop_desk *desk = self;
    (void)item;
    return desk->lift_ms > 0 ? desk->lift_ms : LIFT_MS;
}

/* ---- how often an account was stopped ---- */

/* REFUSED: the law allows no further stop of this account. */
static enum status may_stop(const struct stop_desk *desk, const struct work_item *item)
{
    const struct law_pack *pack = stop_pack(desk);
    int64_t most = 0, stops = 0;
    if (pack == NULL || law_count(pack, "count.max", &most, NULL) != STATUS_OK)
        return STATUS_REFUSED;
    TRY(rounds_count(desk, item, &stops));
    return stops < most ? STATUS_OK : STATUS_REFUSED;
}

/* ---- steps ---- */

static bool has(const struct work_item *item, const struct work_value *brought, unsigned count,
                int field)
{
    for (unsigned i = 0; i < count; i++)
        if (brought[i].field == field)
            return true;
    return item != NULL && work_value_of(item, FIELDS[field].name).size > 0;
}

/* The four fields are there before anybody orders; a stop's moment is not in the time to come. */
static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    static const int FOUR[] = {FIELD_payee_name, FIELD_payee, FIELD_amount, FIELD_paid_at};
    const struct stop_desk *desk = self;
    moment stopped;
    for (unsigned i = 0; step == STEP_order && i < sizeof FOUR / sizeof FOUR[0]; i++) {
        *field = FOUR[i];
        if (!has(item, value, count, FOUR[i]))
            return WORK_FAULT_MISSING;
    }
    for (unsigned i = 0; i < count; i++) {
        *field = value[i].field;
        if (value[i].field == FIELD_stopped_at &&
            (moment_parse(value[i].value, &stopped) != STATUS_OK ||
             stopped.ms > steady_now(desk->steady).ms + MINUTE_MS))
            return WORK_FAULT_VALUE;
    }
    return WORK_FAULT_NONE;
}

static enum status refuse_hand(const struct work_done *done)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){WORK_FAULT_HAND, -1};
    return STATUS_REFUSED;
}

/* Only an organ of public security orders, or the centre that works for one. */
static enum status owner_may(const struct stop_desk *desk, const struct work_done *done,
                             struct arena *request)
{
    struct access_organisation owner;
    TRY(access_organisation_find(desk->store, slice_of(done->item->owner), request, &owner));
    bool may = owner.kind == ORGANISATION_police || owner.kind == ORGANISATION_centre;
    return may ? STATUS_OK : refuse_hand(done);
}

static enum status send(const struct stop_desk *desk, const struct work_item *item,
                        struct arena *request)
{
    uint64_t fields = 0;
    for (unsigned i = 0; i < item->values_count; i++)
        if ((FIELDS[item->value[i].field].told & TO(bank)) != 0)
            fields |= WORK_BIT(item->value[i].field);
    return work_send(desk->work, item->id, work_value_of(item, "executor"), fields, request);
}

/* Names the law that the order was made under. */
static enum status stamp(const struct stop_desk *desk, const struct work_item *item,
                         struct arena *request, struct work_item *out)
{
    char bytes[LAW_STAMP_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct work_refusal refusal = {.field = -1};
    text_add_law_stamp(&text, stop_pack(desk)); /* may_stop found one */
    const struct work_value value = {FIELD_law, text_slice(&text)};
    const struct work_move move = {
        .id = item->id, .step = "stamp", .version = -1, .value = &value, .values_count = 1};
    return work_step(desk->work, &move, request, &refusal, out);
}

static struct slice brought(const struct work_done *done, int field)
{
    for (unsigned i = 0; i < done->brought_count; i++)
        if (done->brought[i].field == field)
            return done->brought[i].value;
    return SLICE("");
}

/* The next level, for the desk to order, filled from what the bank saw: this time, not before. */
static enum status follow(struct stop_desk *desk, const struct work_done *done,
                          struct arena *request)
{
    const struct work_item *item = done->item;
    struct work_item next;
    struct slice level = work_value_of(item, "level");
    unsigned number = 1;
    if (level.size == 1 && level.at[0] >= '0' && level.at[0] <= '9')
        number = (unsigned)(level.at[0] - '0');
    const struct stop_cause cause = {
        .owner = slice_of(item->owner),
        .about = slice_of(item->id),
        .payee = brought(done, FIELD_next_account),
        .payee_name = brought(done, FIELD_next_name),
        .payee_bank = brought(done, FIELD_next_bank),
        .amount = brought(done, FIELD_next_amount),
        .paid_at = brought(done, FIELD_next_at),
        .payer = work_value_of(item, "payee"),
        .level = number + 1,
    };
    return stop_from(desk, &cause, request, &next);
}

static enum status act(struct stop_desk *desk, const struct work_done *done, struct arena *request)
{
    struct work_item stamped;
    if (done->step < 0) /* one that is merged away would end unseen by the bank */
        return done->item->version == 1 ? STATUS_OK : STATUS_REFUSED;
    if (STEPS[done->step].hand == WORK_BY_ADDRESSEE && /* who owned it before has a seat, too */
        !slice_equal(work_value_of(done->item, "executor"), slice_of(done->by->organisation)))
        return refuse_hand(done);
    switch (done->step) {
    case STEP_order:
    case STEP_again:
        TRY(owner_may(desk, done, request));
        TRY(may_stop(desk, done->item));
        TRY(rounds_open(desk, done->item, done->step == STEP_order ? 1 : 2));
        TRY(stamp(desk, done->item, request, &stamped));
        TRY(send(desk, &stamped, request));
        return letter_order(desk, &stamped, done->step == STEP_order ? 1 : 2, request);
    case STEP_stop:
    case STEP_stop_in:
        return rounds_say(desk, done->item, 1, ROUND_STOPPED, NULL);
    case STEP_extend:
    case STEP_extend_in:
        return rounds_say(desk, done->item, 2, ROUND_STOPPED, NULL);
    case STEP_mismatch:
    case STEP_mismatch_in:
    case STEP_refuse:
    case STEP_refused_in:
        return rounds_say(desk, done->item, 1, ROUND_NOT, NULL);
    case STEP_refuse_again:
    case STEP_refused_again_in:
        return rounds_say(desk, done->item, 2, ROUND_NOT, NULL);
    case STEP_moved_on:
    case STEP_moved_on_in:
        return follow(desk, done, request);
    case STEP_lift:
    case STEP_late_in:
        return letter_lift(desk, done->item, request);
    default:
        return STATUS_OK;
    }
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    TRY(act(self, done, request));
    enum state state = (enum state)done->item->state;
    return sum_note(self, done->item, state == STATE_reported || state == STATE_ordered);
}

struct work_plug stop_plug(struct stop_desk *desk)
{
    return (struct work_plug){&STOP_ORDER_KIND, holds, after, desk};
}

/* ---- what follows ---- */

enum status stop_find(struct stop_desk *desk, struct slice id, struct slice owner,
                      struct arena *request, struct work_item *out)
{
    char name[WORK_ID_SIZE];
    if (id.size == 0 || id.size >= sizeof name)
        return STATUS_ABSENT;
    memcpy(name, id.at, id.size);
    name[id.size] = '\0';
    TRY(work_find(desk->work, desk->store, name, NULL, request, out));
    return out->kind == &STOP_ORDER_KIND && slice_equal(owner, slice_of(out->owner))
               ? STATUS_OK
               : STATUS_ABSENT;
}

enum status stop_becomes_frozen(struct stop_desk *desk, struct slice id, struct slice owner,
                                const char *freeze, struct arena *request)
{
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    TRY(stop_find(desk, id, owner, request, &item));
    if ((STEPS[STEP_become_frozen].from & WORK_BIT(item.state)) == 0)
        return STATUS_OK;
    const struct work_value value = {FIELD_freeze, slice_of(freeze)};
    const struct work_move move = {
        .id = item.id, .step = "become_frozen", .version = -1, .value = &value, .values_count = 1};
    return work_step(desk->work, &move, request, &refusal, &item);
}

/* ---- where orders come from ---- */

static void add(struct work_value *value, unsigned *count, int field, struct slice text)
{
    if (text.size > 0)
        value[(*count)++] = (struct work_value){field, text};
}

enum status stop_from(struct stop_desk *desk, const struct stop_cause *cause, struct arena *request,
                      struct work_item *out)
{
    struct work_value value[FIELDS_COUNT];
    struct work_refusal refusal = {.field = -1};
    char bytes[8], source[ACCESS_SECRET_SIZE * 2];
    struct text level = text_over(bytes, sizeof bytes), once = text_over(source, sizeof source);
    bool joined = false;
    unsigned count = 0;
    text_addf(&level, "%u", cause->level);
    struct digest digest = secret_digest(&desk->key, "stop source", cause->payee);
    text_add(&once, cause->about);
    text_add_char(&once, ' ');
    text_add_hex(&once, (struct slice){(const char *)digest.bytes, STOP_KEY_BYTES});
    add(value, &count, FIELD_payee, cause->payee);
    add(value, &count, FIELD_payee_name, cause->payee_name);
    add(value, &count, FIELD_payee_bank, cause->payee_bank);
    add(value, &count, FIELD_amount, cause->amount);
    add(value, &count, FIELD_paid_at, cause->paid_at);
    add(value, &count, FIELD_payer, cause->payer);
    add(value, &count, FIELD_about, cause->about);
    add(value, &count, FIELD_level, text_slice(&level));
    const struct work_draft draft = {.kind = &STOP_ORDER_KIND,
                                     .owner = cause->owner,
                                     .priority = URGENT,
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = count,
                                     .source = text_slice(&once)};
    return work_add(desk->work, &draft, request, &refusal, out, &joined);
}
