/* claim.c -- the table of `return_claim`, lists of claims, and what the machine does with one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

enum { ASKING_MS = DAY_MS };

#define WORK_TABLE "casework/returning/claim.inc"
#include "casework/work/table.inc"

const struct work_kind RETURN_CLAIM_KIND = {
    .name = "return_claim",
    .says = SAYING("claim for a return of funds", "涉案资金返还申请"),
    WORK_KIND_ARRAYS,
    .first_must = F(about) | F(name) | F(document) | F(account) | F(loss) | F(paid_at),
    .first_may = F(phone) | F(bank) | F(agent) | F(mandate),
    .creators = DESK,
    .lease_ms = 10 * MINUTE_MS,
    .merge_ms = 3650 * (int64_t)DAY_MS, /* as long as it is open it is not claimed again */
    .key_fields = F(about) | F(document) | F(account) | F(paid_at),
};

/* ---- values ---- */

static int64_t whole_of(struct slice text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, text.at[i] - '0', &number))
            return 0;
    return number;
}

int64_t amount_of(const struct work_item *item, const char *field)
{
    return whole_of(work_value_of(item, field));
}

moment moment_of(const struct work_item *item, const char *field)
{
    moment at = MOMENT_NONE;
    return moment_parse(work_value_of(item, field), &at) == STATUS_OK ? at : MOMENT_NONE;
}

/* ---- lists ---- */

static bool eat(struct slice *rest, const char *word)
{
    struct slice begin = slice_of(word);
    if (!slice_starts(*rest, begin))
        return false;
    rest->at += begin.size;
    rest->size -= begin.size;
    return true;
}

static bool eat_member(struct slice *rest, struct member *out)
{
    size_t size = 0;
    *out = (struct member){0};
    if (!eat(rest, "{\"id\":\""))
        return false;
    while (size < rest->size && rest->at[size] != '"')
        size++;
    if (size == 0 || size >= WORK_ID_SIZE)
        return false;
    memcpy(out->id, rest->at, size);
    rest->at += size;
    rest->size -= size;
    if (!eat(rest, "\""))
        return false;
    if (eat(rest, ",\"share\":")) {
        size = 0;
        while (size < rest->size && rest->at[size] >= '0' && rest->at[size] <= '9')
            size++;
        out->share = whole_of((struct slice){rest->at, size});
        rest->at += size;
        rest->size -= size;
    }
    return eat(rest, "}");
}

enum status members_read(struct slice list, struct arena *arena, struct members *out)
{
    struct member *member = NULL;
    size_t count = 0;
    TRY(ARENA_NEW(arena, RETURN_CLAIMS_MAX, &member));
    if (!eat(&list, "["))
        return STATUS_MALFORMED;
    do {
        if (count == RETURN_CLAIMS_MAX)
            return STATUS_FULL;
        if (!eat_member(&list, &member[count]))
            return STATUS_MALFORMED;
        for (size_t i = 0; i < count; i++)
            if (strcmp(member[i].id, member[count].id) == 0)
                return STATUS_MALFORMED;
        count++;
    } while (eat(&list, ","));
    if (!eat(&list, "]") || list.size != 0)
        return STATUS_MALFORMED;
    *out = (struct members){member, count};
    return STATUS_OK;
}

void text_add_members(struct text *text, const struct members *members)
{
    text_add_char(text, '[');
    for (size_t i = 0; i < members->count; i++)
        text_addf(text, "%s{\"id\":\"%s\",\"share\":%lld}", i == 0 ? "" : ",", members->at[i].id,
                  (long long)members->at[i].share);
    text_add_char(text, ']');
}

/* ---- what must hold ---- */

static struct slice said(const struct work_item *item, const struct work_value *value,
                         unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return item == NULL ? SLICE("") : work_value_of(item, FIELDS[field].name);
}

static enum work_fault missing(int *field, int which)
{
    *field = which;
    return WORK_FAULT_MISSING;
}

/* Another account is the victim's own and says why; an agent shows a mandate; nothing was lost that
 * is no money; no more is traced than was lost; no transfer in the time to come. */
static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    const struct return_desk *desk = self;
    struct slice other = said(item, value, count, FIELD_other_account);
    struct slice agent = said(item, value, count, FIELD_agent);
    moment paid = MOMENT_NONE;
    if (step >= 0 && STEPS[step].hand == WORK_BY_MACHINE)
        return WORK_FAULT_NONE;
    if (other.size > 0 && said(item, value, count, FIELD_other_why).size == 0)
        return missing(field, FIELD_other_why);
    *field = FIELD_other_name;
    if (other.size > 0 && !slice_equal(said(item, value, count, FIELD_other_name),
                                       said(item, value, count, FIELD_name)))
        return WORK_FAULT_VALUE;
    if (agent.size > 0 && said(item, value, count, FIELD_mandate).size == 0)
        return missing(field, FIELD_mandate);
    int64_t loss = whole_of(said(item, value, count, FIELD_loss));
    *field = FIELD_loss;
    if (loss < 1)
        return WORK_FAULT_VALUE;
    *field = FIELD_traced;
    if (whole_of(said(item, value, count, FIELD_traced)) > loss)
        return WORK_FAULT_AMOUNTS;
    *field = FIELD_paid_at;
    if (moment_parse(said(item, value, count, FIELD_paid_at), &paid) != STATUS_OK ||
        paid.ms > steady_now(desk->steady).ms + MINUTE_MS)
        return WORK_FAULT_VALUE;
    return WORK_FAULT_NONE;
}

/* One that is claimed already, or is merged away, would be paid twice or never. */
static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    (void)self;
    (void)request;
    return done->step >= 0 || done->item->version == 1 ? STATUS_OK : STATUS_REFUSED;
}

struct work_plug claim_plug(struct return_desk *desk)
{
    return (struct work_plug){&RETURN_CLAIM_KIND, holds, after, desk};
}

/* ---- one claim ---- */

enum status claim_read(const struct return_desk *desk, const char *id, const char *owner,
                       struct arena *request, struct work_item *out)
{
    TRY(work_find(desk->work, desk->store, id, NULL, request, out));
    return out->kind == &RETURN_CLAIM_KIND && strcmp(out->owner, owner) == 0 ? STATUS_OK
                                                                             : STATUS_ABSENT;
}

bool claim_is(const struct work_item *claim, const char *state)
{
    return strcmp(claim->kind->state[claim->state].name, state) == 0;
}

int64_t claim_left(const struct work_item *claim)
{
    return amount_of(claim, "loss") - amount_of(claim, "returned");
}

struct slice claim_account(const struct work_item *claim)
{
    struct slice other = work_value_of(claim, "other_account");
    return other.size > 0 ? other : work_value_of(claim, "account");
}

static enum status move(const struct return_desk *desk, const char *id, const char *step,
                        const struct work_value *value, unsigned count)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    const struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, desk->scratch, &refusal, &moved);
}

enum status claim_bind(const struct return_desk *desk, const struct member *member,
                       const char *procedure)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_whole(&text, member->share);
    const struct work_value value[] = {{FIELD_procedure, slice_of(procedure)},
                                       {FIELD_share, text_slice(&text)}};
    arena_reset(desk->scratch);
    return move(desk, member->id, "bind", value, 2);
}

enum status claim_release(const struct return_desk *desk, const char *id)
{
    const struct work_value value = {FIELD_share, SLICE("0")};
    arena_reset(desk->scratch);
    return move(desk, id, "release", &value, 1);
}

enum status claim_pay(const struct return_desk *desk, const char *id, const char *owner,
                      int64_t cents)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    struct work_item claim;
    arena_reset(desk->scratch);
    TRY(claim_read(desk, id, owner, desk->scratch, &claim));
    int64_t returned = amount_of(&claim, "returned") + cents;
    must(returned <= amount_of(&claim, "loss"));
    text_add_whole(&text, returned);
    const struct work_value value = {FIELD_returned, text_slice(&text)};
    bool whole = returned == amount_of(&claim, "loss");
    return move(desk, id, whole ? "pay_whole" : "pay_part", &value, 1);
}

enum status claim_tell(const struct return_desk *desk, const char *id, struct slice organisation,
                       enum organisation_kind kind)
{
    uint64_t fields = 0;
    arena_reset(desk->scratch);
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if ((FIELDS[i].told & ((uint32_t)1 << kind)) != 0)
            fields |= WORK_BIT(i);
    return work_send(desk->work, id, organisation, fields, desk->scratch);
}
