/* world_freezes.c -- freezes in the world, what goes back of them, and what must hold of both.
 *
 * Of six cases two are never filed.  A freeze is drafted for any of them, ordered, renewed, lifted;
 * what is frozen is traced to two victims each and paid.  Whatever fails, at the core
 *
 *      a freeze that holds an account   is of a case that is filed
 *      an account                       has one freeze at most
 *      a freeze                         is over a month after it began or was renewed last
 *      a victim                         gets a share once, to the cent, or nothing
 *
 * and at the centre nothing counts as frozen when its term is over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUES_MAX = 12, FILED_CASES = 4, AMOUNT = 60000, CORE_MAX = 512 };
/* A month to 24:00 of its last day is never longer. */
#define MONTH_MS (32LL * DAY_MS)

/* ---- the broken ones ---- */

enum status __real_case_filed(struct work *work, struct store *reader, struct slice id,
                              struct slice organisation, bool later, struct arena *request,
                              struct work_item *out);
enum status __wrap_case_filed(struct work *work, struct store *reader, struct slice id,
                              struct slice organisation, bool later, struct arena *request,
                              struct work_item *out);
enum status __real_frozen_first(void *teller, struct slice account, int64_t before,
                                struct arena *request, void *out);
enum status __wrap_frozen_first(void *teller, struct slice account, int64_t before,
                                struct arena *request, void *out);

enum status __wrap_case_filed(struct work *work, struct store *reader, struct slice id,
                              struct slice organisation, bool later, struct arena *request,
                              struct work_item *out)
{
    enum status status = __real_case_filed(work, reader, id, organisation, later, request, out);
    return status == STATUS_REFUSED && broken == MUTANT_NO_CASE ? STATUS_OK : status;
}

enum status __wrap_frozen_first(void *teller, struct slice account, int64_t before,
                                struct arena *request, void *out)
{
    return broken == MUTANT_TWICE ? STATUS_ABSENT
                                  : __real_frozen_first(teller, account, before, request, out);
}

/* ---- how something is done ---- */

struct given {
    const struct work_kind *kind;
    struct work_value value[VALUES_MAX];
    unsigned count;
};

static void give(struct given *given, const char *field, struct slice text)
{
    int index = work_field_find(given->kind, slice_of(field));
    if (index < 0 || given->count == VALUES_MAX)
        abort();
    given->value[given->count++] = (struct work_value){index, text};
}

static struct slice number_text(struct world *world, int64_t number)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice kept;
    text_add_whole(&text, number);
    ok(slice_copy(world->scratch, text_slice(&text), &kept), "memory");
    return kept;
}

static enum status made(struct world *world, const struct given *given, char id[WORK_ID_SIZE])
{
    struct store *store = world->side[CENTRE].store;
    struct work_refusal refusal;
    struct work_item item;
    bool joined;
    const struct work_draft draft = {.kind = given->kind,
                                     .owner = slice_of(world->home),
                                     .by = &world->ann,
                                     .detected = MOMENT_NONE,
                                     .value = given->value,
                                     .values_count = given->count};
    TRY(store_begin(store));
    TRY(finish(store, work_add(world->work, &draft, world->scratch, &refusal, &item, &joined)));
    (void)snprintf(id, WORK_ID_SIZE, "%s", item.id);
    return STATUS_OK;
}

/* A step of somebody, and the other one's yes where it needs one. */
static enum status does(struct world *world, const char *id, const char *step,
                        const struct identity *by, const struct given *given)
{
    struct store *store = world->side[CENTRE].store;
    struct work_refusal refusal;
    struct work_item item;
    TRY(store_begin(store));
    enum status status = find(world, id, &item);
    const struct work_move move = {.id = id,
                                   .step = step,
                                   .version = status == STATUS_OK ? item.version : 0,
                                   .by = by,
                                   .value = given == NULL ? NULL : given->value,
                                   .values_count = given == NULL ? 0 : given->count};
    if (status == STATUS_OK)
        status = work_step(world->work, &move, world->scratch, &refusal, &item);
    TRY(finish(store, status));
    if (item.asking == NULL)
        return STATUS_OK;
    char digest[DIGEST_HEX_SIZE];
    memcpy(digest, item.asking->digest, sizeof digest);
    const struct work_word word = {id, slice_of(digest), &world->ben, SLICE("seen")};
    TRY(store_begin(store));
    return finish(store, work_approve(world->work, &word, world->scratch, &refusal, &item));
}

static int64_t whole_of(struct slice text)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.size; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

static bool stands(const struct work_item *item, const char *state)
{
    return strcmp(item->kind->state[item->state].name, state) == 0;
}

/* ---- cases ---- */

static enum status case_file(struct world *world, unsigned index)
{
    struct given given = {.kind = &CASE_KIND};
    give(&given, "number", number_text(world, 1000 + index));
    give(&given, "organ", SLICE("County"));
    give(&given, "document", SLICE("D"));
    return does(world, world->of_case[index], "file", &world->ann, &given);
}

void freezes_up(struct world *world)
{
    for (unsigned i = 0; i < CASES; i++) {
        struct given given = {.kind = &CASE_KIND};
        give(&given, "title", SLICE("x"));
        ok(made(world, &given, world->of_case[i]), "case");
        if (i < FILED_CASES)
            ok(case_file(world, i), "filed");
    }
}

/* It is closed if nothing rests on it, and opened and filed again. */
static enum status case_moves(struct world *world)
{
    unsigned index = (unsigned)chance_below(&world->chance, FILED_CASES);
    struct given why = {.kind = &CASE_KIND};
    struct work_item item;
    give(&why, "why", SLICE("x"));
    TRY(find(world, world->of_case[index], &item));
    if (!stands(&item, "closed"))
        return does(world, item.id, "close", &world->ann, &why);
    TRY(does(world, item.id, "reopen", &world->ben, &why));
    return case_file(world, index);
}

/* ---- freezes ---- */

static enum status freeze_order(struct world *world)
{
    struct given given = {.kind = &FREEZE_KIND};
    unsigned account = (unsigned)chance_below(&world->chance, FROZEN_ACCOUNTS);
    unsigned of_case = (unsigned)chance_below(&world->chance, CASES);
    char number[32], name[32];
    if (world->freezes_count == FREEZES_MAX)
        return STATUS_OK;
    struct item *made_item = &world->freeze[world->freezes_count];
    account_name(account, number);
    (void)snprintf(name, sizeof name, "name %u", account);
    give(&given, "case_id", slice_of(world->of_case[of_case]));
    give(&given, "asset", SLICE("deposits"));
    give(&given, "account_name", slice_of(name));
    give(&given, "account", slice_of(number));
    give(&given, "amount", number_text(world, AMOUNT + (int64_t)world->freezes_count * 997));
    give(&given, "months", SLICE("1"));
    give(&given, "scope", SLICE("all"));
    give(&given, "yields", SLICE("true"));
    give(&given, "method", SLICE("limited"));
    give(&given, "document", SLICE("D"));
    give(&given, "executor", slice_of(world->bank));
    TRY(made(world, &given, made_item->id));
    made_item->account = account;
    world->freezes_count++;
    return does(world, made_item->id, "order", &world->ann, NULL);
}

/* One that is in force, if there is one; else any. */
static const char *some_freeze(struct world *world)
{
    uint64_t first = chance_below(&world->chance, world->freezes_count);
    for (unsigned i = 0; i < world->freezes_count; i++) {
        struct work_item item;
        const char *id = world->freeze[(first + i) % world->freezes_count].id;
        if (find(world, id, &item) == STATUS_OK && stands(&item, "frozen"))
            return id;
    }
    return world->freeze[first].id;
}

static enum status freeze_moves(struct world *world)
{
    struct given given = {.kind = &FREEZE_KIND};
    unsigned pick = (unsigned)chance_below(&world->chance, 6);
    if (world->freezes_count == 0)
        return STATUS_OK;
    const char *id = pick == 0
                         ? world->freeze[chance_below(&world->chance, world->freezes_count)].id
                         : some_freeze(world);
    if (pick == 0) {
        give(&given, "why", SLICE("x"));
        return does(world, id, "lift", &world->ann, &given);
    }
    if (pick == 1) {
        give(&given, "found", SLICE("x"));
        return does(world, id, "unrelated", &world->ann, &given);
    }
    if (pick == 2)
        return does(world, id, "order", &world->ann, NULL);
    give(&given, "renew_months", SLICE("1"));
    give(&given, "renew_document", number_text(world, ++world->causes));
    return does(world, id, "renew", &world->ann, &given);
}

/* ---- returns ---- */

static void victim_name(unsigned refund, unsigned victim, char out[32])
{
    (void)snprintf(out, 32, "62220288%04u%04u", refund, victim);
}

static enum status claim(struct world *world, const struct work_item *freeze, unsigned victim,
                         int64_t share, char id[WORK_ID_SIZE])
{
    struct given given = {.kind = &RETURN_CLAIM_KIND}, proof = {.kind = &RETURN_CLAIM_KIND},
                 traced = {.kind = &RETURN_CLAIM_KIND};
    char account[32];
    victim_name(world->refunds_count, victim, account);
    give(&given, "about", work_value_of(freeze, "case_id"));
    give(&given, "name", SLICE("victim"));
    give(&given, "document", SLICE("530100199001010000"));
    give(&given, "account", slice_of(account));
    give(&given, "loss", number_text(world, share));
    give(&given, "paid_at", SLICE("2026-03-01T10:00:00+08:00"));
    give(&proof, "proof", SLICE("x"));
    give(&traced, "trace", SLICE("T"));
    give(&traced, "traced", number_text(world, share));
    TRY(made(world, &given, id));
    TRY(does(world, id, "verify", &world->ann, &proof));
    return does(world, id, "attribute", &world->ann, &traced);
}

static enum status refund_decide(struct world *world, const char *id)
{
    struct given report = {.kind = &FUND_RETURN_KIND}, decision = {.kind = &FUND_RETURN_KIND};
    give(&report, "report", SLICE("B"));
    give(&report, "approver", slice_of(world->city));
    give(&decision, "decision", SLICE("J"));
    TRY(does(world, id, "trace", &world->ann, NULL));
    TRY(does(world, id, "report", &world->ann, &report));
    TRY(does(world, id, "approve", &world->mayor, NULL));
    return does(world, id, "decide", &world->ann, &decision);
}

static enum status refund_deliver(struct world *world, struct refund *refund)
{
    struct given given = {.kind = &FUND_RETURN_KIND};
    give(&given, "executor", slice_of(world->bank));
    refund->delivered = true; /* also if it fails: then nobody is paid, or everybody */
    return does(world, refund->id, "deliver", &world->ann, &given);
}

static enum status refund_make(struct world *world)
{
    struct given given = {.kind = &FUND_RETURN_KIND}, claims = {.kind = &FUND_RETURN_KIND};
    struct refund *refund = &world->refund[world->refunds_count];
    char claim_id[VICTIMS][WORK_ID_SIZE], list[128];
    struct work_item freeze;
    if (world->freezes_count == 0 || world->refunds_count == RETURNS_MAX)
        return STATUS_OK;
    TRY(find(world, some_freeze(world), &freeze));
    int64_t frozen = whole_of(work_value_of(&freeze, "frozen_amount"));
    if (!stands(&freeze, "frozen") || frozen < 1000)
        return STATUS_OK;
    refund->share[0] = 101 + (int64_t)chance_below(&world->chance, 20000);
    refund->share[1] = 103 + (int64_t)chance_below(&world->chance, 7000);
    refund->delivered = false;
    for (unsigned i = 0; i < VICTIMS; i++)
        TRY(claim(world, &freeze, i, refund->share[i], claim_id[i]));
    give(&given, "about", work_value_of(&freeze, "case_id"));
    give(&given, "freeze", slice_of(freeze.id));
    give(&given, "account", work_value_of(&freeze, "account"));
    give(&given, "frozen", number_text(world, frozen));
    (void)snprintf(list, sizeof list, "[{\"id\":\"%s\"},{\"id\":\"%s\"}]", claim_id[0],
                   claim_id[1]);
    give(&claims, "claims", slice_of(list));
    TRY(made(world, &given, refund->id));
    world->refunds_count++;
    TRY(does(world, refund->id, "verify", &world->ann, &claims));
    TRY(refund_decide(world, refund->id));
    return refund_deliver(world, refund);
}

/* One that the bank could not pay, or that a failure left behind, is given to it again. */
static enum status refund_again(struct world *world)
{
    struct work_item item;
    if (world->refunds_count == 0)
        return STATUS_OK;
    struct refund *refund = &world->refund[chance_below(&world->chance, world->refunds_count)];
    TRY(find(world, refund->id, &item));
    return stands(&item, "decided") ? refund_deliver(world, refund) : STATUS_OK;
}

enum status freezes_happen(struct world *world)
{
    switch (chance_below(&world->chance, 8)) {
    case 0:
    case 1:
    case 2:
        return freeze_order(world);
    case 3:
        return case_moves(world);
    case 4:
        return refund_make(world);
    case 5:
        return refund_again(world);
    default:
        return freeze_moves(world);
    }
}

/* ---- what must hold ---- */

static bool in_force(const struct world *world, const struct core_frozen *row)
{
    bool freed = row->freed.ms != MOMENT_NONE.ms && row->freed.ms <= world->now_ms;
    return row->at.ms <= world->now_ms && row->until.ms > world->now_ms && !freed;
}

/* The centre's item behind what the core froze. */
static void behind(struct world *world, const struct core_frozen *row, struct work_item *out)
{
    const struct store_value key = STORE_OF_TEXT(row->id);
    struct store_value at[1];
    char id[WORK_ID_SIZE];
    ok(store_one(world->side[BANK].store, "SELECT work FROM teller_freeze WHERE key = ?1", &key, 1,
                 at, 1, world->scratch),
       "row");
    (void)snprintf(id, sizeof id, "%.*s", (int)at[0].bytes.size, at[0].bytes.at);
    ok(find(world, id, out), "item");
}

static const char *core_holds(struct world *world)
{
    struct core_frozen *row;
    unsigned count = 0, held[FROZEN_ACCOUNTS] = {0};
    ok(ARENA_NEW(world->scratch, CORE_MAX, &row), "memory");
    ok(core_simulated_freezes(world->core, row, CORE_MAX, world->scratch, &count), "core");
    world->tally.freezes = count;
    for (unsigned i = 0; i < count; i++) {
        struct work_item item, of_case;
        char id[WORK_ID_SIZE];
        int64_t begun = row[i].renewed.ms > row[i].at.ms ? row[i].renewed.ms : row[i].at.ms;
        behind(world, &row[i], &item);
        struct slice name = work_value_of(&item, "case_id");
        (void)snprintf(id, sizeof id, "%.*s", (int)name.size, name.at);
        ok(find(world, id, &of_case), "case");
        unsigned account = (unsigned)(whole_of(row[i].account) % 100);
        bool filed = stands(&of_case, "filed") || stands(&of_case, "solved");
        if (row[i].until.ms > begun + MONTH_MS)
            return broke(world, "frozen for longer than its term", account,
                         row[i].until.ms - begun);
        if (!in_force(world, &row[i]))
            continue;
        if (!filed)
            return broke(world, "a freeze without a filed case", account, i);
        if (held[account]++ != 0)
            return broke(world, "a second freeze of an account", account, held[account]);
    }
    return "";
}

static const char *centre_holds(struct world *world, int64_t slack_ms)
{
    for (unsigned i = 0; i < world->freezes_count; i++) {
        struct work_item item;
        moment until;
        ok(find(world, world->freeze[i].id, &item), "item");
        bool counts = stands(&item, "frozen") || stands(&item, "renewing") ||
                      stands(&item, "unrelated") || stands(&item, "lifting");
        if (!counts || moment_parse(work_value_of(&item, "until"), &until) != STATUS_OK)
            continue;
        if (world->now_ms > until.ms + slack_ms)
            return broke(world, "counts as frozen beyond its term", world->freeze[i].account,
                         world->now_ms - until.ms);
    }
    return "";
}

static int64_t paid_to(struct world *world, unsigned refund, unsigned victim)
{
    char account[32];
    int64_t paid = 0;
    victim_name(refund, victim, account);
    ok(core_simulated_paid(world->core, slice_of(account), &paid), "core");
    return paid;
}

static const char *cents_hold(struct world *world)
{
    for (unsigned i = 0; i < world->refunds_count; i++) {
        const struct refund *refund = &world->refund[i];
        int64_t paid[VICTIMS] = {paid_to(world, i, 0), paid_to(world, i, 1)};
        bool none = paid[0] == 0 && paid[1] == 0;
        bool all = paid[0] == refund->share[0] && paid[1] == refund->share[1];
        if (!none && !(all && refund->delivered))
            return broke(world, "cents are not conserved", i, paid[0] + paid[1]);
    }
    return "";
}

const char *freezes_hold(struct world *world, int64_t slack_ms)
{
    arena_reset(world->scratch);
    const char *what = core_holds(world);
    if (what[0] == '\0')
        what = centre_holds(world, slack_ms);
    return what[0] == '\0' ? cents_hold(world) : what;
}

/* ---- at rest ---- */

const char *freezes_agree(struct world *world)
{
    struct core_frozen *row;
    unsigned count = 0;
    arena_reset(world->scratch);
    ok(ARENA_NEW(world->scratch, CORE_MAX, &row), "memory");
    ok(core_simulated_freezes(world->core, row, CORE_MAX, world->scratch, &count), "core");
    for (unsigned i = 0; i < count; i++) {
        struct work_item item;
        if (in_force(world, &row[i]))
            return broke(world, "an account is frozen for ever", i, row[i].until.ms);
        behind(world, &row[i], &item);
        if (work_value_of(&item, "frozen_amount").size == 0 && stands(&item, "expired"))
            return broke(world, "frozen, and the centre does not know how much", i, 0);
    }
    for (unsigned i = 0; i < world->freezes_count; i++) {
        struct work_item item;
        ok(find(world, world->freeze[i].id, &item), "item");
        bool over = item.kind->state[item.state].end || stands(&item, "drafted") ||
                    stands(&item, "unfrozen"); /* its owner has not been told */
        if (!over)
            return broke(world, item.kind->state[item.state].name, world->freeze[i].account, i);
    }
    for (unsigned i = 0; i < world->refunds_count; i++) {
        struct work_item item;
        ok(find(world, world->refund[i].id, &item), "item");
        bool returned = stands(&item, "returned");
        world->tally.returns += returned;
        if (returned != (paid_to(world, i, 0) != 0))
            return broke(world, item.kind->state[item.state].name, i, paid_to(world, i, 0));
    }
    struct store *bank = world->side[BANK].store;
    world->tally.turns = whole(bank, "SELECT COUNT(*) FROM teller_freeze WHERE turned = 1");
    world->tally.renewals = whole(bank, "SELECT COALESCE(SUM(renews), 0) FROM teller_freeze");
    world->tally.ended =
        whole(bank, "SELECT COUNT(*) FROM teller_freeze WHERE state = 5 AND wants_lift = 0");
    return "";
}
