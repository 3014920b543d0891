/* world.c -- the two houses, what happens to them, and what must hold whatever happens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world_inside.h"

#include "ground/folder.h"
#include "ground/volume.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TERM_MS       (48LL * HOUR_MS) /* the law's, written down again: domain.md 3.1 */
#define SLACK_MS      (10LL * MINUTE_MS)
#define ORDERS_AT_ALL 2

enum {
    SEASON_TURNS = 80,
    MONTHS_TURNS = 400,
    SCRATCH = 64 << 20,
    DELAYED = 32,
    CORE_MAX_MS = 60000,
    TURN_MAX_MS = 4000000
};
enum { RIGHT_ACCOUNTS = ACCOUNTS / 2, AMOUNT = 100000, PAID_MINUTES = 90, BALANCE = 70000 };

/* ---- faults: the N-th write fails ---- */

enum status __real_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __real_store_commit(struct store *store);
enum status __wrap_store_commit(struct store *store);
enum status __real_rounds_count(const struct stop_desk *desk, const struct work_item *item,
                                int64_t *out);
enum status __wrap_rounds_count(const struct stop_desk *desk, const struct work_item *item,
                                int64_t *out);
int64_t __real_stop_term_ms(const struct stop_desk *desk);
int64_t __wrap_stop_term_ms(const struct stop_desk *desk);

static int64_t fail_in; /* writes until one fails; negative: none */
enum mutant world_broken;

static bool fails(void)
{
    return fail_in >= 0 && fail_in-- == 0;
}

enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count)
{
    return fails() ? STATUS_IO : __real_store_run(store, sql, values, count);
}

enum status __wrap_store_commit(struct store *store)
{
    if (!fails())
        return __real_store_commit(store);
    store_rollback(store);
    return STATUS_IO;
}

enum status __wrap_rounds_count(const struct stop_desk *desk, const struct work_item *item,
                                int64_t *out)
{
    if (broken != MUTANT_NO_COUNT)
        return __real_rounds_count(desk, item, out);
    *out = 0;
    return STATUS_OK;
}

int64_t __wrap_stop_term_ms(const struct stop_desk *desk)
{
    return __real_stop_term_ms(desk) * (broken == MUTANT_LONG_TERM ? 2 : 1);
}

static moment world_now(void *self)
{
    return (moment){((struct world *)self)->now_ms};
}

static int64_t world_ticks(void *self)
{
    return ((struct world *)self)->ticks_ms;
}

static struct clock world_clock(struct world *world)
{
    return (struct clock){world_now, world_ticks, world};
}

static enum status world_draw(void *self, struct seal_seed *out)
{
    struct world *world = self;
    uint64_t word = ++world->drawn ^ world->seed << 20;
    struct slice bytes = {(const char *)&word, sizeof word};
    struct digest digest = digest_of(&bytes, 1);
    memcpy(out->bytes, digest.bytes, sizeof out->bytes);
    return STATUS_OK;
}

void ok(enum status status, const char *what)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, status_name(status));
    abort();
}

/* ---- letters, as main/ joins them ---- */

static bool known(void *self, struct slice organisation)
{
    return slice_equal(organisation, slice_of(((struct world *)self)->bank));
}

static enum status post(void *self, const struct order_out *out, struct arena *request)
{
    struct world *world = self;
    char round[24];
    struct text number = text_over(round, sizeof round);
    text_add_whole(&number, out->round);
    const struct slice parts[] = {slice_of(out->kind), out->work, text_slice(&number)};
    const struct outbox_draft draft = {.id = letter_id_of(parts, 3),
                                       .kind = slice_of(out->kind),
                                       .body = out->body,
                                       .to = partner_at(world->side[CENTRE].list, 0),
                                       .deadline = {world->now_ms + out->life_ms},
                                       .answer_wanted = true,
                                       .object = out->work};
    world->tally.letters++;
    return outbox_add(world->side[CENTRE].outbox, &draft, request, NULL);
}

static enum status centre_come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct world *world = self;
    const struct letter *letter = come->letter;
    struct slice bank = slice_of(world->bank);
    bool used;
    if (slice_equal(letter->kind, SLICE("freeze.result")))
        return freeze_take_result(&world->freezes, bank, come->object, letter->body, request);
    if (slice_equal(letter->kind, SLICE("return.result")))
        return return_take_result(&world->returns, bank, come->object, letter->body, request);
    return stop_take_result(&world->desk, bank, come->object, letter->body, request, &used);
}

static enum status centre_missed(void *self, const struct outbox_missed *missed,
                                 struct arena *request)
{
    struct world *world = self;
    world->tally.unanswered++;
    if (slice_starts(missed->kind, SLICE("freeze")))
        return freeze_unanswered(&world->freezes, missed->object, missed->arrived, request);
    if (slice_starts(missed->kind, SLICE("return")))
        return return_unanswered(&world->returns, missed->object, missed->arrived, request);
    return stop_unanswered(&world->desk, missed->object, missed->arrived, request);
}

static enum status bank_answer(void *self, const struct teller_answer *answer,
                               struct arena *request)
{
    struct world *world = self;
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of(&answer->body, 1);
    struct letter_id asked;
    digest_hex(&digest, hex);
    const struct slice parts[] = {slice_of(answer->kind), answer->letter, slice_of(hex)};
    bool unasked = answer->letter.size == 0;
    asked = (struct letter_id){.hex = ""};
    if (!unasked)
        ok(letter_id_parse(answer->letter, &asked), "letter");
    const struct outbox_draft draft = {.id = letter_id_of(parts, 3),
                                       .reply_to = asked,
                                       .kind = slice_of(answer->kind),
                                       .body = answer->body,
                                       .to = partner_at(world->side[BANK].list, 0),
                                       .deadline = unasked ? (moment){world->now_ms + 30LL * DAY_MS}
                                                           : answer->expires,
                                       .object = answer->letter};
    return outbox_add(world->side[BANK].outbox, &draft, request, NULL);
}

static enum status bank_come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct world *world = self;
    const struct letter *letter = come->letter;
    const struct teller_letter taken = {letter->from, slice_of(letter->id.hex), letter->body,
                                        letter->expires};
    if (broken == MUTANT_DEAF_LIFT && (slice_equal(letter->kind, SLICE("stop.lift")) ||
                                       slice_equal(letter->kind, SLICE("freeze.lift"))))
        return STATUS_OK;
    return teller_take(world->teller, letter->kind, &taken, request);
}

static void outbox_failed(void *self, enum status status)
{
    (void)self;
    (void)status;
}

/* ---- opening and falling over ---- */

static void list_open(struct world *world, enum side side)
{
    static const char *const NAMES[SIDES] = {"centre", "bank"};
    struct side_house *house = &world->side[side];
    char key[64], bytes[TONGUES_COUNT][512];
    struct text text = text_over(key, sizeof key), why[TONGUES_COUNT];
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    text_add_letter_key(&text, &world->pair[1 - side].key);
    const struct partner_said said = {.id = slice_of(NAMES[1 - side]),
                                      .way = SLICE("http"),
                                      .url = SLICE("http://127.0.0.1:1/"),
                                      .key = text_slice(&text)};
    const struct partner_list_said all = {SLICE("t"), slice_of(NAMES[side]), &said, 1};
    ok(partner_list_make(&house->list, &all, house->boot, why), "list");
}

static void store_up(struct world *world, enum side side)
{
    struct side_house *house = &world->side[side];
    struct store_migration steps[48];
    size_t count = 0;
    char bytes[512] = "";
    struct text why = text_over(bytes, sizeof bytes);
#define ADD(list, size)                 \
    for (size_t i = 0; i < (size); i++) \
    steps[count++] = (list)[i]
    ADD(AUDIT_MIGRATIONS, AUDIT_MIGRATIONS_COUNT);
    ADD(PARTNER_MIGRATIONS, PARTNER_MIGRATIONS_COUNT);
    if (side == CENTRE) {
        ADD(ACCESS_MIGRATIONS, ACCESS_MIGRATIONS_COUNT);
        ADD(STEADY_MIGRATIONS, STEADY_MIGRATIONS_COUNT);
        ADD(WORK_MIGRATIONS, WORK_MIGRATIONS_COUNT);
        ADD(STOP_MIGRATIONS, STOP_MIGRATIONS_COUNT);
        ADD(FREEZE_MIGRATIONS, FREEZE_MIGRATIONS_COUNT);
        ADD(RETURN_MIGRATIONS, RETURN_MIGRATIONS_COUNT);
    } else {
        ADD(TELLER_MIGRATIONS, TELLER_MIGRATIONS_COUNT);
    }
#undef ADD
    ok(store_open(&house->store, house->path, steps, count, house->boot, &why), bytes);
    ok(audit_open(&house->audit, house->store, SLICE("test"), &world->pair[side].key, house->boot,
                  &why),
       "audit");
}

static void outbox_up(struct world *world, enum side side)
{
    struct side_house *house = &world->side[side];
    char bytes[512] = "";
    struct text why = text_over(bytes, sizeof bytes);
    house->way = simulator_way(house->line);
    static const char *const KINDS[ORDER_KINDS] = {"stop", "freeze", "return"};
    for (unsigned i = 0; i < ORDER_KINDS; i++)
        house->plug[i] =
            side == CENTRE
                ? (struct outbox_plug){slice_of(KINDS[i]), centre_come, centre_missed, world}
                : (struct outbox_plug){
                      .kinds = slice_of(KINDS[i]), .come = bank_come, .self = world};
    const struct outbox_options options = {.store = house->store,
                                           .audit = house->audit,
                                           .list = house->list,
                                           .way = &house->way,
                                           .keypair = &world->pair[side],
                                           .key = {{9}},
                                           .chance = {world_draw, world},
                                           .clock = world_clock(world),
                                           .plug = house->plug,
                                           .plugs_count = ORDER_KINDS,
                                           .failed = outbox_failed};
    ok(outbox_open(&house->outbox, &options, house->boot, &why), "outbox");
    simulator_point(world->side[1 - side].line, simulator_receiver_of(house->outbox));
}

/* The rooms besides stops; their arena is the house's. */
static void plugs_up(struct world *world)
{
    struct store *store = world->side[CENTRE].store;
    const struct order_post mail = {post, known, world};
    world->freezes = (struct freeze_desk){.store = store,
                                          .key = {{7}},
                                          .law = &world->law,
                                          .steady = world->steady,
                                          .zone_minutes = 480,
                                          .stops = &world->desk,
                                          .post = mail,
                                          .scratch = world->look};
    world->returns = (struct return_desk){.store = store,
                                          .law = &world->law,
                                          .steady = world->steady,
                                          .zone_minutes = 480,
                                          .post = mail,
                                          .scratch = world->look};
    world->casebook = (struct casebook){.may_end = freeze_lets_end, .self = &world->freezes};
}

static void centre_up(struct world *world)
{
    struct side_house *house = &world->side[CENTRE];
    char bytes[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT];
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    ok(volume_of_directory(&world->volume, world->folder, house->boot), "volume");
    ok(access_keys_open(&world->volume, true, (struct seal_chance){world_draw, world}, &world->keys,
                        why),
       "keys");
    const struct access_options access = {
        house->store, house->path,         house->audit,
        &world->keys, {world_draw, world}, world_clock(world),
    };
    ok(access_open(&world->access, &access, house->boot, why), "access");
    ok(steady_open(&world->steady, house->store, world_clock(world), SLICE("boot"), house->boot,
                   why),
       "steady");
    ok(law_open_shipped(&world->law, house->boot, why), "law");
    world->desk = (struct stop_desk){.store = house->store,
                                     .key = {{5}},
                                     .law = &world->law,
                                     .steady = world->steady,
                                     .zone_minutes = 480,
                                     .post = {post, known, world}};
    plugs_up(world);
    struct work_plug plug[2 + CASEBOOK_PLUGS + RETURN_PLUGS] = {stop_plug(&world->desk),
                                                                freeze_plug(&world->freezes)};
    casebook_plugs(&world->casebook, plug + 2);
    return_plugs(&world->returns, plug + 2 + CASEBOOK_PLUGS);
    const struct work_options options = {.store = house->store,
                                         .audit = house->audit,
                                         .access = world->access,
                                         .key = {{6}},
                                         .chance = {world_draw, world},
                                         .steady = world->steady,
                                         .plug = plug,
                                         .plugs_count = sizeof plug / sizeof plug[0],
                                         .home = slice_of(world->home),
                                         .zone_minutes = 480};
    ok(work_open(&world->work, &options, house->boot, why), bytes[0]);
    world->desk.work = world->freezes.work = world->returns.work = world->work;
    world->casebook.work = world->work;
}

/* By the bank's own law. */
static enum status bank_freeze_ends(void *self, const struct teller_term *term, moment from,
                                    moment *end)
{
    struct world *world = self;
    char digits[24];
    struct text months = text_over(digits, sizeof digits);
    bool longer;
    text_add_whole(&months, term->months);
    const struct freeze_law law = {&world->bank_law, {world->now_ms}, 480};
    const struct freeze_term asked = {slice_of(FREEZE_ASSETS[term->asset].name),
                                      text_slice(&months), term->renewal};
    TRY(freeze_law_ends(&law, &asked, from, end, &longer));
    if (broken == MUTANT_LONG_FREEZE)
        end->ms += 40LL * DAY_MS;
    return STATUS_OK;
}

static int64_t bank_balance(void *self, struct slice account)
{
    (void)self;
    return BALANCE + account.at[account.size - 1];
}

/* The core; of the mutant that pays again each order is another one each time. */
static enum status core_ask(void *self, const struct core_op *op, struct arena *request,
                            struct core_said *said)
{
    struct world *world = self;
    struct core core = core_of_simulated(world->core);
    struct core_op asked = *op;
    char bytes[96];
    struct text name = text_over(bytes, sizeof bytes);
    if (broken != MUTANT_PAYS_AGAIN || op->act != CORE_PAY)
        return core.ask(core.self, op, request, said);
    text_addf(&name, "%.*s-%u", (int)op->id.size, op->id.at, world->ops_paid++ / 2);
    asked.id = text_slice(&name);
    return core.ask(core.self, &asked, request, said);
}

static void bank_up(struct world *world)
{
    struct side_house *house = &world->side[BANK];
    char path[128], bytes[TONGUES_COUNT][512] = {"", ""};
    struct text text = text_over(path, sizeof path), why[TONGUES_COUNT];
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    text_addf(&text, "%s/core.db", world->folder);
    const struct core_simulation how = {.path = path,
                                        .seed = world->seed,
                                        .delay_min_ms = 1000,
                                        .delay_max_ms = CORE_MAX_MS,
                                        .refuses = 100,
                                        .loses = world->quiet ? 0 : 200,
                                        .clock = world_clock(world),
                                        .balance = bank_balance,
                                        .self = world};
    ok(core_simulated_open(&world->core, &how, house->boot, why), bytes[0]);
    const struct teller_options options = {
        .store = house->store,
        .audit = house->audit,
        .policy = &world->policy,
        .books = world->books,
        .core = {.ask = core_ask, .self = world},
        .key = {{8}},
        .chance = {world_draw, world},
        .clock = world_clock(world),
        .term_ms = TERM_MS * (broken == MUTANT_LONG_TERM ? 2 : 1),
        .stops_max = broken == MUTANT_NO_COUNT ? 99 : ORDERS_AT_ALL,
        .freeze_ends = bank_freeze_ends,
        .answer = bank_answer,
        .self = world,
    };
    ok(teller_open(&world->teller, &options, house->boot), "teller");
}

static void side_up(struct world *world, enum side side)
{
    ok(arena_create(&world->side[side].boot, (size_t)128 << 20), "memory");
    list_open(world, side);
    store_up(world, side);
    if (side == CENTRE)
        centre_up(world);
    else
        bank_up(world);
    outbox_up(world, side);
}

static void side_down(struct world *world, enum side side)
{
    struct side_house *house = &world->side[side];
    outbox_close(house->outbox);
    if (side == CENTRE) {
        work_close(world->work);
        access_close(world->access);
        volume_close(&world->volume);
    } else {
        core_simulated_close(world->core);
    }
    store_close(house->store);
    arena_destroy(house->boot);
}

void crash(struct world *world, enum side side)
{
    fail_in = -1;
    world->tally.crashes++;
    side_down(world, side);
    side_up(world, side);
}

/* ---- the bank's books ---- */

static void put(struct world *world, const char *name, struct slice text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", world->folder, name);
    ok(folder_put(path, text), "books");
}

void account_name(unsigned account, char out[32])
{
    (void)snprintf(out, 32, "62220299000000%02u", account);
}

/* Every account got one transfer of AMOUNT, and sent half of it on.  Orders on the later half of
 * them speak of another amount, which only the mutant's books know. */
static void books_up(struct world *world)
{
    static const char MAP[] = "books: 1\nfrom: csv\namounts: fen\naccounts: {file: a.csv, number: "
                              "no, name: name}\ntransfers: {file: t.csv, payer: src, payee: dst, "
                              "amount: amt, time: at, payee_name: name}\n";
    static char accounts[4096], transfers[16384], bytes[TONGUES_COUNT][512];
    struct text a = text_over(accounts, sizeof accounts),
                t = text_over(transfers, sizeof transfers);
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    char name[32], path[128];
    text_add_string(&a, "no,name\n");
    text_add_string(&t, "src,dst,amt,at,name\n");
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        moment in = {world->now_ms - PAID_MINUTES * MINUTE_MS}, on = {in.ms + MINUTE_MS};
        account_name(i, name);
        text_addf(&a, "%s,name %u\n", name, i);
        text_addf(&t, "victim,%s,%d,", name, AMOUNT);
        text_add_moment(&t, in, 0);
        text_addf(&t, ",\n%s,next-%u,%d,", name, i, AMOUNT / 2);
        text_add_moment(&t, on, 0);
        text_addf(&t, ",next %u\n", i);
        if (broken != MUTANT_NO_MATCH)
            continue;
        text_addf(&t, "victim,%s,%d,", name, AMOUNT + 1);
        text_add_moment(&t, in, 0);
        text_add_string(&t, ",\n");
    }
    put(world, "a.csv", text_slice(&a));
    put(world, "t.csv", text_slice(&t));
    put(world, "b.yaml", slice_of(MAP));
    (void)snprintf(path, sizeof path, "%s/b.yaml", world->folder);
    ok(books_open(&world->books, path, slice_of(MAP), world->arena, why), bytes[0]);
    world->policy = (struct stop_policy){.askers_count = 1,
                                         .asker = {SLICE("centre")},
                                         .person_above = -1,
                                         .slack_ms = MINUTE_MS,
                                         .a_minute = 1000000,
                                         .core = CORE_SIMULATED};
}

static struct identity person(const char *user, const char *organisation, uint32_t roles)
{
    struct identity who = {.by = BY_SESSION, .roles = roles};
    (void)snprintf(who.id, sizeof who.id, "%s", user);
    (void)snprintf(who.user, sizeof who.user, "%s", user);
    (void)snprintf(who.organisation, sizeof who.organisation, "%s", organisation);
    return who;
}

static void people_up(struct world *world)
{
    struct store *store = world->side[CENTRE].store;
    ok(store_begin(store), "begin");
    ok(access_organisation_add(world->access, ORGANISATION_centre, ORGANISATION_LEVEL_county,
                               SLICE("Centre"), world->home),
       "centre");
    ok(access_organisation_add(world->access, ORGANISATION_police, ORGANISATION_LEVEL_city,
                               SLICE("City"), world->city),
       "city");
    ok(access_organisation_add(world->access, ORGANISATION_bank, ORGANISATION_LEVEL_none,
                               SLICE("Bank"), world->bank),
       "bank");
    ok(store_commit(store), "commit");
    world->ann = person("u_ann", world->home, WORK_ROLE(duty));
    world->ben = person("u_ben", world->home, WORK_ROLE(supervisor));
    world->mayor = person("u_mayor", world->city, WORK_ROLE(supervisor));
    world->mayor.level = ORGANISATION_LEVEL_city;
}

static const struct simulator_odds BAD = {
    .lost = 150, .answer_lost = 150, .busy = 50, .doubled = 150, .delayed = 150, .damaged = 20};

static void law_up(struct world *world)
{
    char bytes[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 512), text_over(bytes[1], 512)};
    ok(law_open_shipped(&world->bank_law, world->arena, why), "law");
}

struct world *world_make(uint64_t seed, enum mutant mutant)
{
    struct world *world = calloc(1, sizeof *world);
    struct simulator_receiver nobody = {NULL, NULL};
    if (world == NULL)
        abort();
    fail_in = -1;
    broken = mutant;
    world->seed = seed;
    world->chance = chance_seeded(seed);
    world->now_ms = 1772413323004;
    world->ticks_ms = 1000000;
    ok(arena_create(&world->arena, (size_t)64 << 20), "memory");
    ok(arena_create(&world->scratch, (size_t)256 << 20), "memory");
    ok(arena_create(&world->look, (size_t)16 << 20), "memory");
    (void)snprintf(world->folder, sizeof world->folder, "%s/cutline-world-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(world->folder) == NULL)
        abort();
    books_up(world);
    law_up(world);
    for (unsigned i = 0; i < SIDES; i++) {
        world->pair[i] = seal_keypair_of_seed(&(struct seal_seed){{(unsigned char)(i + 1)}});
        (void)snprintf(world->side[i].path, sizeof world->side[i].path, "%s/%u.db", world->folder,
                       i);
        ok(simulator_create(&world->side[i].line, seed + i, &BAD, DELAYED, nobody), "line");
    }
    side_up(world, CENTRE);
    side_up(world, BANK);
    people_up(world);
    freezes_up(world);
    return world;
}

void world_end(struct world *world)
{
    fail_in = -1;
    for (unsigned i = 0; i < SIDES; i++) {
        side_down(world, (enum side)i);
        simulator_destroy(world->side[i].line);
    }
    books_close(world->books);
    ok(folder_remove(world->folder), "folder");
    arena_destroy(world->look);
    arena_destroy(world->scratch);
    arena_destroy(world->arena);
    free(world);
}

void world_tally(const struct world *world, struct tally *out)
{
    *out = world->tally;
}

/* ---- what happens ---- */

enum status finish(struct store *store, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

static struct work_value value_of(const char *field, struct slice text)
{
    return (struct work_value){work_field_find(&STOP_ORDER_KIND, slice_of(field)), text};
}

enum status find(struct world *world, const char *id, struct work_item *out)
{
    return work_find(world->work, world->side[CENTRE].store, id, NULL, world->scratch, out);
}

/* A step of a person, with another one's yes where it needs one. */
static enum status step(struct world *world, const char *id, const char *name,
                        const struct work_value *value, unsigned count)
{
    struct store *store = world->side[CENTRE].store;
    struct work_refusal refusal;
    struct work_item item;
    TRY(store_begin(store));
    enum status status = find(world, id, &item);
    const struct work_move move = {.id = id,
                                   .step = name,
                                   .version = status == STATUS_OK ? item.version : 0,
                                   .by = &world->ann,
                                   .value = value,
                                   .values_count = count};
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

static enum status order(struct world *world)
{
    struct store *store = world->side[CENTRE].store;
    unsigned account = (unsigned)chance_below(&world->chance, ACCOUNTS);
    struct work_item item;
    char number[32], name[32], about[32], amount[32], at[48];
    struct text time = text_over(at, sizeof at);
    if (world->items_count == ITEMS_MAX)
        return STATUS_OK;
    account_name(account, number);
    (void)snprintf(name, sizeof name, "name %u", account);
    (void)snprintf(about, sizeof about, "w_%016x", ++world->causes);
    (void)snprintf(amount, sizeof amount, "%d", AMOUNT + (account >= RIGHT_ACCOUNTS));
    text_add_moment(&time, (moment){1772413323004 - PAID_MINUTES * MINUTE_MS}, 480);
    const struct stop_cause cause = {.owner = slice_of(world->home),
                                     .about = slice_of(about),
                                     .payee = slice_of(number),
                                     .payee_name = slice_of(name),
                                     .amount = slice_of(amount),
                                     .paid_at = text_slice(&time),
                                     .level = 1};
    TRY(store_begin(store));
    TRY(finish(store, stop_from(&world->desk, &cause, world->scratch, &item)));
    struct item *made = &world->item[world->items_count++];
    (void)snprintf(made->id, sizeof made->id, "%s", item.id);
    made->account = account;
    const struct work_value value[] = {value_of("executor", slice_of(world->bank)),
                                       value_of("document", SLICE("D"))};
    world->tally.orders++;
    return step(world, made->id, "order", value, 2);
}

static enum status some_step(struct world *world)
{
    struct work_value value[2] = {value_of("document", SLICE("D2")), value_of("why", SLICE("x"))};
    unsigned pick = (unsigned)chance_below(&world->chance, 3);
    if (world->items_count == 0)
        return STATUS_OK;
    const char *id = world->item[chance_below(&world->chance, world->items_count)].id;
    if (pick == 0)
        return step(world, id, "again", value, 1);
    if (pick == 1)
        return step(world, id, "lift", value + 1, 1);
    return step(world, id, "order", value, 0);
}

void houses_go(struct world *world)
{
    bool more = true;
    unsigned done;
    for (unsigned i = 0; i < SIDES; i++) {
        struct side_house *house = &world->side[i];
        enum status status = outbox_step(house->outbox, partner_at(house->list, 0), &done);
        if (status == STATUS_OK)
            status = outbox_watch(house->outbox, &done);
        arena_reset(world->scratch);
        if (status == STATUS_OK && i == CENTRE)
            status = work_keep(world->work, world->scratch, &more);
        if (status == STATUS_OK && i == BANK)
            status = teller_turn(world->teller, world->scratch, &more);
        if (status != STATUS_OK)
            crash(world, (enum side)i);
        if (!world->quiet)
            simulator_shake(house->line, false);
    }
}

void pass(struct world *world, int64_t ms)
{
    world->now_ms += ms;
    world->ticks_ms += ms;
}

/* ---- what must hold ---- */

const char *broke(struct world *world, const char *what, unsigned account, int64_t number)
{
    (void)snprintf(world->broke, sizeof world->broke, "seed %llu: %s (account %u, %lld)",
                   (unsigned long long)world->seed, what, account, (long long)number);
    return world->broke;
}

int64_t whole(struct store *store, const char *sql)
{
    struct store_rows *rows;
    struct store_value at[1];
    ok(store_query_composed(store, sql, NULL, 0, &rows), sql);
    ok(store_next(rows, at, 1), sql);
    int64_t number = at[0].whole;
    store_end(rows);
    return number;
}

static const char *core_holds(struct world *world)
{
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        char name[32];
        int64_t ever = 0;
        account_name(account, name);
        ok(core_simulated_stopped(world->core, slice_of(name), &ever), "core");
        if (ever > ORDERS_AT_ALL)
            return broke(world, "a third stop", account, ever);
        if (account >= RIGHT_ACCOUNTS && ever != 0)
            return broke(world, "a stop on a mismatch", account, ever);
    }
    return "";
}

/* At the centre: nothing counts as stopped when its term is over; a clock whose step failed comes
 * again after at most ten minutes, and time jumps here. */
static const char *terms_hold(struct world *world)
{
    for (unsigned i = 0; i < world->items_count; i++) {
        struct work_item item;
        moment at;
        arena_reset(world->scratch);
        ok(find(world, world->item[i].id, &item), "item");
        struct slice state = slice_of(STOP_ORDER_KIND.state[item.state].name);
        bool stopped = slice_equal(state, SLICE("stopped")) ||
                       slice_equal(state, SLICE("extending")) ||
                       slice_equal(state, SLICE("stopped_again"));
        if (!stopped || moment_parse(work_value_of(&item, "stopped_at"), &at) != STATUS_OK)
            continue;
        if (world->now_ms > at.ms + TERM_MS + SLACK_MS + TURN_MAX_MS)
            return broke(world, "stopped beyond its term", world->item[i].account,
                         world->now_ms - at.ms);
    }
    return "";
}

/* What the bank keeps: a stop is lifted at the core soon after its term. */
static const char *lifts_hold(struct world *world)
{
    struct teller_counts counts;
    ok(teller_count(world->teller, world->side[BANK].store, &counts), "counts");
    return counts.overdue_ms > SLACK_MS + TURN_MAX_MS
               ? broke(world, "not lifted on time", 0, counts.overdue_ms)
               : "";
}

/* At the core: no account is held longer than a term after its last stop. */
static const char *frees_hold(struct world *world)
{
    struct core_simulated *core = world->core;
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        char name[32];
        int64_t held = 0;
        moment last;
        account_name(account, name);
        ok(core_simulated_stops(core, slice_of(name), &held), "core");
        if (held == 0 || core_simulated_last(core, slice_of(name), &last) != STATUS_OK)
            continue;
        if (world->now_ms > last.ms + TERM_MS)
            return broke(world, "held beyond its term", account, world->now_ms - last.ms);
    }
    return "";
}

static const char *frozen_holds(struct world *world)
{
    return freezes_hold(world, SLACK_MS + TURN_MAX_MS);
}

static const char *always_holds(struct world *world)
{
    static const char *(*const LOOKS[])(struct world *) = {core_holds, frees_hold, terms_hold,
                                                           lifts_hold, frozen_holds};
    for (size_t i = 0; i < sizeof LOOKS / sizeof LOOKS[0]; i++) {
        const char *what = LOOKS[i](world);
        if (what[0] != '\0')
            return what;
    }
    return "";
}

const char *world_turn(struct world *world)
{
    uint64_t what = chance_below(&world->chance, 10);
    arena_reset(world->scratch);
    fail_in = chance_below(&world->chance, 4) == 0 ? (int64_t)chance_below(&world->chance, 40) : -1;
    enum status status = STATUS_OK;
    if (what < 2)
        status = order(world);
    else if (what < 4)
        status = some_step(world);
    else if (what == 4)
        crash(world, (enum side)chance_below(&world->chance, SIDES));
    else if (what >= 7)
        status = freezes_happen(world);
    if (status == STATUS_IO)
        crash(world, CENTRE);
    pass(world, what == 5 ? (int64_t)chance_below(&world->chance, TURN_MAX_MS)
                          : (int64_t)chance_below(&world->chance, 5000));
    houses_go(world);
    fail_in = -1;
    houses_go(world); /* whoever fell over is up again */
    return always_holds(world);
}

const char *world_season(struct world *world)
{
    for (unsigned i = 0; i < SEASON_TURNS; i++) {
        arena_reset(world->scratch);
        fail_in =
            chance_below(&world->chance, 3) == 0 ? (int64_t)chance_below(&world->chance, 60) : -1;
        if (chance_below(&world->chance, 10) == 0)
            crash(world, (enum side)chance_below(&world->chance, SIDES));
        else if (chance_below(&world->chance, 2) == 0 && freezes_happen(world) == STATUS_IO)
            crash(world, CENTRE);
        pass(world, (int64_t)chance_below(&world->chance, DAY_MS));
        for (unsigned again = 0; again < 4; again++) {
            houses_go(world);
            fail_in = -1;
            pass(world, 1 + (int64_t)chance_below(&world->chance, 60000));
        }
        const char *what = core_holds(world);
        if (what[0] == '\0')
            what = frees_hold(world);
        if (what[0] == '\0')
            what = freezes_hold(world, SLACK_MS + DAY_MS);
        if (what[0] != '\0')
            return what;
    }
    return "";
}

/* ---- at rest ---- */

static const char *agree(struct world *world)
{
    struct store *store = world->side[CENTRE].store;
    int64_t ever = 0, told = whole(store, "SELECT COALESCE(SUM(stops), 0) FROM stop_account");
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        char name[32];
        int64_t one = 0, held = 0;
        account_name(account, name);
        ok(core_simulated_stopped(world->core, slice_of(name), &one), "core");
        ok(core_simulated_stops(world->core, slice_of(name), &held), "core");
        if (held != 0)
            return broke(world, "an account is held for ever", account, held);
        ever += one;
    }
    if (told != ever)
        return broke(world, "the centre counted other stops than the core did", (unsigned)told,
                     ever);
    for (unsigned i = 0; i < world->items_count; i++) {
        struct work_item item;
        arena_reset(world->scratch);
        ok(find(world, world->item[i].id, &item), "item");
        struct slice state = slice_of(STOP_ORDER_KIND.state[item.state].name);
        if (!slice_equal(state, SLICE("lifted")) && !slice_equal(state, SLICE("rejected")) &&
            !slice_equal(state, SLICE("reported")) && !slice_equal(state, SLICE("withdrawn")))
            return broke(world, STOP_ORDER_KIND.state[item.state].name, world->item[i].account,
                         (int64_t)i);
    }
    return "";
}

static void count_up(struct world *world)
{
    struct store *centre = world->side[CENTRE].store;
    struct tally *tally = &world->tally;
    tally->stops = whole(centre, "SELECT COUNT(*) FROM stop_round WHERE state = 1");
    tally->second_stops =
        whole(centre, "SELECT COUNT(*) FROM stop_round WHERE state = 1 AND round = 2");
    tally->refusals = whole(centre, "SELECT COUNT(*) FROM stop_round WHERE state = 2");
    tally->lifts =
        whole(world->side[BANK].store, "SELECT COUNT(*) FROM teller_order WHERE state = 3");
    tally->followed = whole(centre, "SELECT COUNT(*) FROM work_item") - world->items_count;
}

const char *world_rest(struct world *world)
{
    static const struct simulator_odds GOOD = {0};
    world->quiet = true;
    fail_in = -1;
    for (unsigned i = 0; i < SIDES; i++) {
        simulator_odds(world->side[i].line, &GOOD);
        simulator_shake(world->side[i].line, true);
    }
    crash(world, BANK);
    for (unsigned i = 0; i < 400; i++) {
        houses_go(world);
        pass(world, i < 200 ? 5000 : 20LL * MINUTE_MS);
        const char *what = always_holds(world);
        if (what[0] != '\0')
            return what;
    }
    count_up(world);
    const char *what = agree(world);
    for (unsigned i = 0; what[0] == '\0' && i < MONTHS_TURNS; i++) {
        pass(world, DAY_MS);
        for (unsigned again = 0; again < 3; again++) {
            houses_go(world);
            pass(world, 5000);
        }
        what = freezes_hold(world, SLACK_MS + DAY_MS);
    }
    return what[0] == '\0' ? freezes_agree(world) : what;
}
