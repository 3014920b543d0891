/* refund_test.c -- a return from its claims to the word of the bank, under a clock that is moved:
 * whoever is the wrong one, too low, too early or too late is refused, and cents are conserved. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning.h"
#include "casework/work/house_test.h"
#include "ground/limits.h"

static struct return_desk desk;
static struct law law, shipped;
static struct arena *law_arena, *scratch;

/* ---- a case and a freeze, as small as they can be ---- */

#define OWN(name, from, to)                                                                      \
    {                                                                                            \
        name, from, to, WORK_BY_OWNER, WORK_ROLE(duty) | WORK_ROLE(supervisor), false, false, 0, \
            0, WORK_MARK_NONE, WORK_ALONE, 0, NULL, 0, SAYING("x", "x")                          \
    }

static const struct work_state CASE_STATES[] = {{"filed", false, SAYING("x", "x")},
                                                {"dismissed", true, SAYING("x", "x")}};
static const struct work_step CASE_STEPS[] = {OWN("dismiss", 1, 1)};
static const struct work_field CASE_FIELDS[] = {
    {"number", WORK_TEXT, WORK_SHOWN, false, 64, 0, NULL, SAYING("x", "x")}};
static const struct work_state FREEZE_STATES[] = {{"frozen", false, SAYING("x", "x")},
                                                  {"lifted", true, SAYING("x", "x")}};
static const struct work_step FREEZE_STEPS[] = {OWN("lift", 1, 1)};
static const struct work_field FREEZE_FIELDS[] = {
    {"account", WORK_ACCOUNT, WORK_MASKED, true, 0, 0, NULL, SAYING("x", "x")},
    {"frozen_amount", WORK_AMOUNT, WORK_SHOWN, false, 0, 0, NULL, SAYING("x", "x")}};

static const struct work_kind CASE = {.name = "case",
                                      .says = SAYING("x", "x"),
                                      .state = CASE_STATES,
                                      .states_count = 2,
                                      .step = CASE_STEPS,
                                      .steps_count = 1,
                                      .field = CASE_FIELDS,
                                      .fields_count = 1,
                                      .first_must = 1,
                                      .creators = WORK_ROLE(duty)};
static const struct work_kind FREEZE = {.name = "freeze",
                                        .says = SAYING("x", "x"),
                                        .state = FREEZE_STATES,
                                        .states_count = 2,
                                        .step = FREEZE_STEPS,
                                        .steps_count = 1,
                                        .field = FREEZE_FIELDS,
                                        .fields_count = 2,
                                        .first_must = 3,
                                        .creators = WORK_ROLE(duty)};

static unsigned plugs(struct house *house, struct work_plug *out)
{
    desk = (struct return_desk){.store = house->store,
                                .law = &law,
                                .steady = house->steady,
                                .zone_minutes = 480,
                                .scratch = scratch};
    out[0] = (struct work_plug){.kind = &CASE};
    out[1] = (struct work_plug){.kind = &FREEZE};
    return_plugs(&desk, out + 2);
    return 2 + RETURN_PLUGS;
}

static void opened(struct house *house)
{
    desk.work = house->work;
}

static const struct house_more MORE = {.migration = {RETURN_MIGRATIONS},
                                       .migrations_count = {RETURN_MIGRATIONS_COUNT},
                                       .plugs = plugs,
                                       .opened = opened};

static int up(void **state)
{
    house_more = &MORE;
    return house_up(state);
}

/* ---- doing things ---- */

static int64_t now_ms(const struct house *house)
{
    return steady_now(house->steady).ms;
}

static struct slice room_text(struct house *house, const char *format, long long number)
{
    char *bytes = NULL;
    assert_int_equal(arena_take(house->request, 64, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 64);
    text_addf(&text, format, number);
    return text_slice(&text);
}

static struct slice moment_text(struct house *house, int64_t ms)
{
    char *bytes = NULL;
    assert_int_equal(arena_take(house->request, 64, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 64);
    text_add_moment(&text, (moment){ms}, 480);
    return text_slice(&text);
}

struct said {
    const char *field;
    struct slice value;
};

enum { SAID_MAX = 8 };

static unsigned values_of(const struct work_kind *kind, const struct said *said,
                          struct work_value out[SAID_MAX])
{
    unsigned count = 0;
    for (; said != NULL && said[count].field != NULL; count++) {
        int field = work_field_find(kind, slice_of(said[count].field));
        assert_true(field >= 0);
        out[count] = (struct work_value){field, said[count].value};
    }
    return count;
}

static void make(struct house *house, const struct work_kind *kind, const struct said *said,
                 struct work_item *out)
{
    struct work_value value[SAID_MAX];
    const struct work_draft draft = {.kind = kind,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .by = &house->ann,
                                     .value = value,
                                     .values_count = values_of(kind, said, value)};
    bool joined = false;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               out, &joined)),
                     STATUS_OK);
}

/* As the item is now, whoever moves it. */
static enum status step(struct house *house, const char *id, const char *name,
                        const struct identity *by, const struct said *said, struct work_item *out)
{
    struct work_value value[SAID_MAX];
    struct work_item item;
    house->refusal = (struct work_refusal){.field = -1};
    enum status status = work_find(house->work, house->store, id, by, house->request, &item);
    if (status != STATUS_OK)
        return status;
    unsigned count = values_of(item.kind, said, value);
    return house_step(house, &item, name, by, value, count, out == NULL ? &item : out);
}

static enum status yes(struct house *house, const char *id, const struct identity *by)
{
    struct work_item item;
    assert_int_equal(work_find(house->work, house->store, id, by, house->request, &item),
                     STATUS_OK);
    assert_non_null(item.asking);
    return house_word(house, &item, item.asking->digest, by, true, &item);
}

#define SAY(...)          \
    (const struct said[]) \
    {                     \
        __VA_ARGS__,      \
        {                 \
            NULL,         \
            {             \
                NULL, 0   \
            }             \
        }                 \
    }
/* Says why, if it is refused. */
static void done_fine(struct house *house, const char *id, const char *name,
                      const struct identity *by, const struct said *said)
{
    enum status status = step(house, id, name, by, said, NULL);
    if (status != STATUS_OK)
        fail_msg("%s: %s, %s (field %d)", name, status_name(status),
                 work_fault_says(house->refusal.fault)->in[TONGUE_EN], house->refusal.field);
}

#define DO(house, id, name, by, ...) done_fine((house), (id), (name), (by), SAY(__VA_ARGS__))
#define REFUSED(house, id, name, by, wanted, ...)                                       \
    do {                                                                                \
        assert_int_not_equal(step((house), (id), (name), (by), SAY(__VA_ARGS__), NULL), \
                             STATUS_OK);                                                \
        assert_int_equal((house)->refusal.fault, WORK_FAULT_##wanted);                  \
    } while (0)

static void state_is(struct house *house, const char *id, const char *state)
{
    struct work_item item;
    house_find(house, id, &house->ann, &item);
    assert_string_equal(item.kind->state[item.state].name, state);
}

static int64_t number(struct house *house, const char *id, const char *field)
{
    struct work_item item;
    int64_t found = 0;
    assert_int_equal(work_find(house->work, house->store, id, NULL, house->request, &item),
                     STATUS_OK);
    struct slice text = work_value_of(&item, field);
    for (size_t i = 0; i < text.size; i++)
        found = found * 10 + (text.at[i] - '0');
    return found;
}

/* ---- a scene ---- */

struct scene {
    struct work_item filed, freeze, refund;
    struct work_item claim[2];
    struct identity county, city, reporter;
};

static const char FROZEN_ACCOUNT[] = "6222020000000009";

static void claim_make(struct house *house, struct scene *scene, const char *account, int64_t loss,
                       struct work_item *out)
{
    make(house, &RETURN_CLAIM_KIND,
         SAY({"about", slice_of(scene->filed.id)}, {"name", SLICE("王小明")},
             {"document", slice_of(account)}, {"account", slice_of(account)},
             {"loss", room_text(house, "%lld", loss)},
             {"paid_at", moment_text(house, now_ms(house) - DAY_MS)}),
         out);
    DO(house, out->id, "verify", &house->ann, {"proof", SLICE("met, papers seen")});
    assert_int_equal(yes(house, out->id, &house->ann), STATUS_REFUSED); /* not one's own */
    assert_int_equal(yes(house, out->id, &house->ben), STATUS_OK);
}

static struct slice list(struct house *house, const struct work_item *claim, unsigned count)
{
    char *bytes = NULL;
    assert_int_equal(arena_take(house->request, 256, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 256);
    for (unsigned i = 0; i < count; i++)
        text_addf(&text, "%s{\"id\":\"%s\"}", i == 0 ? "[" : ",", claim[i].id);
    text_add_char(&text, ']');
    return text_slice(&text);
}

static void refund_make(struct house *house, struct scene *scene, int64_t frozen, unsigned count)
{
    make(house, &FUND_RETURN_KIND,
         SAY({"about", slice_of(scene->filed.id)}, {"freeze", slice_of(scene->freeze.id)},
             {"account", slice_of(FROZEN_ACCOUNT)}, {"account_name", SLICE("钱六")},
             {"frozen", room_text(house, "%lld", frozen)}),
         &scene->refund);
    DO(house, scene->refund.id, "verify", &house->ann,
       {"claims", list(house, scene->claim, count)});
}

/* The organisation's level, as its administrators say it. */
static void level_set(struct house *house, const char *organisation, enum organisation_level level)
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, access_organisation_level(house->access, slice_of(organisation), level)),
        STATUS_OK);
}

static void scene_make(struct house *house, struct scene *scene, int64_t frozen)
{
    *scene = (struct scene){0};
    make(house, &CASE, SAY({"number", SLICE("A-2026-001")}), &scene->filed);
    make(house, &FREEZE,
         SAY({"account", slice_of(FROZEN_ACCOUNT)},
             {"frozen_amount", room_text(house, "%lld", frozen)}),
         &scene->freeze);
    claim_make(house, scene, "6222020000000101", 6000000, &scene->claim[0]);
    claim_make(house, scene, "6222020000000102", 4000000, &scene->claim[1]);
    scene->county = house_person("u_00000000000000c1", house->second_home, WORK_ROLE(supervisor));
    scene->city = house_person("u_00000000000000c2", house->second_home, WORK_ROLE(supervisor));
    level_set(house, house->second_home, ORGANISATION_LEVEL_city);
    scene->county.level = ORGANISATION_LEVEL_county;
    scene->city.level = ORGANISATION_LEVEL_city;
}

static void approved(struct house *house, struct scene *scene)
{
    const char *id = scene->refund.id;
    DO(house, id, "report", &house->ann, {"report", SLICE("呈-1")},
       {"approver", slice_of(house->second_home)});
    DO(house, id, "approve", &scene->city, {NULL, {NULL, 0}});
}

static void delivered(struct house *house, struct scene *scene)
{
    const char *id = scene->refund.id;
    DO(house, id, "decide", &house->ann, {"decision", SLICE("返-1")});
    assert_int_equal(yes(house, id, &house->ben), STATUS_OK);
    DO(house, id, "deliver", &house->ann, {"executor", slice_of(house->bank)});
}

static void executed(struct house *house, struct scene *scene, int64_t paid)
{
    DO(house, scene->refund.id, "execute", &house->teller,
       {"executed_at", moment_text(house, now_ms(house))}, {"paid", room_text(house, "%lld", paid)},
       {"serial", SLICE("S-1")});
}

static int64_t due_of(struct house *house, const char *id)
{
    struct work_item item;
    house_find(house, id, &house->ann, &item);
    return item.due.ms;
}

static int64_t instant(const char *text)
{
    moment at;
    assert_int_equal(moment_parse(slice_of(text), &at), STATUS_OK);
    return at.ms;
}

/* ---- tests ---- */

static void a_return_pro_rata_goes_its_whole_way_and_nobody_gets_round_a_step(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 5000001);
    refund_make(house, &scene, 5000001, 2);
    const char *id = scene.refund.id;
    REFUSED(house, id, "publish", &house->ann, STATE, {"notice_place", SLICE("x")});
    REFUSED(house, id, "trace", &house->ann, AMOUNTS, {NULL, {NULL, 0}}); /* nothing is traced */
    DO(house, id, "pro_rata", &house->ann, {"untraceable", SLICE("mixed within a minute")});
    assert_int_equal(number(house, id, "returning"), 5000001);
    assert_int_equal(number(house, id, "remainder"), 0);
    assert_int_equal(number(house, scene.claim[0].id, "share"), 3000001);
    assert_int_equal(number(house, scene.claim[1].id, "share"), 2000000);
    REFUSED(house, id, "report", &house->ann, STATE, {"report", SLICE("x")},
            {"approver", slice_of(house->second_home)});
    DO(house, id, "publish", &house->ann, {"notice_place", SLICE("website")});
    /* Published on 21 September: thirty days end with 21 October, a working day. */
    assert_int_equal(due_of(house, id), instant("2026-10-22T00:00:00+08:00"));
    DO(house, id, "object", &house->ann, {"objection", SLICE("my money, too")});
    REFUSED(house, id, "report", &house->ann, STATE, {"report", SLICE("x")},
            {"approver", slice_of(house->second_home)});
    DO(house, id, "dismiss", &house->ann, {"finding", SLICE("paid into another account")});
    assert_int_equal(yes(house, id, &house->ann), STATUS_REFUSED);
    assert_int_equal(yes(house, id, &house->ben), STATUS_OK);
    house_wait(house, instant("2026-10-22T00:00:00+08:00") - 1 - now_ms(house));
    house_keep(house);
    REFUSED(house, id, "report", &house->ann, NOTICE, {"report", SLICE("x")},
            {"approver", slice_of(house->second_home)});
    house_wait(house, 1);
    house_restart(house, true);
    house_keep(house);
    REFUSED(house, id, "report", &house->ann, VALUE, {"report", SLICE("x")},
            {"approver", slice_of(house->bank)}); /* a bank approves nothing */
    REFUSED(house, id, "report", &house->ann, RANK, {"report", SLICE("x")},
            {"approver", slice_of(house->home)}); /* of no level */
    DO(house, id, "report", &house->ann, {"report", SLICE("呈-1")},
       {"approver", slice_of(house->second_home)});
    REFUSED(house, id, "approve", &scene.county, RANK, {NULL, {NULL, 0}});
    REFUSED(house, id, "approve", &house->ben, HAND, {NULL, {NULL, 0}}); /* not the organ asked */
    REFUSED(house, id, "decide", &house->ann, STATE, {"decision", SLICE("x")});
    DO(house, id, "approve", &scene.city, {NULL, {NULL, 0}});
    REFUSED(house, id, "deliver", &house->ann, STATE, {"executor", slice_of(house->bank)});
    delivered(house, &scene);
    state_is(house, id, "executing");
    REFUSED(house, id, "execute", &house->ann, HAND, {"executed_at", moment_text(house, 0)},
            {"paid", SLICE("5000001")}, {"serial", SLICE("S")});
    REFUSED(house, id, "execute", &house->teller, AMOUNTS,
            {"executed_at", moment_text(house, now_ms(house))}, {"paid", SLICE("5000000")},
            {"serial", SLICE("S")});
    REFUSED(house, id, "execute", &house->teller, VALUE,
            {"executed_at", moment_text(house, now_ms(house) + HOUR_MS)},
            {"paid", SLICE("5000001")}, {"serial", SLICE("S")});
    executed(house, &scene, 5000001);
    state_is(house, id, "returned");
    state_is(house, scene.claim[0].id, "verified"); /* a part is still lost */
    assert_int_equal(number(house, scene.claim[0].id, "returned"), 3000001);
    assert_int_equal(number(house, scene.claim[1].id, "returned"), 2000000);
}

static void traced(struct house *house, const char *id, const char *amount)
{
    DO(house, id, "attribute", &house->ann, {"trace", SLICE("t_1")}, {"traced", slice_of(amount)});
}

/* 1 to 7 October are holidays, the 10th, a Saturday, is worked. */
static void the_bank_has_three_working_days_and_then_there_is_an_alarm(void **state)
{
    struct house *house = *state;
    struct scene scene;
    struct work_item item;
    scene_make(house, &scene, 9000000);
    refund_make(house, &scene, 9000000, 1);
    traced(house, scene.claim[0].id, "6000000");
    DO(house, scene.refund.id, "trace", &house->ann, {NULL, {NULL, 0}});
    approved(house, &scene);
    house_wait(house, instant("2026-09-30T16:00:00+08:00") - now_ms(house));
    delivered(house, &scene);
    assert_int_equal(due_of(house, scene.refund.id), instant("2026-10-11T00:00:00+08:00"));
    house_wait(house, instant("2026-10-11T00:00:00+08:00") - 1 - now_ms(house));
    house_keep(house);
    house_find(house, scene.refund.id, &house->ann, &item);
    for (unsigned i = 0; i < item.deadlines_count; i++)
        assert_false(item.deadline[i].fired);
    house_wait(house, 1);
    house_keep(house);
    bool late = false;
    house_find(house, scene.refund.id, &house->ann, &item);
    for (unsigned i = 0; i < item.deadlines_count; i++)
        late = late || item.deadline[i].fired;
    assert_true(late);
    executed(house, &scene, 6000000); /* late, and still done */
    state_is(house, scene.claim[0].id, "returned");
}

static void the_remainder_waits_for_new_victims_and_never_more_comes_back_than_was_frozen(
    void **state)
{
    struct house *house = *state;
    struct scene scene, second;
    struct work_item fresh;
    scene_make(house, &scene, 7000000);
    refund_make(house, &scene, 7000000, 1);
    traced(house, scene.claim[0].id, "6000000");
    DO(house, scene.refund.id, "trace", &house->ann, {NULL, {NULL, 0}});
    assert_int_equal(number(house, scene.refund.id, "remainder"), 1000000);
    /* Bound in one return is not bound in another. */
    second = scene;
    refund_make(house, &second, 7000000, 2);
    REFUSED(house, second.refund.id, "pro_rata", &house->ann, CLAIMS, {"untraceable", SLICE("x")});
    claim_make(house, &scene, "6222020000000103", 1000000, &fresh);
    second.claim[0] = scene.claim[1];
    second.claim[1] = fresh;
    refund_make(house, &second, 7000000, 2);
    DO(house, second.refund.id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    assert_int_equal(number(house, second.refund.id, "returning"), 1000000);
    assert_int_equal(number(house, scene.claim[1].id, "share"), 800000);
    assert_int_equal(number(house, fresh.id, "share"), 200000);
    /* Nothing is left for a third. */
    claim_make(house, &scene, "6222020000000104", 5, &fresh);
    second.claim[0] = fresh;
    struct scene third = second;
    refund_make(house, &third, 7000000, 1);
    REFUSED(house, third.refund.id, "pro_rata", &house->ann, AMOUNTS, {"untraceable", SLICE("x")});
    /* One of them is given up: its share is there again. */
    DO(house, second.refund.id, "suspend", &house->ann, {"why", SLICE("a dispute")});
    state_is(house, scene.claim[1].id, "verified");
    DO(house, third.refund.id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    assert_int_equal(number(house, third.refund.id, "returning"), 5);
    assert_int_equal(number(house, third.refund.id, "remainder"), 999995);
}

static void nothing_comes_back_without_a_filed_case_and_a_freeze_in_force(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 7000000);
    refund_make(house, &scene, 7000000, 1);
    traced(house, scene.claim[0].id, "6000000");
    DO(house, scene.refund.id, "trace", &house->ann, {NULL, {NULL, 0}});
    DO(house, scene.freeze.id, "lift", &house->ann, {NULL, {NULL, 0}});
    REFUSED(house, scene.refund.id, "report", &house->ann, NOT_FROZEN, {"report", SLICE("x")},
            {"approver", slice_of(house->second_home)});
    scene_make(house, &scene, 7000000);
    refund_make(house, &scene, 7000000, 1);
    traced(house, scene.claim[0].id, "6000000");
    DO(house, scene.filed.id, "dismiss", &house->ann, {NULL, {NULL, 0}});
    REFUSED(house, scene.refund.id, "trace", &house->ann, NOT_FILED, {NULL, {NULL, 0}});
    /* More than the freeze says is frozen. */
    scene_make(house, &scene, 7000000);
    make(house, &FUND_RETURN_KIND,
         SAY({"about", slice_of(scene.filed.id)}, {"freeze", slice_of(scene.freeze.id)},
             {"account", slice_of(FROZEN_ACCOUNT)}, {"frozen", SLICE("7000001")}),
         &scene.refund);
    REFUSED(house, scene.refund.id, "verify", &house->ann, AMOUNTS,
            {"claims", list(house, scene.claim, 1)});
}

static void who_submits_does_not_approve_and_a_refusal_begins_anew(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 7000000);
    refund_make(house, &scene, 7000000, 1);
    traced(house, scene.claim[0].id, "6000000");
    DO(house, scene.refund.id, "trace", &house->ann, {NULL, {NULL, 0}});
    struct identity head = house->ben; /* of a centre of the city's level: it may approve its own */
    head.level = ORGANISATION_LEVEL_city;
    level_set(house, house->home, ORGANISATION_LEVEL_city);
    DO(house, scene.refund.id, "report", &head, {"report", SLICE("x")},
       {"approver", slice_of(house->home)});
    REFUSED(house, scene.refund.id, "approve", &head, OWN_WORD, {NULL, {NULL, 0}});
    DO(house, scene.refund.id, "refuse", &head, {"why", SLICE("proof is missing")});
    state_is(house, scene.refund.id, "verified");
    state_is(house, scene.claim[0].id, "verified");
    DO(house, scene.refund.id, "trace", &house->ann, {NULL, {NULL, 0}});
    DO(house, scene.refund.id, "report", &house->ann, {"report", SLICE("x")},
       {"approver", slice_of(house->home)});
    DO(house, scene.refund.id, "approve", &head, {NULL, {NULL, 0}});
    state_is(house, scene.refund.id, "approved");
}

static void another_account_is_the_victims_own_and_two_say_so(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 7000000);
    const char *id = scene.claim[0].id;
    REFUSED(house, id, "retarget", &house->ann, VALUE, {"other_account", SLICE("6222020000000777")},
            {"other_name", SLICE("钱六")}, {"other_why", SLICE("closed")});
    DO(house, id, "retarget", &house->ann, {"other_account", SLICE("6222020000000777")},
       {"other_name", SLICE("王小明")}, {"other_why", SLICE("closed")});
    assert_int_equal(yes(house, id, &house->ben), STATUS_OK);
    /* The same loss is not claimed twice while it is open, and no claim is merged away. */
    struct work_value value[SAID_MAX];
    struct work_item item;
    bool joined = false;
    const struct work_draft draft = {
        .kind = &RETURN_CLAIM_KIND,
        .owner = slice_of(house->home),
        .detected = MOMENT_NONE,
        .by = &house->ann,
        .value = value,
        .values_count =
            values_of(&RETURN_CLAIM_KIND,
                      SAY({"about", slice_of(scene.filed.id)}, {"name", SLICE("王小明")},
                          {"document", SLICE("6222020000000101")},
                          {"account", SLICE("6222020000000101")}, {"loss", SLICE("6000000")},
                          {"paid_at", moment_text(house, now_ms(house) - DAY_MS)}),
                      value)};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               &item, &joined)),
                     STATUS_REFUSED);
}

/* ---- papers ---- */

static enum status paper(struct house *house, const struct scene *scene, const char *name,
                         const struct identity *by, const char *reason, struct slice *html)
{
    struct document document;
    const struct return_wish wish = {.id = scene->refund.id,
                                     .name = slice_of(name),
                                     .tongue = TONGUE_ZH,
                                     .reason = slice_of(reason),
                                     .by = by};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = return_write(&desk, &wish, house->request, &document);
    if (status == STATUS_OK)
        status = document_html(&document, house->request, html);
    return house_end(house, status);
}

static void papers_say_what_is_true_and_nothing_unmasked_without_a_reason(void **state)
{
    struct house *house = *state;
    struct scene scene;
    struct slice html;
    scene_make(house, &scene, 5000001);
    refund_make(house, &scene, 5000001, 2);
    assert_int_equal(paper(house, &scene, "flow_table", &house->ann, "", &html), STATUS_LATE);
    DO(house, scene.refund.id, "pro_rata", &house->ann, {"untraceable", SLICE("<b>mixed</b>")});
    assert_int_equal(paper(house, &scene, "flow_table", &house->ann, "", &html), STATUS_OK);
    assert_non_null(strstr(html.at, "涉案资金流向表"));
    assert_non_null(strstr(html.at, "A-2026-001"));
    assert_non_null(strstr(html.at, "30,000.01"));
    assert_non_null(strstr(html.at, "60.0000"));
    assert_non_null(strstr(html.at, "50,000.01"));
    assert_null(strstr(html.at, "王小明"));
    assert_null(strstr(html.at, "6222020000000101"));
    assert_int_equal(paper(house, &scene, "flow_table", &house->ann, "for the file", &html),
                     STATUS_OK);
    assert_non_null(strstr(html.at, "王小明"));
    assert_non_null(strstr(html.at, "6222020000000101"));
    assert_int_equal(paper(house, &scene, "return_report", &house->ann, "", &html), STATUS_OK);
    assert_non_null(strstr(html.at, "&lt;b&gt;mixed&lt;/b&gt;"));
    assert_non_null(strstr(html.at, "银监发〔2016〕41号"));
    assert_int_equal(paper(house, &scene, "public_notice", &house->ann, "for the file", &html),
                     STATUS_OK);
    assert_null(strstr(html.at, "王小明")); /* a notice is masked whoever asks */
    assert_int_equal(paper(house, &scene, "return_decision", &house->ann, "", &html), STATUS_LATE);
    assert_int_equal(paper(house, &scene, "no_such", &house->ann, "", &html), STATUS_ABSENT);
    assert_int_equal(paper(house, &scene, "flow_table", &house->teller, "", &html), STATUS_ABSENT);
}

/* ---- the numbers are the pack's ---- */

static struct law_pack packs[64];
static struct law_value entries[128];

/* The entry of a pack, to be changed; the packs are those of the program until then. */
static struct law_value *entry_of(const char *pack_name, const char *entry)
{
    law = shipped;
    assert_true(law.packs_count <= 64);
    memcpy(packs, shipped.packs, law.packs_count * sizeof packs[0]);
    law.packs = packs;
    for (uint32_t i = 0; i < law.packs_count; i++) {
        if (!slice_equal(packs[i].name, slice_of(pack_name)))
            continue;
        assert_true(packs[i].values_count <= 128);
        memcpy(entries, packs[i].values, packs[i].values_count * sizeof entries[0]);
        packs[i].values = entries;
        for (uint32_t v = 0; v < packs[i].values_count; v++)
            if (strcmp(entries[v].name, entry) == 0)
                return &entries[v];
    }
    fail_msg("%s has no %s", pack_name, entry);
    return NULL;
}

static void terms_and_ranks_are_those_of_the_pack_and_of_no_code(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 5000001);
    refund_make(house, &scene, 5000001, 2);
    const char *id = scene.refund.id;
    DO(house, id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    /* Ten days from 21 September end on a holiday: the next day that is worked is 8 October. */
    entry_of("cn-return-2016", "notice.term")->span.amount = 10;
    DO(house, id, "publish", &house->ann, {"notice_place", SLICE("website")});
    assert_int_equal(due_of(house, id), instant("2026-10-09T00:00:00+08:00"));
    house_wait(house, instant("2026-10-09T00:00:00+08:00") - now_ms(house));
    house_keep(house);
    DO(house, id, "report", &house->ann, {"report", SLICE("x")},
       {"approver", slice_of(house->second_home)});
    entry_of("cn-return-2016", "approve.rank")->rank = LAW_RANK_province;
    REFUSED(house, id, "approve", &scene.city, RANK, {NULL, {NULL, 0}});
    entry_of("cn-return-2016", "approve.rank")->rank = LAW_RANK_county;
    DO(house, id, "approve", &scene.county, {NULL, {NULL, 0}});
    entry_of("cn-return-2016", "bank.execute")->span.amount = 1;
    delivered(house, &scene);
    assert_int_equal(due_of(house, id), instant("2026-10-11T00:00:00+08:00")); /* the 10th */
    law = shipped;
}

static void a_pack_that_asks_for_another_way_returns_nothing(void **state)
{
    static const struct {
        const char *pack, *entry;
    } WAYS[] = {
        {"cn-return-2016", "method.single"},
        {"cn-return-2016", "method.traceable"},
        {"cn-return-2016", "method.untraceable"},
        {"cn-return-2016", "target"},
        {"cn-return-2016", "remainder"},
        {"cn-return-2016", "notice.objections"},
        {"cn-return-2016", "free_of_charge"},
        {"cutline-defaults-2026", "return.formula"},
        {"cutline-defaults-2026", "return.rounding"},
    };
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 5000001);
    refund_make(house, &scene, 5000001, 2);
    for (unsigned i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        struct law_value *value = entry_of(WAYS[i].pack, WAYS[i].entry);
        if (value->type == LAW_TYPE_switch)
            value->yes = !value->yes;
        else
            value->code = LAW_CODE_trace_to_source;
        REFUSED(house, scene.refund.id, "pro_rata", &house->ann, LEGAL,
                {"untraceable", SLICE("x")});
    }
    law = shipped;
    DO(house, scene.refund.id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
}

/* As many victims as there may be, within the memory of one request. */
static void two_hundred_victims_fit_into_one_request(void **state)
{
    struct house *house = *state;
    struct scene scene;
    struct arena *usual = house->request, *request = NULL;
    char *bytes = NULL;
    struct arena *own = NULL;
    scene_make(house, &scene, 5000001);
    assert_int_equal(arena_create(&own, 1 << 20), STATUS_OK);
    assert_int_equal(arena_take(own, 16384, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 16384);
    for (unsigned i = 0; i < RETURN_CLAIMS_MAX; i++) {
        struct work_item claim;
        char account[32];
        arena_reset(house->request);
        (void)snprintf(account, sizeof account, "622202000001%04u", i);
        claim_make(house, &scene, account, 100000 + i, &claim);
        text_addf(&text, "%s{\"id\":\"%s\"}", i == 0 ? "[" : ",", claim.id);
    }
    text_add_char(&text, ']');
    assert_false(text.full);
    refund_make(house, &scene, 5000001, 1);
    DO(house, scene.refund.id, "add", &house->ann, {"claims", text_slice(&text)});
    assert_int_equal(arena_create(&request, HTTP_REQUEST_BYTES_MAX), STATUS_OK);
    house->request = request;
    DO(house, scene.refund.id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    struct slice html, pdf;
    struct document document;
    char room[TONGUES_COUNT][256];
    struct text why[TONGUES_COUNT] = {text_over(room[0], 256), text_over(room[1], 256)};
    const struct return_wish wish = {
        .id = scene.refund.id, .name = SLICE("flow_table"), .tongue = TONGUE_ZH, .by = &house->ann};
    arena_reset(request);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, return_write(&desk, &wish, request, &document)), STATUS_OK);
    assert_int_equal(document_html(&document, request, &html), STATUS_OK);
    assert_int_equal(document_pdf(&document, request, &pdf, why), STATUS_OK);
    arena_reset(request);
    DO(house, scene.refund.id, "suspend", &house->ann, {"why", SLICE("x")});
    house->request = usual;
    arena_destroy(request);
    arena_destroy(own);
}

/* ---- each write fails once ---- */

/* The linker puts this in the place of store_run (meson.build), for this test alone. */
enum status __real_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
static unsigned fail_at, writes; /* the write that fails; 0: none */

enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count)
{
    if (fail_at != 0 && ++writes == fail_at)
        return STATUS_IO;
    return __real_store_run(store, sql, values, count);
}

/* All that a step may have changed. */
static uint64_t picture(struct house *house)
{
    static const char *const PARTS[] = {
        "SELECT COALESCE(group_concat(id || state || version || asking || clocks || seats || "
        "hex(sealed)), '') FROM work_item",
        "SELECT COALESCE(group_concat(at || ' ' || item || what || which || tries), '') FROM "
        "work_due",
        "SELECT COALESCE(group_concat(number || what || audit), '') FROM work_log",
        "SELECT COALESCE(group_concat(item || freeze || cents), '') FROM fund_return",
        "SELECT COUNT(*) || '' FROM audit_entry",
    };
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        struct store_rows *rows = NULL;
        struct store_value at[1];
        assert_int_equal(store_query_composed(house->reader, PARTS[i], NULL, 0, &rows), STATUS_OK);
        assert_int_equal(store_next(rows, at, 1), STATUS_OK);
        all = hash_word(all ^ hash_bytes(at[0].bytes));
        store_end(rows);
    }
    return all;
}

/* Fails the first write, the second … until it passes; how many failed. */
static unsigned swept(struct house *house, const char *id, const char *name,
                      const struct identity *by, const struct said *said)
{
    for (unsigned n = 1;; n++) {
        uint64_t before = picture(house);
        fail_at = n;
        writes = 0;
        enum status status = step(house, id, name, by, said, NULL);
        fail_at = 0;
        if (status == STATUS_OK)
            return n - 1;
        assert_int_equal(status, STATUS_IO);
        assert_int_equal(picture(house), before); /* nothing half done */
    }
}
#define SWEEP(house, id, name, by, ...) \
    assert_true(swept((house), (id), (name), (by), SAY(__VA_ARGS__)) > 3)

static void a_write_that_fails_leaves_nothing_half_bound_or_half_paid(void **state)
{
    struct house *house = *state;
    struct scene scene;
    scene_make(house, &scene, 5000001);
    refund_make(house, &scene, 5000001, 2);
    const char *id = scene.refund.id;
    SWEEP(house, id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    SWEEP(house, id, "suspend", &house->ann, {"why", SLICE("x")});
    DO(house, id, "resume", &house->ben, {"finding", SLICE("x")});
    DO(house, id, "pro_rata", &house->ann, {"untraceable", SLICE("x")});
    SWEEP(house, id, "publish", &house->ann, {"notice_place", SLICE("x")});
    house_wait(house, 40LL * DAY_MS);
    house_keep(house);
    SWEEP(house, id, "report", &house->ann, {"report", SLICE("x")},
          {"approver", slice_of(house->second_home)});
    SWEEP(house, id, "approve", &scene.city, {NULL, {NULL, 0}});
    DO(house, id, "decide", &house->ann, {"decision", SLICE("x")});
    assert_int_equal(yes(house, id, &house->ben), STATUS_OK);
    SWEEP(house, id, "deliver", &house->ann, {"executor", slice_of(house->bank)});
    SWEEP(house, id, "execute", &house->teller, {"executed_at", moment_text(house, now_ms(house))},
          {"paid", SLICE("5000001")}, {"serial", SLICE("S")});
    assert_int_equal(number(house, scene.claim[0].id, "returned"), 3000001);
}

/* ---- whatever happens ---- */

enum { WALK_CLAIMS = 5, WALK_RETURNS = 3, WALK_STEPS = 1500 };
static const int64_t WALK_FROZEN = 5000001;

struct walk {
    struct scene scene;
    char claim[WALK_CLAIMS][WORK_ID_SIZE];
    char refund[WALK_RETURNS][WORK_ID_SIZE];
    uint64_t state;
    unsigned done[16];
};

static unsigned draw(struct walk *walk, unsigned below)
{
    walk->state = walk->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(walk->state >> 33) % below;
}

static struct slice some_claims(struct house *house, struct walk *walk)
{
    char *bytes = NULL;
    unsigned from = draw(walk, WALK_CLAIMS), count = 1 + draw(walk, 3);
    assert_int_equal(arena_take(house->request, 256, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 256);
    for (unsigned i = 0; i < count; i++)
        text_addf(&text, "%s{\"id\":\"%s\"}", i == 0 ? "[" : ",",
                  walk->claim[(from + i) % WALK_CLAIMS]);
    text_add_char(&text, ']');
    return text_slice(&text);
}

/* One step of one return, by whoever may; most of them start from the wrong state. */
static void walk_once(struct house *house, struct walk *walk)
{
    const char *id = walk->refund[draw(walk, WALK_RETURNS)];
    const struct identity *ann = &house->ann, *city = &walk->scene.city;
    const struct slice x = SLICE("x");
    const struct said paid[] = {{"executed_at", moment_text(house, now_ms(house))},
                                {"paid", room_text(house, "%lld", number(house, id, "returning"))},
                                {"serial", x},
                                {NULL, {NULL, 0}}};
    const struct {
        const char *step;
        const struct identity *by;
        const struct said *said;
    } ways[] = {
        {"verify", ann, SAY({"claims", some_claims(house, walk)})},
        {"add", ann, SAY({"claims", some_claims(house, walk)})},
        {"trace", ann, NULL},
        {"pro_rata", ann, SAY({"untraceable", x})},
        {"publish", ann, SAY({"notice_place", x})},
        {"object", ann, SAY({"objection", x})},
        {"dismiss", ann, SAY({"finding", x})},
        {"uphold", ann, SAY({"finding", x})},
        {"report", ann, SAY({"report", x}, {"approver", slice_of(house->second_home)})},
        {"approve", city, NULL},
        {"refuse", city, SAY({"why", x})},
        {"decide", ann, SAY({"decision", x})},
        {"deliver", ann, SAY({"executor", slice_of(house->bank)})},
        {"execute", &house->teller, paid},
        {draw(walk, 4) == 0 ? "suspend" : "publish", ann, SAY({"why", x})},
        {"resume", &house->ben, SAY({"finding", x})},
    };
    unsigned way = draw(walk, sizeof ways / sizeof ways[0]);
    struct work_item item;
    enum status status = step(house, id, ways[way].step, ways[way].by, ways[way].said, &item);
    if (status == STATUS_OK && item.asking != NULL)
        status = yes(house, id, &house->ben);
    walk->done[way] += status == STATUS_OK;
}

/* What comes back and is bound is what was frozen and lost, at most; and never twice. */
static void walk_holds(struct house *house, struct walk *walk)
{
    int64_t bound = 0, back = 0, promised = 0;
    for (unsigned i = 0; i < WALK_CLAIMS; i++) {
        struct work_item claim;
        assert_int_equal(
            work_find(house->work, house->store, walk->claim[i], NULL, house->request, &claim),
            STATUS_OK);
        const char *state = claim.kind->state[claim.state].name;
        int64_t share = number(house, walk->claim[i], "share");
        int64_t returned = number(house, walk->claim[i], "returned");
        bool in = strcmp(state, "bound") == 0;
        bound += in ? share : 0;
        back += returned;
        assert_true(returned + (in ? share : 0) <= number(house, walk->claim[i], "loss"));
        assert_true((strcmp(state, "returned") == 0) ==
                    (returned == number(house, walk->claim[i], "loss")));
    }
    promised = house_count(house, "SELECT COALESCE(SUM(cents), 0) FROM fund_return");
    assert_int_equal(bound + back, promised);
    assert_true(promised <= WALK_FROZEN);
}

static void cents_are_conserved_whatever_happens(void **state)
{
    static const int64_t LOSSES[WALK_CLAIMS] = {3000000, 1, 999999, 2500000, 77};
    struct house *house = *state;
    struct walk *walk = NULL;
    struct arena *own = NULL;
    assert_int_equal(arena_create(&own, 1 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(own, 1, &walk), STATUS_OK);
    walk->state = 7;
    scene_make(house, &walk->scene, WALK_FROZEN);
    for (unsigned i = 0; i < WALK_CLAIMS; i++) {
        struct work_item item;
        char account[32];
        (void)snprintf(account, sizeof account, "622202000000%04u", 2000 + i);
        claim_make(house, &walk->scene, account, LOSSES[i], &item);
        memcpy(walk->claim[i], item.id, sizeof item.id);
        if (i % 2 == 0)
            traced(house, item.id, i == 4 ? "70" : "900000");
    }
    for (unsigned i = 0; i < WALK_RETURNS; i++) {
        struct scene scene = walk->scene;
        make(house, &FUND_RETURN_KIND,
             SAY({"about", slice_of(scene.filed.id)}, {"freeze", slice_of(scene.freeze.id)},
                 {"account", slice_of(FROZEN_ACCOUNT)}, {"frozen", SLICE("5000001")}),
             &scene.refund);
        memcpy(walk->refund[i], scene.refund.id, sizeof scene.refund.id);
    }
    entry_of("cn-return-2016", "notice.term")->span.amount = 1;
    for (unsigned i = 0; i < WALK_STEPS; i++) {
        arena_reset(house->request);
        walk_once(house, walk);
        walk_holds(house, walk);
        if (i % 40 == 39 && i < 1200) {
            house_wait(house, 2LL * DAY_MS);
            house_keep(house);
        }
        if (i % 300 == 299)
            house_restart(house, i % 600 == 599);
    }
    law = shipped;
    for (unsigned i = 0; i < 16; i++)
        assert_true(walk->done[i] > 0); /* it went everywhere */
    arena_destroy(own);
}

static int law_up(void **state)
{
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 1024), text_over(bytes[1], 1024)};
    (void)state;
    assert_int_equal(arena_create(&law_arena, 64 << 20), STATUS_OK);
    assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
    assert_int_equal(law_open_shipped(&law, law_arena, why), STATUS_OK);
    shipped = law;
    return 0;
}

static int law_down(void **state)
{
    (void)state;
    arena_destroy(law_arena);
    arena_destroy(scratch);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, up, house_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_return_pro_rata_goes_its_whole_way_and_nobody_gets_round_a_step),
        TEST(the_bank_has_three_working_days_and_then_there_is_an_alarm),
        TEST(the_remainder_waits_for_new_victims_and_never_more_comes_back_than_was_frozen),
        TEST(nothing_comes_back_without_a_filed_case_and_a_freeze_in_force),
        TEST(who_submits_does_not_approve_and_a_refusal_begins_anew),
        TEST(another_account_is_the_victims_own_and_two_say_so),
        TEST(terms_and_ranks_are_those_of_the_pack_and_of_no_code),
        TEST(a_pack_that_asks_for_another_way_returns_nothing),
        TEST(a_write_that_fails_leaves_nothing_half_bound_or_half_paid),
        TEST(two_hundred_victims_fit_into_one_request),
        TEST(cents_are_conserved_whatever_happens),
        TEST(papers_say_what_is_true_and_nothing_unmasked_without_a_reason),
    };
    return cmocka_run_group_tests(tests, law_up, law_down);
}
