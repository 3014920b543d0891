/* sanction_test.c -- one person's way through every step, and everybody who may not do it: the
 * wrong
 * person, the wrong level, the wrong order, the wrong day. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"
#include "ground/folder.h"
#include "ground/volume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUES(...) ((const struct pair[]){__VA_ARGS__, {NULL, NULL}})
#define NOTHING     ((const struct pair[]){{NULL, NULL}})
#define ADULT       "110105199003071234"

struct pair {
    const char *field, *text;
};

struct court {
    char folder[64], path[128];
    struct arena *boot, *request;
    struct access_keys keys;
    struct volume volume;
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct steady *steady;
    struct work *work;
    struct law law;
    struct sanction_desk desk;
    int64_t wall_ms, ticks_ms;
    char county[ACCESS_ID_SIZE], city[ACCESS_ID_SIZE], province[ACCESS_ID_SIZE];
    char bank[ACCESS_ID_SIZE], carrier[ACCESS_ID_SIZE], wallet[ACCESS_ID_SIZE];
    struct identity li, wang;          /* officer and supervisor of the county */
    struct identity zhao, qian, sun;   /* supervisors of the city, and an officer */
    struct identity zhou;              /* supervisor of the province */
    struct identity teller, operator_; /* of the bank and the carrier */
    struct work_refusal refusal;
    unsigned entered, left, forgot;
    struct sanction_entry last; /* that was entered */
    char last_item[WORK_ID_SIZE], last_kept[32], last_dropped[256];
    bool bank_knows; /* the bank said that this is its customer */
};

static moment wall(void *self)
{
    return (moment){((struct court *)self)->wall_ms};
}

static int64_t ticks(void *self)
{
    return ((struct court *)self)->ticks_ms;
}

static void copy(char *out, size_t size, struct slice from)
{
    assert_true(from.size < size);
    if (from.size > 0)
        memcpy(out, from.at, from.size);
    out[from.size] = '\0';
}

/* ---- the register, as this room sees it ---- */

static enum status enter(void *self, const struct sanction_entry *entry, struct arena *request)
{
    struct court *court = self;
    (void)request;
    court->entered++;
    court->last = *entry;
    copy(court->last_item, sizeof court->last_item, slice_of(entry->item));
    copy(court->last_kept, sizeof court->last_kept, entry->kept_card);
    copy(court->last_dropped, sizeof court->last_dropped, entry->dropped);
    return STATUS_OK;
}

static enum status leave(void *self, const char *item, struct arena *request)
{
    struct court *court = self;
    (void)item;
    (void)request;
    court->left++;
    return STATUS_OK;
}

static enum status forget(void *self, const char *item, struct arena *request)
{
    struct court *court = self;
    (void)item;
    (void)request;
    court->forgot++;
    return STATUS_OK;
}

static enum status match(void *self, struct slice document, char (*out)[ACCESS_ID_SIZE],
                         size_t *count)
{
    struct court *court = self;
    assert_true(document.size > 0);
    *count = 0;
    if (court->bank_knows)
        copy(out[(*count)++], ACCESS_ID_SIZE, slice_of(court->bank));
    return STATUS_OK;
}

/* ---- the house ---- */

static struct identity person(const char *user, const char *organisation, uint32_t roles)
{
    struct identity who = {.by = BY_SESSION, .roles = roles};
    copy(who.id, sizeof who.id, slice_of(user));
    copy(who.user, sizeof who.user, slice_of(user));
    copy(who.organisation, sizeof who.organisation, slice_of(organisation));
    return who;
}

static void store_up(struct court *court, struct text *why)
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
                 {SANCTION_MIGRATIONS, SANCTION_MIGRATIONS_COUNT}};
    for (size_t r = 0; r < sizeof ROOMS / sizeof ROOMS[0]; r++)
        for (size_t i = 0; i < ROOMS[r].count; i++)
            steps[count++] = ROOMS[r].at[i];
    assert_int_equal(store_open(&court->store, court->path, steps, count, court->boot, why),
                     STATUS_OK);
    assert_int_equal(audit_open(&court->audit, court->store, SLICE("test.example/audit"),
                                &court->keys.seal.key, court->boot, why),
                     STATUS_OK);
}

static void organisation(struct court *court, enum organisation_kind kind, const char *level,
                         char id[ACCESS_ID_SIZE])
{
    enum organisation_level at;
    assert_true(organisation_level_find(slice_of(level), &at));
    assert_int_equal(access_organisation_add(court->access, kind, at, SLICE("one of them"), id),
                     STATUS_OK);
}

static void people_up(struct court *court)
{
    assert_int_equal(store_begin(court->store), STATUS_OK);
    organisation(court, ORGANISATION_police, "county", court->county);
    organisation(court, ORGANISATION_police, "city", court->city);
    organisation(court, ORGANISATION_police, "province", court->province);
    organisation(court, ORGANISATION_bank, "", court->bank);
    organisation(court, ORGANISATION_carrier, "", court->carrier);
    organisation(court, ORGANISATION_payment, "", court->wallet);
    assert_int_equal(store_commit(court->store), STATUS_OK);
    court->li = person("u_li", court->county, WORK_ROLE(duty));
    court->wang = person("u_wang", court->county, WORK_ROLE(supervisor));
    court->zhao = person("u_zhao", court->city, WORK_ROLE(supervisor));
    court->qian = person("u_qian", court->city, WORK_ROLE(supervisor));
    court->sun = person("u_sun", court->city, WORK_ROLE(duty));
    court->zhou = person("u_zhou", court->province, WORK_ROLE(supervisor));
    court->teller = person("u_teller", court->bank, WORK_ROLE(liaison));
    court->operator_ = person("u_operator", court->carrier, WORK_ROLE(liaison));
}

static void desk_up(struct court *court, struct clock clock)
{
    char bytes[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    if (law_open(&court->law, LAW, court->boot, why) != STATUS_OK)
        fail_msg("%s", bytes[0]);
    court->desk = (struct sanction_desk){
        .store = court->store,
        .key = {{7}},
        .chance = seal_chance_of_machine(),
        .law = &court->law,
        .clock = clock,
        .zone_minutes = 480,
        .sink = {enter, leave, forget, match, court},
    };
}

static int court_up(void **state)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct court *court = calloc(1, sizeof *court);
    assert_non_null(court);
    struct clock clock = {wall, ticks, court};
    (void)snprintf(court->folder, sizeof court->folder, "/tmp/cutline-sanction-XXXXXX");
    assert_non_null(mkdtemp(court->folder));
    (void)snprintf(court->path, sizeof court->path, "%s/store.db", court->folder);
    court->wall_ms = 1768010400000; /* 2026-01-10 10:00 +08:00 */
    court->ticks_ms = 5000000;
    assert_int_equal(arena_create(&court->boot, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(arena_create(&court->request, (size_t)1 << 31), STATUS_OK);
    assert_int_equal(volume_of_directory(&court->volume, court->folder, court->boot), STATUS_OK);
    assert_int_equal(
        access_keys_open(&court->volume, true, seal_chance_of_machine(), &court->keys, &why),
        STATUS_OK);
    store_up(court, &why);
    const struct access_options access = {
        court->store, court->path, court->audit, &court->keys, seal_chance_of_machine(), clock};
    assert_int_equal(access_open(&court->access, &access, court->boot, &why), STATUS_OK);
    assert_int_equal(
        steady_open(&court->steady, court->store, clock, SLICE("boot-1"), court->boot, &why),
        STATUS_OK);
    people_up(court);
    desk_up(court, clock);
    struct work_plug plug[SANCTION_PLUGS];
    sanction_plugs(&court->desk, plug);
    const struct work_options options = {.store = court->store,
                                         .audit = court->audit,
                                         .access = court->access,
                                         .key = court->keys.totp,
                                         .chance = seal_chance_of_machine(),
                                         .steady = court->steady,
                                         .plug = plug,
                                         .plugs_count = SANCTION_PLUGS,
                                         .zone_minutes = 480,
                                         .home = slice_of(court->county)};
    if (work_open(&court->work, &options, court->boot, &why) != STATUS_OK)
        fail_msg("%s", room);
    court->desk.work = court->work;
    *state = court;
    return 0;
}

static int court_down(void **state)
{
    struct court *court = *state;
    work_close(court->work);
    access_close(court->access);
    store_close(court->store);
    volume_close(&court->volume);
    assert_int_equal(folder_remove(court->folder), STATUS_OK);
    arena_destroy(court->request);
    arena_destroy(court->boot);
    free(court);
    return 0;
}

/* ---- acting ---- */

static enum status ended(struct court *court, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(court->store);
    store_rollback(court->store);
    return status;
}

static unsigned values_of(const struct work_kind *kind, const struct pair *pair,
                          struct work_value *out)
{
    unsigned count = 0;
    for (; pair->field != NULL; pair++) {
        int field = work_field_find(kind, slice_of(pair->field));
        if (field < 0)
            fail_msg("no field %s", pair->field);
        out[count++] = (struct work_value){field, slice_of(pair->text)};
    }
    return count;
}

static struct work_item find(struct court *court, const char *id)
{
    struct work_item item;
    assert_int_equal(work_find(court->work, court->store, id, NULL, court->request, &item),
                     STATUS_OK);
    return item;
}

static const char *state_of(struct court *court, const char *id)
{
    struct work_item item = find(court, id);
    return item.kind->state[item.state].name;
}

static const char *get(struct court *court, const char *id, const char *field)
{
    struct work_item item = find(court, id);
    struct slice value = work_value_of(&item, field);
    char *out = NULL;
    assert_int_equal(arena_take(court->request, value.size + 1, (void **)&out), STATUS_OK);
    copy(out, value.size + 1, value);
    return out;
}

static enum status step(struct court *court, const char *id, const char *name,
                        const struct identity *by, const struct pair *pairs)
{
    struct work_item item = find(court, id), result;
    struct work_value value[WORK_FIELDS_MAX];
    const struct work_move move = {.id = id,
                                   .step = name,
                                   .version = item.version,
                                   .by = by,
                                   .value = value,
                                   .values_count = values_of(item.kind, pairs, value)};
    court->refusal = (struct work_refusal){WORK_FAULT_NONE, -1};
    assert_int_equal(store_begin(court->store), STATUS_OK);
    return ended(court, work_step(court->work, &move, court->request, &court->refusal, &result));
}

static void refused(struct court *court, const char *id, const char *name,
                    const struct identity *by, const struct pair *pairs, enum work_fault fault)
{
    const char *before = state_of(court, id);
    assert_int_not_equal(step(court, id, name, by, pairs), STATUS_OK);
    if (court->refusal.fault != fault)
        fail_msg("%s: refused by %d, not by %d", name, (int)court->refusal.fault, (int)fault);
    assert_string_equal(state_of(court, id), before);
}

static enum status approve(struct court *court, const char *id, const struct identity *by)
{
    struct work_item item = find(court, id), result;
    assert_non_null(item.asking);
    const struct work_word word = {
        .id = id, .digest = slice_of(item.asking->digest), .by = by, .reason = SLICE("read")};
    court->refusal = (struct work_refusal){WORK_FAULT_NONE, -1};
    assert_int_equal(store_begin(court->store), STATUS_OK);
    return ended(court, work_approve(court->work, &word, court->request, &court->refusal, &result));
}

static enum status new_one(struct court *court, const struct identity *by, const struct pair *pairs,
                           char id[WORK_ID_SIZE])
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_item item;
    bool joined;
    const struct work_draft draft = {.kind = &SANCTION_KIND,
                                     .owner = slice_of(court->county),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = values_of(&SANCTION_KIND, pairs, value),
                                     .by = by};
    court->refusal = (struct work_refusal){WORK_FAULT_NONE, -1};
    assert_int_equal(store_begin(court->store), STATUS_OK);
    enum status status = ended(
        court, work_add(court->work, &draft, court->request, &court->refusal, &item, &joined));
    if (status == STATUS_OK)
        memcpy(id, item.id, WORK_ID_SIZE);
    return status;
}

static void draft_of(struct court *court, const char *document, const char *items, char id[])
{
    const struct pair *pairs =
        VALUES({"document", document}, {"name", "张三"}, {"category", "determined"},
               {"conduct", "b1_items"}, {"items", items}, {"first_act", "2024-11-02"},
               {"facts", "出租三张电话卡"}, {"involved_cards", "[{\"phone\":\"+8613800000001\"}]"});
    assert_int_equal(new_one(court, &court->li, pairs, id), STATUS_OK);
}

static void nominate(struct court *court, const char *id)
{
    assert_int_equal(step(court, id, "nominate", &court->li, VALUES({"organ", court->city})),
                     STATUS_OK);
    assert_int_equal(approve(court, id, &court->wang), STATUS_OK);
    assert_string_equal(state_of(court, id), "nominated");
}

#define REASONS                            \
    {                                      \
        "reasons", "三张卡均已核实" \
    }
#define EVIDENCE                                              \
    {                                                         \
        "evidence", "[{\"sha256\":\"ab\",\"what\":\"rent\"}]" \
    }
#define SAID                                                                         \
    {                                                                                \
        "said", "[{\"item\":\"basis\"},{\"item\":\"term\"},{\"item\":\"measures\"}," \
                "{\"item\":\"right_of_appeal\"}]"                                    \
    }
#define SERVED                                                               \
    {"served_at", "2026-01-10T09:00:00+08:00"}, {"served_how", "in_person"}, \
    {                                                                        \
        "proof", "P-1"                                                       \
    }

static void determine(struct court *court, const char *id)
{
    assert_int_equal(step(court, id, "determine", &court->zhao, VALUES(REASONS, EVIDENCE)),
                     STATUS_OK);
    assert_string_equal(state_of(court, id), "determined");
}

/* In force, with orders to the bank and the carrier. */
static void in_force(struct court *court, char id[WORK_ID_SIZE])
{
    char executors[128];
    (void)snprintf(executors, sizeof executors, "[{\"id\":\"%s\"},{\"id\":\"%s\"}]", court->bank,
                   court->carrier);
    draft_of(court, ADULT, "3", id);
    nominate(court, id);
    determine(court, id);
    assert_int_equal(
        step(court, id, "serve", &court->sun, VALUES(SERVED, SAID, {"kept_card", "13800000002"})),
        STATUS_OK);
    assert_int_equal(step(court, id, "transmit", &court->zhao, VALUES({"executors", executors})),
                     STATUS_OK);
    assert_string_equal(state_of(court, id), "in_force");
}

/* The order to that executor for that sanction. */
static void order_of(struct court *court, const char *sanction, const char *executor, char id[])
{
    static const char FIND[] =
        "SELECT order_item FROM sanction_executor WHERE item = ?1 AND executor = ?2";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(sanction)),
                                         STORE_OF_TEXT(slice_of(executor))};
    struct store_value at[1];
    assert_int_equal(store_one(court->store, FIND, values, 2, at, 1, court->request), STATUS_OK);
    copy(id, WORK_ID_SIZE, at[0].bytes);
}

/* The newest appeal. */
static void appeal_of(struct court *court, char id[])
{
    static const char FIND[] =
        "SELECT id FROM work_item WHERE kind = 'appeal' AND ?1 = ?1 ORDER BY "
        "number DESC LIMIT 1";
    const struct store_value none = STORE_OF_WHOLE(0);
    struct store_value at[1];
    assert_int_equal(store_one(court->store, FIND, &none, 1, at, 1, court->request), STATUS_OK);
    copy(id, WORK_ID_SIZE, at[0].bytes);
}

static void keep(struct court *court)
{
    bool more = true;
    while (more)
        assert_int_equal(work_keep(court->work, court->request, &more), STATUS_OK);
}

static void wait_until(struct court *court, const char *day, int64_t ms)
{
    law_date date;
    assert_int_equal(law_date_parse(slice_of(day), &date), STATUS_OK);
    int64_t to = law_date_begin(date, 480).ms + ms;
    assert_true(to > court->wall_ms);
    court->ticks_ms += to - court->wall_ms;
    court->wall_ms = to;
    keep(court);
}

/* ---- tests ---- */

static void a_nomination_takes_two_of_a_county_and_facts_that_the_law_names(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    const struct pair *organ = VALUES({"organ", court->city});
    draft_of(court, ADULT, "2", id);
    refused(court, id, "nominate", &court->li, organ, WORK_FAULT_BELOW);
    draft_of(court, ADULT, "3", id);
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"first_act", "2022-11-30"}), WORK_FAULT_EARLY);
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"first_act", "2026-01-11"}), WORK_FAULT_VALUE);
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"whose", "relative"}), WORK_FAULT_RELATIVE);
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"conduct", "account_trading"}), WORK_FAULT_LEGAL);
    /* an organ that is not high enough, or none at all, determines nothing */
    assert_int_equal(step(court, id, "nominate", &court->li, VALUES({"organ", court->county})),
                     STATUS_OK);
    assert_int_not_equal(approve(court, id, &court->li), STATUS_OK);
    assert_int_equal(court->refusal.fault, WORK_FAULT_OWN_WORD);
    assert_int_equal(approve(court, id, &court->wang), STATUS_REFUSED);
    assert_int_equal(court->refusal.fault, WORK_FAULT_RANK);
    assert_int_equal(step(court, id, "edit", &court->li, VALUES({"items", "4"})), STATUS_OK);
    assert_int_equal(step(court, id, "nominate", &court->li, VALUES({"organ", court->bank})),
                     STATUS_OK);
    assert_int_equal(approve(court, id, &court->wang), STATUS_REFUSED);
    assert_int_equal(court->refusal.fault, WORK_FAULT_RANK);
    assert_int_equal(step(court, id, "edit", &court->li, VALUES({"items", "3"})), STATUS_OK);
    nominate(court, id);
}

static void no_relative_and_no_minor_by_machine(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    const char *minor = "110105201003071234"; /* fourteen */
    assert_int_equal(
        new_one(court, &court->li,
                VALUES({"document", ADULT}, {"category", "determined"}, {"whose", "relative"}), id),
        STATUS_MALFORMED);
    assert_int_equal(court->refusal.fault, WORK_FAULT_RELATIVE);
    assert_int_equal(
        new_one(court, NULL, VALUES({"document", minor}, {"category", "determined"}), id),
        STATUS_REFUSED);
    assert_int_equal(
        new_one(court, NULL, VALUES({"document", "E12345678"}, {"category", "determined"}), id),
        STATUS_REFUSED); /* nobody knows */
    assert_int_equal(
        new_one(court, NULL, VALUES({"document", ADULT}, {"category", "determined"}), id),
        STATUS_OK);
    draft_of(court, minor, "3", id);
    refused(court, id, "nominate", &court->li, VALUES({"organ", court->city}), WORK_FAULT_MINOR);
    assert_int_equal(step(court, id, "nominate", &court->li,
                          VALUES({"organ", court->city}, {"minor_reason", "三次被劝阻仍出租"})),
                     STATUS_OK);
    draft_of(court, "E12345678", "3", id);
    refused(court, id, "nominate", &court->li, VALUES({"organ", court->city}), WORK_FAULT_MISSING);
}

static void another_person_of_a_high_enough_organ_determines(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    struct identity moved = court->li; /* the nominator, now chief of the city */
    draft_of(court, ADULT, "3", id);
    refused(court, id, "determine", &court->wang, VALUES(REASONS, EVIDENCE), WORK_FAULT_HAND);
    nominate(court, id);
    moved.roles = WORK_ROLE(supervisor);
    memcpy(moved.organisation, court->city, sizeof moved.organisation);
    refused(court, id, "determine", &moved, VALUES(REASONS, EVIDENCE), WORK_FAULT_INVOLVED);
    refused(court, id, "determine", &court->sun, VALUES(REASONS, EVIDENCE), WORK_FAULT_HAND);
    refused(court, id, "determine", &court->wang, VALUES(REASONS, EVIDENCE), WORK_FAULT_HAND);
    refused(court, id, "determine", &court->zhao, VALUES(REASONS), WORK_FAULT_MISSING);
    refused(court, id, "determine", &court->zhao, VALUES(REASONS, {"evidence", "[]"}),
            WORK_FAULT_VALUE);
    assert_int_equal(step(court, id, "determine", &court->zhou, VALUES(REASONS, EVIDENCE)),
                     STATUS_ABSENT); /* it was not sent to the province */
    determine(court, id);
    assert_int_equal(court->entered, 0); /* nobody is restricted yet */
    assert_string_equal(get(court, id, "decided_on"), "2026-01-10");
    assert_string_equal(get(court, id, "last"), "2028-01-10");
    assert_non_null(strstr(get(court, id, "law"), "cn-final-2024-12 sha256:"));
    assert_non_null(strstr(get(court, id, "doubt"), "term.counting [U]"));
    assert_null(strstr(get(court, id, "doubt"), "term.determined"));
    assert_non_null(strstr(get(court, id, "for_bank"), "agreed_tax"));
    assert_string_equal(get(court, id, "for_regulator"),
                        "[{\"object\":\"credit_database\",\"restriction\":\"recorded\","
                        "\"exceptions\":\"\",\"article\":\"8(2) [R]\",\"mark\":\"V2\"}]");
}

static void below_the_number_only_the_province_determines(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    const struct pair *to =
        VALUES({"impact", "影响较大"}, {"need", "确有必要"}, {"higher", court->province});
    draft_of(court, ADULT, "2", id);
    assert_int_equal(step(court, id, "edit", &court->li, VALUES({"conduct", "b5_below_threshold"})),
                     STATUS_OK);
    nominate(court, id);
    refused(court, id, "determine", &court->zhao, VALUES(REASONS, EVIDENCE), WORK_FAULT_MISSING);
    refused(court, id, "determine", &court->zhao,
            VALUES(REASONS, EVIDENCE, {"impact", "x"}, {"need", "y"}), WORK_FAULT_RANK);
    refused(court, id, "refer", &court->zhao, VALUES({"impact", "x"}), WORK_FAULT_MISSING);
    refused(court, id, "refer", &court->zhao,
            VALUES({"impact", "x"}, {"need", "y"}, {"higher", court->city}), WORK_FAULT_RANK);
    assert_int_equal(step(court, id, "refer", &court->zhao, to), STATUS_OK);
    refused(court, id, "determine", &court->qian, VALUES(REASONS, EVIDENCE), WORK_FAULT_HAND);
    assert_int_equal(step(court, id, "determine", &court->zhou, VALUES(REASONS, EVIDENCE)),
                     STATUS_OK);
    assert_string_equal(get(court, id, "determined_by"), court->province);
    draft_of(court, ADULT, "3", id); /* not below at all */
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"conduct", "b5_below_threshold"}), WORK_FAULT_VALUE);
}

static void nobody_is_restricted_before_they_were_told_or_it_was_tried(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    draft_of(court, ADULT, "3", id);
    nominate(court, id);
    determine(court, id);
    refused(court, id, "transmit", &court->zhao, NOTHING, WORK_FAULT_MISSING);
    refused(court, id, "serve", &court->sun,
            VALUES(SERVED, {"said", "[{\"item\":\"basis\"},{\"item\":\"term\"},"
                                    "{\"item\":\"measures\"}]"}),
            WORK_FAULT_MISSING);
    refused(court, id, "serve", &court->sun,
            VALUES(SAID, {"served_at", "2026-01-10T09:00:00+08:00"}, {"served_how", "in_person"}),
            WORK_FAULT_MISSING); /* no proof */
    refused(court, id, "serve", &court->sun,
            VALUES(SAID, {"served_at", "2026-01-11T09:00:00+08:00"}, {"served_how", "in_person"},
                   {"proof", "P"}),
            WORK_FAULT_VALUE);
    refused(court, id, "serve", &court->sun, VALUES(SERVED, SAID, {"kept_card", "13800000001"}),
            WORK_FAULT_VALUE); /* involved */
    refused(court, id, "serve", &court->wang, VALUES(SERVED, SAID), WORK_FAULT_HAND);
    assert_int_equal(
        step(court, id, "attempt", &court->sun,
             VALUES({"attempted_at", "2026-01-10T09:00:00+08:00"}, {"why", "not at home"})),
        STATUS_OK);
    refused(court, id, "transmit", &court->sun, NOTHING, WORK_FAULT_HAND);
    assert_int_equal(court->entered, 0);
    assert_int_equal(step(court, id, "transmit", &court->zhao, NOTHING), STATUS_OK);
    assert_int_equal(court->entered, 1);
    assert_int_equal(step(court, id, "serve_late", &court->sun, VALUES(SERVED, SAID)), STATUS_OK);
}

static void an_executor_is_told_its_own_and_keeps_one_card(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], order[WORK_ID_SIZE];
    struct work_item seen;
    court->bank_knows = true; /* named and matched: still one order */
    in_force(court, id);
    order_of(court, id, court->bank, order);
    assert_int_equal(
        work_find(court->work, court->store, order, &court->teller, court->request, &seen),
        STATUS_OK);
    assert_int_equal(work_value_of(&seen, "facts").size, 0);
    assert_int_equal(work_value_of(&seen, "kept_card").size, 0);
    assert_int_equal(
        work_find(court->work, court->store, order, &court->operator_, court->request, &seen),
        STATUS_ABSENT);
    assert_int_equal(
        work_find(court->work, court->store, id, &court->teller, court->request, &seen),
        STATUS_ABSENT);
    order_of(court, id, court->carrier, order);
    const struct pair done = {"done_at", "2026-01-10T10:00:00+08:00"};
    refused(court, order, "confirm", &court->operator_, VALUES(done, {"kept_card", "13800000003"}),
            WORK_FAULT_VALUE); /* the person chose another */
    refused(court, order, "confirm", &court->teller, VALUES(done), WORK_FAULT_NONE);
    assert_int_equal(step(court, order, "confirm", &court->operator_, VALUES(done)), STATUS_OK);
    assert_int_equal(step(court, id, "choose", &court->sun, VALUES({"kept_card", "13800000009"})),
                     STATUS_OK);
    assert_string_equal(state_of(court, order), "changing"); /* the carrier is told */
    assert_string_equal(court->last_kept, "+8613800000009");
    order_of(court, id, court->bank, order);
    assert_string_equal(state_of(court, order), "ordered"); /* nothing of the bank's changed */
}

static void a_carrier_that_restricts_everything_is_not_believed(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], order[WORK_ID_SIZE], executors[64];
    (void)snprintf(executors, sizeof executors, "[{\"id\":\"%s\"}]", court->carrier);
    draft_of(court, ADULT, "3", id);
    nominate(court, id);
    determine(court, id);
    assert_int_equal(step(court, id, "serve", &court->sun, VALUES(SERVED, SAID)), STATUS_OK);
    assert_int_equal(step(court, id, "transmit", &court->zhao, VALUES({"executors", executors})),
                     STATUS_OK);
    order_of(court, id, court->carrier, order);
    const struct pair done = {"done_at", "2026-01-10T10:00:00+08:00"};
    refused(court, order, "confirm", &court->operator_, VALUES(done), WORK_FAULT_MISSING);
    refused(court, order, "confirm", &court->operator_, VALUES(done, {"kept_card", "13800000001"}),
            WORK_FAULT_VALUE);
    assert_int_equal(
        step(court, order, "confirm", &court->operator_, VALUES(done, {"no_clean_card", "true"})),
        STATUS_OK);
}

static void it_ends_at_midnight_of_its_last_day_and_nothing_is_left(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], bank[WORK_ID_SIZE], carrier[WORK_ID_SIZE];
    struct work_item seen;
    in_force(court, id);
    order_of(court, id, court->bank, bank);
    order_of(court, id, court->carrier, carrier);
    assert_int_equal(court->last.last.days, 21193); /* 2028-01-10 */
    wait_until(court, "2028-01-10", DAY_MS - 1);
    assert_string_equal(state_of(court, id), "in_force");
    wait_until(court, "2028-01-11", 2 * SECOND_MS);
    assert_string_equal(state_of(court, id), "lifting");
    assert_string_equal(get(court, id, "outcome"), "expired");
    assert_int_equal(court->left, 1);
    assert_string_equal(state_of(court, bank), "lifting");
    const struct pair *done = VALUES({"done_at", "2028-01-11T00:00:00+08:00"});
    assert_int_equal(step(court, bank, "confirm_lift", &court->teller, done), STATUS_OK);
    assert_string_equal(state_of(court, id), "lifting"); /* the carrier has not */
    wait_until(court, "2028-01-12", HOUR_MS);            /* LIFT_OVERDUE */
    struct work_item late = find(court, carrier);
    assert_true(late.deadlines_count > 0);
    bool fired = false;
    for (unsigned i = 0; i < late.deadlines_count; i++)
        fired = fired || (late.deadline[i].fired &&
                          strcmp(late.kind->clock[late.deadline[i].clock].name, "lift") == 0);
    assert_true(fired);
    assert_int_equal(step(court, carrier, "confirm_lift", &court->operator_, done), STATUS_OK);
    assert_string_equal(state_of(court, id), "lifted");
    assert_int_equal(
        work_find(court->work, court->store, carrier, &court->operator_, court->request, &seen),
        STATUS_ABSENT);
    assert_int_equal(work_find(court->work, court->store, id, &court->li, court->request, &seen),
                     STATUS_ABSENT); /* sealed */
    assert_int_equal(work_find(court->work, court->store, id, &court->wang, court->request, &seen),
                     STATUS_OK);
}

/* "retention.discipline", "retention.no_customer", "retention.refused": five years, seven days, one
 * year. */
static void what_is_over_is_sealed_and_then_forgotten(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], bank[WORK_ID_SIZE], carrier[WORK_ID_SIZE], draft[WORK_ID_SIZE];
    const struct pair *done = VALUES({"done_at", "2028-01-11T00:00:00+08:00"});
    in_force(court, id);
    order_of(court, id, court->bank, bank);
    order_of(court, id, court->carrier, carrier);
    draft_of(court, ADULT, "3", draft);
    assert_int_equal(step(court, draft, "drop", &court->li, VALUES({"why", "not she"})), STATUS_OK);
    assert_int_equal(step(court, carrier, "unknown", &court->operator_, VALUES({"note", "x"})),
                     STATUS_OK);
    wait_until(court, "2026-01-20", HOUR_MS); /* open, so what is linked with it stays */
    assert_string_equal(get(court, carrier, "document"), ADULT);
    wait_until(court, "2027-01-12", HOUR_MS);
    assert_string_equal(get(court, draft, "document"), "");
    wait_until(court, "2028-01-11", 2 * SECOND_MS);
    assert_int_equal(step(court, bank, "confirm_lift", &court->teller, done), STATUS_OK);
    assert_string_equal(state_of(court, id), "lifted");
    wait_until(court, "2033-01-10", HOUR_MS);
    assert_string_equal(get(court, carrier, "document"), ""); /* long ago */
    assert_string_equal(get(court, id, "document"), ADULT);
    assert_string_equal(get(court, bank, "document"), ADULT);
    assert_int_equal(court->forgot, 1); /* the draft */
    wait_until(court, "2033-01-13", HOUR_MS);
    assert_int_equal(court->forgot, 2);
    assert_string_equal(get(court, id, "document"), "");
    assert_string_equal(get(court, id, "facts"), "");
    assert_string_equal(get(court, id, "reference"), "");
    assert_string_equal(get(court, bank, "document"), "");
    assert_string_equal(get(court, id, "category"), "determined"); /* statistics stay */
}

static void a_second_determination_runs_behind_the_first_up_to_the_cap(void **state)
{
    struct court *court = *state;
    char first[WORK_ID_SIZE], second[WORK_ID_SIZE], third[WORK_ID_SIZE];
    in_force(court, first);
    wait_until(court, "2026-06-01", HOUR_MS * 9);
    in_force(court, second);
    assert_string_equal(get(court, second, "run_start"), "2026-01-10");
    assert_string_equal(get(court, second, "last"), "2030-01-10");
    assert_string_equal(get(court, first, "last"), "2028-01-10");
    in_force(court, third);
    assert_string_equal(get(court, third, "last"), "2031-01-10");
    assert_string_equal(get(court, third, "capped"), "true");
    /* without the first the others begin with the second */
    assert_int_equal(store_begin(court->store), STATUS_OK);
    assert_int_equal(ended(court, sanction_revoke(&court->desk, first, court->request)), STATUS_OK);
    assert_string_equal(state_of(court, first), "lifting");
    assert_string_equal(get(court, second, "run_start"), "2026-06-01");
    assert_string_equal(get(court, second, "last"), "2028-06-01");
    assert_string_equal(get(court, third, "last"), "2030-06-01");
    assert_string_equal(state_of(court, second), "amended");
    wait_until(court, "2028-06-01", DAY_MS - 1);
    assert_string_equal(state_of(court, second), "amended");
    wait_until(court, "2028-06-02", 2 * SECOND_MS);
    assert_string_equal(state_of(court, second), "lifting");
    assert_string_equal(state_of(court, third), "amended");
}

static void a_prison_term_counts_from_release(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE];
    const struct pair *pairs =
        VALUES({"document", ADULT}, {"category", "criminal"}, {"crime", "assisting_network_crime"},
               {"judgment", "J-1"}, {"judgment_on", "2024-12-20"}, {"sentence", "imprisonment"},
               {"released_on", "2027-02-28"}, {"first_act", "2023-05-01"}, {"facts", "x"});
    assert_int_equal(new_one(court, &court->li, pairs, id), STATUS_OK);
    refused(court, id, "nominate", &court->li,
            VALUES({"organ", court->city}, {"judgment_on", "2026-02-01"}), WORK_FAULT_VALUE);
    nominate(court, id);
    determine(court, id);
    assert_string_equal(get(court, id, "starts_on"), "2027-02-28");
    assert_string_equal(get(court, id, "last"), "2030-02-28"); /* three years */
    assert_non_null(strstr(get(court, id, "for_regulator"), "dishonesty_list"));
}

static void whoever_took_part_hears_no_appeal(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], appeal[WORK_ID_SIZE], order[WORK_ID_SIZE];
    const struct pair *why = VALUES({"why", "x"});
    in_force(court, id);
    assert_int_equal(step(court, id, "appeal", &court->sun,
                          VALUES({"ground", "disagrees"}, {"statement", "卡被盗用"})),
                     STATUS_OK);
    appeal_of(court, appeal);
    assert_string_equal(state_of(court, appeal), "filed");
    refused(court, appeal, "accept", &court->zhao, why, WORK_FAULT_INVOLVED);
    assert_int_equal(step(court, appeal, "accept", &court->li, why), STATUS_ABSENT);
    assert_int_equal(step(court, appeal, "accept", &court->sun, why), STATUS_OK);
    const struct pair *answered = VALUES({"findings", "f"}, {"answer", "a"});
    refused(court, appeal, "revoke", &court->zhao, answered, WORK_FAULT_INVOLVED);
    refused(court, appeal, "revoke", &court->sun, answered, WORK_FAULT_HAND);
    refused(court, appeal, "revoke", &court->qian, VALUES({"findings", "f"}), WORK_FAULT_MISSING);
    assert_int_equal(step(court, appeal, "suspend", &court->qian,
                          VALUES({"suspended", "true"}, {"why", "serious doubt"})),
                     STATUS_OK);
    assert_true(court->last.suspended);
    order_of(court, id, court->bank, order);
    assert_string_equal(get(court, order, "suspended"), "true");
    assert_int_equal(step(court, appeal, "amend", &court->qian,
                          VALUES({"findings", "f"}, {"answer", "a"},
                                 {"dropped_things", "phone_card iot_card fixed_line telecom_line "
                                                    "sms_port new_business"},
                                 {"latest", "2026-12-31"})),
                     STATUS_OK);
    assert_string_equal(state_of(court, appeal), "amended");
    assert_string_equal(get(court, id, "last"), "2026-12-31");
    assert_string_equal(get(court, order, "last"), "2026-12-31");
    order_of(court, id, court->carrier, order);
    assert_string_equal(state_of(court, order), "lifting"); /* nothing is left for carriers */
}

static void a_wrong_sanction_is_revoked_everywhere(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], appeal[WORK_ID_SIZE], bank[WORK_ID_SIZE];
    in_force(court, id);
    assert_int_equal(
        step(court, id, "appeal", &court->li, VALUES({"ground", "disagrees"}, {"statement", "x"})),
        STATUS_OK);
    appeal_of(court, appeal);
    assert_int_equal(step(court, appeal, "accept", &court->qian, NOTHING), STATUS_OK);
    assert_int_equal(step(court, appeal, "revoke", &court->qian,
                          VALUES({"findings", "stolen"}, {"answer", "撤销"})),
                     STATUS_OK);
    assert_string_equal(state_of(court, id), "lifting");
    assert_string_equal(get(court, id, "outcome"), "revoked");
    assert_int_equal(court->left, 1);
    order_of(court, id, court->bank, bank);
    assert_string_equal(state_of(court, bank), "lifting");
}

static void the_public_form_tells_nothing_and_loses_nothing(void **state)
{
    struct court *court = *state;
    char id[WORK_ID_SIZE], appeal[WORK_ID_SIZE], lower[40];
    bool more = true;
    in_force(court, id);
    const char *number = get(court, id, "reference");
    for (size_t i = 0; i <= strlen(number); i++) /* typed by hand */
        lower[i] = number[i] >= 'A' && number[i] <= 'Z' ? (char)(number[i] + 32) : number[i];
    const char *const numbers[] = {"SAAAAAAAAAAAAAAAA", lower};
    for (unsigned i = 0; i < 2; i++) {
        const struct sanction_form form = {.reference = slice_of(numbers[i]),
                                           .ground = SLICE("disagrees"),
                                           .statement = SLICE("不是我"),
                                           .contact = SLICE("post")};
        assert_int_equal(store_begin(court->store), STATUS_OK);
        assert_int_equal(ended(court, sanction_form_take(&court->desk, &form, court->request)),
                         STATUS_OK);
    }
    assert_int_equal(sanction_forms_turn(&court->desk, court->request, &more), STATUS_OK);
    assert_false(more);
    appeal_of(court, appeal);
    assert_string_equal(get(court, appeal, "about"), id);
    assert_string_equal(get(court, appeal, "statement"), "不是我");
    assert_string_equal(get(court, appeal, "by_whom"), "person");
    const struct store_value none = STORE_OF_WHOLE(0);
    struct store_value at[1];
    assert_int_equal(store_one(court->store, "SELECT COUNT(*) FROM sanction_form WHERE ?1 = ?1",
                               &none, 1, at, 1, court->request),
                     STATUS_OK);
    assert_int_equal(at[0].whole, 0);
}

/* The entries that this room relies on: "nominate.rank" "determine.rank" "below_threshold.rank"
 * "threshold.items" "threshold.times" "threshold.recipients" "threshold.false_identity"
 * "facts.not_before" "unit.persons" "conduct.criminal" "conduct.determined" "term.criminal"
 * "term.determined" "term.cap" "term.accumulates" "term.counting" "term.start.determined"
 * "term.start.imprisonment" "term.start.other_sentence" "term.during_imprisonment" "notice.items"
 * "notice.manner" "publication.categories" "review.reconsideration" "review.suit" "minor.age"
 * "lift.confirm" "appeal.accept" "appeal.verify" "appeal.extension": what each does is above. */
static void measures_are_those_of_the_table_and_no_others(void **state)
{
    struct court *court = *state;
    static const enum organisation_kind KINDS[] = {ORGANISATION_bank, ORGANISATION_payment,
                                                   ORGANISATION_carrier, ORGANISATION_internet,
                                                   ORGANISATION_regulator};
    char bytes[8192];
    for (uint32_t p = 0; p < court->law.packs_count; p++) {
        const struct law_pack *pack = &court->law.packs[p];
        if (pack->subject != LAW_SUBJECT_discipline)
            continue;
        for (unsigned k = 0; k < 5; k++) {
            struct text text = text_over(bytes, sizeof bytes);
            const struct sanction_paper paper = {.pack = pack, .category = LAW_CODE_determined};
            text_add_sanction_measures(&text, &paper, KINDS[k]);
            assert_false(text.full);
            assert_null(strstr(bytes, "dishonesty_list")); /* B is never published */
            if (KINDS[k] == ORGANISATION_bank && strstr(bytes, "\"bank_account\"") != NULL)
                assert_non_null(strstr(bytes, "counter_business"));
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, court_up, court_down)
    const struct CMUnitTest tests[] = {
        TEST(a_nomination_takes_two_of_a_county_and_facts_that_the_law_names),
        TEST(no_relative_and_no_minor_by_machine),
        TEST(another_person_of_a_high_enough_organ_determines),
        TEST(below_the_number_only_the_province_determines),
        TEST(nobody_is_restricted_before_they_were_told_or_it_was_tried),
        TEST(an_executor_is_told_its_own_and_keeps_one_card),
        TEST(a_carrier_that_restricts_everything_is_not_believed),
        TEST(it_ends_at_midnight_of_its_last_day_and_nothing_is_left),
        TEST(what_is_over_is_sealed_and_then_forgotten),
        TEST(a_second_determination_runs_behind_the_first_up_to_the_cap),
        TEST(a_prison_term_counts_from_release),
        TEST(whoever_took_part_hears_no_appeal),
        TEST(a_wrong_sanction_is_revoked_everywhere),
        TEST(the_public_form_tells_nothing_and_loses_nothing),
        TEST(measures_are_those_of_the_table_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
