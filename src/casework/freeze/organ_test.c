/* organ_test.c -- building the organs, and acting for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/organ_test.h"

#include <stdio.h>

struct organs organs;

#define CLERK (WORK_ROLE(analyst) | WORK_ROLE(duty))

/* ---- the law ---- */

static bool file_read(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t count = fread(out, 1, size - 1, file);
    out[count] = '\0';
    (void)fclose(file);
    return count < size - 1;
}

/* The shipped pack with its open question answered; the rest as it is shipped. */
static bool law_settle(const char *folder)
{
    static char text[1 << 16];
    char path[256];
    (void)snprintf(path, sizeof path, "%s/cn-freeze.yaml", folder);
    if (!file_read(path, text, sizeof text))
        return false;
    char *open = strstr(text, "open:");
    FILE *file = open == NULL ? NULL : fopen(path, "wb");
    if (file == NULL)
        return false;
    *open = '\0';
    (void)fprintf(file,
                  "%s  listed_equity.term: {value: 6, unit: month, article: \"245\", source: "
                  "S3, mark: R}\n",
                  text);
    return fclose(file) == 0;
}

bool organs_law(bool settled)
{
    char folder[64] = "/tmp/cutline-law-XXXXXX", command[512], room[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT];
    for (int i = 0; i < TONGUES_COUNT; i++)
        why[i] = text_over(room[i], sizeof room[i]);
    if (arena_create(&organs.law_arena, 8 << 20) != STATUS_OK)
        return false;
    if (!settled)
        return law_open_shipped(&organs.law, organs.law_arena, why) == STATUS_OK;
    if (mkdtemp(folder) == NULL)
        return false;
    (void)snprintf(command, sizeof command, "cp %s/*.yaml %s/", LAW, folder);
    bool holds = system(command) == 0 && law_settle(folder) &&
                 law_open(&organs.law, folder, organs.law_arena, why) == STATUS_OK;
    if (!holds)
        (void)fprintf(stderr, "%s\n", room[0]);
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && holds;
}

/* ---- the house ---- */

static unsigned plugs(struct house *house, struct work_plug *out)
{
    organs.stops = (struct stop_desk){.store = house->store,
                                      .key = house->keys.totp,
                                      .law = &organs.law,
                                      .steady = house->steady,
                                      .zone_minutes = 480};
    organs.desk = (struct freeze_desk){.store = house->store,
                                       .key = house->keys.totp,
                                       .law = &organs.law,
                                       .steady = house->steady,
                                       .zone_minutes = 480,
                                       .stops = &organs.stops};
    assert_int_equal(arena_create(&organs.desk.scratch, 8 << 20), STATUS_OK);
    organs.casebook = (struct casebook){.may_end = freeze_lets_end, .self = &organs.desk};
    out[0] = stop_plug(&organs.stops);
    out[1] = freeze_plug(&organs.desk);
    casebook_plugs(&organs.casebook, out + 2);
    return 2 + CASEBOOK_PLUGS;
}

static void opened(struct house *house)
{
    organs.house = house;
    organs.stops.work = organs.desk.work = organs.casebook.work = house->work;
}

static void closing(struct house *house)
{
    (void)house;
    arena_destroy(organs.desk.scratch);
}

static const struct house_more MORE = {
    .migration = {STOP_MIGRATIONS, FREEZE_MIGRATIONS},
    .migrations_count = {STOP_MIGRATIONS_COUNT, FREEZE_MIGRATIONS_COUNT},
    .plugs = plugs,
    .opened = opened,
    .closing = closing,
};

static void organ_up(struct organ *organ, enum organisation_level level, const char *name)
{
    struct house *house = organs.house;
    char user[ACCESS_ID_SIZE];
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_police, level,
                                             slice_of(name), organ->id),
                     STATUS_OK);
    (void)snprintf(user, sizeof user, "u_%.6s_o", name);
    organ->officer = house_person(user, organ->id, CLERK);
    (void)snprintf(user, sizeof user, "u_%.6s_h", name);
    organ->head = house_person(user, organ->id, WORK_ROLE(supervisor));
}

int organs_up(void **state)
{
    house_more = &MORE;
    if (house_up(state) != 0)
        return 1;
    struct house *house = *state;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        access_organisation_level(house->access, slice_of(house->home), ORGANISATION_LEVEL_county),
        STATUS_OK);
    organ_up(&organs.city, ORGANISATION_LEVEL_city, "City");
    organ_up(&organs.province, ORGANISATION_LEVEL_province, "Province");
    organ_up(&organs.ministry, ORGANISATION_LEVEL_ministry, "Ministry");
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_bank,
                                             ORGANISATION_LEVEL_none, SLICE("Other bank"),
                                             organs.other_bank),
                     STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    organs.other_teller = house_person("u_teller2", organs.other_bank, WORK_ROLE(liaison));
    organs.county = (struct organ){.officer = house->ann, .head = house->ben};
    (void)snprintf(organs.county.id, ACCESS_ID_SIZE, "%s", house->home);
    return 0;
}

int organs_down(void **state)
{
    return house_down(state);
}

/* ---- acting ---- */

static struct text paper(size_t size)
{
    char *room = NULL;
    assert_int_equal(arena_take(organs.house->request, size, (void **)&room), STATUS_OK);
    return text_over(room, size);
}

struct slice at_text(int64_t ms)
{
    struct text text = paper(48);
    text_add_moment(&text, (moment){ms}, 480);
    return text_slice(&text);
}

struct slice number_text(int64_t number)
{
    struct text text = paper(24);
    text_add_whole(&text, number);
    return text_slice(&text);
}

int64_t now_ms(void)
{
    return steady_now(organs.house->steady).ms;
}

static unsigned values_of(const struct work_kind *kind, const struct given *given, unsigned count,
                          struct work_value *out)
{
    for (unsigned i = 0; i < count; i++) {
        out[i] =
            (struct work_value){work_field_find(kind, slice_of(given[i].field)), given[i].value};
        assert_true(out[i].field >= 0);
    }
    return count;
}

enum status made(const struct work_kind *kind, const struct identity *by, const struct given *given,
                 unsigned count, struct work_item *out)
{
    struct house *house = organs.house;
    struct work_value value[WORK_FIELDS_MAX];
    bool joined = false;
    const struct work_draft draft = {.kind = kind,
                                     .owner = slice_of(by->organisation),
                                     .detected = MOMENT_NONE,
                                     .by = by,
                                     .value = value,
                                     .values_count = values_of(kind, given, count, value)};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    enum status status = house_end(
        house, work_add(house->work, &draft, house->request, &house->refusal, out, &joined));
    if (status == STATUS_OK)
        seen(out, by);
    return status;
}

void seen(struct work_item *item, const struct identity *by)
{
    house_find(organs.house, item->id, by, item);
}

enum status does(struct work_item *item, const char *step, const struct identity *by,
                 const struct given *given, unsigned count)
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_item now = *item, out;
    struct house *house = organs.house;
    enum status status = work_find(house->work, house->reader, item->id, by, house->request, &now);
    house->refusal = (struct work_refusal){.field = -1};
    if (status == STATUS_OK)
        status = house_step(house, &now, step, by, value, values_of(now.kind, given, count, value),
                            &out);
    if (status == STATUS_OK)
        seen(item, by);
    return status;
}

enum status word(struct work_item *item, const struct identity *by, bool yes)
{
    struct work_item out;
    seen(item, by);
    assert_non_null(item->asking);
    organs.house->refusal = (struct work_refusal){.field = -1};
    enum status status = house_word(organs.house, item, item->asking->digest, by, yes, &out);
    seen(item, by);
    return status;
}

enum status both(struct work_item *item, const char *step, const struct organ *organ,
                 const struct given *given, unsigned count)
{
    TRY(does(item, step, &organ->officer, given, count));
    return word(item, &organ->head, true);
}

bool is_in(const char *id, const char *state)
{
    struct work_item item;
    house_find(organs.house, id, NULL, &item);
    return strcmp(item.kind->state[item.state].name, state) == 0;
}

void state_is(const char *id, const char *state)
{
    struct work_item item;
    house_find(organs.house, id, NULL, &item);
    assert_string_equal(item.kind->state[item.state].name, state);
}

void waits(int64_t ms)
{
    house_wait(organs.house, ms);
    house_keep(organs.house);
}

/* ---- what is often there ---- */

void a_case(struct work_item *out, bool filed)
{
    static const struct given TITLED[] = {GIVE("title", "investment scam")};
    static const struct given FILED[] = {GIVE("number", "A-2026-17"), GIVE("organ", "County"),
                                         GIVE("document", "D-17")};
    assert_int_equal(made(&CASE_KIND, &organs.house->ann, TITLED, 1, out), STATUS_OK);
    if (filed)
        assert_int_equal(both(out, "file", &organs.county, FILED, 3), STATUS_OK);
}

void a_draft(struct work_item *out, const char *case_id, const char *account, const char *asset,
             int64_t months)
{
    const struct given notice[] = {
        {"case_id", slice_of(case_id)}, {"account", slice_of(account)},
        {"asset", slice_of(asset)},     {"months", number_text(months)},
        GIVE("account_name", "钱六"),   GIVE("bank", "Bank"),
        GIVE("amount", "4980000"),      GIVE("scope", "all of the account"),
        GIVE("yields", "true"),         GIVE("method", "limited"),
        GIVE("document", "DJ-1"),       {"executor", slice_of(organs.house->bank)}};
    assert_int_equal(made(&FREEZE_KIND, &organs.house->ann, notice, 12, out), STATUS_OK);
}

void an_order(struct work_item *out, const char *case_id, const char *account)
{
    a_draft(out, case_id, account, "deposits", 6);
    assert_int_equal(both(out, "order", &organs.county, NULL, 0), STATUS_OK);
}

enum status freezes(struct work_item *item, int64_t ms)
{
    const struct given answer[] = {
        {"frozen_at", at_text(ms)}, GIVE("frozen_amount", "4980000"), GIVE("balance", "5000000")};
    return does(item, "freeze", &organs.house->teller, answer, 3);
}

int64_t term_end(const char *entry, int64_t from_ms)
{
    const struct law_pack *pack = law_named(&organs.law, SLICE("cn-freeze"));
    moment end = MOMENT_NONE;
    law_date unknown;
    assert_int_equal(law_deadline(&organs.law, pack, entry, (moment){from_ms}, 480, &end, &unknown),
                     STATUS_OK);
    return end.ms;
}
