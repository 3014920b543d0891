/* kind_test.c -- tables that are broken on purpose: each is refused, and the message says why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

enum { ROOM = 16 };

/* A copy of the house's table that a test may break. */
struct table {
    struct work_kind kind;
    struct work_state state[ROOM];
    struct work_step step[ROOM];
    struct work_field field[ROOM];
    struct work_clock clock[ROOM];
};

static struct table whole(void)
{
    struct table table = {.kind = ERRAND};
    memcpy(table.state, ERRAND.state, ERRAND.states_count * sizeof table.state[0]);
    memcpy(table.step, ERRAND.step, ERRAND.steps_count * sizeof table.step[0]);
    memcpy(table.field, ERRAND.field, ERRAND.fields_count * sizeof table.field[0]);
    memcpy(table.clock, ERRAND.clock, ERRAND.clocks_count * sizeof table.clock[0]);
    return table;
}

static enum status checked(struct table *table, char room[512])
{
    struct text why = text_over(room, 512);
    table->kind.state = table->state;
    table->kind.step = table->step;
    table->kind.field = table->field;
    table->kind.clock = table->clock;
    return work_kind_check(&table->kind, &why);
}

typedef void break_fn(struct table *table);

static void no_name(struct table *t)
{
    t->kind.name = "Errand!";
}
static void one_tongue(struct table *t)
{
    t->step[BEGIN].says.in[TONGUE_ZH] = "";
}
static void two_states(struct table *t)
{
    t->state[BUSY].name = "fresh";
}
static void two_steps(struct table *t)
{
    t->step[EDIT].name = "begin";
}
static void long_name(struct table *t)
{
    t->field[MEMO].name = "a_name_that_is_longer_than_any_name_may_be";
}
static void no_state(struct table *t)
{
    t->kind.states_count = 0;
}
static void too_many(struct table *t)
{
    t->kind.clocks_count = WORK_CLOCKS_MAX + 1;
}
static void no_end(struct table *t)
{
    t->state[DONE].end = t->state[LAPSED].end = false;
}
static void begins_at_end(struct table *t)
{
    t->state[FRESH].end = true;
}
static void dead_end(struct table *t)
{
    t->step[CLOSE].from = WORK_BIT(FRESH);
}
static void unreached(struct table *t)
{
    t->step[OVERDUE].to = WORK_STAYS;
}
static void leaves_end(struct table *t)
{
    t->step[REOPEN].reopens = false;
}
static void reopens_what_is_open(struct table *t)
{
    t->step[BEGIN].reopens = true;
}
static void from_nowhere(struct table *t)
{
    t->step[EDIT].from = 0;
}
static void from_beyond(struct table *t)
{
    t->step[EDIT].from |= WORK_BIT(20);
}
static void to_beyond(struct table *t)
{
    t->step[BEGIN].to = 20;
}
static void brings_nothing(struct table *t)
{
    t->step[EDIT].may |= WORK_BIT(40);
}
static void first_brings_nothing(struct table *t)
{
    t->kind.first_may |= WORK_BIT(40);
}
static void key_of_nothing(struct table *t)
{
    t->kind.key_fields = WORK_BIT(40);
}
static void machine_with_roles(struct table *t)
{
    t->step[UNSEND].roles = WORK_ROLE(duty);
}
static void held_by_nobody(struct table *t)
{
    t->kind.lease_ms = 0;
}
static void no_second(struct table *t)
{
    t->step[SEND].second_roles = 0;
}
static void second_is_service(struct table *t)
{
    t->step[SEND].second_roles |= WORK_ROLE(service);
}
static void waits_for_ever(struct table *t)
{
    t->step[SEND].confirm_ms = 0;
}
static void no_undo(struct table *t)
{
    t->step[URGENT].undo = NULL;
}
static void undo_by_person(struct table *t)
{
    t->step[URGENT].undo = "edit";
}
static void undo_elsewhere(struct table *t)
{
    t->step[UNSEND].from = WORK_BIT(BUSY);
}
static void alone_with_second(struct table *t)
{
    t->step[BEGIN].confirm_ms = 5;
}
static void two_with_undo(struct table *t)
{
    t->step[SEND].undo = "unsend";
}
static void clock_nowhere(struct table *t)
{
    t->clock[0].runs = 0;
}
static void clock_at_ends(struct table *t)
{
    t->clock[0].runs = WORK_BIT(DONE);
}
static void clock_without_end(struct table *t)
{
    t->clock[0].expiry = "never";
}
static void clock_by_person(struct table *t)
{
    t->clock[0].expiry = "begin";
}
static void clock_outruns(struct table *t)
{
    t->clock[0].runs |= WORK_BIT(BUSY);
}
static void clock_without_span(struct table *t)
{
    t->clock[0].span_ms = 0;
}
static void alarm_before_start(struct table *t)
{
    t->clock[0].alarm_ms[0] = DAY_MS;
}
static void word_without_choice(struct table *t)
{
    t->field[RESULT].choices = NULL;
}
static void text_with_choice(struct table *t)
{
    t->field[MEMO].choices = "a b";
}
static void told_to_nobody(struct table *t)
{
    t->field[MEMO].told = (uint32_t)1 << 30;
}
static void list_searched(struct table *t)
{
    t->field[SPOT].searched = true;
}
static void creator_service(struct table *t)
{
    t->kind.creators |= WORK_ROLE(service);
}
static void negative_span(struct table *t)
{
    t->kind.merge_ms = -1;
}

static const struct {
    break_fn *with;
    const char *says;
} BROKEN[] = {
    {no_name, "wants a name"},
    {one_tongue, "\"begin\" is not said in both tongues"},
    {two_states, "two states \"fresh\""},
    {two_steps, "two steps \"begin\""},
    {long_name, "field 3 wants a name"},
    {no_state, "has no state"},
    {too_many, "9 clocks are more than 8"},
    {no_end, "has no end"},
    {begins_at_end, "begins at an end"},
    {dead_end, "from the state \"busy\" no end can be reached"},
    {unreached, "the state \"lapsed\" cannot be reached"},
    {leaves_end, "\"reopen\" leads out of an end"},
    {reopens_what_is_open, "\"begin\" reopens"},
    {from_nowhere, "\"edit\" starts in no state"},
    {from_beyond, "\"edit\" starts in no state"},
    {to_beyond, "\"begin\" leads to a state that is not there"},
    {brings_nothing, "\"edit\" brings a field that is not there"},
    {first_brings_nothing, "a new item brings a field that is not there"},
    {key_of_nothing, "a field that is not there makes two items the same"},
    {machine_with_roles, "\"unsend\" is the machine's"},
    {held_by_nobody, "\"begin\" wants a holder"},
    {no_second, "\"send\" does not name who may be the second person"},
    {second_is_service, "\"send\" does not name who may be the second person"},
    {waits_for_ever, "\"send\" waits for a second person without end"},
    {no_undo, "\"urgent\" does not name what takes it back"},
    {undo_by_person, "\"urgent\" is taken back by \"edit\""},
    {undo_elsewhere, "\"urgent\" is taken back by \"unsend\""},
    {alone_with_second, "\"begin\" is done alone"},
    {two_with_undo, "\"send\" is not done before it is approved"},
    {clock_nowhere, "\"first\" runs in no state"},
    {clock_at_ends, "\"first\" runs only where everything has ended"},
    {clock_without_end, "\"first\" has no end"},
    {clock_by_person, "\"first\" ends in \"begin\""},
    {clock_outruns, "\"first\" runs in a state in which \"overdue\" does not start"},
    {clock_without_span, "\"first\" wants one span"},
    {alarm_before_start, "alarm of the clock \"first\""},
    {word_without_choice, "\"result\" is a word, but has no choices"},
    {text_with_choice, "\"memo\" has choices, but is no word"},
    {told_to_nobody, "\"memo\" is told to a kind of organisation that is none"},
    {list_searched, "\"spot\" cannot be searched for"},
    {creator_service, "creators are roles of people"},
    {negative_span, "span is negative"},
};

static void a_whole_table_passes(void **state)
{
    (void)state;
    char room[512] = "";
    struct table table = whole();
    assert_int_equal(checked(&table, room), STATUS_OK);
    assert_string_equal(room, "");
}

static void every_broken_table_is_refused_with_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        char room[512] = "";
        struct table table = whole();
        BROKEN[i].with(&table);
        if (checked(&table, room) != STATUS_MALFORMED)
            fail_msg("passes: %s", BROKEN[i].says);
        if (strstr(room, BROKEN[i].says) == NULL)
            fail_msg("\"%s\" is not in: %s", BROKEN[i].says, room);
    }
}

static void a_table_is_told_as_json(void **state)
{
    (void)state;
    static char room[16384];
    struct text text = text_over(room, sizeof room);
    text_add_work_kind(&text, &ERRAND);
    assert_false(text.full);
    assert_non_null(strstr(room, "{\"kind\":\"errand\",\"en\":\"errand\",\"zh\":\"差事\""));
    assert_non_null(strstr(room, "\"undo\":\"unsend\",\"confirm_ms\":1800000"));
    assert_non_null(strstr(room, "\"alarms_ms\":[60000,30000]"));
    assert_non_null(strstr(room, "\"told\":[\"carrier\"]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_table_passes),
        cmocka_unit_test(every_broken_table_is_refused_with_its_reason),
        cmocka_unit_test(a_table_is_told_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
