/* query_test.c -- what must be there before a bank is asked, what it is told, and that its answers
 * are gone in time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/query/query.h"
#include "casework/work/house_test.h"

static struct query_desk desk;
static struct house *house;
static struct law law;
static struct arena *law_arena;

/* ---- a dissuasion, as far as a query looks at one ---- */

static const struct work_state CALM[] = {{"new", false, {{"new", "新建"}}},
                                         {"over", true, {{"over", "办结"}}}};
static const struct work_field GRADE[] = {
    {"grade", WORK_WORD, WORK_SHOWN, false, 0, 0, "extreme high", {{"grade", "等级"}}}};
static const struct work_step OVER[] = {{.name = "close",
                                         .from = WORK_BIT(0),
                                         .to = 1,
                                         .hand = WORK_BY_OWNER,
                                         .says = {{"close", "办结"}}}};
static const struct work_kind DANGER = {.name = "dissuasion",
                                        .says = {{"dissuasion", "劝阻"}},
                                        .state = CALM,
                                        .states_count = 2,
                                        .step = OVER,
                                        .steps_count = 1,
                                        .field = GRADE,
                                        .fields_count = 1,
                                        .first_must = WORK_BIT(0),
                                        .creators = WORK_ROLE(duty),
                                        .lease_ms = MINUTE_MS};

static unsigned plugs(struct house *in, struct work_plug *out)
{
    desk = (struct query_desk){
        .store = in->store, .law = &law, .steady = in->steady, .zone_minutes = 480};
    assert_int_equal(arena_create(&desk.scratch, 4 << 20), STATUS_OK);
    out[0] = query_plug(&desk);
    out[1] = (struct work_plug){.kind = &DANGER};
    return 2;
}

static void opened(struct house *in)
{
    desk.work = in->work;
}

static void closing(struct house *in)
{
    (void)in;
    arena_destroy(desk.scratch);
}

static const struct house_more MORE = {.plugs = plugs, .opened = opened, .closing = closing};

static int up(void **state)
{
    house_more = &MORE;
    int failed = house_up(state);
    house = *state;
    return failed;
}

struct given {
    const char *field;
    struct slice value;
};
#define GIVE(name, text)    \
    {                       \
        (name), SLICE(text) \
    }

static int64_t now_ms(void)
{
    return steady_now(house->steady).ms;
}

static struct slice at(int64_t ms)
{
    char *room = NULL;
    assert_int_equal(arena_take(house->request, 40, (void **)&room), STATUS_OK);
    struct text text = text_over(room, 40);
    text_add_moment(&text, (moment){ms}, 480);
    return text_slice(&text);
}

static unsigned values_of(const struct work_kind *kind, const struct given *given, unsigned count,
                          struct work_value *out)
{
    for (unsigned i = 0; i < count; i++)
        out[i] =
            (struct work_value){work_field_find(kind, slice_of(given[i].field)), given[i].value};
    return count;
}

static enum status made(const struct work_kind *kind, const struct identity *by,
                        const struct given *given, unsigned count, struct work_item *out)
{
    struct work_value value[WORK_FIELDS_MAX];
    bool joined = false;
    const struct work_draft draft = {.kind = kind,
                                     .owner = slice_of(by->organisation),
                                     .detected = MOMENT_NONE,
                                     .by = by,
                                     .value = value,
                                     .values_count = values_of(kind, given, count, value)};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house,
                     work_add(house->work, &draft, house->request, &house->refusal, out, &joined));
}

static enum status does(struct work_item *item, const char *step, const struct identity *by,
                        const struct given *given, unsigned count)
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_item now, out;
    house->refusal = (struct work_refusal){.field = -1};
    TRY(work_find(house->work, house->reader, item->id, by, house->request, &now));
    enum status status =
        house_step(house, &now, step, by, value, values_of(now.kind, given, count, value), &out);
    house_find(house, item->id, by, item);
    return status;
}

static enum status yes(struct work_item *item, const struct identity *by)
{
    struct work_item out;
    house_find(house, item->id, by, item);
    assert_non_null(item->asking);
    return house_word(house, item, item->asking->digest, by, true, &out);
}

static void state_is(const struct work_item *item, const char *state)
{
    struct work_item now;
    house_find(house, item->id, NULL, &now);
    assert_string_equal(now.kind->state[now.state].name, state);
}

static struct slice kept(const struct work_item *item, const char *field)
{
    struct work_item now;
    house_find(house, item->id, NULL, &now);
    return work_value_of(&now, field);
}

enum { PAPERS = 6 };

static void papers(struct given out[PAPERS])
{
    const struct given whole[PAPERS] = {GIVE("document", "CX-1"),
                                        GIVE("number", "A-2026-17"),
                                        GIVE("purpose", "stop"),
                                        GIVE("reason", "to stop the next level"),
                                        {"expires", at(now_ms() + DAY_MS)},
                                        {"executor", slice_of(house->bank)}};
    memcpy(out, whole, sizeof whole);
}

static const char ACCOUNT[] = "6222020000000003";

/* What each question needs, whole. */
static unsigned question(const char *what, struct given *out)
{
    unsigned count = 0;
    out[count++] = (struct given){"what", slice_of(what)};
    if (strcmp(what, "accounts") == 0)
        out[count++] = (struct given)GIVE("person", "530100199001010011");
    else
        out[count++] = (struct given){"account", slice_of(ACCOUNT)};
    if (strcmp(what, "transactions") == 0) {
        out[count++] = (struct given){"since", at(now_ms() - DAY_MS)};
        out[count++] = (struct given){"to", at(now_ms())};
    }
    return count;
}

static void asked(const char *what, struct work_item *item)
{
    struct given fresh[8], more[PAPERS];
    papers(more);
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, question(what, fresh), item), STATUS_OK);
    assert_int_equal(does(item, "ask", &house->ann, more, PAPERS), STATUS_OK);
    assert_int_equal(yes(item, &house->ben), STATUS_OK);
    state_is(item, "asked");
}

/* ---- asking ---- */

static void nothing_is_asked_without_its_papers_and_a_second_person(void **state)
{
    struct given fresh[8], whole[PAPERS];
    struct work_item item;
    int64_t persons = 0;
    (void)state;
    const struct law_pack *pack = law_named(&law, SLICE("cutline-defaults-2026"));
    assert_int_equal(law_count(pack, "approval.query.persons", &persons, NULL), STATUS_OK);
    assert_int_equal(persons, 2);
    papers(whole);
    for (unsigned lacks = 0; lacks < PAPERS; lacks++) {
        struct given given[PAPERS];
        unsigned count = 0;
        for (unsigned i = 0; i < PAPERS; i++)
            if (i != lacks)
                given[count++] = whole[i];
        assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, question("holder", fresh), &item),
                         STATUS_OK);
        assert_int_equal(does(&item, "ask", &house->ann, given, count), STATUS_MALFORMED);
        assert_int_equal(house->refusal.fault, WORK_FAULT_MISSING);
        assert_string_equal(QUERY_KIND.field[house->refusal.field].name, whole[lacks].field);
    }
    assert_int_equal(does(&item, "ask", &house->ann, whole, PAPERS), STATUS_OK);
    state_is(&item, "drafted");
    assert_int_equal(yes(&item, &house->ann), STATUS_REFUSED);
    assert_int_equal(
        work_find(house->work, house->reader, item.id, &house->teller, house->request, &item),
        STATUS_ABSENT);
    assert_int_equal(yes(&item, &house->ben), STATUS_OK);
    state_is(&item, "asked");
    assert_true(slice_starts(kept(&item, "law"), SLICE("cutline-defaults-2026 sha256:")));
}

static void an_approval_has_an_end_that_is_not_far(void **state)
{
    static const int64_t WRONG[] = {-HOUR_MS, 0, 400LL * DAY_MS};
    struct given fresh[8], whole[PAPERS];
    struct work_item item;
    (void)state;
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, question("holder", fresh), &item),
                     STATUS_OK);
    papers(whole);
    for (unsigned i = 0; i < 3; i++) {
        whole[4].value = at(now_ms() + WRONG[i]);
        assert_int_equal(does(&item, "ask", &house->ann, whole, PAPERS), STATUS_MALFORMED);
        assert_int_equal(house->refusal.fault, WORK_FAULT_VALUE);
    }
    whole[4].value = at(now_ms() + MINUTE_MS); /* run out before the second person looked */
    assert_int_equal(does(&item, "ask", &house->ann, whole, PAPERS), STATUS_OK);
    house_wait(house, 2 * MINUTE_MS);
    assert_int_equal(yes(&item, &house->ben), STATUS_REFUSED);
    state_is(&item, "drafted");
}

/* Of an account not the customer, of a customer not the account, a period only of transactions. */
static void no_more_is_said_of_anybody_than_the_question_needs(void **state)
{
    static const struct {
        const char *what, *field;
    } TOO_MUCH[] = {{"holder", "person"},      {"holder", "since"}, {"transactions", "person"},
                    {"accounts", "account"},   {"accounts", "to"},  {"subscription", "since"},
                    {"subscription", "person"}};
    struct given given[8];
    struct work_item item, out;
    (void)state;
    for (unsigned i = 0; i < sizeof TOO_MUCH / sizeof TOO_MUCH[0]; i++) {
        unsigned count = question(TOO_MUCH[i].what, given);
        const char *field = TOO_MUCH[i].field;
        struct slice value = strcmp(field, "person") == 0    ? SLICE("530100199001010011")
                             : strcmp(field, "account") == 0 ? slice_of(ACCOUNT)
                                                             : at(now_ms());
        given[count++] = (struct given){field, value};
        assert_int_equal(made(&QUERY_KIND, &house->ann, given, count, &item), STATUS_MALFORMED);
    }
    asked("holder", &item);
    house_find(house, item.id, &house->teller, &out);
    for (unsigned i = 0; i < out.values_count; i++) {
        const char *name = QUERY_KIND.field[out.value[i].field].name;
        assert_string_not_equal(name, "reason");
        assert_string_not_equal(name, "purpose");
        assert_string_not_equal(name, "about");
        assert_string_not_equal(name, "law");
    }
}

static void only_public_security_asks(void **state)
{
    struct given fresh[8], whole[PAPERS];
    struct work_item item;
    (void)state;
    struct identity clerk = house_person("u_c1", house->carrier, WORK_ROLE(duty));
    struct identity boss = house_person("u_c2", house->carrier, WORK_ROLE(supervisor));
    papers(whole);
    assert_int_equal(made(&QUERY_KIND, &clerk, fresh, question("holder", fresh), &item), STATUS_OK);
    assert_int_equal(does(&item, "ask", &clerk, whole, PAPERS), STATUS_OK);
    assert_int_equal(yes(&item, &boss), STATUS_REFUSED);
    state_is(&item, "drafted");
    whole[5].value = slice_of(house->carrier); /* and only banks are asked */
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, question("holder", fresh), &item),
                     STATUS_OK);
    assert_int_equal(does(&item, "ask", &house->ann, whole, PAPERS), STATUS_OK);
    assert_int_equal(yes(&item, &house->ben), STATUS_REFUSED);
}

/* ---- answering ---- */

static const struct given HOLDER[] = {GIVE("holder_name", "王小明"),
                                      GIVE("holder_person", "530100199001010011"),
                                      GIVE("holder_phone", "13800001111")};

static void an_answer_is_hidden_and_gone_when_the_approval_runs_out(void **state)
{
    struct work_item item, out;
    char sha256[DIGEST_HEX_SIZE];
    (void)state;
    asked("holder", &item);
    assert_int_equal(does(&item, "answer", &house->teller, HOLDER, 3), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_attach(house->work, item.id, &house->teller, SLICE("scan.pdf"),
                                     SLICE("%PDF-1.7 …"), house->request, sha256)),
        STATUS_OK);
    house_find(house, item.id, &house->ann, &out);
    assert_int_equal(work_value_of(&out, "holder_name").size, 0); /* without a reason */
    uint64_t name = WORK_BIT(work_field_find(&QUERY_KIND, SLICE("holder_name")));
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_reveal(house->work, item.id, &house->ann, name,
                                                  SLICE("next level"), house->request, &out)),
                     STATUS_OK);
    assert_true(slice_equal(work_value_of(&out, "holder_name"), SLICE("王小明")));
    atomic_fetch_add(&house->wall_ms, 3LL * DAY_MS); /* the wall does not end it */
    house_keep(house);
    state_is(&item, "answered");
    house_wait(house, DAY_MS);
    house_restart(house, false);
    house_keep(house);
    state_is(&item, "purged");
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(kept(&item, HOLDER[i].field).size, 0);
    assert_true(slice_equal(kept(&item, "document"), SLICE("CX-1"))); /* the question stays */
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_attachment"), 0);
}

static void an_answer_that_is_not_needed_can_go_earlier(void **state)
{
    const struct given why[] = {GIVE("why", "stopped")};
    struct work_item item;
    (void)state;
    asked("holder", &item);
    assert_int_equal(does(&item, "answer", &house->teller, HOLDER, 3), STATUS_OK);
    assert_int_equal(does(&item, "purge", &house->ann, why, 1), STATUS_OK);
    assert_int_equal(kept(&item, "holder_name").size, 0);
    state_is(&item, "purged");
}

static void a_bank_says_what_it_was_asked_and_no_more(void **state)
{
    const struct given rows[] = {GIVE("rows", "[{\"amount\":100}]"), GIVE("count", "1")};
    const struct given no[] = {GIVE("fault", "papers")};
    struct work_item item;
    (void)state;
    asked("transactions", &item);
    assert_int_equal(does(&item, "answer", &house->teller, HOLDER, 3), STATUS_MALFORMED);
    assert_int_equal(does(&item, "begin", &house->teller, NULL, 0), STATUS_MALFORMED);
    assert_int_equal(does(&item, "answer", &house->teller, rows, 2), STATUS_OK);
    asked("accounts", &item);
    assert_int_equal(does(&item, "answer", &house->teller, rows, 2), STATUS_MALFORMED);
    assert_int_equal(does(&item, "refuse", &house->teller, no, 1), STATUS_OK);
    state_is(&item, "refused");
}

static void a_subscription_ends_when_it_is_ended_or_by_itself(void **state)
{
    const struct given one[] = {GIVE("rows", "[{\"amount\":100}]"), GIVE("count", "1")};
    const struct given two[] = {GIVE("rows", "[{\"amount\":100},{\"amount\":5}]"),
                                GIVE("count", "2")};
    const struct given why[] = {GIVE("why", "enough")};
    struct work_item item, other;
    (void)state;
    asked("subscription", &item);
    assert_int_equal(does(&item, "answer", &house->teller, one, 2), STATUS_MALFORMED);
    assert_int_equal(does(&item, "begin", &house->teller, NULL, 0), STATUS_OK);
    assert_int_equal(does(&item, "news", &house->teller, two, 2), STATUS_OK);
    assert_int_equal(does(&item, "news", &house->teller, one, 2), STATUS_MALFORMED); /* less */
    assert_int_equal(does(&item, "end", &house->ann, why, 1), STATUS_OK);
    assert_int_equal(does(&item, "news", &house->teller, two, 2), STATUS_LATE);
    assert_int_equal(does(&item, "confirm_end", &house->teller, NULL, 0), STATUS_OK);
    state_is(&item, "answered");
    asked("subscription", &other);
    assert_int_equal(does(&other, "begin", &house->teller, NULL, 0), STATUS_OK);
    assert_int_equal(does(&other, "news", &house->teller, two, 2), STATUS_OK);
    house_wait(house, DAY_MS);
    house_keep(house);
    state_is(&item, "purged");
    state_is(&other, "purged");
    assert_int_equal(kept(&item, "rows").size + kept(&other, "rows").size, 0);
    assert_int_equal(does(&other, "news", &house->teller, two, 2), STATUS_LATE);
}

/* ---- approved afterwards ---- */

static void at_once_is_for_extreme_danger_and_taken_back_without_a_yes(void **state)
{
    struct given fresh[8], whole[PAPERS + 1];
    struct work_item danger, high, item, other;
    const struct given extreme[] = {GIVE("grade", "extreme")}, less[] = {GIVE("grade", "high")};
    int64_t afterwards_ms = 0;
    (void)state;
    const struct law_pack *pack = law_named(&law, SLICE("cutline-defaults-2026"));
    assert_int_equal(law_span_ms(pack, "approval.query.afterwards", &afterwards_ms, NULL),
                     STATUS_OK);
    assert_int_equal(made(&DANGER, &house->ann, extreme, 1, &danger), STATUS_OK);
    assert_int_equal(made(&DANGER, &house->ann, less, 1, &high), STATUS_OK);
    papers(whole);
    whole[4].value = at(now_ms() + 30LL * DAY_MS);
    unsigned count = question("holder", fresh);
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, count, &item), STATUS_OK);
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, count, &other), STATUS_OK);
    assert_int_equal(does(&item, "ask_at_once", &house->ann, whole, PAPERS), STATUS_MALFORMED);
    whole[PAPERS] = (struct given){"about", slice_of(high.id)};
    assert_int_equal(does(&item, "ask_at_once", &house->ann, whole, PAPERS + 1), STATUS_MALFORMED);
    whole[PAPERS].value = slice_of(danger.id);
    assert_int_equal(does(&item, "ask_at_once", &house->ann, whole, PAPERS + 1), STATUS_OK);
    state_is(&item, "asked");
    assert_int_equal(does(&item, "answer", &house->teller, HOLDER, 3), STATUS_OK);
    assert_int_equal(yes(&item, &house->ann), STATUS_REFUSED);
    assert_int_equal(does(&other, "ask_at_once", &house->ann, whole, PAPERS + 1), STATUS_OK);
    assert_int_equal(yes(&other, &house->ben), STATUS_OK);
    house_wait(house, afterwards_ms);
    house_keep(house);
    state_is(&item, "purged");
    assert_int_equal(kept(&item, "holder_name").size, 0);
    state_is(&other, "asked");
    assert_int_equal(does(&danger, "close", &house->ann, NULL, 0), STATUS_OK);
    assert_int_equal(made(&QUERY_KIND, &house->ann, fresh, count, &item), STATUS_OK);
    assert_int_equal(does(&item, "ask_at_once", &house->ann, whole, PAPERS + 1), STATUS_MALFORMED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, up, house_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_asked_without_its_papers_and_a_second_person),
        TEST(an_approval_has_an_end_that_is_not_far),
        TEST(no_more_is_said_of_anybody_than_the_question_needs),
        TEST(only_public_security_asks),
        TEST(an_answer_is_hidden_and_gone_when_the_approval_runs_out),
        TEST(an_answer_that_is_not_needed_can_go_earlier),
        TEST(a_bank_says_what_it_was_asked_and_no_more),
        TEST(a_subscription_ends_when_it_is_ended_or_by_itself),
        TEST(at_once_is_for_extreme_danger_and_taken_back_without_a_yes),
    };
    char room[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT];
    for (int i = 0; i < TONGUES_COUNT; i++)
        why[i] = text_over(room[i], sizeof room[i]);
    if (arena_create(&law_arena, 8 << 20) != STATUS_OK ||
        law_open_shipped(&law, law_arena, why) != STATUS_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(law_arena);
    return failed;
}
