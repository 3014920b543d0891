/* lead_test.c -- two leads of two carriers point to one hotel, and everything that must not happen
 * on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/lead_inside.h"
#include "ground/folder.h"
#include "ground/volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LETTERS_MAX = 64 };

struct sent {
    char kind[32], partner[64], work[WORK_ID_SIZE], body[2048];
};

struct town {
    char folder[64], path[128];
    struct arena *boot, *request;
    struct access_keys keys;
    struct volume volume;
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct steady *steady;
    struct work *work;
    struct lead *lead;
    struct plan_desk *plan;
    int64_t wall_ms, ticks_ms;
    char home[ACCESS_ID_SIZE], telecom[ACCESS_ID_SIZE], police[ACCESS_ID_SIZE];
    struct identity ann, ben, desk, officer;
    struct work_refusal refusal;
    unsigned letters;
    struct sent letter[LETTERS_MAX];
};

static moment wall(void *self)
{
    return (moment){((struct town *)self)->wall_ms};
}

static int64_t ticks(void *self)
{
    return ((struct town *)self)->ticks_ms;
}

static void copy(char *out, size_t size, struct slice from)
{
    assert_true(from.size < size);
    memcpy(out, from.at, from.size);
    out[from.size] = '\0';
}

static enum status post(void *self, const struct lead_letter *letter, struct arena *request)
{
    struct town *town = self;
    (void)request;
    assert_true(town->letters < LETTERS_MAX);
    struct sent *sent = &town->letter[town->letters++];
    copy(sent->kind, sizeof sent->kind, slice_of(letter->kind));
    copy(sent->partner, sizeof sent->partner, letter->partner);
    copy(sent->work, sizeof sent->work, letter->work);
    copy(sent->body, sizeof sent->body, letter->body);
    return STATUS_OK;
}

static bool known(void *self, struct slice partner)
{
    (void)self;
    return !slice_equal(partner, SLICE("gone"));
}

static struct identity person(const char *user, const char *organisation, uint32_t roles)
{
    struct identity who = {.by = BY_SESSION, .roles = roles};
    copy(who.id, sizeof who.id, slice_of(user));
    copy(who.user, sizeof who.user, slice_of(user));
    copy(who.organisation, sizeof who.organisation, slice_of(organisation));
    return who;
}

static void put(struct town *town, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", town->folder, name);
    assert_int_equal(folder_put(path, slice_of(text)), STATUS_OK);
}

static const char PLAN[] = "prefix,digits,carrier,region,type\n+86133,13,telecom,,mobile\n"
                           "+86139,13,mobile,,mobile\n+86871,,,5301,fixed\n"
                           "+868716,13,telecom,5301,fixed\n+86156,13,unicom,,mobile\n";

static void store_up(struct town *town, struct text *why)
{
    struct store_migration steps[16];
    size_t count = 0;
    const struct {
        const struct store_migration *at;
        size_t count;
    } ROOMS[] = {{AUDIT_MIGRATIONS, AUDIT_MIGRATIONS_COUNT},
                 {ACCESS_MIGRATIONS, ACCESS_MIGRATIONS_COUNT},
                 {STEADY_MIGRATIONS, STEADY_MIGRATIONS_COUNT},
                 {WORK_MIGRATIONS, WORK_MIGRATIONS_COUNT},
                 {LEAD_MIGRATIONS, LEAD_MIGRATIONS_COUNT}};
    for (size_t r = 0; r < sizeof ROOMS / sizeof ROOMS[0]; r++)
        for (size_t i = 0; i < ROOMS[r].count; i++)
            steps[count++] = ROOMS[r].at[i];
    assert_int_equal(store_open(&town->store, town->path, steps, count, town->boot, why),
                     STATUS_OK);
    assert_int_equal(audit_open(&town->audit, town->store, SLICE("test.example/audit"),
                                &town->keys.seal.key, town->boot, why),
                     STATUS_OK);
}

static void people_up(struct town *town)
{
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(access_organisation_add(town->access, ORGANISATION_centre,
                                             ORGANISATION_LEVEL_none, SLICE("Centre"), town->home),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(town->access, ORGANISATION_carrier,
                                             ORGANISATION_LEVEL_none, SLICE("Telecom"),
                                             town->telecom),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(town->access, ORGANISATION_police,
                                             ORGANISATION_LEVEL_county, SLICE("Chenggong"),
                                             town->police),
                     STATUS_OK);
    assert_int_equal(store_commit(town->store), STATUS_OK);
    town->ann = person("u_ann", town->home, WORK_ROLE(analyst));
    town->ben = person("u_ben", town->home, WORK_ROLE(supervisor));
    town->desk = person("u_desk", town->telecom, WORK_ROLE(duty));
    town->officer = person("u_officer", town->police, WORK_ROLE(duty));
}

static void lead_up(struct town *town)
{
    char directory[256], text[1024], bytes[TONGUES_COUNT][512], path[256];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    (void)snprintf(text, sizeof text,
                   "directory: 1\ncarriers:\n"
                   "  - {carrier: telecom, organisation: %s, partner: telecom-km}\n"
                   "  - {carrier: mobile, partner: mobile-km}\n"
                   "  - {carrier: unicom, partner: gone}\n"
                   "police:\n  - {region: \"530114\", organisation: %s}\n"
                   "pushers:\n  - {partner: yunnan}\n",
                   town->telecom, town->police);
    put(town, "directory.yaml", text);
    (void)snprintf(path, sizeof path, "%s/plan", town->folder);
    enum disk_fault fault;
    assert_int_equal(folder_make(path, &fault), STATUS_OK);
    put(town, "plan/a.csv", PLAN);
    assert_int_equal(plan_desk_open(&town->plan, path, town->boot, why), STATUS_OK);
    (void)snprintf(directory, sizeof directory, "%s/directory.yaml", town->folder);
    const struct lead_options options = {
        .store = town->store,
        .plan = town->plan,
        .directory = directory,
        .key = {{5}},
        .post = {post, known, town},
        .home = slice_of(town->home),
        .home_country = SLICE("86"),
        .request_ms = 2 * MINUTE_MS,
        .answer_ms = 3 * MINUTE_MS,
        .late_ms = 10 * MINUTE_MS,
        .window_ms = DAY_MS,
    };
    assert_int_equal(lead_create(&town->lead, &options, town->boot, why), STATUS_OK);
}

static int town_up(void **state)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct town *town = calloc(1, sizeof *town);
    assert_non_null(town);
    struct clock clock = {wall, ticks, town};
    (void)snprintf(town->folder, sizeof town->folder, "/tmp/cutline-lead-XXXXXX");
    assert_non_null(mkdtemp(town->folder));
    (void)snprintf(town->path, sizeof town->path, "%s/store.db", town->folder);
    town->wall_ms = 1676865600000;
    town->ticks_ms = 5000000;
    assert_int_equal(arena_create(&town->boot, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(arena_create(&town->request, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(volume_of_directory(&town->volume, town->folder, town->boot), STATUS_OK);
    assert_int_equal(
        access_keys_open(&town->volume, true, seal_chance_of_machine(), &town->keys, &why),
        STATUS_OK);
    store_up(town, &why);
    const struct access_options access = {
        town->store, town->path, town->audit, &town->keys, seal_chance_of_machine(), clock};
    assert_int_equal(access_open(&town->access, &access, town->boot, &why), STATUS_OK);
    assert_int_equal(
        steady_open(&town->steady, town->store, clock, SLICE("boot-1"), town->boot, &why),
        STATUS_OK);
    people_up(town);
    lead_up(town);
    struct work_plug plug[LEAD_PLUGS_COUNT];
    lead_plugs(town->lead, plug);
    const struct work_options options = {.store = town->store,
                                         .audit = town->audit,
                                         .access = town->access,
                                         .key = town->keys.totp,
                                         .chance = seal_chance_of_machine(),
                                         .steady = town->steady,
                                         .plug = plug,
                                         .plugs_count = LEAD_PLUGS_COUNT,
                                         .home = slice_of(town->home)};
    if (work_open(&town->work, &options, town->boot, &why) != STATUS_OK)
        fail_msg("%s", room);
    lead_start(town->lead, town->work);
    *state = town;
    return 0;
}

static int town_down(void **state)
{
    struct town *town = *state;
    lead_destroy(town->lead);
    plan_desk_close(town->plan);
    work_close(town->work);
    access_close(town->access);
    store_close(town->store);
    volume_close(&town->volume);
    assert_int_equal(folder_remove(town->folder), STATUS_OK);
    arena_destroy(town->request);
    arena_destroy(town->boot);
    free(town);
    return 0;
}

/* ---- acting ---- */

static enum status ended(struct town *town, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(town->store);
    store_rollback(town->store);
    return status;
}

static struct work_value value(const char *field, const char *text)
{
    return lead_value(&LEAD_CHECK, field, slice_of(text));
}

static struct work_item find(struct town *town, const char *id)
{
    struct work_item item;
    assert_int_equal(lead_find(town->lead, id, town->request, &item), STATUS_OK);
    return item;
}

static struct work_item hotline(struct town *town, const char *number, const char *grade)
{
    struct work_item item;
    bool joined;
    const struct work_value values[] = {value("number", number), value("origin", "hotline"),
                                        value("grade", grade), value("reporter", "13700000009"),
                                        value("story", "said to be the police")};
    const struct work_draft draft = {.kind = &LEAD_CHECK,
                                     .owner = slice_of(town->home),
                                     .detected = MOMENT_NONE,
                                     .value = values,
                                     .values_count = 5,
                                     .by = &town->ann};
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(
        ended(town, work_add(town->work, &draft, town->request, &town->refusal, &item, &joined)),
        STATUS_OK);
    return find(town, item.id);
}

static enum status step(struct town *town, const char *id, const char *name,
                        const struct identity *by, const struct work_value *values, unsigned count)
{
    struct work_item item = find(town, id), result;
    const struct work_move move = {.id = id,
                                   .step = name,
                                   .version = item.version,
                                   .by = by,
                                   .value = values,
                                   .values_count = count};
    assert_int_equal(store_begin(town->store), STATUS_OK);
    return ended(town, work_step(town->work, &move, town->request, &town->refusal, &result));
}

static void request_it(struct town *town, const char *id)
{
    const struct work_value values[] = {value("purpose", "fraud_lead"),
                                        value("basis", "anti_fraud_law"),
                                        value("document", "昆公反诈查〔2023〕18号")};
    assert_int_equal(step(town, id, "request", &town->ann, values, 3), STATUS_OK);
}

static enum status approve(struct town *town, const char *id, const struct identity *by)
{
    struct work_item item = find(town, id), result;
    assert_non_null(item.asking);
    const struct work_word word = {
        .id = id, .digest = slice_of(item.asking->digest), .by = by, .reason = SLICE("read")};
    assert_int_equal(store_begin(town->store), STATUS_OK);
    return ended(town, work_approve(town->work, &word, town->request, &town->refusal, &result));
}

static void send_it(struct town *town, const char *id)
{
    request_it(town, id);
    assert_int_equal(step(town, id, "send", &town->ann, NULL, 0), STATUS_OK);
    assert_int_equal(approve(town, id, &town->ben), STATUS_OK);
}

static const char *state_of(struct town *town, const char *id)
{
    struct work_item item = find(town, id);
    return item.kind->state[item.state].name;
}

static enum status reply_of(struct town *town, const char *partner, const char *id,
                            enum check_outcome outcome, const char *address, bool *used)
{
    char bytes[2048];
    struct text body = text_over(bytes, sizeof bytes);
    struct reply reply = {.id = slice_of(id),
                          .outcome = outcome,
                          .reason =
                              outcome == CHECK_answered ? CHECK_REASON_none : CHECK_REASON_person};
    if (outcome == CHECK_answered) {
        reply.value[REPLY_line_status] = SLICE("active");
        reply.value[REPLY_address] = slice_of(address);
        reply.value[REPLY_place] = SLICE("530114");
        reply.value[REPLY_imei] = SLICE("not an imei"); /* does not cost the rest */
        reply.value[REPLY_cell] = SLICE("460-11-1-2");
        if (address[0] == '\0')
            reply.value[REPLY_cell] = reply.value[REPLY_place] = SLICE("");
    }
    text_add_reply(&body, &reply);
    assert_int_equal(store_begin(town->store), STATUS_OK);
    return ended(town, lead_take_reply(town->lead, slice_of(partner), slice_of(id),
                                       text_slice(&body), town->request, used));
}

static const struct sent *letter_of(const struct town *town, const char *kind, const char *partner)
{
    for (unsigned i = town->letters; i > 0; i--)
        if (strcmp(town->letter[i - 1].kind, kind) == 0 &&
            strcmp(town->letter[i - 1].partner, partner) == 0)
            return &town->letter[i - 1];
    return NULL;
}

static void keep(struct town *town, int64_t ms)
{
    bool more = true;
    town->wall_ms += ms;
    town->ticks_ms += ms;
    while (more)
        assert_int_equal(work_keep(town->work, town->request, &more), STATUS_OK);
}

static char site_id[WORK_ID_SIZE];

/* ---- tests ---- */

static void both_kinds_hold(void **state)
{
    (void)state;
    char bytes[512];
    struct text why = text_over(bytes, sizeof bytes);
    if (work_kind_check(&LEAD_CHECK, &why) != STATUS_OK ||
        work_kind_check(&SITE_TASK, &why) != STATUS_OK)
        fail_msg("%s", bytes);
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        assert_true(work_field_find(&LEAD_CHECK, slice_of(REPLY_FIELDS[f].name)) >= 0);
}

static void two_leads_of_two_carriers_point_to_one_hotel(void **state)
{
    struct town *town = *state;
    bool used, joined;
    struct work_item pushed;
    char body[512];
    struct work_item mobile = hotline(town, "139 0000 0001", "high");
    assert_true(slice_equal(work_value_of(&mobile, "partner"), SLICE("mobile-km")));
    struct text push = text_over(body, sizeof body);
    const struct check_question question = {.id = SLICE("yn-7"),
                                            .number = SLICE("0871-65550001"),
                                            .from = {1676860000000},
                                            .to = MOMENT_NONE};
    text_add_push(&push, &question);
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(
        ended(town, lead_from_push(town->lead, SLICE("yunnan"), SLICE("l1"), text_slice(&push),
                                   town->request, &pushed, &joined)),
        STATUS_OK);
    send_it(town, mobile.id);
    send_it(town, pushed.id);
    assert_int_equal(town->letters, 2);
    assert_int_equal(reply_of(town, "mobile-km", mobile.id, CHECK_answered,
                              "云南省昆明市呈贡区春融街１号锦华酒店8楼", &used),
                     STATUS_OK);
    assert_true(used);
    assert_string_equal(state_of(town, mobile.id), "single");
    /* The other carrier's person answers at the desk, with the address as that register has it. */
    const struct work_value answer[] = {value("line_status", "active"),
                                        value("address", "呈贡区春融街一号 锦华大酒店总机"),
                                        value("place", "530114")};
    assert_int_equal(step(town, pushed.id, "answer", &town->desk, answer, 3), STATUS_OK);
    assert_string_equal(state_of(town, mobile.id), "field");
    assert_string_equal(state_of(town, pushed.id), "field");
    struct work_item item = find(town, mobile.id);
    copy(site_id, sizeof site_id, work_value_of(&item, "site"));
    struct work_item site = find(town, site_id);
    assert_true(slice_equal(work_value_of(&site, "leads_count"), SLICE("2")));
    assert_non_null(strstr(work_value_of(&site, "why").at, "same_place"));
    assert_string_equal(site.kind->state[site.state].name, "dispatched");
    const struct work_value result[] = {
        lead_value(&SITE_TASK, "finding", SLICE("confirmed")),
        lead_value(
            &SITE_TASK, "devices",
            SLICE("[{\"kind\":\"goip\",\"count\":\"3\"},{\"kind\":\"router\",\"count\":\"3\"}]")),
        lead_value(&SITE_TASK, "suspects", SLICE("4")),
        lead_value(&SITE_TASK, "cards", SLICE("0"))};
    assert_int_equal(step(town, site_id, "arrive", &town->officer, NULL, 0), STATUS_OK);
    assert_int_equal(step(town, site_id, "report", &town->officer, result, 4), STATUS_OK);
    assert_string_equal(state_of(town, mobile.id), "closed");
    assert_string_equal(state_of(town, pushed.id), "closed");
    const char *const TOLD[] = {"mobile-km", "telecom-km", "yunnan"};
    for (unsigned i = 0; i < 3; i++) {
        const struct sent *notice = letter_of(town, "lead.notice", TOLD[i]);
        assert_non_null(notice);
        assert_non_null(strstr(notice->body, "\"what\":\"confirmed\""));
    }
    assert_non_null(strstr(letter_of(town, "lead.notice", "yunnan")->body, "\"id\":\"yn-7\""));
    struct lead_counts counts;
    lead_count(town->lead, &counts);
    assert_int_equal(counts.sites, 1);
}

static void a_later_lead_joins_the_open_site(void **state)
{
    struct town *town = *state;
    bool used;
    char ids[3][WORK_ID_SIZE];
    static const char *const NUMBERS[] = {"13900000001", "13900000002", "13900000003"};
    for (unsigned i = 0; i < 3; i++) {
        struct work_item item = hotline(town, NUMBERS[i], "high");
        copy(ids[i], sizeof ids[i], slice_of(item.id));
        send_it(town, ids[i]);
        assert_int_equal(
            reply_of(town, "mobile-km", ids[i], CHECK_answered, "呈贡区春融街1号", &used),
            STATUS_OK);
    }
    struct work_item first = find(town, ids[0]), third = find(town, ids[2]);
    assert_true(slice_equal(work_value_of(&first, "site"), work_value_of(&third, "site")));
    assert_string_equal(state_of(town, ids[2]), "field");
    copy(site_id, sizeof site_id, work_value_of(&third, "site"));
    struct work_item site = find(town, site_id);
    assert_true(slice_equal(work_value_of(&site, "leads_count"), SLICE("3")));
    struct lead_counts counts;
    lead_count(town->lead, &counts);
    assert_int_equal(counts.sites, 1);
    assert_int_equal(counts.joined_sites, 1);
}

static void old_signs_and_other_houses_put_nobody_together(void **state)
{
    struct town *town = *state;
    bool used;
    struct work_item one = hotline(town, "13900000001", "high");
    send_it(town, one.id);
    assert_int_equal(reply_of(town, "mobile-km", one.id, CHECK_answered, "呈贡区春融街1号", &used),
                     STATUS_OK);
    keep(town, DAY_MS + 1);
    struct work_item two = hotline(town, "13900000002", "high");
    send_it(town, two.id);
    assert_int_equal(reply_of(town, "mobile-km", two.id, CHECK_answered, "呈贡区春融街1号", &used),
                     STATUS_OK);
    assert_string_equal(state_of(town, one.id), "single");
    assert_string_equal(state_of(town, two.id), "single"); /* a day later */
    struct work_item three = hotline(town, "13900000003", "high");
    send_it(town, three.id);
    assert_int_equal(reply_of(town, "mobile-km", three.id, CHECK_answered, "", &used), STATUS_OK);
    assert_string_equal(state_of(town, three.id), "single"); /* an answer without signs */
}

static void a_carrier_is_told_what_it_needs_and_no_more(void **state)
{
    struct town *town = *state;
    struct work_item seen;
    struct work_item item = hotline(town, "13300000001", "high");
    send_it(town, item.id);
    const char *body = letter_of(town, "lead.ask", "telecom-km")->body;
    assert_non_null(strstr(body, "\"number\":\"+8613300000001\""));
    assert_null(strstr(body, "13700000009"));
    assert_null(strstr(body, "police"));
    assert_null(strstr(body, "high"));
    assert_int_equal(work_find(town->work, town->store, item.id, &town->desk, town->request, &seen),
                     STATUS_OK);
    for (unsigned i = 0; i < seen.values_count; i++)
        assert_true((seen.kind->field[seen.value[i].field].told & WORK_TO(carrier)) != 0);
    assert_int_equal(work_value_of(&seen, "reporter").size, 0);
    assert_int_equal(work_value_of(&seen, "grade").size, 0);
    assert_int_equal(
        work_find(town->work, town->store, item.id, &town->officer, town->request, &seen),
        STATUS_ABSENT);
}

static void nothing_leaves_without_document_and_second_person(void **state)
{
    struct town *town = *state;
    struct work_item item = hotline(town, "13900000001", "high");
    const struct work_value without[] = {value("purpose", "fraud_lead"),
                                         value("basis", "anti_fraud_law")};
    assert_int_equal(step(town, item.id, "send", &town->ann, NULL, 0), STATUS_LATE);
    assert_int_equal(step(town, item.id, "request", &town->ann, without, 2), STATUS_MALFORMED);
    request_it(town, item.id);
    assert_int_equal(step(town, item.id, "send", &town->ann, NULL, 0), STATUS_OK);
    assert_string_equal(state_of(town, item.id), "check_requested");
    assert_int_equal(town->letters, 0);
    assert_int_equal(approve(town, item.id, &town->ann), STATUS_REFUSED); /* one's own */
    assert_int_equal(approve(town, item.id, &town->ben), STATUS_OK);
    assert_int_equal(town->letters, 1);
    assert_string_equal(state_of(town, item.id), "sent");
}

static void at_once_is_for_extreme_leads_and_is_taken_back_unless_confirmed(void **state)
{
    struct town *town = *state;
    struct work_item high = hotline(town, "13900000001", "high");
    struct work_item extreme = hotline(town, "13900000002", "extreme");
    request_it(town, high.id);
    request_it(town, extreme.id);
    assert_true(step(town, high.id, "send_now", &town->ann, NULL, 0) != STATUS_OK);
    assert_int_equal(town->refusal.fault, WORK_FAULT_LEGAL);
    assert_int_equal(step(town, extreme.id, "send_now", &town->ann, NULL, 0), STATUS_OK);
    assert_string_equal(state_of(town, extreme.id), "sent");
    assert_int_equal(town->letters, 1);
    keep(town, DAY_MS + 1000);
    assert_string_equal(state_of(town, extreme.id), "check_requested");
    assert_non_null(
        strstr(letter_of(town, "lead.notice", "mobile-km")->body, "\"what\":\"withdrawn\""));
}

/* Nobody may have asked it, so nobody keeps what was said. */
static void what_was_answered_to_a_check_that_is_taken_back_is_forgotten(void **state)
{
    struct town *town = *state;
    bool used = false;
    struct work_item item = hotline(town, "13900000002", "extreme");
    request_it(town, item.id);
    assert_int_equal(step(town, item.id, "send_now", &town->ann, NULL, 0), STATUS_OK);
    assert_int_equal(reply_of(town, "mobile-km", item.id, CHECK_answered, "呈贡区春融街1号", &used),
                     STATUS_OK);
    assert_true(used);
    item = find(town, item.id);
    assert_true(work_value_of(&item, "address").size > 0);
    keep(town, DAY_MS + 1000);
    assert_string_equal(state_of(town, item.id), "check_requested");
    item = find(town, item.id);
    assert_int_equal(work_value_of(&item, "address").size, 0);
    assert_int_equal(work_value_of(&item, "cell").size, 0);
    assert_int_equal(work_value_of(&item, "line_status").size, 0);
    assert_true(work_value_of(&item, "number").size > 0); /* what was reported stays */
    struct store_rows *rows = NULL;
    struct store_value at[1];
    assert_int_equal(store_query(town->store, "SELECT COUNT(*) FROM lead_sign", NULL, 0, &rows),
                     STATUS_OK);
    assert_int_equal(store_next(rows, at, 1), STATUS_OK);
    assert_int_equal(at[0].whole, 0);
    store_end(rows);
}

static void a_carrier_that_does_not_answer_is_not_waited_for_silently(void **state)
{
    struct town *town = *state;
    struct lead_counts counts;
    struct work_item item = hotline(town, "13900000001", "high");
    send_it(town, item.id);
    keep(town, 179 * SECOND_MS);
    item = find(town, item.id);
    assert_int_equal(work_value_of(&item, "escalated").size, 0);
    keep(town, 1 * SECOND_MS);
    item = find(town, item.id);
    assert_true(work_value_of(&item, "escalated").size != 0);
    assert_true(item.priority >= 1000); /* before all others of its queue */
    assert_string_equal(state_of(town, item.id), "sent");
    lead_count(town->lead, &counts);
    assert_int_equal(counts.overdue, 1);
    keep(town, 10 * MINUTE_MS);
    lead_count(town->lead, &counts);
    assert_int_equal(counts.overdue, 2);
}

static void a_cleared_line_is_told_at_once_to_everybody_who_was_asked(void **state)
{
    struct town *town = *state;
    bool used;
    char ids[2][WORK_ID_SIZE];
    const struct work_value reason = value("clear_reason", "the card was lost and is replaced");
    for (unsigned i = 0; i < 2; i++) {
        struct work_item item = hotline(town, i == 0 ? "13900000001" : "13900000002", "high");
        copy(ids[i], sizeof ids[i], slice_of(item.id));
        send_it(town, ids[i]);
        assert_int_equal(
            reply_of(town, "mobile-km", ids[i], CHECK_answered, "呈贡区春融街1号", &used),
            STATUS_OK);
    }
    struct work_item item = find(town, ids[0]);
    copy(site_id, sizeof site_id, work_value_of(&item, "site"));
    assert_int_equal(step(town, ids[0], "clear", &town->ann, &reason, 1), STATUS_OK);
    const struct sent *notice = letter_of(town, "lead.notice", "mobile-km");
    assert_non_null(strstr(notice->body, "\"what\":\"cleared\""));
    assert_non_null(strstr(notice->body, "+8613900000001"));
    assert_string_equal(state_of(town, site_id), "dispatched");
    assert_int_equal(step(town, ids[1], "clear", &town->ann, &reason, 1), STATUS_OK);
    assert_string_equal(state_of(town, site_id), "closed"); /* nobody need go there */
    /* Its signs count no more. */
    struct work_item third = hotline(town, "13900000003", "high");
    send_it(town, third.id);
    assert_int_equal(
        reply_of(town, "mobile-km", third.id, CHECK_answered, "呈贡区春融街1号", &used), STATUS_OK);
    assert_string_equal(state_of(town, third.id), "single");
}

static void a_number_of_no_known_carrier_goes_nowhere(void **state)
{
    struct town *town = *state;
    struct work_item nobody = hotline(town, "18000000001", "high");
    struct work_item fixed = hotline(town, "0871-75550001", "high");
    struct work_item unlisted = hotline(town, "15600000001", "high");
    const char *const ids[] = {nobody.id, fixed.id, unlisted.id};
    for (unsigned i = 0; i < 3; i++) {
        request_it(town, ids[i]);
        assert_true(step(town, ids[i], "send", &town->ann, NULL, 0) != STATUS_OK);
        assert_int_equal(town->refusal.fault, WORK_FAULT_MISSING);
        struct work_item item = find(town, ids[i]);
        assert_true(work_value_of(&item, "route").size != 0);
    }
    fixed = find(town, fixed.id);
    assert_true(slice_equal(work_value_of(&fixed, "region"), SLICE("5301")));
    assert_true(slice_equal(fixed.place, SLICE("5301"))); /* in the queue of its area */
    assert_int_equal(town->letters, 0);
}

static void answers_of_others_and_late_ones_change_nothing(void **state)
{
    struct town *town = *state;
    bool used;
    struct work_item item = hotline(town, "13900000001", "high");
    assert_int_equal(reply_of(town, "mobile-km", item.id, CHECK_answered, "呈贡区春融街1号", &used),
                     STATUS_OK);
    assert_false(used); /* nobody has asked */
    send_it(town, item.id);
    assert_int_equal(
        reply_of(town, "telecom-km", item.id, CHECK_answered, "呈贡区春融街1号", &used),
        STATUS_REFUSED);
    assert_int_equal(reply_of(town, "mobile-km", "w_0000000000000000", CHECK_answered, "x", &used),
                     STATUS_REFUSED);
    assert_string_equal(state_of(town, item.id), "sent");
    assert_int_equal(reply_of(town, "mobile-km", item.id, CHECK_held, "", &used), STATUS_OK);
    assert_string_equal(state_of(town, item.id), "sent"); /* a person will answer */
    assert_int_equal(reply_of(town, "mobile-km", item.id, CHECK_absent, "", &used), STATUS_OK);
    assert_string_equal(state_of(town, item.id), "check_requested");
}

static void an_alert_is_one_lead_however_often_it_is_told(void **state)
{
    struct town *town = *state;
    struct work_item first, second, other;
    bool joined;
    struct lead_alert alert = {.id = SLICE("00112233445566778899aabbccddeeff"),
                               .number = SLICE("+8613900000001"),
                               .typology = SLICE("scam_caller"),
                               .grade = 4,
                               .time = {1676865000000}};
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(lead_from_alert(town->lead, &alert, town->request, &first, &joined),
                     STATUS_OK);
    assert_int_equal(lead_from_alert(town->lead, &alert, town->request, &second, &joined),
                     STATUS_OK);
    alert.id = SLICE("ffeeddccbbaa99887766554433221100");
    assert_int_equal(lead_from_alert(town->lead, &alert, town->request, &other, &joined),
                     STATUS_OK);
    assert_int_equal(store_commit(town->store), STATUS_OK);
    assert_string_equal(first.id, second.id);
    assert_string_equal(first.id, other.id); /* the same number: one item */
    assert_true(joined);
    assert_int_equal(store_begin(town->store), STATUS_OK);
    alert.number = SLICE("unknown");
    alert.id = SLICE("1");
    assert_int_equal(
        ended(town, lead_from_alert(town->lead, &alert, town->request, &other, &joined)),
        STATUS_MALFORMED);
}

static void whoever_may_not_push_is_refused(void **state)
{
    struct town *town = *state;
    struct work_item item;
    bool joined;
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(ended(town, lead_from_push(town->lead, SLICE("beijing"), SLICE("l1"),
                                                SLICE("{}"), town->request, &item, &joined)),
                     STATUS_REFUSED);
    assert_int_equal(store_begin(town->store), STATUS_OK);
    assert_int_equal(ended(town, lead_from_push(town->lead, SLICE("yunnan"), SLICE("l1"),
                                                SLICE("{}"), town->request, &item, &joined)),
                     STATUS_MALFORMED);
}

static void a_list_of_devices_has_kinds_and_counts(void **state)
{
    struct town *town = *state;
    (void)town;
    static const struct {
        const char *list;
        bool holds;
    } CASES[] = {
        {"[]", true},
        {"[{\"kind\":\"goip\",\"count\":\"3\"}]", true},
        {"[{\"count\":\"3\",\"kind\":\"sim_bank\"}]", true},
        {"[{\"kind\":\"toaster\",\"count\":\"3\"}]", false},
        {"[{\"kind\":\"goip\",\"count\":\"none\"}]", false},
        {"[{\"kind\":\"goip\",\"count\":\"0\"}]", false},
        {"[{\"kind\":\"goip\"}]", false},
        {"[{\"kind\":\"goip\",\"count\":\"1\",\"owner\":\"x\"}]", false},
        {"{}", false},
    };
    int report = work_step_find(&SITE_TASK, SLICE("report"));
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct work_value brought = lead_value(&SITE_TASK, "devices", slice_of(CASES[i].list));
        int field;
        assert_int_equal(site_holds(NULL, NULL, report, &brought, 1, &field),
                         CASES[i].holds ? WORK_FAULT_NONE : WORK_FAULT_VALUE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, town_up, town_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_hold),
        TEST(two_leads_of_two_carriers_point_to_one_hotel),
        TEST(a_later_lead_joins_the_open_site),
        TEST(old_signs_and_other_houses_put_nobody_together),
        TEST(a_carrier_is_told_what_it_needs_and_no_more),
        TEST(nothing_leaves_without_document_and_second_person),
        TEST(at_once_is_for_extreme_leads_and_is_taken_back_unless_confirmed),
        TEST(what_was_answered_to_a_check_that_is_taken_back_is_forgotten),
        TEST(a_carrier_that_does_not_answer_is_not_waited_for_silently),
        TEST(a_cleared_line_is_told_at_once_to_everybody_who_was_asked),
        TEST(a_number_of_no_known_carrier_goes_nowhere),
        TEST(answers_of_others_and_late_ones_change_nothing),
        TEST(an_alert_is_one_lead_however_often_it_is_told),
        TEST(whoever_may_not_push_is_refused),
        TEST(a_list_of_devices_has_kinds_and_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
