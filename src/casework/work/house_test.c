/* house_test.c -- building the small house, and acting in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

const struct house_more *house_more = NULL;

#define ORIGIN SLICE("test.example/audit")
#define ROLES  (WORK_ROLE(analyst) | WORK_ROLE(duty))

static const struct work_state STATES[] = {
    {"fresh", false, {{"fresh", "新建"}}},    {"busy", false, {{"in work", "处理中"}}},
    {"sent", false, {{"sent", "已发出"}}},    {"done", true, {{"done", "办结"}}},
    {"lapsed", true, {{"lapsed", "已过期"}}},
};
static const struct work_field FIELDS[] = {
    {"phone", WORK_PHONE, WORK_MASKED, true, 0, WORK_TO(carrier), NULL, {{"phone", "号码"}}},
    {"caller", WORK_PHONE, WORK_MASKED, true, 0, WORK_TO(carrier), NULL, {{"caller", "主叫"}}},
    {"name", WORK_HUMAN, WORK_MASKED, false, 0, 0, NULL, {{"name", "姓名"}}},
    {"memo", WORK_TEXT, WORK_SHOWN, false, 256, 0, NULL, {{"memo", "备注"}}},
    {"amount", WORK_AMOUNT, WORK_SHOWN, false, 0, 0, NULL, {{"amount", "金额"}}},
    {"reply", WORK_TEXT, WORK_HIDDEN, false, 256, WORK_TO(carrier), NULL, {{"reply", "答复"}}},
    {"result", WORK_WORD, WORK_SHOWN, false, 0, 0, "good bad", {{"result", "结果"}}},
    {"spot", WORK_LIST, WORK_SHOWN, false, 0, 0, NULL, {{"spot", "地点"}}},
};
static const struct work_step STEPS[] = {
    {.name = "begin",
     .from = WORK_BIT(FRESH),
     .to = BUSY,
     .hand = WORK_BY_OWNER,
     .roles = ROLES,
     .held = true,
     .mark = WORK_MARK_VERIFY,
     .says = {{"begin", "开始"}}},
    {.name = "edit",
     .from = WORK_BIT(FRESH) | WORK_BIT(BUSY) | WORK_BIT(SENT),
     .to = WORK_STAYS,
     .hand = WORK_BY_OWNER,
     .may = WORK_BIT(MEMO) | WORK_BIT(AMOUNT) | WORK_BIT(PHONE) | WORK_BIT(NAME) | WORK_BIT(SPOT),
     .says = {{"edit", "修改"}}},
    {.name = "send",
     .from = WORK_BIT(BUSY),
     .to = SENT,
     .hand = WORK_BY_OWNER,
     .roles = ROLES,
     .must = WORK_BIT(AMOUNT),
     .mark = WORK_MARK_ACT,
     .approval = WORK_TWO,
     .second_roles = WORK_ROLE(supervisor),
     .confirm_ms = HOUR_MS,
     .says = {{"send", "发出"}}},
    {.name = "urgent",
     .from = WORK_BIT(BUSY),
     .to = SENT,
     .hand = WORK_BY_OWNER,
     .roles = ROLES,
     .must = WORK_BIT(AMOUNT),
     .mark = WORK_MARK_ACT,
     .approval = WORK_AFTER,
     .second_roles = WORK_ROLE(supervisor),
     .undo = "unsend",
     .confirm_ms = HOUR_MS / 2,
     .says = {{"send at once", "紧急发出"}}},
    {.name = "unsend",
     .from = WORK_BIT(SENT),
     .to = BUSY,
     .hand = WORK_BY_MACHINE,
     .says = {{"taken back", "撤回"}}},
    {.name = "answer",
     .from = WORK_BIT(SENT),
     .to = BUSY,
     .hand = WORK_BY_ADDRESSEE,
     .must = WORK_BIT(REPLY),
     .says = {{"answer", "答复"}}},
    {.name = "close",
     .from = WORK_BIT(BUSY),
     .to = DONE,
     .hand = WORK_BY_OWNER,
     .roles = ROLES,
     .held = true,
     .must = WORK_BIT(RESULT),
     .mark = WORK_MARK_RESOLVE,
     .says = {{"close", "办结"}}},
    {.name = "overdue",
     .from = WORK_BIT(FRESH),
     .to = LAPSED,
     .hand = WORK_BY_MACHINE,
     .says = {{"overdue", "超时"}}},
    {.name = "reopen",
     .from = WORK_BIT(DONE),
     .to = BUSY,
     .hand = WORK_BY_OWNER,
     .roles = WORK_ROLE(supervisor),
     .reopens = true,
     .says = {{"reopen", "重开"}}},
};
static const struct work_clock CLOCKS[] = {
    {.name = "first",
     .runs = WORK_BIT(FRESH),
     .expiry = "overdue",
     .span_ms = 180 * SECOND_MS,
     .alarm_ms = {60 * SECOND_MS, 30 * SECOND_MS},
     .says = {{"first look", "首次处理"}}},
};
int64_t house_kept_ms = -1;

static int64_t kept(void *self, const struct work_item *item)
{
    (void)self;
    (void)item;
    return house_kept_ms;
}

const struct work_kind ERRAND = {
    .name = "errand",
    .says = {{"errand", "差事"}},
    .state = STATES,
    .states_count = sizeof STATES / sizeof STATES[0],
    .step = STEPS,
    .steps_count = sizeof STEPS / sizeof STEPS[0],
    .field = FIELDS,
    .fields_count = sizeof FIELDS / sizeof FIELDS[0],
    .clock = CLOCKS,
    .clocks_count = 1,
    .first_must = WORK_BIT(PHONE),
    .first_may = WORK_BIT(NAME) | WORK_BIT(MEMO) | WORK_BIT(AMOUNT) | WORK_BIT(CALLER),
    .creators = ROLES,
    .lease_ms = 300 * SECOND_MS,
    .merge_ms = DAY_MS,
    .kept_ms = kept,
};

static moment wall(void *self)
{
    return (moment){atomic_load(&((struct house *)self)->wall_ms)};
}

static int64_t ticks(void *self)
{
    return atomic_load(&((struct house *)self)->ticks_ms);
}

void house_wait(struct house *house, int64_t ms)
{
    atomic_fetch_add(&house->wall_ms, ms);
    atomic_fetch_add(&house->ticks_ms, ms);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct house *house = self;
    house->done_count++;
    return house->after == NULL ? STATUS_OK : house->after(house, done, request);
}

static void store_up(struct house *house, struct text *why)
{
    struct store_migration steps[16];
    size_t count = 0;
    for (size_t i = 0; i < AUDIT_MIGRATIONS_COUNT; i++)
        steps[count++] = AUDIT_MIGRATIONS[i];
    for (size_t i = 0; i < ACCESS_MIGRATIONS_COUNT; i++)
        steps[count++] = ACCESS_MIGRATIONS[i];
    for (size_t i = 0; i < STEADY_MIGRATIONS_COUNT; i++)
        steps[count++] = STEADY_MIGRATIONS[i];
    for (size_t i = 0; i < WORK_MIGRATIONS_COUNT; i++)
        steps[count++] = WORK_MIGRATIONS[i];
    for (size_t r = 0; house_more != NULL && r < 3; r++)
        for (size_t i = 0; i < house_more->migrations_count[r]; i++)
            steps[count++] = house_more->migration[r][i];
    assert_int_equal(store_open(&house->store, house->path, steps, count, house->boot, why),
                     STATUS_OK);
    assert_int_equal(store_open_reader(&house->reader, house->path, house->boot, why), STATUS_OK);
    assert_int_equal(
        audit_open(&house->audit, house->store, ORIGIN, &house->keys.seal.key, house->boot, why),
        STATUS_OK);
}

static void rooms_up(struct house *house)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct clock clock = {wall, ticks, house};
    assert_int_equal(arena_create(&house->boot, 64 << 20), STATUS_OK);
    assert_int_equal(volume_of_directory(&house->volume, house->folder, house->boot), STATUS_OK);
    assert_int_equal(
        access_keys_open(&house->volume, true, seal_chance_of_machine(), &house->keys, &why),
        STATUS_OK);
    store_up(house, &why);
    const struct access_options access = {
        house->store, house->path, house->audit, &house->keys, seal_chance_of_machine(), clock};
    assert_int_equal(access_open(&house->access, &access, house->boot, &why), STATUS_OK);
    assert_int_equal(steady_open(&house->steady, house->store, clock, slice_of(house->boot_id),
                                 house->boot, &why),
                     STATUS_OK);
    struct work_plug plug[WORK_KINDS_MAX] = {{.kind = &ERRAND, .after = after, .self = house}};
    unsigned plugs_count = 1;
    if (house_more != NULL)
        plugs_count += house_more->plugs(house, plug + 1);
    const struct work_options options = {.store = house->store,
                                         .audit = house->audit,
                                         .access = house->access,
                                         .key = house->keys.totp,
                                         .chance = seal_chance_of_machine(),
                                         .steady = house->steady,
                                         .plug = plug,
                                         .plugs_count = plugs_count,
                                         .home = slice_of(house->home)};
    if (work_open(&house->work, &options, house->boot, &why) != STATUS_OK)
        fail_msg("%s", room);
    if (house_more != NULL)
        house_more->opened(house);
}

static void rooms_down(struct house *house)
{
    if (house_more != NULL && house_more->closing != NULL)
        house_more->closing(house);
    work_close(house->work);
    access_close(house->access);
    store_close(house->reader);
    store_close(house->store);
    volume_close(&house->volume);
    arena_destroy(house->boot);
}

struct identity house_person(const char *user, const char *organisation, uint32_t roles)
{
    struct identity person = {.by = BY_SESSION, .roles = roles};
    copy_id(person.id, sizeof person.id, slice_of(user));
    copy_id(person.user, sizeof person.user, slice_of(user));
    copy_id(person.organisation, sizeof person.organisation, slice_of(organisation));
    return person;
}

static void people_up(struct house *house)
{
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_centre,
                                             ORGANISATION_LEVEL_none, SLICE("Centre"), house->home),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_carrier,
                                             ORGANISATION_LEVEL_none, SLICE("Carrier"),
                                             house->carrier),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_bank,
                                             ORGANISATION_LEVEL_none, SLICE("Bank"), house->bank),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_centre,
                                             ORGANISATION_LEVEL_none, SLICE("Other"),
                                             house->second_home),
                     STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    house->ann = house_person("u_ann", house->home, ROLES);
    house->ben = house_person("u_ben", house->home, WORK_ROLE(supervisor));
    house->cem = house_person("u_cem", house->home, ROLES | WORK_ROLE(supervisor));
    house->desk = house_person("u_desk", house->carrier, WORK_ROLE(liaison));
    house->teller = house_person("u_teller", house->bank, WORK_ROLE(liaison));
    house->robot = (struct identity){.by = BY_TOKEN, .roles = WORK_ROLE(service)};
    copy_id(house->robot.id, ACCESS_ID_SIZE, SLICE("t_robot"));
    copy_id(house->robot.token, ACCESS_ID_SIZE, SLICE("t_robot"));
    copy_id(house->robot.organisation, ACCESS_ID_SIZE, slice_of(house->carrier));
}

int house_up(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    assert_non_null(house);
    (void)snprintf(house->folder, sizeof house->folder, "/tmp/cutline-work-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    (void)snprintf(house->path, sizeof house->path, "%s/store.db", house->folder);
    (void)snprintf(house->boot_id, sizeof house->boot_id, "boot-1");
    atomic_store(&house->wall_ms, 1790000000000);
    atomic_store(&house->ticks_ms, 5000000);
    assert_int_equal(arena_create(&house->request, (size_t)1 << 30), STATUS_OK);
    rooms_up(house);
    people_up(house);
    *state = house;
    return 0;
}

int house_down(void **state)
{
    struct house *house = *state;
    char command[128];
    rooms_down(house);
    arena_destroy(house->request);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", house->folder);
    assert_int_equal(system(command), 0);
    free(house);
    return 0;
}

void house_restart(struct house *house, bool reboot)
{
    rooms_down(house);
    if (reboot) {
        house->boot_id[5]++;
        atomic_store(&house->ticks_ms, 1000);
    }
    rooms_up(house);
}

/* ---- acting ---- */

enum status house_end(struct house *house, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(house->store);
    store_rollback(house->store);
    return status;
}

enum status house_add(struct house *house, const char *phone, int32_t priority, const char *key,
                      struct work_item *out)
{
    const struct work_value value[] = {{.field = PHONE, .value = slice_of(phone)}};
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .key = slice_of(key),
                                     .place = SLICE("530114"),
                                     .priority = priority,
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 1,
                                     .by = &house->ann};
    bool joined = false;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house,
                     work_add(house->work, &draft, house->request, &house->refusal, out, &joined));
}

enum status house_step(struct house *house, const struct work_item *item, const char *step,
                       const struct identity *by, const struct work_value *value, unsigned count,
                       struct work_item *out)
{
    const struct work_move move = {.id = item->id,
                                   .step = step,
                                   .version = by == NULL ? -1 : item->version,
                                   .by = by,
                                   .value = value,
                                   .values_count = count};
    struct work_item result = *item;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status =
        house_end(house, work_step(house->work, &move, house->request, &house->refusal, &result));
    if (status == STATUS_OK)
        *out = result;
    return status;
}

enum status house_take(struct house *house, const struct work_item *item, const struct identity *by,
                       struct work_item *out)
{
    struct work_item result = *item;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = house_end(house, work_take(house->work, item->id, item->version, by,
                                                    house->request, &house->refusal, &result));
    if (status == STATUS_OK)
        *out = result;
    return status;
}

enum status house_next(struct house *house, const struct identity *by, const char *place,
                       struct work_item *out)
{
    const struct work_wish wish = {.place = slice_of(place), .by = by};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    return house_end(house, work_take_next(house->work, &wish, house->request, out));
}

enum status house_word(struct house *house, const struct work_item *item, const char *digest,
                       const struct identity *by, bool yes, struct work_item *out)
{
    const struct work_word word = {item->id, slice_of(digest), by, SLICE("because")};
    struct work_item result = *item;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = house_end(
        house, yes ? work_approve(house->work, &word, house->request, &house->refusal, &result)
                   : work_decline(house->work, &word, house->request, &house->refusal, &result));
    if (status == STATUS_OK)
        *out = result;
    return status;
}

void house_keep(struct house *house)
{
    struct arena *scratch = NULL;
    bool more = true;
    assert_int_equal(arena_create(&scratch, 64 << 20), STATUS_OK);
    while (more)
        assert_int_equal(work_keep(house->work, scratch, &more), STATUS_OK);
    arena_destroy(scratch);
}

void house_find(struct house *house, const char *id, const struct identity *by,
                struct work_item *out)
{
    assert_int_equal(work_find(house->work, house->reader, id, by, house->request, out), STATUS_OK);
}

int64_t house_count(struct house *house, const char *sql)
{
    struct store_rows *rows = NULL;
    struct store_value at[1];
    assert_int_equal(store_query_composed(house->reader, sql, NULL, 0, &rows), STATUS_OK);
    assert_int_equal(store_next(rows, at, 1), STATUS_OK);
    store_end(rows);
    return at[0].whole;
}
