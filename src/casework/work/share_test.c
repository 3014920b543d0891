/* share_test.c -- merging, splitting, handing over, papers, reveals, what is told of all this, and
 * what is not found in the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

enum { JSON_ROOM = 1 << 16 };

static char json_room[JSON_ROOM];

static const char *log_of(struct house *house, const char *id, const struct identity *by)
{
    struct text text = text_over(json_room, sizeof json_room);
    assert_int_equal(work_log(house->work, house->reader, id, by, &text, house->request),
                     STATUS_OK);
    return json_room;
}

static void sent_to_carrier(struct house *house, const char *id)
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_send(house->work, id, slice_of(house->carrier),
                                   WORK_BIT(PHONE) | WORK_BIT(CALLER), house->request)),
        STATUS_OK);
}

static void two_become_one_and_nothing_is_lost(void **state)
{
    struct house *house = *state;
    struct work_item a, b, out;
    const struct work_value memo[] = {VALUE(MEMO, "from a"), VALUE(AMOUNT, "7")};
    const struct work_value amount[] = {VALUE(AMOUNT, "9")};
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    assert_int_equal(house_add(house, "13800138002", 2, "", &b), STATUS_OK);
    assert_int_equal(house_step(house, &a, "edit", &house->ann, memo, 2, &a), STATUS_OK);
    assert_int_equal(house_step(house, &b, "edit", &house->ann, amount, 1, &b), STATUS_OK);
    sent_to_carrier(house, a.id);
    house_find(house, a.id, &house->ann, &a);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_merge(house->work, a.id, b.id, a.version, &house->ann,
                                    SLICE("one caller"), house->request, &house->refusal, &out)),
        STATUS_OK);
    assert_string_equal(out.id, b.id);
    assert_int_equal(out.priority, 8);
    assert_true(slice_equal(work_value_of(&out, "memo"), SLICE("from a")));
    assert_true(slice_equal(work_value_of(&out, "amount"), SLICE("9"))); /* what it had, stays */
    house_find(house, a.id, &house->ann, &a);
    assert_string_equal(a.into, b.id);
    assert_int_equal(a.closed.ms, a.changed.ms);
    assert_int_equal(house_step(house, &a, "reopen", &house->ben, NULL, 0, &out), STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_MERGED);
    /* the carrier has a seat in both, and sees of b nothing that it was not told */
    house_find(house, b.id, &house->desk, &out);
    assert_int_equal(out.values_count, 0);
    assert_non_null(strstr(log_of(house, b.id, &house->ann), "\"what\":\"merged\""));
    assert_non_null(strstr(log_of(house, a.id, &house->ann), "one caller"));
}

static void one_becomes_two_that_know_each_other(void **state)
{
    struct house *house = *state;
    struct work_item a, out;
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_split(house->work, a.id, a.version, WORK_BIT(PHONE), &house->ann,
                                    SLICE("two crews"), house->request, &house->refusal, &out)),
        STATUS_OK);
    assert_string_not_equal(out.id, a.id);
    assert_int_equal(out.priority, 8);
    assert_true(slice_equal(work_value_of(&out, "phone"), SLICE("+86138****8001")));
    assert_non_null(strstr(log_of(house, a.id, &house->ann), "\"relation\":\"part_of\""));
    assert_non_null(strstr(log_of(house, out.id, &house->ann), a.id));
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_split(house->work, a.id, a.version, WORK_BIT(PHONE), &house->ann,
                                    SLICE("again"), house->request, &house->refusal, &out)),
        STATUS_LATE); /* another version */
}

static void a_case_goes_to_another_house_and_its_old_one_keeps_what_it_knew(void **state)
{
    struct house *house = *state;
    struct work_item a, out;
    struct slice nobody = {NULL, 0};
    struct identity heir = house_person("u_heir", house->second_home, house->cem.roles);
    const struct work_value memo[] = {VALUE(MEMO, "new")};
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_hand_over(house->work, a.id, a.version, &house->ann, nobody,
                                        slice_of(house->carrier), SLICE("yours"), house->request,
                                        &house->refusal, &out)),
        STATUS_OK); /* a carrier may be told all that is there: the phone */
    struct identity clerk = house_person("u_clerk", house->carrier, house->cem.roles);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_hand_over(house->work, a.id, out.version, &clerk, nobody,
                                        slice_of(house->second_home), SLICE("no, yours"),
                                        house->request, &house->refusal, &out)),
        STATUS_REFUSED); /* no centre may be told a phone: the table says so */
    assert_int_equal(house_add(house, "13800138002", 8, "same", &a), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_hand_over(house->work, a.id, a.version, &house->ann, nobody,
                                        slice_of(house->second_home), SLICE("your area"),
                                        house->request, &house->refusal, &out)),
        STATUS_OK); /* like to like */
    assert_int_equal(out.seat, WORK_SEAT_ADDRESSEE);
    house_find(house, a.id, &heir, &out);
    assert_int_equal(out.seat, WORK_SEAT_OWNER);
    assert_int_equal(house_step(house, &out, "edit", &heir, memo, 1, &out), STATUS_OK);
    house_find(house, a.id, &house->ann, &out);
    assert_int_equal(work_value_of(&out, "memo").size, 0);
    assert_int_equal(work_value_of(&out, "phone").size, 14);
    assert_int_equal(house_next(house, &house->ann, "", &out), STATUS_ABSENT);
    struct work_item later;
    assert_int_equal(house_add(house, "13800138002", 1, "same", &later), STATUS_OK);
    assert_string_not_equal(later.id, a.id);
    assert_int_equal(house_next(house, &heir, "5301", &out), STATUS_OK);
    assert_string_equal(out.id, a.id);
}

static enum status noted(struct house *house, const char *id, const struct identity *by,
                         struct slice text)
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house, work_note(house->work, id, by, text, house->request));
}

static enum status attached(struct house *house, const char *id, const struct identity *by,
                            struct slice name, struct slice bytes, char sha256[DIGEST_HEX_SIZE])
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house, work_attach(house->work, id, by, name, bytes, house->request, sha256));
}

static void papers_are_kept_by_what_they_are(void **state)
{
    struct house *house = *state;
    struct work_item a;
    char sha256[DIGEST_HEX_SIZE], other[DIGEST_HEX_SIZE];
    struct slice name, bytes;
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    sent_to_carrier(house, a.id);
    assert_int_equal(noted(house, a.id, &house->ann, SLICE("ours\nonly")), STATUS_OK);
    assert_int_equal(noted(house, a.id, &house->desk, SLICE("theirs")), STATUS_OK);
    assert_int_equal(noted(house, a.id, &house->ann, SLICE("bell\a")), STATUS_MALFORMED);
    assert_int_equal(noted(house, a.id, &house->teller, SLICE("x")), STATUS_ABSENT);
    assert_int_equal(
        attached(house, a.id, &house->ann, SLICE("a.pdf"), SLICE("%PDF-1.7 …"), sha256), STATUS_OK);
    assert_int_equal(attached(house, a.id, &house->ann, SLICE("b.pdf"), SLICE("%PDF-1.7 …"), other),
                     STATUS_OK); /* it is there */
    assert_string_equal(sha256, other);
    assert_int_equal(attached(house, a.id, &house->ann, SLICE("a.pdf"),
                              SLICE("\x7F"
                                    "ELF…"),
                              other),
                     STATUS_MALFORMED);
    assert_int_equal(attached(house, a.id, &house->ann, SLICE("../a"), SLICE("text"), other),
                     STATUS_MALFORMED);
    const struct slice huge = {json_room, WORK_ATTACHMENT_MAX + 1};
    assert_int_equal(attached(house, a.id, &house->ann, SLICE("a"), huge, other), STATUS_FULL);
    assert_int_equal(work_attachment(house->work, house->reader, a.id, slice_of(sha256),
                                     &house->ann, house->request, &name, &bytes),
                     STATUS_OK);
    assert_true(slice_equal(bytes, SLICE("%PDF-1.7 …")));
    assert_true(slice_equal(name, SLICE("a.pdf")));
    assert_int_equal(work_attachment(house->work, house->reader, a.id, slice_of(sha256),
                                     &house->desk, house->request, &name, &bytes),
                     STATUS_ABSENT);
    const char *told = log_of(house, a.id, &house->ann);
    assert_non_null(strstr(told, "theirs"));
    assert_non_null(strstr(told, "a.pdf"));
    told = log_of(house, a.id, &house->desk);
    assert_null(strstr(told, "ours"));
    assert_null(strstr(told, "a.pdf"));
    assert_null(strstr(told, "u_ann"));
    assert_non_null(strstr(told, "theirs"));
}

static enum status revealed(struct house *house, const char *id, const struct identity *by,
                            struct slice reason, struct work_item *out)
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house,
                     work_reveal(house->work, id, by, UINT64_MAX, reason, house->request, out));
}

static void a_look_has_a_reason_and_a_limit(void **state)
{
    struct house *house = *state;
    struct work_item a, out;
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    sent_to_carrier(house, a.id);
    assert_int_equal(revealed(house, a.id, &house->ann, SLICE(""), &out), STATUS_MALFORMED);
    assert_int_equal(revealed(house, a.id, &house->robot, SLICE("why"), &out), STATUS_REFUSED);
    assert_int_equal(revealed(house, a.id, &house->teller, SLICE("why"), &out), STATUS_ABSENT);
    for (unsigned i = 0; i < WORK_REVEALS_AN_HOUR; i++)
        assert_int_equal(revealed(house, a.id, &house->ann, SLICE("to call back"), &out),
                         STATUS_OK);
    assert_true(slice_equal(work_value_of(&out, "phone"), SLICE("+8613800138001")));
    assert_int_equal(out.masked, 0);
    house_restart(house, false);
    assert_int_equal(revealed(house, a.id, &house->ann, SLICE("once more"), &out), STATUS_FULL);
    assert_int_equal(revealed(house, a.id, &house->desk, SLICE("we are asked"), &out), STATUS_OK);
    house_wait(house, HOUR_MS + 1);
    assert_int_equal(revealed(house, a.id, &house->ann, SLICE("once more"), &out), STATUS_OK);
    assert_int_equal(
        house_count(house, "SELECT count(*) FROM audit_entry WHERE action = 'work.revealed'"),
        WORK_REVEALS_AN_HOUR + 2);
    assert_non_null(strstr(log_of(house, a.id, &house->ann), "to call back"));
    assert_null(strstr(log_of(house, a.id, &house->desk), "to call back"));
}

static void events_are_numbered_for_each_house(void **state)
{
    struct house *house = *state;
    struct work_item a, b;
    char room[8192];
    struct text text = text_over(room, sizeof room);
    uint64_t last = 0;
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    assert_int_equal(house_add(house, "13800138002", 8, "", &b), STATUS_OK);
    sent_to_carrier(house, b.id);
    house_wait(house, 120 * SECOND_MS);
    house_keep(house);
    assert_int_equal(
        work_events(house->work, house->reader, 0, &house->ann, &text, 100, &last, house->request),
        STATUS_OK);
    assert_int_equal(last, 5); /* added, added, sent, alarm, alarm */
    assert_non_null(strstr(room, "\"what\":\"alarm\""));
    assert_non_null(strstr(room, "\"clock\":\"first\""));
    text = text_over(room, sizeof room);
    last = 0;
    assert_int_equal(
        work_events(house->work, house->reader, 0, &house->desk, &text, 100, &last, house->request),
        STATUS_OK);
    assert_int_equal(last, 2); /* sent, alarm: from one, without a gap */
    assert_null(strstr(room, a.id));
    assert_non_null(strstr(room, "{\"number\":1,"));
    text = text_over(room, sizeof room);
    assert_int_equal(work_events(house->work, house->reader, last, &house->desk, &text, 100, &last,
                                 house->request),
                     STATUS_OK);
    assert_string_equal(room, "[]");
}

static void times_are_measured_out_of_the_log(void **state)
{
    struct house *house = *state;
    char room[8192];
    struct text text = text_over(room, sizeof room);
    const struct work_value good[] = {VALUE(RESULT, "good")};
    moment from = steady_now(house->steady);
    struct work_item a;
    house_wait(house, 10);
    for (int i = 1; i <= 10; i++) {
        assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
        house_wait(house, i * SECOND_MS);
        assert_int_equal(house_take(house, &a, &house->ann, &a), STATUS_OK);
        house_wait(house, SECOND_MS);
        assert_int_equal(house_step(house, &a, "begin", &house->ann, NULL, 0, &a), STATUS_OK);
        house_wait(house, SECOND_MS);
        assert_int_equal(house_step(house, &a, "close", &house->ann, good, 1, &a), STATUS_OK);
    }
    assert_int_equal(house_add(house, "13800138001", 8, "", &a), STATUS_OK);
    house_wait(house, 181 * SECOND_MS);
    house_keep(house);
    assert_int_equal(work_measures(house->work, house->reader, &ERRAND, from,
                                   steady_now(house->steady), &house->ann, &text, house->request),
                     STATUS_OK);
    assert_non_null(strstr(room, "\"items\":11"));
    assert_non_null(strstr(room, "\"take\":{\"count\":10,\"p50_ms\":50"));
    assert_non_null(strstr(room, "\"max_ms\":10000}"));
    assert_non_null(strstr(room, "\"resolve\":{\"count\":10,"));
    assert_non_null(strstr(room, "\"max_ms\":12000}"));
    assert_non_null(strstr(room, "\"act\":{\"count\":0}"));
    assert_non_null(strstr(room, "\"started\":11,\"met\":10,\"expired\":1,\"late_ms_max\":1000"));
    text = text_over(room, sizeof room);
    assert_int_equal(work_measures(house->work, house->reader, &ERRAND, from,
                                   steady_now(house->steady), &house->teller, &text,
                                   house->request),
                     STATUS_OK);
    assert_non_null(strstr(room, "\"items\":0"));
}

static bool file_holds(const char *path, const char *word)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    static char bytes[1 << 24];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_true(size < sizeof bytes);
    (void)fclose(file);
    return memmem(bytes, size, word, strlen(word)) != NULL;
}

static void what_names_people_is_not_found_in_the_store(void **state)
{
    struct house *house = *state;
    struct work_item a;
    char path[128], sha256[DIGEST_HEX_SIZE];
    static const char *const CANARIES[] = {"13912345678", "王二麻子", "4711 secret", "paper bytes",
                                           "because of Wang"};
    const struct work_value values[] = {VALUE(NAME, "王二麻子"), VALUE(MEMO, "4711 secret")};
    assert_int_equal(house_add(house, "13912345678", 8, "13912345678", &a), STATUS_OK);
    assert_int_equal(house_step(house, &a, "edit", &house->ann, values, 2, &a), STATUS_OK);
    assert_int_equal(noted(house, a.id, &house->ann, SLICE("4711 secret")), STATUS_OK);
    assert_int_equal(
        attached(house, a.id, &house->ann, SLICE("王二麻子.txt"), SLICE("paper bytes"), sha256),
        STATUS_OK);
    assert_int_equal(revealed(house, a.id, &house->ann, SLICE("because of Wang"), &a), STATUS_OK);
    for (size_t i = 0; i < sizeof CANARIES / sizeof CANARIES[0]; i++) {
        assert_false(file_holds(house->path, CANARIES[i]));
        (void)snprintf(path, sizeof path, "%s-wal", house->path);
        assert_false(file_holds(path, CANARIES[i]));
    }
    assert_true(file_holds(path, a.id)); /* it was looked in the right place */
}

static void an_item_is_told_as_json(void **state)
{
    struct house *house = *state;
    struct work_item a;
    struct text text = text_over(json_room, sizeof json_room);
    const struct work_value values[] = {VALUE(SPOT, "[ {\"hotel\" : \"a\\\"b\", \"room\": 3} ]"),
                                        VALUE(AMOUNT, "007")};
    assert_int_equal(house_add(house, "13912345678", 8, "", &a), STATUS_OK);
    assert_int_equal(house_step(house, &a, "edit", &house->ann, values, 2, &a), STATUS_OK);
    house_wait(house, 30 * SECOND_MS);
    text_add_work_item(&text, &a, 480, steady_now(house->steady));
    assert_non_null(strstr(json_room, "\"fields\":{\"phone\":\"+86139****5678\",\"amount\":7,"
                                      "\"spot\":[{\"hotel\":\"a\\\"b\",\"room\":3}]},\"masked\":"
                                      "[\"phone\"]"));
    assert_non_null(strstr(json_room, "\"left_ms\":150000"));
    const struct work_value bad[] = {VALUE(SPOT, "[1]")};
    assert_int_equal(house_step(house, &a, "edit", &house->ann, bad, 1, &a), STATUS_MALFORMED);
    assert_int_equal(house->refusal.field, SPOT);
}

/* Every member of a JSON text must be named on the page. */
static void page_names(const char *page, const char *json)
{
    char word[64];
    for (const char *at = strchr(json, '"'); at != NULL; at = strchr(at + 1, '"')) {
        const char *end = strchr(at + 1, '"');
        assert_non_null(end);
        if (end[1] == ':') {
            (void)snprintf(word, sizeof word, "`%.*s`", (int)(end - at - 1), at + 1);
            bool field =
                work_field_find(&ERRAND, (struct slice){at + 1, (size_t)(end - at - 1)}) >= 0;
            if (!field && strstr(page, word) == NULL)
                fail_msg("docs/casework.md does not tell of %s", word);
        }
        at = end;
    }
}

static void the_page_names_every_member(void **state)
{
    struct house *house = *state;
    struct work_item a, b;
    char sha256[DIGEST_HEX_SIZE];
    static char page[1 << 16];
    uint64_t last = 0;
    FILE *file = fopen(PAGE, "rb");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    (void)fclose(file);
    const struct work_value amount[] = {VALUE(AMOUNT, "1")};
    assert_int_equal(house_add(house, "13912345678", 8, "", &a), STATUS_OK);
    assert_int_equal(house_add(house, "13912345679", 8, "", &b), STATUS_OK);
    assert_int_equal(noted(house, a.id, &house->ann, SLICE("note")), STATUS_OK);
    assert_int_equal(attached(house, a.id, &house->ann, SLICE("a"), SLICE("a"), sha256), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_link(house->work, a.id, b.id, "same_place", &house->ann,
                                                SLICE("one hotel"))),
                     STATUS_OK);
    assert_int_equal(house_take(house, &a, &house->ann, &a), STATUS_OK);
    assert_int_equal(house_step(house, &a, "begin", &house->ann, NULL, 0, &a), STATUS_OK);
    assert_int_equal(house_step(house, &a, "send", &house->ann, amount, 1, &a), STATUS_OK);
    struct text text = text_over(json_room, sizeof json_room);
    text_add_work_item(&text, &a, 480, steady_now(house->steady));
    page_names(page, json_room);
    page_names(page, log_of(house, a.id, &house->ann));
    house_wait(house, HOUR_MS);
    house_keep(house);
    house_find(house, b.id, &house->ann, &b);
    text = text_over(json_room, sizeof json_room);
    text_add_work_item(&text, &b, 480, steady_now(house->steady));
    page_names(page, json_room);
    page_names(page, log_of(house, b.id, &house->ann));
    text = text_over(json_room, sizeof json_room);
    assert_int_equal(
        work_events(house->work, house->reader, 0, &house->ann, &text, 100, &last, house->request),
        STATUS_OK);
    page_names(page, json_room);
    text = text_over(json_room, sizeof json_room);
    assert_int_equal(work_measures(house->work, house->reader, &ERRAND, (moment){0},
                                   steady_now(house->steady), &house->ann, &text, house->request),
                     STATUS_OK);
    page_names(page, json_room);
}

static enum status counts_item(void *self, const struct work_item *item, struct slice cursor)
{
    (void)item;
    (void)cursor;
    ++*(int *)self;
    return STATUS_OK;
}

static int found_by(struct house *house, const char *phone, const struct identity *by)
{
    const struct work_query query = {.state = -1, .identifier = slice_of(phone), .count_max = 10};
    int count = 0;
    assert_int_equal(work_list(house->work, house->reader, &query, by, house->request,
                               (struct work_sink){counts_item, &count}),
                     STATUS_OK);
    return count;
}

/* Not in the row, the index, or among the papers; that it was there stays in the log. */
static void what_is_forgotten_is_gone_and_logged(void **state)
{
    struct house *house = *state;
    struct work_item item;
    char sha256[DIGEST_HEX_SIZE];
    const struct work_value caller[] = {VALUE(PHONE, "+8613912345678"), VALUE(MEMO, "a memo")};
    assert_int_equal(house_add(house, "13912345678", 8, "", &item), STATUS_OK);
    assert_int_equal(house_step(house, &item, "edit", &house->ann, caller, 2, &item), STATUS_OK);
    assert_int_equal(attached(house, item.id, &house->ann, SLICE("a"), SLICE("a"), sha256),
                     STATUS_OK);
    assert_int_equal(found_by(house, "+8613912345678", &house->ann), 1);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_forget(house->work, item.id, WORK_BIT(PHONE) | WORK_BIT(NAME), true,
                                     house->request)),
        STATUS_OK);
    house_find(house, item.id, NULL, &item);
    assert_int_equal(work_value_of(&item, "phone").size, 0);
    assert_true(slice_equal(work_value_of(&item, "memo"), SLICE("a memo")));
    assert_int_equal(found_by(house, "+8613912345678", &house->ann), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_attachment"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_log WHERE what = 'forgotten' "
                                        "AND fields = 'phone'"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_forgotten_is_gone_and_logged, house_up, house_down),
        cmocka_unit_test_setup_teardown(two_become_one_and_nothing_is_lost, house_up, house_down),
        cmocka_unit_test_setup_teardown(one_becomes_two_that_know_each_other, house_up, house_down),
        cmocka_unit_test_setup_teardown(
            a_case_goes_to_another_house_and_its_old_one_keeps_what_it_knew, house_up, house_down),
        cmocka_unit_test_setup_teardown(papers_are_kept_by_what_they_are, house_up, house_down),
        cmocka_unit_test_setup_teardown(a_look_has_a_reason_and_a_limit, house_up, house_down),
        cmocka_unit_test_setup_teardown(events_are_numbered_for_each_house, house_up, house_down),
        cmocka_unit_test_setup_teardown(times_are_measured_out_of_the_log, house_up, house_down),
        cmocka_unit_test_setup_teardown(what_names_people_is_not_found_in_the_store, house_up,
                                        house_down),
        cmocka_unit_test_setup_teardown(the_page_names_every_member, house_up, house_down),
        cmocka_unit_test_setup_teardown(an_item_is_told_as_json, house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
